//! What a heartbeat does to a mesh.

use super::{Property, StepContext, Verdict, braces, broken};
use gossipsub_reference_model::libp2p::vocabulary::{Input, Peer, Topic};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ONLY_OVERFULL_PRUNED: Property = Property {
    number: 22,
    name: "a heartbeat prunes a peer without a negative score only from a mesh of more than D_high",
    source: "gossipsub v1.0, Mesh Maintenance",
    quote: OVERFULL,
    except: None,
    check: only_overfull_pruned,
};

pub(super) const PRUNED_TO_DEGREE: Property = Property {
    number: 22,
    name: "a heartbeat prunes a mesh of more than D_high to D members",
    source: "gossipsub v1.0, Mesh Maintenance",
    quote: OVERFULL,
    except: None,
    check: pruned_to_degree,
};

const OVERFULL: &str =
    "If there are more than `D_high` peers in a given topic mesh, we randomly select peers for removal.";

pub(super) const ONLY_UNDERFULL_GRAFTED: Property = Property {
    number: 24,
    name: "a heartbeat grafts only into a mesh of fewer than D_low, if neither D_out nor opportunistic grafting asks for it",
    source: "gossipsub v1.0, Mesh Maintenance",
    quote: UNDERFULL,
    except: None,
    check: only_underfull_grafted,
};

pub(super) const FILLED: Property = Property {
    number: 24,
    name: "a heartbeat fills a mesh of fewer than D_low up to D if there are as many peers",
    source: "gossipsub v1.0, Mesh Maintenance",
    quote: UNDERFULL,
    except: Some("peers with a backoff that ended long ago may be left out until it is removed"),
    check: filled,
};

const UNDERFULL: &str = "If there are fewer than `D_low` peers in a given topic mesh, we attempt to add new peers.";

pub(super) const OUTBOUND_KEPT: Property = Property {
    number: 40,
    name: "a mesh that is pruned to D keeps D_out outbound members if it has as many",
    source: "gossipsub v1.1, Outbound Mesh Quotas",
    quote: "When the peer prunes because of oversubscription, it selects survivor peers under the constraint that at least `D_out` peers are outbound connections;",
    except: Some("a peer that was dialled because of peer exchange may count as inbound"),
    check: outbound_kept,
};

pub(super) const OUTBOUND_QUOTA: Property = Property {
    number: 41,
    name: "after a heartbeat a mesh of D_low or more has D_out outbound members if there are as many peers",
    source: "gossipsub v1.1, Outbound Mesh Quotas",
    quote: "During heartbeat maintenance, if the peer already has at least `D_lo` peers in the mesh but not enough outbound connections, then it selects as many needed peers to fill the quota and grafts them in the mesh.",
    except: Some("a peer that was dialled because of peer exchange may count as inbound"),
    check: outbound_quota,
};

pub(super) const NEGATIVE_PRUNED: Property = Property {
    number: 43,
    name: "a heartbeat prunes every member with a negative score",
    source: "gossipsub v1.1, Score Thresholds",
    quote: BASELINE,
    except: None,
    check: negative_pruned,
};

pub(super) const NEGATIVE_NOT_GRAFTED: Property = Property {
    number: 43,
    name: "no peer with a negative score gets a GRAFT",
    source: "gossipsub v1.1, Score Thresholds",
    quote: BASELINE,
    except: None,
    check: negative_not_grafted,
};

const BASELINE: &str = "`0`: the baseline threshold; peers with a score below this threshold are pruned from the mesh during the heartbeat and ignored when looking for peers to graft.";

pub(super) const BEST_KEPT: Property = Property {
    number: 46,
    name: "a mesh that is pruned to D keeps its D_score best members",
    source: "gossipsub v1.1, Heartbeat Maintenance",
    quote: "When pruning because of oversubscription, the peer keeps the best `D_score` scoring peers and selects the remaining peers to keep at random.",
    except: None,
    check: best_kept,
};

pub(super) const OPPORTUNISTIC: Property = Property {
    number: 51,
    name: "opportunistic grafting grafts peers above the median if the median is below the threshold",
    source: "gossipsub v1.1, Opportunistic Grafting",
    quote: "If the median score is below the threshold, the router opportunistically grafts (at least) two peers with score above the median in the mesh.",
    except: Some("the median of an even number of scores is the upper one of the two in the middle, or their mean"),
    check: opportunistic,
};

/// What a heartbeat does to a mesh whose members and their scores are known.
struct MeshStep<'a> {
    topic: &'a Topic,
    /// The members without a negative score before the heartbeat.
    members: BTreeMap<Peer, f64>,
    grafted: BTreeSet<Peer>,
    /// Those of the members that are pruned.
    pruned: BTreeSet<Peer>,
}

impl MeshStep<'_> {
    fn kept(&self) -> BTreeSet<Peer> {
        self.members.keys().copied().filter(|peer| !self.pruned.contains(peer)).collect()
    }
}

/// The meshes of which all members and scores are known.
fn meshes<'a>(step: &StepContext<'a>) -> Vec<MeshStep<'a>> {
    if !matches!(step.input, Input::Heartbeat) || !step.history.knows_scores() {
        return Vec::new();
    }
    let history = step.history;
    let known = history.joined().filter(|topic| history.links(topic) == history.possible_links(topic));
    let meshes = known.map(|topic| {
        let score = |peer: Peer| Some((peer, history.score(peer).filter(|score| *score >= 0.0)?));
        let members: BTreeMap<Peer, f64> = history.links(topic).into_iter().filter_map(score).collect();
        let pruned = step.pruned(topic).into_iter().filter(|peer| members.contains_key(peer)).collect();
        MeshStep { topic, members, grafted: step.grafted(topic), pruned }
    });
    meshes.collect()
}

/// The number of members that are certainly outbound, and the number of those that may be.
fn outbound(step: &StepContext<'_>, peers: &BTreeSet<Peer>) -> (usize, usize) {
    let possible = peers.iter().filter(|peer| step.history.is_outbound(**peer)).count();
    let open = peers.iter().filter(|peer| step.history.is_outbound(**peer) && step.history.was_dialled(**peer)).count();
    (possible - open, possible)
}

/// Whether opportunistic grafting is due at this heartbeat.
fn is_opportunistic(step: &StepContext<'_>) -> bool {
    step.parameters.scoring.is_some()
        && step.history.heartbeats.saturating_add(1).is_multiple_of(step.parameters.opportunistic_graft_ticks)
}

fn only_overfull_pruned(step: &StepContext<'_>) -> Verdict {
    if !matches!(step.input, Input::Heartbeat) {
        return Ok(());
    }
    for topic in step.history.joined() {
        let certainly_pruned =
            |peer: &Peer| step.history.score(*peer).is_some_and(|score| score >= 0.0) && step.is_pruned(topic, *peer);
        let size = step.history.possible_links(topic).len();
        let mut members = step.history.links(topic).into_iter();
        if let Some(peer) = members.find(certainly_pruned).filter(|_| size <= step.parameters.degree_high) {
            let what = format_args!("the mesh of {topic} with {size} members");
            return broken(what, "not pruned", format_args!("peer {peer} pruned"));
        }
    }
    Ok(())
}

fn pruned_to_degree(step: &StepContext<'_>) -> Verdict {
    for mesh in meshes(step) {
        let (kept, degree) = (mesh.kept(), step.parameters.degree);
        let is_overfull = mesh.members.len() > step.parameters.degree_high;
        if (is_overfull || !mesh.pruned.is_empty()) && kept.len() != degree {
            let what = format_args!("the number of members of {} that stay", mesh.topic);
            return broken(what, degree, kept.len());
        }
    }
    Ok(())
}

fn only_underfull_grafted(step: &StepContext<'_>) -> Verdict {
    for mesh in meshes(step) {
        let (certain, _) = outbound(step, &mesh.kept());
        let is_other = certain < step.parameters.degree_out || is_opportunistic(step);
        if mesh.members.len() >= step.parameters.degree_low && !is_other && !mesh.grafted.is_empty() {
            let what = format_args!("the mesh of {} with {} members", mesh.topic, mesh.members.len());
            return broken(what, "no GRAFT", format_args!("GRAFT to {}", braces(mesh.grafted)));
        }
    }
    Ok(())
}

/// Peers that certainly can be grafted.
fn graftable(step: &StepContext<'_>, topic: &Topic) -> BTreeSet<Peer> {
    let mut candidates = step.candidates(topic, 0.0);
    candidates.retain(|peer| {
        step.history.link(topic, *peer).is_none() && step.history.possible_backoff(topic, *peer).is_none()
    });
    candidates
}

fn filled(step: &StepContext<'_>) -> Verdict {
    for mesh in meshes(step) {
        let missing = step.parameters.degree.saturating_sub(mesh.members.len());
        if mesh.members.len() >= step.parameters.degree_low {
            continue;
        }
        let candidates = graftable(step, mesh.topic);
        let fewest = missing.min(candidates.len());
        let has_more = step.parameters.degree_out > 0 || is_opportunistic(step);
        if mesh.grafted.len() < fewest || (mesh.grafted.len() > missing && !has_more) {
            let allowed = format_args!("{fewest} to {missing} of {}", braces(candidates));
            return broken(format_args!("GRAFT of {}", mesh.topic), allowed, braces(mesh.grafted));
        }
    }
    Ok(())
}

fn outbound_kept(step: &StepContext<'_>) -> Verdict {
    for mesh in meshes(step).into_iter().filter(|mesh| !mesh.pruned.is_empty()) {
        let (before, _) = outbound(step, &mesh.members.keys().copied().collect());
        let (_, after) = outbound(step, &mesh.kept());
        let fewest = before.min(step.parameters.degree_out);
        if after < fewest {
            let what = format_args!("the number of outbound members of {} that stay", mesh.topic);
            return broken(what, format_args!("at least {fewest}"), after);
        }
    }
    Ok(())
}

fn outbound_quota(step: &StepContext<'_>) -> Verdict {
    for mesh in meshes(step) {
        let members = &mesh.kept() | &mesh.grafted;
        let (_, count) = outbound(step, &members);
        if members.len() < step.parameters.degree_low || count >= step.parameters.degree_out {
            continue;
        }
        let others = &graftable(step, mesh.topic) - &members;
        let is_certain = |peer: &Peer| step.history.is_outbound(*peer) && !step.history.was_dialled(*peer);
        if let Some(peer) = others.into_iter().find(is_certain) {
            let what = format_args!("the mesh of {} with {count} outbound members", mesh.topic);
            return broken(what, format_args!("GRAFT to the outbound peer {peer}"), "none");
        }
    }
    Ok(())
}

fn is_negative(step: &StepContext<'_>, peer: Peer) -> bool {
    step.history.score(peer).is_some_and(|score| score < 0.0)
}

fn negative_pruned(step: &StepContext<'_>) -> Verdict {
    if !matches!(step.input, Input::Heartbeat) {
        return Ok(());
    }
    for topic in step.history.joined() {
        let mut negative = step.history.links(topic).into_iter().filter(|peer| is_negative(step, *peer));
        if let Some(peer) = negative.find(|peer| !step.is_pruned(topic, *peer)) {
            return broken(
                format_args!("peer {peer} with a negative score in the mesh of {topic}"),
                "pruned",
                "not pruned",
            );
        }
    }
    Ok(())
}

fn negative_not_grafted(step: &StepContext<'_>) -> Verdict {
    let mut grafted = step.sent.to.iter().filter(|(_, parts)| !parts.graft.is_empty()).map(|(peer, _)| *peer);
    match grafted.find(|peer| is_negative(step, *peer)) {
        Some(peer) => broken(format_args!("peer {peer} with a negative score"), "no GRAFT", "a GRAFT"),
        None => Ok(()),
    }
}

fn best_kept(step: &StepContext<'_>) -> Verdict {
    let best = step.parameters.degree_score;
    if best == 0 || best.saturating_add(step.parameters.degree_out) > step.parameters.degree {
        return Ok(());
    }
    for mesh in meshes(step).into_iter().filter(|mesh| !mesh.pruned.is_empty()) {
        let mut scores: Vec<f64> = mesh.members.values().copied().collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let Some(lowest) = scores.get(best - 1).copied() else { continue };
        let is_above = |peer: &&Peer| mesh.members.get(peer).is_some_and(|score| *score > lowest);
        let is_at_least = |peer: &&Peer| mesh.members.get(peer).is_some_and(|score| *score >= lowest);
        let kept = mesh.kept();
        if mesh.pruned.iter().any(|peer| is_above(&peer)) || kept.iter().filter(is_at_least).count() < best {
            let allowed = format_args!("those that score above {lowest}, and {best} of those that score as much");
            return broken(format_args!("the members of {} that stay", mesh.topic), allowed, braces(kept));
        }
    }
    Ok(())
}

fn opportunistic(step: &StepContext<'_>) -> Verdict {
    let Some(scoring) = step.parameters.scoring.as_ref().filter(|_| is_opportunistic(step)) else { return Ok(()) };
    for mesh in meshes(step) {
        let kept = mesh.kept();
        let (certain, _) = outbound(step, &kept);
        // Only meshes that the steps before leave as they are.
        if kept.len() < step.parameters.degree_low.max(2) || certain < step.parameters.degree_out {
            continue;
        }
        let mut scores: Vec<f64> = kept.iter().filter_map(|peer| mesh.members.get(peer).copied()).collect();
        scores.sort_by(f64::total_cmp);
        let middle = scores.len() / 2;
        let (Some(upper), Some(lower)) = (scores.get(middle), scores.get((scores.len() - 1) / 2)) else { continue };
        let mean = (lower + upper) * 0.5;
        if mean.max(*upper) >= scoring.thresholds.opportunistic_graft {
            continue;
        }
        let score = |peer: Peer| step.history.score(peer).unwrap_or(0.0);
        let mut candidates = graftable(step, mesh.topic);
        candidates.retain(|peer| score(*peer) > mean.max(*upper));
        let fewest = candidates.len().min(step.parameters.opportunistic_graft_peers);
        if mesh.grafted.len() < fewest || mesh.grafted.iter().any(|peer| score(*peer) <= mean.min(*upper)) {
            let allowed = format_args!("at least {fewest} of {}", braces(candidates));
            return broken(format_args!("GRAFT of {}", mesh.topic), allowed, braces(mesh.grafted));
        }
    }
    Ok(())
}
