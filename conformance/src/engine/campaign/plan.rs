//! What a campaign does: which cases, with what, and until when.

use crate::engine::{
    Capabilities, Family, Finding, Generator, Named, Random, Step, Views, known_differences::KnownDifferences,
};
use std::{
    collections::BTreeMap,
    num::NonZeroU64,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
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
    /// The cases of this run.
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
}

/// All profiles of the default variant, with 200 steps a case and one job, for 30 seconds.
impl<F: Family> Default for Plan<F> {
    fn default() -> Self {
        Self {
            seed: 0,
            variant: F::Variant::default(),
            profiles: ProfileOf::<F>::ALL.to_vec(),
            steps: 200,
            shard: Shard::WHOLE,
            jobs: 1,
            until: Until::Time(Duration::from_secs(30)),
            fail_fast: false,
            views: Views::Heartbeat,
            known: KnownDifferences::default(),
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
    pub(in crate::engine) fn header_without_case(&self) -> (ProfileOf<F>, F::Header) {
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
        run_case: impl Fn(&mut J, u64) -> ControlFlow<()> + Sync,
        finish: impl Fn(J) + Sync,
    ) {
        assert!(!self.profiles.is_empty(), "a plan needs a profile");
        let (begin, next, stop) = (Instant::now(), AtomicU64::new(0), AtomicBool::new(false));
        let is_over = |case: u64| match self.until {
            Until::Cases(cases) => case >= cases,
            Until::Time(time) => begin.elapsed() >= time,
        };
        thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                scope.spawn(|| {
                    let mut job = start();
                    loop {
                        let number = self.shard.case(next.fetch_add(1, Ordering::Relaxed));
                        if is_over(number) || stop.load(Ordering::Relaxed) {
                            break;
                        }
                        if run_case(&mut job, number).is_break() {
                            stop.store(true, Ordering::Relaxed);
                        }
                    }
                    finish(job);
                });
            }
        });
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

/// One of several disjoint shares of a campaign: together they are the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which share, from 1.
    pub number: NonZeroU64,
    /// Of how many.
    pub of: NonZeroU64,
}

impl Shard {
    /// The whole campaign.
    pub const WHOLE: Self = Self { number: NonZeroU64::MIN, of: NonZeroU64::MIN };

    /// The number of our case of this index.
    const fn case(self, index: u64) -> u64 {
        index.saturating_mul(self.of.get()).saturating_add(self.number.get() - 1)
    }
}

/// A share that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shard is K/N with 1 <= K <= N, such as 2/4")]
pub struct NoShard;

impl std::str::FromStr for Shard {
    type Err = NoShard;

    /// `2/4` is the second of four.
    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (number, of) = text.split_once('/').ok_or(NoShard)?;
        let (number, of): (NonZeroU64, NonZeroU64) =
            (number.parse().map_err(|_| NoShard)?, of.parse().map_err(|_| NoShard)?);
        if number <= of { Ok(Self { number, of }) } else { Err(NoShard) }
    }
}

/// When a campaign stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// After the cases with numbers below this, over all shards.
    Cases(u64),
    /// After this time: no new case is started then.
    Time(Duration),
}
