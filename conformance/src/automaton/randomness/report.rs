//! The tests of random choices, as a table.

use super::{FALSE_ALARMS, Test, threshold};
use crate::engine::report::finding::FindingReport;
use serde::Serialize;
use std::fmt::{Display, Formatter, Result};

/// What came of testing the random choices of an automaton.
#[derive(Debug, Serialize)]
pub struct RandomnessReport {
    /// The seed of all sequences.
    pub seed: u64,
    /// How many rounds each scenario has at least.
    pub samples: u64,
    /// The p-value below which a test says that a choice is biased.
    pub threshold: f64,
    /// All tests.
    pub tests: Vec<Test>,
    /// What was not allowed.
    pub findings: Vec<FindingReport>,
}

impl RandomnessReport {
    /// Reports on what came of each scenario.
    #[must_use]
    pub fn new(seed: u64, samples: u64, results: Vec<std::result::Result<Vec<Test>, Box<FindingReport>>>) -> Self {
        let mut report = Self { seed, samples, threshold: threshold(), tests: Vec::new(), findings: Vec::new() };
        for result in results {
            match result {
                Ok(tests) => report.tests.extend(tests),
                Err(finding) => report.findings.push(*finding),
            }
        }
        report
    }

    /// The tests that chance does not explain.
    pub fn biased(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| test.is_biased())
    }

    /// Whether all is as it should be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.biased().next().is_none()
    }
}

impl Display for RandomnessReport {
    /// Every finding, every test, those that chance does not explain once more, and the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if !self.tests.is_empty() {
            let [point, counted, choice] = ["choice point", "counted", "k of n"];
            writeln!(f, "{point:<37}  {counted:<29}  {choice:>8}  samples  chi-squared  df        p")?;
        }
        for test in &self.tests {
            writeln!(f, "{test}")?;
        }
        writeln!(f)?;
        for Test { point, counted, p, .. } in self.biased() {
            writeln!(f, "biased: {point} ({counted}): p = {p:.1e}")?;
        }
        let (tests, biased, findings) = (self.tests.len(), self.biased().count(), self.findings.len());
        let findings = format!("{findings} {}", if findings == 1 { "finding" } else { "findings" });
        writeln!(
            f,
            "{tests} tests, {biased} biased (p < {:.1e}: false alarms in {FALSE_ALARMS:.0e} of all runs), {findings}",
            self.threshold
        )
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { point, counted, chosen, of, samples, statistic, degrees_of_freedom, p } = self;
        let choice = format!("{chosen} of {of}");
        let p = if *p < 1e-4 { format!("{p:.1e}") } else { format!("{p:.4}") };
        let biased = if self.is_biased() { "  biased" } else { "" };
        write!(
            f,
            "{point:<37}  {counted:<29}  {choice:>8}  {samples:>7}  {statistic:>11.2}  {degrees_of_freedom:>2}  {p:>7}{biased}"
        )
    }
}
