//! New connections and disconnections.

use crate::support::{ALL, Node};
use gossipsub_automaton::{Behaviour, worker::Event};

fn connected(peer: u64, trusted: bool, bootstrap: bool) -> Event<crate::support::Ids> {
    Event::Connected { peer, direct: false, outbound: false, trusted, bootstrap }
}

#[test]
fn a_new_peer_gets_our_topics_in_descending_order() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        for topic in ["b", "c", "a"] {
            node.join(topic);
        }
        let announced = ["to 1: Subscribe { topic=c }", "to 1: Subscribe { topic=b }", "to 1: Subscribe { topic=a }"];
        assert_eq!(node.connect(1), announced);
    }
}

#[test]
fn a_known_peer_gets_nothing_and_keeps_its_flags() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.join("a");
        node.connect(1);
        assert!(node.handle(connected(1, true, true)).is_empty());
        assert!(!node.worker.automaton().is_outbound(&1));
        // It is no bootstrap peer: it gets messages.
        node.graft(1, "a");
        node.connect(2);
        assert_eq!(node.message(2, 1).len(), 2);
        // It is not trusted: the node does not connect to it again.
        node.handle(Event::Disconnected { peer: 1 });
        assert!(node.heartbeats(15).is_empty());
    }
}

#[test]
fn a_trusted_peer_counts_as_outbound() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.handle(connected(1, true, false));
        node.handle(Event::Connected { peer: 2, direct: true, outbound: true, trusted: false, bootstrap: false });
        let automaton = node.worker.automaton();
        assert!(automaton.is_outbound(&1) && !automaton.is_outbound(&2));
        assert!(!automaton.is_direct(&1) && automaton.is_direct(&2));
    }
}

#[test]
fn the_flag_of_bootstrap_peers_is_given_to_the_automaton() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.handle(connected(1, false, true));
        assert_eq!(node.worker.automaton().is_bootstrap(&1), *behaviour != Behaviour::Mavryk);
    }
}

#[test]
fn a_disconnection_is_not_announced() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.subscribers("a", [1]);
        node.join("a");
        assert!(node.handle(Event::Disconnected { peer: 1 }).is_empty());
        assert!(!node.worker.automaton().is_connected(&1));
        assert!(node.handle(Event::Disconnected { peer: 2 }).is_empty());
    }
}
