//! Memory is in proportion to what the view shows, and to the seen window: whatever was there before leaves nothing.

use crate::support::{Numbers, automaton, script};
use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Footprint, Graft, Ihave, Iwant, Join, Leave, Limits, PublishMessage,
    ReceiveMessage, RemovePeer, Subscribe, Time, TopicScoreLimits, Unsubscribe,
};

/// What may be held for nothing.
const SLACK: usize = 300;

type Node = Automaton<Numbers, AcceptEverything>;

fn assert_empty(automaton: &Node) {
    let Footprint { peers, topics, message_ids, scores, .. } = automaton.footprint();
    assert_eq!((peers, topics, message_ids, scores), (0, 0, 0, 0));
    assert_tight(automaton);
}

/// There is room for what is held, and not much more.
fn assert_tight(automaton: &Node) {
    let held = automaton.footprint();
    for (len, capacity) in [
        (held.peers, held.peer_capacity),
        (held.topics, held.topic_capacity),
        (held.message_ids, held.message_id_capacity),
        (held.scores, held.score_capacity),
        (held.list, held.list_capacity),
    ] {
        assert!((len..=16 * len + SLACK).contains(&capacity), "{held:?}");
    }
}

/// Heartbeats until all backoffs, records, fanouts and messages are over.
fn rest(automaton: &mut Node, now: &mut u64) {
    for _ in 0..200 {
        *now += 1000;
        automaton.heartbeat(Time::from_millis(*now));
    }
}

/// One peer with a topic, and messages, of its own does all it can and leaves.
fn visit(automaton: &mut Node, now: Time, n: u64) {
    let (peer, topic, message_id) = (n, n, n);
    automaton
        .add_peer(now, AddPeer { peer, direct: n.is_multiple_of(10), outbound: n.is_multiple_of(2), bootstrap: false });
    automaton.subscribe(now, Subscribe { peer, topic });
    if n.is_multiple_of(3) {
        automaton.graft(now, Graft { peer, topic }); // refused: a backoff for a topic that is not joined
    }
    if n.is_multiple_of(5) {
        automaton.join(now, Join { topic });
        automaton.receive_message(now, ReceiveMessage { sender: peer, topic, message_id, message: 0, batch: false });
        automaton.ihave(now, Ihave { peer, topic, message_ids: vec![n + 1] });
        automaton.iwant(now, Iwant { peer, message_ids: vec![message_id] });
        automaton.leave(now, Leave { topic });
    }
    if n.is_multiple_of(7) {
        automaton.publish_message(now, PublishMessage { topic, message_id, message: 0 });
    }
    automaton.remove_peer(now, RemovePeer { peer });
}

#[test]
fn a_million_visitors_leave_nothing_behind() {
    let mut automaton = automaton(1, Limits::default());
    let mut now = 0;
    let mut most = 0;
    for n in 0..1_000_000 {
        visit(&mut automaton, Time::from_millis(now), n);
        if n.is_multiple_of(100) {
            now += 1000;
            automaton.heartbeat(Time::from_millis(now));
            assert_tight(&automaton);
            most = most.max(automaton.footprint().peers);
        }
    }
    // Backoffs last a minute and a half at most, cleanups included, and there are 34 of them a second.
    assert!(most < 10_000, "{most}");
    rest(&mut automaton, &mut now);
    assert_empty(&automaton);
}

#[test]
fn a_crowd_that_leaves_takes_its_memory_along() {
    let mut limits = Limits::default();
    if let TopicScoreLimits::Single { parameters } = &mut limits.score_limits.topics {
        parameters.mesh_message_deliveries_weight = 0.0; // the mesh stays although no peer delivers
    }
    let mut automaton = automaton(2, limits);
    let mut now = 0;
    let topic = 1_000_000;
    automaton.join(Time::ZERO, Join { topic });
    for peer in 0..20_000 {
        automaton.add_peer(Time::ZERO, AddPeer { peer, direct: false, outbound: true, bootstrap: false });
        automaton.subscribe(Time::ZERO, Subscribe { peer, topic });
        automaton.subscribe(Time::ZERO, Subscribe { peer, topic: peer });
        automaton.receive_message(
            Time::ZERO,
            ReceiveMessage { sender: peer, topic, message_id: peer, message: 0, batch: false },
        );
    }
    for peer in (0..20_000).filter(|peer| peer % 1000 != 999) {
        automaton.remove_peer(Time::ZERO, RemovePeer { peer });
    }
    rest(&mut automaton, &mut now);
    assert_tight(&automaton);
    let view = automaton.view();
    assert_eq!(view.connections.len(), 20);
    assert!(view.connections.iter().all(|(peer, connection)| connection.topics.iter().eq([peer, &topic])));
    assert_eq!(automaton.mesh_peers(&topic).map(|mesh| mesh.len()), Some(6));
    // What was moved together still works.
    for peer in (999..20_000).step_by(1000) {
        assert_eq!(automaton.topics_of(&peer).as_slice(), [peer, topic]);
        automaton.remove_peer(Time::from_millis(now), RemovePeer { peer });
    }
    automaton.leave(Time::from_millis(now), Leave { topic });
    rest(&mut automaton, &mut now);
    assert_empty(&automaton);
}

#[test]
fn what_a_peer_did_in_topics_that_are_over_is_forgotten() {
    let mut automaton = automaton(3, Limits::default());
    let mut now = 0;
    automaton.add_peer(Time::ZERO, AddPeer { peer: 0, direct: false, outbound: true, bootstrap: false });
    for topic in 0..1000 {
        let time = Time::from_millis(now);
        automaton.join(time, Join { topic });
        automaton.graft(time, Graft { peer: 0, topic });
        automaton
            .receive_message(time, ReceiveMessage { sender: 0, topic, message_id: topic, message: 0, batch: false });
        automaton.unsubscribe(time, Unsubscribe { peer: 0, topic });
        automaton.leave(time, Leave { topic });
        now += 10;
    }
    rest(&mut automaton, &mut now);
    let Footprint { peers, topics, message_ids, scores, .. } = automaton.footprint();
    assert_eq!((peers, topics, message_ids, scores), (1, 0, 0, 0));
    assert_tight(&automaton);
}

#[test]
fn any_sequence_leaves_nothing_behind() {
    for seed in 0..20 {
        let mut automaton = automaton::<Numbers>(seed, crate::support::lively());
        let mut now = 0;
        for (time, input) in script(seed, 200, 2000) {
            automaton.step(time, input);
            now = time.as_millis();
        }
        for peer in 0..200 {
            automaton.remove_peer(Time::from_millis(now), RemovePeer { peer });
        }
        for topic in 0..4 {
            automaton.leave(Time::from_millis(now), Leave { topic });
        }
        rest(&mut automaton, &mut now);
        assert_empty(&automaton);
    }
}
