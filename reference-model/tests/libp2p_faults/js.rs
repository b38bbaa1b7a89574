//! Known faults of js-libp2p.

use super::{compare, grafted, parameters, parts, pruned, recipients, requested, with_scoring};
use gossipsub_reference_model::libp2p::{
    Dialect, Fault,
    vocabulary::{Input, MessageId, Parameters, Peer, Protocol, Topic, Validation, Verdict},
};
use serde_json::json;
use std::collections::BTreeSet;

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
fn j39_a_heartbeat_goes_on_after_the_dial_of_a_direct_peer() {
    let answers = compare(&parameters(), Dialect::JS, Fault::FailedDialEndsHeartbeat, |node| {
        node.join();
        node.connect_as(9, true, Protocol::Gossipsub11);
        node.input(&Input::Disconnect { peer: Peer(9) });
        node.heartbeats(299);
        node.up([1]);
        node.rpc(1, json!({"prune": [{"topic": "t", "backoff": 60, "peers": []}]}));
        node.connect(2);
        node.message(2, 1);
        let sent = node.heartbeat();
        (parts(&sent, 1).ihave.len(), sent.dial)
    });
    assert_eq!(answers, ((1, vec![Peer(9)]), (0, vec![Peer(9)])));
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
fn j46_a_prune_precedes_the_next_rpc_of_its_read() {
    let refused = json!({"graft": ["t"], "prune": [{"topic": "u", "backoff": 5, "peers": []}]});
    for (px, between, late) in [(false, 0, true), (false, 1, false), (true, 1, true), (true, 2, false)] {
        let parameters = Parameters { do_px: px, ..parameters() };
        let answers = compare(&parameters, Dialect::JS, Fault::RefusedGraftDelaysRest, |node| {
            node.join();
            node.input(&Input::Join { topic: Topic::new("u") });
            node.up(1..=4);
            node.connect(5);
            let mut rpcs = vec![refused.clone()];
            rpcs.extend(vec![json!({}); between]);
            rpcs.push(json!({"graft": ["u"]}));
            // Topic t has D_high members. The second GRAFT is refused if the PRUNE precedes it.
            pruned(&node.rpcs(5, json!(rpcs)), 5).len()
        });
        assert_eq!(answers, (2, if late { 1 } else { 2 }), "px {px}, {between} RPCs between");
    }
}

#[test]
fn j46_a_prune_whose_peers_are_connected_delays_nothing() {
    let prune = |topic: &str, peers: &[u64]| json!({"topic": topic, "backoff": 5, "peers": peers});
    for (lists, late) in [(1, false), (2, true)] {
        let answers = compare(&parameters(), Dialect::JS, Fault::RefusedGraftDelaysRest, |node| {
            node.join();
            node.input(&Input::Join { topic: Topic::new("u") });
            node.connect(1);
            let mut prunes = vec![prune("t", &[1]); lists];
            prunes.push(prune("u", &[]));
            pruned(&node.rpcs(1, json!([{"prune": prunes}, {"graft": ["u"]}])), 1).len()
        });
        assert_eq!(answers, (1, usize::from(!late)), "{lists} PRUNEs with peers");
    }
}
