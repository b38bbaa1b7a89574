//! Known faults: what the model answers without and with each of them, and that a model without it refuses it.
//!
//! Setting, unless a test says otherwise: D 3, `D_low` 2, `D_high` 4, `D_out` 0, no flood publishing, no scoring, peers of
//! gossipsub v1.1, topic t joined.

mod js;
mod rust;

use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::libp2p::{
    Dialect, Fault, Faults, Model, Random,
    vocabulary::{
        Input, MessageId, Output, Parameters, Parts, Peer, Protocol, Rpc, ScoringParameters, Sent, Topic, Validation,
        Verdict,
    },
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PARAMETERS: &str = r#"{"D": 3, "D_high": 4, "D_lazy": 6, "D_low": 2, "D_out": 0, "D_score": 1, "do_px": false, "fanout_ttl": 60000, "flood_publish": false, "gossip_factor": 0.25, "gossip_retransmission": 3, "graft_flood_threshold": 1000, "heartbeat_interval": 1000, "history_gossip": 2, "history_length": 4, "iwant_followup_time": 3000, "max_ihave_length": 5000, "max_ihave_messages": 10, "opportunistic_graft_peers": 2, "opportunistic_graft_ticks": 60, "prune_backoff": 60000, "px_peers": 8, "scoring": null, "seen_ttl": 120000, "unsubscribe_backoff": 10000, "validation": "automatic"}"#;

const SCORING: &str = r#"{"thresholds": {"gossip": -10, "publish": -20, "graylist": -30, "accept_px": 0, "opportunistic_graft": 0}, "topics": {"t": {"topic_weight": 1, "time_in_mesh_weight": 0, "time_in_mesh_quantum": 1000, "time_in_mesh_cap": 100, "first_message_deliveries_weight": 0, "first_message_deliveries_decay": 0.5, "first_message_deliveries_cap": 4, "mesh_message_deliveries_weight": 0, "mesh_message_deliveries_decay": 0.5, "mesh_message_deliveries_threshold": 2, "mesh_message_deliveries_cap": 4, "mesh_message_deliveries_activation": 1000, "mesh_message_deliveries_window": 100, "mesh_failure_penalty_weight": 0, "mesh_failure_penalty_decay": 0.9, "invalid_message_deliveries_weight": 0, "invalid_message_deliveries_decay": 0.5}}, "topic_score_cap": 0, "app_specific_weight": 1, "ip_colocation_factor_weight": 0, "ip_colocation_factor_threshold": 1, "behaviour_penalty_weight": -1, "behaviour_penalty_threshold": 0, "behaviour_penalty_decay": 0.9, "decay_interval": 1000, "decay_to_zero": 0.1, "retain_score": 10000}"#;

fn parameters() -> Parameters {
    serde_json::from_str(PARAMETERS).unwrap()
}

fn scoring() -> ScoringParameters {
    serde_json::from_str(SCORING).unwrap()
}

fn with_scoring(change: impl FnOnce(&mut ScoringParameters)) -> Parameters {
    let mut scoring = scoring();
    change(&mut scoring);
    Parameters { scoring: Some(scoring), ..parameters() }
}

/// A node with and without a fault.
struct Node {
    model: Model,
    random: Random,
    now: Time,
}

impl Node {
    fn new(parameters: &Parameters, dialect: Dialect, fault: Option<Fault>) -> Self {
        let faults = fault.into_iter().collect();
        let model = Model::with_faults(parameters, dialect, faults).unwrap();
        Self { model, random: Random::from_seed(1), now: Time::ZERO }
    }

    fn input(&mut self, input: &Input) -> Sent {
        self.model.check_step(self.now, input).unwrap();
        match self.model.respond(self.now, input, &mut self.random, &mut ()) {
            Output::Sent(sent) => sent,
            Output::Crashed { text } => panic!("{text}"),
        }
    }

    fn connect_as(&mut self, peer: u64, direct: bool, protocol: Protocol) -> Sent {
        self.input(&Input::Connect { peer: Peer(peer), outbound: false, direct, protocol, ip: None })
    }

    fn connect(&mut self, peer: u64) -> Sent {
        self.connect_as(peer, false, Protocol::Gossipsub11)
    }

    fn rpc(&mut self, peer: u64, rpc: Value) -> Sent {
        let rpc: Rpc = serde_json::from_value(rpc).unwrap();
        self.input(&Input::Rpc { peer: Peer(peer), rpc })
    }

    /// RPCs of one read.
    fn rpcs(&mut self, peer: u64, rpcs: Value) -> Sent {
        self.input(&Input::Rpcs { peer: Peer(peer), rpcs: serde_json::from_value(rpcs).unwrap() })
    }

    fn announce(&mut self, peer: u64) -> Sent {
        self.rpc(peer, json!({"subscriptions": [{"topic": "t", "subscribe": true}]}))
    }

    /// A peer connects and announces t.
    fn here(&mut self, peers: impl IntoIterator<Item = u64>) {
        for peer in peers {
            self.connect(peer);
            self.announce(peer);
        }
    }

    /// A peer connects, announces t and grafts.
    fn up(&mut self, peers: impl IntoIterator<Item = u64>) {
        for peer in peers {
            self.here([peer]);
            self.graft(peer);
        }
    }

    fn graft(&mut self, peer: u64) -> Sent {
        self.rpc(peer, json!({"graft": ["t"]}))
    }

    fn message(&mut self, peer: u64, id: i64) -> Sent {
        self.rpc(peer, json!({"messages": [{"topic": "t", "message_id": id}]}))
    }

    fn ihave(&mut self, peer: u64, id: i64) -> Sent {
        self.rpc(peer, json!({"ihave": [{"topic": "t", "message_ids": [id]}]}))
    }

    fn join(&mut self) -> Sent {
        self.input(&Input::Join { topic: Topic::new("t") })
    }

    fn publish(&mut self, id: i64) -> Sent {
        self.input(&Input::Publish { topic: Topic::new("t"), message_id: MessageId(id) })
    }

    fn set_score(&mut self, peer: u64, score: f64) {
        self.input(&Input::SetApplicationScore { peer: Peer(peer), score });
    }

    fn heartbeat(&mut self) -> Sent {
        self.now = self.model.script().next_heartbeat();
        self.input(&Input::Heartbeat)
    }

    fn heartbeats(&mut self, count: usize) {
        for _ in 0..count {
            self.heartbeat();
        }
    }
}

/// What two nodes answer to the same script, without and with a fault.
fn compare<T>(parameters: &Parameters, dialect: Dialect, fault: Fault, script: impl Fn(&mut Node) -> T) -> (T, T) {
    let without = script(&mut Node::new(parameters, dialect, None));
    let with = script(&mut Node::new(parameters, dialect, Some(fault)));
    (without, with)
}

fn parts(sent: &Sent, peer: u64) -> Parts {
    sent.to.get(&Peer(peer)).cloned().unwrap_or_default()
}

/// The peers that got a message.
fn recipients(sent: &Sent) -> BTreeSet<u64> {
    sent.to.iter().filter(|(_, parts)| !parts.messages.is_empty()).map(|(peer, _)| peer.0).collect()
}

/// The peers that got a GRAFT.
fn grafted(sent: &Sent) -> usize {
    sent.to.values().filter(|parts| !parts.graft.is_empty()).count()
}

/// The backoffs of the PRUNEs to a peer.
fn pruned(sent: &Sent, peer: u64) -> Vec<Option<u64>> {
    parts(sent, peer).prune.iter().map(|prune| prune.backoff).collect()
}

fn requested(sent: &Sent, peer: u64) -> Vec<i64> {
    parts(sent, peer).iwant.iter().map(|id| id.0).collect()
}

#[test]
fn g2_only_rpcs_with_ihave_count_as_ihave() {
    let answers = compare(&parameters(), Dialect::GO, Fault::ControlCountsAsIhave, |node| {
        node.join();
        node.here([1]);
        for _ in 0..10 {
            node.rpc(1, json!({"idontwant": [[99]]}));
        }
        let full = requested(&node.ihave(1, 7), 1);
        node.heartbeat();
        (full, requested(&node.ihave(1, 7), 1))
    });
    assert_eq!(answers, ((vec![7], vec![7]), (vec![], vec![7])));
}

#[test]
fn g3_a_member_that_announced_nothing_gets_messages() {
    let answers = compare(&parameters(), Dialect::GO, Fault::NothingWithoutSubscribers, |node| {
        node.join();
        node.connect(1);
        node.connect(2);
        node.graft(1);
        (recipients(&node.message(2, 1)), recipients(&node.publish(2)))
    });
    assert_eq!(answers, ((BTreeSet::from([1]), BTreeSet::from([1])), (BTreeSet::new(), BTreeSet::new())));
}

#[test]
fn g4_with_d_0_a_join_grafts_no_peer() {
    let zero = Parameters { degree: 0, degree_low: 0, degree_high: 0, degree_score: 0, ..parameters() };
    let joins = compare(&zero, Dialect::GO, Fault::ZeroDegreeMeansAll, |node| {
        node.here(1..=3);
        grafted(&node.join())
    });
    assert_eq!(joins, (0, 3));
    let publishes = compare(&zero, Dialect::SPEC, Fault::ZeroDegreeMeansAllInFanout, |node| {
        node.here(1..=3);
        recipients(&node.publish(1)).len()
    });
    assert_eq!(publishes, (0, 3));
}

#[test]
fn g5_p3_ends_with_a_prune() {
    let parameters = with_scoring(|scoring| {
        let topic = scoring.topics.values_mut().next().unwrap();
        topic.mesh_message_deliveries_weight = -1.0;
    });
    let answers = compare(&parameters, Dialect::GO, Fault::DeficitStaysActive, |node| {
        node.join();
        node.up([1]);
        node.input(&Input::SetApplicationScore { peer: Peer(1), score: 10.0 });
        node.heartbeats(3);
        let before = node.model.score(Peer(1));
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 60, "peers": []}]}));
        (before, node.model.score(Peer(1)))
    });
    assert_eq!(answers, ((6.0, 10.0), (6.0, 6.0)));
}

#[test]
fn g6_a_deficit_counts_once() {
    let parameters = with_scoring(|scoring| {
        let topic = scoring.topics.values_mut().next().unwrap();
        topic.mesh_message_deliveries_weight = -1.0;
        topic.mesh_failure_penalty_weight = -1.0;
    });
    let script = |node: &mut Node| {
        node.join();
        node.up([1]);
        node.input(&Input::SetApplicationScore { peer: Peer(1), score: 10.0 });
        node.heartbeats(3);
        for _ in 0..2 {
            node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 60, "peers": []}]}));
        }
        node.model.topic_records(Peer(1)).unwrap()[&Topic::new("t")].failure_penalties
    };
    let (without, _) = compare(&parameters, Dialect::GO, Fault::DeficitWithoutMesh, script);
    assert!((without - 4.0).abs() < f64::EPSILON);
    // It needs a deficit that stays active.
    let faults = Faults::from_iter([Fault::DeficitWithoutMesh, Fault::DeficitStaysActive]);
    let model = Model::with_faults(&parameters, Dialect::GO, faults).unwrap();
    let with = script(&mut Node { model, random: Random::from_seed(1), now: Time::ZERO });
    assert!((with - 8.0).abs() < f64::EPSILON);
}

#[test]
fn p1_a_graft_of_an_unknown_topic_is_ignored() {
    let answers = compare(&parameters(), Dialect::SPEC, Fault::UnknownGraftPruned, |node| {
        node.connect(1);
        pruned(&node.graft(1), 1)
    });
    assert_eq!(answers, (vec![], vec![Some(60)]));
}

#[test]
fn each_copy_of_a_rejected_message_counts_as_invalid() {
    let parameters = with_scoring(|scoring| {
        let topic = scoring.topics.get_mut(&Topic::new("t")).unwrap();
        topic.invalid_message_deliveries_weight = -1.0;
    });
    let mut node = Node::new(&Parameters { validation: Validation::Asked, ..parameters }, Dialect::RUST, None);
    node.join();
    node.here([1]);
    node.message(1, 1);
    node.message(1, 1);
    node.input(&Input::Validated { message_id: MessageId(1), verdict: Verdict::Reject });
    assert_eq!(node.model.score(Peer(1)).to_bits(), (-4.0_f64).to_bits());
    node.message(1, 1);
    assert_eq!(node.model.score(Peer(1)).to_bits(), (-9.0_f64).to_bits());
}

#[test]
fn a_penalty_counts_twice_soon_after_a_prune() {
    let parameters = with_scoring(|_| {});
    let mut node = Node::new(&parameters, Dialect::SPEC, None);
    node.join();
    node.up([1]);
    node.rpc(1, json!({"prune": [{"topic": "t", "backoff": null, "peers": []}]}));
    node.now = Time::from_millis(999);
    node.graft(1);
    assert_eq!(node.model.score(Peer(1)).to_bits(), (-4.0_f64).to_bits());
    let mut node =
        Node::new(&Parameters { heartbeat_interval: Span::from_secs(10), ..parameters }, Dialect::SPEC, None);
    node.join();
    node.up([1]);
    node.rpc(1, json!({"prune": [{"topic": "t", "backoff": null, "peers": []}]}));
    node.now = Time::from_millis(1000);
    node.graft(1);
    // One penalty, which the decay at 1000 ms came before.
    assert_eq!(node.model.score(Peer(1)).to_bits(), (-1.0_f64).to_bits());
}

#[test]
fn a_model_without_a_fault_refuses_it() {
    let dialect = |fault: Fault| match fault.code().chars().next() {
        Some('R') => Dialect::RUST,
        Some('J') => Dialect::JS,
        Some('G') => Dialect::GO,
        _ => Dialect::SPEC,
    };
    // The scripts of the tests above, judged by a model without the fault.
    let refused = |fault: Fault, parameters: &Parameters, script: &[Input]| {
        let mut faulty = Model::with_faults(parameters, dialect(fault), Faults::from_iter([fault])).unwrap();
        let mut model = Model::new(parameters, dialect(fault)).unwrap();
        let mut random = Random::from_seed(3);
        script.iter().any(|input| {
            let output = faulty.respond(Time::ZERO, input, &mut random, &mut ());
            model.judge(Time::ZERO, input, &output, None, &mut ()).is_err()
        })
    };
    let connect = |peer, direct| Input::Connect {
        peer: Peer(peer),
        outbound: false,
        direct,
        protocol: Protocol::Gossipsub11,
        ip: None,
    };
    let rpc = |peer, rpc: Value| Input::Rpc { peer: Peer(peer), rpc: serde_json::from_value(rpc).unwrap() };
    let announce = |peer| rpc(peer, json!({"subscriptions": [{"topic": "t", "subscribe": true}]}));
    let join = Input::Join { topic: Topic::new("t") };
    let direct_graft = [join, connect(1, true), announce(1), rpc(1, json!({"graft": ["t"]}))];
    assert!(refused(Fault::GraftOfDirectPeerUnanswered, &parameters(), &direct_graft));
    let unknown_graft = [connect(1, false), rpc(1, json!({"graft": ["t"]}))];
    assert!(refused(Fault::UnknownGraftPruned, &parameters(), &unknown_graft));
    assert!(!refused(Fault::UnknownGraftPruned, &parameters(), &direct_graft));
}
