//! Sliding windows of heartbeats.

use super::capacity::trim_queue;
use alloc::collections::VecDeque;
use core::iter;

/// The items that were added during the last `length` heartbeats, oldest first.
///
/// A heartbeat without items takes no memory, so a long window costs nothing by itself.
#[derive(Clone)]
pub(crate) struct SlidingWindow<T> {
    length: u64,
    items: VecDeque<T>,
    /// The heartbeats in which items were added, oldest first.
    slots: VecDeque<WindowSlot>,
    /// The number of the oldest item.
    first: ItemNumber,
}

/// The items that were added between two heartbeats.
#[derive(Clone)]
struct WindowSlot {
    /// The number of heartbeats before.
    tick: u64,
    /// The number of items.
    items: usize,
}

/// The number of an item, counted from the first item of the window's life, modulo 2^32. No window holds that many, so
/// the numbers in a window differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemNumber(u32);

impl<T> SlidingWindow<T> {
    pub(crate) const fn new(length: u64) -> Self {
        Self { length, items: VecDeque::new(), slots: VecDeque::new(), first: ItemNumber(0) }
    }

    /// Adds to the newest slot, that of `tick`.
    #[inline]
    pub(crate) fn push(&mut self, tick: u64, item: T) {
        match self.slots.back_mut() {
            Some(slot) if slot.tick == tick => slot.items += 1,
            _ => self.slots.push_back(WindowSlot { tick, items: 1 }),
        }
        self.items.push_back(item);
    }

    /// The number of the item that is added next.
    pub(crate) fn next(&self) -> ItemNumber {
        self.first.plus(self.items.len())
    }

    #[inline]
    pub(crate) fn get(&self, number: ItemNumber) -> Option<&T> {
        self.items.get(number.since(self.first))
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, number: ItemNumber) -> Option<&mut T> {
        self.items.get_mut(number.since(self.first))
    }

    #[inline]
    pub(crate) fn contains(&self, number: ItemNumber) -> bool {
        number.since(self.first) < self.items.len()
    }

    /// Makes `tick` the newest slot, and passes each item that leaves the window to `leaves`.
    pub(crate) fn shift(&mut self, tick: u64, mut leaves: impl FnMut(ItemNumber, T)) {
        while let Some(slot) = self.slots.front()
            && tick - slot.tick >= self.length
        {
            for (index, item) in self.items.drain(..slot.items).enumerate() {
                leaves(self.first.plus(index), item);
            }
            self.first = self.first.plus(slot.items);
            self.slots.pop_front();
        }
        trim_queue(&mut self.items);
        trim_queue(&mut self.slots);
    }

    /// The items with their numbers, oldest first.
    pub(crate) fn items(&self) -> impl Iterator<Item = (ItemNumber, &T)> {
        self.items.iter().enumerate().map(|(index, item)| (self.first.plus(index), item))
    }

    pub(crate) fn items_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.iter_mut()
    }

    /// How many heartbeats ago each item was added, oldest first.
    pub(crate) fn ages(&self, tick: u64) -> impl Iterator<Item = (u64, ItemNumber)> {
        let ages = self.slots.iter().flat_map(move |slot| iter::repeat_n(tick - slot.tick, slot.items));
        ages.zip(self.items().map(|(number, _)| number))
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.items.capacity().max(self.slots.capacity())
    }
}

#[cfg(debug_assertions)]
impl<T> SlidingWindow<T> {
    /// The slots hold all items, ascend, and are in the window.
    pub(crate) fn check_invariants(&self, tick: u64) {
        let items: usize = self.slots.iter().map(|slot| slot.items).sum();
        assert!(items == self.items.len(), "every item is in a slot");
        assert!(self.slots.iter().is_sorted_by(|a, b| a.tick < b.tick), "slots ascend");
        let is_in_window = |slot: &WindowSlot| slot.items > 0 && slot.tick <= tick && tick - slot.tick < self.length;
        assert!(self.slots.iter().all(is_in_window), "slots hold items and are in the window");
    }
}

impl ItemNumber {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "modulo 2^32")]
    fn plus(self, items: usize) -> Self {
        Self(self.0.wrapping_add(items as u32))
    }

    #[inline]
    fn since(self, first: Self) -> usize {
        self.0.wrapping_sub(first.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{vec, vec::Vec};

    #[test]
    fn an_item_leaves_when_it_is_as_old_as_the_window_is_long() {
        let mut window = SlidingWindow::new(2);
        window.push(0, 'a');
        let b = window.next();
        window.push(1, 'b');
        let mut left = Vec::new();
        window.shift(1, |_, item| left.push(item));
        assert_eq!(left, []);
        window.shift(2, |_, item| left.push(item));
        assert_eq!(left, ['a']);
        assert_eq!(window.get(b), Some(&'b'));
        window.shift(9, |number, item| {
            assert!(number == b);
            left.push(item);
        });
        assert_eq!((left, window.len()), (vec!['a', 'b'], 0));
        assert!(!window.contains(b));
    }

    #[test]
    fn ages_are_counted_in_heartbeats() {
        let mut window = SlidingWindow::new(u64::MAX);
        window.push(0, 'a');
        window.push(0, 'b');
        window.push(5, 'c');
        let ages: Vec<u64> = window.ages(7).map(|(age, _)| age).collect();
        assert_eq!(ages, [7, 7, 2]);
    }

    #[test]
    fn numbers_wrap_around() {
        let mut window = SlidingWindow { first: ItemNumber(u32::MAX), ..SlidingWindow::new(1) };
        window.push(0, 'a');
        let b = window.next();
        window.push(0, 'b');
        assert_eq!((b.0, window.get(b)), (0, Some(&'b')));
    }
}
