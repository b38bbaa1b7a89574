//! The findings of a campaign as one table.

use super::{finding::FindingReport, shown::Shown};
use std::fmt::{Display, Formatter, Result};

/// A line for each finding: the number of cases, the steps after minimization, the file, and the rule.
#[derive(Clone, Copy, Debug)]
pub struct FindingsTable<'a>(pub &'a [FindingReport]);

impl Display for FindingsTable<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let trace = |finding: &FindingReport| finding.trace.clone().unwrap_or_else(|| "not saved".to_owned());
        let width = self.0.iter().map(|finding| trace(finding).chars().count()).max().unwrap_or(0).max("trace".len());
        writeln!(f, "{:>9}{:>8}  {:<width$}  rule", "cases", "steps", "trace")?;
        for finding in self.0 {
            let FindingReport { kind, cases, minimized_to, .. } = finding;
            writeln!(f, "{cases:>9}{minimized_to:>8}  {:<width$}  {}", trace(finding), Shown(kind))?;
        }
        writeln!(f)
    }
}
