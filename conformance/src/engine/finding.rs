//! What can be wrong with an answer.

use super::{difference::Difference, implementation::ImplementationError};
use serde::Serialize;

/// What the rule of a [`Violation`] begins with if it is a property, and not a rule of the model.
pub const PROPERTY_PREFIX: &str = "property: ";

/// An answer that the protocol does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{rule}")]
pub struct Violation {
    /// The rule that the answer breaks: the input, the number of the check, and its sentence.
    pub rule: String,
    /// What was allowed, and what was observed instead.
    pub differences: Vec<Difference>,
}

impl Violation {
    /// A violation with one difference.
    #[must_use]
    pub fn of(rule: impl Into<String>, difference: Difference) -> Self {
        Self { rule: rule.into(), differences: vec![difference] }
    }
}

/// A step that cannot be checked, because a field of its answer is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unverifiable {
    /// The path of the field that is missing.
    pub field: &'static str,
    /// Why it is needed.
    pub reason: &'static str,
}

impl Unverifiable {
    /// The step has no output.
    pub const NO_OUTPUT: Self =
        Self { field: "output", reason: "an input without an output can be recorded or replayed, not verified" };
}

/// A step that an implementation did not answer as the protocol allows.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// The answer is not allowed.
    #[error(transparent)]
    Violated(#[from] Violation),
    /// The implementation gave no valid answer.
    #[error(transparent)]
    Failed(#[from] ImplementationError),
    /// The answer lacks a field that its check needs.
    #[error(transparent)]
    Unverifiable(#[from] Unverifiable),
}

impl Finding {
    /// The rule, or how the implementation failed, without particulars. Findings of one kind most likely have the same
    /// fault behind them.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Violated(violation) => violation.rule.clone(),
            Self::Failed(error) => error.kind().into_owned(),
            Self::Unverifiable(missing) => missing.to_string(),
        }
    }

    /// Whether the run was stopped before the answer came: nothing is known of it.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        matches!(self, Self::Failed(ImplementationError::Stopped))
    }

    /// Whether the implementation said that it does not support the step: the sequence ends, and nothing is wrong.
    #[must_use]
    pub const fn is_unsupported(&self) -> bool {
        matches!(self, Self::Failed(ImplementationError::Unsupported(_)))
    }
}
