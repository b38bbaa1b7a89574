//! The generator as a strategy of proptest. It shrinks by dropping steps, then by making values smaller.

use super::{Generator, Profile};
use crate::{
    automaton::{Environment, Event, Header, Sequence, Step},
    engine::Bytes,
};
use gossipsub_automaton::Behaviour;
use gossipsub_reference_model::automaton::{Model, RandomChoices};
use proptest::{
    collection::{SizeRange, vec},
    prelude::{Strategy, any},
};

/// What a step is drawn from.
pub type Record = [u8; Bytes::RECORD];

/// Sequences with a number of steps in a range, with limits of a profile, of the default behaviour.
///
/// ```
/// use gossipsub_conformance::automaton::{Core, Runner, generate::{Profile, strategy::sequences}};
/// use proptest::proptest;
///
/// proptest! {
///     fn core_answers_as_allowed(sequence in sequences(Profile::Tiny, 1..20)) {
///         let mut core = Core::new();
///         let mut runner = Runner::start(&mut core, &sequence.header)?;
///         for mut step in sequence.steps {
///             runner.step(&mut step)?;
///         }
///     }
/// }
/// core_answers_as_allowed();
/// ```
pub fn sequences(profile: Profile, steps: impl Into<SizeRange>) -> impl Strategy<Value = Sequence> {
    sequences_of_behaviour(profile, Behaviour::default(), steps)
}

/// Sequences as [`sequences`] gives, but of another behaviour.
pub fn sequences_of_behaviour(
    profile: Profile,
    behaviour: Behaviour,
    steps: impl Into<SizeRange>,
) -> impl Strategy<Value = Sequence> {
    // The records come first, because what comes first shrinks first.
    (vec(records(), steps), heads()).prop_map(move |(records, head)| {
        let mut growing = Growing::new(profile, behaviour, &head);
        let steps = records.iter().map(|record| growing.step(record)).collect();
        Sequence { header: growing.header, steps }
    })
}

/// Sequences without a step yet, with limits of a profile: for a state machine test, whose transitions are [`records`].
pub fn beginnings(profile: Profile, behaviour: Behaviour) -> impl Strategy<Value = Growing> {
    heads().prop_map(move |head| Growing::new(profile, behaviour, &head))
}

/// What steps are drawn from.
pub fn records() -> impl Strategy<Value = Record> {
    any::<Record>()
}

fn heads() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), Bytes::HEAD)
}

/// A sequence that grows step by step. The steps are drawn with an eye on a model that makes each of them by choices of
/// its own.
#[derive(Clone, Debug)]
pub struct Growing {
    header: Header,
    generator: Generator,
    model: Model<Environment>,
    choices: RandomChoices,
}

impl Growing {
    fn new(profile: Profile, behaviour: Behaviour, head: &[u8]) -> Self {
        let (header, generator) = Generator::with_behaviour(profile, behaviour, &mut Bytes::new(head));
        let model = Model::with_behaviour(header.limits.clone(), behaviour, Environment::default())
            .expect("the generator's limits are valid");
        let choices = RandomChoices::from_seed(header.seed.unwrap_or(0));
        Self { header, generator, model, choices }
    }

    /// The header of the sequence.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Draws the next step.
    pub fn step(&mut self, record: &Record) -> Step {
        let step = self.generator.step(&self.model, &mut Bytes::new(record));
        match &step.event {
            Event::Environment(change) => self.model.application_mut().apply(change),
            Event::Input(exchange) => {
                self.model.answer(step.now, &exchange.input, &mut self.choices);
            }
        }
        step
    }
}
