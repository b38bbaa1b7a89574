//! What changed from one state to the next, line by line.

use crate::{
    choices::OpenChoices,
    state::{Fact, State},
};
use gossipsub_automaton::Time;
use std::collections::BTreeSet;

const NOTHING: &str = "nothing";

/// A line for each fact that changed, and one line that says so where none did.
///
/// The old value has its own name, the new value the name of its choice. Equal lines, which are about members of one choice,
/// become one.
pub(crate) fn changes(before: &State, after: &State, now: Time, open: &OpenChoices) -> Vec<String> {
    let facts: BTreeSet<&Fact> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for fact in facts.into_iter().filter(|fact| before.get(fact) != after.get(fact)) {
        let was = before.get(fact).map_or_else(|| NOTHING.into(), |value| value.text(now, &OpenChoices::default()));
        let is = after.get(fact).map_or_else(|| NOTHING.into(), |value| value.text(now, open));
        let line = format!("{}: {was} -> {is}", fact.text(open));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        lines.push("no change".into());
    }
    lines
}
