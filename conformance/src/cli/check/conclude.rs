//! Minimizes the findings of a campaign. Whatever happens here, the sequence as it was found stays saved.

use super::{
    super::{family::CommandFamily, implementation::UnderTest, progress::Progress},
    saved::SavedFindings,
};
use gossipsub_conformance::engine::{
    Counterexample, Family, Finding, Implementation, ImplementationError, Sequence, StopSignal,
    campaign::Case,
    known_differences::KnownDifferences,
    minimize::{Minimized, NothingToMinimize, Options, minimize},
    report::finding::FindingReport,
    run_sequence,
};
use std::time::{Duration, Instant};

/// A case and its report so far.
pub(crate) struct Concluded<F: Family> {
    pub(crate) case: Case<F>,
    pub(crate) report: FindingReport,
    minimized: Option<Minimized<F>>,
}

impl<F: CommandFamily> Concluded<F> {
    /// A case as it was found, in this many cases.
    pub(crate) fn new(case: Case<F>, cases: u64, saved: &SavedFindings, under_test: &UnderTest) -> Self {
        let mut report = FindingReport::new(&case.counterexample);
        (report.cases, report.first_case) = (cases, case.number);
        if let Some(path) = saved.path_of(&report.kind) {
            report.saved_at(&path, Some(&under_test.arguments()));
            report.original.clone_from(&report.trace);
        }
        Self { case, report, minimized: None }
    }
}

/// How findings are minimized.
pub(crate) struct Minimizer<'a> {
    pub(crate) under_test: &'a UnderTest,
    pub(crate) saved: &'a SavedFindings,
    pub(crate) progress: &'a Progress,
    pub(crate) stop: StopSignal,
    /// Differences that are no findings.
    pub(crate) known: &'a KnownDifferences,
    /// How long all of them may take.
    pub(crate) time: Duration,
    pub(crate) problems: Vec<String>,
}

impl Minimizer<'_> {
    /// Minimizes each finding in its share of the time. What one leaves goes to those after it, and what is left in the end
    /// to those that need more.
    pub(crate) fn run<F: CommandFamily>(&mut self, findings: &mut [Concluded<F>]) {
        if self.time.is_zero() {
            return;
        }
        let start = Instant::now();
        for round in 0..2 {
            let needs_more = |finding: &Concluded<F>| {
                round == 0 || finding.minimized.as_ref().is_some_and(|minimized| !minimized.complete)
            };
            let mut waiting = findings.iter().filter(|finding| needs_more(finding)).count();
            for finding in findings.iter_mut() {
                let left = self.time.saturating_sub(start.elapsed());
                if !needs_more(finding) || self.stop.is_set() || left.is_zero() {
                    continue;
                }
                self.progress.set(0, format!("minimizing: {waiting} findings left, {} s left", left.as_secs()));
                self.minimize(finding, left / u32::try_from(waiting.max(1)).unwrap_or(u32::MAX));
                waiting = waiting.saturating_sub(1);
            }
        }
    }

    fn minimize<F: CommandFamily>(&mut self, finding: &mut Concluded<F>, time: Duration) {
        let start = Instant::now();
        let steps_before = finding.case.counterexample.steps.len();
        let from =
            finding.minimized.as_ref().map_or(&finding.case.counterexample, |minimized| &minimized.counterexample);
        let mut remarks = Vec::new();
        match self.minimized(from, &finding.report.kind, time, &mut remarks) {
            Ok(mut minimized) => {
                minimized.steps_before = steps_before;
                remarks.insert(0, minimized.to_string());
                match self.saved.save_minimized(finding.case.number, &minimized.counterexample) {
                    Ok(path) => {
                        let mut report = FindingReport::new(&minimized.counterexample);
                        let FindingReport { cases, first_case, original, seconds, .. } = &finding.report;
                        (report.cases, report.first_case, report.seconds) = (*cases, *first_case, *seconds);
                        report.original.clone_from(original);
                        report.steps = steps_before as u64;
                        report.saved_at(&path, Some(&self.under_test.arguments()));
                        finding.report = report;
                        finding.minimized = Some(minimized);
                    }
                    Err(error) => self.problems.push(format!("a minimized finding cannot be saved: {error}")),
                }
            }
            Err(_) if self.stop.is_set() => remarks.push("not minimized: the run was stopped".into()),
            Err(_) => {}
        }
        finding.report.seconds += start.elapsed().as_secs_f64();
        finding.report.remarks = remarks;
    }

    /// Minimizes a counterexample. The result is replayed in a new process: if the finding does not return there, each
    /// candidate gets a process of its own.
    fn minimized<F: CommandFamily>(
        &self,
        from: &Counterexample<F>,
        kind: &str,
        time: Duration,
        remarks: &mut Vec<String>,
    ) -> Result<Minimized<F>, NothingToMinimize> {
        let start = Instant::now();
        let options = |time| Options {
            time,
            implementation: Some(self.under_test.name::<F>()),
            views: from.views,
            known: self.known.clone(),
            stop: self.stop.clone(),
            ..Options::default()
        };
        let sequence = || Sequence { header: from.header.clone(), steps: from.steps.clone() };
        if self.under_test.is_program() && !self.returns(from, kind, Options::default().tries) {
            let nothing = NothingToMinimize { runs: Options::default().tries.into() };
            self.explain_absence(from, kind, nothing, remarks);
            return Err(nothing);
        }
        let minimized = match minimize(sequence(), &mut self.under_test.make::<F>(), &options(time)) {
            Ok(minimized) if F::is_part_of(&minimized.counterexample.finding.kind(), kind) => minimized,
            Ok(minimized) => {
                remarks.push(format!("a new run showed another finding: {}", minimized.counterexample.finding.kind()));
                return Err(NothingToMinimize { runs: minimized.runs });
            }
            Err(nothing) => {
                self.explain_absence(from, kind, nothing, remarks);
                return Err(nothing);
            }
        };
        let tries = |minimized: &Minimized<F>| if minimized.repeatable { 1 } else { Options::default().tries };
        if !self.under_test.is_program() || self.returns(&minimized.counterexample, kind, tries(&minimized)) {
            return Ok(minimized);
        }
        let left = time.saturating_sub(start.elapsed()).max(time / 2);
        let fresh = self.under_test.with_fresh_processes();
        remarks
            .push("it depends on what the process was sent before, so each candidate had a process of its own".into());
        let minimized = minimize(sequence(), &mut fresh.make::<F>(), &options(left))?;
        if self.returns(&minimized.counterexample, kind, tries(&minimized)) {
            Ok(minimized)
        } else {
            Err(NothingToMinimize { runs: minimized.runs })
        }
    }

    /// Whether a finding returns in one of several new processes.
    fn returns<F: CommandFamily>(&self, counterexample: &Counterexample<F>, kind: &str, tries: u32) -> bool {
        (0..tries).any(|_| {
            let again = counterexample.replay(&mut self.under_test.make::<F>());
            again.is_some_and(|again| again.finding.is_stopped() || F::is_part_of(&again.finding.kind(), kind))
        })
    }

    /// Says why a finding does not show again: whether it returns if one process is sent the sequence several times.
    fn explain_absence<F: CommandFamily>(
        &self,
        from: &Counterexample<F>,
        kind: &str,
        nothing: NothingToMinimize,
        remarks: &mut Vec<String>,
    ) {
        /// How often a sequence is sent to one process.
        const MOST_TIMES: u32 = 200;
        /// How long that may take.
        const LONGEST: Duration = Duration::from_secs(10);

        remarks.push(format!("it did not show again: {nothing}"));
        if !self.under_test.is_program() {
            return;
        }
        let start = Instant::now();
        let mut implementation = self.under_test.make::<F>();
        let mut lines = 0_u64;
        for _ in 0..MOST_TIMES {
            if start.elapsed() > LONGEST || self.stop.is_set() {
                break;
            }
            let (steps, finding) = run_sequence(&mut implementation, &from.header, &from.steps, from.views);
            lines += 1 + steps.len() as u64;
            if let Some(finding) = finding {
                if F::is_part_of(&finding.kind(), kind) {
                    remarks.push(format!(
                        "it depends on what the process was sent before: in one process it came after {lines} lines. \
                         With --fresh-process each case has a process of its own"
                    ));
                }
                return;
            }
        }
        // What ends it now is no news.
        let _: Result<(), ImplementationError> = implementation.finish();
        if matches!(from.finding, Finding::Failed(_)) {
            remarks.push("it may depend on time, or on earlier cases: --fresh-process rules out the latter".into());
        }
    }
}
