//! Section 7: the heartbeat.

use crate::automaton::{
    Candidates, ChoicePoint, MarkId, Model, OverfullMesh, Pick, RuleId, Violation,
    choice::{Braces, at_most},
    context::Context,
};
use gossipsub_automaton::{
    Application, HeartbeatOutput, TopicsByPeer,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// The changes of the mesh of one topic.
#[derive(Debug, Default)]
struct MeshChanges {
    to_graft: BTreeSet<Peer>,
    to_prune: BTreeSet<Peer>,
    no_px: BTreeSet<Peer>,
}

impl<A: Application<TraceIds>> Model<A> {
    /// Steps 1 to 7.
    pub(super) fn heartbeat(&mut self, context: &mut Context<'_>) -> Result<HeartbeatOutput<TraceIds>, Violation> {
        // 1 Heartbeats are counted.
        self.heartbeat_ticks = self.heartbeat_ticks.saturating_add(1);
        self.clean_up(context);

        context.mark(MarkId::HeartbeatSharedPeers, self.has_shared_peers());
        let mut changes = BTreeMap::new();
        for (topic, mesh) in &self.mesh {
            changes.insert(topic.clone(), self.mesh_changes(topic, mesh.clone(), context)?);
        }

        // 4 The pruned are backed off and leave the mesh, and the grafted join it.
        for (topic, MeshChanges { to_graft, to_prune, .. }) in &changes {
            for peer in to_prune {
                self.backoff.back_off(topic, *peer, self.now, self.limits.prune_backoff, context);
            }
            for peer in to_graft {
                self.scores.graft(*peer, topic, self.now);
            }
            let mesh = self.mesh.entry(topic.clone()).or_default();
            mesh.extend(to_graft);
            mesh.retain(|peer| !to_prune.contains(peer));
        }

        self.maintain_fanouts(context)?;

        // 6 The message cache is shifted and the pruned lose their place in the mesh.
        self.message_cache.shift();
        for (topic, MeshChanges { to_prune, .. }) in &changes {
            for peer in to_prune {
                self.scores.prune(*peer, topic);
            }
        }

        // 7 Grafts and prunes are grouped by peer.
        let to_graft = by_peer(changes.iter().map(|(topic, changes)| (topic, &changes.to_graft)));
        let to_prune = by_peer(changes.iter().map(|(topic, changes)| (topic, &changes.to_prune)));
        let no_px_peers = changes.values().flat_map(|changes| changes.no_px.iter().copied()).collect();
        context.mark(MarkId::HeartbeatGraftsAndPrunes, to_graft.keys().any(|peer| to_prune.contains_key(peer)));
        Ok(HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers })
    }

    /// Whether it is a heartbeat of *every n ticks*.
    const fn is_every(&self, ticks: u64) -> bool {
        self.heartbeat_ticks.is_multiple_of(ticks)
    }

    /// Whether another joined topic has a mesh peer of the first one.
    fn has_shared_peers(&self) -> bool {
        let mut meshes = self.mesh.values();
        meshes.next().is_some_and(|first| meshes.any(|other| !first.is_disjoint(other)))
    }

    /// Step 2.
    fn clean_up(&mut self, context: &mut Context<'_>) {
        // 2a It is time to clean up backoffs.
        if context.check(
            RuleId::Heartbeat2a,
            self.is_every(self.limits.backoff_cleanup_ticks),
            &format_args!("tick {} of {}", self.heartbeat_ticks, self.limits.backoff_cleanup_ticks),
        ) {
            self.backoff.clean_up(self.now, self.limits.heartbeat_interval.doubled(), context);
        }
        for _ in 0..self.backoff.count_ended(self.now) {
            context.mark(MarkId::HeartbeatEndedBackoff, true);
        }
        // 2c It is time to refresh scores.
        if context.check(
            RuleId::Heartbeat2c,
            self.is_every(self.limits.score_cleanup_ticks),
            &format_args!("tick {} of {}", self.heartbeat_ticks, self.limits.score_cleanup_ticks),
        ) {
            self.scores.refresh(self.now, context);
        }
        // 2d The counters of all peers are reset.
        self.ihave_per_heartbeat.clear();
        self.iwant_per_heartbeat.clear();
    }

    /// Step 3, for one topic. `mesh` is M.
    fn mesh_changes(
        &self,
        topic: &Topic,
        mut mesh: BTreeSet<Peer>,
        context: &mut Context<'_>,
    ) -> Result<MeshChanges, Violation> {
        let mut to_graft = BTreeSet::new();
        // 3a The score of a peer of the mesh is below zero.
        let mut no_px = mesh.clone();
        no_px.retain(|peer| {
            context.is_below(RuleId::Heartbeat3a, ("score", self.score(*peer)), ("the least score", 0.0))
        });
        mesh.retain(|peer| !no_px.contains(peer));
        let mut to_prune = no_px.clone();

        let n = mesh.len() as u64;
        // 3b The mesh has fewer than degree_low peers. M stays as it is.
        if context.is_below(RuleId::Heartbeat3b, ("mesh", n), ("degree_low", self.limits.degree_low)) {
            let candidates = Candidates::Grafts(self.graft_candidates(topic, &mesh, context));
            let pick = Pick::up_to(self.limits.degree_optimal - n, candidates, ChoicePoint::Fill(topic));
            to_graft = context.choose_peers(&pick)?;
        }
        // 3c The mesh has more than degree_high peers.
        if context.is_above(RuleId::Heartbeat3c, ("mesh", n), ("degree_high", self.limits.degree_high)) {
            let kept = context.keep(topic, &self.overfull_mesh(&mesh))?;
            to_prune.extend(mesh.difference(&kept));
            mesh = kept;
        }
        let mut is_new_only = false;
        let n = mesh.len() as u64;
        // 3d1 The mesh has degree_low peers or more.
        if context.has_reached(RuleId::Heartbeat3d1, ("mesh", n), ("degree_low", self.limits.degree_low)) {
            let outbound = mesh.iter().filter(|peer| self.is_outbound(**peer)).count() as u64;
            let degree_out = self.limits.degree_out;
            // 3d The mesh has fewer than degree_out outbound peers. From here on, M is only the new ones (Q5).
            if context.is_below(RuleId::Heartbeat3d, ("outbound peers", outbound), ("degree_out", degree_out)) {
                let mut candidates = self.graft_candidates(topic, &mesh, context);
                // 3d2 A candidate is outbound.
                candidates.retain(|(peer, _)| context.check(RuleId::Heartbeat3d2, self.is_outbound(*peer), peer));
                let candidates = Candidates::Grafts(candidates);
                let pick = Pick::up_to(degree_out - outbound, candidates, ChoicePoint::Outbound(topic));
                to_graft = context.choose_peers(&pick)?;
                mesh.clone_from(&to_graft);
                is_new_only = true;
            }
        }
        // 3e Peers are grafted opportunistically.
        let candidates = self.opportunistic_candidates(topic, &mesh, &to_prune, context);
        let count = self.limits.opportunistic_graft_peers;
        let pick = Pick::up_to(count, candidates, ChoicePoint::Opportunistic(topic));
        context.mark(MarkId::HeartbeatNewPeersOnly, is_new_only && pick.count > 0);
        to_graft.extend(context.choose_peers(&pick)?);
        Ok(MeshChanges { to_graft, to_prune, no_px })
    }

    /// C of steps 3b and 3d, with the score of each peer.
    fn graft_candidates(&self, topic: &Topic, mesh: &BTreeSet<Peer>, context: &mut Context<'_>) -> Vec<(Peer, f64)> {
        let mut candidates = Vec::new();
        for peer in self.subscribed(topic) {
            // (1) A subscribed peer is in the mesh.
            if context.check(RuleId::Candidate1, mesh.contains(&peer), &peer)
                // (2) A subscribed peer is backed off.
                || context.check(RuleId::Candidate2, self.backoff.is_backed_off(topic, peer), &peer)
                // (3) A subscribed peer is direct.
                || context.check(RuleId::Candidate3, self.is_direct(peer), &peer)
            {
                continue;
            }
            let score = self.score(peer);
            // (4) A subscribed peer's score is below zero.
            if !context.is_below(RuleId::Candidate4, ("score", score), ("the least score", 0.0)) {
                candidates.push((peer, score));
            }
        }
        candidates
    }

    /// Step 3c: the choice of the peers that are kept.
    fn overfull_mesh(&self, mesh: &BTreeSet<Peer>) -> OverfullMesh {
        OverfullMesh {
            peers: mesh.iter().map(|peer| (*peer, (self.score(*peer), self.is_outbound(*peer)))).collect(),
            keep: at_most(self.limits.degree_optimal, mesh.len()),
            best: at_most(self.limits.degree_score, mesh.len()),
            outbound: at_most(self.limits.degree_out, mesh.len()),
        }
    }

    /// Step 3e: the candidates. Empty if it is not time for opportunistic grafts or the mesh does not need them.
    fn opportunistic_candidates(
        &self,
        topic: &Topic,
        mesh: &BTreeSet<Peer>,
        pruned: &BTreeSet<Peer>,
        context: &mut Context<'_>,
    ) -> Candidates {
        // 3e1 It is time for opportunistic grafts.
        let is_time = context.check(
            RuleId::Heartbeat3e1,
            self.is_every(self.limits.opportunistic_graft_ticks),
            &format_args!("tick {} of {}", self.heartbeat_ticks, self.limits.opportunistic_graft_ticks),
        );
        // 3e2 The mesh has more than one peer.
        if !is_time || !context.is_above(RuleId::Heartbeat3e2, ("mesh", mesh.len()), ("the least mesh", 1)) {
            return Candidates::none();
        }
        let mut scores: Vec<f64> = mesh.iter().map(|peer| self.score(*peer)).collect();
        scores.sort_by(f64::total_cmp);
        let median = *scores.get(scores.len() / 2).expect("a mesh of more than one peer has a median");
        // 3e3 The median score is below opportunistic_graft_threshold.
        let threshold = ("opportunistic_graft_threshold", self.limits.opportunistic_graft_threshold);
        if !context.is_below(RuleId::Heartbeat3e3, ("median", median), threshold) {
            return Candidates::none();
        }
        let is_candidate = |peer: &Peer| {
            // The checks of C but for the last.
            !context.check(RuleId::Candidate1, mesh.contains(peer), peer)
                && !context.check(RuleId::Candidate2, self.backoff.is_backed_off(topic, *peer), peer)
                && !context.check(RuleId::Candidate3, self.is_direct(*peer), peer)
                // 3e4 A subscribed peer's score is above the median.
                && context.is_above(RuleId::Heartbeat3e4, ("score", self.score(*peer)), ("median", median))
                // 3e5 A subscribed peer was pruned from the topic in this heartbeat.
                && !context.check(RuleId::Heartbeat3e5, pruned.contains(peer), peer)
        };
        self.subscribed(topic).filter(is_candidate).collect()
    }

    /// Step 5.
    fn maintain_fanouts(&mut self, context: &mut Context<'_>) -> Result<(), Violation> {
        let ttl = self.limits.fanout_ttl;
        // 5a The fanout was last published to more than fanout_ttl ago.
        self.fanout.retain(|_, fanout| {
            let end = fanout.last_published_time + ttl;
            !context.is_below(RuleId::Heartbeat5a, ("the last publish + fanout_ttl", end), ("now", self.now))
        });
        let mut fanouts = std::mem::take(&mut self.fanout);
        for (topic, fanout) in &mut fanouts {
            self.maintain_fanout(topic, &mut fanout.peers, context)?;
            context.mark(MarkId::HeartbeatEmptyFanout, fanout.peers.is_empty());
        }
        self.fanout = fanouts;
        Ok(())
    }

    /// Step 5, for one topic.
    fn maintain_fanout(
        &self,
        topic: &Topic,
        fanout: &mut BTreeSet<Peer>,
        context: &mut Context<'_>,
    ) -> Result<(), Violation> {
        let threshold = ("publish_threshold", self.limits.publish_threshold);
        let subscribed: BTreeSet<Peer> = self.subscribed(topic).collect();
        fanout.retain(|peer| {
            // 5b A peer of the fanout is not subscribed.
            !context.check(RuleId::Heartbeat5b, !subscribed.contains(peer), peer)
                // 5c The score of a peer of the fanout is below publish_threshold.
                && !context.is_below(RuleId::Heartbeat5c, ("score", self.score(*peer)), threshold)
        });
        let candidates = subscribed.into_iter().filter(|peer| {
            // 5d A subscribed peer is in the fanout.
            !context.check(RuleId::Heartbeat5d, fanout.contains(peer), &Braces(&*fanout))
                // 5e A subscribed peer is direct.
                && !context.check(RuleId::Heartbeat5e, self.is_direct(*peer), peer)
                // 5f A subscribed peer's score is below publish_threshold.
                && !context.is_below(RuleId::Heartbeat5f, ("score", self.score(*peer)), threshold)
        });
        let candidates = candidates.collect();
        // 5 The fanout is filled up to degree_optimal. It may be left empty.
        let missing = self.limits.degree_optimal.saturating_sub(fanout.len() as u64);
        fanout.extend(context.choose_peers(&Pick::up_to(missing, candidates, ChoicePoint::Fanout(topic)))?);
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
