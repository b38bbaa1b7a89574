//! A campaign as Markdown, for the summary of a step on GitHub Actions.

use super::campaign::CampaignReport;
use crate::engine::{Coverage, Family};
use std::fmt::Write;

/// The page.
#[must_use]
pub fn markdown<F: Family>(report: &CampaignReport<F>) -> String {
    let (reached, all) = report.coverage.reached();
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
    if !report.below_minimum.is_empty() {
        let _ = write!(page, "\n#### Below their minimum\n\n");
        for missing in &report.below_minimum {
            let _ = writeln!(page, "- {missing}");
        }
    }
    if !report.no_longer_occurring.is_empty() {
        let _ = write!(page, "\n#### Known differences that no longer occur\n\n");
        for name in &report.no_longer_occurring {
            let _ = writeln!(page, "- {name}");
        }
    }
    page
}
