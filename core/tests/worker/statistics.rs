//! Which step counts what.

use crate::support::{ALL, Ids, Node, configuration, id, limits};
use gossipsub_automaton::{
    Behaviour, Limits, Validity,
    worker::{Event, PeerMessage, Statistics},
};

/// The statistics after these steps, less those before.
fn counted(node: &mut Node, steps: impl FnOnce(&mut Node)) -> Vec<(&'static str, i64)> {
    let before = *node.worker.statistics();
    steps(node);
    let after = node.worker.statistics().named();
    let changes = before.named().into_iter().zip(after).map(|((name, before), (_, after))| (name, after - before));
    changes.filter(|(_, change)| *change != 0).collect()
}

#[test]
fn topics_that_are_joined_and_left() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        let join = |node: &mut Node| {
            node.join("a");
            node.join("a");
        };
        assert_eq!(counted(&mut node, join), [("count_topics", 1)]);
        let leave = |node: &mut Node| {
            node.leave("a");
            node.leave("a");
        };
        assert_eq!(counted(&mut node, leave), [("count_topics", -1)]);
    }
}

#[test]
fn connections_and_every_removal() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        let connect = |node: &mut Node| {
            node.connect(1);
            node.connect(1);
        };
        assert_eq!(counted(&mut node, connect), [("count_connections", 1)]);
        let bootstrap = |node: &mut Node| {
            node.handle(Event::Connected { peer: 2, direct: false, outbound: false, trusted: false, bootstrap: true });
        };
        let expected = [("count_connections", 1), ("count_bootstrap_connections", 1)];
        assert_eq!(counted(&mut node, bootstrap), expected);
        // The removal of a peer that is not connected counts, so the number falls below zero.
        let remove = |node: &mut Node| {
            for peer in [1, 1, 1, 2, 2] {
                node.handle(Event::Disconnected { peer });
            }
        };
        let expected = [("count_connections", -5), ("count_bootstrap_connections", -1)];
        assert_eq!(counted(&mut node, remove), expected);
        assert_eq!(node.worker.statistics().connections, -3);
    }
}

#[test]
fn received_messages_by_their_validity() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        let valid = |node: &mut Node| {
            node.message(1, 1);
            node.message(1, 1);
        };
        assert_eq!(counted(&mut node, valid), [("count_recv_valid_app_messages", 1)]);
        let outdated = match behaviour {
            Behaviour::Mavryk => "count_recv_unknown_validity_app_messages",
            _ => "count_recv_outdated_app_messages",
        };
        for (number, validity, name) in [
            (2, Validity::Invalid, "count_recv_invalid_app_messages"),
            (3, Validity::Unknown, "count_recv_unknown_validity_app_messages"),
            (4, Validity::Outdated, outdated),
        ] {
            node.answers().payloads.insert(number, validity);
            let receive = |node: &mut Node| {
                node.message(1, number);
            };
            assert_eq!(counted(&mut node, receive), [(name, 1)]);
        }
        let not_subscribed = |node: &mut Node| {
            node.receive(1, PeerMessage::Message { topic: Some("b"), message_id: id(5), message: "m" });
        };
        assert!(counted(&mut node, not_subscribed).is_empty());
    }
}

#[test]
fn received_grafts_are_those_that_are_accepted_or_find_a_full_mesh() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        let graft = |node: &mut Node| {
            node.graft(1, "a");
            node.graft(1, "a");
        };
        assert_eq!(counted(&mut node, graft), [("count_recv_grafts", 1)]);
        node.subscribers("a", [2, 3, 4]);
        node.graft(2, "a");
        node.graft(3, "a");
        let full = |node: &mut Node| {
            node.graft(4, "a");
        };
        assert_eq!(counted(&mut node, full), [("count_sent_prunes", 1), ("count_recv_grafts", 1)]);
        let refused = |node: &mut Node| {
            node.graft(4, "a");
        };
        assert_eq!(counted(&mut node, refused), [("count_sent_prunes", 1)]);
    }
}

#[test]
fn received_prunes_are_those_that_remove_a_peer() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        for (px, score) in [(&[][..], 0.0), (&[9], 0.0), (&[9], -1.0)] {
            let mut node = Node::joined(*behaviour);
            node.graft(1, "a");
            node.set_score(1, score);
            let prune = |node: &mut Node| {
                node.prune(1, px);
            };
            assert_eq!(counted(&mut node, prune), [("count_recv_prunes", 1)]);
        }
        let not_in_mesh = |node: &mut Node| {
            node.prune(1, &[9]);
            node.leave("a");
            node.prune(1, &[9]);
            node.join("a");
        };
        assert!(counted(&mut node, not_in_mesh).iter().all(|(name, _)| *name != "count_recv_prunes"));
    }
}

#[test]
fn received_ihaves_are_requested_ids_and_received_iwants_are_messages() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        node.message(1, 1);
        let ihave = |node: &mut Node| {
            let message_ids = [1, 2, 3].map(id).to_vec();
            node.receive(1, PeerMessage::Ihave { topic: "a", message_ids });
        };
        assert_eq!(counted(&mut node, ihave), [("count_sent_iwants", 1), ("count_recv_ihaves", 2)]);
        let iwant = |node: &mut Node| {
            let message_ids = [1, 2].map(id).to_vec();
            node.receive(1, PeerMessage::Iwant { message_ids });
        };
        assert_eq!(counted(&mut node, iwant), [("count_sent_app_messages", 1), ("count_recv_iwants", 1)]);
    }
}

#[test]
fn sent_messages_by_their_kind() {
    for behaviour in ALL {
        let mut node = Node::with(*behaviour, Limits::<Ids> { degree_lazy: 1, ..limits() }, configuration());
        node.subscribers("a", [1, 2]);
        let join = |node: &mut Node| {
            node.join("a");
        };
        // The two Subscribes do not count.
        assert_eq!(counted(&mut node, join), [("count_topics", 1), ("count_sent_grafts", 2)]);
        let publish = |node: &mut Node| {
            node.handle(Event::Publish { topic: "a", message_id: id(1), message: "m" });
        };
        assert_eq!(counted(&mut node, publish), [("count_sent_app_messages", 2)]);
        node.subscribers("a", [3]);
        let heartbeat = |node: &mut Node| {
            node.heartbeat();
        };
        assert_eq!(counted(&mut node, heartbeat), [("count_sent_ihaves", 1)]);
        let leave = |node: &mut Node| {
            node.leave("a");
        };
        assert_eq!(counted(&mut node, leave), [("count_topics", -1), ("count_sent_prunes", 2)]);
    }
}

#[test]
fn a_new_worker_has_counted_nothing() {
    let node = Node::new(Behaviour::Mavryk);
    assert_eq!(*node.worker.statistics(), Statistics::default());
    let names: std::collections::BTreeSet<&str> = node.worker.statistics().named().map(|(name, _)| name).into();
    assert_eq!(names.len(), 16);
}
