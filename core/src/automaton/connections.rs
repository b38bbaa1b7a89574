//! Peers: their connections, and which topics they subscribe to.

use super::{
    capacity::trim,
    intern::{Interner, PeerSlot, Renumbering, TopicSlot},
    peer_score::Record,
    scores::Scores,
    topics::Topics,
};
use crate::{
    AddPeer, AddPeerOutput, Application, Automaton, Identifiers, RemovePeer, RemovePeerOutput, Subscribe,
    SubscribeOutput, Time, Unsubscribe, UnsubscribeOutput,
};
use alloc::vec::Vec;
use core::hash::Hash;

/// The peers that are connected, or of which a score, a counter or a backoff is kept.
pub(crate) type Peers<I> = Interner<PeerSlot, <I as Identifiers>::Peer, PeerState>;

/// What is known of a peer.
#[derive(Clone, Default)]
pub(crate) struct PeerState {
    pub(crate) connection: Option<Connection>,
    pub(crate) record: Option<Record>,
    /// How many IHaves it sent since the last heartbeat.
    pub(crate) ihaves: u64,
    /// How many messages were requested from it since the last heartbeat.
    pub(crate) iwants: u64,
    /// How many backoffs and access counters there are of it.
    pub(crate) references: usize,
}

/// A connected peer.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) is_direct: bool,
    pub(crate) is_outbound: bool,
    /// The topics that it subscribes to, by slot.
    pub(crate) topics: Vec<Subscription>,
}

/// A subscription of a peer.
#[derive(Clone, Copy)]
pub(crate) struct Subscription {
    pub(crate) topic: TopicSlot,
    /// The position of the peer among the subscribers of the topic.
    position: u32,
}

impl Connection {
    fn position(&self, topic: TopicSlot) -> Result<usize, usize> {
        self.topics.binary_search_by_key(&topic, |subscription| subscription.topic)
    }

    pub(crate) fn subscribes_to(&self, topic: TopicSlot) -> bool {
        self.position(topic).is_ok()
    }

    fn counts_as_outbound(&self) -> bool {
        self.is_outbound && !self.is_direct
    }
}

impl PeerState {
    pub(crate) fn is_direct(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.is_direct)
    }

    pub(crate) fn is_outbound(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.is_outbound)
    }

    pub(crate) fn renumber_topics(&mut self, renumbering: &Renumbering<TopicSlot>) {
        // Subscriptions stay in the order of their slots.
        let subscriptions = self.connection.iter_mut().flat_map(|connection| &mut connection.topics);
        renumbering.apply_to_all(subscriptions.map(|subscription| &mut subscription.topic));
        let counters = self.record.iter_mut().flat_map(|record| &mut record.topics);
        renumbering.apply_to_all(counters.map(|counters| &mut counters.topic));
    }

    fn is_unused(&self) -> bool {
        // Messages are requested only after an IHave, so `iwants` is 0 where `ihaves` is.
        self.connection.is_none() && self.record.is_none() && self.ihaves == 0 && self.references == 0
    }
}

impl<P: Clone + Eq + Hash> Interner<PeerSlot, P, PeerState> {
    /// Forgets a peer of which there is nothing to know.
    pub(crate) fn release_unused(&mut self, peer: PeerSlot) {
        if self[peer].is_unused() {
            self.release(peer);
        }
    }

    /// A backoff or an access counter of the peer is gone.
    pub(crate) fn dereference(&mut self, peer: PeerSlot) {
        self[peer].references -= 1;
        self.release_unused(peer);
    }
}

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A connection to a peer was opened.
    ///
    /// A peer that is connected already stays as it is.
    pub fn add_peer(&mut self, now: Time, input: AddPeer<I>) -> AddPeerOutput {
        self.observe(now);
        let AddPeer { peer, direct: is_direct, outbound: is_outbound } = input;
        let slot = self.peers.intern(&peer);
        let state = &mut self.peers[slot];
        if state.connection.is_some() {
            return AddPeerOutput::PeerAlreadyKnown;
        }
        state.connection = Some(Connection { is_direct, is_outbound, topics: Vec::new() });
        Scores::<I>::connect(state);
        AddPeerOutput::PeerAdded
    }

    /// The connection to a peer was closed.
    ///
    /// The peer leaves connections, meshes and fanouts. What it did is not forgotten: its score is retained where it
    /// is not positive, and its backoffs and counters stay.
    pub fn remove_peer(&mut self, now: Time, input: RemovePeer<I>) -> RemovePeerOutput {
        let now = self.observe(now);
        let RemovePeer { peer } = input;
        let Some(slot) = self.peers.find(&peer) else { return RemovePeerOutput::RemovingPeer };
        if let Some(connection) = self.peers[slot].connection.take() {
            // Mesh and fanout peers subscribe to the topic, and direct peers are neither.
            for subscription in &connection.topics {
                self.remove_subscriber(*subscription, &connection);
                if connection.is_direct {
                    self.topics[subscription.topic].direct.remove(&peer);
                } else if let Some(members) = self.topics[subscription.topic].members_mut() {
                    members.remove(&peer);
                }
                self.topics.release_unused(subscription.topic);
            }
        }
        self.scores.disconnect(&mut self.peers, slot, now);
        self.peers.release_unused(slot);
        RemovePeerOutput::RemovingPeer
    }

    /// A peer said that it subscribes to a topic.
    ///
    /// The mesh does not change by it.
    pub fn subscribe(&mut self, now: Time, input: Subscribe<I>) -> SubscribeOutput {
        self.observe(now);
        let Subscribe { peer, topic } = input;
        match self.peers.find(&peer) {
            Some(slot) if self.peers[slot].connection.is_some() => {
                let topic = self.topics.intern(&topic);
                add_subscriber(&mut self.peers, &mut self.topics, slot, topic);
                SubscribeOutput::Subscribed
            }
            _ => SubscribeOutput::SubscribeToUnknownPeer,
        }
    }

    /// A peer said that it no longer subscribes to a topic.
    ///
    /// It leaves the topic's mesh or fanout, without a backoff.
    pub fn unsubscribe(&mut self, now: Time, input: Unsubscribe<I>) -> UnsubscribeOutput {
        self.observe(now);
        let Unsubscribe { peer, topic } = input;
        let Some(slot) = self.peers.find(&peer) else { return UnsubscribeOutput::UnsubscribeFromUnknownPeer };
        let Some(mut connection) = self.peers[slot].connection.take() else {
            return UnsubscribeOutput::UnsubscribeFromUnknownPeer;
        };
        if let Some(topic) = self.topics.find(&topic) {
            if let Ok(index) = connection.position(topic) {
                let subscription = connection.topics.remove(index);
                trim(&mut connection.topics);
                self.remove_subscriber(subscription, &connection);
                self.topics[topic].direct.remove(&peer);
            }
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

    /// Takes a peer from the subscribers of a topic. The last of them moves to its place.
    fn remove_subscriber(&mut self, Subscription { topic, position }: Subscription, connection: &Connection) {
        let state = &mut self.topics[topic];
        state.outbound -= usize::from(connection.counts_as_outbound());
        state.subscribers.swap_remove(position as usize);
        trim(&mut state.subscribers);
        let Some(&moved) = state.subscribers.get(position as usize) else { return };
        if let Some(moved) = &mut self.peers[moved].connection
            && let Ok(index) = moved.position(topic)
            && let Some(subscription) = moved.topics.get_mut(index)
        {
            subscription.position = position;
        }
    }
}

/// Adds a connected peer to the subscribers of a topic, if it is not one of them.
pub(crate) fn add_subscriber<I: Identifiers>(
    peers: &mut Peers<I>,
    topics: &mut Topics<I>,
    peer: PeerSlot,
    topic: TopicSlot,
) {
    let Some(connection) = &mut peers[peer].connection else { return };
    let Err(index) = connection.position(topic) else { return };
    let state = &mut topics[topic];
    let position = u32::try_from(state.subscribers.len()).expect("no more subscribers than slots");
    connection.topics.insert(index, Subscription { topic, position });
    state.subscribers.push(peer);
    state.outbound += usize::from(connection.counts_as_outbound());
    if connection.is_direct {
        let peer_name = peers.name(peer);
        topics[topic].direct.insert(peer_name, peer);
    }
}
