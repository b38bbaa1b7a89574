//! Times, spans, counts and scores at the ends of their ranges.

use crate::support::{Numbers, automaton, lively, script};
use gossipsub_automaton::{
    AddPeer, Finite, Graft, GraftOutput, Ihave, IhaveOutput, Join, JoinOutput, Leave, Limits, NotFinite, Prune,
    PruneOutput, PublishMessage, ReceiveMessage, ReceiveMessageOutput, RemovePeer, Score, SelectGossipMessagesOutput,
    SelectPxPeers, SelectPxPeersOutput, SetApplicationScore, Span, Subscribe, Time, TopicScoreLimits, Window,
};

const PEER: u64 = 1;
const TOPIC: u64 = 2;

/// Everything that may be huge is.
fn huge() -> Limits<Numbers> {
    let mut limits = Limits {
        max_recv_ihave_per_heartbeat: u64::MAX,
        max_sent_iwant_per_heartbeat: u64::MAX,
        max_gossip_retransmission: u64::MAX,
        degree_optimal: u64::MAX,
        degree_low: u64::MAX,
        degree_high: u64::MAX,
        degree_score: u64::MAX / 2,
        degree_out: u64::MAX / 2,
        degree_lazy: i64::MAX,
        gossip_factor: f64::MAX,
        peers_to_px: u64::MAX,
        unsubscribe_backoff: Span::MAX,
        graft_flood_threshold: Span::MAX,
        prune_backoff: Span::MAX,
        retain_duration: Span::MAX,
        fanout_ttl: Span::MAX,
        heartbeat_interval: Span::MAX,
        history_length: u64::MAX,
        history_gossip_length: u64::MAX,
        seen_history_length: u64::MAX,
        opportunistic_graft_ticks: 1,
        opportunistic_graft_peers: u64::MAX,
        opportunistic_graft_threshold: f64::MAX,
        backoff_cleanup_ticks: 1,
        ..Limits::default()
    };
    limits.score_limits.topic_score_cap = None;
    if let TopicScoreLimits::Single { parameters } = &mut limits.score_limits.topics {
        parameters.time_in_mesh_weight = f64::MAX;
        parameters.time_in_mesh_cap = f64::MAX;
        parameters.first_message_deliveries_weight = f64::MAX;
        parameters.first_message_deliveries_cap = u64::MAX;
        parameters.mesh_message_deliveries_weight = f64::MIN;
        parameters.mesh_message_deliveries_cap = u64::MAX;
        parameters.mesh_message_deliveries_threshold = u64::MAX;
        parameters.mesh_message_deliveries_window = Window::from_millis(i64::MAX);
        parameters.mesh_failure_penalty_weight = f64::MIN;
        parameters.invalid_message_deliveries_weight = f64::MIN;
    }
    limits
}

#[test]
fn nothing_panics_at_any_extreme() {
    for seed in 0..30 {
        let mut automaton = automaton(seed, huge());
        for (index, (now, input)) in script(seed, 20, 1000).enumerate() {
            // At the beginning, in the middle, and at the end of time.
            let now = [now, Time::from_millis(u64::MAX / 2 + now.as_millis()), Time::MAX][index / 334];
            automaton.step(now, input);
            assert!(automaton.view().scores.values().all(|score| !score.value().is_nan()));
        }
    }
}

#[test]
fn a_backoff_saturates_at_the_end_of_time_and_ends_there() {
    let mut automaton = automaton::<Numbers>(1, lively());
    automaton.add_peer(Time::ZERO, AddPeer { peer: PEER, direct: false, outbound: false, bootstrap: false });
    automaton.join(Time::ZERO, Join { topic: TOPIC });
    let graft = Graft { peer: PEER, topic: TOPIC };
    assert_eq!(automaton.graft(Time::ZERO, graft.clone()), GraftOutput::GraftingSuccessfully);
    let prune = Prune { peer: PEER, topic: TOPIC, px: vec![], backoff: Span::MAX.into() };
    assert_eq!(automaton.prune(Time::from_millis(5), prune), PruneOutput::NoPx);
    assert_eq!(automaton.backoff(&TOPIC, &PEER), Some(Time::MAX));
    automaton.heartbeat(Time::from_millis(u64::MAX - 1));
    assert_eq!(automaton.graft(Time::from_millis(u64::MAX - 1), graft.clone()), GraftOutput::PeerBackedOff);
    automaton.heartbeat(Time::MAX);
    automaton.heartbeat(Time::MAX);
    assert_eq!(automaton.backoff(&TOPIC, &PEER), Some(Time::MAX), "two heartbeats after the end of time never come");
    assert_eq!(automaton.graft(Time::MAX, graft), GraftOutput::GraftingSuccessfully);
}

#[test]
fn the_flood_test_compares_exact_sums() {
    let penalty = |prune_backoff, graft_flood_threshold| {
        let mut limits: Limits<Numbers> = Limits { prune_backoff, graft_flood_threshold, ..lively() };
        limits.score_limits.behaviour_penalty_weight = -1.0;
        let mut automaton = automaton(1, limits);
        automaton.add_peer(Time::ZERO, AddPeer { peer: PEER, direct: false, outbound: false, bootstrap: false });
        automaton.join(Time::ZERO, Join { topic: TOPIC });
        automaton.graft(Time::ZERO, Graft { peer: PEER, topic: TOPIC });
        let backoff = Span::from_millis(10);
        automaton.prune(Time::ZERO, Prune { peer: PEER, topic: TOPIC, px: vec![], backoff: backoff.into() });
        automaton.graft(Time::ZERO, Graft { peer: PEER, topic: TOPIC });
        automaton.score(&PEER).map(Score::value)
    };
    // 0 < (10 - backoff) + flood, in numbers without end.
    assert_eq!(penalty(Span::MAX, Span::MAX), Some(-4.0));
    assert_eq!(penalty(Span::MAX, Span::from_millis(u64::MAX - 10)), Some(-1.0));
    assert_eq!(penalty(Span::MAX, Span::from_millis(u64::MAX - 9)), Some(-4.0));
    assert_eq!(penalty(Span::ZERO, Span::ZERO), Some(-4.0));
}

#[test]
fn a_clock_that_goes_backwards_stands_still() {
    let mut automaton = automaton::<Numbers>(1, lively());
    automaton.heartbeat(Time::from_millis(5000));
    automaton.graft(Time::from_millis(10), Graft { peer: PEER, topic: TOPIC });
    assert_eq!(automaton.backoff(&TOPIC, &PEER), Some(Time::from_millis(8000)));
}

#[test]
fn infinite_scores_count_and_nan_counts_as_minus_infinity() {
    let mut limits: Limits<Numbers> = lively();
    limits.score_limits.app_specific_weight = f64::MAX;
    limits.score_limits.behaviour_penalty_weight = f64::MIN;
    let mut automaton = automaton(1, limits);
    automaton.add_peer(Time::ZERO, AddPeer { peer: PEER, direct: false, outbound: false, bootstrap: false });
    let mut set = |score: f64| {
        let score = Finite::new(score).expect("finite");
        automaton.set_application_score(Time::ZERO, SetApplicationScore { peer: PEER, score });
        automaton.score(&PEER).map(Score::value)
    };
    assert_eq!(set(2.0), Some(f64::INFINITY));
    assert_eq!(set(-2.0), Some(f64::NEG_INFINITY));
    assert_eq!(set(-0.0), Some(0.0));
    set(2.0);
    // A penalty of minus infinity on a score of infinity.
    automaton.join(Time::ZERO, Join { topic: TOPIC });
    for _ in 0..2 {
        automaton.graft(Time::ZERO, Graft { peer: PEER, topic: TOPIC });
        let backoff = Span::from_secs(9);
        automaton.prune(Time::ZERO, Prune { peer: PEER, topic: TOPIC, px: vec![], backoff: backoff.into() });
    }
    assert_eq!(automaton.score(&PEER).map(Score::value), Some(f64::NEG_INFINITY));
}

#[test]
fn a_score_that_is_not_finite_is_refused() {
    assert_eq!(Finite::new(f64::INFINITY), Err(NotFinite(f64::INFINITY)));
    assert!(Finite::new(f64::NAN).is_err());
}

#[test]
fn huge_limits_refuse_no_peer() {
    let mut automaton = automaton(1, huge());
    for peer in 0..50 {
        automaton.add_peer(Time::MAX, AddPeer { peer, direct: false, outbound: false, bootstrap: false });
        automaton.subscribe(Time::MAX, Subscribe { peer, topic: TOPIC });
        automaton.subscribe(Time::MAX, Subscribe { peer, topic: TOPIC + 1 });
    }
    let JoinOutput::JoiningTopic { to_graft } = automaton.join(Time::MAX, Join { topic: TOPIC }) else {
        panic!("it is not joined")
    };
    assert_eq!(to_graft.len(), 50);
    let ihave = Ihave { peer: PEER, topic: TOPIC, message_ids: (0..1000).collect() };
    let IhaveOutput::MessageRequestedMessageIds { message_ids } = automaton.ihave(Time::MAX, ihave) else {
        panic!("all are wanted")
    };
    assert_eq!(message_ids.len(), 1000);
    automaton.publish_message(Time::MAX, PublishMessage { topic: TOPIC + 1, message_id: 1, message: 0 });
    for sender in 0..5 {
        automaton.heartbeat(Time::MAX);
        let received = ReceiveMessage { sender, topic: TOPIC, message_id: 1, message: 0, batch: false };
        assert_eq!(automaton.receive_message(Time::MAX, received), ReceiveMessageOutput::AlreadyReceived);
    }
    let SelectGossipMessagesOutput::GossipMessages { ihaves } = automaton.select_gossip_messages();
    assert!(ihaves.is_empty(), "all are in the fanout");
    let query = SelectPxPeers { peer_to_prune: PEER, topic: TOPIC, no_px_peers: [].into_iter().collect() };
    let SelectPxPeersOutput::PxPeers { peers } = automaton.select_px_peers(query);
    assert_eq!(peers.len(), 49);
    automaton.leave(Time::MAX, Leave { topic: TOPIC });
    automaton.remove_peer(Time::MAX, RemovePeer { peer: PEER });
    automaton.heartbeat(Time::MAX);
}
