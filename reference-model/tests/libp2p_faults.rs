//! Known faults: what the model answers without and with each of them, and that a model without it refuses it.
//!
//! Setting, unless a test says otherwise: D 3, `D_low` 2, `D_high` 4, `D_out` 0, no flood publishing, no scoring, peers of
//! gossipsub v1.1, topic t joined.

use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::libp2p::{
    Dialect, Fault, Faults, Model, Random,
    vocabulary::{
        Input, MessageId, Output, Parameters, Parts, Peer, Protocol, Refusal, Rpc, ScoringParameters, Sent, Topic,
        Validation, Verdict,
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
fn r1_a_graft_from_a_direct_peer_is_answered_with_a_prune() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::GraftOfDirectPeerUnanswered, |node| {
        node.join();
        node.connect_as(1, true, Protocol::Gossipsub11);
        node.announce(1);
        pruned(&node.graft(1), 1)
    });
    assert_eq!(answers, (vec![Some(60)], vec![]));
}

#[test]
fn r2_publishes_between_two_changes_go_to_the_same_peers() {
    let (without, with) = compare(&parameters(), Dialect::RUST, Fault::FanoutRedrawn, |node| {
        node.here(1..=2);
        node.publish(1);
        node.publish(2);
        node.publish(3);
        node.here(3..=9);
        (4..14).map(|id| recipients(&node.publish(id))).collect::<BTreeSet<_>>().len()
    });
    assert_eq!(without, 1);
    assert!(with > 1, "{with} sets of recipients");
}

#[test]
fn r4_a_mesh_of_exactly_d_high_members_is_not_pruned() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::MeshPrunedAtHigh, |node| {
        node.join();
        node.up(1..=4);
        let sent = node.heartbeat();
        (1..=4).map(|peer| pruned(&sent, peer).len()).sum::<usize>()
    });
    assert_eq!(answers, (0, 1));
}

#[test]
fn r7_an_id_that_another_peer_promised_is_requested() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::PromisedIdsNotRequested, |node| {
        node.join();
        node.here(1..=2);
        node.ihave(1, 7);
        node.input(&Input::Disconnect { peer: Peer(1) });
        node.heartbeats(100);
        requested(&node.ihave(2, 7), 2)
    });
    assert_eq!(answers, (vec![7], vec![]));
}

#[test]
fn r9_an_rpc_of_a_direct_peer_is_accepted_whatever_its_score() {
    let parameters = with_scoring(|_| {});
    let answers = compare(&parameters, Dialect::RUST, Fault::DirectPeersGraylisted, |node| {
        node.join();
        node.connect_as(1, true, Protocol::Gossipsub11);
        node.announce(1);
        node.set_score(1, -100.0);
        node.message(1, 1).delivered.len()
    });
    assert_eq!(answers, (1, 0));
}

#[test]
fn r10_a_peer_that_unsubscribed_may_graft_after_its_own_backoff() {
    let parameters = with_scoring(|_| {});
    let answers = compare(&parameters, Dialect::RUST, Fault::UnsubscribePrunes, |node| {
        node.join();
        node.up([1]);
        node.rpc(1, json!({"subscriptions": [{"topic": "t", "subscribe": false}]}));
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 10, "peers": []}]}));
        node.heartbeats(20);
        node.announce(1);
        pruned(&node.graft(1), 1)
    });
    assert_eq!(answers, (vec![], vec![Some(60)]));
}

#[test]
fn r12_and_g9_parameters_are_checked_by_the_rules_of_the_specification() {
    let wrong = Parameters { degree_low: 5, degree: 3, ..parameters() };
    let error = Model::new(&wrong, Dialect::SPEC).unwrap_err();
    assert_eq!(error.to_string(), "D_low: D_low <= D is required, found D_low = 5, D = 3");
    let unchecked = Faults::from_iter([Fault::ParametersUnchecked]);
    assert!(Model::with_faults(&wrong, Dialect::JS, unchecked).is_ok());

    let half = Parameters { degree: 4, degree_low: 3, degree_out: 2, ..parameters() };
    assert!(Model::new(&half, Dialect::GO).is_ok());
    let below_half = Faults::from_iter([Fault::OutboundQuotaBelowHalf]);
    let error = Model::with_faults(&half, Dialect::GO, below_half).unwrap_err();
    assert_eq!(error.to_string(), "D_out: D_out < D / 2 is required, found D_out = 2, D = 4");
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
fn j1_a_prune_after_one_of_an_unknown_topic_counts() {
    let answers = compare(&parameters(), Dialect::JS, Fault::PrunesAfterUnknownDropped, |node| {
        node.join();
        node.up([1]);
        let prune = |topic: &str| json!({"topic": topic, "backoff": 60, "peers": []});
        node.rpc(1, json!({"prune": [prune("u"), prune("t")]}));
        node.here([2]);
        recipients(&node.message(2, 1)).contains(&1)
    });
    assert_eq!(answers, (false, true));
}

#[test]
fn j2_a_join_grafts_up_to_d_peers_in_all() {
    let answers = compare(&parameters(), Dialect::JS, Fault::JoinIgnoresFanoutSize, |node| {
        node.here(1..=2);
        node.publish(1);
        node.here(3..=6);
        grafted(&node.join())
    });
    assert_eq!(answers, (3, 5));
}

#[test]
fn j3_p1_of_a_peer_grafted_by_a_join_counts() {
    let parameters = with_scoring(|scoring| {
        scoring.topics.values_mut().next().unwrap().time_in_mesh_weight = 1.0;
    });
    let (without, with) = compare(&parameters, Dialect::JS, Fault::JoinDoesNotScore, |node| {
        node.here([1]);
        node.join();
        node.heartbeats(10);
        node.model.score(Peer(1))
    });
    assert_eq!((without.to_bits(), with.to_bits()), (10.0_f64.to_bits(), 0.0_f64.to_bits()));
}

#[test]
fn j7_a_publish_in_a_joined_topic_makes_no_fanout() {
    let answers = compare(&parameters(), Dialect::SPEC, Fault::EmptyMeshUsesFanout, |node| {
        node.join();
        node.up([1]);
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 60, "peers": []}]}));
        (recipients(&node.publish(1)), node.model.fanouts().len())
    });
    assert_eq!(answers, ((BTreeSet::new(), 0), (BTreeSet::from([1]), 1)));
}

#[test]
fn j16_a_message_without_a_verdict_is_not_given_out() {
    let parameters = Parameters { validation: Validation::Asked, ..parameters() };
    let answers = compare(&parameters, Dialect::JS, Fault::UnvalidatedGivenOut, |node| {
        node.join();
        node.here(1..=2);
        node.message(1, 1);
        recipients(&node.rpc(2, json!({"iwant": [[1]]})))
    });
    assert_eq!(answers, (BTreeSet::new(), BTreeSet::from([2])));
}

#[test]
fn j17_and_j22_a_score_counts_at_once() {
    let parameters = with_scoring(|_| {});
    for fault in [Fault::ScoresCached, Fault::GraylistCached] {
        let answers = compare(&parameters, Dialect::JS, fault, |node| {
            node.join();
            node.here(1..=2);
            node.message(1, 1);
            node.set_score(1, -100.0);
            node.message(1, 2).delivered.len()
        });
        assert_eq!(answers, (0, 1), "{fault}");
    }
}

#[test]
fn j18_the_messages_of_an_rpc_come_before_its_ihave() {
    let answers = compare(&parameters(), Dialect::JS, Fault::ControlBeforeMessages, |node| {
        node.join();
        node.here(1..=2);
        let message = json!({"topic": "t", "message_id": 1});
        let sent = node.rpc(1, json!({"messages": [message], "ihave": [{"topic": "t", "message_ids": [1]}]}));
        requested(&sent, 1)
    });
    assert_eq!(answers, (vec![], vec![1]));
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
fn r20_a_graft_of_a_peer_that_announced_nothing_is_accepted() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::GraftWithoutSubscriptionIgnored, |node| {
        node.join();
        node.connect(1);
        node.graft(1);
        node.model.meshes()[&Topic::new("t")].len()
    });
    assert_eq!(answers, (1, 0));
}

#[test]
fn r20_a_graft_of_a_peer_that_announced_nothing_is_ignored_by_a_full_mesh_too() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::GraftWithoutSubscriptionIgnored, |node| {
        node.join();
        node.up(1..=4);
        node.connect(5);
        pruned(&node.graft(5), 5)
    });
    assert_eq!(answers, (vec![Some(60)], vec![]));
}

#[test]
fn r2_a_member_of_the_fanout_below_publish_threshold_is_replaced() {
    let parameters = with_scoring(|_| {});
    let (without, with) = compare(&parameters, Dialect::RUST, Fault::FanoutRedrawn, |node| {
        node.here(1..=3);
        node.publish(1);
        node.here([4]);
        node.set_score(3, -25.0);
        recipients(&node.publish(2))
    });
    assert_eq!((without, with), ([1, 2].into(), [1, 2, 4].into()));
}

#[test]
fn r27_a_message_accepted_at_its_second_arrival_stays_cached_for_history_length() {
    let parameters = Parameters { validation: Validation::Asked, seen_ttl: Span::from_secs(1), ..parameters() };
    let answers = compare(&parameters, Dialect::RUST, Fault::RemovedMessageKeepsPlace, |node| {
        node.join();
        node.here([2]);
        node.up([1]);
        let verdict = |verdict| Input::Validated { message_id: MessageId(1), verdict };
        node.message(1, 1);
        node.input(&verdict(Verdict::Reject));
        node.heartbeats(2);
        node.message(1, 1);
        node.input(&verdict(Verdict::Accept));
        node.heartbeats(2);
        recipients(&node.rpc(2, json!({"iwant": [[1]]})))
    });
    assert_eq!(answers, ([2].into(), [].into()));
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
fn rust_sends_no_idontwant_for_a_message_that_comes_again_after_seen_ttl() {
    let parameters = Parameters { seen_ttl: Span::from_secs(2), ..parameters() };
    for (dialect, expected) in [(Dialect::SPEC, 1), (Dialect::RUST, 0)] {
        let mut node = Node::new(&parameters, dialect, None);
        node.join();
        node.here([2]);
        node.connect_as(1, false, Protocol::Gossipsub12);
        node.announce(1);
        node.graft(1);
        node.message(2, 1);
        node.heartbeats(3);
        assert_eq!(parts(&node.message(2, 1), 1).idontwant.len(), expected, "{}", dialect.name);
    }
}

#[test]
fn r21_idontwant_is_sent_for_the_first_copy_only() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::IdontwantForDuplicates, |node| {
        node.join();
        node.here(2..=3);
        node.connect_as(1, false, Protocol::Gossipsub12);
        node.announce(1);
        node.graft(1);
        let count = |sent: &Sent| parts(sent, 1).idontwant.len();
        (count(&node.message(2, 1)), count(&node.message(3, 1)))
    });
    assert_eq!(answers, ((1, 0), (1, 1)));
}

#[test]
fn r22_a_graft_of_an_unknown_topic_from_a_direct_peer_is_ignored() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::DirectGraftsAllPruned, |node| {
        node.connect_as(1, true, Protocol::Gossipsub11);
        pruned(&node.graft(1), 1).len()
    });
    assert_eq!(answers, (0, 1));
}

#[test]
fn r23_a_prune_of_a_topic_that_is_not_joined_is_ignored() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::UnjoinedPruneBacksOff, |node| {
        node.here([1]);
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 5, "peers": []}]}));
        grafted(&node.join())
    });
    assert_eq!(answers, (1, 0));
}

#[test]
fn r24_the_last_announcement_of_a_topic_counts() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::OppositeSubscriptionsCancel, |node| {
        node.here([1]);
        let announce = |subscribe: bool| json!({"topic": "t", "subscribe": subscribe});
        node.rpc(1, json!({"subscriptions": [announce(true), announce(false)]}));
        grafted(&node.join())
    });
    assert_eq!(answers, (0, 1));
}

#[test]
fn r25_the_announcements_of_a_graylisted_peer_are_ignored() {
    let parameters = with_scoring(|_| {});
    let answers = compare(&parameters, Dialect::RUST, Fault::GraylistedSubscriptionsTaken, |node| {
        node.connect(1);
        node.set_score(1, -100.0);
        node.announce(1);
        node.set_score(1, 0.0);
        grafted(&node.join())
    });
    assert_eq!(answers, (0, 1));
}

#[test]
fn j31_floodsub_peers_are_not_grafted() {
    let answers = compare(&parameters(), Dialect::JS, Fault::FloodsubPeersGrafted, |node| {
        node.connect_as(1, false, Protocol::Floodsub);
        node.announce(1);
        grafted(&node.join())
    });
    assert_eq!(answers, (0, 1));
}

#[test]
fn j33_a_negative_score_is_kept_over_a_reconnection() {
    let parameters = with_scoring(|_| {});
    let (without, with) = compare(&parameters, Dialect::JS, Fault::ScoreForgottenOnConnect, |node| {
        node.join();
        node.up([1]);
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 60, "peers": []}]}));
        node.graft(1);
        node.input(&Input::Disconnect { peer: Peer(1) });
        node.connect(1);
        node.model.score(Peer(1))
    });
    assert!(without < 0.0 && with >= 0.0, "{without}, {with}");
}

#[test]
fn j34_a_failed_dial_ends_nothing() {
    let answers = compare(&parameters(), Dialect::JS, Fault::FailedDialEndsRpc, |node| {
        node.join();
        node.here([1]);
        let prune = json!({"topic": "t", "backoff": 60, "peers": [9]});
        let ihave = json!({"topic": "t", "message_ids": [7]});
        let sent = node.rpc(1, json!({"ihave": [ihave], "prune": [prune]}));
        (requested(&sent, 1), sent.dial)
    });
    assert_eq!(answers, ((vec![7], vec![Peer(9)]), (vec![], vec![Peer(9)])));
}

#[test]
fn j35_own_messages_do_not_go_to_members_below_publish_threshold() {
    let parameters = with_scoring(|_| {});
    let answers = compare(&parameters, Dialect::SPEC, Fault::PublishedBelowThreshold, |node| {
        node.join();
        node.up([1]);
        node.set_score(1, -25.0);
        recipients(&node.publish(1))
    });
    assert_eq!(answers, (BTreeSet::new(), BTreeSet::from([1])));
}

#[test]
fn j36_an_accepted_message_counts_once() {
    let parameters = with_scoring(|scoring| {
        scoring.topics.values_mut().next().unwrap().first_message_deliveries_weight = 1.0;
    });
    let parameters = Parameters { validation: Validation::Asked, ..parameters };
    let (without, with) = compare(&parameters, Dialect::JS, Fault::VerdictsDeliverTwice, |node| {
        node.join();
        node.here([1]);
        node.message(1, 1);
        node.input(&Input::Validated { message_id: MessageId(1), verdict: Verdict::Accept });
        node.model.score(Peer(1))
    });
    assert_eq!((without.to_bits(), with.to_bits()), (1.0_f64.to_bits(), 2.0_f64.to_bits()));
}

#[test]
fn j37_a_leave_sends_no_peers_to_members_below_0() {
    let parameters = Parameters { do_px: true, ..with_scoring(|_| {}) };
    let answers = compare(&parameters, Dialect::JS, Fault::LeaveExchangesWithAll, |node| {
        node.join();
        node.up([1]);
        node.here([2]);
        node.set_score(1, -1.0);
        let sent = node.input(&Input::Leave { topic: Topic::new("t") });
        parts(&sent, 1).prune[0].peers.clone()
    });
    assert_eq!(answers, (vec![], vec![Peer(2)]));
}

#[test]
fn r41_a_copy_of_an_own_message_is_not_invalid() {
    let parameters = with_scoring(|scoring| {
        scoring.topics.values_mut().next().unwrap().invalid_message_deliveries_weight = -1.0;
    });
    let parameters = Parameters { seen_ttl: Span::from_secs(3), ..parameters };
    let answers = compare(&parameters, Dialect::RUST, Fault::OwnCopiesInvalid, |node| {
        node.join();
        node.up([1]);
        node.publish(1);
        node.message(1, 1);
        let score = node.model.score(Peer(1));
        node.heartbeats(3);
        // Not even after seen_ttl, as there was no publish since.
        (score.to_bits(), node.message(1, 1).delivered.len())
    });
    assert_eq!(answers, ((0.0_f64.to_bits(), 1), ((-1.0_f64).to_bits(), 0)));
}

#[test]
fn r42_a_message_that_is_refused_may_be_published_again() {
    let parameters = with_scoring(|_| {});
    let answers = compare(&parameters, Dialect::RUST, Fault::RefusedMessagesKept, |node| {
        let alone = (node.publish(1).refused, node.publish(1).refused);
        node.here([1]);
        node.set_score(1, -25.0);
        (alone, node.publish(1).refused, node.publish(1).refused)
    });
    let alone = (Some(Refusal::NoPeers), Some(Refusal::NoPeers));
    assert_eq!(answers.0, (alone.clone(), Some(Refusal::NoPeers), Some(Refusal::NoPeers)));
    assert_eq!(answers.1, (alone, Some(Refusal::NoPeers), Some(Refusal::Duplicate)));
}

#[test]
fn r43_an_idontwant_drops_the_answers_of_its_rpc() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::AnswersOutliveIdontwant, |node| {
        node.join();
        node.connect_as(1, false, Protocol::Gossipsub12);
        node.message(1, 7);
        parts(&node.rpc(1, json!({"iwant": [[7]], "idontwant": [[7]]})), 1).messages.len()
    });
    assert_eq!(answers, (0, 1));
}

#[test]
fn j45_a_prune_with_many_peers_ends_the_membership() {
    let answers = compare(&parameters(), Dialect::JS, Fault::ManyOfferedPeersEndRpc, |node| {
        node.join();
        node.up([1]);
        let peers: Vec<u64> = (11..28).collect();
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 5, "peers": peers}]}));
        node.here([2]);
        recipients(&node.message(2, 1))
    });
    assert_eq!(answers, (BTreeSet::new(), BTreeSet::from([1])));
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
    let direct_graft = [join.clone(), connect(1, true), announce(1), rpc(1, json!({"graft": ["t"]}))];
    assert!(refused(Fault::GraftOfDirectPeerUnanswered, &parameters(), &direct_graft));
    let unknown_graft = [connect(1, false), rpc(1, json!({"graft": ["t"]}))];
    assert!(refused(Fault::UnknownGraftPruned, &parameters(), &unknown_graft));
    let ihave = |peer| rpc(peer, json!({"ihave": [{"topic": "t", "message_ids": [7]}]}));
    let promised = [join, connect(1, false), connect(2, false), ihave(1), ihave(2)];
    assert!(refused(Fault::PromisedIdsNotRequested, &parameters(), &promised));
    assert!(!refused(Fault::UnknownGraftPruned, &parameters(), &promised));
}
