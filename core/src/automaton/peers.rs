//! The state of a peer: its connection and subscriptions, its score record, its counters.

use super::{
    capacity::trim,
    intern::Interner,
    peer_score::Record,
    slots::{PeerSlot, TopicSlot},
    topics::Topics,
};
use crate::Identifiers;
use alloc::vec::Vec;

/// The peers that are connected, and those with a score record, a counter or a backoff.
pub(crate) type Peers<I> = Interner<PeerSlot, <I as Identifiers>::Peer, PeerState>;

/// The state of a peer.
#[derive(Clone, Default)]
pub(crate) struct PeerState {
    pub(crate) connection: Option<Connection>,
    pub(crate) record: Option<Record>,
    /// How many IHaves the peer sent since the last heartbeat.
    pub(crate) ihaves: u64,
    /// How many messages were requested from the peer since the last heartbeat.
    pub(crate) iwants: u64,
    /// The number of backoffs, access counters and records as a sender that hold the slot of the peer.
    pub(crate) references: usize,
}

/// The connection to a peer.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) is_direct: bool,
    pub(crate) is_outbound: bool,
    pub(crate) is_bootstrap: bool,
    /// The topics that the peer subscribes to, ascending by slot.
    pub(crate) topics: Vec<Subscription>,
}

/// A subscription of a peer.
#[derive(Clone, Copy)]
pub(crate) struct Subscription {
    pub(crate) topic: TopicSlot,
    /// The index of the peer in the subscribers of the topic, so that an unsubscribe needs no search.
    pub(crate) position: u32,
}

impl PeerState {
    pub(crate) fn is_direct(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.is_direct)
    }

    pub(crate) fn is_outbound(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.is_outbound)
    }
}

impl Connection {
    pub(crate) fn position(&self, topic: TopicSlot) -> Result<usize, usize> {
        self.topics.binary_search_by_key(&topic, |subscription| subscription.topic)
    }

    pub(crate) fn subscribes_to(&self, topic: TopicSlot) -> bool {
        self.position(topic).is_ok()
    }

    /// Whether the peer is one that the steps for outbound peers can graft.
    pub(crate) fn counts_as_outbound(&self) -> bool {
        self.is_outbound && !self.is_direct
    }
}

/// Adds a connected peer to the subscribers of a topic, if it is not one of them.
pub(crate) fn add_subscriber<I: Identifiers>(
    peers: &mut Peers<I>,
    topics: &mut Topics<I>,
    peer: PeerSlot,
    topic: TopicSlot,
) {
    let connection = peers[peer].connection.as_mut().expect("only connected peers subscribe");
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

/// Removes a peer from the subscribers of a topic. `connection` is that of the peer, taken out of its state.
pub(crate) fn remove_subscriber<I: Identifiers>(
    peers: &mut Peers<I>,
    topics: &mut Topics<I>,
    Subscription { topic, position }: Subscription,
    connection: &Connection,
) {
    let state = &mut topics[topic];
    state.outbound -= usize::from(connection.counts_as_outbound());
    state.subscribers.swap_remove(position as usize);
    trim(&mut state.subscribers);
    // The last subscriber moved to the free place, unless the peer was the last.
    let Some(&moved) = state.subscribers.get(position as usize) else { return };
    let moved = peers[moved].connection.as_mut().expect("subscribers are connected");
    let index = moved.position(topic).expect("subscribers have a subscription");
    moved.topics.get_mut(index).expect("the index was just found").position = position;
}
