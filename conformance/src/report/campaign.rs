//! A campaign's results as a whole, for programs.

use super::finding::FindingReport;
use crate::{campaign::Results, ledger::Ledger};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter, Result},
};

/// What came of a campaign.
#[derive(Debug, Serialize)]
pub struct CampaignReport {
    /// The seed of all choices.
    pub seed: u64,
    /// How many cases were run.
    pub cases: u64,
    /// How many steps were checked.
    pub steps: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How many cases each profile had.
    pub profiles: BTreeMap<&'static str, u64>,
    /// How often each output and each cell was reached.
    pub ledger: Ledger,
    /// What was reached less often than it has to be.
    pub below_floor: Vec<String>,
    /// How often each known difference occurred, by its rule.
    pub known_differences: BTreeMap<String, u64>,
    /// What was found.
    pub findings: Vec<FindingReport>,
}

impl CampaignReport {
    /// Reports on results, without their findings.
    #[must_use]
    pub fn new(seed: u64, results: &Results, seconds: f64) -> Self {
        Self {
            seed,
            cases: results.cases,
            steps: results.steps,
            seconds,
            profiles: results.profiles.iter().map(|(profile, count)| (profile.name(), *count)).collect(),
            ledger: results.ledger.clone(),
            below_floor: Vec::new(),
            known_differences: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// Whether all is as it should be.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.below_floor.is_empty()
    }

    /// How many steps were checked in a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown, not computed with")]
    pub fn rate(&self) -> f64 {
        self.steps as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

impl Display for CampaignReport {
    /// Every finding, what was reached too seldom, and the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        for missing in &self.below_floor {
            writeln!(f, "below its floor: {missing}")?;
        }
        for (rule, count) in &self.known_differences {
            match count {
                0 => writeln!(f, "known difference that did not occur: {rule}")?,
                _ => writeln!(f, "known difference: {rule}: {count} times")?,
            }
        }
        let (reached, all) = self.ledger.reached_rows();
        let Self { cases, steps, .. } = self;
        let found = self.findings.len();
        let findings = if found == 1 { "finding" } else { "findings" };
        writeln!(
            f,
            "{cases} cases, {steps} steps ({:.0} a second), {reached} of {all} rows reached: {found} {findings}",
            self.rate()
        )
    }
}
