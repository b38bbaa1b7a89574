//! Known faults of rust-libp2p.

use super::{Node, compare, grafted, parameters, parts, pruned, recipients, with_scoring};
use gossipsub_automaton::Span;
use gossipsub_reference_model::libp2p::{
    Dialect, Fault, Faults, Model,
    vocabulary::{Input, MessageId, Parameters, Peer, Protocol, Refusal, Sent, Topic, Validation, Verdict},
};
use serde_json::json;
use std::collections::BTreeSet;

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
fn r26_a_backoff_of_more_than_an_hour_counts_in_full() {
    let answers = compare(&parameters(), Dialect::RUST, Fault::LongBackoffCut, |node| {
        node.join();
        node.up([1]);
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 7200, "peers": []}]}));
        node.heartbeats(3700);
        pruned(&node.graft(1), 1).len()
    });
    assert_eq!(answers, (1, 0));
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
fn r27_a_message_accepted_at_its_second_arrival_is_advertised_once() {
    let parameters = Parameters { validation: Validation::Asked, seen_ttl: Span::ZERO, ..parameters() };
    let answers = compare(&parameters, Dialect::RUST, Fault::RemovedMessageKeepsPlace, |node| {
        node.join();
        node.here([1]);
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 60, "peers": []}]}));
        for verdict in [Verdict::Ignore, Verdict::Accept] {
            node.message(1, 1);
            node.input(&Input::Validated { message_id: MessageId(1), verdict });
        }
        let ihave = parts(&node.heartbeat(), 1).ihave;
        ihave.iter().map(|part| part.message_ids.len()).sum::<usize>()
    });
    assert_eq!(answers, (1, 2));
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
