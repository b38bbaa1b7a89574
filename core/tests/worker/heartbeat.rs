//! Heartbeats: pings, grafts, prunes, announcements, and reconnection.

use crate::support::{ALL, Ids, Node, OCTEZ, configuration, limits};
use gossipsub_automaton::{
    Behaviour, Limits,
    worker::{Event, WorkerConfiguration},
};
use std::num::NonZeroU64;

#[test]
fn grafts_come_before_prunes_and_announcements() {
    for behaviour in ALL {
        let limits = Limits::<Ids> { peers_to_px: 0, degree_lazy: 1, ..limits() };
        let mut node = Node::with(*behaviour, limits, configuration());
        // The mesh of `a` is empty when 1 and 2 subscribe.
        node.join("a");
        node.subscribers("a", [2, 1]);
        // The mesh of `b` has 3, 4 and 5. One of them gets a negative score. 6 is not in the mesh.
        node.join("b");
        node.subscribers("b", [3, 4, 5, 6]);
        for peer in 3..=5 {
            node.graft(peer, "b");
        }
        node.set_score(4, -1.0);
        let message_id = crate::support::MessageId { number: 7, topic: "b" };
        let message = gossipsub_automaton::worker::PeerMessage::Message { topic: Some("b"), message_id, message: "m" };
        node.receive(3, message);
        let sent = [
            "to 1: Graft { topic=a }",
            "to 2: Graft { topic=a }",
            "to 4: Prune { topic=b; px=[]; backoff=60000ms }",
            "to 6: IHave { topic=b; message_ids=[b7] }",
        ];
        assert_eq!(node.heartbeat(), sent);
    }
}

#[test]
fn pruned_peers_get_offers_unless_their_score_is_negative() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.join("a");
        node.subscribers("a", [1, 2]);
        for peer in [1, 2] {
            node.graft(peer, "a");
        }
        node.set_score(1, -1.0);
        assert_eq!(node.heartbeat()[0], "to 1: Prune { topic=a; px=[]; backoff=60000ms }");
        // A mesh that is too large: the pruned peers get offers.
        let mut node = Node::new(*behaviour);
        node.join("a");
        for peer in 1..=5 {
            let connected = Event::Connected { peer, direct: false, outbound: false, trusted: true, bootstrap: false };
            node.handle(connected);
            assert!(node.graft(peer, "a").is_empty(), "an outbound peer joins a full mesh");
        }
        let prunes = node.heartbeat();
        assert_eq!(prunes.iter().filter(|line| line.contains("Prune")).count(), 3);
        assert!(prunes.iter().all(|line| !line.contains("px=[]")), "{prunes:?}");
    }
}

fn with_pings() -> WorkerConfiguration<Ids> {
    WorkerConfiguration { ping_interval: NonZeroU64::new(2), ..configuration() }
}

#[test]
fn pings_come_first_and_only_in_octez() {
    for behaviour in ALL {
        let mut node = Node::with(*behaviour, limits(), with_pings());
        node.subscribers("a", [2, 1]);
        node.handle(Event::Connected { peer: 3, direct: false, outbound: false, trusted: false, bootstrap: true });
        assert!(node.heartbeat().is_empty(), "the interval has not passed");
        node.join("a");
        let pings: &[&str] = match behaviour {
            Behaviour::Mavryk => &[],
            _ => &["to 1: Ping", "to 2: Ping", "to 3: Ping"],
        };
        assert_eq!(node.heartbeat(), pings);
    }
    for behaviour in OCTEZ {
        let mut node = Node::with(*behaviour, limits(), with_pings());
        node.join("a");
        node.heartbeat();
        node.subscribers("a", [1]);
        assert_eq!(node.heartbeat(), ["to 1: Ping", "to 1: Graft { topic=a }"]);
        let mut node = Node::new(*behaviour);
        node.connect(1);
        assert!((0..20).all(|_| node.heartbeat().is_empty()), "without an interval there are no pings");
    }
}

/// A node that was connected to the trusted peers 4 and 5, which are gone, and to the trusted peer 6.
fn with_trusted_peers(behaviour: Behaviour) -> Node {
    let configuration = WorkerConfiguration { reconnect_points: [70, 60].into(), ..configuration() };
    let mut node = Node::with(behaviour, limits(), configuration);
    for peer in 4..=6 {
        node.handle(Event::Connected { peer, direct: false, outbound: false, trusted: true, bootstrap: false });
    }
    for peer in 4..=5 {
        node.handle(Event::Disconnected { peer });
    }
    node
}

#[test]
fn every_15_heartbeats_trusted_peers_and_then_reconnect_points_are_dialled() {
    for behaviour in ALL {
        let mut node = with_trusted_peers(*behaviour);
        let dialled = ["connect to 5, trusted", "connect to 4, trusted", "connect to point 60", "connect to point 70"];
        for _ in 0..3 {
            assert!((0..14).all(|_| node.heartbeat().is_empty()));
            assert_eq!(node.heartbeat(), dialled);
        }
        node.worker.set_reconnect_points([80].into());
        assert_eq!(node.heartbeats(15)[2..], ["connect to point 80"]);
    }
}

#[test]
fn unreachable_trusted_peers_and_points_are_not_dialled_since_octez() {
    for behaviour in ALL {
        let mut node = with_trusted_peers(*behaviour);
        node.heartbeats(14);
        // They may be dialled again from heartbeat 19.
        node.handle(Event::Unreachable { point: 1005 });
        node.handle(Event::Unreachable { point: 70 });
        let dialled: &[&str] = match behaviour {
            Behaviour::Mavryk => {
                &["connect to 5, trusted", "connect to 4, trusted", "connect to point 60", "connect to point 70"]
            }
            _ => &["connect to 4, trusted", "connect to point 60"],
        };
        assert_eq!(node.heartbeat(), dialled);
        assert_eq!(node.heartbeats(15).len(), 4);
    }
}

/// Trusted peers stay trusted, also if they come back without that flag.
#[test]
fn a_trusted_peer_stays_trusted() {
    for behaviour in ALL {
        let mut node = with_trusted_peers(*behaviour);
        node.connect(5);
        node.handle(Event::Disconnected { peer: 5 });
        assert_eq!(node.heartbeats(15)[0], "connect to 5, trusted");
    }
}
