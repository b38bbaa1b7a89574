//! A campaign as Markdown, for the summary of a step on GitHub Actions.

use super::campaign::CampaignReport;
use crate::engine::report::shown::{Shown, ShownLines};
use std::fmt::Write;

/// The page.
#[must_use]
pub fn markdown(report: &CampaignReport) -> String {
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
        let (text, title) = (finding.to_string(), Shown(&finding.kind));
        // A fence that is longer than any in the text.
        let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(page, "\n#### {title}\n\n{fence}\n{}{fence}\n", ShownLines(&text));
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
