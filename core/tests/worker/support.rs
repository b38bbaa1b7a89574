//! A node whose actions are lines of text.

use gossipsub_automaton::{
    Action, Application, Automaton, BatchedMessage, Behaviour, Finite, Identifiers, Limits, SetApplicationScore, Span,
    Time, Validity,
    worker::{Event, PeerMessage, Worker, WorkerConfiguration, WorkerIdentifiers},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Numbers for peers and addresses. A message id has its topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ids;

impl Identifiers for Ids {
    type Peer = u64;
    type Topic = &'static str;
    type MessageId = MessageId;
    type Message = &'static str;
}

impl WorkerIdentifiers for Ids {
    type Point = u64;

    fn topic_of(message_id: &MessageId) -> Option<&'static str> {
        Some(message_id.topic)
    }

    /// The address of a peer is its number and 1000. Peer 99 comes without an address.
    fn point_of(peer: &u64) -> Option<u64> {
        (*peer != 99).then_some(1000 + peer)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MessageId {
    pub(crate) number: u64,
    pub(crate) topic: &'static str,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.topic, self.number)
    }
}

/// The id of this number in the topic `a`.
pub(crate) const fn id(number: u64) -> MessageId {
    MessageId { number, topic: "a" }
}

/// The answers of the application. What is not set is valid and accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// By the number of the message id, without and with the payload.
    pub(crate) ids: BTreeMap<u64, Validity>,
    pub(crate) payloads: BTreeMap<u64, Validity>,
    /// The peers whose grafts the filter refuses.
    pub(crate) refused: BTreeSet<u64>,
    /// Gives one verdict less than asked for.
    pub(crate) is_short: bool,
}

impl Application<Ids> for Answers {
    fn validity(&self, message_id: &MessageId, message: Option<&&'static str>) -> Validity {
        let answers = if message.is_some() { &self.payloads } else { &self.ids };
        answers.get(&message_id.number).copied().unwrap_or(Validity::Valid)
    }

    fn batch_validity(&self, batch: &[BatchedMessage<Ids>]) -> Vec<Validity> {
        let verdicts = batch.iter().map(|batched| self.validity(&batched.message_id, Some(&batched.message)));
        verdicts.take(batch.len() - usize::from(self.is_short)).collect()
    }

    fn peer_filter(&self, peer: &u64, _: Action<'_, Ids>) -> bool {
        !self.refused.contains(peer)
    }
}

pub(crate) struct Node {
    pub(crate) worker: Worker<Ids, Answers>,
    pub(crate) now: Time,
}

/// Limits with small meshes, and without scores of the time in mesh.
pub(crate) fn limits() -> Limits<Ids> {
    Limits { degree_optimal: 2, degree_low: 1, degree_high: 3, degree_score: 1, degree_out: 0, ..Limits::dal_node() }
}

/// The configuration of a node with the number 0.
pub(crate) fn configuration() -> WorkerConfiguration<Ids> {
    WorkerConfiguration::new(0)
}

impl Node {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        Self::with(behaviour, limits(), configuration())
    }

    /// A node that joined the topic `a`, with peer 1, which subscribes to it.
    pub(crate) fn joined(behaviour: Behaviour) -> Self {
        Self::joined_with(behaviour, limits())
    }

    pub(crate) fn joined_with(behaviour: Behaviour, limits: Limits<Ids>) -> Self {
        let mut node = Self::with(behaviour, limits, configuration());
        node.join("a");
        node.subscribers("a", [1]);
        node
    }

    pub(crate) fn with(behaviour: Behaviour, limits: Limits<Ids>, configuration: WorkerConfiguration<Ids>) -> Self {
        let automaton = Automaton::with_behaviour(1, limits, behaviour, Answers::default());
        let worker = Worker::new(automaton.expect("these limits are allowed"), configuration);
        Self { worker, now: Time::from_millis(1_000_000) }
    }

    /// The actions for an event.
    pub(crate) fn handle(&mut self, event: Event<Ids>) -> Vec<String> {
        let mut actions = Vec::new();
        self.worker.handle(self.now, event, &mut actions);
        actions.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn connect(&mut self, peer: u64) -> Vec<String> {
        self.handle(Event::Connected { peer, direct: false, outbound: false, trusted: false, bootstrap: false })
    }

    /// Connects these peers, which subscribe to a topic.
    pub(crate) fn subscribers(&mut self, topic: &'static str, peers: impl IntoIterator<Item = u64>) {
        for peer in peers {
            self.connect(peer);
            assert!(self.receive(peer, PeerMessage::Subscribe { topic }).is_empty());
        }
    }

    pub(crate) fn join(&mut self, topic: &'static str) -> Vec<String> {
        self.handle(Event::Join { topic })
    }

    pub(crate) fn leave(&mut self, topic: &'static str) -> Vec<String> {
        self.handle(Event::Leave { topic })
    }

    pub(crate) fn receive(&mut self, from: u64, message: PeerMessage<Ids>) -> Vec<String> {
        self.handle(Event::Received { from, message })
    }

    pub(crate) fn graft(&mut self, from: u64, topic: &'static str) -> Vec<String> {
        self.receive(from, PeerMessage::Graft { topic })
    }

    pub(crate) fn prune(&mut self, from: u64, px: &[u64]) -> Vec<String> {
        let backoff = Span::from_secs(60).into();
        self.receive(from, PeerMessage::Prune { topic: "a", px: px.to_vec(), backoff })
    }

    /// A message of the topic `a`.
    pub(crate) fn message(&mut self, from: u64, number: u64) -> Vec<String> {
        self.receive(from, PeerMessage::Message { topic: Some("a"), message_id: id(number), message: "m" })
    }

    pub(crate) fn heartbeat(&mut self) -> Vec<String> {
        self.now = self.now + self.worker.automaton().limits().heartbeat_interval;
        self.handle(Event::Heartbeat)
    }

    /// The actions of the last of some heartbeats.
    pub(crate) fn heartbeats(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.heartbeat()).last().unwrap_or_default()
    }

    pub(crate) fn set_score(&mut self, peer: u64, score: f64) {
        let score = Finite::new(score).expect("it is finite");
        self.worker.set_application_score(self.now, SetApplicationScore { peer, score });
    }

    pub(crate) fn answers(&mut self) -> &mut Answers {
        self.worker.application_mut()
    }
}

/// Every behaviour, and those since Octez parted.
pub(crate) const ALL: &[Behaviour] = Behaviour::ALL;
pub(crate) const OCTEZ: &[Behaviour] = &[Behaviour::Octez22, Behaviour::Octez24, Behaviour::OctezNext];
pub(crate) const WITH_BATCHES: &[Behaviour] = &[Behaviour::Octez24, Behaviour::OctezNext];
