//! Results as text for people.

use super::Summary;
use crate::verify::{Counts, Failure, Verdict, Verified};
use gossipsub_automaton::OutputKind;
use std::fmt::{Display, Formatter, Result};

/// How many differences of a violation are shown.
const SHOWN: usize = 20;

impl Display for Summary {
    /// Every trace that is not allowed, then how often each output occurred, then the sums.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for verified in &self.results {
            verified.fmt(f)?;
        }
        self.outputs.fmt(f)?;
        let Self { traces, steps, violations, failed, unreadable, .. } = self;
        let failed = if *failed > 0 { format!("{failed} failed, ") } else { String::new() };
        writeln!(f)?;
        writeln!(
            f,
            "{}, {}: {}, {failed}{unreadable} unreadable",
            counted(*traces, "trace"),
            counted(*steps, "step"),
            counted(*violations, "violation")
        )
    }
}

impl Display for Verified {
    /// Nothing for a trace that is allowed.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.verdict {
            Verdict::Allowed => Ok(()),
            Verdict::Violated(failure) => {
                writeln!(f, "violation in {}, {failure}", self.trace)
            }
            Verdict::Failed { line, error } => writeln!(f, "failed in {}, line {line}: {error}\n", self.trace),
            Verdict::Unreadable { error } => writeln!(f, "unreadable: {error}\n"),
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { step, line, now, input, violation } = self;
        writeln!(f, "step {step} (line {line})")?;
        writeln!(f, "  at        {now}")?;
        writeln!(f, "  input     {} {input}", input.kind())?;
        writeln!(f, "  rule      {}", violation.rule)?;
        for difference in violation.differences.iter().take(SHOWN) {
            writeln!(f, "  {}", difference.what)?;
            writeln!(f, "    allowed   {}", difference.allowed)?;
            writeln!(f, "    observed  {}", difference.observed)?;
        }
        match violation.differences.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more: --format json shows all"),
        }
    }
}

impl Display for Counts {
    /// A table of all 44 kinds, two to a line.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let half = OutputKind::ALL.len().div_ceil(2);
        let (left, right) = OutputKind::ALL.split_at(half);
        for (index, kind) in left.iter().enumerate() {
            write!(f, "{:>9}  {:<36}", self.of(*kind), kind.name())?;
            if let Some(kind) = right.get(index) {
                write!(f, "{:>9}  {}", self.of(*kind), kind.name())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
