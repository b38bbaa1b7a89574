//! A campaign: many generated sequences, in parallel, each checked step by step.

use super::{
    Capabilities, CheckCount, Counterexample, Coverage, Event, Exchange, Family, Finding, Generator, Implementation,
    PropertyExtent, Random, RuleCounts, Runner, Step, TraceHeader, Views, determinism,
    implementation::ImplementationError,
    known_differences::{After, KnownDifferences},
    rule_counts::CountingObserver,
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

impl<F: Family> Plan<F> {
    /// The finding, unless it is a known difference, which is counted.
    fn unless_known(
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
    pub(super) const fn case(self, index: u64) -> u64 {
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

/// The results of a campaign.
#[derive(Debug)]
pub struct Results<F: Family> {
    /// The number of cases that were run.
    pub cases: u64,
    /// The number of generated steps that were checked. Endings and replays come on top.
    pub steps: u64,
    /// The number of cases of each profile.
    pub profiles: BTreeMap<ProfileOf<F>, u64>,
    /// What was reached.
    pub coverage: F::Coverage,
    /// How often the model decided by each rule.
    pub rules: RuleCounts,
    /// How often properties were checked.
    pub properties: CheckCount,
    /// What the implementation said of itself.
    pub capabilities: Capabilities,
    /// How often each known difference occurred, by its index.
    pub known: BTreeMap<usize, u64>,
    /// The number of cases in which the model followed the known faults of the plan.
    pub followed: u64,
    /// The number of cases that ended at a step that the implementation does not support, by its reason.
    pub unsupported: BTreeMap<String, u64>,
    /// For each kind of finding, the case with the lowest number that showed it, and the number of cases that did.
    pub findings: BTreeMap<String, (Case<F>, u64)>,
}

impl<F: Family> Default for Results<F> {
    fn default() -> Self {
        Self {
            cases: 0,
            steps: 0,
            profiles: BTreeMap::new(),
            coverage: F::Coverage::default(),
            rules: RuleCounts::default(),
            properties: CheckCount::default(),
            capabilities: Capabilities::default(),
            known: BTreeMap::new(),
            followed: 0,
            unsupported: BTreeMap::new(),
            findings: BTreeMap::new(),
        }
    }
}

/// A case that ended in a finding.
#[derive(Debug)]
pub struct Case<F: Family> {
    /// Its number in the campaign.
    pub number: u64,
    /// Its profile.
    pub profile: ProfileOf<F>,
    /// Its sequence, and what is wrong with its last answer.
    pub counterexample: Counterexample<F>,
}

impl<F: Family> Results<F> {
    /// Adds the results of another job.
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.steps += other.steps;
        self.followed += other.followed;
        self.coverage.add(&other.coverage);
        self.rules.add(&other.rules);
        self.properties.add(other.properties);
        self.capabilities = other.capabilities;
        for (profile, count) in other.profiles {
            *self.profiles.entry(profile).or_insert(0) += count;
        }
        for (index, count) in other.known {
            *self.known.entry(index).or_insert(0) += count;
        }
        for (reason, count) in other.unsupported {
            *self.unsupported.entry(reason).or_insert(0) += count;
        }
        for (kind, (case, count)) in other.findings {
            self.found(kind, case, count);
        }
    }

    fn found(&mut self, kind: String, case: Case<F>, count: u64) {
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

/// In one case in this many of a profile, properties of the state are checked at the states that are shown anyway.
const STATES: u64 = 16;

/// In one case in this many of a profile, the state is shown after every step; in another one, the case is replayed
/// under transformations.
const EXTRAS: u64 = 512;

/// What is done with a case beyond its steps and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    Nothing,
    /// Properties of the state are checked.
    States,
    /// The state is shown after every step, and there is a long end.
    Views,
    /// Metamorphic tests.
    Metamorphic,
}

impl Extra {
    const fn of(profiles: u64, number: u64) -> Self {
        match (number / profiles) % EXTRAS {
            0 => Self::Views,
            1 => Self::Metamorphic,
            other if other.is_multiple_of(STATES) => Self::States,
            _ => Self::Nothing,
        }
    }

    const fn properties(self) -> PropertyExtent {
        match self {
            Self::Nothing | Self::Metamorphic => PropertyExtent::Answers,
            Self::States | Self::Views => PropertyExtent::All,
        }
    }
}

/// Whether the model follows the known faults in the case of this number: in every second case of a profile. The cases
/// that check properties of the state are among the others, because no properties are checked behind a fault.
const fn follows_faults(profiles: u64, number: u64) -> bool {
    !(number / profiles).is_multiple_of(2)
}

/// Runs a campaign. `make` makes an implementation for each job. `progress` is told the steps of each case, and what its
/// job reached so far.
///
/// # Panics
/// If the plan has no profiles.
#[must_use]
pub fn run<F: Family, M: Implementation<F>>(
    plan: &Plan<F>,
    make: impl Fn() -> M + Sync,
    progress: &(dyn Fn(u64, &F::Coverage) + Sync),
) -> Results<F> {
    assert!(!plan.profiles.is_empty(), "a campaign needs a profile");
    let start = Instant::now();
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let all = Mutex::new(Results { coverage: F::Coverage::of_variant(plan.variant), ..Results::default() });
    let is_over = |case: u64| match plan.until {
        Until::Cases(cases) => case >= cases,
        Until::Time(time) => start.elapsed() >= time,
    };
    thread::scope(|scope| {
        for _ in 0..plan.jobs.max(1) {
            scope.spawn(|| {
                let mut job = Job { plan, implementation: make(), results: Results::default() };
                job.learn_capabilities();
                loop {
                    let number = plan.shard.case(next.fetch_add(1, Ordering::Relaxed));
                    if is_over(number) || stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let steps = job.results.steps;
                    job.run_case(number);
                    progress(job.results.steps - steps, &job.results.coverage);
                    if plan.fail_fast && !job.results.findings.is_empty() {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
                let results = job.finish();
                all.lock().unwrap_or_else(PoisonError::into_inner).add(results);
            });
        }
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One of the jobs of a campaign: runs one case after the other.
struct Job<'a, F: Family, M> {
    plan: &'a Plan<F>,
    implementation: M,
    results: Results<F>,
}

impl<F: Family, M: Implementation<F>> Job<'_, F, M> {
    /// Starts the implementation once, so that every sequence is drawn for what it supports. One that accepts no probe is
    /// a finding of the first case.
    fn learn_capabilities(&mut self) {
        F::Generator::probes().iter().any(|probe| self.implementation.start(probe, Views::Never).is_ok());
    }

    /// Ends the implementation. One that does not end as it should is a finding without steps.
    fn finish(mut self) -> Results<F> {
        self.results.capabilities = self.implementation.capabilities();
        if let Err(error) = self.implementation.finish() {
            let profile = *self.plan.profiles.first().expect("a campaign has a profile");
            let mut draw = Random::of_case(self.plan.seed, u64::MAX);
            let (header, _) = F::Generator::start(profile, self.plan.variant, &Capabilities::default(), &mut draw);
            let (finding, views) = (Finding::Failed(error), self.plan.views);
            let counterexample = Counterexample { header, steps: Vec::new(), finding, views };
            let case = Case { number: u64::MAX, profile, counterexample };
            self.results.found(case.counterexample.finding.kind(), case, 1);
        }
        self.results
    }

    fn run_case(&mut self, number: u64) {
        let profiles = self.plan.profiles.len() as u64;
        let mut draw = Random::of_case(self.plan.seed, number);
        let turn = usize::try_from(number % profiles).expect("a vector has at most usize::MAX members");
        let profile = *self.plan.profiles.get(turn).expect("the turn is below the number of profiles");
        let (mut header, generator) =
            F::Generator::start(profile, self.plan.variant, &self.implementation.capabilities(), &mut draw);
        let faults = self.plan.known.followed_faults();
        if !faults.is_empty() && follows_faults(profiles, number) {
            assert!(header.follow_faults(&faults), "known differences have faults of the family");
            self.results.followed += 1;
        }
        self.results.cases += 1;
        self.results.rules.start_case();
        *self.results.profiles.entry(profile).or_insert(0) += 1;
        let extra = Extra::of(profiles, number);
        let views = if extra == Extra::Views { Views::Every } else { self.plan.views };
        let mut steps = Vec::new();
        let mut found = self.run_steps(extra, &header, views, generator, &mut draw, &mut steps);
        if found.is_none()
            && determinism::is_checked(number)
            && let Some((last, finding)) = determinism::check(&mut self.implementation, &header, &steps, views)
        {
            steps.truncate(last + 1);
            found = Some(finding);
        }
        match found {
            Some(Finding::Failed(ImplementationError::Unsupported(reason))) => {
                *self.results.unsupported.entry(reason).or_insert(0) += 1;
            }
            Some(finding) => {
                let counterexample = Counterexample { header, steps, finding, views };
                let kind = counterexample.finding.kind();
                self.results.found(kind, Case { number, profile, counterexample }, 1);
            }
            None => {}
        }
    }

    fn run_steps(
        &mut self,
        extra: Extra,
        header: &F::Header,
        views: Views,
        mut generator: F::Generator,
        draw: &mut Random,
        steps: &mut Vec<Step<F>>,
    ) -> Option<Finding> {
        let Self { plan, implementation, results } = self;
        let known = &plan.known.differences;
        let mut runner = match Runner::start_with(implementation, header, views, extra.properties()) {
            Ok(runner) => runner,
            Err(finding) => return plan.unless_known(header, steps, finding, &mut results.known),
        };
        if known.iter().any(|known| known.after == After::TakeOver) {
            runner.referee().keep_before();
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
            let checks_properties = runner.referee().checks_properties();
            let (times, cases) = (u64::from(checks_properties), u64::from(checks_properties && made == 0));
            results.properties.add(CheckCount { times, cases });
            let inner = &mut results.coverage;
            let judged = runner.observed_step(&mut step, &mut CountingObserver { counts: &mut results.rules, inner });
            if let (Ok(()), Event::Input(Exchange { output: Some(output), .. })) = (&judged, &step.event) {
                results.coverage.count_output(output);
            }
            steps.push(step);
            let Err(finding) = judged else { continue };
            let Some(index) = plan.known.of::<F>(header, steps, &finding) else { return Some(finding) };
            *results.known.entry(index).or_insert(0) += 1;
            let goes_on = known.get(index).is_some_and(|known| known.after == After::TakeOver);
            if !goes_on || !steps.last().is_some_and(|step| runner.referee().take_over(step)) {
                return None;
            }
        }
        if extra != Extra::Metamorphic || !runner.referee().is_undisturbed() {
            return None;
        }
        let finding = F::metamorphic_tests(implementation, header, steps).err()?;
        plan.unless_known(header, steps, finding, &mut results.known)
    }
}
