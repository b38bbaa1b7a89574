//! Results as text for people.

use super::{Summary, finding::write_difference, rules_page, shown::Shown};
use crate::engine::{
    Family,
    verify::{Failure, OutputCounts, Verdict, Verified},
};
use std::fmt::{Display, Formatter, Result};

/// How many differences of a violation are shown.
const SHOWN: usize = 20;

impl<F: Family> Display for Summary<F> {
    /// Every trace that is not allowed, then the sums. The alternate form, `{:#}`, also has a table of how often each output
    /// occurred.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for verified in &self.results {
            verified.fmt(f)?;
        }
        if f.alternate() {
            writeln!(f, "{}", self.outputs)?;
        }
        let Self { traces, steps, violations, failed, unsupported, unreadable, .. } = self;
        let failed = if *failed > 0 { format!("{failed} failed, ") } else { String::new() };
        let unsupported = if *unsupported > 0 { format!("{unsupported} unsupported, ") } else { String::new() };
        writeln!(
            f,
            "{}, {}: {}, {failed}{unsupported}{unreadable} unreadable",
            counted(*traces, "trace"),
            counted(*steps, "step"),
            counted(*violations, "violation")
        )
    }
}

impl<F: Family> Display for Verified<F> {
    /// Nothing for a trace that is allowed.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.verdict {
            Verdict::Allowed => Ok(()),
            Verdict::Violated(failure) => {
                writeln!(f, "violation in {}, {failure}", self.trace)
            }
            Verdict::Unsupported { line, reason } => {
                writeln!(f, "unsupported in {}, line {line}: {}\n", self.trace, Shown(reason))
            }
            Verdict::Failed { line, error } => {
                writeln!(f, "failed in {}, line {line}: {}\n", self.trace, Shown(&error.to_string()))
            }
            Verdict::Unreadable { error } => writeln!(f, "unreadable: {}\n", Shown(&error.to_string())),
        }
    }
}

impl<F: Family> Display for Failure<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { step, line, now, input, violation } = self;
        writeln!(f, "step {step} (line {line})")?;
        writeln!(f, "  at        {now}")?;
        writeln!(f, "  input     {}", Shown(&F::input_text(input)))?;
        writeln!(f, "  rule      {}", Shown(&violation.rule))?;
        if let Some(page) = rules_page::<F>(&violation.rule) {
            writeln!(f, "  page      {page}")?;
        }
        for difference in violation.differences.iter().take(SHOWN) {
            write_difference(f, "  ", difference)?;
        }
        match violation.differences.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more: --format json shows all"),
        }
    }
}

impl<F: Family> Display for OutputCounts<F> {
    /// A table of all kinds, two to a line.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let rows: Vec<_> = self.rows().collect();
        let (left, right) = rows.split_at(rows.len().div_ceil(2));
        for (index, (kind, count)) in left.iter().enumerate() {
            write!(f, "{count:>9}  {kind:<36}")?;
            if let Some((kind, count)) = right.get(index) {
                write!(f, "{count:>9}  {kind}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
