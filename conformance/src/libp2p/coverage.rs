//! Coverage of a campaign against routers: parts of answers, both outcomes of every check, values at their limits, and
//! choices with none, some and all of the candidates taken.
//!
//! The rows are those of one committed table, which also has the minimum count of each: see [`rows`].

mod rows;

use super::{DialectName, Libp2pFamily};
use crate::engine::{self, CoverageRows, Family};
use gossipsub_reference_model::{
    Decision, Observer, Rule,
    libp2p::{RULES, vocabulary::Output},
};
use rows::{REPORTS, Row, Source, rows};
use std::cmp::Ordering;

/// Counts what the model reports.
#[derive(Clone, Debug)]
pub struct Coverage {
    outputs: Vec<u64>,
    rules: Vec<u64>,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { outputs: vec![0; Libp2pFamily::OUTPUT_KINDS.len()], rules: vec![0; RULES.len() * REPORTS.len()] }
    }
}

impl Coverage {
    fn count(&mut self, rule: &'static Rule, report: usize) {
        let index = rule.index * REPORTS.len() + report;
        let count = self.rules.get_mut(index).expect("there are counts for each rule");
        *count = count.saturating_add(1);
    }

    fn of(&self, source: Source) -> u64 {
        let (counts, index) = match source {
            Source::Output(kind) => (&self.outputs, kind),
            Source::Rule(rule, report) => (&self.rules, rule * REPORTS.len() + report),
        };
        counts.get(index).copied().unwrap_or(0)
    }

    /// The count of everything that can be counted, in the order of the table, whether it has a row there or not.
    #[must_use]
    pub fn counts(&self) -> Vec<(String, u64)> {
        let outputs =
            Libp2pFamily::OUTPUT_KINDS.iter().map(|kind| (*kind).to_owned()).zip(self.outputs.iter().copied());
        let all = RULES.iter().flat_map(|rule| (0..REPORTS.len()).map(move |report| (rule, report)));
        let rules = all.map(|(rule, report)| (rows::name(rule, report), self.of(Source::Rule(rule.index, report))));
        outputs.chain(rules).collect()
    }
}

impl Observer for Coverage {
    fn decision(&mut self, decision: Decision<'_>) {
        self.count(decision.rule, usize::from(!decision.holds));
        if decision.ordering == Some(Ordering::Equal) {
            self.count(decision.rule, 2);
        }
    }

    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        let report = match taken {
            0 => 3,
            taken if taken < of => 4,
            _ => 5,
        };
        self.count(rule, report);
    }
}

impl engine::Coverage<Libp2pFamily> for Coverage {
    fn add(&mut self, other: &Self) {
        let theirs = other.outputs.iter().chain(&other.rules);
        for (ours, theirs) in self.outputs.iter_mut().chain(&mut self.rules).zip(theirs) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    fn count_output(&mut self, output: &Output) {
        Libp2pFamily::output_kinds(output, &mut |kind| {
            let count = self.outputs.get_mut(kind).expect("a kind is an index into the family's kinds");
            *count = count.saturating_add(1);
        });
    }

    fn output(&self, kind: usize) -> u64 {
        self.outputs.get(kind).copied().unwrap_or(0)
    }

    fn rows(&self) -> Vec<(&'static str, u64)> {
        rows().iter().map(|row| (row.name, self.of(row.source))).collect()
    }

    fn below_minimum(_: DialectName, counts: &CoverageRows, steps: u64) -> Vec<String> {
        let below = rows().iter().filter_map(|Row { name, minimum, .. }| {
            let required = rows::required(*minimum, steps)?;
            let reached = counts.count(name);
            (u128::from(reached) < required)
                .then(|| format!("{name}: reached {reached} times in {steps} steps, expected at least {required}"))
        });
        below.collect()
    }
}
