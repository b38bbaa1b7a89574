//! What a campaign does: which cases, with what, and until when.

use super::{Clock, Shard};
use crate::engine::{
    Capabilities, Draw, Event, Family, Finding, Generator, Named, Random, Step, StopSignal, Views,
    known_differences::KnownDifferences,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    panic,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::channel,
    },
    thread,
    time::Duration,
};

/// A profile of a family.
pub type ProfileOf<F> = <<F as Family>::Generator as Generator<F>>::Profile;

/// What a campaign does. For a deterministic implementation, the case of a number is the same sequence on every machine
/// and with any number of jobs.
#[derive(Clone, Debug)]
pub struct Plan<F: Family> {
    /// The seed of all cases.
    pub seed: u64,
    /// The variant of the system under test.
    pub variant: F::Variant,
    /// The profiles of parameters, taken in turn. At least one.
    pub profiles: Vec<ProfileOf<F>>,
    /// The number of steps of a case.
    pub steps: u64,
    /// The number of the first case.
    pub from: u64,
    /// The cases of this run, of those from the first one on.
    pub shard: Shard,
    /// The number of cases that run at the same time.
    pub jobs: usize,
    /// When to stop.
    pub until: Until,
    /// Whether to stop at the first finding as well.
    pub fail_fast: bool,
    /// The states that an implementation in this process shows.
    pub views: Views,
    /// Differences that are no findings.
    pub known: KnownDifferences,
    /// The kinds of inputs that are sent; absent: all.
    pub inputs: Option<BTreeSet<String>>,
    /// Ends the campaign soon, with what it has.
    pub stop: StopSignal,
}

/// The number of steps a case for which the minimum counts of the coverage hold.
pub const CALIBRATED_STEPS: u64 = 200;

/// The most jobs that run at the same time.
const MOST_JOBS: usize = 256;

/// How many inputs in a row may be left out, before a case ends because it has no step that may be sent.
const MOST_LEFT_OUT: u32 = 10_000;

/// All profiles of the default variant, with 200 steps a case and one job, for 30 seconds.
impl<F: Family> Default for Plan<F> {
    fn default() -> Self {
        Self {
            seed: 0,
            variant: F::Variant::default(),
            profiles: ProfileOf::<F>::ALL.to_vec(),
            steps: CALIBRATED_STEPS,
            from: 0,
            shard: Shard::WHOLE,
            jobs: 1,
            until: Until::Time(Duration::from_secs(30)),
            fail_fast: false,
            views: Views::Heartbeat,
            known: KnownDifferences::default(),
            inputs: None,
            stop: StopSignal::default(),
        }
    }
}

impl<F: Family> Plan<F> {
    /// The profile of a case.
    pub(in crate::engine) fn profile(&self, number: u64) -> ProfileOf<F> {
        let turn = usize::try_from(number % self.profiles.len() as u64).expect("the turn is below a length");
        *self.profiles.get(turn).expect("the turn is below the number of profiles")
    }

    /// A profile and a header for what belongs to no case.
    ///
    /// # Panics
    /// If the plan has no profiles.
    #[must_use]
    pub fn header_without_case(&self) -> (ProfileOf<F>, F::Header) {
        let profile = *self.profiles.first().expect("a plan has a profile");
        let mut draw = Random::of_case(self.seed, u64::MAX);
        let (header, _) = F::Generator::start(profile, self.variant, &Capabilities::default(), &mut draw);
        (profile, header)
    }

    /// Runs the cases in parallel. `start` makes a job; `run_case` runs a case of a job, and says whether to go on with
    /// cases; `finish` gets each job after its last case.
    pub(in crate::engine) fn run_cases<J>(
        &self,
        start: impl Fn() -> J + Sync,
        run_case: impl Fn(&mut J, u64, &Clock) -> ControlFlow<()> + Sync,
        finish: impl Fn(J) + Sync,
    ) {
        assert!(!self.profiles.is_empty(), "a plan needs a profile");
        let clock = Clock::start(self.until, self.stop.clone());
        let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
        let profiles = self.profiles.len() as u64;
        let run_job = || {
            let mut job = start();
            loop {
                let index = self.shard.case(next.fetch_add(1, Ordering::Relaxed), profiles);
                if !clock.allows_case(index) || stop.load(Ordering::Relaxed) {
                    break;
                }
                if run_case(&mut job, self.from.saturating_add(index), &clock).is_break() {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            finish(job);
        };
        thread::scope(|scope| {
            let (jobs_run, end_of_jobs) = channel::<()>();
            scope.spawn(|| clock.run(&{ end_of_jobs }));
            let jobs: Vec<_> = (0..self.jobs_at_once()).map(|_| scope.spawn(run_job)).collect();
            let ends: Vec<_> = jobs.into_iter().map(thread::ScopedJoinHandle::join).collect();
            drop(jobs_run);
            if let Some(panic) = ends.into_iter().find_map(Result::err) {
                panic::resume_unwind(panic);
            }
        });
    }

    /// The number of jobs: no more than there are cases, and than a machine can bear.
    fn jobs_at_once(&self) -> usize {
        let cases = match self.until {
            Until::Cases(cases) => usize::try_from(cases).unwrap_or(usize::MAX),
            Until::Time(_) => usize::MAX,
        };
        self.jobs.clamp(1, MOST_JOBS).min(cases.max(1))
    }

    /// The next step that may be sent. Absent if the generator draws no input that may be sent.
    pub(super) fn step(&self, generator: &mut F::Generator, model: &F::Model, draw: &mut impl Draw) -> Option<Step<F>> {
        for _ in 0..MOST_LEFT_OUT {
            let step = generator.step(model, draw);
            if self.may_send(&step) {
                return Some(step);
            }
        }
        None
    }

    /// Whether a step is one of those to be sent. Changes of the environment always are.
    pub(super) fn may_send(&self, step: &Step<F>) -> bool {
        let is_input = matches!(step.event, Event::Input(_));
        !is_input || self.inputs.as_ref().is_none_or(|inputs| inputs.contains(&step.kind()))
    }

    /// The finding, unless it is a known difference, which is counted.
    pub(super) fn unless_known(
        &self,
        header: &F::Header,
        steps: &[Step<F>],
        finding: Finding,
        counts: &mut BTreeMap<usize, u64>,
    ) -> Option<Finding> {
        let Some(index) = self.known.of(header, steps, &finding) else { return Some(finding) };
        *counts.entry(index).or_insert(0) += 1;
        None
    }
}

/// When a campaign stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// After this number of cases, over all shards.
    Cases(u64),
    /// After this time, also within a case: a step that has begun is finished.
    Time(Duration),
}
