//! The parts of a sequence that can be dropped: in halves, quarters, and so on down to one by one.

use super::{
    document::{Document, input_kind, is_about, leaves, names},
    parameters,
    search::{Best, Search},
};
use crate::engine::{Family, NameRole, Sequence, minimize::Subject};
use serde_json::{Value, json};
use std::ops::Range;

/// The longest run of steps that is dropped wherever it begins.
const MOST_NEIGHBOURS: usize = 6;

/// Of longer sequences, only the first steps are dropped in pairs.
const MOST_FOR_PAIRS: usize = 40;

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
    drop_most(search, others, |best, dropped| Some(without_steps(&best.sequence, |index| dropped.contains(&index))));
}

/// Drops neighbouring steps wherever they begin, then any two steps. [`drop_steps`] only tries ranges that begin at a
/// multiple of their length.
pub(super) fn drop_few_steps<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    for size in 2..=MOST_NEIGHBOURS {
        // The last step is the finding.
        let mut end = search.best().sequence.steps.len().saturating_sub(1);
        while end >= size {
            let dropped = end - size..end;
            let improved = search.improve(|best| Some(without_steps(&best.sequence, |index| dropped.contains(&index))));
            end = if improved { dropped.start.min(search.best().sequence.steps.len() - 1) } else { end - 1 };
        }
    }
    let mut later = search.best().sequence.steps.len().saturating_sub(1).min(MOST_FOR_PAIRS);
    while later > 0 {
        later -= 1;
        for earlier in (0..later).rev() {
            search.improve(|best| {
                let is_dropped = |index| index == earlier || index == later;
                (later + 1 < best.sequence.steps.len()).then(|| without_steps(&best.sequence, is_dropped))
            });
        }
    }
}

/// Drops all steps with one kind of input, and all of one kind about one peer.
pub(super) fn drop_kinds<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    let peers = names(&mut search.best().document.clone()).into_iter().filter(|(role, _)| *role == NameRole::Peer);
    let peers: Vec<Option<Value>> = std::iter::once(None).chain(peers.map(|(_, peer)| Some(peer))).collect();
    let mut kinds: Vec<Value> = search.best().document.steps.iter().filter_map(input_kind).cloned().collect();
    kinds.sort_by_key(Value::to_string);
    kinds.dedup();
    for (dropped, peer) in kinds.iter().flat_map(|kind| peers.iter().map(move |peer| (kind, peer))) {
        search.edit(|document| {
            document.drop_steps_before_last(|step| {
                input_kind(step) == Some(dropped)
                    && peer.as_ref().is_none_or(|peer| is_about::<F>(step, NameRole::Peer, peer))
            });
        });
    }
}

fn without_steps<F: Family>(sequence: &Sequence<F>, is_dropped: impl Fn(usize) -> bool) -> Sequence<F> {
    let kept = sequence.steps.iter().enumerate().filter(|(index, _)| !is_dropped(*index));
    Sequence { header: sequence.header.clone(), steps: kept.map(|(_, step)| step.clone()).collect() }
}

/// Drops all steps about a peer, a topic or a message at once. Dropping only one of them may change later random choices;
/// dropping all of them does so less often.
pub(super) fn drop_names<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    for (role, name) in names(&mut search.best().document.clone()).into_iter().rev() {
        search.edit(|document| {
            document.drop_steps_before_last(|step| is_about::<F>(step, role, &name));
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
