//! The family of the automaton of the Octez and Mavryk nodes: what the engine needs to know of it.

mod checker;
pub mod coverage;
mod environment;
pub mod generate;
mod header;
mod in_process;
mod model;
mod order;
pub mod properties;
pub mod randomness;
mod rule_parts;
mod state_lines;
mod worlds;

pub use checker::check_step;
pub use environment::{Environment, EnvironmentChange, FilteredAction};
pub use header::Header;
pub use in_process::{Core, Reference};
pub use order::BehaviourFields;
pub use worlds::worlds;

use crate::engine::{self, Family, Finding, Implementation, NameRole, Named, Unverifiable, trace::TraceError};
use gossipsub_automaton::{
    Behaviour, Input, InputKind, Output, OutputKind, PartialView, trace_format::strict, trace_ids::TraceIds,
};
use gossipsub_reference_model::automaton::{Model, RULES};
use properties::{PropertyChecker, metamorphic};
use serde::Deserializer;
use std::{io::BufRead, path::Path};

/// The automaton of the Octez and Mavryk nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AutomatonFamily;

/// A step of one of its sequences.
pub type Step = engine::Step<AutomatonFamily>;
/// What happens in a step.
pub type Event = engine::Event<AutomatonFamily>;
/// An input and the answer to it.
pub type Exchange = engine::Exchange<AutomatonFamily>;
/// An answer.
pub type Answer = engine::Answer<AutomatonFamily>;
/// A sequence in memory.
pub type Sequence = engine::Sequence<AutomatonFamily>;
/// A sequence that ends with a finding.
pub type Counterexample = engine::Counterexample<AutomatonFamily>;
/// An implementation and the referee beside it.
pub type Runner<'a, M> = engine::Runner<'a, AutomatonFamily, M>;
/// A referee.
pub type Referee = engine::Referee<AutomatonFamily>;
/// Reads its traces.
pub type TraceReader<R> = engine::trace::TraceReader<AutomatonFamily, R>;
/// Writes its traces.
pub type TraceWriter<W> = engine::trace::TraceWriter<AutomatonFamily, W>;
/// A small world for exhaustive search.
pub type World = engine::exhaustive::World<AutomatonFamily>;
/// An action of a small world.
pub type Action = engine::exhaustive::Action<AutomatonFamily>;

/// Opens one of its traces in a file: see [`engine::trace::open`].
///
/// # Errors
/// If the file cannot be read, and if its first line is not a header.
pub fn open(path: impl AsRef<Path>) -> Result<TraceReader<Box<dyn BufRead + Send>>, TraceError> {
    engine::trace::open(path)
}

impl Named for Behaviour {
    const ALL: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

impl Family for AutomatonFamily {
    type Header = Header;
    type Change = EnvironmentChange;
    type Input = Input<TraceIds>;
    type Output = Output<TraceIds>;
    type View = PartialView<TraceIds>;
    type Model = Model<Environment>;
    type Coverage = coverage::Coverage;
    type Properties = PropertyChecker;
    type Variant = Behaviour;
    type Generator = generate::Generator;
    type Order = BehaviourFields;

    const NAME: &'static str = "automaton";
    const FORMAT: &'static str = header::FORMAT;
    const RULES_PAGE: Option<&'static str> = Some("reference-model/BEHAVIOUR.md");
    const OUTPUT_KINDS: &'static [&'static str] = OutputKind::NAMES;
    const INPUT_KINDS: &'static [&'static str] = InputKind::NAMES;
    const FLAGS: &'static [&'static str] = &["direct", "outbound", "bootstrap", "batch"];
    const BOUND_PARAMETERS: &'static [(&'static [&'static str], &'static [&'static str])] = &[
        (&["degree_low", "degree_optimal", "degree_high"], &["degree_score", "degree_out"]),
        (&["history_gossip_length", "history_length"], &[]),
    ];

    fn read_view<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::View, D::Error> {
        strict(deserializer)
    }

    fn output_kinds(output: &Output<TraceIds>, kind: &mut dyn FnMut(usize)) {
        kind(output.kind() as usize);
    }

    fn normalized(output: &Output<TraceIds>) -> Output<TraceIds> {
        checker::in_order(output)
    }

    fn missing_field(input: &Input<TraceIds>, view: Option<&PartialView<TraceIds>>) -> Option<Unverifiable> {
        let shows_fanout = view.is_some_and(|view| view.fanout.is_some());
        (matches!(input, Input::Heartbeat) && !shows_fanout).then_some(NO_FANOUT)
    }

    fn metamorphic_tests<M: Implementation<Self> + ?Sized>(
        implementation: &mut M,
        header: &Header,
        steps: &[Step],
    ) -> Result<(), Finding> {
        metamorphic::run(implementation, header, steps)
    }

    fn is_metamorphic(rule: &str) -> bool {
        metamorphic::is_rule(rule)
    }

    fn input_text(input: &Input<TraceIds>) -> String {
        format!("{} {input}", input.kind())
    }

    fn output_text(output: &Output<TraceIds>) -> String {
        output.to_string()
    }

    fn state_lines(model: &Model<Environment>, input: &Input<TraceIds>) -> Vec<String> {
        state_lines::state_lines(&model.view(), input)
    }

    fn worlds(behaviour: Behaviour) -> Vec<World> {
        worlds(behaviour)
    }

    fn name_role(field: &str) -> Option<NameRole> {
        match field {
            "peer" | "sender" | "peer_to_prune" | "px" | "no_px_peers" | "to_route" => Some(NameRole::Peer),
            "topic" => Some(NameRole::Topic),
            "message_id" | "message_ids" => Some(NameRole::MessageId),
            "message" => Some(NameRole::Message),
            _ => None,
        }
    }

    fn rule_names() -> Vec<String> {
        let rules = RULES.iter().flat_map(|rule| [rule.name.to_owned(), format!("the state after {}", rule.name)]);
        rules.chain(properties::ALL.iter().map(|property| property.rule())).collect()
    }

    fn is_part_of(rule: &str, other: &str) -> bool {
        rule_parts::is_part_of(rule, other)
    }
}

/// The new fanout peers of a heartbeat are the one choice that no output shows.
const NO_FANOUT: Unverifiable = Unverifiable {
    field: "view.fanout",
    reason: "a heartbeat is verified by its view's `fanout`, the one random choice that no output shows",
};
