//! A campaign: many generated sequences, in parallel, each checked step by step.

use crate::{
    determinism,
    expectations::{After, Expectations},
    generate::{Generator, Profile, Random},
    implementation::{Fault, Implementation},
    ledger::Ledger,
    minimize::{Minimized, NothingToMinimize, Options, minimize},
    runner::{Finding, Runner},
    sequence::Sequence,
    trace::{Header, Step},
};
use std::{
    collections::BTreeMap,
    num::NonZeroU64,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// What a campaign does. For an implementation that is deterministic, the case of a number is the same sequence on
/// every machine and with any number of jobs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where all choices come from.
    pub seed: u64,
    /// The profiles of limits, taken in turn.
    pub profiles: Vec<Profile>,
    /// How many steps a case has.
    pub steps: u64,
    /// Which cases are ours.
    pub shard: Shard,
    /// How many cases are run at the same time.
    pub jobs: usize,
    /// When to stop.
    pub until: Until,
    /// Whether to stop at the first finding, too.
    pub fail_fast: bool,
    /// What is not to be taken for a finding.
    pub expectations: Expectations,
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

/// A share that there is not.
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

/// What came of a campaign.
#[derive(Debug, Default)]
pub struct Results {
    /// How many cases were run.
    pub cases: u64,
    /// How many generated steps were checked. Endings and trials come on top.
    pub steps: u64,
    /// How often each profile was used.
    pub profiles: BTreeMap<Profile, u64>,
    /// What was reached.
    pub ledger: Ledger,
    /// How often each known difference occurred, by its index.
    pub expected: BTreeMap<usize, u64>,
    /// For each kind of finding, the case with the lowest number that showed it, and how many did.
    pub findings: BTreeMap<String, (Case, u64)>,
}

/// A case that ended in a finding.
#[derive(Debug)]
pub struct Case {
    /// Its number in the campaign.
    pub number: u64,
    /// Its profile.
    pub profile: Profile,
    /// Its header.
    pub header: Header,
    /// Its steps with their answers; the last one is the one of the finding.
    pub steps: Vec<Step>,
    /// What was found.
    pub finding: Finding,
    /// Whether the state was shown after every step.
    shows_all: bool,
}

impl Case {
    /// Makes the sequence short, with the implementation showing what it showed when this was found.
    ///
    /// # Errors
    /// Where the finding does not show again.
    pub fn minimize<M: Implementation>(
        &self,
        implementation: &mut M,
        options: &Options,
    ) -> Result<Minimized, NothingToMinimize> {
        implementation.show_all(self.shows_all);
        minimize(Sequence { header: self.header.clone(), steps: self.steps.clone() }, implementation, options)
    }
}

impl Results {
    /// Adds the results of another job.
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.steps += other.steps;
        self.ledger.add(&other.ledger);
        for (profile, count) in other.profiles {
            *self.profiles.entry(profile).or_insert(0) += count;
        }
        for (index, count) in other.expected {
            *self.expected.entry(index).or_insert(0) += count;
        }
        for (kind, (case, count)) in other.findings {
            self.found(kind, case, count);
        }
    }

    fn found(&mut self, kind: String, case: Case, count: u64) {
        match self.findings.entry(kind) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert((case, count));
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let (first, counted) = entry.get_mut();
                *counted += count;
                if case.number < first.number {
                    *first = case;
                }
            }
        }
    }
}

/// In one of so many cases of a profile, properties of the state are checked, where it is shown anyway.
const STATES: u64 = 16;

/// In one of so many cases of a profile, the state is shown after every step, and in one of so many there are trials.
const EXTRAS: u64 = 512;

/// What is done with a case beyond its steps and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    Nothing,
    /// Properties of the state are checked.
    States,
    /// The state is shown after every step, and there is a long end.
    Views,
    /// The automaton is asked again, a little otherwise.
    Trials,
}

impl Extra {
    const fn of(plan: &Plan, number: u64) -> Self {
        let of_profile = number / if plan.profiles.is_empty() { 1 } else { plan.profiles.len() as u64 };
        match of_profile % EXTRAS {
            0 => Self::Views,
            1 => Self::Trials,
            other if other.is_multiple_of(STATES) => Self::States,
            _ => Self::Nothing,
        }
    }
}

/// Runs a campaign. `make` makes an implementation for each job; `progress` is told of the steps of each case,
/// and of what its job reached so far.
#[must_use]
pub fn run<M: Implementation>(
    plan: &Plan,
    make: impl Fn() -> M + Sync,
    progress: &(dyn Fn(u64, &Ledger) + Sync),
) -> Results {
    let start = Instant::now();
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let all = Mutex::new(Results::default());
    let is_over = |case: u64| match plan.until {
        Until::Cases(cases) => case >= cases,
        Until::Time(time) => start.elapsed() >= time,
    };
    thread::scope(|scope| {
        for _ in 0..plan.jobs.max(1) {
            scope.spawn(|| {
                let mut implementation = make();
                let mut results = Results::default();
                loop {
                    let number = plan.shard.case(next.fetch_add(1, Ordering::Relaxed));
                    if is_over(number) || stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let steps = results.steps;
                    run_case(plan, number, &mut implementation, &mut results);
                    progress(results.steps - steps, &results.ledger);
                    if plan.fail_fast && !results.findings.is_empty() {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
                if let Err(fault) = implementation.finish() {
                    results.not_finished(plan, fault);
                }
                all.lock().unwrap_or_else(PoisonError::into_inner).add(results);
            });
        }
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Results {
    /// An implementation that answers and does not end as it should: a finding without steps.
    fn not_finished(&mut self, plan: &Plan, fault: Fault) {
        let profile = plan.profiles.first().copied().unwrap_or(Profile::Default);
        let header = Header { limits: profile.limits(), ..Header::default() };
        let finding = Finding::Failed(fault);
        let case = Case { number: u64::MAX, profile, header, steps: Vec::new(), finding, shows_all: false };
        self.found(case.finding.kind(), case, 1);
    }
}

fn run_case<M: Implementation>(plan: &Plan, number: u64, implementation: &mut M, results: &mut Results) {
    let mut draw = Random::of_case(plan.seed, number);
    let turn = usize::try_from(number % plan.profiles.len().max(1) as u64).unwrap_or(0);
    let profile = plan.profiles.get(turn).copied().unwrap_or(Profile::Default);
    let (header, generator) = Generator::new(profile, &mut draw);
    results.cases += 1;
    *results.profiles.entry(profile).or_insert(0) += 1;
    let extra = Extra::of(plan, number);
    let shows_all = extra == Extra::Views;
    implementation.show_all(shows_all);
    let mut steps = Vec::new();
    let mut found = match Runner::start(implementation, &header) {
        Err(finding) => Some(finding),
        Ok(runner) => run_steps(plan, extra, runner, generator, &mut draw, &mut steps, results),
    };
    if found.is_none()
        && determinism::is_checked(number)
        && let Some((last, finding)) = determinism::check(implementation, &header, &steps)
    {
        steps.truncate(last + 1);
        found = Some(finding);
    }
    if let Some(finding) = found {
        results.found(finding.kind(), Case { number, profile, header, steps, finding, shows_all }, 1);
    }
}

fn run_steps<M: Implementation>(
    plan: &Plan,
    extra: Extra,
    mut runner: Runner<'_, M>,
    mut generator: Generator,
    draw: &mut Random,
    steps: &mut Vec<Step>,
    results: &mut Results,
) -> Option<Finding> {
    let known = &plan.expectations.differences;
    if known.iter().any(|known| known.after == After::TakeOver) {
        runner.keep();
    }
    if matches!(extra, Extra::Nothing | Extra::Trials) {
        runner.properties_of_answers_only();
    }
    let mut ending = None;
    for made in 0_u64.. {
        let mut step = if made < plan.steps {
            results.steps += 1;
            generator.step(runner.model(), draw)
        } else if extra == Extra::Views {
            let ending = ending.get_or_insert_with(|| generator.ending(runner.model()).into_iter());
            let Some(step) = ending.next() else { break };
            step
        } else {
            break;
        };
        let stepped = runner.observed_step(&mut step, &mut results.ledger);
        steps.push(step);
        let Err(finding) = stepped else { continue };
        let Some(index) = plan.expectations.of(&finding) else { return Some(finding) };
        *results.expected.entry(index).or_insert(0) += 1;
        let goes_on = known.get(index).is_some_and(|known| known.after == After::TakeOver);
        if !goes_on || !steps.last().is_some_and(|step| runner.take_over(step)) {
            return None;
        }
    }
    if extra != Extra::Trials {
        return None;
    }
    let finding = runner.trials(steps).err()?;
    let Some(index) = plan.expectations.of(&finding) else { return Some(finding) };
    *results.expected.entry(index).or_insert(0) += 1;
    None
}
