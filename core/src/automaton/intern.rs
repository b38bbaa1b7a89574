//! Names interned: each name in use has a slot, a small integer that indexes its state.
//!
//! Every access by slot goes through this file, so the use of a slot after its release panics here. Who holds slots,
//! and until when, is at [`slots`](super::slots).

use super::{
    capacity::excess,
    slots::{Renumbering, STALE, Slot},
};
use alloc::vec::Vec;
use core::{
    hash::{BuildHasher, Hash},
    ops::{Index, IndexMut},
};
use foldhash::fast::FixedState;
use hashbrown::{HashTable, hash_table::Entry as TableEntry};

/// The names in use, and a state for each.
#[derive(Clone)]
pub(crate) struct Interner<S, K, V> {
    /// Finds the slots of names.
    slots: HashTable<S>,
    /// The name and the state of each slot, by index. A free slot has none.
    entries: Vec<Option<(K, V)>>,
    /// The free slots, in the order in which they were released. The last is used first.
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

    /// The slot of a name, which takes a free one if it is not in use.
    ///
    /// The caller makes the new state hold its slot: see [`slots`](super::slots).
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

    /// Replaces the name of a slot by an equal one.
    pub(crate) fn respell(&mut self, slot: S, name: K) {
        let known = &mut self.entries.get_mut(slot.index()).and_then(Option::as_mut).expect(STALE).0;
        debug_assert!(*known == name, "the new spelling is of the same name");
        *known = name;
    }

    /// Drops the name and the state of a slot, which is then free.
    pub(crate) fn release(&mut self, slot: S) {
        let Self { slots, entries, free, hasher } = self;
        let Ok(entry) = slots.find_entry(hash_of(entries, slot, hasher), |other| *other == slot) else {
            panic!("{STALE}")
        };
        entry.remove();
        *entries.get_mut(slot.index()).expect(STALE) = None;
        free.push(slot);
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

    /// How many slots the allocated memory can hold.
    pub(crate) fn capacity(&self) -> usize {
        self.slots.capacity().max(self.entries.capacity()).max(self.free.capacity())
    }

    /// If most slots are free, moves the others together and keeps their order. The caller renumbers all that it holds.
    pub(crate) fn compact(&mut self) -> Option<Renumbering<S>> {
        let Self { slots, entries, free, hasher } = self;
        excess(slots.len(), entries.len())?;
        let mut used = 0;
        let new_slots = entries.iter().map(|entry| {
            entry.as_ref()?;
            used += 1;
            Some(S::new(used - 1))
        });
        let renumbering = Renumbering::new(new_slots.collect());
        entries.retain(Option::is_some);
        entries.shrink_to_fit();
        *free = Vec::new();
        // The table is filled anew: it holds the old slots, and their entries have moved.
        slots.clear();
        slots.shrink_to(used, |slot| hash_of(entries, *slot, hasher));
        for slot in (0..used).map(S::new) {
            slots.insert_unique(hash_of(entries, slot, hasher), slot, |slot| hash_of(entries, *slot, hasher));
        }
        Some(renumbering)
    }
}

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

#[cfg(debug_assertions)]
impl<S: Slot, K: Clone + Eq + Hash, V: Default> Interner<S, K, V> {
    /// Each name in use has one slot, and every other slot is free.
    pub(crate) fn check_invariants(&self) {
        let (mut used, mut free) = (0, 0);
        for (index, entry) in self.entries.iter().enumerate() {
            if let Some((name, _)) = entry {
                used += 1;
                assert!(self.find(name) == Some(S::new(index)), "the slot of a name is found");
            } else {
                free += 1;
            }
        }
        assert!(self.slots.len() == used && self.free.len() == free, "a slot is either in use or free");
        let is_free = |slot: &S| self.entries.get(slot.index()).is_some_and(Option::is_none);
        assert!(self.free.iter().all(is_free), "a free slot has no name");
    }
}

#[cfg(debug_assertions)]
impl<S, K, V> Interner<S, K, V> {
    /// The entries by the index of their slots.
    pub(crate) fn entries(&self) -> &[Option<(K, V)>] {
        &self.entries
    }
}
