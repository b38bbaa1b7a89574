//! Names interned: each name in use has a slot, a small integer that indexes what is known of it.
//!
//! A slot is given back when nothing refers to it any more, and then reused. Holding a slot that was given back is a
//! fault of this crate. Every access by slot goes through this file, so it is here that such a fault would panic.

use super::capacity::excess;
use alloc::vec::Vec;
use core::{
    hash::{BuildHasher, Hash},
    ops::{Index, IndexMut},
};
use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table::Entry as TableEntry};

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

/// The names in use, and a value for each.
#[derive(Clone)]
pub(crate) struct Interner<S, K, V> {
    slots: HashTable<S>,
    entries: Vec<Option<(K, V)>>,
    free: Vec<S>,
    hasher: FixedState,
}

impl<S: Slot, K: Clone + Eq + Hash, V: Default> Interner<S, K, V> {
    /// The seed keys the hash, so that remote peers cannot choose names that collide.
    pub(crate) fn new(seed: u64) -> Self {
        let hasher = FixedState::with_seed(seed);
        Self { slots: HashTable::new(), entries: Vec::new(), free: Vec::new(), hasher }
    }

    /// The slot of a name in use.
    #[inline]
    pub(crate) fn find(&self, name: &K) -> Option<S> {
        let Self { slots, entries, hasher, .. } = self;
        slots.find(hasher.hash_one(name), |slot| is_named(entries, *slot, name)).copied()
    }

    /// The slot of a name, from now on in use.
    pub(crate) fn intern(&mut self, name: &K) -> S {
        let Self { slots, entries, free, hasher } = self;
        let entry = slots.entry(
            hasher.hash_one(name),
            |slot| is_named(entries, *slot, name),
            |slot| hash_of(entries, *slot, hasher),
        );
        match entry {
            TableEntry::Occupied(entry) => *entry.get(),
            TableEntry::Vacant(entry) => {
                let new = Some((name.clone(), V::default()));
                let slot = free.pop().unwrap_or_else(|| S::new(entries.len()));
                match entries.get_mut(slot.index()) {
                    Some(vacant) => *vacant = new,
                    None => entries.push(new),
                }
                entry.insert(slot);
                slot
            }
        }
    }

    /// Gives a slot back.
    pub(crate) fn release(&mut self, slot: S) {
        let Self { slots, entries, free, hasher } = self;
        if let Ok(entry) = slots.find_entry(hash_of(entries, slot, hasher), |other| *other == slot) {
            entry.remove();
            if let Some(entry) = entries.get_mut(slot.index()) {
                *entry = None;
                free.push(slot);
            }
        }
    }

    /// The name of a slot.
    #[inline]
    pub(crate) fn name(&self, slot: S) -> &K {
        &entry(&self.entries, slot).0
    }

    /// The names in use with their values, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().flatten().map(|(name, value)| (name, value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().flatten().map(|(_, value)| value)
    }

    /// The slots in use.
    pub(crate) fn slots(&self) -> Vec<S> {
        let used = self.entries.iter().enumerate().filter(|(_, entry)| entry.is_some());
        used.map(|(index, _)| S::new(index)).collect()
    }

    /// How many names are in use.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many slots there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.slots.capacity().max(self.entries.capacity()).max(self.free.capacity())
    }

    /// Where most slots are free, moves the others together, in their order. All slots held elsewhere have to be
    /// renumbered.
    pub(crate) fn compact(&mut self) -> Option<Renumbering<S>> {
        let Self { slots, entries, free, hasher } = self;
        excess(slots.len(), entries.len())?;
        let mut used = 0;
        let renumbering = entries.iter().map(|entry| {
            let slot = S::new(used);
            used += usize::from(entry.is_some());
            slot
        });
        let renumbering = Renumbering(renumbering.collect());
        entries.retain(Option::is_some);
        entries.shrink_to_fit();
        *free = Vec::new();
        slots.clear();
        slots.shrink_to(used, |slot| hash_of(entries, *slot, hasher));
        for slot in (0..used).map(S::new) {
            slots.insert_unique(hash_of(entries, slot, hasher), slot, |slot| hash_of(entries, *slot, hasher));
        }
        Some(renumbering)
    }
}

/// The new slot of each old one.
pub(crate) struct Renumbering<S>(Vec<S>);

impl<S: Slot> Renumbering<S> {
    pub(crate) fn apply(&self, slot: &mut S) {
        *slot = *self.0.get(slot.index()).expect(STALE);
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

const STALE: &str = "a slot is held only while its name is in use";

#[inline]
fn entry<S: Slot, K, V>(entries: &[Option<(K, V)>], slot: S) -> &(K, V) {
    entries.get(slot.index()).and_then(Option::as_ref).expect(STALE)
}

fn is_named<S: Slot, K: Eq, V>(entries: &[Option<(K, V)>], slot: S, name: &K) -> bool {
    entry(entries, slot).0 == *name
}

fn hash_of<S: Slot, K: Hash, V>(entries: &[Option<(K, V)>], slot: S, hasher: &FixedState) -> u64 {
    hasher.hash_one(&entry(entries, slot).0)
}

impl<S: Slot, K, V> Index<S> for Interner<S, K, V> {
    type Output = V;

    #[inline]
    fn index(&self, slot: S) -> &V {
        &entry(&self.entries, slot).1
    }
}

impl<S: Slot, K, V> IndexMut<S> for Interner<S, K, V> {
    #[inline]
    fn index_mut(&mut self, slot: S) -> &mut V {
        &mut self.entries.get_mut(slot.index()).and_then(Option::as_mut).expect(STALE).1
    }
}

/// Hash maps by slot. Slots are of our own making, so their hash needs no secret.
pub(crate) type SlotMap<S, V> = hashbrown::HashMap<S, V, FixedState>;
