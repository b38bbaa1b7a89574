//! Mesh maintenance by heartbeats.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken, full_view::expect_none};
use gossipsub_automaton::{
    HeartbeatOutput, Output, PeerSet, TopicsByPeer,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

pub(super) const GRAFT_OR_PRUNE: Property = Property {
    name: "no heartbeat grafts and prunes a peer for one topic",
    source: "gossipsub v1.1, PRUNE Backoff and Peer Exchange",
    quote: "both the pruned and the pruning peer add a backoff period from each other, within which they will not try \
            to regraft",
    except: None,
    check: Check::Answer(graft_or_prune),
};

pub(super) const NEGATIVE: Property = Property {
    name: "a heartbeat leaves no peer with a negative score in a mesh",
    source: "gossipsub v1.1, Heartbeat Maintenance",
    quote: "Peers with negative score are pruned from all meshes.",
    except: Some(
        "a peer that the same heartbeat prunes from another topic, or grafts again (Q5), may lose score by that",
    ),
    check: Check::State(negative),
};

pub(super) const NOT_TOO_FEW: Property = Property {
    name: "a heartbeat leaves fewer than degree_low peers in a mesh only without candidates to graft",
    source: "gossipsub v1.0, Mesh Maintenance",
    quote: "If there are fewer than `D_low` peers in a given topic mesh, we attempt to add new peers.",
    except: Some("a backoff counts until it is cleaned up, even when it has ended (Q1)"),
    check: Check::State(not_too_few),
};

pub(super) const NOT_TOO_MANY: Property = Property {
    name: "a heartbeat leaves at most degree_high peers in a mesh, but for those that it grafts",
    source: "gossipsub v1.0, Mesh Maintenance",
    quote: "if |mesh[topic]| > D_high: select |mesh[topic]| - D peers from mesh[topic]",
    except: Some("those grafted to fill the outbound quota, and opportunistically, come on top of a mesh of any size"),
    check: Check::State(not_too_many),
};

pub(super) const OUTBOUND: Property = Property {
    name: "a heartbeat leaves fewer than degree_out outbound peers in a mesh of degree_low only without outbound candidates",
    source: "gossipsub v1.1, Outbound Mesh Quotas",
    quote: "if the peer already has at least `D_lo` peers in the mesh but not enough outbound connections, then it \
            selects as many needed peers to fill the quota and grafts them in the mesh",
    except: Some("a backoff counts until it is cleaned up, even when it has ended (Q1)"),
    check: Check::State(outbound),
};

pub(super) const OUTBOUND_KEPT: Property = Property {
    name: "an over-full mesh is pruned to degree_optimal peers, degree_out of them outbound",
    source: "gossipsub v1.1, Outbound Mesh Quotas",
    quote: "When the peer prunes because of oversubscription, it selects survivor peers under the constraint that at \
            least `D_out` peers are outbound connections",
    except: None,
    check: Check::Change(outbound_kept),
};

/// What a heartbeat answered.
struct Heartbeat<'a> {
    to_graft: &'a TopicsByPeer<TraceIds>,
    to_prune: &'a TopicsByPeer<TraceIds>,
    no_px_peers: &'a PeerSet<TraceIds>,
}

impl<'a> Heartbeat<'a> {
    fn of(step: &StepContext<'a>) -> Option<Self> {
        let Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers }) = step.output else {
            return None;
        };
        Some(Self { to_graft, to_prune, no_px_peers })
    }

    fn grafts(&self, topic: &Topic, peer: Peer) -> bool {
        self.to_graft.get(&peer).is_some_and(|topics| topics.contains(topic))
    }

    fn prunes(&self, topic: &Topic, peer: Peer) -> bool {
        self.to_prune.get(&peer).is_some_and(|topics| topics.contains(topic))
    }

    /// Whether a peer's score may have changed since the heartbeat looked at it.
    fn touches(&self, peer: Peer) -> bool {
        self.to_graft.contains_key(&peer) || self.to_prune.contains_key(&peer)
    }
}

fn graft_or_prune(step: &StepContext<'_>) -> Verdict {
    let Some(heartbeat) = Heartbeat::of(step) else { return Ok(()) };
    for (peer, topics) in heartbeat.to_prune {
        if let Some(topic) = topics.iter().find(|topic| heartbeat.grafts(topic, *peer)) {
            return broken(format_args!("peer {peer} for topic {topic}"), "grafted or pruned", "both");
        }
    }
    Ok(())
}

fn negative(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let Some(heartbeat) = Heartbeat::of(step) else { return Ok(()) };
    for (topic, mesh) in view.mesh {
        let wrong = mesh.iter().copied().filter(|peer| view.score(*peer) < 0.0 && !heartbeat.touches(*peer));
        expect_none(|| format!("peers with a negative score in the mesh of topic {topic}"), wrong)?;
    }
    Ok(())
}

fn not_too_few(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let Some(heartbeat) = Heartbeat::of(step) else { return Ok(()) };
    for (topic, mesh) in view.mesh {
        if (mesh.len() as u64) < step.limits.degree_low {
            let left = view.candidates(topic).filter(|peer| !heartbeat.touches(*peer));
            expect_none(|| format!("peers to graft beside the mesh {} of topic {topic}", braces(mesh)), left)?;
        }
    }
    Ok(())
}

fn not_too_many(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let Some(heartbeat) = Heartbeat::of(step) else { return Ok(()) };
    for (topic, mesh) in view.mesh {
        let kept = mesh.iter().filter(|peer| !heartbeat.grafts(topic, **peer)).count() as u64;
        if kept > step.limits.degree_high {
            let most = format_args!("at most {}", step.limits.degree_high);
            return broken(format_args!("peers kept in the mesh of topic {topic}"), most, kept);
        }
    }
    Ok(())
}

fn outbound(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let Some(heartbeat) = Heartbeat::of(step) else { return Ok(()) };
    for (topic, mesh) in view.mesh {
        let kept = mesh.iter().filter(|peer| !heartbeat.grafts(topic, **peer)).count() as u64;
        let outbound = mesh.iter().filter(|peer| view.is_outbound(**peer)).count() as u64;
        if kept >= step.limits.degree_low && outbound < step.limits.degree_out {
            let left = view.candidates(topic).filter(|peer| view.is_outbound(*peer) && !heartbeat.touches(*peer));
            expect_none(|| format!("outbound peers to graft beside the mesh {} of topic {topic}", braces(mesh)), left)?;
        }
    }
    Ok(())
}

fn outbound_kept(step: &StepContext<'_>, before: &FullView<'_>, _: &FullView<'_>) -> Verdict {
    let Some(heartbeat) = Heartbeat::of(step) else { return Ok(()) };
    for (topic, mesh) in before.mesh {
        let mesh: BTreeSet<Peer> = mesh.iter().copied().filter(|peer| !heartbeat.no_px_peers.contains(peer)).collect();
        let kept: Vec<Peer> = mesh.iter().copied().filter(|peer| !heartbeat.prunes(topic, *peer)).collect();
        if kept.len() == mesh.len() {
            continue;
        }
        if mesh.len() as u64 <= step.limits.degree_high || kept.len() as u64 != step.limits.degree_optimal {
            let count = format_args!("{} of an over-full mesh", step.limits.degree_optimal);
            return broken(format_args!("kept in the mesh of topic {topic}"), count, braces(kept));
        }
        let outbound = |peers: &mut dyn Iterator<Item = &Peer>| peers.filter(|peer| before.is_outbound(**peer)).count();
        let least = (outbound(&mut mesh.iter()) as u64).min(step.limits.degree_out);
        if (outbound(&mut kept.iter()) as u64) < least {
            let what = format!("outbound peers kept in the mesh of topic {topic}");
            return broken(what, format_args!("{least} or more"), braces(kept));
        }
    }
    Ok(())
}
