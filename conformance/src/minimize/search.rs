//! The search: the best sequence so far, and whether a candidate is better.

use super::{NothingToMinimize, Options, cost::Cost, document::Document, kind::is_part_of};
use crate::{
    determinism,
    implementation::Implementation,
    properties::trials,
    runner::{Finding, Runner},
    sequence::Sequence,
    trace::{Header, Step},
};
use std::{mem, time::Instant};

/// How many other seeds a candidate is tried with, where that is asked for.
const OTHER_SEEDS: u64 = 4;

/// A sequence that was run and shows the finding.
#[derive(Debug)]
pub(super) struct Best {
    /// The steps end with the finding.
    pub(super) sequence: Sequence,
    pub(super) document: Document,
    pub(super) cost: Cost,
    /// The steps with the answers that showed it.
    pub(super) answered: Vec<Step>,
    pub(super) finding: Finding,
}

/// The state of the search.
#[derive(Debug)]
pub(super) struct Search<'a, M> {
    implementation: &'a mut M,
    best: Best,
    deadline: Option<Instant>,
    complete: bool,
    /// How often to try where runs differ.
    tries: u32,
    repeatable: bool,
    other_seeds: bool,
    runs: u64,
}

impl<'a, M: Implementation> Search<'a, M> {
    /// Runs the sequence as it is, to learn what the finding is, and whether it comes back.
    pub(super) fn start(
        sequence: &Sequence,
        implementation: &'a mut M,
        options: &Options,
    ) -> Result<Self, NothingToMinimize> {
        let deadline = Instant::now().checked_add(options.time);
        let tries = options.tries.max(1);
        let first = (1..=tries).find_map(|run| Some((run, Best::of_run(sequence, implementation, true)?)));
        let Some((runs, best)) = first else { return Err(NothingToMinimize { runs: tries.into() }) };
        let (repeatable, runs) = (runs == 1, runs.into());
        let mut search =
            Self { implementation, best, deadline, complete: true, tries, repeatable, other_seeds: false, runs };
        search.turns_out_unrepeatable();
        Ok(search)
    }

    pub(super) const fn best(&self) -> &Best {
        &self.best
    }

    pub(super) fn into_best(self) -> Best {
        self.best
    }

    /// Whether time did not end anything.
    pub(super) const fn complete(&self) -> bool {
        self.complete
    }

    pub(super) const fn repeatable(&self) -> bool {
        self.repeatable
    }

    pub(super) const fn runs(&self) -> u64 {
        self.runs
    }

    /// Takes a candidate over if it shows the finding and costs less.
    pub(super) fn improve(&mut self, candidate: impl FnOnce(&Best) -> Option<Sequence>) -> bool {
        match self.attempt(candidate) {
            Some(shown) if shown.cost < self.best.cost => {
                self.best = shown;
                true
            }
            _ => false,
        }
    }

    /// Takes an edit over if what it makes shows the finding and costs less.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Document)) -> bool {
        self.improve(|best| best.edited(edit))
    }

    /// Takes an edit over, if what it makes shows the finding, and costs less after a pass over it.
    pub(super) fn detour(&mut self, edit: impl FnOnce(&mut Document), pass: impl FnOnce(&mut Self)) {
        if let Some(shown) = self.attempt(|best| best.edited(edit)) {
            let before = mem::replace(&mut self.best, shown);
            pass(self);
            if self.best.cost >= before.cost {
                self.best = before;
            }
        }
    }

    /// Makes a pass in which each candidate is tried with other seeds, too: a finding may need a choice that a shorter
    /// sequence draws otherwise.
    pub(super) fn with_other_seeds(&mut self, pass: impl FnOnce(&mut Self)) {
        self.other_seeds = self.repeatable;
        pass(self);
        self.other_seeds = false;
    }

    /// Whether the best sequence is answered otherwise now, for the first time.
    pub(super) fn turns_out_unrepeatable(&mut self) -> bool {
        if !self.repeatable || self.time_is_over() {
            return false;
        }
        self.runs += 1;
        let kind = self.best.finding.kind();
        let again = Best::of_run(&self.best.sequence, self.implementation, is_of_asking_again(&kind));
        let same = |again: Best| again.answered == self.best.answered && again.finding.kind() == kind;
        self.repeatable = again.is_some_and(same);
        !self.repeatable
    }

    /// Runs a candidate, as often as is needed to tell. None where it does not show the finding.
    fn attempt(&mut self, candidate: impl FnOnce(&Best) -> Option<Sequence>) -> Option<Best> {
        if self.time_is_over() {
            return None;
        }
        let mut candidate = candidate(&self.best)?;
        if candidate == self.best.sequence || candidate.header.limits.check().is_err() {
            return None;
        }
        let kind = self.best.finding.kind();
        let other_seeds = self.other_seeds.then_some(0..OTHER_SEEDS).into_iter().flatten().map(Some);
        for seed in std::iter::once(candidate.header.seed).chain(other_seeds) {
            candidate.header.seed = seed;
            for _ in 0..if self.repeatable { 1 } else { self.tries } {
                if self.time_is_over() {
                    return None;
                }
                self.runs += 1;
                let shown = Best::of_run(&candidate, self.implementation, is_of_asking_again(&kind));
                if let Some(shown) = shown.filter(|shown| is_part_of(&shown.finding.kind(), &kind)) {
                    return Some(shown);
                }
            }
        }
        None
    }

    fn time_is_over(&mut self) -> bool {
        let over = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        self.complete &= !over;
        over
    }
}

impl Best {
    /// What comes of a sequence up to the first finding, those of asking again included if wanted; none where
    /// there is none.
    fn of_run<M: Implementation>(
        Sequence { header, steps }: &Sequence,
        implementation: &mut M,
        asks_again: bool,
    ) -> Option<Self> {
        let mut answered = Vec::new();
        let finding = first_finding(header, steps, implementation, asks_again, &mut answered)?;
        let steps = steps.iter().take(answered.len()).cloned().collect();
        let sequence = Sequence { header: header.clone(), steps };
        let mut document = Document::of(&sequence);
        let cost = Cost::of(&mut document);
        Some(Self { sequence, document, cost, answered, finding })
    }

    pub(super) fn edited(&self, edit: impl FnOnce(&mut Document)) -> Option<Sequence> {
        let mut document = self.document.clone();
        edit(&mut document);
        document.into_sequence()
    }
}

/// The finding, if there is one. The steps up to it are answered; none where the automaton does not start.
fn first_finding<M: Implementation>(
    header: &Header,
    steps: &[Step],
    implementation: &mut M,
    asks_again: bool,
    answered: &mut Vec<Step>,
) -> Option<Finding> {
    let mut runner = match Runner::start(implementation, header) {
        Ok(runner) => runner,
        Err(finding) => return Some(finding),
    };
    for step in steps {
        let mut step = step.clone();
        let result = runner.step(&mut step);
        answered.push(step);
        if let Err(finding) = result {
            return Some(finding);
        }
    }
    if !asks_again {
        return None;
    }
    runner.determinism(answered).and_then(|()| runner.trials(answered)).err()
}

/// Whether a finding of this kind shows only when the implementation is asked the same sequence again.
fn is_of_asking_again(kind: &str) -> bool {
    determinism::is_rule(kind) || trials::is_of_trial(kind)
}
