//! The two queries: which peers to offer to a pruned peer, and which messages to announce. They change only the state
//! of random choices.

use super::{Automaton, slots::TopicSlot};
use crate::{
    Application, Identifiers, Ihave, SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput, vocabulary::count,
};
use alloc::vec::Vec;
use core::mem;

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// Query: which peers to offer to a peer that we prune.
    ///
    /// Up to `peers_to_px` of the topic's other subscribers that have no negative score. The list is empty if peer
    /// exchange is off, or if the peer is in `no_px_peers`.
    pub fn select_px_peers(&mut self, input: SelectPxPeers<I>) -> SelectPxPeersOutput<I> {
        let SelectPxPeers { peer_to_prune, topic, no_px_peers } = input;
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let topic = topics.find(&topic).filter(|_| limits.do_px && !no_px_peers.contains(&peer_to_prune));
        let Some(topic) = topic else { return SelectPxPeersOutput::PxPeers { peers: Vec::new() } };
        let pruned = peers.find(&peer_to_prune);
        let chosen = choice.some_of(&topics[topic].subscribers, count(limits.peers_to_px), |peer| {
            Some(peer) != pruned && scores.score(peers, peer) >= 0.0
        });
        SelectPxPeersOutput::PxPeers { peers: chosen.into_iter().map(|peer| peers.name(peer).clone()).collect() }
    }

    /// Query: the announcements that go out with a heartbeat.
    ///
    /// For each topic with a mesh or a fanout that has messages to announce: a share of the subscribers that are not
    /// direct, are not in the mesh or fanout, and have a score of at least `gossip_threshold`. Each gets an IHave with
    /// up to `max_sent_iwant_per_heartbeat` ids in a random order.
    pub fn select_gossip_messages(&mut self) -> SelectGossipMessagesOutput<I> {
        let mut ihaves = Vec::new();
        let (joined, fanouts) = (mem::take(&mut self.joined), mem::take(&mut self.fanouts));
        for topic in joined.iter().chain(&fanouts) {
            self.select_gossip(*topic, &mut ihaves);
        }
        (self.joined, self.fanouts) = (joined, fanouts);
        SelectGossipMessagesOutput::GossipMessages { ihaves }
    }

    /// The announcements of one topic.
    fn select_gossip(&mut self, topic: TopicSlot, ihaves: &mut Vec<Ihave<I>>) {
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let state = &topics[topic];
        if state.gossip.is_empty() {
            return;
        }
        let members = state.members().expect("a listed topic has a mesh or a fanout");
        let mut candidates = state.subscribers.clone();
        candidates.retain(|peer| {
            !peers[*peer].is_direct()
                && scores.score(peers, *peer) >= limits.gossip_threshold
                && !members.contains(peers.name(*peer))
        });
        // A negative `degree_lazy` is no bound.
        let least = count(u64::try_from(limits.degree_lazy).unwrap_or(0));
        let share = share(limits.gossip_factor, candidates.len());
        choice.keep_some(&mut candidates, share.max(least));
        let (older, newer) = state.gossip.as_slices();
        for peer in candidates {
            let mut message_ids = Vec::with_capacity(state.gossip.len());
            message_ids.extend_from_slice(older);
            message_ids.extend_from_slice(newer);
            choice.keep_some(&mut message_ids, count(limits.max_sent_iwant_per_heartbeat));
            ihaves.push(Ihave { peer: peers.name(peer).clone(), topic: topics.name(topic).clone(), message_ids });
        }
    }
}

/// A share of a number, rounded towards zero. A negative or undefined share is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the conversion saturates, which is the rule"
)]
fn share(factor: f64, of: usize) -> usize {
    count((factor * of as f64) as u64)
}
