//! The rows of coverage, each with its minimum count, so that a change of the generator cannot lose coverage unnoticed.

use crate::engine::Family;
use crate::libp2p::Libp2pFamily;
use gossipsub_reference_model::{Rule, libp2p::RULES};
use std::sync::LazyLock;

/// The reports of one rule that are counted, in this order.
pub(super) const REPORTS: [&str; 6] =
    ["holds", "does not hold", "at its limit", "chose none", "chose some", "chose all"];

/// The minimum counts of a million steps over all profiles, in the form of the table that `check --report` prints: a third
/// of the least counts over several seeds and all dialects. Rows that are only reached in some dialects have a minimum of
/// 0. The test `libp2p_coverage` writes this table if `LIBP2P_COVERAGE_TABLE` names a file.
const MINIMUM_COUNTS: &str = include_str!("minimum_counts.txt");

/// Shorter campaigns are not judged.
const JUDGED_FROM: u64 = 1_000_000;

/// What the count of a row is the count of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A kind of output, by its index.
    Output(usize),
    /// A report of a rule, by the index of the rule and that of the report.
    Rule(usize, usize),
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) minimum: u64,
    pub(super) source: Source,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = MINIMUM_COUNTS.lines().map(|line| {
        let (count, name) = line.trim_start().split_once("  ").expect("a line has a count and a name");
        let minimum = count.parse().expect("a count is a number");
        let source = source(name).unwrap_or_else(|| panic!("a row is named after an output or a rule, found {name}"));
        Row { name, minimum, source }
    });
    rows.collect()
});

/// All rows.
pub(super) fn rows() -> &'static [Row] {
    &ROWS
}

/// The name of the row of a report.
pub(super) fn name(rule: &Rule, report: usize) -> String {
    format!("{}: {}", rule.name, REPORTS.get(report).expect("a report is an index into all"))
}

fn source(row: &str) -> Option<Source> {
    if let Some(kind) = Libp2pFamily::OUTPUT_KINDS.iter().position(|kind| *kind == row) {
        return Some(Source::Output(kind));
    }
    let (rule, report) = row.split_once(": ")?;
    let rule = RULES.iter().find(|known| known.name == rule)?;
    Some(Source::Rule(rule.index, REPORTS.iter().position(|known| *known == report)?))
}

/// The count that a campaign of this many steps must reach. None if it was too short.
pub(super) fn required(minimum: u64, steps: u64) -> Option<u128> {
    (steps >= JUDGED_FROM).then(|| u128::from(minimum) * u128::from(steps) / u128::from(JUDGED_FROM))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{Coverage as _, CoverageRows},
        libp2p::{DialectName, Libp2pFamily, coverage::Coverage},
    };
    use std::collections::BTreeSet;

    /// The rules that no row is about, each with the reason.
    const WITHOUT_ROW: &[(&str, &str)] = &[
        ("answer (1)", "about answers that no model gives"),
        ("answer (2)", "about answers that no model gives"),
        ("answer (3)", "about answers that no model gives"),
        ("view (1)", "compares what is shown, and decides nothing"),
        ("view (2)", "compares what is shown, and decides nothing"),
        ("view (3)", "compares what is shown, and decides nothing"),
        ("view (4)", "compares what is shown, and decides nothing"),
    ];

    #[test]
    fn every_rule_has_a_row_or_a_reason_why_not() {
        let of_rows = rows().iter().filter_map(|row| Some(row.name.split_once(": ")?.0));
        let with_row: BTreeSet<&str> = of_rows.collect();
        let without: BTreeSet<&str> = WITHOUT_ROW.iter().map(|(rule, _)| *rule).collect();
        assert!(with_row.is_disjoint(&without));
        let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(&with_row | &without, all);
        let names: BTreeSet<&str> = rows().iter().map(|row| row.name).collect();
        assert_eq!(names.len(), rows().len(), "a row stands twice");
    }

    #[test]
    fn coverage_without_a_hit_is_below_every_minimum_but_0() {
        let above = rows().iter().filter(|row| row.minimum > 0).count();
        let rows = CoverageRows::of::<Libp2pFamily>(&Coverage::default());
        let below = |steps| Coverage::below_minimum(DialectName::default(), &rows, steps);
        assert_eq!(below(JUDGED_FROM).len(), above);
        assert_eq!(below(JUDGED_FROM - 1), Vec::<String>::new());
    }
}
