//! Coverage of a campaign: outputs, both outcomes of every check, values at their limits, choices with none, some and all
//! of the candidates taken, and special cases.
//!
//! The model reports all of these while it makes a step. Nothing here looks at its state.

mod minimum_counts;
mod rows;

use super::AutomatonFamily;
use crate::engine::{self, CoverageRows};
use gossipsub_automaton::{Behaviour, OutputKind};
use gossipsub_reference_model::{
    Decision, Mark, Observer, Rule,
    automaton::{MARKS, RULES, RuleId},
};
use rows::{ROWS, Source};
use std::cmp::Ordering;

/// Counts what the model reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The latest behaviour that was covered. The rows are those of its rules.
    behaviour: Behaviour,
    rules: Vec<RuleCounts>,
    marks: Vec<u64>,
}

/// The counts of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct RuleCounts {
    outputs: u64,
    holds: u64,
    fails: u64,
    below: u64,
    at: u64,
    above: u64,
    chose_none: u64,
    chose_some: u64,
    chose_all: u64,
}

impl RuleCounts {
    fn all_mut(&mut self) -> [&mut u64; 9] {
        let Self { outputs, holds, fails, below, at, above, chose_none, chose_some, chose_all } = self;
        [outputs, holds, fails, below, at, above, chose_none, chose_some, chose_all]
    }
}

impl Default for Coverage {
    fn default() -> Self {
        Self {
            behaviour: Behaviour::default(),
            rules: vec![RuleCounts::default(); RULES.len()],
            marks: vec![0; MARKS.len()],
        }
    }
}

impl Coverage {
    /// The number of times that an output was given.
    #[must_use]
    pub fn count_of(&self, kind: OutputKind) -> u64 {
        self.of(RuleId::of(kind)).outputs
    }

    /// How often the row of this name was reached. 0 if there is no such row.
    #[must_use]
    pub fn row(&self, name: &str) -> u64 {
        ROWS.iter().find(|row| row.name == name).map_or(0, |row| self.count(row.source))
    }

    fn of(&self, rule: RuleId) -> &RuleCounts {
        self.rules.get(rule as usize).expect("a coverage has a count for each rule")
    }

    fn of_mut(&mut self, rule: &'static Rule) -> &mut RuleCounts {
        self.rules.get_mut(rule.index).expect("a coverage has a count for each rule")
    }

    fn count(&self, source: Source) -> u64 {
        match source {
            Source::Output(rule) => self.of(rule).outputs,
            Source::Holds(rule) => self.of(rule).holds,
            Source::Fails(rule) => self.of(rule).fails,
            Source::Below(rules) => rules.iter().map(|rule| self.of(*rule).below).sum(),
            Source::At(rules) => rules.iter().map(|rule| self.of(*rule).at).sum(),
            Source::Above(rules) => rules.iter().map(|rule| self.of(*rule).above).sum(),
            Source::ChoseNone(rule) => self.of(rule).chose_none,
            Source::ChoseSome(rule) => self.of(rule).chose_some,
            Source::ChoseAll(rule) => self.of(rule).chose_all,
            Source::Reached(mark) => *self.marks.get(mark as usize).expect("a coverage has a count for each mark"),
        }
    }
}

impl Observer for Coverage {
    fn decision(&mut self, decision: Decision<'_>) {
        let counts = self.of_mut(decision.rule);
        *(if decision.holds { &mut counts.holds } else { &mut counts.fails }) += 1;
        match decision.ordering {
            Some(Ordering::Less) => counts.below += 1,
            Some(Ordering::Equal) => counts.at += 1,
            Some(Ordering::Greater) => counts.above += 1,
            None => {}
        }
    }

    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        let counts = self.of_mut(rule);
        *(match taken {
            0 => &mut counts.chose_none,
            taken if taken < of => &mut counts.chose_some,
            _ => &mut counts.chose_all,
        }) += 1;
    }

    fn reached(&mut self, mark: &'static Mark) {
        *self.marks.get_mut(mark.index).expect("a coverage has a count for each mark") += 1;
    }

    fn answered(&mut self, rule: &'static Rule) {
        self.of_mut(rule).outputs += 1;
    }
}

impl engine::Coverage<AutomatonFamily> for Coverage {
    fn of_variant(behaviour: Behaviour) -> Self {
        Self { behaviour, ..Self::default() }
    }

    fn add(&mut self, other: &Self) {
        let mut other = other.clone();
        self.behaviour = self.behaviour.max(other.behaviour);
        for (ours, theirs) in self.rules.iter_mut().zip(&mut other.rules) {
            for (ours, theirs) in ours.all_mut().into_iter().zip(theirs.all_mut()) {
                *ours = ours.saturating_add(*theirs);
            }
        }
        for (ours, theirs) in self.marks.iter_mut().zip(other.marks) {
            *ours = ours.saturating_add(theirs);
        }
    }

    fn output(&self, kind: usize) -> u64 {
        OutputKind::ALL.get(kind).map_or(0, |kind| self.count_of(*kind))
    }

    fn rows(&self) -> Vec<(&'static str, u64)> {
        let rows = ROWS.iter().filter(|row| row.since <= self.behaviour);
        rows.map(|row| (row.name.as_str(), self.count(row.source))).collect()
    }

    fn below_minimum(behaviour: Behaviour, rows: &CoverageRows, steps: u64) -> Vec<String> {
        minimum_counts::below_minimum(behaviour, rows, steps)
    }
}
