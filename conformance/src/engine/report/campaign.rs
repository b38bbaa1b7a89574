//! A campaign's results as a whole, for people and for programs.

use super::{
    finding::FindingReport,
    findings_table::FindingsTable,
    plan::PlanReport,
    shown::{Shown, ShownLines},
};
use crate::engine::{
    Capabilities, CheckCount, Coverage, CoverageRows, Family, Named,
    campaign::{Compared, NotUnderstood, Plan, Results},
    known_differences::{KnownDifference, KnownDifferences},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt::{Display, Formatter, Result},
};

/// The version of the format of reports. It grows with each change that a reader can stumble over.
pub const REPORT_VERSION: u64 = 1;

/// The name of the format of reports.
pub const REPORT_FORMAT: &str = "gossipsub-conformance-report";

/// The results of a campaign, or of one of its shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignReport {
    /// [`REPORT_FORMAT`].
    pub format: String,
    /// [`REPORT_VERSION`].
    pub version: u64,
    /// What the campaign was to do.
    pub plan: PlanReport,
    /// Whether the campaign was stopped before its end.
    pub stopped: bool,
    /// What the implementation said of itself.
    pub implementation: Capabilities,
    /// The variant that the answers were judged by.
    pub variant: String,
    /// The seed of all choices.
    pub seed: u64,
    /// How many cases were run.
    pub cases: u64,
    /// How many steps were checked.
    pub steps: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How many cases each profile had.
    pub profiles: BTreeMap<String, u64>,
    /// How long the cases of each profile took, in seconds, summed over the jobs.
    pub profile_seconds: BTreeMap<String, f64>,
    /// What was compared.
    pub compared: Compared,
    /// How often each row of the coverage table was reached.
    pub coverage: CoverageRows,
    /// How often the model decided by each rule. Rules that never decided are absent.
    pub rules: BTreeMap<String, CheckCount>,
    /// How often properties were checked: each of them at each of these steps.
    pub properties: CheckCount,
    /// The rows that were reached less often than they must.
    pub below_minimum: Vec<String>,
    /// The number of cases that ended at a step that the implementation does not support, by its reason.
    pub unsupported: BTreeMap<String, u64>,
    /// The inputs that the implementation did not understand, by their kind.
    pub not_understood: BTreeMap<String, NotUnderstood>,
    /// The number of cases in which the model followed known faults.
    pub followed_cases: u64,
    /// How often each known difference occurred.
    pub known_differences: Vec<KnownDifferenceCount>,
    /// The names of the known differences that had to occur and did not.
    pub no_longer_occurring: Vec<String>,
    /// The traces that were replayed before the campaign.
    #[serde(default)]
    pub replayed: Vec<ReplayedTrace>,
    /// What was found, the most frequent first.
    pub findings: Vec<FindingReport>,
}

/// A trace that was replayed before the campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayedTrace {
    /// The file.
    pub trace: String,
    /// The kind of the finding that it shows; absent if every answer is allowed.
    pub finding: Option<String>,
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

impl KnownDifferenceCount {
    /// Its id, or its first rule.
    #[must_use]
    pub fn name(&self) -> &str {
        let rule = || self.rules.first().map_or("", String::as_str);
        self.id.as_deref().unwrap_or_else(rule)
    }
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

impl CampaignReport {
    /// Reports on results, without their findings.
    #[must_use]
    pub fn new<F: Family>(plan: &Plan<F>, results: &Results<F>, seconds: f64) -> Self {
        Self {
            format: REPORT_FORMAT.to_owned(),
            version: REPORT_VERSION,
            plan: PlanReport::new(plan),
            stopped: plan.stop.is_set(),
            implementation: results.capabilities.clone(),
            variant: plan.variant.name().to_owned(),
            seed: plan.seed,
            cases: results.cases,
            steps: results.steps,
            seconds,
            profiles: results.profiles.iter().map(|(profile, count)| (profile.name().to_owned(), *count)).collect(),
            profile_seconds: results
                .profile_times
                .iter()
                .map(|(profile, time)| (profile.name().to_owned(), time.as_secs_f64()))
                .collect(),
            compared: results.compared.clone(),
            coverage: CoverageRows::of::<F>(&results.coverage),
            rules: results.rules.rows().into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
            properties: results.properties,
            below_minimum: Vec::new(),
            unsupported: results.unsupported.clone(),
            not_understood: results.not_understood.clone(),
            followed_cases: results.followed,
            known_differences: Vec::new(),
            no_longer_occurring: Vec::new(),
            replayed: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Adds how often each known difference occurred. `required`: each of them has to occur, in all shards together.
    pub fn count_known_differences<F: Family>(
        &mut self,
        known: &KnownDifferences,
        results: &Results<F>,
        required: bool,
    ) {
        for (index, difference) in known.differences.iter().enumerate() {
            let times = results.known.get(&index).copied().unwrap_or(0);
            let KnownDifference { id, rules, .. } = difference;
            self.known_differences.push(KnownDifferenceCount { id: id.clone(), rules: rules.clone(), times });
        }
        self.plan.require_known = required;
        self.judge_known_differences();
    }

    /// Names the known differences that had to occur and did not. A shard alone is not judged.
    pub fn judge_known_differences(&mut self) {
        if self.plan.require_known && self.plan.is_whole() {
            let gone = self.known_differences.iter().filter(|difference| difference.times == 0);
            self.no_longer_occurring = gone.map(|difference| difference.name().to_owned()).collect();
        }
    }

    /// Whether every sequence was drawn in full and ran to its end. Only then do the minimum counts of the coverage hold.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.findings.is_empty()
            && self.unsupported.is_empty()
            && self.followed_cases == 0
            && self.known_differences.iter().all(|difference| difference.times == 0)
            && self.implementation.is_everything()
            && !self.stopped
    }

    /// Names the rows that were reached less often than they must. Not judged are shards, campaigns that the counts were
    /// not made for, and those in which sequences ended early or lacked what an implementation does not support.
    pub fn judge_coverage<F: Family>(&mut self, variant: F::Variant) {
        if self.is_complete() && self.plan.is_calibrated() {
            self.below_minimum = F::Coverage::below_minimum(variant, &self.coverage, self.steps);
        }
    }

    /// Sorts the findings: the most frequent first.
    pub fn sort_findings(&mut self) {
        self.findings.sort_by(FindingReport::by_frequency);
    }

    /// Whether the implementation did what it should.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let replayed_well = self.replayed.iter().all(|replayed| replayed.finding.is_none());
        self.findings.is_empty() && self.no_longer_occurring.is_empty() && replayed_well
    }

    /// How many steps were checked in a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown, not computed with")]
    pub fn rate(&self) -> f64 {
        self.steps as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

impl Display for CampaignReport {
    /// Every finding, what was reached too seldom, what was compared, the table of findings, and the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if !self.not_understood.is_empty() {
            writeln!(f, "not understood:")?;
            for (kind, NotUnderstood { cases, message, .. }) in &self.not_understood {
                writeln!(f, "  {}: {cases} cases ended there: {}", Shown(kind), Shown(message))?;
            }
        }
        for missing in &self.below_minimum {
            writeln!(f, "below its minimum: {missing}")?;
        }
        if !self.below_minimum.is_empty() {
            writeln!(f, "The generator reached these rows too seldom. This is no fault of the implementation.")?;
        }
        for (reason, cases) in &self.unsupported {
            writeln!(f, "unsupported: {}: {cases} cases ended there", Shown(reason))?;
        }
        if let Some(supported) = &self.implementation.supports {
            let supported = supported.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            writeln!(f, "supported features: {}", Shown(&supported))?;
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
        if self.compared.answers > 0 {
            writeln!(f, "compared: {}", ShownLines(&self.compared.to_string()))?;
        }
        if let Some(inputs) = &self.plan.inputs {
            let inputs = inputs.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            writeln!(f, "inputs: {inputs}")?;
        }
        for ReplayedTrace { trace, finding } in &self.replayed {
            if let Some(kind) = finding {
                writeln!(f, "replayed: {trace} still shows {}", Shown(kind))?;
            }
        }
        write!(f, "{}", FindingsTable(&self.findings))?;
        let (reached, all) = self.coverage.reached();
        let Self { cases, steps, .. } = self;
        let found = self.findings.len();
        let findings = if found == 1 { "finding" } else { "findings" };
        let stopped = if self.stopped { "stopped: " } else { "" };
        writeln!(
            f,
            "{stopped}{cases} cases, {steps} steps ({:.0} a second), {reached} of {all} rows reached: {found} {findings}",
            self.rate()
        )
    }
}
