//! What a model reports while it makes a step: every check that it evaluates and every choice that it makes.

use std::{cmp::Ordering, fmt};

/// A numbered rule of a page: `graft (6)`.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its position in its family's table of rules.
    pub index: usize,
    /// The input and the number, as the page writes them.
    pub name: &'static str,
    /// The sentence that the page states.
    pub sentence: &'static str,
}

/// A check of a rule that was evaluated.
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// Whether the condition of the rule holds.
    pub holds: bool,
    /// How the value compares with its limit, if the check compares two numbers or two times.
    pub ordering: Option<Ordering>,
    /// What was compared, with its values. Formatted only if an observer asks for it.
    pub operands: &'a dyn fmt::Display,
}

/// Receives the decisions and the choices of a model, for coverage and for explanations.
pub trait Observer {
    /// A check was evaluated.
    fn decision(&mut self, _decision: Decision<'_>) {}

    /// `taken` members were chosen of `of` candidates.
    fn choice(&mut self, _rule: &'static Rule, _taken: usize, _of: usize) {}
}

/// Ignores everything.
impl Observer for () {}
