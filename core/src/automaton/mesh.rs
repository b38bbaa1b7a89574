//! Meshes: grafts and prunes that peers send, and joining and leaving topics.

use super::{
    Automaton,
    backoff::back_off,
    members::Members,
    peers::add_subscriber,
    topics::{Audience, Fanout},
};
use crate::{
    Action, Application, Graft, GraftOutput, Identifiers, Join, JoinOutput, Leave, LeaveOutput, Prune, PruneOutput,
    Score, SortedSet, Time, vocabulary::count,
};
use core::mem;

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A peer put us into its mesh and wants to be in ours.
    ///
    /// Checked in this order: (1) the peer filter, (2) whether the topic is joined, (3) whether the peer is in the
    /// mesh, (4) connected, (5) direct, (6) backed off, (7) of negative score, (8) whether the mesh is full, and (8b)
    /// whether the peer is at `max_topics_per_peer`. (9) A peer that passes all checks joins the mesh.
    ///
    /// All refusals except (3) and (4) back the peer off. A peer that grafts while it is backed off gets one behaviour
    /// penalty (P7), or two if it grafts within `graft_flood_threshold` of the prune.
    pub fn graft(&mut self, now: Time, input: Graft<I>) -> GraftOutput {
        let now = self.observe(now);
        let Graft { peer, topic } = input;
        // (1) The peer filter refuses the peer.
        if !self.application.peer_filter(&peer, Action::Graft) {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::PeerFiltered);
        }
        // (2) The topic is not joined.
        let Some((topic_slot, mesh)) = self.topics.joined(&topic) else {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::UnsubscribedTopic);
        };
        // (3) The peer is already in the mesh.
        if mesh.contains(&peer) {
            return GraftOutput::PeerAlreadyInMesh;
        }
        let mesh_size = mesh.len();
        // (4) The peer is not connected.
        let Some(slot) = self.peers.find(&peer) else { return GraftOutput::UnexpectedGraftingPeer };
        let Some(connection) = &self.peers[slot].connection else { return GraftOutput::UnexpectedGraftingPeer };
        let is_outbound = connection.is_outbound;
        // (5) The peer is direct.
        if connection.is_direct {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::GraftingDirectPeer);
        }
        // (6) A backoff has not ended: one penalty, two within `graft_flood_threshold` of the prune. The times are
        // compared without subtraction and without saturation, so that neither can change the answer.
        if let Some(until) = self.topics[topic_slot].backoff.get(&slot).copied()
            && now < until
        {
            let is_flood =
                now.plus_exact(self.limits.prune_backoff) < until.plus_exact(self.limits.graft_flood_threshold);
            for _ in 0..=usize::from(is_flood) {
                // One at a time, because the original rounds after each.
                self.scores.penalize(&mut self.peers, slot);
            }
            return self.refuse_graft(now, &peer, &topic, GraftOutput::PeerBackedOff);
        }
        // (7) The score of the peer is negative.
        if self.scores.score(&mut self.peers, slot) < 0.0 {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::GraftingPeerWithNegativeScore);
        }
        // (8) The mesh is full, and the peer is not outbound.
        if !is_outbound && mesh_size >= count(self.limits.degree_high) {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::MeshFull);
        }
        // (8b) The peer subscribes to as many other topics as it may.
        if self.is_at_topic_limit(slot, &topic) {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::PeerFiltered);
        }
        // (9) The peer joins the mesh. It counts as a subscriber even if it did not say so.
        self.scores.graft(&mut self.peers, slot, topic_slot, now);
        self.topics.mesh_mut(topic_slot).insert(&peer, slot);
        add_subscriber(&mut self.peers, &mut self.topics, slot, topic_slot);
        GraftOutput::GraftingSuccessfully
    }

    /// Backs the peer off, also if it is not connected (Q3).
    fn refuse_graft(&mut self, now: Time, peer: &I::Peer, topic: &I::Topic, output: GraftOutput) -> GraftOutput {
        let topic = self.topics.intern(topic);
        let peer = self.peers.intern(peer);
        back_off(&mut self.peers, &mut self.topics, topic, peer, now + self.limits.prune_backoff);
        output
    }

    /// A peer removed us from its mesh.
    ///
    /// Checked in this order: (1) whether the topic is joined, and (2) whether the peer is in the mesh. (3) A peer in
    /// the mesh leaves it and is backed off for the span that it names. (4) Its peer exchange is ignored if its score
    /// is now below `accept_px_threshold`. (5) Otherwise up to `peers_to_px` of the peers that it offers are chosen.
    pub fn prune(&mut self, now: Time, input: Prune<I>) -> PruneOutput<I> {
        let now = self.observe(now);
        let Prune { peer, topic, mut px, backoff } = input;
        // (1) The topic is not joined.
        let Some(topic) = self.topics.joined(&topic).map(|(topic, _)| topic) else {
            return PruneOutput::PruneTopicNotTracked;
        };
        // (2) The peer is not in the mesh.
        let Some(slot) = self.peers.find(&peer) else { return PruneOutput::PeerNotInMesh };
        if !self.topics.mesh_mut(topic).remove(&peer) {
            return PruneOutput::PeerNotInMesh;
        }
        // (3) The peer has left the mesh, and is backed off.
        back_off(&mut self.peers, &mut self.topics, topic, slot, backoff.end(now));
        self.scores.prune(&mut self.peers, slot, topic);
        // (4) The score of the peer, after the prune, is below `accept_px_threshold`.
        let score = self.scores.score(&mut self.peers, slot);
        if score < self.limits.accept_px_threshold {
            return PruneOutput::IgnorePxScoreTooLow { score: Score::from(score) };
        }
        // (5) Some of the offered peers are chosen.
        self.choice.keep_some(&mut px, count(self.limits.peers_to_px));
        if px.is_empty() { PruneOutput::NoPx } else { PruneOutput::Px { peers: px.into() } }
    }

    /// We join a topic.
    ///
    /// (1) A topic that is joined already does not change. (2) The mesh gets the peers of the fanout that are not
    /// backed off and have no negative score. It is filled up to `degree_optimal` with random subscribers that are not
    /// backed off, have no negative score and are not direct. (3) The mesh replaces the fanout.
    pub fn join(&mut self, now: Time, input: Join<I>) -> JoinOutput<I> {
        let now = self.observe(now);
        let Join { topic } = input;
        let topic = self.topics.intern(&topic);
        let Self { peers, topics, scores, choice, limits, .. } = self;
        // (1) The topic is joined already.
        if topics[topic].mesh().is_some() {
            return JoinOutput::AlreadyJoined;
        }
        // (2) The mesh is made of the fanout and of random subscribers. An entry counts as a backoff even when it has
        // ended (Q1).
        let mut mesh = match mem::replace(&mut topics[topic].audience, Audience::Absent) {
            Audience::Fanout(Fanout { peers, .. }) => {
                topics.unlist(&mut self.fanouts, topic);
                peers
            }
            _ => Members::default(),
        };
        let state = &topics[topic];
        mesh.retain(|peer| !state.backoff.contains_key(&peer) && scores.score(peers, peer) >= 0.0);
        let missing = count(limits.degree_optimal).saturating_sub(mesh.len());
        let chosen = choice.some_of(&state.subscribers, missing, |peer| {
            !peers[peer].is_direct()
                && scores.score(peers, peer) >= 0.0
                && !state.backoff.contains_key(&peer)
                && !mesh.contains(peers.name(peer))
        });
        for peer in chosen {
            mesh.insert(peers.name(peer), peer);
        }
        // (3) The mesh replaces the fanout.
        scores.track(topics, topic);
        mesh.slots().for_each(|peer| scores.graft(peers, peer, topic, now));
        let to_graft = mesh.to_set();
        topics[topic].audience = Audience::Mesh(mesh);
        topics.list(&mut self.joined, topic);
        JoinOutput::JoiningTopic { to_graft }
    }

    /// We leave a topic.
    ///
    /// (1) A topic that is not joined does not change. (2) All peers of the mesh are pruned and backed off for
    /// `unsubscribe_backoff`. Those of negative score get no peer exchange.
    pub fn leave(&mut self, now: Time, input: Leave<I>) -> LeaveOutput<I> {
        let now = self.observe(now);
        let Leave { topic } = input;
        // (1) The topic is not joined.
        let Some(topic) = self.topics.joined(&topic).map(|(topic, _)| topic) else {
            return LeaveOutput::NotJoined;
        };
        let Self { peers, topics, scores, limits, .. } = self;
        let Audience::Mesh(mesh) = mem::replace(&mut topics[topic].audience, Audience::Absent) else {
            unreachable!("the topic is joined")
        };
        // (2) The peers of the mesh are pruned. Their scores are read before the prunes change them.
        let negative = mesh.iter().filter(|member| scores.score(peers, member.slot) < 0.0);
        let no_px_peers = SortedSet::from_ascending(negative.map(|member| member.peer.clone()).collect());
        for peer in mesh.slots() {
            back_off(peers, topics, topic, peer, now + limits.unsubscribe_backoff);
            scores.prune(peers, peer, topic);
        }
        topics.unlist(&mut self.joined, topic);
        scores.untrack(topics);
        LeaveOutput::LeavingTopic { to_prune: mesh.to_set(), no_px_peers }
    }
}
