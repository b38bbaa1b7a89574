//! Nodes in the shapes that are deployed, with the identifiers of a real network.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Behaviour, Identifiers, Join, Limits, ReceiveMessage, ReceiveMessageOutput,
    Subscribe, Time,
};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ids;

impl Identifiers for Ids {
    type Peer = [u8; 16];
    type Topic = Arc<str>;
    type MessageId = [u8; 32];
    type Message = Arc<[u8]>;
}

/// The number of peers and topics, and how many topics each peer subscribes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) peers: usize,
    pub(crate) topics: usize,
    pub(crate) topics_by_peer: usize,
}

/// An automaton with its names and its clock.
pub(crate) struct Node {
    pub(crate) automaton: Automaton<Ids, AcceptEverything>,
    pub(crate) peers: Vec<[u8; 16]>,
    pub(crate) topics: Vec<Arc<str>>,
    pub(crate) now: Time,
    payload: Arc<[u8]>,
}

/// Bytes that look random, so that their order is not that of the numbers.
fn bytes<const N: usize>(number: usize) -> [u8; N] {
    let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().zip(mixed.to_be_bytes().into_iter().chain((number as u64).to_le_bytes())) {
        *place = byte;
    }
    bytes
}

pub(crate) fn message_id(number: usize) -> [u8; 32] {
    bytes(number)
}

impl Node {
    /// A node without connections.
    pub(crate) fn new(shape: Shape, limits: Limits<Ids>) -> Self {
        let automaton = Automaton::with_behaviour(42, limits, Behaviour::OctezNext, AcceptEverything);
        Self {
            automaton: automaton.expect("these limits are allowed"),
            peers: (0..shape.peers).map(bytes).collect(),
            topics: (0..shape.topics)
                .map(|topic| format!("slot-{:02}-attester-{topic:05}", topic % 32).into())
                .collect(),
            now: Time::from_millis(1_000_000),
            payload: [7; 512].into(),
        }
    }

    /// Connects all peers. Every second one was dialled.
    pub(crate) fn connect(&mut self) {
        for (index, peer) in self.peers.iter().enumerate() {
            let outbound = index % 2 == 0;
            self.automaton.add_peer(self.now, AddPeer { peer: *peer, direct: false, outbound, bootstrap: false });
        }
    }

    /// Subscribes each peer to as many topics. Returns the number of subscriptions.
    pub(crate) fn subscribe(&mut self, topics_by_peer: usize) -> usize {
        for (index, peer) in self.peers.iter().enumerate() {
            for topic in (index * 97..).take(topics_by_peer) {
                let topic = self.topics[topic % self.topics.len()].clone();
                self.automaton.subscribe(self.now, Subscribe { peer: *peer, topic });
            }
        }
        self.peers.len() * topics_by_peer
    }

    /// Joins the first topics.
    pub(crate) fn join(&mut self, topics: usize) {
        for topic in self.topics.iter().take(topics) {
            self.automaton.join(self.now, Join { topic: topic.clone() });
        }
    }

    /// A node whose peers subscribe, and which joined the first topics.
    pub(crate) fn joined(shape: Shape, topics: usize) -> Self {
        let mut node = Self::new(shape, Limits::dal_node());
        node.connect();
        node.subscribe(shape.topics_by_peer);
        node.join(topics);
        node
    }

    pub(crate) fn heartbeat(&mut self) {
        self.now = self.now + self.automaton.limits().heartbeat_interval;
        self.automaton.heartbeat(self.now);
    }

    /// The input for a message. The numbers of peers and topics are counted modulo their number.
    pub(crate) fn input(&self, sender: usize, topic: usize, id: usize) -> ReceiveMessage<Ids> {
        ReceiveMessage {
            sender: self.peers[sender % self.peers.len()],
            topic: self.topics[topic % self.topics.len()].clone(),
            message_id: message_id(id),
            message: self.payload.clone(),
            batch: false,
        }
    }

    /// Whether a message was new.
    pub(crate) fn receive(&mut self, input: ReceiveMessage<Ids>) -> bool {
        let output = self.automaton.receive_message(self.now, input);
        matches!(output, ReceiveMessageOutput::RouteMessage { .. })
    }
}
