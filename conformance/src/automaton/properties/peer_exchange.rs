//! Peer exchange: offers that are accepted and offers that are made.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken, full_view::expect_none};
use gossipsub_automaton::{
    HeartbeatOutput, Input, LeaveOutput, Output, PruneOutput, SelectPxPeersOutput, trace_ids::Peer,
};
use std::collections::BTreeSet;

pub(super) const TAKEN: Property = Property {
    name: "of a peer exchange up to peers_to_px of the offered peers are taken",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "we extend the `PRUNE` control message to include an optional set of peers the pruned peer can connect to",
    except: None,
    check: Check::Answer(taken),
};

pub(super) const TAKEN_SCORE: Property = Property {
    name: "a peer exchange is taken only from a peer whose score reaches accept_px_threshold",
    source: "gossipsub v1.1, Overview of New Parameters",
    quote: "PX information by peers below this threshold is ignored.",
    except: None,
    check: Check::State(taken_score),
};

pub(super) const OFFERED: Property = Property {
    name: "up to peers_to_px connected peers are offered, and not the pruned one itself",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "the pruning peer _may_ provide a set of other peers where the pruned peer can connect to reform its mesh",
    except: None,
    check: Check::Answer(offered),
};

pub(super) const OFFERED_SCORE: Property = Property {
    name: "only peers without a negative score that subscribe to the topic are offered",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "when performing PX only peers with non-negative scores are exchanged",
    except: None,
    check: Check::State(offered_score),
};

pub(super) const NOT_OFFERED: Property = Property {
    name: "a peer that is pruned with a negative score gets no offer",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "no PX information is emitted towards those peers",
    except: None,
    check: Check::Change(not_offered),
};

fn taken(step: &StepContext<'_>) -> Verdict {
    let (Input::Prune(prune), Output::Prune(PruneOutput::Px { peers })) = (step.input, step.output) else {
        return Ok(());
    };
    let offered: BTreeSet<Peer> = prune.px.iter().copied().collect();
    if peers.iter().any(|peer| !offered.contains(peer)) || peers.len() as u64 > step.limits.peers_to_px {
        let allowed = format_args!("at most {} of {}", step.limits.peers_to_px, braces(&offered));
        return broken("the peers taken", allowed, braces(peers));
    }
    Ok(())
}

fn taken_score(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let (Input::Prune(prune), Output::Prune(PruneOutput::Px { .. })) = (step.input, step.output) else {
        return Ok(());
    };
    let (score, threshold) = (view.score(prune.peer), step.limits.accept_px_threshold);
    if score < threshold {
        return broken("the score of the peer", format_args!("{threshold} or more"), score);
    }
    Ok(())
}

fn offered(step: &StepContext<'_>) -> Verdict {
    let (Input::SelectPxPeers(query), Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers })) =
        (step.input, step.output)
    else {
        return Ok(());
    };
    let most = if step.limits.do_px && !query.no_px_peers.contains(&query.peer_to_prune) {
        step.limits.peers_to_px
    } else {
        0
    };
    if peers.len() as u64 > most {
        return broken("peers offered", format_args!("at most {most}"), braces(peers));
    }
    let may_be = |peer: &&Peer| **peer != query.peer_to_prune && step.history.connected.contains_key(*peer);
    expect_none(
        || "the pruned or unknown among the peers offered".to_owned(),
        peers.iter().filter(|p| !may_be(p)).copied(),
    )
}

fn offered_score(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let (Input::SelectPxPeers(query), Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers })) =
        (step.input, step.output)
    else {
        return Ok(());
    };
    let subscribers: BTreeSet<Peer> = view.subscribers(&query.topic).collect();
    let wrong = peers.iter().copied().filter(|peer| view.score(*peer) < 0.0 || !subscribers.contains(peer));
    expect_none(|| "peers offered with a negative score or for another topic".to_owned(), wrong)
}

fn not_offered(step: &StepContext<'_>, before: &FullView<'_>, _: &FullView<'_>) -> Verdict {
    let (pruned, no_px_peers): (Vec<Peer>, _) = match step.output {
        Output::Leave(LeaveOutput::LeavingTopic { to_prune, no_px_peers }) => (to_prune.to_vec(), no_px_peers),
        Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, no_px_peers, .. }) => {
            let refreshes = step.history.ticks.is_multiple_of(step.limits.score_cleanup_ticks);
            // With a refresh, the scores that decided are not shown.
            (if refreshes { Vec::new() } else { to_prune.keys().copied().collect() }, no_px_peers)
        }
        _ => return Ok(()),
    };
    let wrong = pruned.into_iter().filter(|peer| before.score(*peer) < 0.0 && !no_px_peers.contains(peer));
    expect_none(|| "peers with a negative score that may get an offer".to_owned(), wrong)
}
