//! The heartbeat: the periodic maintenance of meshes, fanouts, scores, backoffs and the message cache.

use super::{
    Automaton,
    backoff::back_off,
    capacity::trim,
    members::Members,
    peers::Peers,
    scores::Scores,
    slots::{PeerSlot, TopicSlot},
    topics::{Audience, Fanout, TopicState},
};
use crate::{Application, HeartbeatOutput, Identifiers, SortedSet, Time, TopicsByPeer, vocabulary::count};
use alloc::vec::Vec;
use core::{cmp::Ordering, mem};

/// The changes that a heartbeat makes to the meshes.
#[derive(Default)]
struct MeshChanges {
    /// In ascending order of topics. A graft may be repeated, and it may name a peer that is in the mesh (Q5).
    grafts: Vec<(TopicSlot, PeerSlot)>,
    /// In ascending order of topics.
    prunes: Vec<(TopicSlot, PeerSlot)>,
    no_px_peers: Vec<PeerSlot>,
}

impl MeshChanges {
    fn graft(&mut self, topic: TopicSlot, peers: impl IntoIterator<Item = PeerSlot>) {
        self.grafts.extend(peers.into_iter().map(|peer| (topic, peer)));
    }
}

/// A peer of a mesh with what decides on its place there.
#[derive(Clone, Copy, PartialEq)]
struct MeshPeer {
    slot: PeerSlot,
    score: f64,
    is_outbound: bool,
}

impl MeshPeer {
    fn new<I: Identifiers>(slot: PeerSlot, peers: &mut Peers<I>, scores: &Scores<I>) -> Self {
        let state = &mut peers[slot];
        Self { slot, score: scores.score_of(state), is_outbound: state.is_outbound() }
    }
}

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// The periodic maintenance, due every `heartbeat_interval`.
    ///
    /// In this order: (1) the heartbeat is counted; (2) old backoffs are dropped, scores refreshed, and the counters of
    /// IHaves and requests reset; (3, 4) meshes are kept between `degree_low` and `degree_high`, with enough outbound
    /// peers and without negative scores; (5) fanouts expire or are filled up; (6) the windows of the message cache
    /// move on, and the scores of pruned peers change. (7) The output lists the grafts and prunes to send.
    pub fn heartbeat(&mut self, now: Time) -> HeartbeatOutput<I> {
        let now = self.observe(now);
        // (1) The heartbeat is counted. "Every n heartbeats" refers to the new count.
        self.heartbeat_ticks = self.heartbeat_ticks.saturating_add(1);
        // (2) Old backoffs are dropped, scores are refreshed, and the counters of the heartbeat are reset.
        if self.is_every(self.limits.backoff_cleanup_ticks) {
            self.clean_backoffs(now);
        }
        if self.is_every(self.limits.score_cleanup_ticks) {
            self.scores.refresh(&mut self.peers, now);
        }
        self.scores.untrack(&mut self.topics);
        self.reset_counters();
        // (3) The grafts and prunes of each joined topic are decided on the scores and backoffs of now.
        let mut changes = MeshChanges::default();
        let (mut mesh, mut pruned) = (Vec::new(), Vec::new()); // buffers for all topics, to allocate only once
        let joined = mem::take(&mut self.joined);
        for topic in &joined {
            self.maintain_mesh(*topic, &mut mesh, &mut pruned, &mut changes);
        }
        self.joined = joined;
        // (4) The meshes change. Pruned peers are backed off.
        self.apply(&changes, now);
        // (5) Fanouts expire or are filled up, by the scores after the grafts.
        self.maintain_fanouts(now);
        // (6) The message cache moves on. Only now do the scores of pruned peers change.
        self.messages.shift(self.heartbeat_ticks, &mut self.peers, &mut self.topics);
        for (topic, peer) in &changes.prunes {
            self.scores.prune(&mut self.peers, *peer, *topic);
        }
        // (7) The grafts and prunes go out, by peer.
        let output = self.heartbeat_output(changes);
        // Last, since it changes slots, and `changes` holds some.
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

    /// Decides on the grafts and prunes of a topic. `mesh` and `pruned` are buffers for the peers that stay in the mesh
    /// and for those that leave it.
    fn maintain_mesh(
        &mut self,
        topic: TopicSlot,
        mesh: &mut Vec<MeshPeer>,
        pruned: &mut Vec<PeerSlot>,
        changes: &mut MeshChanges,
    ) {
        let (low, high) = (count(self.limits.degree_low), count(self.limits.degree_high));
        let (optimal, out) = (count(self.limits.degree_optimal), count(self.limits.degree_out));
        // (3a) Peers of negative score leave the mesh and get no peer exchange.
        self.read_mesh(topic, mesh, pruned);
        changes.no_px_peers.extend_from_slice(pruned);
        // (3b) A small mesh is filled up. The steps below see the mesh without the new peers.
        let size = mesh.len();
        if size < low {
            let chosen =
                self.choose_new(topic, optimal - size, |mesh, name, peer| peer.score >= 0.0 && !mesh.contains(name));
            changes.graft(topic, chosen);
        }
        // (3c) A large mesh is cut down.
        if size > high {
            pruned.extend(self.remove_excess(mesh));
        }
        // (3d) Missing outbound peers are grafted, unless the mesh is small.
        let outbound = mesh.iter().filter(|peer| peer.is_outbound).count();
        let mut new_outbound = None;
        if mesh.len() >= low && outbound < out {
            let new = self.choose_outbound(topic, outbound);
            changes.graft(topic, new.iter().map(|peer| peer.slot));
            new_outbound = Some(new);
        }
        // (3e) Peers above a low median score are grafted. After 3d, "the mesh" of this step is only the peers that 3d
        // grafted, so peers of the real mesh can be chosen, too (Q5). Without 3d, the real mesh also holds the pruned.
        if self.is_every(self.limits.opportunistic_graft_ticks)
            && let Some(median) = median(new_outbound.as_mut().unwrap_or(mesh))
            && median < self.limits.opportunistic_graft_threshold
        {
            let at_most = count(self.limits.opportunistic_graft_peers);
            let chosen = self.choose_new(topic, at_most, |real_mesh, name, peer| {
                let is_excluded = match &new_outbound {
                    Some(new_outbound) => new_outbound.contains(&peer) || pruned.contains(&peer.slot),
                    None => real_mesh.contains(name),
                };
                peer.score > median && !is_excluded
            });
            changes.graft(topic, chosen);
        }
        changes.prunes.extend(pruned.iter().map(|peer| (topic, *peer)));
    }

    /// Reads the mesh of a topic: the peers of negative score into `negative`, the others into `mesh`.
    fn read_mesh(&mut self, topic: TopicSlot, mesh: &mut Vec<MeshPeer>, negative: &mut Vec<PeerSlot>) {
        let Self { peers, topics, scores, .. } = self;
        mesh.clear();
        negative.clear();
        for slot in topics[topic].mesh().expect("a listed topic is joined").slots() {
            let peer = MeshPeer::new(slot, peers, scores);
            if peer.score < 0.0 {
                negative.push(slot);
            } else {
                mesh.push(peer);
            }
        }
    }

    /// Keeps `degree_optimal` peers of a mesh: the best by score, enough outbound ones, and others at random. Returns
    /// the others.
    fn remove_excess(&mut self, mesh: &mut Vec<MeshPeer>) -> impl Iterator<Item = PeerSlot> {
        let Self { choice, limits, .. } = self;
        let outbound = mesh.iter().filter(|peer| peer.is_outbound).count().min(count(limits.degree_out));
        // The sort is stable, so the shuffle before it decides between equal scores.
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
        mesh.drain(count(limits.degree_optimal)..).map(|peer| peer.slot)
    }

    /// Chooses outbound peers for a mesh that has `outbound` of them, which is fewer than `degree_out`.
    fn choose_outbound(&mut self, topic: TopicSlot, outbound: usize) -> Vec<MeshPeer> {
        // All outbound subscribers are in the mesh: this saves a search of all subscribers in each heartbeat.
        if self.topics[topic].outbound == outbound {
            return Vec::new();
        }
        let missing = count(self.limits.degree_out) - outbound;
        // 3c has pruned no outbound peer: it prunes one only if `degree_out` others are kept.
        let chosen = self.choose_new(topic, missing, |mesh, name, peer| {
            peer.is_outbound && peer.score >= 0.0 && !mesh.contains(name)
        });
        let Self { peers, scores, .. } = self;
        chosen.into_iter().map(|slot| MeshPeer::new(slot, peers, scores)).collect()
    }

    /// Chooses among the subscribers of a joined topic that are eligible, not direct and not backed off. An entry
    /// counts as a backoff even when it has ended (Q1).
    fn choose_new(
        &mut self,
        topic: TopicSlot,
        at_most: usize,
        is_eligible: impl Fn(&Members<I::Peer>, &I::Peer, MeshPeer) -> bool,
    ) -> Vec<PeerSlot> {
        let Self { peers, topics, scores, choice, .. } = self;
        let state = &topics[topic];
        let mesh = state.mesh().expect("the topic is joined");
        choice.some_of(&state.subscribers, at_most, |slot| {
            let peer = MeshPeer::new(slot, peers, scores);
            !peers[slot].is_direct() && is_eligible(mesh, peers.name(slot), peer) && !state.backoff.contains_key(&slot)
        })
    }

    /// Makes the changes, except for the scores of pruned peers: these change after the fanouts were maintained.
    fn apply(&mut self, changes: &MeshChanges, now: Time) {
        let Self { peers, topics, scores, limits, .. } = self;
        for (topic, peer) in &changes.grafts {
            scores.graft(peers, *peer, *topic, now);
            topics.mesh_mut(*topic).insert(peers.name(*peer), *peer);
        }
        for (topic, peer) in &changes.prunes {
            back_off(peers, topics, *topic, *peer, now + limits.prune_backoff);
            topics.mesh_mut(*topic).remove(peers.name(*peer));
        }
    }

    fn maintain_fanouts(&mut self, now: Time) {
        let mut fanouts = mem::take(&mut self.fanouts);
        fanouts.retain(|topic| self.maintain_fanout(*topic, now));
        trim(&mut fanouts);
        self.fanouts = fanouts;
    }

    /// Drops or fills up the fanout of a topic. Returns whether it stays.
    fn maintain_fanout(&mut self, topic: TopicSlot, now: Time) -> bool {
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let TopicState { subscribers, audience, .. } = &mut topics[topic];
        let Audience::Fanout(Fanout { peers: members, last_published_time }) = audience else {
            unreachable!("a listed topic has a fanout")
        };
        if *last_published_time + limits.fanout_ttl < now {
            *audience = Audience::Absent;
            topics.release_unused(topic);
            return false;
        }
        // Peers that unsubscribed left the fanout at once, so only the scores are checked here.
        members.retain(|peer| scores.score(peers, peer) >= limits.publish_threshold);
        let missing = count(limits.degree_optimal).saturating_sub(members.len());
        let chosen = choice.some_of(subscribers, missing, |peer| {
            !peers[peer].is_direct()
                && scores.score(peers, peer) >= limits.publish_threshold
                && !members.contains(peers.name(peer))
        });
        for peer in chosen {
            members.insert(peers.name(peer), peer);
        }
        true
    }

    fn heartbeat_output(&self, changes: MeshChanges) -> HeartbeatOutput<I> {
        let no_px_peers = changes.no_px_peers.into_iter().map(|peer| self.peers.name(peer).clone()).collect();
        let (to_graft, to_prune) = (self.by_peer(changes.grafts), self.by_peer(changes.prunes));
        HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers }
    }

    /// Groups changes, which are given in ascending order of topics, by peer.
    fn by_peer(&self, mut changes: Vec<(TopicSlot, PeerSlot)>) -> TopicsByPeer<I> {
        changes.sort_by_key(|(_, peer)| *peer); // stable: the topics still ascend
        changes.dedup();
        let by_peer = changes.chunk_by(|(_, a), (_, b)| a == b).map(|changes| {
            let (_, peer) = changes.first().expect("a chunk is not empty");
            let topics = changes.iter().map(|(topic, _)| self.topics.name(*topic).clone());
            (self.peers.name(*peer).clone(), SortedSet::from_ascending(topics.collect()))
        });
        by_peer.collect()
    }
}

/// The median score of more than one peer: the element at half the length in ascending order.
fn median(peers: &mut [MeshPeer]) -> Option<f64> {
    if peers.len() <= 1 {
        return None;
    }
    let middle = peers.len() / 2;
    let (_, median, _) = peers.select_nth_unstable_by(middle, |a, b| a.score.total_cmp(&b.score));
    Some(median.score)
}
