//! The workloads of the speed goals, each with a check of its outcome. Prints what was measured beside the goal.
//!
//! `cargo bench -p gossipsub-automaton --bench workloads [-- NAME]` runs all, or those whose name contains NAME. The
//! figure of each is the least of several rounds, which is closest to a quiet machine.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, HeartbeatOutput, Identifiers, Ihave, IhaveOutput, Join, JoinOutput, Limits,
    PeerQuery, ReceiveMessage, ReceiveMessageOutput, RemovePeer, SelectGossipMessagesOutput, Subscribe,
    SubscribeOutput, Time, TopicScoreLimits,
};
use std::{env, fs, hint::black_box, process::Command, time::Instant};

/// Numbers for peers and messages, and shared strings and bytes. They are shared without counting references, as they
/// are in the original: otherwise the counting would be a third of the cost of a duplicate.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ids;

impl Identifiers for Ids {
    type Peer = u64;
    type Topic = &'static str;
    type MessageId = u64;
    type Message = &'static [u8];
}

/// The payload of every message.
const MESSAGE: &[u8] = &[7; 100];

/// Set as an environment variable, makes this process workload m.
const MEMORY: &str = "GOSSIPSUB_BENCH_MEMORY";

fn main() {
    if env::var_os(MEMORY).is_some() {
        Node::with_all_scores(Node::new(1000, 64, Limits::default())).heartbeats(20);
        println!("{}", peak_memory_kib());
        return;
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return; // built and started by `cargo test --all-targets`
    }
    let wanted = |name: &str| {
        let mut names = arguments.iter().filter(|argument| !argument.starts_with('-')).peekable();
        names.peek().is_none() || names.any(|part| name.contains(part.as_str()))
    };
    println!("{:32} {:>10} {:>26}", "workload", "goal", "measured");
    for Workload { name, unit, goals, run } in workloads().into_iter().filter(|workload| wanted(workload.name)) {
        let measured = run();
        let is_reached = measured.iter().zip(&goals).all(|(measured, goal)| measured <= goal);
        let (goals, measured) = (figures(&goals, 0), figures(&measured, 1));
        println!("{name:32} {goals:>10} {measured:>26} {unit}{}", if is_reached { "" } else { "  missed" });
    }
}

fn figures(figures: &[f64], decimals: usize) -> String {
    let figures: Vec<String> = figures.iter().map(|figure| format!("{figure:.decimals$}")).collect();
    figures.join(" / ")
}

struct Workload {
    name: &'static str,
    unit: &'static str,
    goals: Vec<f64>,
    run: Box<dyn Fn() -> Vec<f64>>,
}

fn workloads() -> Vec<Workload> {
    let workload = |name, unit, goal, run: Box<dyn Fn() -> f64>| Workload {
        name,
        unit,
        goals: vec![goal],
        run: Box::new(move || vec![run()]),
    };
    let receiving = |name, alone, with_heartbeats, peers| Workload {
        name,
        unit: "ns",
        goals: vec![alone, with_heartbeats],
        run: Box::new(move || receive(peers)),
    };
    vec![
        receiving("a P=20 alone / with heartbeats", 150.0, 200.0, 20),
        receiving("a P=200", 150.0, 250.0, 200),
        receiving("a P=1000", 200.0, 400.0, 1000),
        workload("b P=20", "ns", 40.0, Box::new(|| duplicate(20))),
        workload("b P=200", "ns", 45.0, Box::new(|| duplicate(200))),
        workload("b P=1000", "ns", 60.0, Box::new(|| duplicate(1000))),
        workload("c 100 ids", "ns", 2500.0, Box::new(announced)),
        workload("d P=100 T=10", "us", 2.0, Box::new(|| at_rest(Node::new(100, 10, scored())))),
        workload("d P=1000 T=64", "us", 20.0, Box::new(|| at_rest(Node::new(1000, 64, scored())))),
        workload(
            "d P=1000 T=64 all scores",
            "us",
            400.0,
            Box::new(|| at_rest(Node::with_all_scores(Node::new(1000, 64, scored())))),
        ),
        workload("d P=100 T=10 raw", "us", 15.0, Box::new(|| at_rest(Node::new(100, 10, Limits::default())))),
        workload("d P=1000 T=64 raw", "us", 300.0, Box::new(|| at_rest(Node::new(1000, 64, Limits::default())))),
        workload("e cycle", "us", 5.0, Box::new(churn)),
        workload("f call", "us", 500.0, Box::new(gossip)),
        workload("m peak", "MiB", 16.0, Box::new(memory)),
        Workload {
            name: "growth of a: P=20/200/1000/10000",
            unit: "ns, with 20 senders",
            goals: Vec::new(),
            run: Box::new(|| [20, 200, 1000, 10_000].map(receive_from_twenty).to_vec()),
        },
        Workload {
            name: "growth of d: P=100/1000/10000",
            unit: "us, with T=64",
            goals: Vec::new(),
            run: Box::new(|| [100, 1000, 10_000].map(|peers| at_rest(Node::new(peers, 64, scored()))).to_vec()),
        },
    ]
}

/// The default limits without the penalties for few deliveries (P3 and P3b).
fn scored() -> Limits<Ids> {
    let mut limits = Limits::default();
    if let TopicScoreLimits::Single { parameters } = &mut limits.score_limits.topics {
        parameters.mesh_message_deliveries_weight = 0.0;
        parameters.mesh_failure_penalty_weight = 0.0;
    }
    limits
}

/// An automaton with its peers and topics, its clock, and the ids used so far.
struct Node {
    automaton: Automaton<Ids, AcceptEverything>,
    peers: u64,
    /// How many of them send messages.
    senders: u64,
    topics: Vec<&'static str>,
    now: u64,
    next_id: u64,
}

impl Node {
    /// All peers subscribe to all topics, and then all topics are joined.
    fn new(peers: u64, topics: usize, limits: Limits<Ids>) -> Self {
        let mut node = Self {
            automaton: Automaton::new(42, limits, AcceptEverything).expect("these limits are allowed"),
            peers,
            senders: peers,
            topics: (0..topics).map(|topic| &*format!("topic-{topic:02}").leak()).collect(),
            now: 0,
            next_id: 0,
        };
        (0..peers).for_each(|peer| node.add(peer));
        for topic in node.topics.clone() {
            let JoinOutput::JoiningTopic { to_graft } = node.automaton.join(node.now(), Join { topic }) else {
                panic!("the topic is new");
            };
            assert_eq!(to_graft.len(), 6);
        }
        node
    }

    /// Every peer delivers a fresh message on every topic.
    fn with_all_scores(mut self) -> Self {
        for peer in 0..self.peers {
            for topic in self.topics.clone() {
                assert!(self.receive_from(peer, topic));
            }
        }
        self
    }

    fn now(&self) -> Time {
        Time::from_millis(self.now)
    }

    fn add(&mut self, peer: u64) {
        let now = self.now();
        self.automaton
            .add_peer(now, AddPeer { peer, direct: false, outbound: peer.is_multiple_of(2), bootstrap: false });
        for &topic in &self.topics {
            let subscribed = self.automaton.subscribe(now, Subscribe { peer, topic });
            assert_eq!(subscribed, SubscribeOutput::Subscribed);
        }
    }

    /// Whether the next message was routed to the mesh.
    fn receive_from(&mut self, sender: u64, topic: &'static str) -> bool {
        let message_id = self.next_id;
        self.next_id += 1;
        let input = ReceiveMessage { sender, topic, message_id, message: MESSAGE, batch: false };
        match self.automaton.receive_message(self.now(), input) {
            ReceiveMessageOutput::RouteMessage { to_route } => to_route.len() >= 4,
            _ => false,
        }
    }

    fn heartbeat(&mut self) -> HeartbeatOutput<Ids> {
        self.now += 1000;
        self.automaton.heartbeat(self.now())
    }

    fn heartbeats(&mut self, count: usize) {
        (0..count).for_each(|_| drop(self.heartbeat()));
    }

    /// 1000 fresh messages on the first topic: how many were routed.
    fn thousand(&mut self) -> usize {
        let topic = self.topics.first().copied().expect("a topic");
        let routed = (0..1000).filter(|_| self.receive_from(self.next_id % self.senders, topic));
        routed.count()
    }

    /// One topic after workload a's warm-up.
    fn warm(peers: u64, limits: Limits<Ids>) -> Self {
        let mut node = Self::new(peers, 1, limits);
        node.heartbeats(1);
        for _ in 0..120 {
            assert_eq!(node.thousand(), 1000);
            node.heartbeats(1);
        }
        node
    }
}

/// Workload a: nanoseconds a fresh message, alone and with the heartbeats spread over the messages.
fn receive(peers: u64) -> Vec<f64> {
    let mut node = Node::warm(peers, scored());
    let rounds = if peers < 1000 { 20 } else { 5 };
    let alone_and_all = (0..30).map(|_| receive_rounds(&mut node, rounds));
    let least = alone_and_all.reduce(|(a, b), (c, d)| (a.min(c), b.min(d)));
    least.map_or(Vec::new(), |(alone, all)| vec![alone, all])
}

fn receive_rounds(node: &mut Node, rounds: u32) -> (f64, f64) {
    let (mut alone, mut all) = (0.0, 0.0);
    for _ in 0..rounds {
        let start = Instant::now();
        let routed = node.thousand();
        alone += start.elapsed().as_secs_f64();
        black_box(node.heartbeat());
        all += start.elapsed().as_secs_f64();
        assert_eq!(routed, 1000);
    }
    let messages = f64::from(rounds) * 1000.0;
    (alone * 1e9 / messages, all * 1e9 / messages)
}

/// Workload a alone, with the messages from always the same few: what is left to grow with is the subscribers.
fn receive_from_twenty(peers: u64) -> f64 {
    let mut node = Node::warm(peers, scored());
    node.senders = 20;
    least(30, || receive_rounds(&mut node, 5).0)
}

/// Workload b: nanoseconds a message that was seen one heartbeat ago.
fn duplicate(peers: u64) -> f64 {
    let mut node = Node::warm(peers, scored());
    let topic = node.topics.first().copied().expect("a topic");
    let first = node.next_id - 1000;
    least(20, || {
        let start = Instant::now();
        let mut duplicates = 0;
        for k in 0..100_000 {
            let input = ReceiveMessage {
                sender: k % peers,
                topic,
                message_id: first + k % 1000,
                message: MESSAGE,
                batch: false,
            };
            let output = node.automaton.receive_message(Time::from_millis(node.now), input);
            duplicates += u32::from(output == ReceiveMessageOutput::AlreadyReceived);
        }
        let elapsed = start.elapsed().as_secs_f64();
        assert_eq!(duplicates, 100_000);
        elapsed * 1e9 / 100_000.0
    })
}

/// Workload c: nanoseconds an IHave of 100 unknown ids.
fn announced() -> f64 {
    let mut limits = scored();
    limits.max_recv_ihave_per_heartbeat = 1_000_000_000;
    limits.max_sent_iwant_per_heartbeat = 1_000_000_000;
    let mut node = Node::warm(200, limits);
    let topic = node.topics.first().copied().expect("a topic");
    let mut next = 1_000_000_000;
    least(5, || {
        let mut elapsed = 0.0;
        for round in 0..100 {
            let ihaves: Vec<Ihave<Ids>> = (0..100)
                .map(|k| {
                    let peer = (round * 100 + k) % 200;
                    next += 100;
                    Ihave { peer, topic, message_ids: (next - 100..next).collect() }
                })
                .collect();
            let start = Instant::now();
            for ihave in ihaves {
                let output = node.automaton.ihave(Time::from_millis(node.now), ihave);
                let IhaveOutput::MessageRequestedMessageIds { message_ids } = output else { panic!("all are wanted") };
                assert_eq!(message_ids.len(), 100);
            }
            elapsed += start.elapsed().as_secs_f64();
        }
        elapsed * 1e9 / 10_000.0
    })
}

/// Workload d: microseconds a heartbeat without messages.
fn at_rest(mut node: Node) -> f64 {
    node.heartbeats(20);
    least(20, || {
        let start = Instant::now();
        node.heartbeats(50);
        let elapsed = start.elapsed().as_secs_f64();
        for topic in &node.topics {
            let mesh = node.automaton.mesh_peers(topic).expect("joined").len();
            assert!(mesh <= 12);
        }
        elapsed * 1e6 / 50.0
    })
}

/// Workload e: microseconds to add a peer, subscribe it to 64 topics and remove it.
fn churn() -> f64 {
    let mut node = Node::new(100, 64, scored());
    node.heartbeats(20);
    least(20, || {
        let start = Instant::now();
        for _ in 0..200 {
            node.add(101);
            node.automaton.remove_peer(node.now(), RemovePeer { peer: 101 });
        }
        let elapsed = start.elapsed().as_secs_f64();
        assert_eq!(node.automaton.connected_peers(&PeerQuery::default()).len(), 100);
        elapsed * 1e6 / 200.0
    })
}

/// Workload f: microseconds a selection of gossip.
fn gossip() -> f64 {
    let mut node = Node::new(200, 10, scored());
    for round in 0..11 {
        for topic in node.topics.clone() {
            for k in 0..100 {
                assert!(node.receive_from(k % 200, topic));
            }
        }
        if round < 10 {
            node.heartbeats(1);
        }
    }
    least(50, || {
        let start = Instant::now();
        let output = node.automaton.select_gossip_messages();
        let elapsed = start.elapsed().as_secs_f64();
        let SelectGossipMessagesOutput::GossipMessages { ihaves } = output;
        let ids: usize = ihaves.iter().map(|ihave| ihave.message_ids.len()).sum();
        assert_eq!((ihaves.len(), ids), (480, 144_000));
        elapsed * 1e6
    })
}

/// Workload m: the peak memory, in MiB, of a process of its own.
fn memory() -> f64 {
    let this = env::current_exe().expect("a path");
    let output = Command::new(this).env(MEMORY, "1").output().expect("a process");
    let kib: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
    kib / 1024.0
}

/// What Linux says is the most that was resident, in KiB.
fn peak_memory_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

fn least(rounds: usize, mut run: impl FnMut() -> f64) -> f64 {
    (0..rounds).map(|_| run()).fold(f64::INFINITY, f64::min)
}
