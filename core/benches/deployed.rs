//! Speed, memory and pauses in the shapes that are deployed.
//!
//! `cargo bench -p gossipsub-automaton --bench deployed [-- NAME]` runs all shapes, or those whose name contains NAME.

mod shapes;

use gossipsub_automaton::{Join, Limits};
use shapes::{Node, Shape};
use std::{env, fs, hint::black_box, time::Instant};

/// The data-availability layer: a million subscriptions.
const LAYER: Shape = Shape { peers: 500, topics: 12_800, topics_by_peer: 2000 };
/// Many peers on few topics.
const CROWDED: Shape = Shape { peers: 10_000, topics: 64, topics_by_peer: 64 };
/// An attester: the topics of 16 keys in 32 slots.
const ATTESTED_TOPICS: usize = 512;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return; // built and started by `cargo test --all-targets`
    }
    let shapes: [(&str, fn()); 5] = [
        ("bootstrap", bootstrap),
        ("attester", || joined("attester", LAYER, ATTESTED_TOPICS)),
        ("all-joined", || joined("all-joined", LAYER, LAYER.topics)),
        ("crowded", || joined("crowded", CROWDED, CROWDED.topics)),
        ("slots", slots),
    ];
    let names: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    for (name, run) in shapes {
        if names.is_empty() || names.iter().any(|part| name.contains(part.as_str())) {
            run();
        }
    }
}

fn print(shape: &str, what: &str, figure: f64, unit: &str) {
    println!("{shape:12} {what:36} {figure:>10.1} {unit}");
}

/// The least time of some rounds, in nanoseconds, divided by the number of calls in a round.
fn least(rounds: usize, calls: u32, mut round: impl FnMut()) -> f64 {
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        round();
        start.elapsed().as_secs_f64() * 1e9
    });
    times.fold(f64::INFINITY, f64::min) / f64::from(calls)
}

/// A node of the layer that joined nothing.
fn bootstrap() {
    let mut node = Node::new(LAYER, Limits::bootstrap_node());
    node.connect();
    let (before, start) = (resident_bytes(), Instant::now());
    let subscriptions = node.subscribe(LAYER.topics_by_peer);
    let elapsed = start.elapsed().as_secs_f64();
    let subscriptions = f64::from(u32::try_from(subscriptions).expect("a million"));
    print("bootstrap", "a subscription", elapsed * 1e9 / subscriptions, "ns");
    print("bootstrap", "memory of a subscription", (resident_bytes() - before) / subscriptions, "bytes");
    (0..20).for_each(|_| node.heartbeat());
    print("bootstrap", "a heartbeat at rest", least(20, 50, || (0..50).for_each(|_| node.heartbeat())) / 1e3, "us");
}

/// A node that joined some of the topics.
fn joined(name: &str, shape: Shape, topics: usize) {
    let mut node = Node::joined(shape, topics);
    (0..20).for_each(|_| node.heartbeat());
    let rest = least(20, 5, || (0..5).for_each(|_| node.heartbeat()));
    print(name, "a heartbeat at rest", rest / 1e3, "us");

    // Groups of 16 messages, because the clock itself takes time.
    let mut groups: Vec<f64> = (0..4000)
        .map(|group| {
            let inputs = (group * 16..group * 16 + 16).map(|id| node.input(id * 7, id * 31 % topics, id));
            let inputs: Vec<_> = inputs.collect();
            let start = Instant::now();
            for input in inputs {
                black_box(node.receive(input));
            }
            start.elapsed().as_secs_f64() * 1e9 / 16.0
        })
        .collect();
    groups.sort_by(f64::total_cmp);
    print(name, "a new message, median", groups[groups.len() / 2], "ns");

    // Joins on a node that is fresh but for its subscriptions.
    let mut fresh = Node::joined(shape, 0);
    let start = Instant::now();
    for topic in fresh.topics.iter().take(topics) {
        black_box(fresh.automaton.join(fresh.now, Join { topic: topic.clone() }));
    }
    let joins = f64::from(u32::try_from(topics).expect("few topics"));
    print(name, "a join, on average", start.elapsed().as_secs_f64() * 1e6 / joins, "us");
}

/// A minute of traffic: ten levels of 32 slots with 512 shards each, each received 4 times.
fn slots() {
    let shape = Shape { peers: 100, topics: ATTESTED_TOPICS, topics_by_peer: ATTESTED_TOPICS };
    let mut node = Node::joined(shape, ATTESTED_TOPICS);
    let (shards, copies) = (32 * 512, 4);
    let (mut slowest, mut slowest_heartbeat, mut total, mut received) = (0.0_f64, 0.0_f64, 0.0, 0_u32);
    for level in 0..10 {
        for second in 0..6 {
            let start = Instant::now();
            node.heartbeat();
            slowest_heartbeat = slowest_heartbeat.max(start.elapsed().as_secs_f64());
            // The shards of a level arrive in its first three seconds.
            for shard in (0..shards).filter(|shard| shard % 3 == second) {
                for copy in 0..copies {
                    let input = node.input(shard * 7 + copy, shard, level * shards + shard);
                    let start = Instant::now();
                    black_box(node.receive(input));
                    let elapsed = start.elapsed().as_secs_f64();
                    total += elapsed;
                    slowest = slowest.max(elapsed);
                    received += 1;
                }
            }
        }
    }
    print("slots", "messages", f64::from(received), "");
    print("slots", "a message, on average", total * 1e9 / f64::from(received), "ns");
    print("slots", "the slowest single message", slowest * 1e6, "us");
    print("slots", "the slowest heartbeat", slowest_heartbeat * 1e6, "us");
}

/// What Linux says is resident.
fn resident_bytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
    kib * 1024.0
}
