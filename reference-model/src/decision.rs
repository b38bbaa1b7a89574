//! What a model reports while it makes a step: every check that it evaluates, every choice that it makes and the
//! special cases that it meets.

use std::{cmp::Ordering, fmt};

/// A numbered rule of a page: `graft (6)`.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its position in its family's table of rules.
    pub index: usize,
    /// The input and the number, as the page writes them.
    pub name: &'static str,
    /// The sentence that the page states, without its capital letter and its full stop.
    pub sentence: &'static str,
}

/// A special case of a rule that the outcome of no check tells: `graft (1): of a peer that is not connected`.
#[derive(Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its position in its family's table of marks.
    pub index: usize,
    /// The rule and the special case.
    pub name: &'static str,
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

    /// `taken` members are chosen of `of` candidates.
    fn choice(&mut self, _rule: &'static Rule, _taken: usize, _of: usize) {}

    /// A special case was met.
    fn reached(&mut self, _mark: &'static Mark) {}

    /// The step is made. This rule gave its output.
    fn answered(&mut self, _rule: &'static Rule) {}
}

/// Ignores everything.
impl Observer for () {}
