//! What came of a search through all sequences over a small world.

use super::finding::FindingReport;
use crate::{
    exhaustive::{Explored, Level, World},
    ledger::Ledger,
};
use gossipsub_automaton::OutputKind;
use serde::Serialize;
use std::fmt::{Display, Formatter, Result};

/// What came of the search.
#[derive(Debug, Serialize)]
pub struct ExhaustiveReport {
    /// The name of the world.
    pub world: &'static str,
    /// What there is in it.
    pub about: &'static str,
    /// How many actions there are to choose from.
    pub actions: usize,
    /// The depths, from 0: the start.
    pub levels: Vec<Level>,
    /// How many states there are in all.
    pub states: u64,
    /// How many steps were checked in all.
    pub steps: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How often each output and each cell was reached.
    pub ledger: Ledger,
    /// What was found first.
    pub finding: Option<FindingReport>,
}

impl ExhaustiveReport {
    /// Reports on a search, without its finding.
    #[must_use]
    pub fn new(world: &World, explored: &Explored, seconds: f64) -> Self {
        let sum = |of: fn(&Level) -> u64| explored.levels.iter().map(of).sum();
        Self {
            world: world.name,
            about: world.about,
            actions: world.actions.len(),
            levels: explored.levels.clone(),
            states: sum(|level| level.states),
            steps: sum(|level| level.steps),
            seconds,
            ledger: explored.ledger.clone(),
            finding: None,
        }
    }
}

impl Display for ExhaustiveReport {
    /// A table of the depths, the finding, and the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { world, about, actions, levels, states, steps, seconds, ledger, finding } = self;
        writeln!(f, "{world}: {about}; {actions} actions")?;
        writeln!(f, "{:>8}{:>12}{:>12}", "depth", "states", "steps")?;
        for (depth, Level { states, steps }) in levels.iter().enumerate() {
            writeln!(f, "{depth:>8}{states:>12}{steps:>12}")?;
        }
        if let Some(finding) = finding {
            write!(f, "{finding}")?;
        }
        let outputs = OutputKind::ALL.iter().filter(|kind| ledger.output(**kind) > 0).count();
        let (reached, rows) = ledger.reached_rows();
        let found = if finding.is_some() { "1 finding" } else { "0 findings" };
        writeln!(
            f,
            "{states} states, {steps} steps in {seconds:.1} s, {outputs} of {} outputs and {reached} of {rows} rows \
             reached: {found}",
            OutputKind::ALL.len()
        )
    }
}
