//! When an address that could not be dialled may be dialled again.

use crate::support::{Node, OCTEZ, configuration, limits};
use gossipsub_automaton::{
    Behaviour, Span,
    worker::{Event, WorkerConfiguration},
};

fn failed(node: &mut Node) {
    assert!(node.handle(Event::Unreachable { point: 60 }).is_empty());
}

/// The time until the address 60 may be dialled again.
fn delay(node: &Node) -> Option<Span> {
    node.worker.unreachable_points().find(|(point, _)| **point == 60).map(|(_, delay)| delay)
}

#[test]
fn the_first_delay_is_5_heartbeats() {
    for behaviour in OCTEZ {
        let mut node = Node::new(*behaviour);
        assert_eq!(delay(&node), None);
        failed(&mut node);
        assert_eq!(delay(&node), Some(Span::from_secs(5)));
        node.heartbeats(3);
        assert_eq!(delay(&node), Some(Span::from_secs(2)));
        node.heartbeats(3);
        assert_eq!(delay(&node), Some(Span::from_secs(0)));
    }
    let mut node = Node::new(Behaviour::Mavryk);
    failed(&mut node);
    assert_eq!(delay(&node), None);
}

/// The next delay is twice the stored heartbeat, which counts from the start, and at most 300.
#[test]
fn the_next_delay_is_twice_the_stored_heartbeat_and_at_most_300() {
    for behaviour in OCTEZ {
        let mut node = Node::new(*behaviour);
        node.heartbeats(1);
        failed(&mut node); // from heartbeat 6
        failed(&mut node); // 1 + 2 * 6
        assert_eq!(delay(&node), Some(Span::from_secs(12)));
        node.heartbeats(200);
        failed(&mut node); // 201 + min(300, 2 * 13)
        assert_eq!(delay(&node), Some(Span::from_secs(26)));
        failed(&mut node); // 201 + min(300, 2 * 227)
        assert_eq!(delay(&node), Some(Span::from_secs(300)));
    }
}

#[test]
fn an_address_may_be_dialled_from_the_stored_heartbeat() {
    for behaviour in OCTEZ {
        let configuration = WorkerConfiguration { reconnect_points: [60].into(), ..configuration() };
        let mut node = Node::with(*behaviour, limits(), configuration.clone());
        node.heartbeats(10);
        failed(&mut node);
        assert_eq!(node.heartbeats(5), ["connect to point 60"], "at heartbeat 15");
        let mut node = Node::with(*behaviour, limits(), configuration);
        node.heartbeats(11);
        failed(&mut node);
        assert!(node.heartbeats(4).is_empty(), "from heartbeat 16");
    }
}

#[test]
fn every_21600_heartbeats_all_addresses_may_be_dialled_again() {
    for behaviour in OCTEZ {
        let mut node = Node::new(*behaviour);
        node.heartbeats(21_598);
        failed(&mut node);
        node.heartbeat();
        assert!(delay(&node).is_some());
        node.heartbeat();
        assert_eq!(delay(&node), None);
    }
}

#[test]
fn a_peer_without_an_address_is_dialled() {
    for behaviour in OCTEZ {
        let mut node = Node::new(*behaviour);
        node.handle(Event::Unreachable { point: 1099 });
        node.join("a");
        node.subscribers("a", [1]);
        node.graft(1, "a");
        assert_eq!(node.prune(1, &[99]), ["connect to 99, offered by 1"]);
    }
}
