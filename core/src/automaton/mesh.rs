//! Meshes: grafts and prunes of peers, joining and leaving topics, and the peers to offer to those that we prune.

use super::{
    backoff::back_off,
    connections::add_subscriber,
    intern::TopicSlot,
    members::Members,
    topics::{Audience, Fanout},
};
use crate::{
    Action, Application, Automaton, Graft, GraftOutput, Identifiers, Join, JoinOutput, Leave, LeaveOutput, Prune,
    PruneOutput, Score, SelectPxPeers, SelectPxPeersOutput, SetApplicationScore, SetApplicationScoreOutput, SortedSet,
    Time, vocabulary::count,
};
use alloc::vec::Vec;
use core::mem;

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A peer put us into its mesh and wants to be in ours.
    ///
    /// Checked in this order: (1) the peer filter, (2) whether the topic is joined, (3) whether the peer is in the
    /// mesh, (4) connected, (5) direct, (6) backed off, (7) of negative score, and (8) whether the mesh is full. All
    /// refusals but (3) and (4) back the peer off, whether it is connected or not; (6) costs it one behaviour penalty,
    /// or two where it grafts soon after the prune.
    pub fn graft(&mut self, now: Time, input: Graft<I>) -> GraftOutput {
        let now = self.observe(now);
        let Graft { peer, topic } = input;
        if !self.application.peer_filter(&peer, Action::Graft) {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::PeerFiltered); // (1)
        }
        let Some((topic_slot, mesh)) = self.joined(&topic) else {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::UnsubscribedTopic); // (2)
        };
        if mesh.contains(&peer) {
            return GraftOutput::PeerAlreadyInMesh; // (3)
        }
        let mesh_size = mesh.len();
        let Some(slot) = self.peers.find(&peer) else { return GraftOutput::UnexpectedGraftingPeer }; // (4)
        let Some(connection) = &self.peers[slot].connection else { return GraftOutput::UnexpectedGraftingPeer }; // (4)
        let is_outbound = connection.is_outbound;
        if connection.is_direct {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::GraftingDirectPeer); // (5)
        }
        if let Some(until) = self.topics[topic_slot].backoff.get(&slot).copied()
            && now < until
        {
            let is_flood =
                now.plus_exact(self.limits.prune_backoff) < until.plus_exact(self.limits.graft_flood_threshold);
            for _ in 0..=usize::from(is_flood) {
                self.scores.penalty(&mut self.peers, slot); // one by one: floats are rounded twice
            }
            return self.refuse_graft(now, &peer, &topic, GraftOutput::PeerBackedOff); // (6)
        }
        if self.scores.score(&mut self.peers[slot]) < 0.0 {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::GraftingPeerWithNegativeScore); // (7)
        }
        if !is_outbound && mesh_size >= count(self.limits.degree_high) {
            return self.refuse_graft(now, &peer, &topic, GraftOutput::MeshFull); // (8)
        }
        self.scores.graft(&mut self.peers, slot, topic_slot, now); // (9)
        if let Some(mesh) = self.topics[topic_slot].mesh_mut() {
            mesh.insert(&peer, slot);
        }
        add_subscriber(&mut self.peers, &mut self.topics, slot, topic_slot);
        GraftOutput::GraftingSuccessfully
    }

    /// Backs the peer off, which may be one that we know nothing of (Q3).
    fn refuse_graft(&mut self, now: Time, peer: &I::Peer, topic: &I::Topic, output: GraftOutput) -> GraftOutput {
        let topic = self.topics.intern(topic);
        let peer = self.peers.intern(peer);
        back_off(&mut self.peers, &mut self.topics, topic, peer, now + self.limits.prune_backoff);
        output
    }

    /// A peer removed us from its mesh.
    ///
    /// Checked in this order: (1) whether the topic is joined, and (2) whether the peer is in the mesh. If it is, it
    /// (3) leaves the mesh and is backed off for the span that it names. Its peer exchange is (4) ignored where its
    /// score is now below `accept_px_threshold`; else (5) up to `peers_to_px` of it are chosen.
    pub fn prune(&mut self, now: Time, input: Prune<I>) -> PruneOutput<I> {
        let now = self.observe(now);
        let Prune { peer, topic, mut px, backoff } = input;
        let Some(topic) = self.joined(&topic).map(|(topic, _)| topic) else {
            return PruneOutput::PruneTopicNotTracked; // (1)
        };
        let Some(slot) = self.peers.find(&peer) else { return PruneOutput::PeerNotInMesh }; // (2)
        if !self.topics[topic].mesh_mut().is_some_and(|mesh| mesh.remove(&peer)) {
            return PruneOutput::PeerNotInMesh; // (2)
        }
        back_off(&mut self.peers, &mut self.topics, topic, slot, now + backoff); // (3)
        self.scores.prune(&mut self.peers, slot, topic);
        let score = self.scores.score(&mut self.peers[slot]);
        if score < self.limits.accept_px_threshold {
            return PruneOutput::IgnorePxScoreTooLow { score: Score::from(score) }; // (4)
        }
        self.choice.keep_some(&mut px, count(self.limits.peers_to_px)); // (5)
        if px.is_empty() { PruneOutput::NoPx } else { PruneOutput::Px { peers: px.into() } }
    }

    /// We join a topic.
    ///
    /// (1) A topic that is joined already stays as it is. (2) The mesh is made of the fanout's peers that are neither
    /// backed off nor of negative score and, up to `degree_optimal`, of random subscribers that are neither of these
    /// nor direct. (3) It replaces the fanout.
    pub fn join(&mut self, now: Time, input: Join<I>) -> JoinOutput<I> {
        let now = self.observe(now);
        let Join { topic } = input;
        let topic = self.topics.intern(&topic);
        let Self { peers, topics, scores, choice, limits, .. } = self;
        if topics[topic].mesh().is_some() {
            return JoinOutput::AlreadyJoined; // (1)
        }
        let mut mesh = match mem::replace(&mut topics[topic].audience, Audience::Nobody) {
            Audience::Fanout(Fanout { peers, .. }) => {
                if let Ok(position) = topics.position_in(&self.fanouts, topic) {
                    self.fanouts.remove(position);
                }
                peers
            }
            _ => Members::default(),
        };
        let state = &topics[topic];
        // An entry counts as a backoff even when it has ended (Q1).
        mesh.retain(|peer| !state.backoff.contains_key(&peer) && scores.score(&mut peers[peer]) >= 0.0); // (2)
        let missing = count(limits.degree_optimal).saturating_sub(mesh.len());
        let chosen = choice.some_of(&state.subscribers, missing, |peer| {
            !peers[peer].is_direct()
                && scores.score(&mut peers[peer]) >= 0.0
                && !state.backoff.contains_key(&peer)
                && !mesh.contains(peers.name(peer))
        });
        for peer in chosen {
            mesh.insert(peers.name(peer), peer);
        }
        scores.track(topic, topics);
        mesh.slots().for_each(|peer| scores.graft(peers, peer, topic, now)); // (3)
        let to_graft = mesh.to_set();
        topics[topic].is_tracked = true;
        topics[topic].audience = Audience::Mesh(mesh);
        if let Err(position) = topics.position_in(&self.joined, topic) {
            self.joined.insert(position, topic);
        }
        JoinOutput::JoiningTopic { to_graft }
    }

    /// We leave a topic.
    ///
    /// (1) Of a topic that is not joined there is nothing to leave. (2) All peers of the mesh are pruned, and backed off
    /// for `unsubscribe_backoff`; those of negative score are to get no peer exchange.
    pub fn leave(&mut self, now: Time, input: Leave<I>) -> LeaveOutput<I> {
        let now = self.observe(now);
        let Leave { topic } = input;
        let Some(topic) = self.joined(&topic).map(|(topic, _)| topic) else {
            return LeaveOutput::NotJoined; // (1)
        };
        let Self { peers, topics, scores, limits, .. } = self;
        let Audience::Mesh(mesh) = mem::replace(&mut topics[topic].audience, Audience::Nobody) else {
            return LeaveOutput::NotJoined;
        };
        let negative = mesh.iter().filter(|member| scores.score(&mut peers[member.slot]) < 0.0); // (2)
        let no_px_peers = SortedSet::from_ascending(negative.map(|member| member.peer.clone()).collect());
        for peer in mesh.slots() {
            back_off(peers, topics, topic, peer, now + limits.unsubscribe_backoff);
            scores.prune(peers, peer, topic);
        }
        if let Ok(position) = topics.position_in(&self.joined, topic) {
            self.joined.remove(position);
        }
        scores.untrack(topics);
        LeaveOutput::LeavingTopic { to_prune: mesh.to_set(), no_px_peers }
    }

    /// The application sets its own component of a peer's score, if the peer has a record.
    pub fn set_application_score(&mut self, now: Time, input: SetApplicationScore<I>) -> SetApplicationScoreOutput {
        self.observe(now);
        let SetApplicationScore { peer, score } = input;
        let record = self.peers.find(&peer).and_then(|peer| self.peers[peer].record.as_mut());
        if let Some(record) = record {
            record.set_application_score(score.value());
        }
        SetApplicationScoreOutput::SetApplicationScore
    }

    /// Query: which peers to offer to a peer that we prune.
    ///
    /// Up to `peers_to_px` of the topic's other subscribers that have no negative score; none where peer exchange is
    /// off or the peer is one of those to get no offer.
    pub fn select_px_peers(&mut self, input: SelectPxPeers<I>) -> SelectPxPeersOutput<I> {
        let SelectPxPeers { peer_to_prune, topic, no_px_peers } = input;
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let topic = topics.find(&topic).filter(|_| limits.do_px && !no_px_peers.contains(&peer_to_prune));
        let Some(topic) = topic else { return SelectPxPeersOutput::PxPeers { peers: Vec::new() } };
        let pruned = peers.find(&peer_to_prune);
        let chosen = choice.some_of(&topics[topic].subscribers, count(limits.peers_to_px), |peer| {
            Some(peer) != pruned && scores.score(&mut peers[peer]) >= 0.0
        });
        SelectPxPeersOutput::PxPeers { peers: chosen.into_iter().map(|peer| peers.name(peer).clone()).collect() }
    }
}

impl<I: Identifiers, A> Automaton<I, A> {
    /// The slot and the mesh of a topic, if it is joined.
    #[inline]
    pub(crate) fn joined(&self, topic: &I::Topic) -> Option<(TopicSlot, &Members<I::Peer>)> {
        let topic = self.topics.find(topic)?;
        Some((topic, self.topics[topic].mesh()?))
    }
}
