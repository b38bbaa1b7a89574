//! Sets in inputs and outputs: sorted slices without repetition, in one allocation.

use alloc::{collections::BTreeSet, vec, vec::Vec};
use core::{ops::Deref, slice};

/// A set in its natural order: a sorted slice without repetition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortedSet<T>(Vec<T>);

impl<T> SortedSet<T> {
    /// The empty set. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The members, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T: Ord> SortedSet<T> {
    /// The set of the members of a vector that is sorted ascending without repetition.
    ///
    /// # Errors
    /// The vector itself, if it is not sorted or repeats a member.
    pub fn from_sorted(members: Vec<T>) -> Result<Self, Vec<T>> {
        if members.is_sorted_by(|a, b| a < b) { Ok(Self(members)) } else { Err(members) }
    }

    /// The set of the members of a vector that is known to be sorted ascending without repetition.
    pub(crate) fn from_ascending(members: Vec<T>) -> Self {
        debug_assert!(members.is_sorted_by(|a, b| a < b), "members ascend");
        Self(members)
    }

    /// Whether `member` is in the set.
    #[must_use]
    pub fn contains(&self, member: &T) -> bool {
        self.0.binary_search(member).is_ok()
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for SortedSet<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Ord> From<Vec<T>> for SortedSet<T> {
    /// Sorts the members and drops repetitions.
    fn from(mut members: Vec<T>) -> Self {
        members.sort_unstable();
        members.dedup();
        Self(members)
    }
}

impl<T> From<BTreeSet<T>> for SortedSet<T> {
    fn from(set: BTreeSet<T>) -> Self {
        Self(set.into_iter().collect())
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<M: IntoIterator<Item = T>>(members: M) -> Self {
        Vec::from_iter(members).into()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(feature = "serde")]
impl<T: serde::Serialize> serde::Serialize for SortedSet<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de, T: serde::Deserialize<'de> + Ord> serde::Deserialize<'de> for SortedSet<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_sorted(Vec::deserialize(deserializer)?)
            .map_err(|_| serde::de::Error::custom(crate::vocabulary::serial::UNSORTED))
    }
}
