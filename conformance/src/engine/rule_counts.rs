//! How often the model decided by each rule, and in how many cases.

use gossipsub_reference_model::{Decision, Mark, Observer, Rule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often something was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckCount {
    /// How often.
    pub times: u64,
    /// In how many cases.
    pub cases: u64,
}

impl CheckCount {
    /// Adds the count of other cases.
    pub const fn add(&mut self, other: Self) {
        self.times = self.times.saturating_add(other.times);
        self.cases = self.cases.saturating_add(other.cases);
    }
}

/// Counts the decisions and the choices of each rule.
#[derive(Clone, Debug, Default)]
pub struct RuleCounts {
    /// By the index of the rule.
    rules: Vec<Option<RuleCount>>,
}

#[derive(Clone, Copy, Debug)]
struct RuleCount {
    rule: &'static Rule,
    count: CheckCount,
    in_this_case: bool,
}

impl RuleCounts {
    /// A case begins.
    pub(super) fn start_case(&mut self) {
        for rule in self.rules.iter_mut().flatten() {
            rule.in_this_case = false;
        }
    }

    /// Adds the counts of other cases.
    pub(super) fn add(&mut self, other: &Self) {
        for RuleCount { rule, count, .. } in other.rules.iter().flatten() {
            self.of(rule).count.add(*count);
        }
    }

    /// The counts by the names of the rules. Rules that never decided are absent.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<&'static str, CheckCount> {
        self.rules.iter().flatten().map(|RuleCount { rule, count, .. }| (rule.name, *count)).collect()
    }

    fn of(&mut self, rule: &'static Rule) -> &mut RuleCount {
        if self.rules.len() <= rule.index {
            self.rules.resize(rule.index + 1, None);
        }
        let place = self.rules.get_mut(rule.index).expect("the counts were made long enough");
        place.get_or_insert(RuleCount { rule, count: CheckCount::default(), in_this_case: false })
    }

    fn count(&mut self, rule: &'static Rule) {
        let rule = self.of(rule);
        rule.count.add(CheckCount { times: 1, cases: u64::from(!rule.in_this_case) });
        rule.in_this_case = true;
    }
}

/// Counts what the model reports, and passes it on.
pub(super) struct CountingObserver<'a> {
    pub(super) counts: &'a mut RuleCounts,
    pub(super) inner: &'a mut dyn Observer,
}

impl Observer for CountingObserver<'_> {
    fn decision(&mut self, decision: Decision<'_>) {
        self.counts.count(decision.rule);
        self.inner.decision(decision);
    }

    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        self.counts.count(rule);
        self.inner.choice(rule, taken, of);
    }

    fn reached(&mut self, mark: &'static Mark) {
        self.inner.reached(mark);
    }

    fn answered(&mut self, rule: &'static Rule) {
        self.inner.answered(rule);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FIRST: Rule = Rule { index: 0, name: "a (1)", sentence: "" };
    static THIRD: Rule = Rule { index: 2, name: "a (3)", sentence: "" };

    #[test]
    fn decisions_and_cases_are_counted() {
        let mut counts = RuleCounts::default();
        for rules in [&[&THIRD, &THIRD, &FIRST][..], &[], &[&THIRD]] {
            counts.start_case();
            let mut observer = CountingObserver { counts: &mut counts, inner: &mut () };
            for rule in rules {
                observer.choice(rule, 0, 1);
            }
        }
        let mut sum = counts.clone();
        sum.add(&counts);
        let count = |times, cases| CheckCount { times, cases };
        assert_eq!(counts.rows(), [("a (1)", count(1, 1)), ("a (3)", count(3, 2))].into());
        assert_eq!(sum.rows(), [("a (1)", count(2, 2)), ("a (3)", count(6, 4))].into());
    }
}
