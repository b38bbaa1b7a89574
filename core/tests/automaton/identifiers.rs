//! The automaton under the names of real networks: bytes for peers and message ids, shared strings and payloads.

use crate::support::{Names, Numbers, automaton, lively, script};
use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Behaviour, Graft, Identifiers, Join, JoinOutput, Limits, Output, PeerQuery,
    Prune, PruneBackoff, PublishMessage, RemovePeer, SelectPxPeers, SelectPxPeersOutput, Span, Subscribe, Time, View,
};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
    sync::Arc,
    thread,
};

/// The names of a real network.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bytes;

impl Identifiers for Bytes {
    type Peer = [u8; 20];
    type Topic = Arc<str>;
    type MessageId = [u8; 32];
    type Message = Arc<[u8]>;
}

impl Names for Bytes {
    fn peer(number: u64) -> [u8; 20] {
        bytes(number)
    }

    fn topic(number: u64) -> Arc<str> {
        format!("topic-{number:08}").into()
    }

    fn message_id(number: u64) -> [u8; 32] {
        bytes(number)
    }

    fn message(number: u64) -> Arc<[u8]> {
        number.to_be_bytes().into()
    }
}

/// The number, most significant byte first, and zeros.
fn bytes<const N: usize>(number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// The parts of a view that random choices make, with other names for its numbers.
type Chosen<I> = (
    BTreeMap<<I as Identifiers>::Topic, BTreeSet<<I as Identifiers>::Peer>>,
    BTreeMap<<I as Identifiers>::Topic, BTreeSet<<I as Identifiers>::Peer>>,
    BTreeMap<<I as Identifiers>::MessageId, Time>,
    BTreeMap<<I as Identifiers>::Peer, gossipsub_automaton::Score>,
);

fn renamed<I: Names>(view: View<Numbers>) -> Chosen<I> {
    let peers = |peers: BTreeSet<u64>| peers.into_iter().map(I::peer).collect();
    (
        view.mesh.into_iter().map(|(topic, mesh)| (I::topic(topic), peers(mesh))).collect(),
        view.fanout.into_iter().map(|(topic, fanout)| (I::topic(topic), peers(fanout.peers))).collect(),
        view.first_seen.into_iter().map(|(id, time)| (I::message_id(id), time)).collect(),
        view.scores.into_iter().map(|(peer, score)| (I::peer(peer), score)).collect(),
    )
}

fn chosen<I: Identifiers>(view: View<I>) -> Chosen<I> {
    let fanout = view.fanout.into_iter().map(|(topic, fanout)| (topic, fanout.peers)).collect();
    (view.mesh, fanout, view.first_seen, view.scores)
}

#[test]
fn other_names_change_nothing_else() {
    let mut plain = automaton(7, lively());
    let mut real = automaton::<Bytes>(7, lively());
    let inputs = script::<Numbers>(11, 30, 4000).zip(script::<Bytes>(11, 30, 4000));
    for ((now, plain_input), (_, real_input)) in inputs {
        let (plain_output, real_output) = (plain.step(now, plain_input), real.step(now, real_input));
        assert_eq!(plain_output.kind(), real_output.kind());
        assert_eq!(renamed::<Bytes>(plain.view()), chosen(real.view()));
    }
}

#[test]
fn an_automaton_can_be_sent_and_cloned() {
    let mut original: Automaton<Bytes, AcceptEverything> = automaton(1, lively());
    let run = |automaton: &mut Automaton<Bytes, AcceptEverything>| -> Vec<Output<Bytes>> {
        script(3, 30, 500).map(|(now, input)| automaton.step(now, input)).collect()
    };
    run(&mut original);
    let mut clone = original.clone();
    let elsewhere = thread::spawn(move || run(&mut clone));
    assert_eq!(run(&mut original), elsewhere.join().expect("no panic"));
}

#[test]
fn introspection_agrees_with_the_view() {
    for behaviour in Behaviour::ALL {
        check_introspection(*behaviour);
    }
}

fn check_introspection(behaviour: Behaviour) {
    let automaton = Automaton::with_behaviour(5, lively(), behaviour, AcceptEverything);
    let mut automaton: Automaton<Numbers, _> = automaton.expect("these limits are allowed");
    assert_eq!(automaton.behaviour(), behaviour);
    for (now, input) in script(17, 30, 2000) {
        automaton.step(now, input);
        let view = automaton.view();
        let all = automaton.connected_peers(&PeerQuery::default());
        assert!(all.iter().eq(view.connections.keys()));
        assert!(automaton.our_topics().iter().eq(view.mesh.keys()));
        for topic in 0..4 {
            assert_eq!(automaton.has_joined(&topic), view.mesh.contains_key(&topic));
            let mesh = automaton.mesh_peers(&topic).map(|mesh| mesh.into_iter().collect());
            assert_eq!(mesh.as_ref(), view.mesh.get(&topic));
            let fanout = automaton.fanout_peers(&topic).map(|fanout| fanout.into_iter().collect());
            assert_eq!(fanout.as_ref(), view.fanout.get(&topic).map(|fanout| &fanout.peers));
            let query = PeerQuery { direct: Some(false), subscribed_to: Some(&topic), score_at_least: Some(0.0) };
            let listed = view.connections.iter().filter(|(peer, connection)| {
                !connection.direct && connection.topics.contains(&topic) && view.scores[peer].value() >= 0.0
            });
            assert!(automaton.connected_peers(&query).iter().eq(listed.map(|(peer, _)| peer)));
            for peer in 0..30 {
                let in_mesh = view.mesh.get(&topic).is_some_and(|mesh| mesh.contains(&peer));
                assert_eq!(automaton.in_mesh(&topic, &peer), in_mesh);
                let backoff = view.backoff.get(&topic).and_then(|backoff| backoff.get(&peer));
                assert_eq!(automaton.backoff(&topic, &peer).as_ref(), backoff);
            }
        }
        for peer in 0..30 {
            let connection = view.connections.get(&peer);
            assert_eq!(automaton.is_direct(&peer), connection.is_some_and(|connection| connection.direct));
            assert_eq!(automaton.is_outbound(&peer), connection.is_some_and(|connection| connection.outbound));
            assert_eq!(automaton.is_bootstrap(&peer), connection.is_some_and(|connection| connection.bootstrap));
            assert!(automaton.topics_of(&peer).iter().eq(connection.iter().flat_map(|connection| &connection.topics)));
            assert_eq!(automaton.score(&peer).as_ref(), view.scores.get(&peer));
            assert_eq!(automaton.ihaves_of(&peer), view.ihave_per_heartbeat.get(&peer).copied().unwrap_or(0));
            assert_eq!(automaton.iwants_of(&peer), view.iwant_per_heartbeat.get(&peer).copied().unwrap_or(0));
        }
        for message_id in 0..60 {
            assert_eq!(automaton.first_seen(&message_id).as_ref(), view.first_seen.get(&message_id));
            let senders = view.senders.as_ref().and_then(|senders| senders.get(&message_id));
            assert!(automaton.senders_of(&message_id).iter().eq(senders.into_iter().flatten()));
        }
        let listed: BTreeSet<u64> = automaton.cached_message_ids().into_values().flatten().collect();
        assert!(listed.iter().eq(view.message_cache.keys()));
    }
    assert_eq!(automaton.limits().prune_backoff, Span::from_secs(3));
}

#[test]
fn cached_ids_are_listed_by_the_heartbeats_since_they_were_added() {
    let mut automaton = automaton::<Numbers>(6, lively());
    for message_id in 0..3 {
        automaton.publish_message(Time::ZERO, PublishMessage { topic: 0, message_id, message: 0 });
        automaton.publish_message(Time::ZERO, PublishMessage { topic: 0, message_id: 10 + message_id, message: 0 });
        automaton.heartbeat(Time::ZERO);
    }
    let listed = [(1, vec![2, 12]), (2, vec![1, 11]), (3, vec![0, 10])];
    assert_eq!(automaton.cached_message_ids(), listed.into());
}

/// A peer whose address is no part of its identity.
#[derive(Clone, Copy, Debug)]
struct Addressed {
    id: u8,
    address: u8,
}

impl PartialEq for Addressed {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Addressed {}

impl PartialOrd for Addressed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Addressed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

impl Hash for Addressed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct WithAddresses;

impl Identifiers for WithAddresses {
    type Peer = Addressed;
    type Topic = u8;
    type MessageId = u8;
    type Message = u8;
}

#[test]
fn outputs_name_a_peer_with_the_address_of_its_last_connection() {
    let mut automaton: Automaton<WithAddresses, _> =
        Automaton::new(1, Limits::default(), AcceptEverything).expect("the default limits");
    let connect = |automaton: &mut Automaton<WithAddresses, _>, id, address| {
        let peer = Addressed { id, address };
        automaton.add_peer(Time::ZERO, AddPeer { peer, direct: false, outbound: false, bootstrap: false });
        automaton.subscribe(Time::ZERO, Subscribe { peer: Addressed { id, address: 0 }, topic: 0 });
    };
    connect(&mut automaton, 1, 1);
    connect(&mut automaton, 2, 1);
    // The record of the peer is retained, so it is still known when it comes back.
    automaton.remove_peer(Time::ZERO, RemovePeer { peer: Addressed { id: 1, address: 9 } });
    connect(&mut automaton, 1, 2);
    // A connected peer keeps its address.
    connect(&mut automaton, 2, 3);
    let addresses = |peers: &[Addressed]| peers.iter().map(|peer| (peer.id, peer.address)).collect::<Vec<_>>();
    let JoinOutput::JoiningTopic { to_graft } = automaton.join(Time::ZERO, Join { topic: 0 }) else { panic!() };
    assert_eq!(addresses(&to_graft), [(1, 2), (2, 1)]);
    let query = SelectPxPeers {
        peer_to_prune: Addressed { id: 2, address: 0 },
        topic: 0,
        no_px_peers: [].into_iter().collect(),
    };
    let SelectPxPeersOutput::PxPeers { peers } = automaton.select_px_peers(query);
    assert_eq!(addresses(&peers), [(1, 2)]);
}

/// An ended backoff counts until a cleanup, and a cleanup comes earlier to one that ended earlier.
#[test]
fn a_backoff_that_ended_before_its_prune_leaves_at_an_earlier_cleanup() {
    for (seconds, is_kept) in [(0, true), (-1, true), (-2, false)] {
        let limits = Limits { backoff_cleanup_ticks: 1, ..Limits::default() };
        let mut automaton: Automaton<Numbers, _> =
            Automaton::new(1, limits, AcceptEverything).expect("these limits are allowed");
        let now = Time::from_millis(10_000);
        automaton.add_peer(now, AddPeer { peer: 1, direct: false, outbound: false, bootstrap: false });
        automaton.join(now, Join { topic: 0 });
        automaton.graft(now, Graft { peer: 1, topic: 0 });
        automaton.prune(now, Prune { peer: 1, topic: 0, px: vec![], backoff: PruneBackoff::from_secs(seconds) });
        assert_eq!(automaton.backoff(&0, &1), Some(PruneBackoff::from_secs(seconds).end(now)));
        // Backoffs that ended two heartbeat intervals ago are dropped.
        automaton.heartbeat(now);
        assert_eq!(automaton.backoff(&0, &1).is_some(), is_kept, "{seconds}");
        assert_eq!(automaton.in_mesh(&0, &1), !is_kept, "the heartbeat grafts the peer again if it has no backoff");
    }
}
