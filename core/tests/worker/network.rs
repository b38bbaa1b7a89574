//! Three nodes that are joined by their workers: a bootstrap node and two nodes that know only that one.

use crate::support::{Answers, Ids, id};
use gossipsub_automaton::{
    Automaton, Behaviour, Limits, Span, Time,
    worker::{Convention, Event, NodeAction, Worker, WorkerConfiguration},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The bootstrap node.
const BOOTSTRAP: u64 = 1;
const ALICE: u64 = 2;
const BOB: u64 = 3;

/// How long messages are collected to a batch.
const COLLECTED_FOR: Span = Span::from_millis(100);

struct Network {
    now: Time,
    workers: BTreeMap<u64, Worker<Ids, Answers>>,
    /// Both directions of each connection.
    connections: BTreeSet<(u64, u64)>,
    /// Who trusts whom.
    trusted: BTreeSet<(u64, u64)>,
    /// Events on their way, each with the node that they happen to.
    events: VecDeque<(u64, Event<Ids>)>,
    /// The node and the number of each delivered message.
    delivered: Vec<(u64, u64)>,
}

impl Network {
    fn new(behaviour: Behaviour, convention: Convention, batching: Option<Span>) -> Self {
        let worker = |identity| {
            let limits = if identity == BOOTSTRAP { Limits::bootstrap_node() } else { Limits::dal_node() };
            let automaton = Automaton::with_behaviour(identity, limits, behaviour, Answers::default());
            let configuration = WorkerConfiguration { convention, batching, ..WorkerConfiguration::new(identity) };
            (identity, Worker::new(automaton.expect("the limits of deployed nodes"), configuration))
        };
        let workers = [BOOTSTRAP, ALICE, BOB].map(worker).into();
        let (connections, trusted) = (BTreeSet::new(), BTreeSet::new());
        let now = Time::from_millis(1_000_000);
        Self { now, workers, connections, trusted, events: VecDeque::new(), delivered: Vec::new() }
    }

    fn happens(&mut self, to: u64, event: Event<Ids>) {
        self.events.push_back((to, event));
        self.settle();
    }

    /// Handles all events, and those that they lead to.
    fn settle(&mut self) {
        let mut actions = Vec::new();
        while let Some((node, event)) = self.events.pop_front() {
            self.workers.get_mut(&node).expect("a node").handle(self.now, event, &mut actions);
            for action in actions.drain(..) {
                self.act(node, action);
            }
        }
    }

    fn act(&mut self, node: u64, action: NodeAction<Ids>) {
        match action {
            NodeAction::Send { to, message } => {
                // A message for a peer without a connection is dropped.
                if self.connections.contains(&(node, to)) {
                    self.events.push_back((to, Event::Received { from: node, message }));
                }
            }
            NodeAction::Deliver { message_id, .. } => self.delivered.push((node, message_id.number)),
            NodeAction::Connect { peer, .. } => self.connect(node, peer),
            NodeAction::ConnectPoint { point } => self.connect(node, point - 1000),
            NodeAction::Forget { .. } => {}
        }
    }

    fn connect(&mut self, dialer: u64, listener: u64) {
        if !self.connections.insert((dialer, listener)) {
            return;
        }
        self.connections.insert((listener, dialer));
        for (node, peer) in [(dialer, listener), (listener, dialer)] {
            let connected = Event::Connected {
                peer,
                direct: false,
                outbound: node == dialer,
                trusted: self.trusted.contains(&(node, peer)),
                bootstrap: peer == BOOTSTRAP,
            };
            self.events.push_back((node, connected));
        }
    }

    fn disconnect(&mut self, one: u64, other: u64) {
        for (node, peer) in [(one, other), (other, one)] {
            self.connections.remove(&(node, peer));
            self.events.push_back((node, Event::Disconnected { peer }));
        }
        self.settle();
    }

    /// A second later, each node has a heartbeat.
    fn heartbeats(&mut self, count: usize) {
        for _ in 0..count {
            self.now = self.now + Span::from_secs(1);
            for node in [BOOTSTRAP, ALICE, BOB] {
                self.happens(node, Event::Heartbeat);
            }
        }
    }

    fn publish(&mut self, node: u64, number: u64) {
        self.happens(node, Event::Publish { topic: "a", message_id: id(number), message: "m" });
    }

    fn automaton(&self, node: u64) -> &Automaton<Ids, Answers> {
        self.workers[&node].automaton()
    }

    /// Both nodes dial the bootstrap node and join the topic. Then they find each other.
    fn with_mesh(behaviour: Behaviour, convention: Convention, batching: Option<Span>) -> Self {
        let mut network = Self::new(behaviour, convention, batching);
        network.happens(BOOTSTRAP, Event::Join { topic: "a" });
        for node in [ALICE, BOB] {
            network.connect(node, BOOTSTRAP);
            network.settle();
            network.happens(node, Event::Join { topic: "a" });
        }
        assert!(network.automaton(BOOTSTRAP).mesh_peers(&"a").is_some_and(|mesh| mesh.is_empty()));
        // The bootstrap node refuses each graft with an offer, and the peer is backed off for 10 seconds.
        network.heartbeats(40);
        for (node, peer) in [(ALICE, BOB), (BOB, ALICE)] {
            assert!(network.automaton(node).in_mesh(&"a", &peer), "{node} has {peer} in its mesh");
        }
        network
    }
}

#[test]
fn nodes_find_each_other_through_the_offers_of_a_bootstrap_node() {
    for behaviour in Behaviour::ALL {
        let mut network = Network::with_mesh(*behaviour, Convention::Dal, None);
        network.publish(ALICE, 7);
        network.publish(BOB, 8);
        assert_eq!(network.delivered, [(BOB, 7), (ALICE, 8)]);
        // The bootstrap node gets no messages, though it joined the topic.
        assert_eq!(network.workers[&BOOTSTRAP].statistics().received_valid_messages, 0);
    }
}

#[test]
fn a_trusted_peer_that_is_gone_is_connected_again() {
    for behaviour in Behaviour::ALL {
        let mut network = Network::new(*behaviour, Convention::Dal, None);
        network.trusted.insert((ALICE, BOB));
        for node in [ALICE, BOB] {
            network.happens(node, Event::Join { topic: "a" });
        }
        network.connect(ALICE, BOB);
        network.settle();
        network.heartbeats(1);
        network.disconnect(ALICE, BOB);
        network.heartbeats(13);
        assert!(!network.automaton(ALICE).is_connected(&BOB));
        // The 15th heartbeat.
        network.heartbeats(1);
        assert!(network.automaton(ALICE).is_connected(&BOB) && network.automaton(BOB).is_connected(&ALICE));
        network.heartbeats(1);
        network.publish(BOB, 7);
        assert_eq!(network.delivered, [(ALICE, 7)]);
    }
}

#[test]
fn a_batch_is_delivered_when_it_is_due() {
    for behaviour in crate::support::WITH_BATCHES {
        let mut network = Network::with_mesh(*behaviour, Convention::Dal, Some(COLLECTED_FOR));
        for number in [8, 7] {
            network.publish(ALICE, number);
        }
        assert!(network.delivered.is_empty());
        let bob = network.workers.get_mut(&BOB).expect("a node");
        network.now = bob.batch_due().expect("a batch is pending");
        let batch = bob.take_batch();
        network.happens(BOB, Event::ProcessBatch { batch });
        assert_eq!(network.delivered, [(BOB, 7), (BOB, 8)]);
    }
}

/// With the order of the data-availability layers, the prune finds the peer in the mesh. With that of libp2p, the
/// unsubscription comes first, and the peer keeps no backoff.
#[test]
fn a_leave_leaves_backoffs_behind() {
    for behaviour in Behaviour::ALL {
        for (convention, has_backoff) in [(Convention::Dal, true), (Convention::Libp2p, false)] {
            let mut network = Network::with_mesh(*behaviour, convention, None);
            assert_eq!(network.automaton(BOB).backoff(&"a", &ALICE), None);
            network.happens(ALICE, Event::Leave { topic: "a" });
            let backoff = has_backoff.then(|| network.now + Span::from_secs(10));
            assert_eq!(network.automaton(BOB).backoff(&"a", &ALICE), backoff);
            assert!(!network.automaton(BOB).in_mesh(&"a", &ALICE));
            // Who leaves backs off in both cases.
            assert_eq!(network.automaton(ALICE).backoff(&"a", &BOB), Some(network.now + Span::from_secs(10)));
        }
    }
}
