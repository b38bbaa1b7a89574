//! The store of messages of unknown validity, which heartbeats receive again.

use crate::support::{Node, OCTEZ, id};
use gossipsub_automaton::{Behaviour, Validity, worker::PeerMessage};

/// A node that joined `a`, and that has received messages of unknown validity from these peers.
fn with_unknown(behaviour: Behaviour, messages: &[(u64, u64)]) -> Node {
    let mut node = Node::new(behaviour);
    node.join("a");
    for &(from, number) in messages {
        node.connect(from);
        node.answers().ids.insert(number, Validity::Unknown);
        node.answers().payloads.insert(number, Validity::Unknown);
        assert!(node.message(from, number).is_empty());
    }
    node
}

/// From now on, an id and its payload have this validity.
fn set(node: &mut Node, number: u64, validity: Validity) {
    node.answers().ids.insert(number, validity);
    node.answers().payloads.insert(number, validity);
}

fn delivery(number: u64) -> String {
    format!("deliver {{ topic=a; message_id=a{number}; message=m }}")
}

#[test]
fn stored_messages_are_received_by_ascending_ids_when_they_turn_valid() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[(1, 8), (1, 7)]);
        assert!(node.heartbeat().is_empty());
        set(&mut node, 7, Validity::Valid);
        set(&mut node, 8, Validity::Valid);
        assert_eq!(node.heartbeat(), [delivery(7), delivery(8)]);
        assert_eq!(node.worker.unknown_messages(), 0);
    }
}

#[test]
fn mavryk_drops_messages_of_unknown_validity() {
    let mut node = with_unknown(Behaviour::Mavryk, &[(1, 7)]);
    assert_eq!(node.worker.unknown_messages(), 0);
    set(&mut node, 7, Validity::Valid);
    assert!(node.heartbeat().is_empty());
}

#[test]
fn the_check_ends_at_the_first_unknown_id() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[(1, 6), (1, 7), (1, 8)]);
        set(&mut node, 6, Validity::Valid);
        set(&mut node, 8, Validity::Valid);
        assert_eq!(node.heartbeat(), [delivery(6)]);
        assert_eq!(node.worker.unknown_messages(), 2);
    }
}

#[test]
fn outdated_messages_are_dropped_and_not_counted() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[(1, 7), (1, 8)]);
        set(&mut node, 7, Validity::Outdated);
        set(&mut node, 8, Validity::Valid);
        assert_eq!(node.heartbeat(), [delivery(8)]);
        assert_eq!(node.worker.statistics().received_outdated_messages, 0);
        assert_eq!(node.worker.unknown_messages(), 0);
    }
}

#[test]
fn an_invalid_message_is_counted_against_its_sender() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[(1, 7)]);
        set(&mut node, 7, Validity::Invalid);
        assert!(node.heartbeat().is_empty());
        assert_eq!(node.worker.statistics().received_invalid_messages, 1);
        assert!(node.worker.automaton().score(&1).is_some_and(|score| score.value() < 0.0));
    }
}

#[test]
fn the_first_message_of_an_id_stays() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[(1, 7)]);
        node.connect(2);
        node.receive(2, PeerMessage::Message { topic: Some("a"), message_id: id(7), message: "second" });
        assert_eq!(node.worker.unknown_messages(), 1);
        set(&mut node, 7, Validity::Valid);
        assert_eq!(node.heartbeat(), [delivery(7)]);
        assert_eq!(node.worker.automaton().senders_of(&id(7)).as_slice(), [1]);
    }
}

#[test]
fn a_full_store_drops_the_greatest_id_for_any_new_one() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[]);
        node.connect(1);
        for number in 1..=10_000 {
            set(&mut node, number, Validity::Unknown);
            node.message(1, number);
        }
        assert_eq!(node.worker.unknown_messages(), 10_000);
        // A repetition changes nothing. A greater id takes the place of 10,000.
        for number in [5, 20_000] {
            set(&mut node, number, Validity::Unknown);
            node.message(1, number);
            assert_eq!(node.worker.unknown_messages(), 10_000);
        }
        node.answers().ids.clear();
        node.answers().payloads.clear();
        let delivered = node.heartbeat();
        assert_eq!((delivered.len(), delivered.last()), (10_000, Some(&delivery(20_000))));
        assert_eq!(delivered[9998], delivery(9999));
    }
}

/// The original receives such a message again and again. Here the check ends, and goes on with the next id.
#[test]
fn a_message_whose_payload_stays_unknown_is_received_once_a_heartbeat() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[(1, 7), (1, 8)]);
        node.answers().ids.insert(7, Validity::Valid);
        set(&mut node, 8, Validity::Valid);
        for heartbeats in 1..=2 {
            let delivered = node.heartbeat();
            assert_eq!(delivered.len(), 2 - heartbeats);
            assert_eq!(node.worker.unknown_messages(), 1);
            assert_eq!(node.worker.statistics().received_unknown_messages, 2 + heartbeats as u64);
        }
    }
}

#[test]
fn the_check_comes_after_the_heartbeat() {
    for behaviour in OCTEZ {
        let mut node = with_unknown(*behaviour, &[(1, 7)]);
        node.subscribers("a", [2]);
        set(&mut node, 7, Validity::Valid);
        // The message goes to the peer that the heartbeat grafted.
        let message = "to 2: Message { topic=a; message_id=a7; message=m }".to_owned();
        assert_eq!(node.heartbeat(), ["to 2: Graft { topic=a }".to_owned(), message, delivery(7)]);
    }
}
