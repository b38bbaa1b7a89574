//! The instructions of typical steps. They hardly depend on the machine and its load.
//!
//! `core/benches/count-instructions` runs each workload under Valgrind, and compares the counts with those in
//! `instructions.txt`. The program runs the workload that its first argument names. Only the function `measured` counts.

mod shapes;

use gossipsub_automaton::{
    Automaton, Behaviour, Ihave, Join, Limits, ReceiveMessage, Subscribe,
    worker::{Event, NodeAction, PeerMessage, Worker, WorkerConfiguration, WorkerIdentifiers},
};
use shapes::{Ids, Node, Shape, message_id};
use std::{env, hint::black_box};

/// Small enough to be set up under Valgrind, and large enough for tables with many entries.
const SHAPE: Shape = Shape { peers: 200, topics: 256, topics_by_peer: 64 };
const JOINED: usize = 64;
const MESSAGES: usize = 1000;

impl WorkerIdentifiers for Ids {
    type Point = [u8; 6];
}

/// Sets a workload up. Returns what is measured.
type Workload = fn() -> Box<dyn FnOnce()>;

const WORKLOADS: &[(&str, Workload)] = &[
    ("receive-new-messages", || receive(2000)),
    ("receive-duplicates", || receive(500)),
    ("worker-new-messages", worker),
    ("heartbeat-at-rest", heartbeat),
    ("select-gossip", || measure(|node| drop(black_box(node.automaton.select_gossip_messages())))),
    ("ihave-of-unknown-ids", ihave),
    ("join-topics", || measure(|node| join(node, JOINED..2 * JOINED))),
    ("subscribe-peers", subscribe),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    match arguments.first().map(String::as_str) {
        // `cargo bench` and `cargo test --all-targets` only name the workloads.
        None => WORKLOADS.iter().for_each(|(name, _)| println!("{name}")),
        Some(wanted) => {
            let (_, workload) = WORKLOADS.iter().find(|(name, _)| *name == wanted).expect("a name of a workload");
            measured(workload());
        }
    }
}

/// Valgrind counts from the entry of this function to its end.
#[inline(never)]
fn measured(workload: Box<dyn FnOnce()>) {
    workload();
}

/// A node that joined 64 topics and has received 2000 messages.
fn node() -> Node {
    let mut node = Node::joined(SHAPE, JOINED);
    for id in 0..2 * MESSAGES {
        node.receive(node.input(id * 7, id % JOINED, id));
    }
    // The messages are still announced.
    (0..2).for_each(|_| node.heartbeat());
    node
}

/// A step on that node. The node is not dropped, so that only the step counts.
fn measure(step: fn(&mut Node)) -> Box<dyn FnOnce()> {
    let node = Box::leak(Box::new(node()));
    Box::new(move || step(node))
}

fn inputs(node: &Node, first: usize) -> Vec<ReceiveMessage<Ids>> {
    (first..first + MESSAGES).map(|id| node.input(id * 7, id % JOINED, id)).collect()
}

fn receive(first: usize) -> Box<dyn FnOnce()> {
    let node = Box::leak(Box::new(node()));
    let inputs = inputs(node, first);
    Box::new(move || inputs.into_iter().for_each(|input| _ = black_box(node.receive(input))))
}

/// The same new messages, as events of a worker.
fn worker() -> Box<dyn FnOnce()> {
    let node = Node::new(SHAPE, Limits::dal_node());
    let automaton =
        Automaton::with_behaviour(42, Limits::dal_node(), Behaviour::OctezNext, gossipsub_automaton::AcceptEverything);
    let automaton = automaton.expect("these limits are allowed");
    let worker = Box::leak(Box::new(Worker::new(automaton, WorkerConfiguration::new([0; 16]))));
    let actions: &mut Vec<NodeAction<Ids>> = Box::leak(Box::default());
    for (index, peer) in node.peers.iter().enumerate() {
        let peer = *peer;
        worker.handle(
            node.now,
            Event::Connected { peer, direct: false, outbound: false, trusted: false, bootstrap: false },
            actions,
        );
        for topic in (index * 97..).take(SHAPE.topics_by_peer) {
            let message = PeerMessage::Subscribe { topic: node.topics[topic % SHAPE.topics].clone() };
            worker.handle(node.now, Event::Received { from: peer, message }, actions);
        }
    }
    for topic in node.topics.iter().take(JOINED) {
        worker.handle(node.now, Event::Join { topic: topic.clone() }, actions);
    }
    let events = inputs(&node, 2 * MESSAGES).into_iter().map(|input| {
        let ReceiveMessage { sender: from, topic, message_id, message, batch: _ } = input;
        Event::Received { from, message: PeerMessage::Message { topic: Some(topic), message_id, message } }
    });
    let (events, now): (Vec<Event<Ids>>, _) = (events.collect(), node.now);
    Box::new(move || {
        for event in events {
            actions.clear();
            worker.handle(now, event, actions);
        }
    })
}

/// A heartbeat without messages.
fn heartbeat() -> Box<dyn FnOnce()> {
    let node = Box::leak(Box::new(Node::joined(SHAPE, JOINED)));
    (0..20).for_each(|_| node.heartbeat());
    Box::new(|| node.heartbeat())
}

fn ihave() -> Box<dyn FnOnce()> {
    let node = Box::leak(Box::new(node()));
    let (peer, topic) = (node.peers[0], node.topics[0].clone());
    let message_ids = (10_000..10_100).map(message_id).collect();
    Box::new(move || drop(black_box(node.automaton.ihave(node.now, Ihave { peer, topic, message_ids }))))
}

fn join(node: &mut Node, topics: std::ops::Range<usize>) {
    for topic in &node.topics[topics] {
        black_box(node.automaton.join(node.now, Join { topic: topic.clone() }));
    }
}

fn subscribe() -> Box<dyn FnOnce()> {
    let node = Box::leak(Box::new(Node::new(SHAPE, Limits::bootstrap_node())));
    node.connect();
    Box::new(|| {
        for (index, peer) in node.peers.iter().enumerate() {
            for topic in (index * 97..).take(SHAPE.topics_by_peer) {
                let topic = node.topics[topic % SHAPE.topics].clone();
                black_box(node.automaton.subscribe(node.now, Subscribe { peer: *peer, topic }));
            }
        }
    })
}
