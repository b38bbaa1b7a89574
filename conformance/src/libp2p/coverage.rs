//! Coverage of a campaign against routers: parts of answers, both outcomes of every check, values at their limits, and
//! choices with none, some and all of the candidates taken.

use super::Libp2pFamily;
use crate::engine::{self, Family};
use gossipsub_reference_model::{
    Decision, Observer, Rule,
    libp2p::{RULES, vocabulary::Output},
};
use std::{cmp::Ordering, sync::LazyLock};

/// The reports of one rule that are counted, in this order.
const REPORTS: [&str; 6] = ["holds", "does not hold", "at its limit", "chose none", "chose some", "chose all"];

/// The name of each row, after those of the parts of answers.
static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| RULES.iter().flat_map(|rule| REPORTS.map(|report| format!("{}: {report}", rule.name))).collect());

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
        let outputs = Libp2pFamily::OUTPUT_KINDS.iter().copied().zip(self.outputs.iter().copied());
        let rules = NAMES.iter().map(String::as_str).zip(self.rules.iter().copied());
        outputs.chain(rules).collect()
    }
}
