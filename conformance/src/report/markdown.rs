//! A campaign as Markdown, for the summary of a step on GitHub Actions.

use super::campaign::CampaignReport;
use std::fmt::Write;

/// The page.
#[must_use]
pub fn markdown(report: &CampaignReport) -> String {
    let (reached, all) = report.ledger.reached_rows();
    let mut page = format!(
        "### Gossipsub conformance\n\n\
         | cases | steps | rows reached | findings |\n|---:|---:|---:|---:|\n| {} | {} | {reached} of {all} | {} |\n",
        report.cases,
        report.steps,
        report.findings.len()
    );
    // Writing to a string cannot fail.
    for finding in &report.findings {
        let _ = write!(page, "\n#### {}\n\n```\n{finding}```\n", finding.kind);
    }
    if !report.below_floor.is_empty() {
        let _ = write!(page, "\n#### Below their floors\n\n");
        for missing in &report.below_floor {
            let _ = writeln!(page, "- {missing}");
        }
    }
    page
}
