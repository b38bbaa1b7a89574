//! Peer exchange: who is offered, and whose offers are taken.

use super::{Property, StepContext, Verdict, braces, broken};
use gossipsub_reference_model::libp2p::{
    dialect::DirectDial,
    vocabulary::{Peer, Prune},
};
use std::collections::BTreeSet;

pub(super) const OFFERED: Property = Property {
    number: 36,
    name: "with do_px, a PRUNE carries up to prune_peers different gossipsub peers that announced the topic",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "In order to implement PX, we extend the `PRUNE` control message to include an optional set of peers the pruned peer can connect to.",
    except: None,
    check: offered,
};

pub(super) const OFFERED_SCORE: Property = Property {
    number: 44,
    name: "no PRUNE carries a peer with a negative score",
    source: "gossipsub v1.1, Score Thresholds",
    quote: "In addition, when performing PX only peers with non-negative scores are exchanged.",
    except: None,
    check: offered_score,
};

pub(super) const NOT_OFFERED: Property = Property {
    number: 45,
    name: "a PRUNE to a peer with a negative score carries no peers",
    source: "gossipsub v1.1, Score Thresholds",
    quote: NEGATIVE,
    except: None,
    check: not_offered,
};

pub(super) const NEGATIVE_IGNORED: Property = Property {
    number: 45,
    name: "no peer of a PRUNE of a peer with a negative score is dialled",
    source: "gossipsub v1.1, Score Thresholds",
    quote: NEGATIVE,
    except: None,
    check: negative_ignored,
};

const NEGATIVE: &str = "Furthermore, no PX information is emitted towards those peers and PX is ignored from them.";

pub(super) const DIALLED: Property = Property {
    number: 48,
    name: "prune_peers peers of a PRUNE are dialled if its sender scores accept_px_threshold or more, and none otherwise",
    source: "gossipsub v1.1, Overview of New Parameters",
    quote: "PX information by peers below this threshold is ignored.",
    except: Some(
        "at exactly the threshold both are accepted; with direct_dial `300 heartbeats, and at 900 ms`, direct peers are dialled, too",
    ),
    check: dialled,
};

/// The PRUNEs that carry peers, each with its receiver.
fn offers<'a>(step: &StepContext<'a>) -> impl Iterator<Item = (Peer, &'a Prune)> {
    let prunes = step.sent.to.iter().flat_map(|(peer, parts)| parts.prune.iter().map(|prune| (*peer, prune)));
    prunes.filter(|(_, prune)| !prune.peers.is_empty())
}

fn offered(step: &StepContext<'_>) -> Verdict {
    for (peer, prune) in offers(step) {
        let all: BTreeSet<Peer> = prune.peers.iter().copied().collect();
        let fits = |other: &Peer| {
            *other != peer && step.is_gossipsub(*other) && step.history.subscription(&prune.topic, *other).is_some()
        };
        let most = if step.parameters.do_px { step.parameters.px_peers } else { 0 };
        if prune.peers.len() > most || all.len() < prune.peers.len() || !all.iter().all(fits) {
            let allowed = format_args!("at most {most} gossipsub peers that announced {}", prune.topic);
            return broken(format_args!("the peers of the PRUNE to peer {peer}"), allowed, braces(&prune.peers));
        }
    }
    Ok(())
}

fn is_negative(step: &StepContext<'_>, peer: Peer) -> bool {
    step.history.score(peer).is_some_and(|score| score < 0.0)
}

fn offered_score(step: &StepContext<'_>) -> Verdict {
    for (peer, prune) in offers(step) {
        if let Some(other) = prune.peers.iter().find(|other| is_negative(step, **other)) {
            let what = format_args!("the peers of the PRUNE to peer {peer}");
            return broken(what, "peers that score 0 or more", format_args!("peer {other}"));
        }
    }
    Ok(())
}

fn not_offered(step: &StepContext<'_>) -> Verdict {
    match offers(step).find(|(peer, _)| is_negative(step, *peer)) {
        Some((peer, prune)) => {
            broken(format_args!("the peers of the PRUNE to peer {peer}"), "none", braces(&prune.peers))
        }
        None => Ok(()),
    }
}

fn negative_ignored(step: &StepContext<'_>) -> Verdict {
    let Some(peer) = step.sender().filter(|peer| is_negative(step, *peer)) else { return Ok(()) };
    let dial = exchange_dials(step, &BTreeSet::new());
    if dial.is_empty() {
        return Ok(());
    }
    broken(format_args!("the dials after a PRUNE of peer {peer}"), "none", braces(dial))
}

/// The dials of a step, without those that a direct peer may get anyway. Those of `offered` peers may be of peer exchange.
pub(super) fn exchange_dials(step: &StepContext<'_>, offered: &BTreeSet<Peer>) -> Vec<Peer> {
    let dials_direct = step.history.dialect().direct_dial == DirectDial::TicksAndStart;
    let may_be_px = |peer: &Peer| !dials_direct || !step.history.is_direct(*peer) || offered.contains(peer);
    step.sent.dial.iter().copied().filter(may_be_px).collect()
}

fn dialled(step: &StepContext<'_>) -> Verdict {
    let Some(peer) = step.sender() else { return Ok(()) };
    let score = step.history.score(peer);
    let threshold = step.history.accept_px_threshold();
    let prunes = step.rpcs().iter().flat_map(|rpc| &rpc.prune).filter(|prune| step.history.is_joined(&prune.topic));
    let is_below = score.is_some_and(|score| score < threshold);
    let (mut possible, mut fewest, mut most) = (BTreeSet::new(), 0, 0);
    for prune in prunes.filter(|_| !is_below) {
        let others = prune.peers.iter().copied().filter(|other| !step.history.is_connected(*other));
        let others: BTreeSet<Peer> = others.collect();
        let count = step.parameters.px_peers.min(prune.peers.len());
        // Positions of connected peers and repetitions may be chosen, too, and PRUNEs may name the same peers.
        fewest = fewest.max(count.saturating_sub(prune.peers.len() - others.len()));
        possible.extend(others);
        most += count;
    }
    let is_certain = step.accepted_rpc().is_some() && score.is_some_and(|score| score > threshold);
    let dial = exchange_dials(step, &possible);
    let is_right =
        dial.iter().all(|peer| possible.contains(peer)) && dial.len() <= most && (!is_certain || dial.len() >= fewest);
    if is_right {
        return Ok(());
    }
    broken("the dialled peers", format_args!("{fewest} to {most} of {}", braces(possible)), braces(dial))
}
