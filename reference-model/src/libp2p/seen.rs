//! The messages that count as seen.

use super::{
    dialect::SeenExpiry,
    vocabulary::{MessageId, Parameters},
};
use gossipsub_automaton::{Span, Time};
use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
};

/// A sweep forgets messages that often.
const SWEEP: Span = Span::from_secs(60);

/// The messages that count as seen, each with the time of its first sight.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    expiry: SeenExpiry,
    ttl: Span,
    next_sweep: Time,
    first: BTreeMap<MessageId, Time>,
}

impl Seen {
    pub(super) fn new(expiry: SeenExpiry, parameters: &Parameters) -> Self {
        Self { expiry, ttl: parameters.seen_ttl, next_sweep: Time::ZERO + SWEEP, first: BTreeMap::new() }
    }

    /// Feeds the whole state to a hasher.
    pub(super) fn hash_state<H: Hasher>(&self, hasher: &mut H) {
        (self.next_sweep, &self.first).hash(hasher);
    }

    /// Time passes.
    pub(super) fn advance(&mut self, now: Time) {
        let ttl = self.ttl;
        match self.expiry {
            SeenExpiry::Exact => self.first.retain(|_, first| now < *first + ttl),
            SeenExpiry::Sweep => {
                if self.next_sweep <= now {
                    // The last of the sweeps that are due forgets all that the others do.
                    let passed = now.since(self.next_sweep).as_millis();
                    let sweep = self.next_sweep + Span::from_millis(passed - passed % SWEEP.as_millis());
                    self.first.retain(|_, first| *first + ttl >= sweep);
                    self.next_sweep = sweep + SWEEP;
                }
            }
            SeenExpiry::AtMessage | SeenExpiry::AtHeartbeat => {}
        }
    }

    /// A heartbeat runs.
    pub(super) fn heartbeat(&mut self, now: Time) {
        if self.expiry == SeenExpiry::AtHeartbeat {
            let ttl = self.ttl;
            self.first.retain(|_, first| *first + ttl >= now);
        }
    }

    /// A message arrives, or is published: only then some implementations forget.
    pub(super) fn forget_before_message(&mut self, now: Time) {
        if self.expiry == SeenExpiry::AtMessage {
            let ttl = self.ttl;
            self.first.retain(|_, first| now < *first + ttl);
        }
    }

    /// When a message was first seen, if it counts as seen.
    pub(super) fn first(&self, id: MessageId) -> Option<Time> {
        self.first.get(&id).copied()
    }

    /// Whether a message counts as seen.
    pub(super) fn contains(&self, id: MessageId) -> bool {
        self.first.contains_key(&id)
    }

    /// A message is seen for the first time.
    pub(super) fn insert(&mut self, id: MessageId, now: Time) {
        self.first.insert(id, now);
    }

    /// When each message stops counting as seen, as far as the time decides it.
    pub(super) fn ends(&self) -> impl Iterator<Item = (MessageId, Time)> {
        self.first.iter().map(|(id, first)| (*id, *first + self.ttl))
    }
}
