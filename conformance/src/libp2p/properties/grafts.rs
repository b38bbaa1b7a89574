//! GRAFT, PRUNE and backoffs.

use super::{Property, StepContext, Verdict, broken};
use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::libp2p::{
    dialect::{MeshEffects, PruneFloodsub},
    vocabulary::{Input, Peer, Protocol, Topic},
};

pub(super) const ACCEPTED: Property = Property {
    number: 12,
    name: "a GRAFT of a peer without a backoff and a negative score is accepted if the mesh has room",
    source: "gossipsub v1.0, Message Processing",
    quote: "On receiving a [`GRAFT(topic)` message](#graft), the router will check to see if it is indeed subscribed to the topic identified in the message. If so, the router will add the sender to `mesh[topic]`.",
    except: Some("direct peers are refused; a PRUNE with a backoff of 0 may count as one without"),
    check: accepted,
};

pub(super) const ACCEPTED_AFTER_UNSUBSCRIBE: Property = Property {
    number: 32,
    name: "a GRAFT is accepted after the backoff that the peer sent when it unsubscribed",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "A shorter backoff period can be used in case of an unsubscribe event, allowing faster resubscribing.",
    except: None,
    check: accepted_after_unsubscribe,
};

pub(super) const UNKNOWN: Property = Property {
    number: 26,
    name: "a GRAFT of a topic that is not joined is not answered",
    source: "gossipsub v1.1, Spam Protection Measures",
    quote: "`GRAFT` messages for unknown topics are ignored; in gossipsub v1.0 the router would always respond with a `PRUNE`, which opens up an avenue for flooding with spam `GRAFT` messages and consuming resources.",
    except: None,
    check: unknown,
};

pub(super) const DIRECT_REFUSED: Property = Property {
    number: 27,
    name: "a GRAFT of a direct peer is answered with a PRUNE",
    source: "gossipsub v1.1, Explicit Peering Agreements",
    quote: "It is an error to GRAFT on an explicit peer, and such an attempt should be logged and rejected with a PRUNE.",
    except: None,
    check: direct_refused,
};

pub(super) const DIRECT_OUTSIDE: Property = Property {
    number: 30,
    name: "a direct peer gets neither GRAFT nor IHAVE",
    source: "gossipsub v1.1, Explicit Peering Agreements",
    quote: "explicit peers exist outside the mesh",
    except: None,
    check: direct_outside,
};

pub(super) const NOT_IN_BACKOFF: Property = Property {
    number: 31,
    name: "no GRAFT is sent before the backoff ends",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: BOTH_BACK_OFF,
    except: Some(
        "a PRUNE with a backoff of 0 may count as no backoff, and with prune_v10 other than `backs off` one to a peer of v1.0",
    ),
    check: not_in_backoff,
};

pub(super) const GRAFT_OR_PRUNE: Property = Property {
    number: 31,
    name: "no peer gets both GRAFT and PRUNE of a topic in one step",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: BOTH_BACK_OFF,
    except: Some(
        "if several RPCs of the peer lie in the stream; not checked with mesh_effects `after gossip`, with which a heartbeat may do both",
    ),
    check: graft_or_prune,
};

const BOTH_BACK_OFF: &str = "In addition, both the pruned and the pruning peer add a backoff period from each other, within which they will not try to regraft.";

pub(super) const REFUSED_IN_BACKOFF: Property = Property {
    number: 33,
    name: "a GRAFT before the backoff ends is answered with a PRUNE",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "Both the pruning and the pruned peer will immediately prune a `GRAFT` within the backoff period and extend it.",
    except: Some("with prune_v10 other than `backs off`, a peer of v1.0 that was pruned"),
    check: refused_in_backoff,
};

pub(super) const RECEIVED_BACKOFF: Property = Property {
    number: 34,
    name: "a peer that sent a PRUNE gets no GRAFT before the backoff in it ends",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "The peer has to wait the full backoff period before attempting to graft again —plus some slack to account for the offset until the next heartbeat that clears the backoff— otherwise it risks getting its graft rejected and being penalized in its score if it attempts to graft too early.",
    except: None,
    check: received_backoff,
};

pub(super) const SENT_BACKOFF: Property = Property {
    number: 35,
    name: "a PRUNE has unsubscribe_backoff after a leave and prune_backoff otherwise, and to a peer of v1.0 neither backoff nor peers",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "In order to correctly synchronize the two peers, the pruning peer should include the backoff period in the PRUNE message.",
    except: Some("with prune_floodsub `backoff`, a PRUNE to a floodsub peer has a backoff"),
    check: sent_backoff,
};

pub(super) const FULL: Property = Property {
    number: 39,
    name: "a GRAFT of an inbound peer is answered with a PRUNE if the mesh has D_high members",
    source: "gossipsub v1.1, Outbound Mesh Quotas",
    quote: "When the peer receives a GRAFT while oversubscribed (with mesh degree at `D_hi` or higher), it only accepts the new peer in the mesh if it is an outbound connection.",
    except: None,
    check: full,
};

/// The GRAFTs of joined topics in the one RPC of a step that was certainly heard.
fn grafts<'a>(step: &StepContext<'a>) -> impl Iterator<Item = (Peer, &'a Topic)> {
    let rpc = step.accepted_rpc().into_iter();
    let grafts = rpc.flat_map(|(peer, rpc)| rpc.graft.iter().map(move |topic| (peer, topic)));
    grafts.filter(|(_, topic)| step.history.is_joined(topic))
}

fn has_ended(end: Option<Time>, now: Time) -> bool {
    end.is_none_or(|end| end <= now)
}

/// Whether every rule lets a peer into the mesh.
fn is_welcome(step: &StepContext<'_>, topic: &Topic, peer: Peer) -> bool {
    let history = step.history;
    let is_outbound = history.is_outbound(peer) && !history.was_dialled(peer);
    !history.is_direct(peer)
        && has_ended(history.possible_backoff(topic, peer), step.now)
        && history.score(peer).is_some_and(|score| score >= 0.0)
        && (is_outbound || history.possible_links(topic).len() < step.parameters.degree_high)
}

fn refused(topic: &Topic, peer: Peer) -> Verdict {
    broken(format_args!("the GRAFT of {topic} of peer {peer}"), "accepted", "answered with a PRUNE")
}

fn not_refused(topic: &Topic, peer: Peer) -> Verdict {
    broken(format_args!("the GRAFT of {topic} of peer {peer}"), "answered with a PRUNE", "no PRUNE")
}

fn accepted(step: &StepContext<'_>) -> Verdict {
    match grafts(step).find(|(peer, topic)| is_welcome(step, topic, *peer) && step.is_pruned(topic, *peer)) {
        Some((peer, topic)) => refused(topic, peer),
        None => Ok(()),
    }
}

fn accepted_after_unsubscribe(step: &StepContext<'_>) -> Verdict {
    let mut after = grafts(step).filter(|(peer, topic)| {
        let end = step.history.unsubscribe_backoff(topic, *peer);
        end.is_some() && end == step.history.possible_backoff(topic, *peer)
    });
    match after.find(|(peer, topic)| is_welcome(step, topic, *peer) && step.is_pruned(topic, *peer)) {
        Some((peer, topic)) => refused(topic, peer),
        None => Ok(()),
    }
}

fn unknown(step: &StepContext<'_>) -> Verdict {
    let Some(peer) = step.sender() else { return Ok(()) };
    for topic in step.rpcs().iter().flat_map(|rpc| &rpc.graft).filter(|topic| !step.history.is_joined(topic)) {
        if step.is_pruned(topic, peer) {
            return broken(
                format_args!("the GRAFT of {topic} of peer {peer}"),
                "not answered",
                "answered with a PRUNE",
            );
        }
    }
    Ok(())
}

fn direct_refused(step: &StepContext<'_>) -> Verdict {
    let mut direct =
        grafts(step).filter(|(peer, topic)| step.history.is_direct(*peer) && step.history.link(topic, *peer).is_none());
    match direct.find(|(peer, topic)| !step.is_pruned(topic, *peer)) {
        Some((peer, topic)) => not_refused(topic, peer),
        None => Ok(()),
    }
}

fn direct_outside(step: &StepContext<'_>) -> Verdict {
    for (peer, parts) in step.sent.to.iter().filter(|(peer, _)| step.history.is_direct(**peer)) {
        if !parts.graft.is_empty() || !parts.ihave.is_empty() {
            return broken(
                format_args!("the parts to the direct peer {peer}"),
                "neither GRAFT nor IHAVE",
                format_args!("{parts:?}"),
            );
        }
    }
    Ok(())
}

/// No GRAFT comes before the time that `end` returns.
fn no_graft_before(step: &StepContext<'_>, end: impl Fn(&Topic, Peer) -> Option<Time>) -> Verdict {
    for (peer, parts) in &step.sent.to {
        for topic in &parts.graft {
            if let Some(end) = end(topic, *peer).filter(|end| step.now < *end) {
                return broken(
                    format_args!("the GRAFT of {topic} to peer {peer}"),
                    format_args!("not before {end}"),
                    format_args!("at {}", step.now),
                );
            }
        }
    }
    Ok(())
}

fn not_in_backoff(step: &StepContext<'_>) -> Verdict {
    no_graft_before(step, |topic, peer| step.history.backoff(topic, peer))
}

fn received_backoff(step: &StepContext<'_>) -> Verdict {
    no_graft_before(step, |topic, peer| step.history.received_backoff(topic, peer))
}

fn graft_or_prune(step: &StepContext<'_>) -> Verdict {
    if matches!(step.input, Input::Rpcs { .. }) || step.history.dialect().mesh_effects == MeshEffects::AtEnd {
        return Ok(());
    }
    for (peer, parts) in &step.sent.to {
        if let Some(topic) = parts.graft.iter().find(|topic| step.is_pruned(topic, *peer)) {
            return broken(format_args!("the parts about {topic} to peer {peer}"), "GRAFT or PRUNE", "both");
        }
    }
    Ok(())
}

fn refused_in_backoff(step: &StepContext<'_>) -> Verdict {
    let mut early = grafts(step).filter(|(peer, topic)| {
        !step.history.is_direct(*peer)
            && step.history.link(topic, *peer).is_none()
            && step.history.backoff(topic, *peer).is_some_and(|end| step.now < end)
    });
    match early.find(|(peer, topic)| !step.is_pruned(topic, *peer)) {
        Some((peer, topic)) => not_refused(topic, peer),
        None => Ok(()),
    }
}

fn sent_backoff(step: &StepContext<'_>) -> Verdict {
    let span = match step.input {
        Input::Leave { .. } => step.parameters.unsubscribe_backoff,
        _ => step.parameters.prune_backoff,
    };
    for (peer, parts) in &step.sent.to {
        let floodsub_has_backoff = step.history.dialect().prune_floodsub == PruneFloodsub::WithBackoff;
        let has_backoff = match step.history.protocol(*peer) {
            Some(Protocol::Floodsub) => floodsub_has_backoff,
            protocol => protocol.is_some_and(Protocol::has_backoff),
        };
        for prune in &parts.prune {
            let given = prune.backoff.map(Span::from_secs);
            let is_right = if has_backoff {
                given == Some(Span::from_secs(span.as_millis() / 1000))
            } else {
                given.is_none() && prune.peers.is_empty()
            };
            if !is_right {
                let allowed = if has_backoff { format!("for {span}") } else { "without backoff and peers".into() };
                return broken(format_args!("the PRUNE to peer {peer}"), allowed, format_args!("{prune:?}"));
            }
        }
    }
    Ok(())
}

fn full(step: &StepContext<'_>) -> Verdict {
    let mut late = grafts(step).filter(|(peer, topic)| {
        !step.history.is_outbound(*peer)
            && step.history.link(topic, *peer).is_none()
            && step.history.links(topic).len() >= step.parameters.degree_high
    });
    match late.find(|(peer, topic)| !step.is_pruned(topic, *peer)) {
        Some((peer, topic)) => not_refused(topic, peer),
        None => Ok(()),
    }
}
