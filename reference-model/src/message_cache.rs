//! Section 4: two sliding windows of heartbeats, of messages that can be requested and of ids that count as seen.

use crate::state::from_now;
use gossipsub_automaton::{
    CachedMessage, Limits, Time,
    trace_ids::{Message, MessageId, Peer, Topic, TraceIds},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
};

/// The message cache. A slot is the time between two shifts; slots are counted, so that empty ones cost nothing.
#[derive(Clone, Debug)]
pub(crate) struct MessageCache {
    history_length: u64,
    history_gossip_length: u64,
    seen_history_length: u64,
    /// How often the windows were shifted: the number of the newest slot.
    shifts: u64,
    /// Every addition that is in the window of messages, oldest first.
    additions: Vec<Addition>,
    messages: BTreeMap<MessageId, CachedMessage<TraceIds>>,
    seen: BTreeMap<MessageId, Seen>,
}

#[derive(Clone, Debug)]
struct Addition {
    slot: u64,
    topic: Topic,
    message_id: MessageId,
}

#[derive(Clone, Debug)]
struct Seen {
    slot: u64,
    time: Time,
}

impl MessageCache {
    pub(crate) const fn new(limits: &Limits<TraceIds>) -> Self {
        Self {
            history_length: limits.history_length,
            history_gossip_length: limits.history_gossip_length,
            seen_history_length: limits.seen_history_length,
            shifts: 0,
            additions: Vec::new(),
            messages: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    /// Adds an id that does not count as seen to the newest slot of both windows. A message that is still cached keeps
    /// its payload and its counters.
    pub(crate) fn add(&mut self, topic: &Topic, message_id: MessageId, message: &Message, now: Time) {
        self.additions.push(Addition { slot: self.shifts, topic: topic.clone(), message_id });
        self.messages
            .entry(message_id)
            .or_insert_with(|| CachedMessage { message: message.clone(), access_counters: BTreeMap::new() });
        self.seen.insert(message_id, Seen { slot: self.shifts, time: now });
    }

    /// When the id was first seen, if it counts as seen.
    pub(crate) fn first_seen_at(&self, message_id: MessageId) -> Option<Time> {
        self.seen.get(&message_id).map(|seen| seen.time)
    }

    /// Whether the id counts as seen, whatever the topic.
    pub(crate) fn is_seen(&self, message_id: MessageId) -> bool {
        self.seen.contains_key(&message_id)
    }

    /// The message, where it is still cached, and how often `peer` has now asked for it.
    pub(crate) fn request(&mut self, message_id: MessageId, peer: Peer) -> Option<(&Message, u64)> {
        let cached = self.messages.get_mut(&message_id)?;
        let counter = cached.access_counters.entry(peer).or_insert(0);
        *counter = counter.saturating_add(1);
        Some((&cached.message, *counter))
    }

    /// *Gossip ids of t*: added under topic t in the newest `history_gossip_length` slots; sorted, repetitions kept.
    pub(crate) fn gossip_ids(&self, topic: &Topic) -> Vec<MessageId> {
        let mut ids: Vec<_> = self
            .additions
            .iter()
            .filter(|addition| self.shifts - addition.slot < self.history_gossip_length && addition.topic == *topic)
            .map(|addition| addition.message_id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// Shifts both windows: what is as many shifts old as its window is long leaves it.
    pub(crate) fn shift(&mut self) {
        self.shifts = self.shifts.saturating_add(1);
        self.additions.retain(|addition| self.shifts - addition.slot < self.history_length);
        // A message stays until its last slot leaves.
        let cached: BTreeSet<_> = self.additions.iter().map(|addition| addition.message_id).collect();
        self.messages.retain(|message_id, _| cached.contains(message_id));
        self.seen.retain(|_, seen| self.shifts - seen.slot < self.seen_history_length);
    }

    /// The messages that can still be requested.
    pub(crate) const fn messages(&self) -> &BTreeMap<MessageId, CachedMessage<TraceIds>> {
        &self.messages
    }

    /// The ids that count as seen.
    pub(crate) fn first_seen(&self) -> impl Iterator<Item = (MessageId, Time)> {
        self.seen.iter().map(|(message_id, seen)| (*message_id, seen.time))
    }

    /// Feeds the content to a hasher: slots by their age, times from now.
    pub(crate) fn hash_state(&self, now: Time, hasher: &mut impl Hasher) {
        let Self {
            history_length: _,
            history_gossip_length: _,
            seen_history_length: _,
            shifts,
            additions,
            messages,
            seen,
        } = self;
        additions.len().hash(hasher);
        for Addition { slot, topic, message_id } in additions {
            (shifts - slot, topic, message_id).hash(hasher);
        }
        messages.len().hash(hasher);
        for (message_id, CachedMessage { message, access_counters }) in messages {
            (message_id, message, access_counters).hash(hasher);
        }
        seen.len().hash(hasher);
        for (message_id, Seen { slot, time }) in seen {
            (message_id, shifts - slot, from_now(now, *time)).hash(hasher);
        }
    }
}
