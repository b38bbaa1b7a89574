//! A complete node on one connection: the worker, the codec of the data-availability layers, and TCP.
//!
//! ```sh
//! cargo run -p gossipsub-automaton --features dal --example node
//! ```
//!
//! The program starts itself a second time, as another process. The two nodes connect over the loopback address, graft
//! each other, and publish a message each. Both processes end when they have the message of the other one.

use gossipsub_automaton::{
    AcceptEverything, Automaton, Behaviour, Limits, LimitsError, Span, Time,
    wire::dal::{
        Curve, Dal, Message, MessageId, P2pMessage, P2pMessageView, PeerId, Profile, PublicKeyHash, Shard,
        StreamDecoder, Topic,
    },
    worker::{Event, NodeAction, Worker, WorkerConfiguration},
};
use std::{
    collections::BTreeSet,
    env,
    error::Error,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    process::Command,
    time::{Duration, Instant},
};

const PROFILE: Profile = Profile::OCTEZ;
const HEARTBEAT: Duration = Duration::from_millis(100);
/// Both nodes have found each other long before.
const DEADLINE: Duration = Duration::from_secs(10);

/// The attester whose shards the nodes exchange.
const PKH: PublicKeyHash = PublicKeyHash { curve: Curve::Ed25519, hash: [7; 20] };
const TOPIC: Topic = Topic { slot_index: 3, pkh: PKH };

struct Node {
    identity: PeerId,
    worker: Worker<Dal, AcceptEverything>,
    /// Reused for each event.
    actions: Vec<NodeAction<Dal>>,
    stream: TcpStream,
    start: Instant,
    delivered: BTreeSet<u16>,
}

impl Node {
    fn new(number: u8, stream: TcpStream) -> Result<Self, LimitsError> {
        let identity = PeerId([number; 16]);
        let limits = Limits { heartbeat_interval: Span::from_millis(100), ..Limits::dal_node() };
        let automaton = Automaton::with_behaviour(number.into(), limits, Behaviour::OctezNext, AcceptEverything)?;
        let worker = Worker::new(automaton, WorkerConfiguration::new(identity));
        let (start, delivered) = (Instant::now(), BTreeSet::new());
        Ok(Self { identity, worker, actions: Vec::new(), stream, start, delivered })
    }

    /// Handles an event and does what the worker says.
    fn handle(&mut self, event: Event<Dal>) -> Result<(), Box<dyn Error>> {
        let now = Time::from_millis(u64::try_from(self.start.elapsed().as_millis())?);
        self.worker.handle(now, event, &mut self.actions);
        let mut bytes = Vec::new();
        for action in self.actions.drain(..) {
            match action {
                // There is one peer. A node with more writes to the connection of the recipient.
                NodeAction::Send { to: _, message } => {
                    P2pMessage::Message(Message::new(&message, |_| None)).encode(PROFILE, &mut bytes)?;
                }
                NodeAction::Deliver { message_id, .. } => {
                    println!("node {}: received shard {}", self.identity.0[0], message_id.shard_index);
                    self.delivered.insert(message_id.shard_index);
                }
                NodeAction::Connect { .. } | NodeAction::ConnectPoint { .. } | NodeAction::Forget { .. } => {}
            }
        }
        Ok(self.stream.write_all(&bytes)?)
    }

    /// Joins the topic, publishes a shard of this node's number, and returns when the shard of the peer has arrived.
    fn run(mut self, peer: PeerId) -> Result<(), Box<dyn Error>> {
        self.handle(Event::Join { topic: TOPIC })?;
        self.handle(Event::Connected { peer, direct: false, outbound: false, trusted: false, bootstrap: false })?;
        let shard_of = |node: PeerId| u16::from(node.0[0]);
        let mut decoder = StreamDecoder::new(PROFILE);
        let mut next_heartbeat = Instant::now() + HEARTBEAT;
        let mut has_published = false;
        loop {
            if self.start.elapsed() > DEADLINE {
                return Err("the nodes did not find each other".into());
            }
            if Instant::now() >= next_heartbeat {
                next_heartbeat += HEARTBEAT;
                self.handle(Event::Heartbeat)?;
            }
            if !has_published && self.worker.automaton().in_mesh(&TOPIC, &peer) {
                has_published = true;
                let (shard_index, slot_index) = (shard_of(self.identity), TOPIC.slot_index);
                let message_id = MessageId { level: 1, slot_index, commitment: [9; 48], shard_index, pkh: PKH };
                let message = Shard { share: vec![[5; 32]; 64], proof: [8; 48] }.into();
                self.handle(Event::Publish { topic: TOPIC, message_id, message })?;
            }
            if has_published && self.delivered.contains(&shard_of(peer)) {
                break;
            }
            let mut buffer = [0; 4096];
            let length = match self.stream.read(&mut buffer) {
                Ok(0) => return Err("the peer closed the connection too early".into()),
                Ok(length) => length,
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => continue,
                Err(error) => return Err(error.into()),
            };
            let mut chunk = &buffer[..length];
            while let Some(message) = decoder.decode(&mut chunk)? {
                if let P2pMessageView::Message(message) = message {
                    let message = message.to_peer_message();
                    self.handle(Event::Received { from: peer, message })?;
                }
            }
        }
        // The peer reads what was sent before it sees the end of the stream.
        self.stream.shutdown(Shutdown::Write)?;
        self.stream.set_read_timeout(Some(DEADLINE))?;
        io::copy(&mut self.stream, &mut io::sink())?;
        Ok(())
    }
}

fn run(number: u8, peer: u8, stream: TcpStream) -> Result<(), Box<dyn Error>> {
    stream.set_read_timeout(Some(Duration::from_millis(10)))?;
    Node::new(number, stream)?.run(PeerId([peer; 16]))
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(address) = env::args().nth(1) {
        return run(2, 1, TcpStream::connect(address)?);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut second = Command::new(env::current_exe()?).arg(listener.local_addr()?.to_string()).spawn()?;
    run(1, 2, listener.accept()?.0)?;
    if second.wait()?.success() { Ok(()) } else { Err("the second node failed".into()) }
}
