//! Reading the state in place, and the texts of what is read.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Connection, Finite, Graft, Input, Iwant, Join, Limits, MapText, MeshStatus,
    PeerStatus, PublishMessage, ReceiveMessage, RemovePeer, Score, SetApplicationScore, SetText, Span, Subscribe, Time,
    TopicCounters,
    trace_ids::{MessageId, Peer, TraceIds},
};
use std::collections::BTreeMap;

fn automaton() -> Automaton<TraceIds, AcceptEverything> {
    let mut automaton = Automaton::new(1, Limits::default(), AcceptEverything).expect("the default limits");
    let now = Time::from_millis(65);
    for peer in [3, 1, 2].map(Peer) {
        automaton.add_peer(now, AddPeer { peer, direct: false, outbound: peer == Peer(2), bootstrap: false });
        automaton.subscribe(now, Subscribe { peer, topic: "a".into() });
    }
    automaton.subscribe(now, Subscribe { peer: Peer(1), topic: "b".into() });
    automaton
}

fn receive(automaton: &mut Automaton<TraceIds, AcceptEverything>, now: u64, id: u64) {
    let (sender, topic, message_id, message) = (Peer(1), "a".into(), MessageId(id), "m".into());
    let input = ReceiveMessage { sender, topic, message_id, message, batch: false };
    automaton.receive_message(Time::from_millis(now), input);
}

#[test]
fn connections_by_peer_and_by_topic() {
    let automaton = automaton();
    let connections = automaton.connections();
    assert_eq!(connections.count(), 3);
    assert!(connections.contains(&Peer(1)) && !connections.contains(&Peer(4)));
    assert_eq!(connections.peers_in_topic(&"a".into()), [&Peer(1), &Peer(2), &Peer(3)]);
    assert!(connections.peers_in_topic(&"c".into()).is_empty());
    let by_topic: Vec<(&str, usize)> =
        connections.peers_by_topic().into_iter().map(|(topic, peers)| (topic.as_str(), peers.len())).collect();
    assert_eq!(by_topic, [("a", 3), ("b", 1)]);
    let by_peer: Vec<(u64, usize)> =
        connections.topics_by_peer().into_iter().map(|(peer, topics)| (peer.0, topics.len())).collect();
    assert_eq!(by_peer, [(1, 2), (2, 1), (3, 1)]);
    let all: BTreeMap<Peer, Connection<TraceIds>> =
        connections.iter().map(|(peer, connection)| (*peer, connection)).collect();
    assert_eq!(all, automaton.view().connections);
    assert_eq!(connections.get(&Peer(2)).as_ref(), all.get(&Peer(2)));
    assert_eq!(connections.get(&Peer(4)), None);
}

#[test]
fn a_connection_is_printed_as_the_original_does() {
    let automaton = automaton();
    let text = |peer| automaton.connections().get(&Peer(peer)).expect("it is connected").to_string();
    assert_eq!(text(1), "topics: ( a b) direct: false outbound: false");
    assert_eq!(text(2), "topics: ( a) direct: false outbound: true");
    let silent = Connection::<TraceIds> { topics: [].into(), direct: true, outbound: false, bootstrap: true };
    assert_eq!(silent.to_string(), "direct: true outbound: false");
    let all: BTreeMap<_, _> = automaton.connections().iter().collect();
    assert!(MapText(&all).to_string().starts_with("( (1, topics: ( a b) direct: false outbound: false) (2, topics:"));
}

#[test]
fn maps_and_sets_are_printed_as_the_original_does() {
    let mut automaton = automaton();
    automaton.join(Time::from_millis(65), Join { topic: "a".into() });
    let meshes = automaton.meshes().map(|(topic, mesh)| (topic.clone(), SetText(mesh.copied().collect::<Vec<_>>())));
    let meshes: Vec<_> = meshes.collect();
    let text = MapText(meshes.iter().map(|(topic, mesh)| (topic, mesh.to_string()))).to_string();
    assert_eq!(text, "( (a, ( 1 2 3)))");
    assert_eq!(MapText(&BTreeMap::<u8, u8>::new()).to_string(), "( )");
    assert_eq!(SetText([1, 2]).to_string(), "( 1 2)");
    assert_eq!(automaton.our_topics().to_string(), "( a)");
}

#[test]
fn payloads_are_printed_as_their_inputs() {
    let graft = Graft::<TraceIds> { peer: Peer(3), topic: "a".into() };
    assert_eq!(graft.to_string(), "{ peer=3; topic=a }");
    assert_eq!(Input::from(graft.clone()).to_string(), graft.to_string());
    let score = SetApplicationScore::<TraceIds> { peer: Peer(3), score: Finite::new(-2.5).expect("it is finite") };
    assert_eq!(score.to_string(), "{ peer=3; score=-2.5 }");
}

#[test]
fn a_score_record_has_the_counters_of_active_topics() {
    let mut automaton = automaton();
    automaton.join(Time::from_millis(65), Join { topic: "a".into() });
    receive(&mut automaton, 65, 7);
    let finite = |value| Finite::new(value).expect("it is finite");
    let record = automaton.score_record(&Peer(1)).expect("it has a record");
    let counters = TopicCounters {
        mesh_status: MeshStatus::Active { since: Time::from_millis(65), during: Span::ZERO },
        first_message_deliveries: finite(1.0),
        mesh_message_deliveries: finite(1.0),
        ..TopicCounters::default()
    };
    assert_eq!(record.topics, [("a".to_owned(), counters)].into());
    assert_eq!((record.value, record.status), (Score::from(1.0), PeerStatus::Connected));
    assert_eq!(Some(record.value), automaton.score(&Peer(1)));
    // A peer in no mesh has no counters.
    automaton
        .add_peer(Time::from_millis(65), AddPeer { peer: Peer(4), direct: false, outbound: false, bootstrap: false });
    assert!(automaton.score_record(&Peer(4)).expect("it has a record").topics.is_empty());
    assert_eq!(automaton.score_record(&Peer(5)), None);
    let records: BTreeMap<_, _> = automaton.score_records().map(|(peer, record)| (*peer, record)).collect();
    assert_eq!((records.len(), &records[&Peer(1)]), (4, &record));
    let scores: BTreeMap<_, _> = automaton.scores().map(|(peer, score, _)| (*peer, score)).collect();
    assert_eq!(scores, automaton.view().scores);
}

#[test]
fn a_score_record_is_printed_as_the_original_does() {
    let mut automaton = automaton();
    automaton.join(Time::from_millis(65), Join { topic: "a".into() });
    automaton.heartbeat(Time::from_millis(5003));
    let text = automaton.score_record(&Peer(1)).expect("it has a record").to_string();
    let expected = "{ \"stats\" = { \"behaviour_penalty\" = 0; \"topic_status\" = ( (a, { mesh_status: { \"since\" = 65; \
                    \"during\" = 4938ms } })); \"peer_status\" = Connected }; \"score\" = 4.938 }";
    assert_eq!(text, expected);
    let score = SetApplicationScore { peer: Peer(1), score: Finite::new(-100.0).expect("it is finite") };
    automaton.set_application_score(Time::from_millis(5003), score);
    automaton.remove_peer(Time::from_millis(5003), RemovePeer { peer: Peer(1) });
    let record = automaton.score_record(&Peer(1)).expect("it is retained");
    assert_eq!(record.status, PeerStatus::Disconnected { expires: Time::from_millis(15_003) });
    assert!(record.topics.values().all(|counters| counters.mesh_status.is_inactive()));
    assert!(record.to_string().contains("\"peer_status\" = { \"expires\" = 15003 } }"), "{record}");
}

#[test]
fn meshes_fanouts_backoffs_and_cached_messages_are_read_in_place() {
    let mut automaton = automaton();
    automaton.join(Time::from_millis(65), Join { topic: "a".into() });
    receive(&mut automaton, 65, 7);
    let publish = PublishMessage { topic: "b".into(), message_id: MessageId(8), message: "m".into() };
    automaton.publish_message(Time::from_millis(70), publish);
    automaton.iwant(Time::from_millis(70), Iwant { peer: Peer(2), message_ids: vec![MessageId(7)] });
    automaton.graft(Time::from_millis(70), Graft { peer: Peer(9), topic: "c".into() });

    let meshes: Vec<(&str, usize)> = automaton.meshes().map(|(topic, mesh)| (topic.as_str(), mesh.len())).collect();
    assert_eq!(meshes, [("a", 3)]);
    let fanouts: Vec<_> =
        automaton.fanouts().map(|(topic, peers, at)| (topic.as_str(), peers.copied().collect(), at)).collect();
    assert_eq!(fanouts, [("b", vec![Peer(1)], Time::from_millis(70))]);
    let backoffs: Vec<_> = automaton.backoffs().collect();
    assert_eq!(backoffs, [(&"c".to_owned(), &Peer(9), Time::from_millis(60_070))]);
    let announced: BTreeMap<&str, usize> =
        automaton.announced().map(|(topic, ids)| (topic.as_str(), ids.len())).collect();
    assert_eq!(announced, [("a", 1), ("b", 1)].into());

    let cached = |automaton: &Automaton<TraceIds, AcceptEverything>| -> Vec<(u64, Option<String>, u64, u64)> {
        automaton.cached_ids().map(|id| (id.age, id.topic.cloned(), id.message_id.0, id.requests)).collect()
    };
    let [a, b] = ["a", "b"].map(|topic| Some(topic.to_owned()));
    assert_eq!(cached(&automaton), [(0, a.clone(), 7, 1), (0, b.clone(), 8, 0)]);
    automaton.heartbeat(Time::from_millis(1000));
    receive(&mut automaton, 1000, 9);
    assert_eq!(cached(&automaton), [(1, a.clone(), 7, 1), (1, b, 8, 0), (0, a.clone(), 9, 0)]);
    // The first two messages are cached for longer than they are announced.
    (2..=3).for_each(|second| drop(automaton.heartbeat(Time::from_millis(second * 1000))));
    assert_eq!(cached(&automaton), [(3, None, 7, 1), (3, None, 8, 0), (2, a, 9, 0)]);
    assert_eq!(automaton.heartbeat_ticks(), 3);
}
