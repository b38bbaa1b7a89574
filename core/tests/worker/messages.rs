//! Messages that peers send one by one, and messages that the application publishes.

use crate::support::{ALL, Node, id};
use gossipsub_automaton::{
    Behaviour, Validity,
    worker::{Event, PeerMessage},
};

/// A node with the mesh 1, 2, 3 of the topic `a`.
fn node(behaviour: Behaviour) -> Node {
    let mut node = Node::new(behaviour);
    node.join("a");
    node.subscribers("a", [1, 2, 3]);
    for peer in 1..=3 {
        assert!(node.graft(peer, "a").is_empty());
    }
    node
}

#[test]
fn a_message_is_routed_and_then_delivered() {
    for behaviour in ALL {
        let routed = [
            "to 1: Message { topic=a; message_id=a7; message=m }",
            "to 3: Message { topic=a; message_id=a7; message=m }",
            "deliver { topic=a; message_id=a7; message=m }",
        ];
        assert_eq!(node(*behaviour).message(2, 7), routed);
    }
}

#[test]
fn a_message_without_a_topic_has_that_of_its_id() {
    let message = PeerMessage::Message { topic: None, message_id: id(7), message: "m" };
    assert_eq!(node(Behaviour::Mavryk).receive(2, message).len(), 3);
}

#[test]
fn a_seen_message_is_dropped() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        node.message(2, 7);
        assert!(node.message(1, 7).is_empty());
    }
}

#[test]
fn a_message_of_a_topic_that_is_not_joined_is_dropped() {
    for behaviour in ALL {
        let message = PeerMessage::Message { topic: Some("b"), message_id: id(7), message: "m" };
        assert!(node(*behaviour).receive(2, message).is_empty());
    }
}

#[test]
fn invalid_and_outdated_messages_and_those_of_unknown_validity_are_dropped() {
    for behaviour in ALL {
        for validity in [Validity::Invalid, Validity::Outdated, Validity::Unknown] {
            let mut node = node(*behaviour);
            node.answers().payloads.insert(7, validity);
            assert!(node.message(2, 7).is_empty());
        }
    }
}

#[test]
fn a_ping_means_nothing() {
    for behaviour in ALL {
        assert!(node(*behaviour).receive(1, PeerMessage::Ping).is_empty());
    }
}

#[test]
fn a_published_message_is_sent_and_not_delivered() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        let publish = Event::Publish { topic: "a", message_id: id(7), message: "m" };
        let sent = [
            "to 1: Message { topic=a; message_id=a7; message=m }",
            "to 2: Message { topic=a; message_id=a7; message=m }",
            "to 3: Message { topic=a; message_id=a7; message=m }",
        ];
        assert_eq!(node.handle(publish.clone()), sent);
        assert!(node.handle(publish).is_empty());
    }
}
