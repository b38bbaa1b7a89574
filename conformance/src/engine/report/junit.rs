//! A campaign as JUnit: one test case a profile, and one a finding.

use super::campaign::CampaignReport;
use crate::engine::Family;
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

/// The document.
///
/// # Errors
/// If it cannot be written as XML.
pub fn junit<F: Family>(report: &CampaignReport<F>) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new("gossipsub conformance");
    for (profile, cases) in &report.profiles {
        let found = report.findings.iter().filter(|finding| finding.profile == *profile).count();
        let status =
            if found == 0 { TestCaseStatus::success() } else { failure(&format!("{found} kinds of findings"), "") };
        let mut case = TestCase::new(format!("profile {profile}"), status);
        case.set_system_out(format!("{cases} cases"));
        suite.add_test_case(case);
    }
    for finding in &report.findings {
        suite.add_test_case(TestCase::new(finding.kind.clone(), failure(&finding.message, &finding.to_string())));
    }
    if !report.below_minimum.is_empty() {
        let missing = report.below_minimum.join("\n");
        suite.add_test_case(TestCase::new(
            "minimum counts of the coverage",
            failure("rows were reached too seldom", &missing),
        ));
    }
    if !report.no_longer_occurring.is_empty() {
        let names = report.no_longer_occurring.join("\n");
        suite.add_test_case(TestCase::new("known differences", failure("known differences no longer occur", &names)));
    }
    let mut document = Report::new("gossipsub-conformance check");
    document.add_test_suite(suite);
    document.to_string()
}

fn failure(message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message);
    if !description.is_empty() {
        status.set_description(description);
    }
    status
}
