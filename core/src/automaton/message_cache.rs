//! The messages of the last heartbeats, and the ids that count as seen.

use super::{
    capacity::{excess, trim_queue},
    connections::Peers,
    intern::{PeerSlot, Renumbering, SlotMap, TopicSlot},
    sliding_window::{ItemNumber, SlidingWindow},
    topics::Topics,
};
use crate::{Identifiers, Time};
use alloc::boxed::Box;
use core::hash::BuildHasher;
use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table::Entry};

/// Sliding windows over the messages added, and a table that finds them by their ids.
///
/// Every message is added to all windows, so it has the same number in each.
#[derive(Clone)]
pub(crate) struct MessageCache<I: Identifiers> {
    /// The newest number of each id that is cached or counts as seen.
    numbers: HashTable<ItemNumber>,
    hasher: FixedState,
    /// The ids of both, in a window as long as the longer of the two.
    ids: SlidingWindow<Listed<I>>,
    /// Which count as seen.
    seen: SlidingWindow<()>,
    /// The messages that an IWant finds. An id added again while it is here has its message at the newest number, and
    /// nothing at the others.
    messages: SlidingWindow<Option<Cached<I>>>,
    /// The topics of the messages to announce; the ids to announce stand with the topics.
    announced: SlidingWindow<TopicSlot>,
}

/// An id as it was added.
#[derive(Clone)]
struct Listed<I: Identifiers> {
    id: I::MessageId,
    first_seen: Time,
}

/// A cached message.
#[derive(Clone)]
pub(crate) struct Cached<I: Identifiers> {
    pub(crate) message: I::Message,
    /// How often each peer asked for it; nothing where nobody did.
    accesses: Option<Box<SlotMap<PeerSlot, u64>>>,
}

impl<I: Identifiers> Cached<I> {
    pub(crate) fn accesses(&self) -> impl Iterator<Item = (PeerSlot, u64)> {
        self.accesses.iter().flat_map(|accesses| accesses.iter()).map(|(peer, count)| (*peer, *count))
    }
}

impl<I: Identifiers> MessageCache<I> {
    /// The seed keys the hash, so that remote peers cannot choose ids that collide.
    pub(crate) fn new(seed: u64, history_length: u64, history_gossip_length: u64, seen_history_length: u64) -> Self {
        Self {
            numbers: HashTable::new(),
            hasher: FixedState::with_seed(seed),
            ids: SlidingWindow::new(history_length.max(seen_history_length)),
            seen: SlidingWindow::new(seen_history_length),
            messages: SlidingWindow::new(history_length),
            announced: SlidingWindow::new(history_gossip_length),
        }
    }

    /// When an id was first seen, if it counts as seen.
    #[inline]
    pub(crate) fn first_seen(&self, id: &I::MessageId) -> Option<Time> {
        let number = self.find(id)?;
        let listed = self.ids.get(number).filter(|_| self.seen.contains(number))?;
        Some(listed.first_seen)
    }

    #[inline]
    fn find(&self, id: &I::MessageId) -> Option<ItemNumber> {
        self.numbers.find(self.hasher.hash_one(id), |number| is_listed(&self.ids, *number, id)).copied()
    }

    /// Adds a message whose id does not count as seen. The caller adds the id to those of the topic.
    pub(crate) fn add(&mut self, now: Time, tick: u64, topic: TopicSlot, id: I::MessageId, message: I::Message) {
        let Self { numbers, hasher, ids, seen, messages, announced } = self;
        seen.push(tick, ());
        announced.push(tick, topic);
        let entry = numbers.entry(
            hasher.hash_one(&id),
            |number| is_listed(ids, *number, &id),
            |number| hash_of(ids, *number, hasher),
        );
        let first = match &entry {
            Entry::Vacant(_) => None,
            Entry::Occupied(entry) => messages.get_mut(*entry.get()).and_then(Option::take),
        };
        messages.push(tick, Some(first.unwrap_or(Cached { message, accesses: None })));
        // The entry holds no borrow of the ids any more.
        let number = ids.next();
        match entry {
            Entry::Vacant(entry) => drop(entry.insert(number)),
            Entry::Occupied(mut entry) => *entry.get_mut() = number,
        }
        ids.push(tick, Listed { id, first_seen: now });
    }

    /// Counts that a peer asks for a message: the message and the new count, if it is cached.
    pub(crate) fn access(
        &mut self,
        id: &I::MessageId,
        name: &I::Peer,
        peers: &mut Peers<I>,
    ) -> Option<(&I::Message, u64)> {
        let number = self.find(id)?;
        let Cached { message, accesses } = self.messages.get_mut(number)?.as_mut()?;
        let peer = peers.intern(name);
        let count = accesses.get_or_insert_default().entry(peer).or_insert_with(|| {
            peers[peer].references += 1;
            0
        });
        *count = count.saturating_add(1);
        Some((message, *count))
    }

    /// Shifts the windows to a new tick.
    pub(crate) fn shift(&mut self, tick: u64, peers: &mut Peers<I>, topics: &mut Topics<I>) {
        let Self { numbers, hasher, ids, seen, messages, announced } = self;
        announced.shift(tick, |_, topic| {
            let gossip = &mut topics[topic].gossip;
            gossip.pop_front();
            trim_queue(gossip);
            topics.release_unused(topic);
        });
        messages.shift(tick, |_, cached| {
            for (peer, _) in cached.iter().flat_map(Cached::accesses) {
                peers.dereference(peer);
            }
        });
        seen.shift(tick, |_, ()| {});
        ids.shift(tick, |number, listed| {
            // An id that was added again has a newer number.
            if let Ok(entry) = numbers.find_entry(hasher.hash_one(&listed.id), |other| *other == number) {
                entry.remove();
            }
        });
        if let Some(enough) = excess(numbers.len(), numbers.capacity()) {
            numbers.shrink_to(enough, |number| hash_of(ids, *number, hasher));
        }
    }

    /// The cached messages with their ids.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (&I::MessageId, &Cached<I>)> {
        let cached = self.messages.items().filter_map(|(number, cached)| Some((number, cached.as_ref()?)));
        cached.filter_map(|(number, cached)| Some((&self.ids.get(number)?.id, cached)))
    }

    /// The ids of the cached messages as often as they were added, each with the age of its slot, oldest first.
    pub(crate) fn ids_by_age(&self, tick: u64) -> impl Iterator<Item = (u64, &I::MessageId)> {
        self.messages.ages(tick).filter_map(|(age, number)| Some((age, &self.ids.get(number)?.id)))
    }

    /// The ids that count as seen, with the time of each.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&I::MessageId, Time)> {
        let seen = self.seen.items().filter_map(|(number, ())| self.ids.get(number));
        seen.map(|listed| (&listed.id, listed.first_seen))
    }

    pub(crate) fn renumber_peers(&mut self, renumbering: &Renumbering<PeerSlot>) {
        let accesses = self.messages.items_mut().flatten().filter_map(|cached| cached.accesses.as_mut());
        accesses.for_each(|accesses| renumbering.apply_to_keys(accesses));
    }

    pub(crate) fn renumber_topics(&mut self, renumbering: &Renumbering<TopicSlot>) {
        renumbering.apply_to_all(self.announced.items_mut());
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.numbers.capacity().max(self.ids.capacity()).max(self.messages.capacity()).max(self.announced.capacity())
    }
}

fn is_listed<I: Identifiers>(ids: &SlidingWindow<Listed<I>>, number: ItemNumber, id: &I::MessageId) -> bool {
    ids.get(number).is_some_and(|listed| listed.id == *id)
}

/// The hash of the id of a number in the window. No other number is in the table.
fn hash_of<I: Identifiers>(ids: &SlidingWindow<Listed<I>>, number: ItemNumber, hasher: &FixedState) -> u64 {
    ids.get(number).map_or(0, |listed| hasher.hash_one(&listed.id))
}
