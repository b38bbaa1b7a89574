//! Why an answer is refused.

use super::vocabulary::ParameterError;
use crate::Rule;
use std::fmt;

/// An answer or a view that no allowed choice explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// What the rule allows.
    pub expected: String,
    /// What was observed.
    pub found: String,
}

impl Violation {
    /// A violation of a rule.
    #[must_use]
    pub fn new(rule: &'static Rule, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { rule, expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, expected, found } = self;
        write!(f, "{}: expected {expected}, found {found}. The rule: {}", rule.name, rule.sentence)
    }
}

impl std::error::Error for Violation {}

/// Shows a set or a list: `{1, 2}`.
pub(super) struct Members<I>(pub(super) I);

impl<T: fmt::Display, I: Clone + IntoIterator<Item = T>> fmt::Display for Members<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, member) in self.0.clone().into_iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            member.fmt(f)?;
        }
        f.write_str("}")
    }
}

/// A model that cannot be made.
pub type ModelError = ParameterError;
