//! What the command does while a campaign runs: shows progress, and saves findings.

use super::{super::family::CommandFamily, super::progress::Progress, saved::SavedFindings};
use gossipsub_conformance::engine::{
    Coverage,
    campaign::{CampaignObserver, Case, Plan, Until},
    report::shown::Shown,
};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Shows progress, and saves findings.
pub(super) struct Monitor<'a, F: CommandFamily> {
    plan: &'a Plan<F>,
    progress: &'a Progress,
    saved: &'a SavedFindings,
    start: Instant,
    cases: AtomicU64,
    steps: AtomicU64,
    outputs: AtomicU64,
    kinds: AtomicU64,
    /// What could not be saved.
    problems: Mutex<Vec<String>>,
}

impl<'a, F: CommandFamily> Monitor<'a, F> {
    pub(super) fn new(plan: &'a Plan<F>, progress: &'a Progress, saved: &'a SavedFindings) -> Self {
        progress.set(0, "the first cases run");
        Self {
            plan,
            progress,
            saved,
            start: Instant::now(),
            cases: AtomicU64::new(0),
            steps: AtomicU64::new(0),
            outputs: AtomicU64::new(0),
            kinds: AtomicU64::new(0),
            problems: Mutex::new(Vec::new()),
        }
    }

    /// Since when the campaign runs.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// What could not be saved.
    pub(super) fn into_problems(self) -> Vec<String> {
        self.problems.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: CommandFamily> CampaignObserver<F> for Monitor<'_, F> {
    fn case_ended(&self, steps: u64, coverage: &F::Coverage) {
        let cases = self.cases.fetch_add(1, Ordering::Relaxed) + 1;
        let steps = self.steps.fetch_add(steps, Ordering::Relaxed) + steps;
        let reached = reached::<F>(coverage);
        let outputs = (self.outputs.fetch_or(reached, Ordering::Relaxed) | reached).count_ones();
        let elapsed = self.start.elapsed();
        let position = if matches!(self.plan.until, Until::Cases(_)) { cases } else { elapsed.as_secs() };
        let (rate, all) = (rate(steps, elapsed), F::OUTPUT_KINDS.len());
        let found = match self.kinds.load(Ordering::Relaxed) {
            0 => String::new(),
            1 => ", 1 finding".to_owned(),
            kinds => format!(", {kinds} findings"),
        };
        let message = format!("{cases} cases, {rate:.0} steps a second, {outputs}/{all} outputs{found}");
        self.progress.set(position, message);
    }

    fn found(&self, kind: &str, case: &Case<F>) {
        match self.saved.save(kind, case) {
            Ok(None) => {}
            Ok(Some(path)) => {
                self.kinds.fetch_add(1, Ordering::Relaxed);
                self.progress.line(&format!("finding: {}: saved as {}", Shown(kind), path.display()));
            }
            Err(error) => {
                let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
                // One for all: most likely the others fail alike.
                if problems.is_empty() {
                    let problem = format!("a finding cannot be saved: {error}");
                    self.progress.line(&format!("error: {problem}"));
                    problems.push(problem);
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown, not computed with")]
fn rate(steps: u64, elapsed: Duration) -> f64 {
    steps as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// The outputs that a job reached, a bit each.
fn reached<F: CommandFamily>(coverage: &F::Coverage) -> u64 {
    let reached = (0..F::OUTPUT_KINDS.len()).map(|kind| u64::from(coverage.output(kind) > 0));
    reached.fold(0, |bits, bit| bits << 1 | bit)
}
