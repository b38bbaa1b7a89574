//! How far a sequence is from being short and simple.

use super::{
    document::{Document, leaves, names},
    parameters,
    parts::{count, entries, flags},
};
use crate::engine::Family;
use serde_json::Value;

/// The effort of reading a sequence. Every change must lower it, so minimizing ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// Steps come first: every one is to be understood.
    pub(super) steps: usize,
    /// Different peers, topics, message ids and messages.
    names: usize,
    /// Parameters that are not the default.
    parameters: usize,
    /// Members of lists, and flags that are set.
    entries: usize,
    /// What all values take to read.
    values: Weight,
}

/// The effort of reading a value: its length without trailing zeros, then its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weight {
    length: usize,
    size: u128,
}

impl Cost {
    pub(super) fn of<F: Family>(document: &mut Document<F>) -> Self {
        let entries = count(document, entries) + count(document, flags);
        let changed = parameters::not_default(document);
        let of_parameters = changed.iter().map(|(value, _)| Weight::of(value)).sum::<Weight>();
        let parameters = changed.len() + parameters::topic_count(document);
        let steps = leaves(&mut document.steps).into_iter().map(|(_, value)| Weight::of(value)).sum::<Weight>();
        Self {
            steps: document.steps.len(),
            names: names(document).len(),
            parameters,
            entries,
            values: [of_parameters, steps, Weight::of(&document.seed)].into_iter().sum(),
        }
    }
}

impl Weight {
    pub(super) fn of(value: &Value) -> Self {
        let (text, size) = match value {
            Value::Number(number) => match (number.as_u64(), number.as_f64()) {
                (Some(number), _) => (number.to_string(), number.into()),
                // The bits of positive floats are ordered as they are.
                (None, Some(number)) => (number.to_string(), number.abs().to_bits().into()),
                (None, None) => return Self::default(),
            },
            Value::String(text) => (text.clone(), text.bytes().map(|byte| u128::from(byte.abs_diff(b'a'))).sum()),
            _ => return Self::default(),
        };
        Self { length: text.trim_end_matches('0').len(), size }
    }
}

impl std::iter::Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::default(), |sum, weight| Self {
            length: sum.length + weight.length,
            size: sum.size.saturating_add(weight.size),
        })
    }
}
