//! The message cache: what IWANT is answered with, and what IHAVE advertises.

use super::vocabulary::{MessageId, Parameters, Peer, Topic};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A cached message.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(super) struct CachedMessage {
    pub(super) topic: Topic,
    /// Whether it was accepted or published. Other messages are hidden.
    pub(super) valid: bool,
    /// How often each peer requested it.
    requests: BTreeMap<Peer, usize>,
    /// The peers that sent a copy before it was valid.
    senders: BTreeSet<Peer>,
}

/// The messages of the last `history_length` heartbeats.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(super) struct MessageCache {
    gossip: usize,
    /// The newest slot first.
    slots: VecDeque<Vec<MessageId>>,
    messages: BTreeMap<MessageId, CachedMessage>,
}

impl MessageCache {
    pub(super) fn new(parameters: &Parameters) -> Self {
        let slots = (0..parameters.history_length).map(|_| Vec::new()).collect();
        Self { gossip: parameters.history_gossip, slots, messages: BTreeMap::new() }
    }

    /// Puts a message in the newest slot. One that is cached already stays what and where it is.
    pub(super) fn put(&mut self, id: MessageId, topic: &Topic, valid: bool) {
        if self.messages.contains_key(&id) {
            return;
        }
        let message =
            CachedMessage { topic: topic.clone(), valid, requests: BTreeMap::new(), senders: BTreeSet::new() };
        self.messages.insert(id, message);
        self.slots.front_mut().expect("history_length is at least 1").push(id);
    }

    /// Removes a message. If its place in its slot stays, a later copy goes with that slot.
    pub(super) fn remove(&mut self, id: MessageId, place_stays: bool) {
        self.messages.remove(&id);
        if !place_stays {
            self.slots.iter_mut().for_each(|slot| slot.retain(|other| *other != id));
        }
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&CachedMessage> {
        self.messages.get(&id)
    }

    /// A message is accepted. The peers that sent a copy before are forgotten, and returned.
    pub(super) fn validate(&mut self, id: MessageId) -> BTreeSet<Peer> {
        self.messages.get_mut(&id).map_or_else(BTreeSet::new, |message| {
            message.valid = true;
            std::mem::take(&mut message.senders)
        })
    }

    /// A peer sent another copy.
    pub(super) fn note_sender(&mut self, id: MessageId, peer: Peer) {
        if let Some(message) = self.messages.get_mut(&id)
            && !message.valid
        {
            message.senders.insert(peer);
        }
    }

    /// Counts a request, and tells how many there were.
    pub(super) fn request(&mut self, id: MessageId, peer: Peer) -> usize {
        let message = self.messages.get_mut(&id).expect("only a request for a cached message is counted");
        let count = message.requests.entry(peer).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// The valid messages of a topic in the newest `history_gossip` slots, in order. A message is listed twice if its
    /// place stayed when it was removed, and it came again.
    pub(super) fn gossip_ids(&self, topic: &Topic) -> Vec<MessageId> {
        let newest = self.slots.iter().take(self.gossip).flatten();
        let advertised =
            newest.filter(|id| self.messages.get(id).is_some_and(|message| message.valid && message.topic == *topic));
        let mut ids: Vec<MessageId> = advertised.copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Drops the oldest slot with its messages, and makes a new one.
    pub(super) fn shift(&mut self) {
        for id in self.slots.pop_back().expect("history_length is at least 1") {
            self.messages.remove(&id);
        }
        self.slots.push_front(Vec::new());
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = MessageId> {
        self.messages.keys().copied()
    }
}
