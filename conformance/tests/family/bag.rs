//! A second family of systems: a bag that holds a bounded number of items and returns any of them.

use gossipsub_automaton::{Span, Time};
use gossipsub_conformance::engine::{
    self, Answer, Capabilities, Difference, Draw, Event, Exchange, Family, Fork, Implementation, ImplementationError,
    NameRole, NoChange, Random, TraceHeader, Views, Violation, state_key,
    trace::{self, LineError, LineErrorKind},
    verify::OutputCounts,
};
use gossipsub_reference_model::{Observer, Rule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct BagFamily;

pub(crate) type Step = engine::Step<BagFamily>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Input {
    Put { item: u64 },
    Take,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Output {
    Stored,
    Full,
    Taken { item: u64 },
    Empty,
}

/// The items, sorted.
pub(crate) type View = Vec<u64>;

impl Family for BagFamily {
    type Header = Header;
    type Change = NoChange;
    type Input = Input;
    type Output = Output;
    type View = View;
    type Model = Model;
    type Coverage = OutputCounts<Self>;
    type Properties = ();
    type Variant = ();
    type Generator = Generator;
    type Order = ();

    const NAME: &'static str = "bag";
    const FORMAT: &'static str = "bag-trace";
    const OUTPUT_KINDS: &'static [&'static str] = &["stored", "full", "taken", "empty"];

    fn output_kinds(output: &Output, kind: &mut dyn FnMut(usize)) {
        kind(match output {
            Output::Stored => 0,
            Output::Full => 1,
            Output::Taken { .. } => 2,
            Output::Empty => 3,
        });
    }

    fn input_text(input: &Input) -> String {
        match input {
            Input::Put { item } => format!("put {item}"),
            Input::Take => "take".into(),
        }
    }

    fn rule_names() -> Vec<String> {
        ["take", "put", "the bag holds what was put and not taken"].map(Into::into).into()
    }

    fn name_role(field: &str) -> Option<NameRole> {
        (field == "item").then_some(NameRole::MessageId)
    }
}

/// The parameter of a bag is its capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    format: String,
    pub(crate) implementation: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) profile: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) capacity: usize,
}

impl Header {
    pub(crate) fn new(capacity: usize, seed: u64) -> Self {
        let (seed, profile) = (Some(seed), Some("small".into()));
        Self { format: BagFamily::FORMAT.into(), implementation: None, seed, profile, description: None, capacity }
    }
}

impl TraceHeader for Header {
    fn from_line(line: &str) -> Result<Self, LineError> {
        let header: Self = trace::parse(line)?;
        header.check()?;
        Ok(header)
    }

    fn write_line(&self, line: &mut Vec<u8>) -> Result<(), LineError> {
        self.check()?;
        trace::write(self, line)
    }

    fn check(&self) -> Result<(), LineError> {
        match self.capacity {
            0 => Err(LineError::of_field("capacity", LineErrorKind::Content("expected at least 1, found 0".into()))),
            _ => Ok(()),
        }
    }

    fn seed(&self) -> Option<u64> {
        self.seed
    }

    fn set_seed(&mut self, seed: Option<u64>) {
        self.seed = seed;
    }

    fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    fn set_implementation(&mut self, name: Option<String>) {
        self.implementation = name;
    }

    fn set_description(&mut self, text: Option<String>) {
        self.description = text;
    }

    fn parameters(&self) -> Value {
        json!({"capacity": self.capacity})
    }

    fn set_parameters(&mut self, parameters: Value) -> bool {
        let capacity = parameters["capacity"].as_u64().and_then(|capacity| capacity.try_into().ok());
        capacity.map(|capacity| self.capacity = capacity).is_some()
    }

    fn default_parameters(_: &Value) -> Value {
        json!({"capacity": 1})
    }
}

/// The only rule that leaves a choice.
static TAKE: Rule = Rule { index: 0, name: "take", sentence: "one of the items is taken, unless the bag is empty" };

/// The specification: the items, sorted.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Model {
    capacity: usize,
    items: Vec<u64>,
}

impl Model {
    /// Every allowed output.
    fn allowed(&self, input: Input) -> Vec<Output> {
        match input {
            Input::Put { .. } if self.items.len() >= self.capacity => vec![Output::Full],
            Input::Put { .. } => vec![Output::Stored],
            Input::Take if self.items.is_empty() => vec![Output::Empty],
            Input::Take => self.items.chunk_by(u64::eq).map(|equal| Output::Taken { item: equal[0] }).collect(),
        }
    }

    fn take_output(&mut self, input: Input, output: &Output) {
        match (input, output) {
            (Input::Put { item }, Output::Stored) => {
                self.items.insert(self.items.partition_point(|other| *other <= item), item);
            }
            (Input::Take, Output::Taken { item }) => {
                self.items.remove(self.items.iter().position(|other| other == item).expect("an allowed output"));
            }
            _ => {}
        }
    }
}

impl engine::Model<BagFamily> for Model {
    type Chance = Random;

    fn start(header: &Header) -> Result<Self, LineError> {
        header.check()?;
        Ok(Self { capacity: header.capacity, items: Vec::new() })
    }

    fn chance(seed: u64) -> Random {
        Random::of_case(seed, 0)
    }

    fn change(&mut self, change: &NoChange) {
        match *change {}
    }

    fn judge(
        &mut self,
        _: Time,
        input: &Input,
        output: &Output,
        view: Option<&View>,
        observer: &mut dyn Observer,
    ) -> Result<(), Violation> {
        let violation = |rule: &str, what: &str, allowed: &Value, observed: &Value| {
            let (what, allowed) = (what.into(), allowed.to_string());
            Err(Violation::of(rule, Difference { what, allowed, observed: observed.to_string() }))
        };
        let allowed = self.allowed(*input);
        observer.choice(&TAKE, 1, allowed.len());
        if !allowed.contains(output) {
            let rule = match input {
                Input::Put { .. } => "put: an item is stored if and only if the bag is not full",
                Input::Take => "take: one of the items is taken, unless the bag is empty",
            };
            return violation(rule, "output", &json!(allowed), &json!(output));
        }
        self.take_output(*input, output);
        match view {
            Some(view) if *view != self.items => {
                violation("the bag holds what was put and not taken", "view", &json!(self.items), &json!(view))
            }
            _ => Ok(()),
        }
    }

    fn respond(&mut self, _: Time, input: &Input, chance: &mut Random) -> Output {
        let output = chance.pick(&self.allowed(*input)).cloned().expect("every input has an allowed output");
        self.take_output(*input, &output);
        output
    }

    fn view(&self, _: &Input, views: Views) -> Option<View> {
        (views == Views::Every).then(|| self.items.clone())
    }

    fn outcomes(&self, _: Time, input: &Input) -> Vec<(Output, Self)> {
        let after = |output: Output| {
            let mut after = self.clone();
            after.take_output(*input, &output);
            (output, after)
        };
        self.allowed(*input).into_iter().map(after).collect()
    }

    fn key(&self) -> u128 {
        state_key(self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Profile {
    Small,
}

impl engine::Named for Profile {
    const ALL: &'static [Self] = &[Self::Small];

    fn name(self) -> &'static str {
        "small"
    }
}

/// Draws items below 4, and takes as often as it puts.
pub(crate) struct Generator {
    now: Time,
}

impl engine::Generator<BagFamily> for Generator {
    type Profile = Profile;

    fn start(_: Profile, (): (), _: &Capabilities, draw: &mut impl Draw) -> (Header, Self) {
        let capacity = draw.between(1, 4).try_into().expect("a small number");
        (Header::new(capacity, draw.below(1000)), Self { now: Time::ZERO })
    }

    fn step(&mut self, _: &Model, draw: &mut impl Draw) -> Step {
        self.now = self.now + Span::from_millis(draw.below(10));
        let input = if draw.one_in(2) { Input::Take } else { Input::Put { item: draw.below(4) } };
        Step { now: self.now, event: Event::Input(Exchange { input, output: None, view: None }) }
    }
}

/// What is wrong with a bag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// An item that the bag holds already is not stored again.
    DropsEqualItems,
    /// The item that was put last is never taken while there are others.
    KeepsTheLast,
}

/// The system under test.
#[derive(Clone, Debug)]
pub(crate) struct Bag {
    fault: Fault,
    capacity: usize,
    items: Vec<u64>,
    random: Random,
    views: Views,
}

impl Bag {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { fault, capacity: 0, items: Vec::new(), random: Random::of_case(0, 0), views: Views::Never }
    }

    fn respond(&mut self, input: Input) -> Output {
        match input {
            Input::Put { .. } if self.items.len() == self.capacity => Output::Full,
            Input::Put { item } => {
                if self.fault != Fault::DropsEqualItems || !self.items.contains(&item) {
                    self.items.push(item);
                }
                Output::Stored
            }
            Input::Take if self.items.is_empty() => Output::Empty,
            Input::Take => {
                let kept = usize::from(self.fault == Fault::KeepsTheLast && self.items.len() > 1);
                let index = self.random.below((self.items.len() - kept) as u64);
                Output::Taken { item: self.items.remove(usize::try_from(index).expect("an index")) }
            }
        }
    }
}

impl Implementation<BagFamily> for Bag {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        let random = Random::of_case(header.seed.unwrap_or(0), 0);
        *self = Self { fault: self.fault, capacity: header.capacity, items: Vec::new(), random, views };
        Ok(())
    }

    fn change(&mut self, _: Time, change: &NoChange) -> Result<(), ImplementationError> {
        match *change {}
    }

    fn answer(&mut self, _: Time, input: &Input) -> Result<Answer<BagFamily>, ImplementationError> {
        let output = self.respond(*input);
        let mut view = self.items.clone();
        view.sort_unstable();
        Ok(Answer { output, view: (self.views == Views::Every).then_some(view) })
    }

    fn copy(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl Fork<BagFamily> for Bag {
    fn reseed(&mut self, seed: u64) {
        self.random = Random::of_case(seed, 1);
    }
}
