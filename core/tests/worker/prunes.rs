//! Prunes of peers, and the peers that they offer.

use crate::support::{ALL, Ids, Node, OCTEZ, configuration, limits};
use gossipsub_automaton::{
    Behaviour, Limits,
    worker::{Event, NodeAction, Origin, PeerMessage},
};

/// A node with the peer 1 in its mesh.
fn in_mesh(behaviour: Behaviour) -> Node {
    let mut node = Node::new(behaviour);
    node.join("a");
    node.subscribers("a", [1]);
    node.graft(1, "a");
    node
}

/// The offers are forgotten in their order, with repetitions.
const FORGOTTEN: [&str; 3] = ["forget 9, offered by 1", "forget 8, offered by 1", "forget 9, offered by 1"];

#[test]
fn prune_topic_not_tracked_forgets_the_offers() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.connect(1);
        assert_eq!(node.prune(1, &[9, 8, 9]), FORGOTTEN);
    }
}

#[test]
fn peer_not_in_mesh_forgets_the_offers() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.join("a");
        node.connect(1);
        assert_eq!(node.prune(1, &[9, 8, 9]), FORGOTTEN);
    }
}

#[test]
fn ignore_px_score_too_low_forgets_the_offers() {
    for behaviour in ALL {
        let mut node = in_mesh(*behaviour);
        node.set_score(1, -1.0);
        assert_eq!(node.prune(1, &[9, 8, 9]), FORGOTTEN);
    }
}

#[test]
fn no_px_forgets_the_offers() {
    for behaviour in ALL {
        assert!(in_mesh(*behaviour).prune(1, &[]).is_empty());
        let limits = Limits::<Ids> { peers_to_px: 0, ..limits() };
        let mut node = Node::with(*behaviour, limits, configuration());
        node.join("a");
        node.subscribers("a", [1]);
        node.graft(1, "a");
        assert_eq!(node.prune(1, &[9, 8, 9]), FORGOTTEN);
    }
}

#[test]
fn px_connects_to_the_chosen_peers_in_ascending_order() {
    for behaviour in ALL {
        let actions = in_mesh(*behaviour).prune(1, &[9, 8, 9]);
        assert_eq!(actions, ["connect to 8, offered by 1", "connect to 9, offered by 1"]);
    }
}

#[test]
fn px_forgets_the_peers_that_were_not_chosen() {
    for behaviour in ALL {
        let limits = Limits::<Ids> { peers_to_px: 2, ..limits() };
        let mut node = Node::with(*behaviour, limits.clone(), configuration());
        node.join("a");
        node.subscribers("a", [1]);
        node.graft(1, "a");
        let (mut actions, backoff) = (Vec::new(), limits.prune_backoff.into());
        let message = PeerMessage::Prune { topic: "a", px: vec![9, 5, 7, 6], backoff };
        node.worker.handle(node.now, Event::Received { from: 1, message }, &mut actions);
        let of = |action: &NodeAction<Ids>| match action {
            NodeAction::Connect { peer, origin: Origin::Px { from: 1 } } => (true, *peer),
            NodeAction::Forget { peer, origin: 1 } => (false, *peer),
            other => panic!("{other}"),
        };
        let actions: Vec<(bool, u64)> = actions.iter().map(of).collect();
        // Two of each kind: first all connections, then all others, each ascending.
        assert_eq!(actions.iter().map(|(is_dialled, _)| *is_dialled).collect::<Vec<_>>(), [true, true, false, false]);
        assert!(actions[0].1 < actions[1].1 && actions[2].1 < actions[3].1, "{actions:?}");
        let mut peers: Vec<u64> = actions.iter().map(|(_, peer)| *peer).collect();
        peers.sort_unstable();
        assert_eq!(peers, [5, 6, 7, 9]);
    }
}

/// `mavryk` leaves it to the transport to see that it is connected already.
#[test]
fn connected_peers_and_the_node_itself_are_dialled_in_mavryk_only() {
    let offers = [1, 2, 0, 3];
    let mut node = in_mesh(Behaviour::Mavryk);
    node.connect(2);
    let dialled = [0, 1, 2, 3].map(|peer| format!("connect to {peer}, offered by 1"));
    assert_eq!(node.prune(1, &offers), dialled);
    for behaviour in OCTEZ {
        let mut node = in_mesh(*behaviour);
        node.connect(2);
        let actions = [
            "connect to 3, offered by 1",
            "forget 0, offered by 1",
            "forget 1, offered by 1",
            "forget 2, offered by 1",
        ];
        assert_eq!(node.prune(1, &offers), actions);
    }
}

#[test]
fn unreachable_peers_are_not_dialled_since_octez() {
    for behaviour in OCTEZ {
        let mut node = in_mesh(*behaviour);
        node.handle(Event::Unreachable { point: 1008 });
        let actions = ["connect to 9, offered by 1", "forget 8, offered by 1"];
        assert_eq!(node.prune(1, &[9, 8]), actions);
    }
    let mut node = in_mesh(Behaviour::Mavryk);
    node.handle(Event::Unreachable { point: 1008 });
    assert_eq!(node.prune(1, &[9, 8]), ["connect to 8, offered by 1", "connect to 9, offered by 1"]);
}
