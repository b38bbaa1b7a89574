//! What changed from one state to the next, line by line.

use crate::{
    drawn::Drawn,
    state::{Fact, State},
};
use gossipsub_automaton::Time;
use std::collections::BTreeSet;

const NOTHING: &str = "nothing";

/// A line for each fact that changed, and one line that says so where none did.
///
/// What was before is told by itself, what is now by the names of what was drawn. Lines that are then the same,
/// because they tell of members of one choice, are one.
pub(crate) fn changes(before: &State, after: &State, now: Time, drawn: &Drawn) -> Vec<String> {
    let facts: BTreeSet<&Fact> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for fact in facts.into_iter().filter(|fact| before.get(fact) != after.get(fact)) {
        let was = before.get(fact).map_or_else(|| NOTHING.into(), |value| value.text(now, &Drawn::default()));
        let is = after.get(fact).map_or_else(|| NOTHING.into(), |value| value.text(now, drawn));
        let line = format!("{}: {was} -> {is}", fact.text(drawn));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        lines.push("no change".into());
    }
    lines
}
