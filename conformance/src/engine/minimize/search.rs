//! The search: the best sequence so far, and whether a candidate is better.

use super::{NothingToMinimize, Options, Subject, cost::Cost, document::Document};
use crate::engine::{Counterexample, Family, Sequence, StopSignal, TraceHeader};
use std::{mem, time::Instant};

/// The number of other seeds that some passes try each candidate with.
const OTHER_SEEDS: u64 = 4;

/// A sequence that was run and shows the finding.
#[derive(Debug)]
pub(super) struct Best<F: Family> {
    /// The inputs, up to the finding.
    pub(super) sequence: Sequence<F>,
    pub(super) document: Document<F>,
    pub(super) cost: Cost,
    /// The same with the answers that show the finding.
    pub(super) answered: Counterexample<F>,
}

/// The state of the search.
#[derive(Debug)]
pub(super) struct Search<'a, F: Family, S> {
    subject: &'a mut S,
    best: Best<F>,
    deadline: Option<Instant>,
    stop: StopSignal,
    complete: bool,
    /// How often to try if runs differ.
    tries: u32,
    repeatable: bool,
    other_seeds: bool,
    runs: u64,
}

impl<'a, F: Family, S: Subject<F>> Search<'a, F, S> {
    /// Runs the sequence as it is, to learn what the finding is, and whether it comes back.
    pub(super) fn start(
        sequence: &Sequence<F>,
        subject: &'a mut S,
        options: &Options,
    ) -> Result<Self, NothingToMinimize> {
        let deadline = Instant::now().checked_add(options.time);
        let tries = options.tries.max(1);
        let first = (1..=tries).find_map(|run| Some((run, Best::of_run(sequence, subject, None)?)));
        let Some((runs, best)) = first else { return Err(NothingToMinimize { runs: tries.into() }) };
        let (repeatable, runs) = (runs == 1, runs.into());
        let stop = options.stop.clone();
        let mut search =
            Self { subject, best, deadline, stop, complete: true, tries, repeatable, other_seeds: false, runs };
        search.turns_out_unrepeatable();
        Ok(search)
    }

    pub(super) const fn best(&self) -> &Best<F> {
        &self.best
    }

    pub(super) fn into_best(self) -> Best<F> {
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

    /// Takes over a candidate that shows the finding and costs less.
    pub(super) fn improve(&mut self, candidate: impl FnOnce(&Best<F>) -> Option<Sequence<F>>) -> bool {
        match self.attempt(candidate) {
            Some(shown) if shown.cost < self.best.cost => {
                self.best = shown;
                true
            }
            _ => false,
        }
    }

    /// Takes an edit over if what it makes shows the finding and costs less.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Document<F>)) -> bool {
        self.improve(|best| best.edited(edit))
    }

    /// Takes an edit over, if what it makes shows the finding, and costs less after a pass over it.
    pub(super) fn detour(&mut self, edit: impl FnOnce(&mut Document<F>), pass: impl FnOnce(&mut Self)) {
        if let Some(shown) = self.attempt(|best| best.edited(edit)) {
            let before = mem::replace(&mut self.best, shown);
            pass(self);
            if self.best.cost >= before.cost {
                self.best = before;
            }
        }
    }

    /// Runs a pass that also tries each candidate with other seeds: a finding may need a choice that a shorter sequence
    /// draws differently.
    pub(super) fn with_other_seeds(&mut self, pass: impl FnOnce(&mut Self)) {
        self.other_seeds = self.repeatable;
        pass(self);
        self.other_seeds = false;
    }

    /// Runs the best sequence again. True if its answers differ for the first time.
    pub(super) fn turns_out_unrepeatable(&mut self) -> bool {
        if !self.repeatable || self.time_is_over() {
            return false;
        }
        self.runs += 1;
        let kind = self.best.answered.finding.kind();
        let again = Best::of_run(&self.best.sequence, self.subject, Some(&kind));
        if self.stop.is_set() {
            return false;
        }
        let same =
            |again: Best<F>| again.answered.steps == self.best.answered.steps && again.answered.finding.kind() == kind;
        self.repeatable = again.is_some_and(same);
        !self.repeatable
    }

    /// Runs a candidate, several times if answers differ from run to run. Absent if it does not show the finding.
    fn attempt(&mut self, candidate: impl FnOnce(&Best<F>) -> Option<Sequence<F>>) -> Option<Best<F>> {
        if self.time_is_over() {
            return None;
        }
        let mut candidate = candidate(&self.best)?;
        candidate.steps = F::legal_steps(&candidate.header, candidate.steps);
        if candidate == self.best.sequence || candidate.header.check().is_err() {
            return None;
        }
        let kind = self.best.answered.finding.kind();
        let other_seeds = self.other_seeds.then_some(0..OTHER_SEEDS).into_iter().flatten().map(Some);
        for seed in std::iter::once(candidate.header.seed()).chain(other_seeds) {
            candidate.header.set_seed(seed);
            for _ in 0..if self.repeatable { 1 } else { self.tries } {
                if self.time_is_over() {
                    return None;
                }
                self.runs += 1;
                let shown = Best::of_run(&candidate, self.subject, Some(&kind));
                if let Some(shown) = shown.filter(|shown| F::is_part_of(&shown.answered.finding.kind(), &kind)) {
                    return Some(shown);
                }
            }
        }
        None
    }

    fn time_is_over(&mut self) -> bool {
        let over = self.stop.is_set() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        self.complete &= !over;
        over
    }
}

impl<F: Family> Best<F> {
    /// Runs a sequence up to the first finding; nothing if there is none.
    fn of_run<S: Subject<F>>(sequence: &Sequence<F>, subject: &mut S, wanted: Option<&str>) -> Option<Self> {
        let answered = subject.run(sequence, wanted).filter(|run| !run.finding.is_stopped())?;
        let steps = sequence.steps.iter().take(answered.steps.len()).cloned().collect();
        let sequence = Sequence { header: sequence.header.clone(), steps };
        let mut document = Document::of(&sequence);
        let cost = Cost::of(&mut document);
        Some(Self { sequence, document, cost, answered })
    }

    pub(super) fn edited(&self, edit: impl FnOnce(&mut Document<F>)) -> Option<Sequence<F>> {
        let mut document = self.document.clone();
        edit(&mut document);
        document.into_sequence()
    }
}
