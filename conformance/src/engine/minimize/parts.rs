//! The parts of a sequence that can be dropped: in halves, quarters, and so on down to one by one.

use super::{
    document::{Document, is_about, leaves, names},
    parameters,
    search::{Best, Search},
};
use crate::engine::{Family, Sequence, minimize::Subject};
use serde_json::{Value, json};
use std::ops::Range;

/// Drops those parts of a kind that are in a range, and counts all parts of the kind.
pub(super) type Parts<F> = fn(&mut Document<F>, &Range<usize>) -> usize;

/// Members of lists in inputs, at any depth.
pub(super) fn entries<F: Family>(document: &mut Document<F>, dropped: &Range<usize>) -> usize {
    let mut index = 0;
    for step in &mut document.steps {
        if let Some(input) = step.get_mut("input") {
            drop_members(input, dropped, &mut index);
        }
    }
    index
}

fn drop_members(value: &mut Value, dropped: &Range<usize>, index: &mut usize) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|value| drop_members(value, dropped, index)),
        Value::Array(members) => {
            members.retain_mut(|member| {
                let kept = !next_is_in(dropped, index);
                if kept {
                    drop_members(member, dropped, index);
                }
                kept
            });
        }
        _ => {}
    }
}

/// Flags that are set.
pub(super) fn flags<F: Family>(document: &mut Document<F>, dropped: &Range<usize>) -> usize {
    let flags = leaves(&mut document.steps).into_iter().filter(|(field, _)| F::FLAGS.contains(field));
    set(flags.map(|(_, flag)| (flag, json!(false))), dropped)
}

/// Time that passes between steps.
fn waits<F: Family>(document: &mut Document<F>, dropped: &Range<usize>) -> usize {
    let waits = leaves(&mut document.steps).into_iter().filter(|(field, _)| *field == "after");
    set(waits.map(|(_, wait)| (wait, json!(0))), dropped)
}

/// Parameters that are not the default.
fn changed_parameters<F: Family>(document: &mut Document<F>, dropped: &Range<usize>) -> usize {
    set(parameters::all(document).into_iter().map(|(value, default)| (value, default.clone())), dropped)
}

/// Topics with parameters of their own.
fn topics<F: Family>(document: &mut Document<F>, dropped: &Range<usize>) -> usize {
    let mut index = 0;
    if let Some(topics) = parameters::topics::<F>(&mut document.parameters) {
        topics.retain(|_, _| !next_is_in(dropped, &mut index));
    }
    index
}

/// The number of parts of a kind.
pub(super) fn count<F: Family>(document: &mut Document<F>, parts: Parts<F>) -> usize {
    parts(document, &(0..0))
}

/// Drops all steps that the finding does not need.
pub(super) fn drop_steps<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    // The last step is the finding.
    let others = |best: &Best<F>| best.sequence.steps.len().saturating_sub(1);
    drop_most(search, others, |best, dropped| {
        let Sequence { header, steps } = &best.sequence;
        let kept = steps.iter().enumerate().filter(|(index, _)| !dropped.contains(index));
        Some(Sequence { header: header.clone(), steps: kept.map(|(_, step)| step.clone()).collect() })
    });
}

/// Drops all steps about a peer, a topic or a message at once. Dropping only one of them may change later random choices;
/// dropping all of them does so less often.
pub(super) fn drop_names<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    for (role, name) in names(&mut search.best().document.clone()).into_iter().rev() {
        search.edit(|document| {
            let last = document.steps.pop();
            document.steps.retain_mut(|step| !is_about::<F>(step, role, &name));
            document.steps.extend(last);
        });
    }
}

/// Drops all values that the finding does not need.
pub(super) fn drop_values<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    search.edit(parameters::unify_topics);
    let kinds: [Parts<F>; 5] = [changed_parameters, topics, waits, entries, flags];
    for parts in kinds {
        let all = |best: &Best<F>| count(&mut best.document.clone(), parts);
        drop_most(search, all, |best, dropped| {
            best.edited(|document| {
                parts(document, dropped);
            })
        });
    }
}

fn drop_most<F: Family, S: Subject<F>>(
    search: &mut Search<'_, F, S>,
    count: impl Fn(&Best<F>) -> usize,
    without: impl Fn(&Best<F>, &Range<usize>) -> Option<Sequence<F>>,
) {
    let mut size = count(search.best());
    while size > 0 {
        // From the end: what comes later stands on what came before.
        let mut end = count(search.best());
        while end > 0 {
            let start = end.saturating_sub(size);
            search.improve(|best| without(best, &(start..end)));
            end = start.min(count(search.best()));
        }
        size /= 2;
    }
}

/// Gives those values in a range, of all that are not as they would be set, what they are to be. Counts them.
fn set<'a>(values: impl IntoIterator<Item = (&'a mut Value, Value)>, range: &Range<usize>) -> usize {
    let mut index = 0;
    for (value, to) in values {
        if *value != to && next_is_in(range, &mut index) {
            *value = to;
        }
    }
    index
}

fn next_is_in(range: &Range<usize>, index: &mut usize) -> bool {
    let is_in = range.contains(index);
    *index += 1;
    is_in
}
