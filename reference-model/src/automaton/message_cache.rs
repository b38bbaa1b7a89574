//! Section 4: two sliding windows of heartbeats, one of messages that can be requested and one of ids that count as
//! seen.

use crate::automaton::{RuleId, context::Context};
use gossipsub_automaton::{
    CachedMessage, Limits, Time,
    trace_ids::{Message, MessageId, Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// The message cache. A slot is the time between two shifts. Slots are numbered, so that empty ones cost nothing.
#[derive(Clone, Debug)]
pub(super) struct MessageCache {
    history_length: u64,
    history_gossip_length: u64,
    seen_history_length: u64,
    /// The number of shifts, which is the number of the newest slot.
    pub(super) shifts: u64,
    /// The additions in the window of messages, oldest first.
    pub(super) additions: Vec<Addition>,
    pub(super) messages: BTreeMap<MessageId, CachedMessage<TraceIds>>,
    pub(super) seen: BTreeMap<MessageId, FirstSight>,
}

/// A message that was added under a topic.
#[derive(Clone, Debug)]
pub(super) struct Addition {
    pub(super) slot: u64,
    pub(super) topic: Topic,
    pub(super) message_id: MessageId,
}

/// The time at which an id was first seen, the slot of its last addition, and its recorded senders.
#[derive(Clone, Debug)]
pub(super) struct FirstSight {
    pub(super) slot: u64,
    pub(super) time: Time,
    pub(super) senders: BTreeSet<Peer>,
}

impl MessageCache {
    pub(super) const fn new(limits: &Limits<TraceIds>) -> Self {
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

    /// Adds a message. The sender is recorded, if there is one to record.
    pub(super) fn add(
        &mut self,
        topic: &Topic,
        message_id: MessageId,
        message: &Message,
        now: Time,
        sender: Option<Peer>,
        context: &mut Context<'_>,
    ) {
        // (1) A message goes into the newest slot of both windows.
        self.additions.push(Addition { slot: self.shifts, topic: topic.clone(), message_id });
        // (2) The message is still cached. It keeps its first payload and its access counters.
        if !context.check(RuleId::Cache2, self.messages.contains_key(&message_id), &message_id) {
            let cached = CachedMessage { message: message.clone(), access_counters: BTreeMap::new() };
            self.messages.insert(message_id, cached);
        }
        let first = FirstSight { slot: self.shifts, time: now, senders: BTreeSet::new() };
        let seen = self.seen.entry(message_id).or_insert(first);
        // An id that counts as seen keeps the time of its first addition, and stays until its last slot leaves.
        seen.slot = self.shifts;
        seen.senders.extend(sender);
    }

    /// When the id was first seen, if it counts as seen.
    pub(super) fn first_seen_at(&self, message_id: MessageId) -> Option<Time> {
        self.seen.get(&message_id).map(|seen| seen.time)
    }

    /// Whether a peer is a recorded sender of the id.
    pub(super) fn is_sender(&self, message_id: MessageId, peer: Peer) -> bool {
        self.seen.get(&message_id).is_some_and(|seen| seen.senders.contains(&peer))
    }

    /// The recorded senders of an id.
    pub(super) fn senders_of(&self, message_id: MessageId) -> impl Iterator<Item = Peer> {
        self.seen.get(&message_id).into_iter().flat_map(|seen| seen.senders.iter().copied())
    }

    /// The recorded senders of each id that counts as seen.
    pub(super) fn senders(&self) -> impl Iterator<Item = (MessageId, BTreeSet<Peer>)> {
        self.seen.iter().map(|(message_id, seen)| (*message_id, seen.senders.clone()))
    }

    /// Whether the id counts as seen, whatever the topic.
    pub(super) fn is_seen(&self, message_id: MessageId) -> bool {
        self.seen.contains_key(&message_id)
    }

    /// The message, if it is still cached, and the number of requests of `peer` for it, this one included.
    pub(super) fn request(&mut self, message_id: MessageId, peer: Peer) -> Option<(&Message, u64)> {
        let cached = self.messages.get_mut(&message_id)?;
        let counter = cached.access_counters.entry(peer).or_insert(0);
        *counter = counter.saturating_add(1);
        Some((&cached.message, *counter))
    }

    /// *Gossip ids of t*, ascending. The list keeps its repetitions.
    pub(super) fn gossip_ids(&self, topic: &Topic) -> Vec<MessageId> {
        // (4) The gossip ids are those of the newest history_gossip_length slots.
        let mut ids: Vec<_> = self
            .additions
            .iter()
            .filter(|addition| self.shifts - addition.slot < self.history_gossip_length && addition.topic == *topic)
            .map(|addition| addition.message_id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// Shifts both windows.
    pub(super) fn shift(&mut self) {
        // (3) A shift drops the slots that are as old as their window is long.
        self.shifts = self.shifts.saturating_add(1);
        self.additions.retain(|addition| self.shifts - addition.slot < self.history_length);
        // A message stays until its last slot leaves.
        let cached: BTreeSet<_> = self.additions.iter().map(|addition| addition.message_id).collect();
        self.messages.retain(|message_id, _| cached.contains(message_id));
        self.seen.retain(|_, seen| self.shifts - seen.slot < self.seen_history_length);
    }

    /// The messages that can still be requested.
    pub(super) const fn messages(&self) -> &BTreeMap<MessageId, CachedMessage<TraceIds>> {
        &self.messages
    }

    /// The ids that count as seen.
    pub(super) fn first_seen(&self) -> impl Iterator<Item = (MessageId, Time)> {
        self.seen.iter().map(|(message_id, seen)| (*message_id, seen.time))
    }
}
