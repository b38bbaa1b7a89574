//! Shorter waits: a parameter that a step waits for is lowered, and the step is dropped, at once. Each alone would lose the
//! finding, which needs the end of the wait.

use super::{
    document::{Document, input_kind},
    parameters,
    search::Search,
};
use crate::engine::{Family, minimize::Subject};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Drops each step together with what it takes from a parameter: the time since the last step or the last one of its kind, or 1 of what
/// is counted.
pub(super) fn shorten<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    let count = parameters::all(&mut search.best().document.clone()).len();
    let mut index = search.best().document.steps.len().saturating_sub(1);
    while index > 0 {
        index -= 1;
        let document = &search.best().document;
        let lowered =
            BTreeSet::from([1, document.steps.get(index).map_or(0, wait), time_since_its_kind(document, index)]);
        for (parameter, less) in (0..count).flat_map(|parameter| lowered.iter().map(move |less| (parameter, *less))) {
            search.edit(|document| {
                if index + 1 < document.steps.len() && lower(document, parameter, less) {
                    document.steps.remove(index);
                }
            });
        }
    }
}

/// Lowers a parameter, if it is a number that stays above 0.
fn lower<F: Family>(document: &mut Document<F>, index: usize, less: u64) -> bool {
    let parameter = parameters::nth(document, index);
    let lower =
        parameter.as_ref().and_then(|parameter| parameter.as_u64()?.checked_sub(less)).filter(|lower| *lower > 0);
    match (parameter, lower) {
        (Some(parameter), Some(lower)) => {
            *parameter = json!(lower);
            true
        }
        _ => false,
    }
}

/// The time between a step and the one before it with the same kind of input, or since the start.
fn time_since_its_kind<F: Family>(document: &Document<F>, index: usize) -> u64 {
    let earlier = document.steps.iter().take(index + 1).rev();
    let dropped = document.steps.get(index).and_then(input_kind);
    let mut time: u64 = 0;
    for (position, step) in earlier.enumerate() {
        if position > 0 && input_kind(step) == dropped {
            break;
        }
        time = time.saturating_add(wait(step));
    }
    time
}

/// The time before a step.
fn wait(step: &Value) -> u64 {
    step.get("after").and_then(Value::as_u64).unwrap_or(0)
}
