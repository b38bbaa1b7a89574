//! The heartbeat: the periodic maintenance of meshes, fanouts, scores, backoffs and the message cache.

use super::{
    backoff::back_off,
    capacity::trim,
    connections::PeerState,
    intern::{PeerSlot, TopicSlot},
    members::Members,
    scores::Scores,
    topics::Audience,
};
use crate::{Application, Automaton, HeartbeatOutput, Identifiers, SortedSet, Time, TopicsByPeer, vocabulary::count};
use alloc::vec::Vec;
use core::{cmp::Ordering, mem};

/// What a heartbeat changes in the meshes.
#[derive(Default)]
struct Plan {
    /// In ascending order of topics; may repeat, and may name peers that are in the mesh.
    grafts: Vec<(TopicSlot, PeerSlot)>,
    /// In ascending order of topics.
    prunes: Vec<(TopicSlot, PeerSlot)>,
    no_px_peers: Vec<PeerSlot>,
    /// The peers of the mesh at hand.
    mesh: Vec<MeshPeer>,
}

/// A peer of a mesh, as the steps on the mesh see it.
#[derive(Clone, Copy, PartialEq)]
struct MeshPeer {
    slot: PeerSlot,
    score: f64,
    is_outbound: bool,
}

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// The periodic maintenance, due every `heartbeat_interval`.
    ///
    /// In this order: (2) old backoffs are dropped, scores refreshed, and the counters of IHaves and requests reset;
    /// (3, 4) meshes are kept between `degree_low` and `degree_high`, with enough outbound peers and without negative
    /// scores; (5) fanouts expire or are filled up; (6) the windows of the message cache move on.
    pub fn heartbeat(&mut self, now: Time) -> HeartbeatOutput<I> {
        let now = self.observe(now);
        self.heartbeat_ticks = self.heartbeat_ticks.saturating_add(1); // (1)
        if self.is_every(self.limits.backoff_cleanup_ticks) {
            self.clean_backoffs(now); // (2)
        }
        if self.is_every(self.limits.score_cleanup_ticks) {
            self.scores.refresh(&mut self.peers, now);
        }
        self.scores.untrack(&mut self.topics);
        self.reset_counters();
        let mut plan = Plan::default();
        let joined = mem::take(&mut self.joined);
        for topic in &joined {
            self.maintain_mesh(*topic, &mut plan); // (3)
        }
        self.joined = joined;
        self.apply(&plan, now); // (4)
        self.maintain_fanouts(now); // (5)
        self.messages.shift(self.heartbeat_ticks, &mut self.peers, &mut self.topics); // (6)
        for (topic, peer) in &plan.prunes {
            self.scores.prune(&mut self.peers, *peer, *topic);
        }
        let output = self.heartbeat_output(plan); // (7)
        self.compact();
        output
    }

    fn is_every(&self, ticks: u64) -> bool {
        self.heartbeat_ticks.is_multiple_of(ticks)
    }

    fn reset_counters(&mut self) {
        for peer in self.counted.drain(..) {
            self.peers[peer].ihaves = 0;
            self.peers[peer].iwants = 0;
            self.peers.release_unused(peer);
        }
        trim(&mut self.counted);
    }

    /// Plans the grafts and prunes of a topic.
    fn maintain_mesh(&mut self, topic: TopicSlot, plan: &mut Plan) {
        let (low, high) = (count(self.limits.degree_low), count(self.limits.degree_high));
        let (optimal, out) = (count(self.limits.degree_optimal), count(self.limits.degree_out));
        let pruned_before = plan.prunes.len();
        self.prune_negative(topic, plan); // a
        let size = plan.mesh.len();
        if size < low {
            let chosen =
                self.choose_new(topic, optimal - size, |mesh, name, peer| peer.score >= 0.0 && !mesh.contains(name));
            plan.grafts.extend(chosen.into_iter().map(|peer| (topic, peer))); // b
        }
        if size > high {
            self.prune_excess(topic, plan); // c
        }
        let outbound = plan.mesh.iter().filter(|peer| peer.is_outbound).count();
        let lacks_outbound = plan.mesh.len() >= low && outbound < out;
        if lacks_outbound {
            self.graft_outbound(topic, plan, outbound); // d
        }
        if self.is_every(self.limits.opportunistic_graft_ticks) && plan.mesh.len() > 1 {
            self.graft_opportunistically(topic, plan, pruned_before, lacks_outbound); // e
        }
    }

    /// Reads the mesh of a topic into the plan, but for the peers of negative score: those are pruned.
    fn prune_negative(&mut self, topic: TopicSlot, Plan { prunes, no_px_peers, mesh, .. }: &mut Plan) {
        let Self { peers, topics, scores, .. } = self;
        mesh.clear();
        for slot in topics[topic].mesh().into_iter().flat_map(Members::slots) {
            let peer = MeshPeer::new(slot, &mut peers[slot], scores);
            if peer.score < 0.0 {
                prunes.push((topic, slot));
                no_px_peers.push(slot);
            } else {
                mesh.push(peer);
            }
        }
    }

    /// Keeps `degree_optimal` peers of the mesh: the best by score, enough outbound ones, and others at random.
    fn prune_excess(&mut self, topic: TopicSlot, Plan { prunes, mesh, .. }: &mut Plan) {
        let Self { choice, limits, .. } = self;
        let outbound = mesh.iter().filter(|peer| peer.is_outbound).count().min(count(limits.degree_out));
        choice.shuffle_front(mesh, usize::MAX);
        mesh.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap_or(Ordering::Equal));
        let (best, others) = mesh.split_at_mut(count(limits.degree_score));
        let best_outbound = best.iter().filter(|peer| peer.is_outbound).count();
        choice.shuffle_front(others, usize::MAX);
        // The first outbound ones, as many as are missing, come before the others.
        let mut front = 0..outbound.saturating_sub(best_outbound);
        for index in 0..others.len() {
            if others.get(index).is_some_and(|peer| peer.is_outbound)
                && let Some(place) = front.next()
            {
                others.swap(place, index);
            }
        }
        prunes.extend(mesh.drain(count(limits.degree_optimal)..).map(|peer| (topic, peer.slot)));
    }

    /// Grafts the outbound peers that are missing. From here on, the mesh is only these (Q5).
    fn graft_outbound(&mut self, topic: TopicSlot, Plan { grafts, mesh, .. }: &mut Plan, outbound: usize) {
        mesh.clear();
        if self.topics[topic].outbound == outbound {
            return; // all that subscribe are in the mesh
        }
        let missing = count(self.limits.degree_out) - outbound;
        // None of those pruned as excess is outbound: an outbound one is pruned only where enough are kept.
        let chosen = self.choose_new(topic, missing, |mesh, name, peer| {
            peer.is_outbound && peer.score >= 0.0 && !mesh.contains(name)
        });
        let Self { peers, scores, .. } = self;
        mesh.extend(chosen.iter().map(|slot| MeshPeer::new(*slot, &mut peers[*slot], scores)));
        grafts.extend(chosen.into_iter().map(|peer| (topic, peer)));
    }

    /// Grafts peers above the median of the mesh, where that is low. The mesh may be replaced by new peers; then the
    /// peers of the real mesh can be chosen, too (Q5).
    fn graft_opportunistically(
        &mut self,
        topic: TopicSlot,
        Plan { grafts, prunes, mesh, .. }: &mut Plan,
        pruned_before: usize,
        is_replaced: bool,
    ) {
        let middle = mesh.len() / 2;
        let (_, median, _) = mesh.select_nth_unstable_by(middle, |a, b| a.score.total_cmp(&b.score));
        let median = median.score;
        if median >= self.limits.opportunistic_graft_threshold {
            return;
        }
        let pruned = prunes.split_at(pruned_before).1;
        let at_most = count(self.limits.opportunistic_graft_peers);
        let chosen = self.choose_new(topic, at_most, |real_mesh, name, peer| {
            let is_excluded = if is_replaced {
                mesh.contains(&peer) || pruned.contains(&(topic, peer.slot))
            } else {
                real_mesh.contains(name)
            };
            peer.score > median && !is_excluded
        });
        grafts.extend(chosen.into_iter().map(|peer| (topic, peer)));
    }

    /// Chooses among the subscribers of a joined topic that are not direct, not backed off (Q1: nor were), and eligible.
    fn choose_new(
        &mut self,
        topic: TopicSlot,
        at_most: usize,
        is_eligible: impl Fn(&Members<I::Peer>, &I::Peer, MeshPeer) -> bool,
    ) -> Vec<PeerSlot> {
        let Self { peers, topics, scores, choice, .. } = self;
        let state = &topics[topic];
        let Some(mesh) = state.mesh() else { return Vec::new() };
        choice.some_of(&state.subscribers, at_most, |slot| {
            let peer = MeshPeer::new(slot, &mut peers[slot], scores);
            !peers[slot].is_direct() && is_eligible(mesh, peers.name(slot), peer) && !state.backoff.contains_key(&slot)
        })
    }

    /// Makes the planned changes, but for the scores of pruned peers.
    fn apply(&mut self, plan: &Plan, now: Time) {
        let Self { peers, topics, scores, limits, .. } = self;
        for (topic, peer) in &plan.grafts {
            scores.graft(peers, *peer, *topic, now);
            if let Some(mesh) = topics[*topic].mesh_mut() {
                mesh.insert(peers.name(*peer), *peer);
            }
        }
        for (topic, peer) in &plan.prunes {
            back_off(peers, topics, *topic, *peer, now + limits.prune_backoff);
            if let Some(mesh) = topics[*topic].mesh_mut() {
                mesh.remove(peers.name(*peer));
            }
        }
    }

    fn maintain_fanouts(&mut self, now: Time) {
        let mut fanouts = mem::take(&mut self.fanouts);
        fanouts.retain(|topic| self.maintain_fanout(*topic, now));
        trim(&mut fanouts);
        self.fanouts = fanouts;
    }

    /// Drops or fills up the fanout of a topic. Whether it is still there.
    fn maintain_fanout(&mut self, topic: TopicSlot, now: Time) -> bool {
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let Audience::Fanout(fanout) = &mut topics[topic].audience else { return false };
        if fanout.last_published_time + limits.fanout_ttl < now {
            topics[topic].audience = Audience::Nobody;
            topics.release_unused(topic);
            return false;
        }
        // Those that no longer subscribe are out already.
        let mut members = mem::take(&mut fanout.peers);
        members.retain(|peer| scores.score(&mut peers[peer]) >= limits.publish_threshold);
        let missing = count(limits.degree_optimal).saturating_sub(members.len());
        let chosen = choice.some_of(&topics[topic].subscribers, missing, |peer| {
            !peers[peer].is_direct()
                && scores.score(&mut peers[peer]) >= limits.publish_threshold
                && !members.contains(peers.name(peer))
        });
        for peer in chosen {
            members.insert(peers.name(peer), peer);
        }
        if let Audience::Fanout(fanout) = &mut topics[topic].audience {
            fanout.peers = members;
        }
        true
    }

    fn heartbeat_output(&self, plan: Plan) -> HeartbeatOutput<I> {
        let no_px_peers = plan.no_px_peers.into_iter().map(|peer| self.peers.name(peer).clone()).collect();
        let (to_graft, to_prune) = (self.by_peer(plan.grafts), self.by_peer(plan.prunes));
        HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers }
    }

    /// The topics of each peer. They are given in ascending order of topics.
    fn by_peer(&self, mut changes: Vec<(TopicSlot, PeerSlot)>) -> TopicsByPeer<I> {
        changes.sort_by_key(|(_, peer)| *peer); // stable: the topics still ascend
        changes.dedup();
        let by_peer = changes.chunk_by(|(_, a), (_, b)| a == b).filter_map(|changes| {
            let (_, peer) = changes.first()?;
            let topics = changes.iter().map(|(topic, _)| self.topics.name(*topic).clone());
            Some((self.peers.name(*peer).clone(), SortedSet::from_ascending(topics.collect())))
        });
        by_peer.collect()
    }

    /// Moves slots together where most of them are free.
    fn compact(&mut self) {
        let Self { peers, topics, scores, messages, counted, joined, fanouts, .. } = self;
        if let Some(renumbering) = peers.compact() {
            topics.values_mut().for_each(|state| state.renumber_peers(&renumbering));
            messages.renumber_peers(&renumbering);
            scores.renumber_peers(&renumbering);
            renumbering.apply_to_all(counted);
        }
        if let Some(renumbering) = topics.compact() {
            peers.values_mut().for_each(|state| state.renumber_topics(&renumbering));
            messages.renumber_topics(&renumbering);
            scores.renumber_topics(&renumbering);
            renumbering.apply_to_all(joined.iter_mut().chain(fanouts));
        }
    }
}

impl MeshPeer {
    fn new<I: Identifiers>(slot: PeerSlot, state: &mut PeerState, scores: &Scores<I>) -> Self {
        Self { slot, score: scores.score(state), is_outbound: state.is_outbound() }
    }
}
