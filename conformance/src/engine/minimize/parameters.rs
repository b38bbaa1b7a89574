//! The parameters of a sequence that differ from the simplest ones.

use super::document::Document;
use crate::engine::{Family, TraceHeader};
use serde_json::{Map, Value};

/// The parameters of single topics.
pub(super) fn topics<F: Family>(parameters: &mut Value) -> Option<&mut Map<String, Value>> {
    parameters.pointer_mut(F::Header::TOPICS?)?.as_object_mut()
}

/// How much of the parameters is there because topics differ.
pub(super) fn topic_count<F: Family>(document: &mut Document<F>) -> usize {
    topics::<F>(&mut document.parameters).map_or(0, |topics| 1 + topics.len())
}

/// Every parameter that is not the default, and the default.
pub(super) fn not_default<F: Family>(document: &mut Document<F>) -> Vec<(&mut Value, &Value)> {
    let mut found = all(document);
    found.retain(|(value, default)| **value != **default);
    found
}

/// Every parameter, and its default.
pub(super) fn all<F: Family>(document: &mut Document<F>) -> Vec<(&mut Value, &Value)> {
    let mut found = Vec::new();
    pair(&mut document.parameters, &document.defaults, &mut found);
    found
}

/// The parameter at an index of all.
pub(super) fn nth<F: Family>(document: &mut Document<F>, index: usize) -> Option<&mut Value> {
    all(document).into_iter().map(|(parameter, _)| parameter).nth(index)
}

fn pair<'a>(value: &'a mut Value, default: &'a Value, found: &mut Vec<(&'a mut Value, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                pair(value, default.get(name).unwrap_or(&Value::Null), found);
            }
        }
        value => found.push((value, default)),
    }
}

/// The same parameters for all topics.
pub(super) fn unify_topics<F: Family>(document: &mut Document<F>) {
    if F::Header::unify_topics(&mut document.parameters) {
        document.defaults = F::Header::default_parameters(&document.parameters);
    }
}
