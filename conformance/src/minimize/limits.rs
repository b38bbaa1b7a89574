//! The limits of a sequence, beside those that nobody needs to explain.

use super::document::Document;
use gossipsub_automaton::{Limits, trace_ids::TraceIds};
use serde_json::{Map, Value, json, to_value};

/// The default limits, in the form of these: with the same topics, all alike, where these are a family.
pub(super) fn defaults_for(limits: &Value) -> Value {
    let mut defaults = to_value(Limits::<TraceIds>::default()).unwrap_or_default();
    if let Some(family) = limits.pointer(FAMILY)
        && let Some(topics) = defaults.pointer_mut("/score_limits/topics")
    {
        let weighted = json!({"parameters": topics["parameters"], "weight": 1.0});
        let each = |topics: &Map<_, _>| topics.keys().map(|topic| (topic.clone(), weighted.clone())).collect();
        let members: Map<_, _> = family.as_object().map(each).unwrap_or_default();
        *topics = json!({"kind": "family", "default": weighted, "topics": members});
    }
    defaults
}

const FAMILY: &str = "/score_limits/topics/topics";

/// The topics that have limits of their own.
pub(super) fn topics(limits: &mut Value) -> Option<&mut Map<String, Value>> {
    limits.pointer_mut(FAMILY)?.as_object_mut()
}

/// How much of the limits is there because topics differ.
pub(super) fn families(document: &mut Document) -> usize {
    topics(&mut document.limits).map_or(0, |topics| 1 + topics.len())
}

/// Every limit that is not the default, and the default.
pub(super) fn not_default(document: &mut Document) -> Vec<(&mut Value, &Value)> {
    let mut found = all(document);
    found.retain(|(value, default)| **value != **default);
    found
}

/// Every limit, and its default.
pub(super) fn all(document: &mut Document) -> Vec<(&mut Value, &Value)> {
    let mut found = Vec::new();
    beside(&mut document.limits, &document.defaults, &mut found);
    found
}

fn beside<'a>(value: &'a mut Value, default: &'a Value, found: &mut Vec<(&'a mut Value, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                beside(value, default.get(name).unwrap_or(&Value::Null), found);
            }
        }
        value => found.push((value, default)),
    }
}

/// The same limits for all topics: those of the family's default.
pub(super) fn make_single(document: &mut Document) {
    if let Some(topics) = document.limits.pointer_mut("/score_limits/topics")
        && let Some(parameters) = topics.pointer("/default/parameters")
    {
        *topics = json!({"kind": "single", "parameters": parameters});
    }
}
