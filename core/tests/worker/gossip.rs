//! IHaves and IWants of peers, and subscriptions, which are not answered.

use crate::support::{ALL, MessageId, Node, id, limits};
use gossipsub_automaton::{Behaviour, Limits, worker::PeerMessage};

fn ihave(node: &mut Node, from: u64, numbers: &[u64]) -> Vec<String> {
    let message_ids = numbers.iter().copied().map(id).collect();
    node.receive(from, PeerMessage::Ihave { topic: "a", message_ids })
}

fn iwant(node: &mut Node, from: u64, message_ids: Vec<MessageId>) -> Vec<String> {
    node.receive(from, PeerMessage::Iwant { message_ids })
}

#[test]
fn wanted_messages_are_requested() {
    for behaviour in ALL {
        let mut node = Node::joined_with(*behaviour, limits());
        assert_eq!(ihave(&mut node, 1, &[7]), ["to 1: IWant { message_ids=[a7] }"]);
    }
}

#[test]
fn an_empty_request_is_not_sent() {
    for behaviour in ALL {
        let mut node = Node::joined_with(*behaviour, limits());
        node.message(1, 7);
        assert!(ihave(&mut node, 1, &[7]).is_empty());
        assert!(ihave(&mut node, 1, &[]).is_empty());
    }
}

#[test]
fn other_outputs_of_an_ihave_are_not_answered() {
    for behaviour in ALL {
        // ihave_from_peer_with_low_score
        let mut node = Node::joined_with(*behaviour, limits());
        node.set_score(1, -1.0);
        assert!(ihave(&mut node, 1, &[7]).is_empty());
        // message_topic_not_tracked
        let mut node = Node::joined_with(*behaviour, limits());
        assert!(node.receive(1, PeerMessage::Ihave { topic: "b", message_ids: vec![id(7)] }).is_empty());
        // invalid_message_id
        node.answers().ids.insert(7, gossipsub_automaton::Validity::Invalid);
        assert!(ihave(&mut node, 1, &[7]).is_empty());
        // too_many_recv_ihave_messages
        let mut node = Node::joined_with(*behaviour, Limits { max_recv_ihave_per_heartbeat: 1, ..limits() });
        assert_eq!(ihave(&mut node, 1, &[7]).len(), 1);
        assert!(ihave(&mut node, 1, &[8]).is_empty());
        // too_many_sent_iwant_messages
        let mut node = Node::joined_with(*behaviour, Limits { max_sent_iwant_per_heartbeat: 1, ..limits() });
        assert_eq!(ihave(&mut node, 1, &[7]).len(), 1);
        assert!(ihave(&mut node, 1, &[8]).is_empty());
    }
}

#[test]
fn requested_messages_are_sent_by_ascending_ids_with_the_topics_of_their_ids() {
    for behaviour in ALL {
        let mut node = Node::joined_with(*behaviour, Limits { max_gossip_retransmission: 1, ..limits() });
        node.join("b");
        let of_b = MessageId { number: 5, topic: "b" };
        for message_id in [id(8), id(7), of_b] {
            // The header names the topic `a`, and the answer the topic of the id.
            node.receive(1, PeerMessage::Message { topic: Some("a"), message_id, message: "m" });
        }
        let sent = [
            "to 1: Message { topic=b; message_id=b5; message=m }",
            "to 1: Message { topic=a; message_id=a7; message=m }",
            "to 1: Message { topic=a; message_id=a8; message=m }",
        ];
        // The id 9 is not found.
        assert_eq!(iwant(&mut node, 1, vec![id(9), id(8), of_b, id(7)]), sent);
        // Each was requested too often.
        assert!(iwant(&mut node, 1, vec![id(8)]).is_empty());
    }
}

#[test]
fn iwant_from_peer_with_low_score_is_not_answered() {
    for behaviour in ALL {
        let mut node = Node::joined_with(*behaviour, limits());
        node.message(1, 7);
        node.set_score(1, -1.0);
        assert!(iwant(&mut node, 1, vec![id(7)]).is_empty());
    }
}

#[test]
fn subscriptions_are_not_answered() {
    for behaviour in ALL {
        let mut node = Node::joined_with(*behaviour, limits());
        for peer in [1, 2] {
            assert!(node.receive(peer, PeerMessage::Unsubscribe { topic: "a" }).is_empty());
            assert!(node.receive(peer, PeerMessage::Subscribe { topic: "a" }).is_empty());
        }
        assert_eq!(node.worker.automaton().topics_of(&1).as_slice(), ["a"]);
    }
    let mut node = Node::joined_with(Behaviour::OctezNext, Limits { max_topics_per_peer: Some(1), ..limits() });
    assert!(node.receive(1, PeerMessage::Subscribe { topic: "b" }).is_empty());
    assert_eq!(node.worker.automaton().topics_of(&1).as_slice(), ["a"]);
}
