//! What is shown of results: as text for people, and as one JSON document for programs.

pub mod campaign;
pub mod comparison;
pub mod exhaustive;
pub mod finding;
pub mod findings_table;
#[cfg(feature = "cli")]
pub mod junit;
pub mod markdown;
pub mod merge;
pub mod plan;
pub mod shown;
pub mod text;

use super::{
    Family, PROPERTY_PREFIX,
    verify::{OutputCounts, Verdict, Verified},
};
use serde::Serialize;

/// The page that has a rule, if it is one of the model.
fn rules_page<F: Family>(rule: &str) -> Option<&'static str> {
    F::RULES_PAGE.filter(|_| !rule.starts_with(PROPERTY_PREFIX))
}

/// The results of verifying several traces.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct Summary<F: Family> {
    /// How many traces there were.
    pub traces: u64,
    /// How many steps were checked and found allowed.
    pub steps: u64,
    /// How many traces hold a step that is not allowed.
    pub violations: u64,
    /// How many traces the implementation failed to answer.
    pub failed: u64,
    /// How many traces hold a step that the implementation does not support.
    pub unsupported: u64,
    /// How many traces could not be read or verified to their end.
    pub unreadable: u64,
    /// How often each output was allowed.
    pub outputs: OutputCounts<F>,
    /// What became of each trace, in the order in which they were given.
    pub results: Vec<Verified<F>>,
}

impl<F: Family> Summary<F> {
    /// Sums up results.
    #[must_use]
    pub fn new(results: Vec<Verified<F>>) -> Self {
        let mut summary = Self {
            traces: 0,
            steps: 0,
            violations: 0,
            failed: 0,
            unsupported: 0,
            unreadable: 0,
            outputs: OutputCounts::default(),
            results: Vec::new(),
        };
        for verified in &results {
            summary.traces += 1;
            summary.steps += verified.steps;
            summary.outputs.add(&verified.outputs);
            match verified.verdict {
                Verdict::Allowed => {}
                Verdict::Violated(_) => summary.violations += 1,
                Verdict::Failed { .. } => summary.failed += 1,
                Verdict::Unsupported { .. } => summary.unsupported += 1,
                Verdict::Unreadable { .. } => summary.unreadable += 1,
            }
        }
        Self { results, ..summary }
    }
}
