//! What came of a search through all sequences over a small world.

use super::finding::FindingReport;
use crate::engine::{
    Coverage, Family,
    exhaustive::{Exploration, Level, World},
};
use serde::{Serialize, Serializer};
use std::fmt::{Display, Formatter, Result};

/// What came of the search.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct ExhaustiveReport<F: Family> {
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
    /// How often each row of the coverage table was reached.
    #[serde(serialize_with = "rows")]
    pub coverage: F::Coverage,
    /// What was found first.
    pub finding: Option<FindingReport>,
}

/// A coverage table as an object from row to count.
fn rows<F: Family, S: Serializer>(coverage: &impl Coverage<F>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(coverage.rows())
}

impl<F: Family> ExhaustiveReport<F> {
    /// Reports on a search, without its finding.
    #[must_use]
    pub fn new(world: &World<F>, explored: &Exploration<F>, seconds: f64) -> Self {
        let sum = |of: fn(&Level) -> u64| explored.levels.iter().map(of).sum();
        Self {
            world: world.name,
            about: world.about,
            actions: world.actions.len(),
            levels: explored.levels.clone(),
            states: sum(|level| level.states),
            steps: sum(|level| level.steps),
            seconds,
            coverage: explored.coverage.clone(),
            finding: None,
        }
    }
}

impl<F: Family> Display for ExhaustiveReport<F> {
    /// A table of the depths, the finding, and the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { world, about, actions, levels, states, steps, seconds, coverage, finding } = self;
        writeln!(f, "{world}: {about}; {actions} actions")?;
        writeln!(f, "{:>8}{:>12}{:>12}", "depth", "states", "steps")?;
        for (depth, Level { states, steps }) in levels.iter().enumerate() {
            writeln!(f, "{depth:>8}{states:>12}{steps:>12}")?;
        }
        if let Some(finding) = finding {
            write!(f, "{finding}")?;
        }
        let kinds = F::OUTPUT_KINDS.len();
        let outputs = (0..kinds).filter(|kind| coverage.output(*kind) > 0).count();
        let (reached, rows) = coverage.reached();
        let found = if finding.is_some() { "1 finding" } else { "0 findings" };
        writeln!(
            f,
            "{states} states, {steps} steps in {seconds:.1} s, {outputs} of {kinds} outputs and {reached} of {rows} rows \
             reached: {found}"
        )
    }
}
