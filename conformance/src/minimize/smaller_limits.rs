//! Smaller limits, where fewer steps reach them: a cache that forgets after one heartbeat, a mesh that is full with one
//! peer. Limits that are not the default cost less than steps.

use super::{document::Document, limits, parts, search::Search};
use crate::implementation::Implementation;
use serde_json::json;

/// The values that are tried.
const SMALL: [u64; 3] = [0, 1, 2];

/// Limits that bound each other: those that are small together, and those that are then 0.
const TOGETHER: [(&[&str], &[&str]); 2] = [
    (&["degree_low", "degree_optimal", "degree_high"], &["degree_score", "degree_out"]),
    (&["history_gossip_length", "history_length"], &[]),
];

/// Tries each limit, and those that bound each other; with each, fewer steps.
pub(super) fn try_all<M: Implementation>(search: &mut Search<'_, M>) {
    for ((small, zero), value) in TOGETHER.into_iter().flat_map(|limits| SMALL.map(|value| (limits, value))) {
        let set_limits = |document: &mut Document| {
            let values = small.iter().map(|name| (name, value)).chain(zero.iter().map(|name| (name, 0)));
            for (name, value) in values {
                if let Some(limit) = document.limits.get_mut(name) {
                    *limit = json!(value);
                }
            }
        };
        search.detour(set_limits, parts::drop_steps);
    }
    let count = limits::all(&mut search.best().document.clone()).len();
    for (index, value) in (0..count).flat_map(|index| SMALL.map(|value| (index, value))) {
        let set_limit = |document: &mut Document| {
            let limit = limits::all(document).into_iter().map(|(limit, _)| limit).nth(index);
            if let Some(limit) = limit.filter(|limit| limit.is_number()) {
                *limit = json!(value);
            }
        };
        search.detour(set_limit, parts::drop_steps);
    }
}
