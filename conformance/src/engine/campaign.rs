//! A campaign: many generated sequences, in parallel, each checked step by step.

mod cases;
mod plan;

pub(super) use cases::{add_counts, count_case};
pub use plan::{NoShard, Plan, ProfileOf, Shard, Until};

use super::{
    Capabilities, CheckCount, Counterexample, Coverage, Event, Exchange, Family, Finding, Generator, Implementation,
    PropertyExtent, Random, RuleCounts, Runner, Step, TraceHeader, Views, determinism,
    implementation::ImplementationError, known_differences::After, rule_counts::CountingObserver,
};
use std::{
    collections::BTreeMap,
    mem,
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
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
    /// Whether every sequence was drawn in full and ran to its end. Only then do the minimum counts of the coverage hold.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.findings.is_empty()
            && self.known.is_empty()
            && self.followed == 0
            && self.unsupported.is_empty()
            && self.capabilities.is_everything()
    }

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
        for (kind, (case, count)) in other.findings {
            self.found(kind, case, count);
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
    let all = Mutex::new(Results { coverage: F::Coverage::of_variant(plan.variant), ..Results::default() });
    plan.run_cases(
        || {
            let mut job = Job { plan, implementation: make(), results: Results::default(), steps: Vec::new() };
            // So that every sequence is drawn for what it supports. One that accepts no probe is a finding of the first case.
            job.implementation.learn_capabilities();
            job
        },
        |job, number| {
            let steps = job.results.steps;
            job.run_case(number);
            progress(job.results.steps - steps, &job.results.coverage);
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
struct Job<'a, F: Family, M> {
    plan: &'a Plan<F>,
    implementation: M,
    results: Results<F>,
    /// The steps of the last case without a finding, whose memory the next case takes.
    steps: Vec<Step<F>>,
}

impl<F: Family, M: Implementation<F>> Job<'_, F, M> {
    /// Ends the implementation. One that does not end as it should is a finding without steps.
    fn finish(mut self) -> Results<F> {
        self.results.capabilities = self.implementation.capabilities();
        if let Err(error) = self.implementation.finish() {
            let (profile, header) = self.plan.header_without_case();
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
        let mut found = self.run_steps(extra, &header, views, generator, &mut draw, &mut steps);
        self.results.rules.end_case();
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
            None => self.steps = steps,
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
        let Self { plan, implementation, results, steps: _ } = self;
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
