//! A campaign's results as a whole, for programs.

use super::finding::FindingReport;
use crate::engine::{Coverage, Family, Named, campaign::Results};
use serde::{Serialize, Serializer};
use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter, Result},
};

/// The results of a campaign.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct CampaignReport<F: Family> {
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
    /// How often each row of the coverage table was reached.
    #[serde(serialize_with = "rows")]
    pub coverage: F::Coverage,
    /// The rows that were reached less often than they must.
    pub below_minimum: Vec<String>,
    /// The number of cases that ended at a step that the implementation does not support, by its reason.
    pub unsupported: BTreeMap<String, u64>,
    /// How often each known difference occurred, by its rule.
    pub known_differences: BTreeMap<String, u64>,
    /// What was found.
    pub findings: Vec<FindingReport>,
}

impl<F: Family> CampaignReport<F> {
    /// Reports on results, without their findings.
    #[must_use]
    pub fn new(seed: u64, results: &Results<F>, seconds: f64) -> Self {
        Self {
            seed,
            cases: results.cases,
            steps: results.steps,
            seconds,
            profiles: results.profiles.iter().map(|(profile, count)| (profile.name(), *count)).collect(),
            coverage: results.coverage.clone(),
            below_minimum: Vec::new(),
            unsupported: results.unsupported.clone(),
            known_differences: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// Whether all is as it should be.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.below_minimum.is_empty()
    }

    /// How many steps were checked in a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown, not computed with")]
    pub fn rate(&self) -> f64 {
        self.steps as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

/// A coverage table as an object from row to count.
pub(super) fn rows<F: Family, S: Serializer>(
    coverage: &impl Coverage<F>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(coverage.rows())
}

impl<F: Family> Display for CampaignReport<F> {
    /// Every finding, what was reached too seldom, and the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        for missing in &self.below_minimum {
            writeln!(f, "below its minimum: {missing}")?;
        }
        for (reason, cases) in &self.unsupported {
            writeln!(f, "unsupported: {reason}: {cases} cases ended there")?;
        }
        for (rule, count) in &self.known_differences {
            match count {
                0 => writeln!(f, "known difference that did not occur: {rule}")?,
                _ => writeln!(f, "known difference: {rule}: {count} times")?,
            }
        }
        let (reached, all) = self.coverage.reached();
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
