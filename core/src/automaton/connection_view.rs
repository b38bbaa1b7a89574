//! The connections as a read-only view.

use super::{Automaton, peers::PeerState, slots::PeerSlot};
use crate::{Connection, Identifiers};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// The connections of an automaton, to be read in place.
pub struct Connections<'a, I: Identifiers, A> {
    automaton: &'a Automaton<I, A>,
}

impl<I: Identifiers, A> Automaton<I, A> {
    /// The connections, to be read in place.
    pub const fn connections(&self) -> Connections<'_, I, A> {
        Connections { automaton: self }
    }
}

impl<'a, I: Identifiers, A> Connections<'a, I, A> {
    /// The number of connected peers.
    #[must_use]
    pub fn count(&self) -> usize {
        self.connected().count()
    }

    /// Whether a peer is connected.
    #[must_use]
    pub fn contains(&self, peer: &I::Peer) -> bool {
        self.automaton.is_connected(peer)
    }

    /// The connection of a peer.
    #[must_use]
    pub fn get(&self, peer: &I::Peer) -> Option<Connection<I>> {
        self.automaton.peer(peer).and_then(|state| self.describe(state))
    }

    /// The connected peers with their connections, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a I::Peer, Connection<I>)> {
        self.connected().filter_map(|(peer, state)| Some((peer, self.describe(state)?)))
    }

    /// The connected peers that subscribe to a topic, ascending.
    #[must_use]
    pub fn peers_in_topic(&self, topic: &I::Topic) -> Vec<&'a I::Peer> {
        let automaton = self.automaton;
        let subscribers = automaton.topics.find(topic).map_or(&[][..], |topic| &automaton.topics[topic].subscribers);
        self.names(subscribers)
    }

    /// The topics that each connected peer subscribes to.
    #[must_use]
    pub fn topics_by_peer(&self) -> BTreeMap<&'a I::Peer, BTreeSet<&'a I::Topic>> {
        let automaton = self.automaton;
        let topics = self.connected().map(|(peer, state)| {
            let subscriptions = state.connection.iter().flat_map(|connection| &connection.topics);
            (peer, subscriptions.map(|subscription| automaton.topics.name(subscription.topic)).collect())
        });
        topics.collect()
    }

    /// The connected peers that subscribe to each topic, ascending. Topics without subscribers are left out.
    #[must_use]
    pub fn peers_by_topic(&self) -> BTreeMap<&'a I::Topic, Vec<&'a I::Peer>> {
        let topics = self.automaton.topics.iter().filter(|(_, state)| !state.subscribers.is_empty());
        topics.map(|(topic, state)| (topic, self.names(&state.subscribers))).collect()
    }

    fn connected(&self) -> impl Iterator<Item = (&'a I::Peer, &'a PeerState)> + use<'a, I, A> {
        self.automaton.peers.iter().filter(|(_, state)| state.connection.is_some())
    }

    fn names(&self, slots: &[PeerSlot]) -> Vec<&'a I::Peer> {
        let automaton = self.automaton;
        let mut names: Vec<&I::Peer> = slots.iter().map(|peer| automaton.peers.name(*peer)).collect();
        names.sort_unstable();
        names
    }

    fn describe(&self, state: &PeerState) -> Option<Connection<I>> {
        self.automaton.describe_connection(state)
    }
}
