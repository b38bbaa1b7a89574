//! Section 7: the heartbeat.

use crate::{Choice, Grafts, Model, OverfullMesh, Pick, Point, choice::at_most};
use gossipsub_automaton::{
    Application, HeartbeatOutput, TopicsByPeer,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of the mesh of one topic.
#[derive(Debug, Default)]
struct Maintenance {
    to_graft: BTreeSet<Peer>,
    to_prune: BTreeSet<Peer>,
    no_px: BTreeSet<Peer>,
}

impl<A: Application<TraceIds>> Model<A> {
    /// Steps 1 to 7.
    pub(crate) fn heartbeat<C: Choice>(&mut self, choice: &mut C) -> Result<HeartbeatOutput<TraceIds>, C::Refusal> {
        // 1.
        self.heartbeat_ticks = self.heartbeat_ticks.saturating_add(1);
        // 2.
        self.clean_up();
        // 3.
        let mut maintenance = BTreeMap::new();
        for (topic, mesh) in &self.mesh {
            maintenance.insert(topic.clone(), self.maintain_mesh(topic, mesh.clone(), choice)?);
        }
        // 4.
        for (topic, Maintenance { to_graft, to_prune, .. }) in &maintenance {
            for peer in to_prune {
                self.backoff.back_off(topic, *peer, self.now, self.limits.prune_backoff);
            }
            for peer in to_graft {
                self.scores.graft(*peer, topic, self.now);
            }
            let mesh = self.mesh.entry(topic.clone()).or_default();
            mesh.extend(to_graft);
            mesh.retain(|peer| !to_prune.contains(peer));
        }
        // 5.
        self.maintain_fanouts(choice)?;
        // 6.
        self.message_cache.shift();
        for (topic, Maintenance { to_prune, .. }) in &maintenance {
            for peer in to_prune {
                self.scores.prune(*peer, topic);
            }
        }
        // 7.
        Ok(HeartbeatOutput::Heartbeat {
            to_graft: by_peer(maintenance.iter().map(|(topic, maintenance)| (topic, &maintenance.to_graft))),
            to_prune: by_peer(maintenance.iter().map(|(topic, maintenance)| (topic, &maintenance.to_prune))),
            no_px_peers: maintenance.values().flat_map(|maintenance| maintenance.no_px.iter().copied()).collect(),
        })
    }

    /// *Every n ticks*
    const fn is_every(&self, ticks: u64) -> bool {
        self.heartbeat_ticks.is_multiple_of(ticks)
    }

    /// Step 2.
    fn clean_up(&mut self) {
        if self.is_every(self.limits.backoff_cleanup_ticks) {
            self.backoff.clean_up(self.now, self.limits.heartbeat_interval.doubled());
        }
        if self.is_every(self.limits.score_cleanup_ticks) {
            self.scores.refresh(self.now);
        }
        self.ihave_per_heartbeat.clear();
        self.iwant_per_heartbeat.clear();
    }

    /// Step 3, for one topic. `mesh` is M.
    fn maintain_mesh<C: Choice>(
        &self,
        topic: &Topic,
        mut mesh: BTreeSet<Peer>,
        choice: &mut C,
    ) -> Result<Maintenance, C::Refusal> {
        // a.
        let no_px: BTreeSet<Peer> = mesh.iter().copied().filter(|peer| self.score(*peer) < 0.0).collect();
        let mut to_prune = no_px.clone();
        mesh.retain(|peer| !no_px.contains(peer));
        let n = mesh.len() as u64;
        // b.
        let mut first = None;
        if n < self.limits.degree_low {
            let pick = Pick::up_to(self.limits.degree_optimal - n, self.graft_candidates(topic, &mesh));
            first = Some((Point::Fill(topic), pick));
        }
        // c.
        if n > self.limits.degree_high {
            let kept = choice.kept(topic, &self.overfull_mesh(&mesh))?;
            to_prune.extend(mesh.difference(&kept));
            mesh = kept;
        }
        // d.
        let outbound = mesh.iter().filter(|peer| self.is_outbound(**peer)).count() as u64;
        if mesh.len() as u64 >= self.limits.degree_low && outbound < self.limits.degree_out {
            let mut candidates = self.graft_candidates(topic, &mesh);
            candidates.retain(|peer| self.is_outbound(*peer));
            first = Some((Point::Outbound(topic), Pick::up_to(self.limits.degree_out - outbound, candidates)));
        }
        // e. After d, M is only the new outbound peers (Q5); b does not change M.
        let after_outbound = matches!(first, Some((Point::Outbound(_), _)));
        let opportunistic = |new: &BTreeSet<Peer>| {
            self.opportunistic_grafts(topic, if after_outbound { new } else { &mesh }, &to_prune)
        };
        let score = |peer| self.score(peer);
        let grafts = Grafts { topic, first, opportunistic: &opportunistic, score: &score };
        let (mut to_graft, opportunistic) = choice.grafts(&grafts)?;
        to_graft.extend(opportunistic);
        Ok(Maintenance { to_graft, to_prune, no_px })
    }

    /// C of steps b and d: Subscribed(t) not in M, not backed off, not direct, score >= 0.
    fn graft_candidates(&self, topic: &Topic, mesh: &BTreeSet<Peer>) -> BTreeSet<Peer> {
        self.subscribed(topic)
            .filter(|peer| !mesh.contains(peer))
            .filter(|peer| !self.backoff.is_backed_off(topic, *peer))
            .filter(|peer| !self.is_direct(*peer))
            .filter(|peer| self.score(*peer) >= 0.0)
            .collect()
    }

    /// Step c: what there is to choose.
    fn overfull_mesh(&self, mesh: &BTreeSet<Peer>) -> OverfullMesh {
        OverfullMesh {
            peers: mesh.iter().map(|peer| (*peer, (self.score(*peer), self.is_outbound(*peer)))).collect(),
            keep: at_most(self.limits.degree_optimal, mesh.len()),
            best: at_most(self.limits.degree_score, mesh.len()),
            outbound: at_most(self.limits.degree_out, mesh.len()),
        }
    }

    /// Step e: whom opportunistic grafting may choose, where M is `mesh`.
    fn opportunistic_grafts(&self, topic: &Topic, mesh: &BTreeSet<Peer>, pruned: &BTreeSet<Peer>) -> Pick {
        if !self.is_every(self.limits.opportunistic_graft_ticks) || mesh.len() <= 1 {
            return Pick::default();
        }
        let mut scores: Vec<f64> = mesh.iter().map(|peer| self.score(*peer)).collect();
        scores.sort_by(f64::total_cmp);
        let Some(median) = scores.get(mesh.len() / 2).copied() else { return Pick::default() };
        if median >= self.limits.opportunistic_graft_threshold {
            return Pick::default();
        }
        let candidates = self
            .subscribed(topic)
            .filter(|peer| !mesh.contains(peer))
            .filter(|peer| !self.backoff.is_backed_off(topic, *peer))
            .filter(|peer| !self.is_direct(*peer))
            .filter(|peer| self.score(*peer) > median)
            .filter(|peer| !pruned.contains(peer))
            .collect();
        Pick::up_to(self.limits.opportunistic_graft_peers, candidates)
    }

    /// Step 5.
    fn maintain_fanouts<C: Choice>(&mut self, choice: &mut C) -> Result<(), C::Refusal> {
        let ttl = self.limits.fanout_ttl;
        self.fanout.retain(|_, fanout| fanout.last_published_time + ttl >= self.now);
        let mut maintained = self.fanout.clone();
        for (topic, fanout) in &mut maintained {
            let will_do = |peer: &Peer| self.score(*peer) >= self.limits.publish_threshold;
            let subscribed: BTreeSet<Peer> = self.subscribed(topic).collect();
            fanout.peers.retain(|peer| subscribed.contains(peer) && will_do(peer));
            let candidates = subscribed
                .into_iter()
                .filter(|peer| !fanout.peers.contains(peer) && !self.is_direct(*peer) && will_do(peer))
                .collect();
            let missing = self.limits.degree_optimal.saturating_sub(fanout.peers.len() as u64);
            let pick = Pick { beside: fanout.peers.clone(), ..Pick::up_to(missing, candidates) };
            fanout.peers.extend(choice.peers(Point::Fanout(topic), &pick)?);
        }
        self.fanout = maintained;
        Ok(())
    }
}

/// Turns peers by topic into topics by peer. Peers without topics are left out.
fn by_peer<'a>(peers: impl Iterator<Item = (&'a Topic, &'a BTreeSet<Peer>)>) -> TopicsByPeer<TraceIds> {
    let mut topics: BTreeMap<Peer, Vec<Topic>> = BTreeMap::new();
    for (topic, peers) in peers {
        for peer in peers {
            topics.entry(*peer).or_default().push(topic.clone());
        }
    }
    topics.into_iter().map(|(peer, topics)| (peer, topics.into())).collect()
}
