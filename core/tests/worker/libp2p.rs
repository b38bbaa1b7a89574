//! The convention of libp2p, where it differs from that of the data-availability layers.

use crate::support::{ALL, Ids, Node, configuration, limits};
use gossipsub_automaton::{
    Behaviour,
    worker::{Convention, Event, WorkerConfiguration},
};

fn node(behaviour: Behaviour) -> Node {
    let configuration = WorkerConfiguration::<Ids> {
        convention: Convention::Libp2p,
        ping_interval: std::num::NonZeroU64::new(1),
        ..configuration()
    };
    Node::with(behaviour, limits(), configuration)
}

#[test]
fn leaving_unsubscribes_at_all_peers_and_then_prunes() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        node.subscribers("a", [1, 2]);
        node.join("a");
        let sent = [
            "to 2: Unsubscribe { topic=a }",
            "to 1: Unsubscribe { topic=a }",
            "to 1: Prune { topic=a; px=[2]; backoff=10000ms }",
            "to 2: Prune { topic=a; px=[1]; backoff=10000ms }",
        ];
        assert_eq!(node.leave("a"), sent);
    }
}

#[test]
fn a_graft_in_a_topic_that_is_not_joined_is_not_answered() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        node.subscribers("a", [1]);
        assert!(node.graft(1, "a").is_empty());
    }
}

#[test]
fn a_peer_is_outbound_if_we_opened_the_connection() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        for (peer, outbound, trusted) in [(1, true, false), (2, false, true)] {
            node.handle(Event::Connected { peer, direct: false, outbound, trusted, bootstrap: false });
            assert_eq!(node.worker.automaton().is_outbound(&peer), outbound);
        }
    }
}

#[test]
fn no_pings_are_sent() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        node.connect(1);
        assert!(node.heartbeat().is_empty());
    }
}
