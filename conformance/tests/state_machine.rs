//! Core against the model, on sequences of the generator over five profiles of limits and of each behaviour, the state
//! compared after every step.
//!
//! `PROPTEST_CASES` sets how many sequences of each profile and behaviour are tried.

use gossipsub_automaton::Behaviour;
use gossipsub_conformance::{
    automaton::{
        Answer, Core, Environment, Event, Exchange, Header, Sequence, Step, check_step,
        generate::{
            self,
            strategy::{Growing, Record, beginnings, records},
        },
    },
    engine::{
        Finding, Implementation, Named as _, Views,
        minimize::{Options, minimize},
    },
};
use gossipsub_reference_model::automaton::Model;
use proptest::{prelude::*, test_runner::FileFailurePersistence};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use std::{marker::PhantomData, path::Path, time::Duration};

/// A profile of limits and a behaviour, as a type.
trait Profile: Clone + std::fmt::Debug + 'static {
    const PROFILE: generate::Profile;
    const BEHAVIOUR: Behaviour;
}

macro_rules! profiles {
    ($($name:ident = $profile:ident of $behaviour:ident)*) => {$(
        #[derive(Clone, Debug)]
        struct $name;

        impl Profile for $name {
            const PROFILE: generate::Profile = generate::Profile::$profile;
            const BEHAVIOUR: Behaviour = Behaviour::$behaviour;
        }
    )*};
}

profiles! {
    Default = Default of Mavryk
    Tiny = Tiny of Mavryk
    Scoring = Scoring of Mavryk
    Px = Px of Mavryk
    Opportunistic = Opportunistic of Mavryk
    Octez22 = Tiny of Octez22
    Octez24 = Tiny of Octez24
    OctezNext = Tiny of OctezNext
}

/// A sequence, and the last of its steps.
#[derive(Clone, Debug)]
struct Drawn<P> {
    sequence: Growing,
    step: Option<Step>,
    profile: PhantomData<P>,
}

impl<P: Profile> ReferenceStateMachine for Drawn<P> {
    type State = Self;
    type Transition = Record;

    fn init_state() -> BoxedStrategy<Self> {
        beginnings(P::PROFILE, P::BEHAVIOUR)
            .prop_map(|sequence| Self { sequence, step: None, profile: PhantomData })
            .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Record> {
        records().boxed()
    }

    /// Every input is legal in every state.
    fn apply(mut state: Self, record: &Record) -> Self {
        state.step = Some(state.sequence.step(record));
        state
    }
}

/// Core, the model beside it, and what happened so far.
struct Checked<P> {
    core: Core,
    model: Model<Environment>,
    sequence: Sequence,
    profile: PhantomData<P>,
}

impl<P: Profile> StateMachineTest for Checked<P> {
    type SystemUnderTest = Self;
    type Reference = Drawn<P>;

    fn init_test(drawn: &Drawn<P>) -> Self {
        let header: Header = drawn.sequence.header().clone();
        let mut core = Core::new();
        core.start(&header, Views::Every).expect("limits of the generator");
        let model = Model::with_behaviour(header.limits.clone(), header.behaviour, Environment::default())
            .expect("limits of the generator");
        Self { core, model, sequence: Sequence { header, steps: Vec::new() }, profile: PhantomData }
    }

    fn apply(mut state: Self, drawn: &Drawn<P>, _: Record) -> Self {
        let step = drawn.step.clone().expect("a step was drawn");
        state.sequence.steps.push(step.clone());
        if let Err(finding) = state.check(&step) {
            panic!("{}", conclude(state.sequence, &finding, &format!("{}-{}", P::BEHAVIOUR, P::PROFILE.name())));
        }
        state
    }
}

impl<P> Checked<P> {
    fn check(&mut self, step: &Step) -> Result<(), Finding> {
        match &step.event {
            Event::Environment(change) => {
                self.core.change(step.now, change)?;
                self.model.application_mut().apply(change);
            }
            Event::Input(Exchange { input, .. }) => {
                let Answer { output, view } = self.core.answer(step.now, input)?;
                check_step(&mut self.model, step.now, input, &output, view.as_ref(), &mut ())?;
            }
        }
        Ok(())
    }
}

/// Minimizes a sequence, saves its trace, and tells of it.
fn conclude(sequence: Sequence, finding: &Finding, profile: &str) -> String {
    let options = Options { time: Duration::from_secs(20), ..Options::default() };
    match minimize(sequence, &mut Core::new(), &options) {
        Err(nothing) => format!("{finding}; it did not show again: {nothing}"),
        Ok(minimized) => {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("state-machine-{profile}.jsonl"));
            minimized.counterexample.write(&path).expect("to write a trace");
            format!("{}: {minimized}\nsaved as {}, to be replayed", minimized.counterexample.finding, path.display())
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        // A failing sequence is kept as a trace, not as a seed, which goes stale with every change of the generator.
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        // What fails is minimized already, as a trace. Without a round the state machine's strategy panics.
        max_shrink_iters: 1,
        ..ProptestConfig::default()
    }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn core_answers_as_the_model_allows_with_default_limits(sequential 1..200 => Checked<Default>);

    #[test]
    fn core_answers_as_the_model_allows_with_tiny_limits(sequential 1..200 => Checked<Tiny>);

    #[test]
    fn core_answers_as_the_model_allows_with_scores(sequential 1..200 => Checked<Scoring>);

    #[test]
    fn core_answers_as_the_model_allows_with_peer_exchange(sequential 1..200 => Checked<Px>);

    #[test]
    fn core_answers_as_the_model_allows_with_opportunistic_grafts(sequential 1..200 => Checked<Opportunistic>);

    #[test]
    fn core_answers_as_the_model_of_octez_22_allows(sequential 1..200 => Checked<Octez22>);

    #[test]
    fn core_answers_as_the_model_of_octez_24_allows(sequential 1..200 => Checked<Octez24>);

    #[test]
    fn core_answers_as_the_model_of_octez_next_allows(sequential 1..200 => Checked<OctezNext>);
}
