//! A campaign's results as a whole, for programs.

use super::finding::FindingReport;
use crate::engine::{
    Capabilities, CheckCount, Coverage, Family, Named,
    campaign::Results,
    known_differences::{KnownDifference, KnownDifferences},
};
use serde::{Deserialize, Serialize, Serializer};
use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter, Result},
};

/// The results of a campaign.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct CampaignReport<F: Family> {
    /// What the implementation said of itself.
    pub implementation: Capabilities,
    /// The variant that the answers were judged by.
    pub variant: &'static str,
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
    /// How often the model decided by each rule. Rules that never decided are absent.
    pub rules: BTreeMap<&'static str, CheckCount>,
    /// How often properties were checked: each of them at each of these steps.
    pub properties: CheckCount,
    /// The rows that were reached less often than they must.
    pub below_minimum: Vec<String>,
    /// The number of cases that ended at a step that the implementation does not support, by its reason.
    pub unsupported: BTreeMap<String, u64>,
    /// The number of cases in which the model followed known faults.
    pub followed_cases: u64,
    /// How often each known difference occurred.
    pub known_differences: Vec<KnownDifferenceCount>,
    /// The names of the known differences that had to occur and did not.
    pub no_longer_occurring: Vec<String>,
    /// What was found.
    pub findings: Vec<FindingReport>,
}

/// How often a known difference occurred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownDifferenceCount {
    /// Its id, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its rules.
    pub rules: Vec<String>,
    /// How often it occurred.
    pub times: u64,
}

impl Display for KnownDifferenceCount {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let rules = self.rules.join(", ");
        match &self.id {
            Some(id) => write!(f, "{id}: {rules}"),
            None => f.write_str(&rules),
        }
    }
}

impl<F: Family> CampaignReport<F> {
    /// Reports on results, without their findings.
    #[must_use]
    pub fn new(variant: F::Variant, seed: u64, results: &Results<F>, seconds: f64) -> Self {
        Self {
            implementation: results.capabilities.clone(),
            variant: variant.name(),
            seed,
            cases: results.cases,
            steps: results.steps,
            seconds,
            profiles: results.profiles.iter().map(|(profile, count)| (profile.name(), *count)).collect(),
            coverage: results.coverage.clone(),
            rules: results.rules.rows(),
            properties: results.properties,
            below_minimum: Vec::new(),
            unsupported: results.unsupported.clone(),
            followed_cases: results.followed,
            known_differences: Vec::new(),
            no_longer_occurring: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Adds how often each known difference occurred. `required`: each of them has to occur.
    pub fn count_known_differences(&mut self, known: &KnownDifferences, results: &Results<F>, required: bool) {
        for (index, difference) in known.differences.iter().enumerate() {
            let times = results.known.get(&index).copied().unwrap_or(0);
            let KnownDifference { id, rules, .. } = difference;
            self.known_differences.push(KnownDifferenceCount { id: id.clone(), rules: rules.clone(), times });
            if required && times == 0 {
                self.no_longer_occurring.push(difference.name().to_owned());
            }
        }
    }

    /// Whether all is as it should be.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.below_minimum.is_empty() && self.no_longer_occurring.is_empty()
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
        for difference in &self.known_differences {
            match difference.times {
                0 => writeln!(f, "known difference that did not occur: {difference}")?,
                times => writeln!(f, "known difference: {difference}: {times} times")?,
            }
        }
        for name in &self.no_longer_occurring {
            writeln!(f, "known difference that no longer occurs: {name}")?;
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
