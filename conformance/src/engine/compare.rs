//! Two implementations on the same sequences: where do they part, and whose answer does the specification allow?
//!
//! Each implementation has a referee of its own, which follows the choices that its answers show. Answers that differ by
//! such choices are no difference. A difference is an answer that its referee does not allow while the other referee
//! allows the other answer, or while the other answer breaks another rule.
//!
//! After different choices the two are in different states, and one may meet a fault that both have. So a difference is
//! certain only if both models were in the same state before the step: [`Parting::equal_states`].

use super::{
    Capabilities, Counterexample, Difference, Event, Exchange, Family, Finding, Generator, Implementation, Model,
    PropertyExtent, Random, Runner, Sequence, Step, TraceHeader, Views, Violation,
    campaign::{Clock, Plan, ProfileOf, add_counts, count_case},
    minimize::{Minimized, NothingToMinimize, Options, Subject, minimize_with},
};
use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
};

/// Two implementations that are compared.
pub struct Pair<'a, F: Family> {
    /// The first one, A.
    pub a: Box<dyn Implementation<F> + 'a>,
    /// The second one, B.
    pub b: Box<dyn Implementation<F> + 'a>,
}

impl<F: Family> std::fmt::Debug for Pair<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pair")
    }
}

/// What is wrong with an answer of one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule, or how the implementation failed.
    pub kind: String,
    /// What was found, in words.
    pub message: String,
    /// What was allowed, and what was observed instead.
    pub differences: Vec<Difference>,
}

impl From<Finding> for Fault {
    fn from(finding: Finding) -> Self {
        let (kind, message) = (finding.kind(), finding.to_string());
        let differences = if let Finding::Violated(violation) = finding { violation.differences } else { Vec::new() };
        Self { kind, message, differences }
    }
}

/// The step at which two implementations part. At least one answer is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// What is wrong with the answer of A; absent if it is allowed.
    pub a: Option<Fault>,
    /// What is wrong with the answer of B; absent if it is allowed.
    pub b: Option<Fault>,
    /// Whether both models were in the same state before the step.
    pub equal_states: bool,
}

impl Parting {
    /// Who breaks what. Partings of one kind most likely have the same fault behind them.
    #[must_use]
    pub fn kind(&self) -> String {
        match (&self.a, &self.b) {
            (Some(a), Some(b)) => format!("A: {}; B: {}", a.kind, b.kind),
            (Some(a), None) => format!("only A: {}", a.kind),
            (None, Some(b)) => format!("only B: {}", b.kind),
            (None, None) => unreachable!("one of two answers is wrong when they part"),
        }
    }

    fn finding(&self) -> Finding {
        let differences = [&self.a, &self.b].into_iter().flatten().flat_map(|fault| fault.differences.clone());
        Violation { rule: self.kind(), differences: differences.collect() }.into()
    }
}

/// How a sequence ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairEnd {
    /// Every answer of both is allowed.
    Allowed,
    /// One does not support a step, or refuses the parameters as the other does.
    Unsupported(String),
    /// The run was stopped before the answers came.
    Stopped,
    /// Both break the same rule.
    SharedFault(String),
    /// They part.
    Parted(Box<Parting>),
}

/// One sequence, answered by both.
#[derive(Debug)]
pub struct PairRun<F: Family> {
    /// The steps with the answers of A.
    pub a: Vec<Step<F>>,
    /// The steps with the answers of B.
    pub b: Vec<Step<F>>,
    /// How it ended.
    pub end: PairEnd,
    /// Whether some answers differed by choices.
    pub choices_differed: bool,
}

/// Both implementations in one sequence.
struct PairRunner<'a, 'b, F: Family> {
    a: Runner<'a, F, dyn Implementation<F> + 'b>,
    b: Runner<'a, F, dyn Implementation<F> + 'b>,
    run: PairRun<F>,
}

impl<'a, 'b, F: Family> PairRunner<'a, 'b, F> {
    /// Starts both. The error says how the sequence ended already.
    fn start(pair: &'a mut Pair<'b, F>, header: &F::Header, views: Views) -> Result<Self, PairEnd> {
        let a = Runner::start_with(pair.a.as_mut(), header, views, PropertyExtent::Answers);
        let b = Runner::start_with(pair.b.as_mut(), header, views, PropertyExtent::Answers);
        match (a, b) {
            (Ok(a), Ok(b)) => {
                let run = PairRun { a: Vec::new(), b: Vec::new(), end: PairEnd::Allowed, choices_differed: false };
                Ok(Self { a, b, run })
            }
            (a, b) => Err(match end_of(a.map(drop), b.map(drop), || true) {
                PairEnd::SharedFault(kind) => PairEnd::Unsupported(kind),
                end => end,
            }),
        }
    }

    /// Makes a step with both. Whether the sequence goes on.
    fn step(&mut self, step: &Step<F>) -> bool {
        let differed = self.run.choices_differed;
        let before = differed.then(|| (self.a.model().clone(), self.b.model().clone()));
        let (mut of_a, mut of_b) = (step.clone(), step.clone());
        let (a, b) = (self.a.step(&mut of_a), self.b.step(&mut of_b));
        self.run.end = end_of(a, b, || before.is_none_or(|(a, b)| a.key() == b.key()));
        self.run.choices_differed |= output_of(&of_a) != output_of(&of_b);
        self.run.a.push(of_a);
        self.run.b.push(of_b);
        self.run.end == PairEnd::Allowed
    }
}

fn output_of<F: Family>(step: &Step<F>) -> Option<F::Output> {
    match &step.event {
        Event::Input(Exchange { output, .. }) => output.as_ref().map(F::normalized),
        Event::Environment(_) => None,
    }
}

fn end_of(a: Result<(), Finding>, b: Result<(), Finding>, equal_states: impl FnOnce() -> bool) -> PairEnd {
    for finding in [&a, &b].into_iter().filter_map(|judged| judged.as_ref().err()) {
        if finding.is_stopped() {
            return PairEnd::Stopped;
        }
        if finding.is_unsupported() {
            return PairEnd::Unsupported(finding.to_string());
        }
    }
    match (a.err().map(Fault::from), b.err().map(Fault::from)) {
        (None, None) => PairEnd::Allowed,
        (Some(a), Some(b)) if a.kind == b.kind => PairEnd::SharedFault(a.kind),
        (a, b) => PairEnd::Parted(Box::new(Parting { a, b, equal_states: equal_states() })),
    }
}

/// Sends a sequence to both, up to the first step that one of them does not answer as it should.
pub fn run_pair<F: Family>(
    pair: &mut Pair<'_, F>,
    Sequence { header, steps }: &Sequence<F>,
    views: Views,
) -> PairRun<F> {
    match PairRunner::start(pair, header, views) {
        Err(end) => PairRun { a: Vec::new(), b: Vec::new(), end, choices_differed: false },
        Ok(mut runner) => {
            let _ended = steps.iter().all(|step| runner.step(step));
            runner.run
        }
    }
}

/// A case in which two implementations part.
#[derive(Debug)]
pub struct PartedCase<F: Family> {
    /// Its number.
    pub number: u64,
    /// Its profile.
    pub profile: ProfileOf<F>,
    /// The parameters and the seed.
    pub header: F::Header,
    /// The steps with the answers of A.
    pub steps: Vec<Step<F>>,
    /// How they part at the last step; without steps, at the start.
    pub parting: Parting,
}

/// The results of a comparison.
#[derive(Debug)]
pub struct Results<F: Family> {
    /// The number of cases.
    pub cases: u64,
    /// The number of steps.
    pub steps: u64,
    /// The number of cases in which allowed answers differed.
    pub choices_differed: u64,
    /// The number of cases that ended at a rule that both break.
    pub shared: BTreeMap<String, u64>,
    /// The number of cases that ended at something that one does not support.
    pub unsupported: BTreeMap<String, u64>,
    /// For each kind of parting, the best case that shows it, and the number of cases that do. A case with equal states
    /// is better than one without, and then that with the lowest number.
    pub partings: BTreeMap<String, (PartedCase<F>, u64)>,
}

impl<F: Family> Default for Results<F> {
    fn default() -> Self {
        Self {
            cases: 0,
            steps: 0,
            choices_differed: 0,
            shared: BTreeMap::new(),
            unsupported: BTreeMap::new(),
            partings: BTreeMap::new(),
        }
    }
}

impl<F: Family> Results<F> {
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.steps += other.steps;
        self.choices_differed += other.choices_differed;
        add_counts(&mut self.shared, other.shared);
        add_counts(&mut self.unsupported, other.unsupported);
        for (case, count) in other.partings.into_values() {
            self.parted(case, count);
        }
    }

    fn parted(&mut self, case: PartedCase<F>, count: u64) {
        count_case(&mut self.partings, case.parting.kind(), case, count, |case| {
            (!case.parting.equal_states, case.number)
        });
    }
}

/// Compares two implementations on the sequences of a campaign. Both models follow the known faults of the plan that can be
/// followed. `make` makes a pair for each job; `progress` is told the steps of each case.
///
/// # Panics
/// If the plan has no profiles.
#[must_use]
pub fn run<'a, F: Family>(
    plan: &Plan<F>,
    make: impl Fn() -> Pair<'a, F> + Sync,
    progress: &(dyn Fn(u64) + Sync),
) -> Results<F> {
    let all = Mutex::new(Results::default());
    plan.run_cases(
        || {
            let mut pair = make();
            let capabilities = pair.common_capabilities();
            (pair, capabilities, Results::default())
        },
        |(pair, capabilities, results), number, clock| {
            let steps = results.steps;
            run_case(plan, pair, capabilities, number, results, clock);
            progress(results.steps - steps);
            ControlFlow::Continue(())
        },
        |(pair, _, mut results)| {
            pair.finish(plan, &mut results);
            all.lock().unwrap_or_else(PoisonError::into_inner).add(results);
        },
    );
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl<F: Family> Pair<'_, F> {
    /// What both support.
    fn common_capabilities(&mut self) -> Capabilities {
        self.a.learn_capabilities().common(&self.b.learn_capabilities())
    }

    /// Ends both. If one does not end as it should, that is a parting without steps.
    fn finish(mut self, plan: &Plan<F>, results: &mut Results<F>) {
        let (a, b) = (self.a.finish(), self.b.finish());
        match end_of(a.map_err(Finding::from), b.map_err(Finding::from), || true) {
            PairEnd::SharedFault(kind) => *results.shared.entry(kind).or_insert(0) += 1,
            PairEnd::Parted(parting) => {
                let (profile, header) = plan.header_without_case();
                let (number, steps) = (u64::MAX, Vec::new());
                results.parted(PartedCase { number, profile, header, steps, parting: *parting }, 1);
            }
            PairEnd::Allowed | PairEnd::Stopped | PairEnd::Unsupported(_) => {}
        }
    }
}

fn run_case<F: Family>(
    plan: &Plan<F>,
    pair: &mut Pair<'_, F>,
    capabilities: &Capabilities,
    number: u64,
    results: &mut Results<F>,
    clock: &Clock,
) {
    let mut draw = Random::of_case(plan.seed, number);
    let profile = plan.profile(number);
    let (mut header, mut generator) = F::Generator::start(profile, plan.variant, capabilities, &mut draw);
    assert!(header.follow_faults(&plan.known.followed_faults()), "known differences have faults of the family");
    results.cases += 1;
    let run = match PairRunner::start(pair, &header, plan.views) {
        Err(end) => PairRun { a: Vec::new(), b: Vec::new(), end, choices_differed: false },
        Ok(mut runner) => {
            for _ in 0..plan.steps {
                if clock.is_over() {
                    break;
                }
                results.steps += 1;
                let step = generator.step(runner.a.model(), &mut draw);
                if !runner.step(&step) {
                    break;
                }
            }
            runner.run
        }
    };
    results.choices_differed += u64::from(run.choices_differed);
    match run.end {
        PairEnd::Allowed | PairEnd::Stopped => {}
        PairEnd::Unsupported(reason) => *results.unsupported.entry(reason).or_insert(0) += 1,
        PairEnd::SharedFault(kind) => *results.shared.entry(kind).or_insert(0) += 1,
        PairEnd::Parted(parting) => {
            results.parted(PartedCase { number, profile, header, steps: run.a, parting: *parting }, 1);
        }
    }
}

/// Minimizes the sequence of a case in which two implementations part. If both models were in the same state where they
/// part, they stay so.
///
/// # Errors
/// If no try shows the parting.
pub fn minimize<F: Family>(
    case: &PartedCase<F>,
    pair: &mut Pair<'_, F>,
    options: &Options,
) -> Result<Minimized<F>, NothingToMinimize> {
    let mut subject = ComparedPair { pair, views: options.views, equal_states: case.parting.equal_states };
    let sequence = Sequence { header: case.header.clone(), steps: case.steps.clone() };
    minimize_with(sequence, &mut subject, options)
}

/// A pair whose partings are minimized.
struct ComparedPair<'a, 'b, F: Family> {
    pair: &'a mut Pair<'b, F>,
    views: Views,
    /// Whether only partings with equal states count.
    equal_states: bool,
}

impl<F: Family> Subject<F> for ComparedPair<'_, '_, F> {
    fn run(&mut self, sequence: &Sequence<F>, _: Option<&str>) -> Option<Counterexample<F>> {
        let PairRun { a, end, .. } = run_pair(self.pair, sequence, self.views);
        let PairEnd::Parted(parting) = end else { return None };
        let counts = parting.equal_states || !self.equal_states;
        let (header, finding) = (sequence.header.clone(), parting.finding());
        counts.then_some(Counterexample { header, steps: a, finding, views: self.views })
    }
}
