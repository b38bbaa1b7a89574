//! Backoffs, and which of them a heartbeat removes.

use super::{
    dialect::BackoffClear,
    vocabulary::{Parameters, Peer, Topic},
};
use gossipsub_automaton::{Span, Time};
use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
};

/// Backoffs are removed at every heartbeat whose number is a multiple.
const CLEAR_TICKS: u64 = 15;

/// The end of a backoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Entry {
    end: Time,
    /// The heartbeat, in turn, that looks at it. Only with `backoff_clear` `slots`.
    slot: u64,
}

/// The backoffs by topic and peer. An entry counts until a heartbeat removes it, even when it has ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Backoffs {
    clear: BackoffClear,
    interval: Span,
    slots: u64,
    /// The slot of the next heartbeat.
    next_slot: u64,
    entries: BTreeMap<(Topic, Peer), Entry>,
}

impl Backoffs {
    pub(super) fn new(clear: BackoffClear, parameters: &Parameters) -> Self {
        let interval = parameters.heartbeat_interval;
        let slots = heartbeats(parameters.prune_backoff, interval) + 2;
        Self { clear, interval, slots, next_slot: 0, entries: BTreeMap::new() }
    }

    /// When the backoff of a peer ends or ended, if there is an entry.
    pub(super) fn end(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.entries.get(&(topic.clone(), peer)).map(|entry| entry.end)
    }

    /// Whether there is an entry, ended or not.
    pub(super) fn contains(&self, topic: &Topic, peer: Peer) -> bool {
        self.end(topic, peer).is_some()
    }

    /// Backs a peer off. A longer backoff stays.
    pub(super) fn extend(&mut self, topic: &Topic, peer: Peer, span: Span, now: Time) {
        let slot = (self.next_slot + heartbeats(span, self.interval) + 1) % self.slots;
        let new = Entry { end: now + span, slot };
        let entry = self.entries.entry((topic.clone(), peer)).or_insert(new);
        if entry.end < new.end {
            *entry = new;
        }
    }

    /// Removes entries at a heartbeat, and tells how many.
    pub(super) fn clear(&mut self, ticks: u64, now: Time) -> usize {
        let before = self.entries.len();
        let interval = self.interval;
        let cleared = ticks.is_multiple_of(CLEAR_TICKS);
        match self.clear {
            BackoffClear::TwoSeconds if cleared => {
                self.entries.retain(|_, entry| entry.end + Span::from_secs(2) >= now);
            }
            BackoffClear::Interval if cleared => self.entries.retain(|_, entry| entry.end + interval >= now),
            BackoffClear::TwoSeconds | BackoffClear::Interval => {}
            BackoffClear::Slots => {
                let slot = self.next_slot;
                self.entries.retain(|_, entry| entry.slot != slot || entry.end + interval > now);
                self.next_slot = (slot + 1) % self.slots;
            }
        }
        before - self.entries.len()
    }

    /// Feeds the whole state to a hasher.
    pub(super) fn hash_state<H: Hasher>(&self, hasher: &mut H) {
        (self.next_slot, &self.entries).hash(hasher);
    }

    /// Every entry: topic, peer and end.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Topic, Peer, Time)> {
        self.entries.iter().map(|((topic, peer), entry)| (topic, *peer, entry.end))
    }
}

/// How many heartbeats a span takes, rounded up.
fn heartbeats(span: Span, interval: Span) -> u64 {
    span.as_millis().div_ceil(interval.as_millis().max(1))
}
