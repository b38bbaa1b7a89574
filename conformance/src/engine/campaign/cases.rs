//! Counts of cases, and the case that is kept of each kind.

use std::collections::{BTreeMap, btree_map::Entry};

/// Adds the counts of another job.
pub(in crate::engine) fn add_counts<K: Ord>(counts: &mut BTreeMap<K, u64>, others: BTreeMap<K, u64>) {
    for (key, count) in others {
        *counts.entry(key).or_insert(0) += count;
    }
}

/// Counts `count` cases of a kind. The case of the lowest rank is kept.
pub(in crate::engine) fn count_case<C, R: Ord>(
    cases: &mut BTreeMap<String, (C, u64)>,
    kind: String,
    case: C,
    count: u64,
    rank: impl Fn(&C) -> R,
) {
    match cases.entry(kind) {
        Entry::Vacant(entry) => {
            entry.insert((case, count));
        }
        Entry::Occupied(mut entry) => {
            let (kept, counted) = entry.get_mut();
            *counted += count;
            if rank(&case) < rank(kept) {
                *kept = case;
            }
        }
    }
}
