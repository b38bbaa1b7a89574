//! What a sequence may do without: dropped in halves, quarters, and so on down to one by one.

use super::{
    document::{Document, is_about, leaves, names},
    limits,
    search::{Best, Search},
};
use crate::{implementation::Implementation, sequence::Sequence};
use serde_json::{Value, json};
use std::ops::Range;

/// Drops those parts of a kind that are in a range, and counts all that there are.
pub(super) type Parts = fn(&mut Document, &Range<usize>) -> usize;

/// Members of lists.
pub(super) const ENTRIES: Parts = |document, dropped| {
    let mut index = 0;
    for step in &mut document.steps {
        let fields = step.get_mut("input").and_then(Value::as_object_mut).into_iter().flatten();
        for list in fields.filter_map(|(_, value)| value.as_array_mut()) {
            list.retain(|_| !next_is_in(dropped, &mut index));
        }
    }
    index
};

/// Flags of peers.
pub(super) const FLAGS: Parts = |document, dropped| {
    let flags = leaves(&mut document.steps).into_iter().filter(|(field, _)| *field == "direct" || *field == "outbound");
    set(flags.map(|(_, flag)| (flag, json!(false))), dropped)
};

/// Time that passes between steps.
const WAITS: Parts = |document, dropped| {
    let waits = leaves(&mut document.steps).into_iter().filter(|(field, _)| *field == "after");
    set(waits.map(|(_, wait)| (wait, json!(0))), dropped)
};

/// Limits that are not the default.
const LIMITS: Parts = |document, dropped| {
    set(limits::all(document).into_iter().map(|(limit, default)| (limit, default.clone())), dropped)
};

/// Topics with limits of their own.
const TOPICS: Parts = |document, dropped| {
    let mut index = 0;
    if let Some(topics) = limits::topics(&mut document.limits) {
        topics.retain(|_, _| !next_is_in(dropped, &mut index));
    }
    index
};

/// What a kind of parts is the count of.
pub(super) fn count(document: &mut Document, parts: Parts) -> usize {
    parts(document, &(0..0))
}

/// Drops all steps that the finding does not need.
pub(super) fn drop_steps<M: Implementation>(search: &mut Search<'_, M>) {
    // The last step is the finding.
    let others = |best: &Best| best.sequence.steps.len().saturating_sub(1);
    drop_most(search, others, |best, dropped| {
        let Sequence { header, steps } = &best.sequence;
        let kept = steps.iter().enumerate().filter(|(index, _)| !dropped.contains(index));
        Some(Sequence { header: header.clone(), steps: kept.map(|(_, step)| step.clone()).collect() })
    });
}

/// Drops all steps about a peer, a topic or a message at once, where the finding does not need them: with one of them
/// less, chance may take another way, and with all of them not.
pub(super) fn drop_names<M: Implementation>(search: &mut Search<'_, M>) {
    for (role, name) in names(&mut search.best().document.clone()).into_iter().rev() {
        search.edit(|document| {
            let last = document.steps.pop();
            document.steps.retain_mut(|step| !is_about(step, role, &name));
            document.steps.extend(last);
        });
    }
}

/// Drops all values that the finding does not need.
pub(super) fn drop_values<M: Implementation>(search: &mut Search<'_, M>) {
    search.edit(limits::make_single);
    for parts in [LIMITS, TOPICS, WAITS, ENTRIES, FLAGS] {
        let all = |best: &Best| count(&mut best.document.clone(), parts);
        drop_most(search, all, |best, dropped| {
            best.edited(|document| {
                parts(document, dropped);
            })
        });
    }
}

fn drop_most<M: Implementation>(
    search: &mut Search<'_, M>,
    count: impl Fn(&Best) -> usize,
    without: impl Fn(&Best, &Range<usize>) -> Option<Sequence>,
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
