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
    /// By the index of the rule, over the cases that have ended.
    rules: Vec<Option<(&'static Rule, CheckCount)>>,
    /// How often in this case, by the index of the rule.
    in_this_case: Vec<u64>,
}

impl RuleCounts {
    /// Adds the counts of a case that has ended.
    pub(super) fn end_case(&mut self) {
        for (times, counted) in self.in_this_case.iter_mut().zip(&mut self.rules) {
            if *times > 0
                && let Some((_, count)) = counted
            {
                count.add(CheckCount { times: *times, cases: 1 });
                *times = 0;
            }
        }
    }

    /// Adds the counts of other cases.
    pub(super) fn add(&mut self, other: &Self) {
        for (rule, count) in other.rules.iter().flatten() {
            self.of(rule).add(*count);
        }
    }

    /// The counts by the names of the rules. Rules that never decided are absent.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<&'static str, CheckCount> {
        self.rules.iter().flatten().map(|(rule, count)| (rule.name, *count)).collect()
    }

    fn of(&mut self, rule: &'static Rule) -> &mut CheckCount {
        if self.rules.len() <= rule.index {
            self.rules.resize(rule.index + 1, None);
        }
        let place = self.rules.get_mut(rule.index).expect("the counts were made long enough");
        &mut place.get_or_insert((rule, CheckCount::default())).1
    }

    fn count(&mut self, rule: &'static Rule) {
        match self.in_this_case.get_mut(rule.index) {
            Some(times) if *times > 0 => *times += 1,
            _ => self.count_first(rule),
        }
    }

    /// The first time in a case.
    #[cold]
    fn count_first(&mut self, rule: &'static Rule) {
        self.of(rule);
        if self.in_this_case.len() <= rule.index {
            self.in_this_case.resize(rule.index + 1, 0);
        }
        *self.in_this_case.get_mut(rule.index).expect("the counts were made long enough") = 1;
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
            let mut observer = CountingObserver { counts: &mut counts, inner: &mut () };
            for rule in rules {
                observer.choice(rule, 0, 1);
            }
            counts.end_case();
        }
        let mut sum = counts.clone();
        sum.add(&counts);
        let count = |times, cases| CheckCount { times, cases };
        assert_eq!(counts.rows(), [("a (1)", count(1, 1)), ("a (3)", count(3, 2))].into());
        assert_eq!(sum.rows(), [("a (1)", count(2, 2)), ("a (3)", count(6, 4))].into());
    }
}
