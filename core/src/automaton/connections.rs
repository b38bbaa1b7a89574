//! Connections and subscriptions of peers.

use super::{
    Automaton,
    capacity::trim,
    peer_score::Record,
    peers::{Connection, add_subscriber, remove_subscriber},
    slots::PeerSlot,
};
use crate::{
    AddPeer, AddPeerOutput, Application, Identifiers, RemovePeer, RemovePeerOutput, Subscribe, SubscribeOutput, Time,
    Unsubscribe, UnsubscribeOutput, vocabulary::count,
};
use alloc::vec::Vec;

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A connection to a peer was opened.
    ///
    /// A peer that is connected already keeps its connection and its flags. The score record of a peer that comes back
    /// is used again if it was retained. If equal peers can differ, such as in an address that is no part of their
    /// identity, then outputs name the peer as this input does.
    pub fn add_peer(&mut self, now: Time, input: AddPeer<I>) -> AddPeerOutput {
        self.observe(now);
        let AddPeer { peer, direct: is_direct, outbound: is_outbound, bootstrap } = input;
        let is_bootstrap = bootstrap && self.switches.has_bootstrap_flag;
        let slot = self.peers.intern(&peer);
        let state = &mut self.peers[slot];
        if state.connection.is_some() {
            return AddPeerOutput::PeerAlreadyKnown;
        }
        state.connection = Some(Connection { is_direct, is_outbound, is_bootstrap, topics: Vec::new() });
        state.record.get_or_insert_with(Record::new).connect();
        self.peers.respell(slot, peer);
        AddPeerOutput::PeerAdded
    }

    /// The connection to a peer was closed.
    ///
    /// The peer leaves connections, meshes and fanouts. Its score record is dropped if its score is positive, and
    /// retained for `retain_duration` otherwise. Its backoffs and counters stay.
    pub fn remove_peer(&mut self, now: Time, input: RemovePeer<I>) -> RemovePeerOutput {
        let now = self.observe(now);
        let RemovePeer { peer } = input;
        let Some(slot) = self.peers.find(&peer) else { return RemovePeerOutput::RemovingPeer };
        if let Some(connection) = self.peers[slot].connection.take() {
            // Mesh and fanout peers subscribe to the topic, so its subscriptions lead to all of them.
            for subscription in &connection.topics {
                remove_subscriber(&mut self.peers, &mut self.topics, *subscription, &connection);
                if connection.is_direct {
                    self.topics[subscription.topic].direct.remove(&peer);
                } else if let Some(members) = self.topics[subscription.topic].members_mut() {
                    members.remove(&peer);
                }
                self.topics.release_unused(subscription.topic);
            }
        }
        // Also if the peer was not connected: the expiry of a retained record moves (Q2).
        self.scores.disconnect(&mut self.peers, slot, now);
        self.peers.release_unused(slot);
        RemovePeerOutput::RemovingPeer
    }

    /// A peer said that it subscribes to a topic.
    ///
    /// The mesh does not change. With the limit `max_topics_per_peer`, a peer at the limit subscribes to no other topic.
    #[inline]
    pub fn subscribe(&mut self, now: Time, input: Subscribe<I>) -> SubscribeOutput {
        self.observe(now);
        let Subscribe { peer, topic } = input;
        match self.peers.find(&peer) {
            Some(slot) if self.peers[slot].connection.is_some() => {
                if self.is_at_topic_limit(slot, &topic) {
                    return SubscribeOutput::SubscribeIgnoredTopicLimitExceeded;
                }
                let topic = self.topics.intern(&topic);
                add_subscriber(&mut self.peers, &mut self.topics, slot, topic);
                SubscribeOutput::Subscribed
            }
            _ => SubscribeOutput::SubscribeToUnknownPeer,
        }
    }

    /// Whether a connected peer subscribes to as many other topics as it may.
    #[inline]
    pub(crate) fn is_at_topic_limit(&self, peer: PeerSlot, topic: &I::Topic) -> bool {
        self.limits.max_topics_per_peer.is_some_and(|max| self.has_other_topics(peer, count(max), topic))
    }

    /// Whether a connected peer subscribes to at least `count` topics, and not to this one.
    #[cold]
    fn has_other_topics(&self, peer: PeerSlot, count: usize, topic: &I::Topic) -> bool {
        let has_other_topics = |connection: &Connection| {
            connection.topics.len() >= count
                && !self.topics.find(topic).is_some_and(|topic| connection.subscribes_to(topic))
        };
        self.switches.limits_topics && self.peers[peer].connection.as_ref().is_some_and(has_other_topics)
    }

    /// A peer said that it no longer subscribes to a topic.
    ///
    /// It leaves the topic's mesh or fanout, without a backoff.
    pub fn unsubscribe(&mut self, now: Time, input: Unsubscribe<I>) -> UnsubscribeOutput {
        self.observe(now);
        let Unsubscribe { peer, topic } = input;
        let Some(slot) = self.peers.find(&peer) else { return UnsubscribeOutput::UnsubscribeFromUnknownPeer };
        // Taken out of the state while the states of other subscribers change.
        let Some(mut connection) = self.peers[slot].connection.take() else {
            return UnsubscribeOutput::UnsubscribeFromUnknownPeer;
        };
        if let Some(topic) = self.topics.find(&topic) {
            if let Ok(index) = connection.position(topic) {
                let subscription = connection.topics.remove(index);
                trim(&mut connection.topics);
                remove_subscriber(&mut self.peers, &mut self.topics, subscription, &connection);
                self.topics[topic].direct.remove(&peer);
            }
            // Score records have counters only for tracked topics.
            if self.topics[topic].is_tracked {
                self.scores.prune(&mut self.peers, slot, topic);
            }
            if let Some(members) = self.topics[topic].members_mut() {
                members.remove(&peer);
            }
            self.topics.release_unused(topic);
        }
        self.peers[slot].connection = Some(connection);
        UnsubscribeOutput::Unsubscribed
    }
}
