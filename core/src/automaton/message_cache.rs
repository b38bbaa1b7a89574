//! The messages of the last heartbeats, and the ids that count as seen.

use super::{
    capacity::{excess, trim_queue},
    peers::Peers,
    senders::Senders,
    sliding_window::{ItemNumber, SlidingWindow},
    slots::{PeerSlot, Renumbering, SlotMap, TopicSlot},
    topics::Topics,
};
use crate::{Identifiers, Limits, Time};
use alloc::boxed::Box;
use core::{hash::BuildHasher, mem};
use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Sliding windows over the added messages, and a table that finds them by their ids.
///
/// Every message is added to all windows, so it has the same number in each of them.
#[derive(Clone)]
pub(crate) struct MessageCache<I: Identifiers> {
    /// The newest number of each id in `ids`.
    numbers: HashTable<ItemNumber>,
    hasher: FixedState,
    /// The ids that are cached or count as seen, in a window as long as the longer of those two.
    ids: SlidingWindow<AddedId<I>>,
    /// The numbers of the ids that count as seen.
    seen: SlidingWindow<()>,
    /// The recorded senders of the ids that count as seen. Absent if the behaviour records none. If an id was added twice,
    /// its senders are at the newest number only.
    senders: Option<SlidingWindow<Senders>>,
    /// The messages that an IWant finds. If an id was added twice, its message is at the newest number only.
    messages: SlidingWindow<Option<CachedMessage<I>>>,
    /// The topics of the messages to announce. Their ids are in the state of the topic.
    announced: SlidingWindow<TopicSlot>,
}

/// When and how a message is added.
pub(crate) struct Addition {
    pub(crate) now: Time,
    pub(crate) tick: u64,
    pub(crate) topic: TopicSlot,
    /// The sender to record, if there is one.
    pub(crate) sender: Option<PeerSlot>,
}

/// Where an id is in the table. It holds until the next message is added and the next tick.
#[derive(Clone, Copy)]
pub(crate) struct Lookup {
    hash: u64,
    /// Absent if the id is not in the table.
    number: Option<ItemNumber>,
}

/// An id with the time at which it was first seen.
#[derive(Clone)]
struct AddedId<I: Identifiers> {
    id: I::MessageId,
    first_seen: Time,
}

/// A cached message.
#[derive(Clone)]
pub(crate) struct CachedMessage<I: Identifiers> {
    pub(crate) message: I::Message,
    /// How often each peer asked for the message. Absent if no peer did, which is the most frequent case.
    accesses: Option<Box<SlotMap<PeerSlot, u64>>>,
}

impl<I: Identifiers> CachedMessage<I> {
    pub(crate) fn accesses(&self) -> impl Iterator<Item = (PeerSlot, u64)> {
        self.accesses.iter().flat_map(|accesses| accesses.iter()).map(|(peer, count)| (*peer, *count))
    }
}

impl<I: Identifiers> MessageCache<I> {
    /// The seed keys the hash, so that remote peers cannot choose ids that collide.
    pub(crate) fn new(seed: u64, limits: &Limits<I>, records_senders: bool) -> Self {
        let Limits { history_length, history_gossip_length, seen_history_length, .. } = *limits;
        Self {
            numbers: HashTable::new(),
            hasher: FixedState::with_seed(seed),
            ids: SlidingWindow::new(history_length.max(seen_history_length)),
            seen: SlidingWindow::new(seen_history_length),
            senders: records_senders.then(|| SlidingWindow::new(seen_history_length)),
            messages: SlidingWindow::new(history_length),
            announced: SlidingWindow::new(history_gossip_length),
        }
    }

    #[inline]
    pub(crate) fn look_up(&self, id: &I::MessageId) -> Lookup {
        let hash = self.hasher.hash_one(id);
        Lookup { hash, number: self.numbers.find(hash, |number| is_listed(&self.ids, *number, id)).copied() }
    }

    /// When an id was first seen, if it counts as seen.
    #[inline]
    pub(crate) fn first_seen(&self, lookup: Lookup) -> Option<Time> {
        let number = lookup.number.filter(|number| self.seen.contains(*number))?;
        Some(self.ids.get(number).expect(UNLISTED).first_seen)
    }

    /// The recorded senders of an id, if it counts as seen.
    #[inline]
    pub(crate) fn senders_of(&self, lookup: Lookup) -> Option<&Senders> {
        self.senders.as_ref()?.get(lookup.number?)
    }

    /// Adds a message whose id was looked up. The caller adds the id to those to announce in the topic.
    ///
    /// An id that counts as seen keeps the time of its first addition, and the sender joins those that are recorded.
    pub(crate) fn add(
        &mut self,
        Addition { now, tick, topic, sender }: Addition,
        Lookup { hash, number: before }: Lookup,
        id: I::MessageId,
        message: I::Message,
        peers: &mut Peers<I>,
    ) {
        let Self { numbers, hasher, ids, seen, senders, messages, announced } = self;
        seen.push(tick, ());
        announced.push(tick, topic);
        // An id that is still cached keeps its first message and the access counters, at its new number. One that still
        // counts as seen keeps its time.
        let first = before.and_then(|before| messages.get_mut(before)).and_then(Option::take);
        let seen_before = before.filter(|before| seen.contains(*before));
        let first_seen = seen_before.map_or(now, |before| ids.get(before).expect(UNLISTED).first_seen);
        if let Some(senders) = senders {
            let mut recorded = before.and_then(|before| senders.get_mut(before)).map(mem::take).unwrap_or_default();
            if let Some(sender) = sender
                && recorded.insert(sender)
            {
                peers[sender].references += 1;
            }
            senders.push(tick, recorded);
        }
        messages.push(tick, Some(first.unwrap_or(CachedMessage { message, accesses: None })));
        let number = ids.next();
        match before {
            None => {
                numbers.insert_unique(hash, number, |number| hash_of(ids, *number, hasher));
            }
            Some(before) => {
                *numbers.find_mut(hash, |number| *number == before).expect("the lookup found it") = number;
            }
        }
        ids.push(tick, AddedId { id, first_seen });
    }

    /// Counts a request of a peer for a message. Returns the message and the new count, if the message is cached.
    pub(crate) fn access(
        &mut self,
        id: &I::MessageId,
        name: &I::Peer,
        peers: &mut Peers<I>,
    ) -> Option<(&I::Message, u64)> {
        let number = self.look_up(id).number?;
        let CachedMessage { message, accesses } = self.messages.get_mut(number)?.as_mut()?;
        let peer = peers.intern(name);
        let count = accesses.get_or_insert_default().entry(peer).or_insert_with(|| {
            peers[peer].references += 1;
            0
        });
        *count = count.saturating_add(1);
        Some((message, *count))
    }

    /// Moves the windows to a new tick.
    pub(crate) fn shift(&mut self, tick: u64, peers: &mut Peers<I>, topics: &mut Topics<I>) {
        let Self { numbers, hasher, ids, seen, senders, messages, announced } = self;
        announced.shift(tick, |_, topic| {
            let gossip = &mut topics[topic].gossip;
            gossip.pop_front();
            trim_queue(gossip);
            topics.release_unused(topic);
        });
        messages.shift(tick, |_, cached| {
            for (peer, _) in cached.iter().flat_map(CachedMessage::accesses) {
                peers.dereference(peer);
            }
        });
        seen.shift(tick, |_, ()| {});
        if let Some(senders) = senders {
            senders.shift(tick, |_, senders| senders.iter().for_each(|peer| peers.dereference(peer)));
        }
        ids.shift(tick, |number, listed| {
            // An id that was added again has a newer number, and stays.
            if let Ok(entry) = numbers.find_entry(hasher.hash_one(&listed.id), |other| *other == number) {
                entry.remove();
            }
        });
        if let Some(enough) = excess(numbers.len(), numbers.capacity()) {
            numbers.shrink_to(enough, |number| hash_of(ids, *number, hasher));
        }
    }

    /// The cached messages with their ids.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (&I::MessageId, &CachedMessage<I>)> {
        let cached = self.messages.items().filter_map(|(number, cached)| Some((number, cached.as_ref()?)));
        cached.map(|(number, cached)| (&self.ids.get(number).expect(UNLISTED).id, cached))
    }

    /// The ids of the cached messages with their ages in heartbeats, oldest first. An id that was added twice is here
    /// twice.
    pub(crate) fn ids_by_age(&self, tick: u64) -> impl Iterator<Item = (u64, &I::MessageId)> {
        self.messages.ages(tick).map(|(age, number)| (age, &self.ids.get(number).expect(UNLISTED).id))
    }

    /// The ids of the cached messages with their ages in heartbeats, oldest first, with the topic of a message that is
    /// announced, and the number of requests for it. An id that was added twice is here twice.
    pub(crate) fn cached(&self, tick: u64) -> impl Iterator<Item = (u64, &I::MessageId, Option<TopicSlot>, u64)> {
        self.messages.ages(tick).map(|(age, number)| {
            let id = &self.ids.get(number).expect(UNLISTED).id;
            let newest = self.look_up(id).number.and_then(|newest| self.messages.get(newest)).and_then(Option::as_ref);
            let requests = newest.into_iter().flat_map(CachedMessage::accesses).map(|(_, count)| count);
            let requests = requests.fold(0_u64, u64::saturating_add);
            (age, id, self.announced.get(number).copied(), requests)
        })
    }

    /// The ids that count as seen, with the time of each.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (&I::MessageId, Time)> {
        let seen = self.seen.items().map(|(number, ())| self.ids.get(number).expect(UNLISTED));
        seen.map(|listed| (&listed.id, listed.first_seen))
    }

    /// The ids that count as seen, with the recorded senders of each. Empty if the behaviour records none.
    pub(crate) fn senders(&self) -> impl Iterator<Item = (&I::MessageId, &Senders)> {
        self.senders.iter().flat_map(SlidingWindow::items).filter_map(|(number, senders)| {
            let id = &self.ids.get(number).expect(UNLISTED).id;
            // An id that was added again has its senders at its newest number.
            (self.look_up(id).number == Some(number)).then_some((id, senders))
        })
    }

    pub(crate) fn renumber_peers(&mut self, renumbering: &Renumbering<PeerSlot>) {
        let Self { numbers: _, hasher: _, ids: _, seen: _, senders, messages, announced: _ } = self;
        senders.iter_mut().flat_map(SlidingWindow::items_mut).for_each(|senders| senders.renumber(renumbering));
        let accesses = messages.items_mut().flatten().filter_map(|cached| cached.accesses.as_mut());
        accesses.for_each(|accesses| renumbering.apply_to_keys(accesses));
    }

    pub(crate) fn renumber_topics(&mut self, renumbering: &Renumbering<TopicSlot>) {
        let Self { numbers: _, hasher: _, ids: _, seen: _, senders: _, messages: _, announced } = self;
        renumbering.apply_to_all(announced.items_mut());
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.numbers.capacity().max(self.ids.capacity()).max(self.messages.capacity()).max(self.announced.capacity())
    }
}

/// The message of the panic if the windows disagree.
const UNLISTED: &str = "the window of ids is at least as long as every other, and as the table";

fn is_listed<I: Identifiers>(ids: &SlidingWindow<AddedId<I>>, number: ItemNumber, id: &I::MessageId) -> bool {
    ids.get(number).expect(UNLISTED).id == *id
}

/// The hash of the id of a number in the window.
fn hash_of<I: Identifiers>(ids: &SlidingWindow<AddedId<I>>, number: ItemNumber, hasher: &FixedState) -> u64 {
    hasher.hash_one(&ids.get(number).expect(UNLISTED).id)
}

#[cfg(debug_assertions)]
impl<I: Identifiers> MessageCache<I> {
    /// The windows and the table agree. Returns the announced messages, oldest first.
    pub(crate) fn check_invariants(&self, tick: u64) -> alloc::vec::Vec<(TopicSlot, &I::MessageId)> {
        let Self { numbers, hasher: _, ids, seen, senders, messages, announced } = self;
        ids.check_invariants(tick);
        seen.check_invariants(tick);
        messages.check_invariants(tick);
        announced.check_invariants(tick);
        if let Some(senders) = senders {
            senders.check_invariants(tick);
            let agree = senders.next() == seen.next() && senders.len() == seen.len();
            assert!(agree, "the senders of every id that counts as seen are recorded");
        }
        let next = ids.next();
        let agree = seen.next() == next && messages.next() == next && announced.next() == next;
        assert!(agree, "a message has the same number in all windows");
        assert!(ids.len() == seen.len().max(messages.len()), "the window of ids is as long as the longer of the two");
        let mut newest = 0;
        for (number, added) in ids.items() {
            let found = self.look_up(&added.id).number.expect("an id in the window is in the table");
            newest += usize::from(found == number);
            let newest_time = ids.get(found).expect(UNLISTED).first_seen;
            let is_seen_twice = found != number && seen.contains(number);
            assert!(
                !is_seen_twice || newest_time == added.first_seen,
                "an id that is added again keeps its first time"
            );
            let recorded = senders.as_ref().and_then(|senders| senders.get(number));
            let is_at_newest = found == number || recorded.is_none_or(|senders| senders.iter().next().is_none());
            assert!(is_at_newest, "the senders of an id are at its newest number");
            if messages.contains(number) {
                let has_message = messages.get(number).is_some_and(Option::is_some);
                assert!(has_message == (found == number), "the message of an id is at its newest number");
            }
        }
        assert!(numbers.len() == newest, "the table has the newest number of each id");
        let announced = announced.items().map(|(number, topic)| (*topic, &ids.get(number).expect(UNLISTED).id));
        announced.collect()
    }
}
