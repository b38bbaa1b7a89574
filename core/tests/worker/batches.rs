//! Batches: the messages that are collected, and the results of each.

use crate::support::{Ids, Node, WITH_BATCHES, configuration, id, limits};
use gossipsub_automaton::{
    BatchedMessage, Behaviour, Span, Validity,
    worker::{Event, PeerMessage, WorkerConfiguration},
};

const COLLECTED_FOR: Span = Span::from_millis(100);

/// A node with the mesh 1, 2, 3 of the topic `a`, which collects messages.
fn node(behaviour: Behaviour) -> Node {
    let configuration = WorkerConfiguration { batching: Some(COLLECTED_FOR), ..configuration() };
    let mut node = Node::with(behaviour, limits(), configuration);
    node.join("a");
    node.subscribers("a", [1, 2, 3, 4]);
    for peer in 1..=3 {
        node.graft(peer, "a");
    }
    node
}

fn receive(node: &mut Node, from: u64, number: u64, message: &'static str) {
    let message = PeerMessage::Message { topic: Some("a"), message_id: id(number), message };
    assert!(node.receive(from, message).is_empty());
}

/// The parts of a batched message in which it can differ here.
fn parts(batched: &BatchedMessage<Ids>) -> (u64, u64, &'static str, Vec<u64>) {
    (batched.message_id.number, batched.sender, batched.message, batched.to_route.to_vec())
}

#[test]
fn a_batch_is_due_after_its_first_message() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        assert_eq!(node.worker.batch_due(), None);
        receive(&mut node, 1, 7, "m");
        let due = node.now + COLLECTED_FOR;
        node.now = node.now + Span::from_millis(50);
        receive(&mut node, 1, 8, "m");
        assert_eq!(node.worker.batch_due(), Some(due));
        assert_eq!(node.worker.take_batch().len(), 2);
        assert_eq!(node.worker.batch_due(), None);
        receive(&mut node, 1, 9, "m");
        assert_eq!(node.worker.batch_due(), Some(node.now + COLLECTED_FOR));
    }
}

#[test]
fn a_batch_is_sorted_by_topic_id_and_payload() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        for (number, message) in [(8, "x"), (7, "z"), (7, "y")] {
            receive(&mut node, 1, number, message);
        }
        let batch: Vec<_> = node.worker.take_batch().iter().map(parts).collect();
        assert_eq!(batch, [(7, 1, "y", vec![2, 3]), (7, 1, "z", vec![2, 3]), (8, 1, "x", vec![2, 3])]);
    }
}

#[test]
fn a_repetition_goes_to_the_intersection_and_is_credited_to_the_last_sender() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        receive(&mut node, 1, 7, "m");
        receive(&mut node, 2, 7, "m");
        let batch: Vec<_> = node.worker.take_batch().iter().map(parts).collect();
        assert_eq!(batch, [(7, 2, "m", vec![3])]);
        // The third sender leaves an empty intersection, and still gets the credit. The fourth does not.
        for sender in 1..=4 {
            receive(&mut node, sender, 7, "m");
        }
        let batch: Vec<_> = node.worker.take_batch().iter().map(parts).collect();
        assert_eq!(batch, [(7, 3, "m", vec![])]);
    }
}

#[test]
fn the_results_of_a_batch_are_handled_in_order() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        for (number, validity) in [
            (5, Validity::Valid),
            (6, Validity::Invalid),
            (7, Validity::Outdated),
            (8, Validity::Unknown),
            (9, Validity::Valid),
        ] {
            node.answers().payloads.insert(number, validity);
            receive(&mut node, 1, number, "m");
        }
        let batch = node.worker.take_batch();
        let actions = [
            "to 2: Message { topic=a; message_id=a5; message=m }",
            "to 3: Message { topic=a; message_id=a5; message=m }",
            "deliver { topic=a; message_id=a5; message=m }",
            "to 2: Message { topic=a; message_id=a9; message=m }",
            "to 3: Message { topic=a; message_id=a9; message=m }",
            "deliver { topic=a; message_id=a9; message=m }",
        ];
        assert_eq!(node.handle(Event::ProcessBatch { batch }), actions);
        let statistics = *node.worker.statistics();
        assert_eq!(statistics.received_valid_messages, 2);
        assert_eq!(statistics.received_invalid_messages, 1);
        assert_eq!(statistics.received_outdated_messages, 1);
        assert_eq!(statistics.received_unknown_messages, 1);
        assert_eq!(node.worker.unknown_messages(), 1);
    }
}

#[test]
fn a_message_of_a_topic_that_was_left_is_routed_and_not_delivered() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        receive(&mut node, 1, 7, "m");
        node.leave("a");
        let batch = node.worker.take_batch();
        let actions = node.handle(Event::ProcessBatch { batch });
        assert!(actions.len() == 2 && actions.iter().all(|line| line.starts_with("to ")), "{actions:?}");
    }
}

#[test]
fn the_wrong_number_of_verdicts_stores_all_messages() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        receive(&mut node, 1, 7, "m");
        receive(&mut node, 1, 8, "m");
        node.answers().is_short = true;
        let batch = node.worker.take_batch();
        assert!(node.handle(Event::ProcessBatch { batch }).is_empty());
        assert_eq!(node.worker.unknown_messages(), 2);
    }
}

#[test]
fn stored_messages_are_received_for_a_batch() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        node.answers().ids.insert(7, Validity::Unknown);
        receive(&mut node, 1, 7, "m");
        assert_eq!((node.worker.unknown_messages(), node.worker.batch_due()), (1, None));
        node.answers().ids.clear();
        node.heartbeat();
        assert_eq!((node.worker.unknown_messages(), node.worker.take_batch().len()), (0, 1));
    }
}

#[test]
fn an_empty_batch_does_nothing() {
    for behaviour in WITH_BATCHES {
        let mut node = node(*behaviour);
        let batch = node.worker.take_batch();
        assert!(batch.is_empty() && node.handle(Event::ProcessBatch { batch }).is_empty());
    }
}

#[test]
fn behaviours_without_batches_handle_each_message_at_once() {
    for behaviour in [Behaviour::Mavryk, Behaviour::Octez22] {
        let mut node = node(behaviour);
        assert_eq!(node.message(1, 7).len(), 3);
        assert_eq!(node.worker.batch_due(), None);
    }
}
