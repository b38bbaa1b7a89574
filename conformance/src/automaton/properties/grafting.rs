//! Grafts that are sent and accepted, and backoffs after prunes.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken, full_view::expect_none};
use gossipsub_automaton::{
    Graft, GraftOutput, HeartbeatOutput, Input, JoinOutput, LeaveOutput, Output, PruneBackoff, PruneOutput, Time,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

pub(super) const ACCEPTED: Property = Property {
    name: "a graft is accepted only of a connected peer that is not direct, for a topic that we joined",
    source: "gossipsub v1.1, Explicit Peering Agreements",
    quote: "It is an error to GRAFT on a explicit peer, and such an attempt should be logged and rejected with a PRUNE",
    except: None,
    check: Check::Answer(accepted),
};

pub(super) const ACCEPTED_SCORE: Property = Property {
    name: "no graft is accepted of a peer with a negative score",
    source: "Octez, gossipsub_intf.ml, Grafting_peer_with_negative_score",
    quote: "Attempting to graft a peer with a negative score.",
    except: None,
    check: Check::Change(accepted_score),
};

pub(super) const ACCEPTED_BACKOFF: Property = Property {
    name: "no graft is accepted during a backoff",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "Both the pruning and the pruned peer will immediately prune a `GRAFT` within the backoff period",
    except: None,
    check: Check::Change(accepted_backoff),
};

pub(super) const ACCEPTED_FULL: Property = Property {
    name: "a full mesh accepts only grafts of outbound peers",
    source: "gossipsub v1.1, Outbound Mesh Quotas",
    quote: "When the peer receives a GRAFT while oversubscribed (with mesh degree at `D_hi` or higher), it only accepts \
            the new peer in the mesh if it is an outbound connection.",
    except: None,
    check: Check::Change(accepted_full),
};

pub(super) const EXTENDED: Property = Property {
    name: "a graft during a backoff extends it",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "Both the pruning and the pruned peer will immediately prune a `GRAFT` within the backoff period and extend it.",
    except: Some("a backoff that ends later than prune_backoff from now stays as it is"),
    check: Check::Change(extended),
};

pub(super) const BACKED_OFF: Property = Property {
    name: "a peer that leaves a mesh by a prune is backed off",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "both the pruned and the pruning peer add a backoff period from each other",
    except: None,
    check: Check::State(backed_off),
};

pub(super) const NOT_REGRAFTED: Property = Property {
    name: "no peer is grafted during a backoff",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "both the pruned and the pruning peer add a backoff period from each other, within which they will not try \
            to regraft",
    except: None,
    check: Check::Change(not_regrafted),
};

pub(super) const GRAFTED_SCORE: Property = Property {
    name: "no peer with a negative score is grafted",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "peers with a score below this threshold are pruned from the mesh during the heartbeat and ignored when \
            looking for peers to graft",
    except: Some(
        "of a peer that a heartbeat also pruned, or grafted again (Q5), the score when it was chosen is not shown",
    ),
    check: Check::Change(grafted_score),
};

pub(super) const JOINED: Property = Property {
    name: "a new mesh has up to degree_optimal peers, and as many as there are to graft",
    source: "gossipsub v1.0, Topic Membership",
    quote: "the router will form a topic mesh by selecting up to `D` peers from its local peering state first \
            examining the `fanout` map",
    except: Some("a backoff counts until it is cleaned up, even when it has ended (Q1)"),
    check: Check::State(joined),
};

/// The graft, if it was accepted.
fn accepted_graft<'a>(step: &StepContext<'a>) -> Option<&'a Graft<TraceIds>> {
    match (step.input, step.output) {
        (Input::Graft(graft), Output::Graft(GraftOutput::GraftingSuccessfully)) => Some(graft),
        _ => None,
    }
}

fn accepted(step: &StepContext<'_>) -> Verdict {
    let Some(Graft { peer, topic }) = accepted_graft(step) else { return Ok(()) };
    let refused = match step.history.connected.get(peer) {
        None => "the peer is not connected",
        Some(true) => "the peer is direct",
        Some(false) if !step.history.joined.contains(topic) => "the topic is not joined",
        Some(false) => return Ok(()),
    };
    broken("output", format_args!("a refusal: {refused}"), "grafting_successfully")
}

fn accepted_score(step: &StepContext<'_>, before: &FullView<'_>, _: &FullView<'_>) -> Verdict {
    match accepted_graft(step).map(|graft| before.score(graft.peer)) {
        Some(score) if score < 0.0 => broken("the score of the grafted peer", "0 or more", score),
        _ => Ok(()),
    }
}

fn accepted_backoff(step: &StepContext<'_>, before: &FullView<'_>, _: &FullView<'_>) -> Verdict {
    match accepted_graft(step).and_then(|graft| before.backoff(&graft.topic, graft.peer)) {
        Some(end) if end > step.now => broken("the peer's backoff", format_args!("ended by {}", step.now), end),
        _ => Ok(()),
    }
}

fn accepted_full(step: &StepContext<'_>, before: &FullView<'_>, _: &FullView<'_>) -> Verdict {
    let Some(Graft { peer, topic }) = accepted_graft(step) else { return Ok(()) };
    let mesh = before.in_mesh(topic).count() as u64;
    if mesh >= step.limits.degree_high && !before.is_outbound(*peer) {
        let less = format_args!("less than {}, for a peer that is not outbound", step.limits.degree_high);
        return broken("the size of the mesh", less, mesh);
    }
    Ok(())
}

/// That a backoff lasts for a span from now, or longer.
fn lasts(
    step: &StepContext<'_>,
    view: &FullView<'_>,
    topic: &Topic,
    peer: Peer,
    backoff: impl Into<PruneBackoff>,
) -> Verdict {
    let least = backoff.into().end(step.now);
    match view.backoff(topic, peer) {
        Some(end) if end >= least => Ok(()),
        end => {
            let observed = end.map_or_else(|| "none".to_owned(), |end| end.to_string());
            broken(
                format_args!("the backoff of peer {peer} for topic {topic}"),
                format_args!("{least} or later"),
                observed,
            )
        }
    }
}

fn extended(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let (Input::Graft(Graft { peer, topic }), Output::Graft(GraftOutput::PeerBackedOff)) = (step.input, step.output)
    else {
        return Ok(());
    };
    lasts(step, after, topic, *peer, step.limits.prune_backoff)?;
    let old = before.backoff(topic, *peer).unwrap_or(Time::ZERO);
    if after.backoff(topic, *peer) < Some(old) {
        return broken("the end of the backoff", format_args!("{old} or later"), "earlier");
    }
    Ok(())
}

fn backed_off(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    match (step.input, step.output) {
        (
            Input::Prune(prune),
            Output::Prune(PruneOutput::IgnorePxScoreTooLow { .. } | PruneOutput::NoPx | PruneOutput::Px { .. }),
        ) => lasts(step, view, &prune.topic, prune.peer, prune.backoff),
        (Input::Leave(leave), Output::Leave(LeaveOutput::LeavingTopic { to_prune, .. })) => {
            to_prune.iter().try_for_each(|peer| lasts(step, view, &leave.topic, *peer, step.limits.unsubscribe_backoff))
        }
        (_, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. })) => {
            let mut all = to_prune.iter().flat_map(|(peer, topics)| topics.iter().map(move |topic| (topic, *peer)));
            all.try_for_each(|(topic, peer)| lasts(step, view, topic, peer, step.limits.prune_backoff))
        }
        _ => Ok(()),
    }
}

/// Whom a join or a heartbeat grafts, and for which topic.
fn grafted<'a>(step: &StepContext<'a>) -> Vec<(&'a Topic, Peer)> {
    match (step.input, step.output) {
        (Input::Join(join), Output::Join(JoinOutput::JoiningTopic { to_graft })) => {
            to_graft.iter().map(|peer| (&join.topic, *peer)).collect()
        }
        (_, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, .. })) => {
            to_graft.iter().flat_map(|(peer, topics)| topics.iter().map(move |topic| (topic, *peer))).collect()
        }
        _ => Vec::new(),
    }
}

fn not_regrafted(step: &StepContext<'_>, before: &FullView<'_>, _: &FullView<'_>) -> Verdict {
    for (topic, peer) in grafted(step) {
        if let Some(end) = before.backoff(topic, peer).filter(|end| *end > step.now) {
            let what = format!("the backoff of peer {peer}, grafted for topic {topic}");
            return broken(what, format_args!("ended by {}", step.now), end);
        }
    }
    Ok(())
}

fn grafted_score(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let pruned = match step.output {
        Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. }) => Some(to_prune),
        _ => None,
    };
    let grafts = grafted(step);
    let again: BTreeSet<Peer> = grafts
        .iter()
        .filter(|(topic, peer)| before.in_mesh(topic).any(|member| member == *peer))
        .map(|(_, peer)| *peer)
        .collect();
    let wrong = grafts.iter().map(|(_, peer)| *peer).filter(|peer| {
        after.score(*peer) < 0.0 && !again.contains(peer) && pruned.is_none_or(|pruned| !pruned.contains_key(peer))
    });
    expect_none(|| "grafted peers with a negative score".to_owned(), wrong)
}

fn joined(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let (Input::Join(join), Output::Join(JoinOutput::JoiningTopic { to_graft })) = (step.input, step.output) else {
        return Ok(());
    };
    let mesh: Vec<Peer> = view.in_mesh(&join.topic).collect();
    if mesh != to_graft.as_slice() {
        return broken("the new mesh", braces(&mesh), braces(to_graft));
    }
    let most = step.limits.degree_optimal;
    if mesh.len() as u64 > most {
        return broken("the size of the new mesh", format_args!("at most {most}"), mesh.len());
    }
    if (mesh.len() as u64) < most {
        return expect_none(|| "peers that were not grafted".to_owned(), view.candidates(&join.topic));
    }
    Ok(())
}
