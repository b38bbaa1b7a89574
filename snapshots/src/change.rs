//! What changed from one state to the next, line by line.

use std::collections::{BTreeMap, BTreeSet};

const NOTHING: &str = "nothing";

/// A line for each subject whose value changed, and one line that says so where none did.
///
/// Equal lines, which are about members of one choice, become one.
pub(crate) fn changes<S: Ord, V: PartialEq>(
    before: &BTreeMap<S, V>,
    after: &BTreeMap<S, V>,
    subject: impl Fn(&S) -> String,
    old: impl Fn(&V) -> String,
    new: impl Fn(&V) -> String,
) -> Vec<String> {
    let subjects: BTreeSet<&S> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for changed in subjects.into_iter().filter(|subject| before.get(subject) != after.get(subject)) {
        let was = before.get(changed).map_or_else(|| NOTHING.into(), &old);
        let is = after.get(changed).map_or_else(|| NOTHING.into(), &new);
        let line = format!("{}: {was} -> {is}", subject(changed));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        lines.push("no change".into());
    }
    lines
}
