//! The queue of events.

use crate::support::{ALL, Ids, id};
use gossipsub_automaton::{
    Behaviour,
    worker::{Event, EventQueue, PeerMessage},
};

fn received() -> Event<Ids> {
    Event::Received { from: 1, message: PeerMessage::Ping }
}

/// The events that are never dropped.
fn others() -> Vec<Event<Ids>> {
    vec![
        Event::Connected { peer: 1, direct: false, outbound: false, trusted: false, bootstrap: false },
        Event::Disconnected { peer: 1 },
        Event::Publish { topic: "a", message_id: id(1), message: "m" },
        Event::Join { topic: "a" },
        Event::Leave { topic: "a" },
        Event::Heartbeat,
        Event::ProcessBatch { batch: vec![] },
        Event::Unreachable { point: 1 },
    ]
}

#[test]
fn only_octez_next_drops_messages_of_peers_from_8192_events() {
    for behaviour in ALL {
        let mut queue = EventQueue::new(*behaviour);
        assert!((0..8192).all(|_| queue.push(received())));
        assert_eq!(queue.push(received()), *behaviour != Behaviour::OctezNext);
        let before = queue.len();
        assert!(others().into_iter().all(|event| queue.push(event)));
        assert_eq!(queue.len(), before + 8);
        // There is room again when the queue is short enough.
        while queue.len() >= 8192 {
            queue.pop();
        }
        assert!(queue.push(received()));
    }
}

#[test]
fn events_keep_their_order() {
    let mut queue = EventQueue::new(Behaviour::OctezNext);
    assert!(queue.is_empty());
    for event in others() {
        queue.push(event);
    }
    let popped: Vec<Event<Ids>> = std::iter::from_fn(|| queue.pop()).collect();
    assert_eq!(popped, others());
}
