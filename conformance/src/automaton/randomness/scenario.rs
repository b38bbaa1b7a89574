//! What leads an automaton to a choice, over and over.

use super::scenario_run::ScenarioRun;
use crate::engine::Finding;
use gossipsub_automaton::{Limits, trace_ids::TraceIds};
use std::fmt;

/// A way to one choice point.
pub struct Scenario {
    /// The rule that leaves the choice, as a finding names it.
    pub rule: &'static str,
    /// What is special about the choice. May be empty.
    pub case: &'static str,
    /// How many are chosen.
    pub chosen: u64,
    /// Of how many.
    pub of: u64,
    /// How the choices are tested.
    pub(super) tested: Tested,
    /// How many rounds a sequence has. Even.
    pub(super) rounds: u64,
    pub(super) limits: fn() -> Limits<TraceIds>,
    /// What comes before the first round.
    pub(super) prepare: fn(&mut ScenarioRun<'_>) -> Result<(), Finding>,
    /// Makes the choices of a round, each of which is given as members from 0, and brings the automaton back to where
    /// it was.
    pub(super) round: fn(&mut ScenarioRun<'_>) -> Result<Vec<Vec<u64>>, Finding>,
}

/// How choices are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tested {
    /// As sets, and as pairs of sets. Two are chosen side by side in each round: for what.
    Sets(&'static str),
    /// As lists, and as pairs of sets.
    Lists(&'static str),
    /// By how often each member is chosen: there are too many sets to count.
    Members,
}

impl Scenario {
    /// How many tests it gives.
    pub(super) const fn tests(&self) -> u32 {
        match self.tested {
            Tested::Sets(_) | Tested::Lists(_) => 3,
            Tested::Members => 2,
        }
    }
}

impl fmt::Display for Scenario {
    /// The rule, and what is special.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.case.is_empty() { "" } else { ", " };
        write!(f, "{}{separator}{}", self.rule, self.case)
    }
}
