//! A campaign: many generated sequences, in parallel, each checked step by step.

mod ahead;
mod cases;
mod clock;
mod compared;
mod observer;
mod plan;
mod shard;

pub(super) use cases::{add_counts, count_case};
pub(super) use clock::Clock;
pub use compared::Compared;
pub use observer::CampaignObserver;
pub use plan::{CALIBRATED_STEPS, Plan, ProfileOf, Until};
pub use shard::{NoShard, Shard};

use super::{
    Capabilities, CheckCount, Counterexample, Coverage, Event, Exchange, Family, Finding, Generator, Implementation,
    PropertyExtent, Random, RuleCounts, Runner, Step, TraceHeader, Views, determinism,
    implementation::ImplementationError, known_differences::After, rule_counts::CountingObserver,
};
use ahead::Ahead;
use observer::CaseEnds;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    mem,
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

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
    /// The inputs that the implementation did not understand, by their kind.
    pub not_understood: BTreeMap<String, NotUnderstood>,
    /// What was compared.
    pub compared: Compared,
    /// How long the cases of each profile took, summed over the jobs.
    pub profile_times: BTreeMap<ProfileOf<F>, Duration>,
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
            not_understood: BTreeMap::new(),
            compared: Compared::default(),
            profile_times: BTreeMap::new(),
            findings: BTreeMap::new(),
        }
    }
}

/// A kind of input that an implementation did not understand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    /// The number of cases that ended there.
    pub cases: u64,
    /// The lowest number of them.
    pub first_case: u64,
    /// What the implementation said in that case.
    pub message: String,
}

impl NotUnderstood {
    /// Adds other cases.
    pub fn add(&mut self, other: Self) {
        self.cases = self.cases.saturating_add(other.cases);
        if other.first_case < self.first_case {
            (self.first_case, self.message) = (other.first_case, other.message);
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
        add_counts(&mut self.profiles, other.profiles);
        add_counts(&mut self.known, other.known);
        add_counts(&mut self.unsupported, other.unsupported);
        for (kind, more) in other.not_understood {
            self.not_understood(kind, more);
        }
        self.compared.add(other.compared);
        for (profile, time) in other.profile_times {
            let sum = self.profile_times.entry(profile).or_default();
            *sum = sum.saturating_add(time);
        }
        for (kind, (case, count)) in other.findings {
            self.found(kind, case, count);
        }
    }

    fn not_understood(&mut self, kind: String, more: NotUnderstood) {
        match self.not_understood.entry(kind) {
            Entry::Vacant(entry) => drop(entry.insert(more)),
            Entry::Occupied(mut entry) => entry.get_mut().add(more),
        }
    }

    fn found(&mut self, kind: String, case: Case<F>, count: u64) {
        count_case(&mut self.findings, kind, case, count, |case| case.number);
    }
}

/// In one case in this many of a profile, properties of the state are checked at the states that are shown anyway.
const STATES: u64 = 16;

/// In one case in this many of a profile, the state is shown after every step; in another one, the case is replayed
/// under transformations.
const EXTRAS: u64 = 512;

/// In one case in this many of a profile, what views show is taken down.
const SAMPLED: u64 = 16;

/// A case that runs.
struct CaseRun<'a, F: Family> {
    extra: Extra,
    header: &'a F::Header,
    views: Views,
    sampled: bool,
    clock: &'a Clock,
}

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
    run_observed(plan, make, &CaseEnds(progress))
}

/// As [`run`], with an observer that also learns of each finding at once.
///
/// # Panics
/// If the plan has no profiles.
#[must_use]
pub fn run_observed<F: Family, M: Implementation<F>>(
    plan: &Plan<F>,
    make: impl Fn() -> M + Sync,
    observer: &impl CampaignObserver<F>,
) -> Results<F> {
    let all = Mutex::new(Results { coverage: F::Coverage::of_variant(plan.variant), ..Results::default() });
    plan.run_cases(
        || {
            let (implementation, results) = (make(), Results::default());
            let mut job = Job { plan, implementation, observer, results, steps: Vec::new() };
            // So that every sequence is drawn for what it supports. One that accepts no probe is a finding of the first case.
            job.implementation.learn_capabilities();
            job
        },
        |job, number, clock| {
            let steps = job.results.steps;
            job.run_case(number, clock);
            observer.case_ended(job.results.steps - steps, &job.results.coverage);
            if plan.fail_fast && !job.results.findings.is_empty() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
        |job| all.lock().unwrap_or_else(PoisonError::into_inner).add(job.finish()),
    );
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// One of the jobs of a campaign: runs one case after the other.
struct Job<'a, F: Family, M, O> {
    plan: &'a Plan<F>,
    implementation: M,
    observer: &'a O,
    results: Results<F>,
    /// The steps of the last case without a finding, whose memory the next case takes.
    steps: Vec<Step<F>>,
}

impl<F: Family, M: Implementation<F>, O: CampaignObserver<F>> Job<'_, F, M, O> {
    /// Ends the implementation. One that does not end as it should is a finding without steps.
    fn finish(mut self) -> Results<F> {
        self.results.capabilities = self.implementation.capabilities();
        if let Err(error) = self.implementation.finish()
            && !matches!(error, ImplementationError::Stopped)
        {
            let (profile, header) = self.plan.header_without_case();
            let (finding, views) = (Finding::Failed(error), self.plan.views);
            let counterexample = Counterexample { header, steps: Vec::new(), finding, views };
            self.found(Case { number: u64::MAX, profile, counterexample });
        }
        self.results
    }

    fn found(&mut self, case: Case<F>) {
        let kind = case.counterexample.finding.kind();
        if self.results.findings.get(&kind).is_none_or(|(kept, _)| case.number < kept.number) {
            self.observer.found(&kind, &case);
        }
        self.results.found(kind, case, 1);
    }

    fn run_case(&mut self, number: u64, clock: &Clock) {
        let start = Instant::now();
        let profiles = self.plan.profiles.len() as u64;
        let mut draw = Random::of_case(self.plan.seed, number);
        let profile = self.plan.profile(number);
        let (mut header, generator) =
            F::Generator::start(profile, self.plan.variant, &self.implementation.capabilities(), &mut draw);
        let faults = self.plan.known.followed_faults();
        if !faults.is_empty() && follows_faults(profiles, number) {
            assert!(header.follow_faults(&faults), "known differences have faults of the family");
            self.results.followed += 1;
        }
        self.results.cases += 1;
        *self.results.profiles.entry(profile).or_insert(0) += 1;
        let extra = Extra::of(profiles, number);
        let views = if extra == Extra::Views { Views::Every } else { self.plan.views };
        let mut steps = mem::take(&mut self.steps);
        steps.clear();
        let sampled = (number / profiles).is_multiple_of(SAMPLED);
        let case = CaseRun { extra, header: &header, views, sampled, clock };
        let mut found = self.run_steps(&case, generator, &mut draw, &mut steps);
        self.results.rules.end_case();
        if found.is_none()
            && !clock.is_over()
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
            Some(finding) if finding.is_stopped() => {}
            Some(finding) => {
                if let (Finding::Failed(ImplementationError::NotUnderstood(message)), Some(step)) =
                    (&finding, steps.last())
                {
                    let message = message.clone();
                    self.results.not_understood(step.kind(), NotUnderstood { cases: 1, first_case: number, message });
                }
                let counterexample = Counterexample { header, steps, finding, views };
                self.found(Case { number, profile, counterexample });
            }
            None => self.steps = steps,
        }
        *self.results.profile_times.entry(profile).or_default() += start.elapsed();
    }

    fn run_steps(
        &mut self,
        &CaseRun { extra, header, views, sampled, clock }: &CaseRun<'_, F>,
        mut generator: F::Generator,
        draw: &mut Random,
        steps: &mut Vec<Step<F>>,
    ) -> Option<Finding> {
        let Self { plan, implementation, results, .. } = self;
        let known = &plan.known.differences;
        let mut runner = match Runner::start_with(implementation, header, views, extra.properties()) {
            Ok(runner) => runner,
            Err(finding) => return plan.unless_known(header, steps, finding, &mut results.known),
        };
        if known.iter().any(|known| known.after == After::TakeOver) {
            runner.referee().keep_before();
        }
        let mut ahead = runner.sends_ahead().then(|| Ahead::start(header)).flatten();
        let mut taken_down = sampled.then(BTreeSet::new);
        let (mut made, mut ending) = (0, None);
        // The next step, drawn with an eye on the state of a model.
        let mut next = |model: &F::Model| {
            made += 1;
            if made <= plan.steps {
                return plan.step(&mut generator, model, draw);
            }
            if extra != Extra::Views {
                return None;
            }
            let ending = ending.get_or_insert_with(|| generator.ending(model).into_iter());
            ending.find(|step| plan.may_send(step))
        };
        for judged_steps in 0_u64.. {
            if clock.is_over() {
                return None;
            }
            // A step is large, so it is drawn, answered and judged at its place.
            let answered = if let Some(ahead) = &mut ahead {
                let Some((step, answered)) = ahead.next(&mut runner, clock, &mut next) else { break };
                steps.push(step);
                Some(answered)
            } else {
                let Some(step) = next(runner.model()) else { break };
                steps.push(step);
                None
            };
            let step = steps.last_mut().expect("a step was just added");
            results.steps += u64::from(judged_steps < plan.steps);
            let checks_properties = runner.referee().checks_properties();
            let (times, cases) = (u64::from(checks_properties), u64::from(checks_properties && judged_steps == 0));
            results.properties.add(CheckCount { times, cases });
            let inner = &mut results.coverage;
            let observer = &mut CountingObserver { counts: &mut results.rules, inner };
            let judged = match answered {
                None => runner.observed_step(step, observer),
                Some(answered) => answered.and_then(|()| runner.referee().judge(step, observer)),
            };
            if let (Ok(()), Event::Input(Exchange { output: Some(output), .. })) = (&judged, &step.event) {
                results.coverage.count_output(output);
                results.compared.count(step, taken_down.as_mut());
            }
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
