//! A small node with the automaton inside: five nodes in a row, connected in memory, pass on one message.
//!
//! ```sh
//! cargo run -p gossipsub-automaton --example embed
//! ```
//!
//! The automaton decides. The node has the network and the clock: it turns each packet from a peer into an input, and
//! each output into packets to peers. `cargo test` runs this example too. A node of the data-availability layers uses the
//! worker instead, which does this as those nodes do: see the example `node`.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Graft, GraftOutput, HeartbeatOutput, Identifiers, Ihave, IhaveOutput, Iwant,
    IwantOutput, Join, JoinOutput, Limits, PeerQuery, Prune, PublishMessage, PublishMessageOutput, ReceiveMessage,
    ReceiveMessageOutput, RoutedMessage, SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput, SortedSet,
    Span, Subscribe, Time,
};
use std::collections::VecDeque;

type Peer = usize;
type Topic = &'static str;

/// A message knows its topic, because a packet that answers an IWANT does not name it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Article {
    topic: Topic,
    text: &'static str,
}

/// The types of this network.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ids;

impl Identifiers for Ids {
    type Peer = Peer;
    type Topic = Topic;
    type MessageId = u64;
    type Message = Article;
}

/// What one node sends to another.
enum Packet {
    Subscribe(Topic),
    Graft(Topic),
    Prune { topic: Topic, px: Vec<Peer>, backoff: Span },
    Ihave(Topic, Vec<u64>),
    Iwant(Vec<u64>),
    Message(u64, Article),
}

struct Node {
    automaton: Automaton<Ids, AcceptEverything>,
    /// Packets on their way, each with its receiver.
    outbox: Vec<(Peer, Packet)>,
    delivered: Vec<&'static str>,
}

impl Node {
    fn new(seed: u64) -> Self {
        let automaton =
            Automaton::new(seed, Limits::default(), AcceptEverything).expect("the default limits are valid");
        Self { automaton, outbox: Vec::new(), delivered: Vec::new() }
    }

    fn send(&mut self, peer: Peer, packet: Packet) {
        self.outbox.push((peer, packet));
    }

    fn connect(&mut self, now: Time, peer: Peer, outbound: bool) {
        self.automaton.add_peer(now, AddPeer { peer, direct: false, outbound, bootstrap: false });
        for topic in &self.automaton.our_topics() {
            self.send(peer, Packet::Subscribe(topic));
        }
    }

    fn join(&mut self, now: Time, topic: Topic) {
        let JoinOutput::JoiningTopic { to_graft } = self.automaton.join(now, Join { topic }) else { return };
        for peer in &self.automaton.connected_peers(&PeerQuery::default()) {
            self.send(*peer, Packet::Subscribe(topic));
        }
        for peer in &to_graft {
            self.send(*peer, Packet::Graft(topic));
        }
    }

    fn publish(&mut self, now: Time, message_id: u64, article: &Article) {
        let input = PublishMessage { topic: article.topic, message_id, message: article.clone() };
        if let PublishMessageOutput::PublishMessage { to_publish } = self.automaton.publish_message(now, input) {
            self.route(&to_publish, message_id, article);
        }
    }

    fn route(&mut self, peers: &SortedSet<Peer>, message_id: u64, article: &Article) {
        for peer in peers {
            self.send(*peer, Packet::Message(message_id, article.clone()));
        }
    }

    fn prune(&mut self, peer: Peer, topic: Topic, no_px_peers: SortedSet<Peer>) {
        let SelectPxPeersOutput::PxPeers { peers: px } =
            self.automaton.select_px_peers(SelectPxPeers { peer_to_prune: peer, topic, no_px_peers });
        let backoff = self.automaton.limits().prune_backoff;
        self.send(peer, Packet::Prune { topic, px, backoff });
    }

    fn receive(&mut self, now: Time, peer: Peer, packet: Packet) {
        match packet {
            Packet::Subscribe(topic) => {
                self.automaton.subscribe(now, Subscribe { peer, topic });
            }
            Packet::Graft(topic) => match self.automaton.graft(now, Graft { peer, topic }) {
                GraftOutput::GraftingSuccessfully | GraftOutput::PeerAlreadyInMesh => {}
                _refused => self.prune(peer, topic, SortedSet::new()),
            },
            Packet::Prune { topic, px, backoff } => {
                // A larger node connects to the peers of `PruneOutput::Px`.
                self.automaton.prune(now, Prune { peer, topic, px, backoff: backoff.into() });
            }
            Packet::Ihave(topic, message_ids) => {
                let output = self.automaton.ihave(now, Ihave { peer, topic, message_ids });
                if let IhaveOutput::MessageRequestedMessageIds { message_ids } = output {
                    self.send(peer, Packet::Iwant(message_ids));
                }
            }
            Packet::Iwant(message_ids) => {
                let output = self.automaton.iwant(now, Iwant { peer, message_ids });
                let IwantOutput::OnIwantMessagesToRoute { routed_message_ids } = output else { return };
                for (message_id, routed) in routed_message_ids {
                    if let RoutedMessage::Message { message } = routed {
                        self.send(peer, Packet::Message(message_id, message));
                    }
                }
            }
            Packet::Message(message_id, article) => {
                let input = ReceiveMessage {
                    sender: peer,
                    topic: article.topic,
                    message_id,
                    message: article.clone(),
                    batch: false,
                };
                let output = self.automaton.receive_message(now, input);
                // Every other output means: a duplicate, not ours, or not valid.
                let ReceiveMessageOutput::RouteMessage { to_route } = output else { return };
                self.delivered.push(article.text);
                self.route(&to_route, message_id, &article);
            }
        }
    }

    /// Due every `heartbeat_interval`.
    fn heartbeat(&mut self, now: Time) {
        let HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers } = self.automaton.heartbeat(now);
        for (peer, topics) in to_graft {
            for topic in &topics {
                self.send(peer, Packet::Graft(topic));
            }
        }
        for (peer, topics) in to_prune {
            for topic in &topics {
                self.prune(peer, topic, no_px_peers.clone());
            }
        }
        let SelectGossipMessagesOutput::GossipMessages { ihaves } = self.automaton.select_gossip_messages();
        for Ihave { peer, topic, message_ids } in ihaves {
            self.send(peer, Packet::Ihave(topic, message_ids));
        }
    }
}

/// Delivers all packets, and those that they lead to. Returns their number.
fn deliver(nodes: &mut [Node], now: Time) -> usize {
    let mut queue = VecDeque::new();
    let mut count = 0;
    loop {
        for (sender, node) in nodes.iter_mut().enumerate() {
            queue.extend(node.outbox.drain(..).map(|(receiver, packet)| (sender, receiver, packet)));
        }
        let Some((sender, receiver, packet)) = queue.pop_front() else { return count };
        nodes.get_mut(receiver).expect("a node sends to its peers only").receive(now, sender, packet);
        count += 1;
    }
}

fn main() {
    let mut now = Time::ZERO;
    let mut nodes: Vec<Node> = (0..5).map(Node::new).collect();

    // Each node dials the next one and joins the topic.
    for dialer in 0..4 {
        nodes[dialer].connect(now, dialer + 1, true);
        nodes[dialer + 1].connect(now, dialer, false);
    }
    for node in &mut nodes {
        node.join(now, "news");
    }
    println!("setup: {} packets", deliver(&mut nodes, now));

    // A node that joins does not know yet that its neighbours joined. The first heartbeat grafts them.
    for _ in 0..2 {
        now = now + Limits::<Ids>::default().heartbeat_interval;
        for node in &mut nodes {
            node.heartbeat(now);
        }
        println!("heartbeat at {now}: {} packets", deliver(&mut nodes, now));
    }

    let article = Article { topic: "news", text: "hello" };
    nodes[0].publish(now, 7, &article);
    println!("a message: {} packets", deliver(&mut nodes, now));
    for (name, node) in nodes.iter().enumerate().skip(1) {
        println!("node {name} received {:?}", node.delivered);
        assert_eq!(node.delivered, ["hello"]);
    }
}

#[test]
fn every_node_receives_the_message_once() {
    main();
}
