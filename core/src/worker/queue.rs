//! A queue of events in front of a worker.

use super::{Event, WorkerIdentifiers};
use crate::Behaviour;
use alloc::collections::VecDeque;

/// The events that a worker has not handled yet.
///
/// In `octez-next` the queue drops the messages of peers while it holds 8192 events or more. Connections,
/// disconnections, heartbeats and the events of the application are never dropped.
#[derive(Clone, Debug)]
pub struct EventQueue<I: WorkerIdentifiers> {
    events: VecDeque<Event<I>>,
    capacity: usize,
}

impl<I: WorkerIdentifiers> EventQueue<I> {
    /// The number of events from which a bounded queue drops messages of peers.
    pub const CAPACITY: usize = 8192;

    /// An empty queue.
    #[must_use]
    pub const fn new(behaviour: Behaviour) -> Self {
        let is_bounded = behaviour.worker_switches().bounds_queue;
        Self { events: VecDeque::new(), capacity: if is_bounded { Self::CAPACITY } else { usize::MAX } }
    }

    /// Adds an event at the end. Returns whether it was added; if not, the event is a message of a peer, and is dropped.
    pub fn push(&mut self, event: Event<I>) -> bool {
        let is_added = self.events.len() < self.capacity || !matches!(event, Event::Received { .. });
        if is_added {
            self.events.push_back(event);
        }
        is_added
    }

    /// Removes the first event.
    pub fn pop(&mut self) -> Option<Event<I>> {
        self.events.pop_front()
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are no events.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
