//! Results as JUnit: for a campaign a test case for each profile and each finding, for traces one for each trace.

use super::{
    Summary,
    campaign::CampaignReport,
    finding::FindingReport,
    shown::{Shown, ShownLines},
};
use crate::engine::{Family, verify::Verdict};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::{collections::BTreeSet, time::Duration};

/// The document of a campaign.
///
/// # Errors
/// If it cannot be written as XML.
pub fn junit(report: &CampaignReport) -> Result<String, SerializeError> {
    let class = format!("gossipsub-conformance.{}.{}", report.plan.family, report.variant);
    let mut suite = Suite::new("gossipsub conformance", class);
    for (profile, cases) in &report.profiles {
        // A finding is a test case of its own, and does not count twice.
        let seconds = report.profile_seconds.get(profile).copied().unwrap_or(0.0);
        let case = suite.add(&format!("profile {profile}"), seconds, TestCaseStatus::success());
        case.set_system_out(format!("{cases} cases"));
    }
    for finding in &report.findings {
        let FindingReport { kind, message, seconds, .. } = finding;
        suite.add(kind, *seconds, failure(message, &finding.to_string()));
    }
    if !report.below_minimum.is_empty() {
        let status = failure("the generator reached rows too seldom", &report.below_minimum.join("\n"));
        suite.add("minimum counts of the coverage", 0.0, status);
    }
    if !report.no_longer_occurring.is_empty() {
        let status = failure("known differences no longer occur", &report.no_longer_occurring.join("\n"));
        suite.add("known differences", 0.0, status);
    }
    suite.document("gossipsub-conformance check", report.seconds)
}

/// The document of traces.
///
/// # Errors
/// If it cannot be written as XML.
pub fn junit_of_traces<F: Family>(summary: &Summary<F>, seconds: f64) -> Result<String, SerializeError> {
    let mut suite = Suite::new("gossipsub traces", format!("gossipsub-conformance.{}.traces", F::NAME));
    for verified in &summary.results {
        let text = verified.to_string();
        let status = match &verified.verdict {
            Verdict::Allowed => TestCaseStatus::success(),
            Verdict::Violated(failed) => failure(&failed.violation.rule, &text),
            Verdict::Unsupported { .. } => TestCaseStatus::skipped(),
            Verdict::Failed { error, .. } => failure(&error.to_string(), &text),
            Verdict::Unreadable { error } => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(Shown(&error.to_string()).to_string());
                status
            }
        };
        suite.add(&verified.trace, verified.seconds, status);
    }
    suite.document("gossipsub-conformance traces", seconds)
}

/// A test suite whose cases have different names.
struct Suite {
    tests: TestSuite,
    class: String,
    names: BTreeSet<String>,
}

impl Suite {
    fn new(name: &str, class: String) -> Self {
        Self { tests: TestSuite::new(name), class, names: BTreeSet::new() }
    }

    fn add(&mut self, name: &str, seconds: f64, status: TestCaseStatus) -> &mut TestCase {
        let name = Shown(name).to_string();
        let numbered = (2_u64..).map(|number| format!("{name} ({number})"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let name = names.find(|name| !self.names.contains(name)).expect("there are numbers enough");
        self.names.insert(name.clone());
        let mut case = TestCase::new(name, status);
        case.set_classname(self.class.as_str());
        case.set_time(duration(seconds));
        self.tests.add_test_case(case);
        self.tests.test_cases.last_mut().expect("a test case was added")
    }

    fn document(mut self, name: &str, seconds: f64) -> Result<String, SerializeError> {
        self.tests.set_time(duration(seconds));
        let mut document = Report::new(name);
        document.set_time(duration(seconds));
        document.add_test_suite(self.tests);
        document.to_string()
    }
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

fn failure(message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(Shown(message).to_string());
    if !description.is_empty() {
        status.set_description(ShownLines(description).to_string());
    }
    status
}
