//! Topics that the application joins and leaves.

use crate::support::{ALL, Ids, Node, configuration, limits};
use gossipsub_automaton::Limits;

#[test]
fn joining_subscribes_at_all_peers_and_then_grafts() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.subscribers("a", [1, 2]);
        node.connect(3);
        let sent = [
            "to 3: Subscribe { topic=a }",
            "to 2: Subscribe { topic=a }",
            "to 1: Subscribe { topic=a }",
            "to 1: Graft { topic=a }",
            "to 2: Graft { topic=a }",
        ];
        assert_eq!(node.join("a"), sent);
        assert!(node.join("a").is_empty());
    }
}

/// The prunes come first, so that the peers still have us in their meshes.
#[test]
fn leaving_prunes_the_mesh_and_then_unsubscribes_at_all_peers() {
    for behaviour in ALL {
        let limits = Limits::<Ids> { peers_to_px: 1, ..limits() };
        let mut node = Node::with(*behaviour, limits, configuration());
        node.subscribers("a", [1, 2]);
        node.connect(3);
        node.join("a");
        node.set_score(2, -1.0);
        let sent = [
            // The only peer to offer has a negative score.
            "to 1: Prune { topic=a; px=[]; backoff=10000ms }",
            // A peer of negative score gets no offer.
            "to 2: Prune { topic=a; px=[]; backoff=10000ms }",
            "to 3: Unsubscribe { topic=a }",
            "to 2: Unsubscribe { topic=a }",
            "to 1: Unsubscribe { topic=a }",
        ];
        assert_eq!(node.leave("a"), sent);
        assert!(node.leave("a").is_empty());
    }
}

#[test]
fn the_prunes_of_a_leave_offer_the_other_subscribers() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.subscribers("a", [1, 2]);
        node.join("a");
        let prunes =
            ["to 1: Prune { topic=a; px=[2]; backoff=10000ms }", "to 2: Prune { topic=a; px=[1]; backoff=10000ms }"];
        assert_eq!(node.leave("a")[..2], prunes);
    }
}
