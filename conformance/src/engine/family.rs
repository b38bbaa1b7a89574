//! What the engine needs to know of a kind of system under test.
//!
//! The engine checks, shrinks, records, verifies and reports sequences of any [`Family`]. It knows no rule of any of
//! them: adding a family touches no file of the engine.

use super::{
    Capabilities, CoverageRows, Draw, Event, Finding, Implementation, Step, Unverifiable, Views, Violation,
    exhaustive::World, implementation::ImplementationError, trace::LineError, verify::OutputCounts,
};
use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::Observer;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::{fmt, hash::Hash};

/// A value that a line of a trace holds.
pub trait TraceValue: Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T> TraceValue for T where T: Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}

/// A kind of system under test: its traces, its model and how to explore it.
pub trait Family: Copy + Default + fmt::Debug + Eq + Hash + Send + Sync + 'static {
    /// The parameters and the seed: the first line of a trace.
    type Header: TraceHeader;
    /// A change of the environment, which the system does not answer.
    type Change: TraceValue;
    /// What the system is sent.
    type Input: TraceValue;
    /// What it answers.
    type Output: TraceValue;
    /// What it shows of its state after an input.
    type View: TraceValue;
    /// The executable specification.
    type Model: Model<Self>;
    /// What sequences reached.
    type Coverage: Coverage<Self>;
    /// The properties that are checked beside the model.
    type Properties: Properties<Self>;
    /// The variants of the system that differ on purpose: behaviours of versions, or dialects of implementations. A header
    /// names its variant.
    type Variant: Named + Default;
    /// What draws sequences.
    type Generator: Generator<Self>;
    /// What a step may be after those before it, beyond the order of time.
    type Order: StepOrder<Self>;

    /// The name of the family on the command line.
    const NAME: &'static str;
    /// The `format` in the headers of its traces.
    const FORMAT: &'static str;
    /// The page with the rules of the model, from the root of the repository.
    const RULES_PAGE: Option<&'static str> = None;
    /// The kinds of outputs, or of their parts, in the order in which tables show them.
    const OUTPUT_KINDS: &'static [&'static str];

    /// Reads a view. A family may accept less than its type does.
    ///
    /// # Errors
    /// What is wrong with the value.
    fn read_view<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::View, D::Error> {
        Self::View::deserialize(deserializer)
    }

    /// Tells the kinds of an output: indices into [`Self::OUTPUT_KINDS`].
    fn output_kinds(output: &Self::Output, kind: &mut dyn FnMut(usize));

    /// The output with all that is free in it, such as the order of a list, in one fixed form.
    #[must_use]
    fn normalized(output: &Self::Output) -> Self::Output {
        output.clone()
    }

    /// The field without which an answer to this input cannot be checked, if the answer lacks it.
    #[must_use]
    fn missing_field(_input: &Self::Input, _view: Option<&Self::View>) -> Option<Unverifiable> {
        None
    }

    /// Replays an answered sequence under transformations that must not change its answers: metamorphic tests.
    ///
    /// # Errors
    /// The first property that does not hold, or how the implementation fails.
    fn metamorphic_tests<M: Implementation<Self> + ?Sized>(
        _implementation: &mut M,
        _header: &Self::Header,
        _steps: &[Step<Self>],
    ) -> Result<(), Finding> {
        Ok(())
    }

    /// Whether a rule is one of [`Self::metamorphic_tests`].
    #[must_use]
    fn is_metamorphic(_rule: &str) -> bool {
        false
    }

    /// An input as a person reads it, with its kind.
    #[must_use]
    fn input_text(input: &Self::Input) -> String {
        text(input)
    }

    /// The kinds of inputs, as [`Step::kind`] names them. Without any, inputs cannot be chosen by kind.
    const INPUT_KINDS: &'static [&'static str] = &[];

    /// An output as a person reads it.
    #[must_use]
    fn output_text(output: &Self::Output) -> String {
        text(output)
    }

    /// The state that matters for an input, line by line.
    #[must_use]
    fn state_lines(_model: &Self::Model, _input: &Self::Input) -> Vec<String> {
        Vec::new()
    }

    /// The small worlds for exhaustive search, as they are in a variant. A variant need not have all of them.
    #[must_use]
    fn worlds(_variant: Self::Variant) -> Vec<World<Self>> {
        Vec::new()
    }

    /// What the name in a field of a step is the name of.
    #[must_use]
    fn name_role(_field: &str) -> Option<NameRole> {
        None
    }

    /// The fields of inputs whose values are flags, which are simplest if they are false.
    const FLAGS: &'static [&'static str] = &[];

    /// Parameters that bound each other, so that they only shrink together: those that get the same small value, and
    /// those that become 0 with them.
    const BOUND_PARAMETERS: &'static [(&'static [&'static str], &'static [&'static str])] = &[];

    /// Makes a sequence legal after steps were dropped: moves steps in time, and drops those that can no longer be made.
    #[must_use]
    fn legal_steps(_header: &Self::Header, steps: Vec<Step<Self>>) -> Vec<Step<Self>> {
        steps
    }

    /// The names of all rules that a finding can break, as the rule of a finding begins: `graft (8)`. Files of known
    /// differences may name these.
    fn rule_names() -> Vec<String>;

    /// The names of the known faults that the model can follow: see [`TraceHeader::follow_faults`].
    #[must_use]
    fn fault_names() -> Vec<&'static str> {
        Vec::new()
    }

    /// Whether a rule is `other` or a part of it: with less around it, the same fault may break only a part of a rule.
    #[must_use]
    fn is_part_of(rule: &str, other: &str) -> bool {
        rule == other
    }
}

/// The kind of an input or a change of the environment: its field `kind`, or the name of its variant.
pub(super) fn value_kind(value: &impl Serialize) -> String {
    match super::difference::json(value) {
        Value::String(name) => name,
        Value::Object(fields) => match fields.get("kind") {
            Some(Value::String(kind)) => kind.clone(),
            _ => fields.into_iter().next().map(|(name, _)| name).unwrap_or_default(),
        },
        _ => String::new(),
    }
}

fn text(value: &impl Serialize) -> String {
    super::difference::json(value).to_string()
}

/// What a name in a sequence is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameRole {
    /// A peer.
    Peer,
    /// A topic.
    Topic,
    /// A message id.
    MessageId,
    /// The payload of a message.
    Message,
}

/// The first line of a trace.
pub trait TraceHeader: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Reads a header from its line.
    ///
    /// # Errors
    /// What is wrong with the line, and in which field.
    fn from_line(line: &str) -> Result<Self, LineError>;

    /// Appends the header's line to `line`, with its end.
    ///
    /// # Errors
    /// The rule that the parameters break.
    fn write_line(&self, line: &mut Vec<u8>) -> Result<(), LineError>;

    /// Checks the parameters.
    ///
    /// # Errors
    /// The rule that they break.
    fn check(&self) -> Result<(), LineError>;

    /// The seed of the implementation's random choices.
    fn seed(&self) -> Option<u64>;

    /// Sets the seed.
    fn set_seed(&mut self, seed: Option<u64>);

    /// Sets the variant that the answers are judged by. False if the family has no variant of this name.
    #[must_use]
    fn set_variant(&mut self, _name: &str) -> bool {
        false
    }

    /// The known faults that the model follows when it judges the answers: names of [`Family::fault_names`].
    fn followed_faults(&self) -> Vec<String> {
        Vec::new()
    }

    /// Sets the known faults that the model follows. False if the family has no fault of one of these names.
    #[must_use]
    fn follow_faults(&mut self, names: &[String]) -> bool {
        names.is_empty()
    }

    /// The profile of parameters that the sequence was generated from.
    fn profile(&self) -> Option<&str>;

    /// Sets whose answers the trace holds.
    fn set_implementation(&mut self, name: Option<String>);

    /// Sets the description.
    fn set_description(&mut self, text: Option<String>);

    /// The parameters as a value of the trace format, to be made simpler.
    fn parameters(&self) -> Value;

    /// Takes parameters that were made simpler. False if they are no parameters.
    #[must_use]
    fn set_parameters(&mut self, parameters: Value) -> bool;

    /// The simplest parameters, in the form of these.
    #[must_use]
    fn default_parameters(parameters: &Value) -> Value;

    /// Where the parameters of single topics are, if they are: a JSON pointer to an object by topic.
    const TOPICS: Option<&'static str> = None;

    /// Replaces the parameters of single topics by the same ones for all. False if there are none.
    #[must_use]
    fn unify_topics(_parameters: &mut Value) -> bool {
        false
    }
}

/// The executable specification of a family.
pub trait Model<F: Family>: Clone + fmt::Debug + Send + Sync {
    /// Draws the choices of [`Self::respond`].
    type Chance: Clone + fmt::Debug + Send + Sync;

    /// A model at the start of a sequence.
    ///
    /// # Errors
    /// The rule that the parameters break.
    fn start(header: &F::Header) -> Result<Self, LineError>;

    /// Draws all choices from a seed.
    fn chance(seed: u64) -> Self::Chance;

    /// The environment changes.
    fn change(&mut self, change: &F::Change);

    /// Makes the step, and compares the answer. If the protocol leaves a choice, takes the one that the answer shows, if
    /// it is allowed. The observer learns of every decision.
    ///
    /// # Errors
    /// The rule that the answer breaks. The model must not be used afterwards.
    fn judge(
        &mut self,
        now: Time,
        input: &F::Input,
        output: &F::Output,
        view: Option<&F::View>,
        observer: &mut dyn Observer,
    ) -> Result<(), Violation>;

    /// Makes the step and every choice by itself.
    fn respond(&mut self, now: Time, input: &F::Input, chance: &mut Self::Chance) -> F::Output;

    /// What it shows of its state after an input.
    fn view(&self, input: &F::Input, views: Views) -> Option<F::View>;

    /// Takes over what a view shows. False if the family cannot go on after a difference.
    fn take_over(&mut self, _view: &F::View) -> bool {
        false
    }

    /// Every allowed outcome of an input, each once: its normalized output and the model after it. Only the choices of
    /// this step are made: a model that does not know all earlier ones may have too few outcomes or too many.
    fn outcomes(&self, now: Time, input: &F::Input) -> Vec<(F::Output, Self)> {
        let mut after = self.clone();
        let output = after.respond(now, input, &mut Self::chance(0));
        vec![(F::normalized(&output), after)]
    }

    /// A hash of the whole state, such as [`state_key`]. Two models with the same key answer every sequence alike.
    fn key(&self) -> u128;
}

/// A hash of 128 bits of a state: see [`Model::key`].
#[must_use]
pub fn state_key(state: &impl Hash) -> u128 {
    let mut hasher = SipHasher13::new();
    state.hash(&mut hasher);
    hasher.finish128().as_u128()
}

/// What sequences reached: counts what the model reports.
pub trait Coverage<F: Family>: Observer + Clone + Default + fmt::Debug + Send + Sync {
    /// The coverage of sequences of a variant, of which nothing is reached yet.
    #[must_use]
    fn of_variant(_variant: F::Variant) -> Self {
        Self::default()
    }

    /// Adds what another reached.
    fn add(&mut self, other: &Self);

    /// An output was allowed. Families whose model reports the rule of each output need not count it here.
    fn count_output(&mut self, _output: &F::Output) {}

    /// How often an output of a kind was allowed.
    fn output(&self, kind: usize) -> u64;

    /// Every row: its name, and how often it was reached.
    fn rows(&self) -> Vec<(&'static str, u64)>;

    /// The rows that a campaign of this many steps over all profiles reached less often than it must, in words.
    #[must_use]
    fn below_minimum(_variant: F::Variant, _rows: &CoverageRows, _steps: u64) -> Vec<String> {
        Vec::new()
    }

    /// How many rows were reached, and how many there are.
    fn reached(&self) -> (usize, usize) {
        let rows = self.rows();
        (rows.iter().filter(|(_, count)| *count > 0).count(), rows.len())
    }
}

/// The coverage of a family that counts its outputs only.
impl<F: Family> Coverage<F> for OutputCounts<F> {
    fn add(&mut self, other: &Self) {
        self.add(other);
    }

    fn count_output(&mut self, output: &F::Output) {
        self.count(output);
    }

    fn output(&self, kind: usize) -> u64 {
        self.of(kind)
    }

    fn rows(&self) -> Vec<(&'static str, u64)> {
        self.rows().collect()
    }
}

/// Ignores the decisions of the model.
impl<F> Observer for OutputCounts<F> {}

/// Which properties are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyExtent {
    /// No property.
    None,
    /// Those of single answers, which are cheap.
    Answers,
    /// Those of the state as well.
    All,
}

/// The properties of one sequence, checked beside the model.
pub trait Properties<F: Family>: Clone + fmt::Debug + Send + Sync {
    /// At the start of a sequence.
    fn start(header: &F::Header, extent: PropertyExtent) -> Self;

    /// The environment changes.
    fn change(&mut self, change: &F::Change);

    /// Checks a step.
    ///
    /// # Errors
    /// The first property that does not hold.
    fn check(
        &mut self,
        now: Time,
        input: &F::Input,
        output: &F::Output,
        view: Option<&F::View>,
    ) -> Result<(), Violation>;
}

/// A family without properties.
impl<F: Family> Properties<F> for () {
    fn start(_: &F::Header, _: PropertyExtent) -> Self {}

    fn change(&mut self, _: &F::Change) {}

    fn check(&mut self, _: Time, _: &F::Input, _: &F::Output, _: Option<&F::View>) -> Result<(), Violation> {
        Ok(())
    }
}

/// A fixed set of values, each with a name on the command line and in headers.
pub trait Named: Copy + fmt::Debug + Ord + Send + Sync + 'static {
    /// All values, in order.
    const ALL: &'static [Self];

    /// The name.
    fn name(self) -> &'static str;

    /// The value of a name.
    #[must_use]
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }

    /// The text of an error: no value of this kind has the name, and these are the names.
    #[must_use]
    fn unknown(kind: &str, name: &str) -> String {
        let names = Self::ALL.iter().map(|value| value.name()).collect::<Vec<_>>().join(", ");
        format!("unknown {kind} `{name}`; expected one of: {names}")
    }
}

/// A family with one variant only.
impl Named for () {
    const ALL: &'static [Self] = &[()];

    fn name(self) -> &'static str {
        "default"
    }
}

/// Draws one sequence.
pub trait Generator<F: Family>: Sized {
    /// The sets of parameters to draw from.
    type Profile: Named;

    /// Headers to learn an implementation's capabilities with, before the first sequence: the first one that it accepts
    /// counts. Without any, capabilities are not asked for.
    #[must_use]
    fn probes() -> Vec<F::Header> {
        Vec::new()
    }

    /// Draws the header of a sequence that an implementation with these capabilities can run.
    fn start(
        profile: Self::Profile,
        variant: F::Variant,
        capabilities: &Capabilities,
        draw: &mut impl Draw,
    ) -> (F::Header, Self);

    /// Draws the next step, with an eye on the state of the model.
    fn step(&mut self, model: &F::Model, draw: &mut impl Draw) -> Step<F>;

    /// The steps of a long end, after which properties of the state can be judged: all backoffs end, all peers leave.
    fn ending(&self, _model: &F::Model) -> Vec<Step<F>> {
        Vec::new()
    }
}

/// What an implementation answers to an input.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Answer<F: Family> {
    /// The output.
    pub output: F::Output,
    /// What it shows of its state after the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<F::View>,
}

/// What a step of a trace may be after those before it. Time never goes backwards in any family.
pub trait StepOrder<F: Family>: Clone + fmt::Debug + Send + Sync {
    /// At the start of a trace.
    fn start(header: &F::Header) -> Self;

    /// Checks the next step.
    ///
    /// # Errors
    /// The rule of the trace format that the step breaks.
    fn check(&mut self, step: &Step<F>) -> Result<(), LineError>;

    /// The time of an event that comes so long after the last step, which was at `now`. Some events have times of their
    /// own.
    fn time_of(&self, now: Time, after: Span, _event: &Event<F>) -> Time {
        now + after
    }
}

/// A family in which every step is legal at any time.
impl<F: Family> StepOrder<F> for () {
    fn start(_: &F::Header) -> Self {}

    fn check(&mut self, _: &Step<F>) -> Result<(), LineError> {
        Ok(())
    }
}

/// A change of the environment in a family that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize)]
pub enum NoChange {}

impl From<LineError> for ImplementationError {
    fn from(error: LineError) -> Self {
        Self::Parameters(error.to_string())
    }
}
