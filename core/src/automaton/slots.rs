//! Slots: small integers that stand for the names of peers and topics in use.
//!
//! # The life of a slot
//!
//! [`Interner::intern`] gives a name a slot. The slot is valid as long as something holds it. A peer or topic that
//! nothing holds is released at once: its state is dropped and its slot becomes free for another name. To hold a slot
//! after that is a fault of this crate, which panics in [`Interner`].
//!
//! These hold the slot of a peer and keep it in use ([`PeerState::is_unused`]):
//!
//! | holder | until |
//! |---|---|
//! | `PeerState::connection` (so also subscribers, meshes, fanouts, direct peers) | [`Automaton::remove_peer`] |
//! | `PeerState::record` (so also the decaying records) | a disconnect with a positive score, or expiry at a refresh |
//! | `PeerState::ihaves` (so also `Automaton::counted`) | the next heartbeat |
//! | `PeerState::references`: backoffs | the cleanup of backoffs |
//! | `PeerState::references`: access counters of cached messages | the message leaves the cache |
//! | `PeerState::references`: recorded senders of ids that count as seen | the id no longer counts as seen |
//!
//! These hold the slot of a topic and keep it in use ([`TopicState::is_unused`]):
//!
//! | holder | until |
//! |---|---|
//! | `TopicState::subscribers` (so also subscriptions of peers, direct peers) | the last subscriber leaves |
//! | `TopicState::audience` (so also `Automaton::joined` and `Automaton::fanouts`) | leave, or the fanout expires |
//! | `TopicState::backoff` | the cleanup of the topic's last backoff |
//! | `TopicState::gossip` (so also the announced messages of the cache) | the last announced message leaves the window |
//! | `TopicState::is_tracked` (so also counters in score records) | the last record drops its counters, and the topic is left |
//!
//! The code that drops one of these calls [`release_unused`](Interner::release_unused) or
//! [`dereference`](Interner::dereference) right after it.
//!
//! A heartbeat releases in this order: cleaned backoffs, expired records, untracked topics, reset counters, expired
//! fanouts, messages that leave the cache. The changes of meshes that it has decided on hold slots, too, but only of
//! peers and topics in a mesh, which stay in use.
//!
//! When most slots are free, [`Automaton::compact`] moves the others together at the end of a heartbeat. It renumbers
//! every list that holds slots. The functions that decide on release or renumber take their structs apart without `..`,
//! so a new field has to say there whether it holds slots. In debug builds [`Automaton::check_invariants`] compares both
//! tables with the state.

use super::{
    Automaton,
    intern::Interner,
    peers::PeerState,
    topics::{Audience, TopicState},
};
use crate::Identifiers;
use alloc::vec::Vec;
use core::hash::Hash;
use foldhash::fast::FixedState;

/// A small integer that stands for a name.
pub(crate) trait Slot: Copy + Eq {
    fn new(index: usize) -> Self;
    fn index(self) -> usize;
}

macro_rules! slot {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(u32);

        impl Slot for $name {
            fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than 2^32 names fit in memory"))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

slot! {
    /// Stands for a peer.
    PeerSlot
}

slot! {
    /// Stands for a topic.
    TopicSlot
}

/// A hash map by slot. Peers cannot choose slots, so the hash needs no secret.
pub(crate) type SlotMap<S, V> = hashbrown::HashMap<S, V, FixedState>;

/// The message of the panic when a slot is used after its release.
pub(crate) const STALE: &str = "a slot is held only while its name is in use";

impl PeerState {
    /// Whether nothing holds the slot of the peer.
    pub(crate) fn is_unused(&self) -> bool {
        // Messages are requested only after an IHave, so `iwants` is 0 when `ihaves` is.
        let Self { connection, record, ihaves, iwants: _, references } = self;
        connection.is_none() && record.is_none() && *ihaves == 0 && *references == 0
    }
}

impl<P: Clone + Eq + Hash> Interner<PeerSlot, P, PeerState> {
    /// Releases the slot of a peer if nothing holds it.
    pub(crate) fn release_unused(&mut self, peer: PeerSlot) {
        if self[peer].is_unused() {
            self.release(peer);
        }
    }

    /// Counts off a backoff, an access counter or a record as a sender that was dropped.
    pub(crate) fn dereference(&mut self, peer: PeerSlot) {
        self[peer].references -= 1;
        self.release_unused(peer);
    }
}

impl<I: Identifiers> TopicState<I> {
    /// Whether nothing holds the slot of the topic.
    pub(crate) fn is_unused(&self) -> bool {
        // Outbound and direct peers are subscribers, too.
        let Self { subscribers, outbound: _, direct: _, audience, backoff, gossip, is_tracked } = self;
        subscribers.is_empty()
            && matches!(audience, Audience::Absent)
            && backoff.is_empty()
            && gossip.is_empty()
            && !is_tracked
    }
}

impl<I: Identifiers> Interner<TopicSlot, I::Topic, TopicState<I>> {
    /// Releases the slot of a topic if nothing holds it.
    pub(crate) fn release_unused(&mut self, topic: TopicSlot) {
        if self[topic].is_unused() {
            self.release(topic);
        }
    }
}

/// The new slot of each old one. A slot that was free has none.
pub(crate) struct Renumbering<S>(Vec<Option<S>>);

impl<S: Slot> Renumbering<S> {
    /// The new slots by the index of the old ones.
    pub(crate) fn new(new_slots: Vec<Option<S>>) -> Self {
        Self(new_slots)
    }

    pub(crate) fn apply(&self, slot: &mut S) {
        *slot = self.0.get(slot.index()).copied().flatten().expect(STALE);
    }

    pub(crate) fn apply_to_all<'a>(&self, slots: impl IntoIterator<Item = &'a mut S>)
    where
        S: 'a,
    {
        slots.into_iter().for_each(|slot| self.apply(slot));
    }

    pub(crate) fn apply_to_keys<V>(&self, map: &mut SlotMap<S, V>)
    where
        S: Hash,
    {
        let renumbered = map.drain().map(|(mut slot, value)| {
            self.apply(&mut slot);
            (slot, value)
        });
        let renumbered: SlotMap<S, V> = renumbered.collect();
        *map = renumbered;
    }
}

impl<I: Identifiers, A> Automaton<I, A> {
    /// Moves the slots in use together if most of them are free, and renumbers all that hold slots.
    pub(crate) fn compact(&mut self) {
        let Self {
            application: _,
            limits: _,
            behaviour: _,
            switches: _,
            choice: _,
            now: _,
            heartbeat_ticks: _,
            peers,
            topics,
            joined,
            fanouts,
            scores,
            messages,
            counted,
            #[cfg(debug_assertions)]
                check_schedule: _,
        } = self;
        if let Some(renumbering) = peers.compact() {
            topics.values_mut().for_each(|state| state.renumber_peers(&renumbering));
            messages.renumber_peers(&renumbering);
            scores.renumber_peers(&renumbering);
            renumbering.apply_to_all(counted);
        }
        if let Some(renumbering) = topics.compact() {
            peers.values_mut().for_each(|state| state.renumber_topics(&renumbering));
            messages.renumber_topics(&renumbering);
            scores.renumber_topics(&renumbering);
            renumbering.apply_to_all(joined.iter_mut().chain(fanouts));
        }
    }
}

impl PeerState {
    fn renumber_topics(&mut self, renumbering: &Renumbering<TopicSlot>) {
        let Self { connection, record, ihaves: _, iwants: _, references: _ } = self;
        // Compaction keeps the order of slots, so subscriptions still ascend by slot.
        let subscriptions = connection.iter_mut().flat_map(|connection| &mut connection.topics);
        renumbering.apply_to_all(subscriptions.map(|subscription| &mut subscription.topic));
        let counters = record.iter_mut().flat_map(|record| &mut record.topics);
        renumbering.apply_to_all(counters.map(|counters| &mut counters.topic));
    }
}

impl<I: Identifiers> TopicState<I> {
    fn renumber_peers(&mut self, renumbering: &Renumbering<PeerSlot>) {
        let Self { subscribers, outbound: _, direct, audience, backoff, gossip: _, is_tracked: _ } = self;
        renumbering.apply_to_all(subscribers);
        direct.renumber(renumbering);
        if let Some(members) = audience.members_mut() {
            members.renumber(renumbering);
        }
        renumbering.apply_to_keys(backoff);
    }
}
