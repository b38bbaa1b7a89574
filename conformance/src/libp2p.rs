//! The family of libp2p routers, judged by the RPCs that they send: what the engine needs to know of it.

mod coverage;
mod generate;
mod header;
mod model;
mod order;
pub mod properties;
mod reference;
mod state_lines;
mod worlds;

pub use coverage::Coverage;
pub use generate::{Generator, Profile};
pub use header::{DialectName, Header};
pub use order::Order;
pub use reference::Reference;
pub use worlds::worlds;

use crate::engine::{self, Family, NameRole};
use gossipsub_reference_model::libp2p::{
    Fault, Model, RULES,
    vocabulary::{Input, Output, View},
};
use properties::PropertyChecker;

/// The libp2p gossipsub router at the level of RPCs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Libp2pFamily;

/// A step of one of its sequences.
pub type Step = engine::Step<Libp2pFamily>;
/// What happens in a step.
pub type Event = engine::Event<Libp2pFamily>;
/// An input and the answer to it.
pub type Exchange = engine::Exchange<Libp2pFamily>;
/// An answer.
pub type Answer = engine::Answer<Libp2pFamily>;
/// An input of an exhaustive search, some time after the step before it.
pub type Action = engine::exhaustive::Action<Libp2pFamily>;
/// A world that is small enough for all of its sequences.
pub type World = engine::exhaustive::World<Libp2pFamily>;
/// A sequence in memory.
pub type Sequence = engine::Sequence<Libp2pFamily>;
/// A sequence that ends with a finding.
pub type Counterexample = engine::Counterexample<Libp2pFamily>;
/// An implementation and the referee beside it.
pub type Runner<'a, M> = engine::Runner<'a, Libp2pFamily, M>;

impl Family for Libp2pFamily {
    type Header = Header;
    type Change = engine::NoChange;
    type Input = Input;
    type Output = Output;
    type View = View;
    type Model = Model;
    type Coverage = Coverage;
    type Properties = PropertyChecker;
    type Variant = DialectName;
    type Generator = Generator;
    type Order = Order;

    const NAME: &'static str = "libp2p";
    const FORMAT: &'static str = gossipsub_reference_model::libp2p::vocabulary::FORMAT;
    const RULES_PAGE: Option<&'static str> = Some("reference-model/LIBP2P.md");
    const OUTPUT_KINDS: &'static [&'static str] = &[
        "nothing",
        "subscriptions",
        "messages",
        "graft",
        "prune",
        "ihave",
        "iwant",
        "idontwant",
        "delivered",
        "asked",
        "dial",
        "refused",
        "closed",
        "crashed",
    ];
    const INPUT_KINDS: &'static [&'static str] = &[
        "connect",
        "disconnect",
        "rpc",
        "rpcs",
        "join",
        "leave",
        "publish",
        "validated",
        "set_application_score",
        "heartbeat",
    ];
    const FLAGS: &'static [&'static str] = &["direct", "outbound"];
    const BOUND_PARAMETERS: &'static [(&'static [&'static str], &'static [&'static str])] =
        &[(&["D", "D_low", "D_high"], &["D_score", "D_out"]), (&["history_gossip", "history_length"], &[])];

    fn output_kinds(output: &Output, kind: &mut dyn FnMut(usize)) {
        let sent = match output {
            Output::Sent(sent) => sent,
            Output::Crashed { .. } => return kind(13),
        };
        let any = |has: fn(&gossipsub_reference_model::libp2p::vocabulary::Parts) -> bool| sent.to.values().any(has);
        let kinds = [
            false,
            any(|parts| !parts.subscriptions.is_empty()),
            any(|parts| !parts.messages.is_empty()),
            any(|parts| !parts.graft.is_empty()),
            any(|parts| !parts.prune.is_empty()),
            any(|parts| !parts.ihave.is_empty()),
            any(|parts| !parts.iwant.is_empty()),
            any(|parts| !parts.idontwant.is_empty()),
            !sent.delivered.is_empty(),
            sent.asked.as_ref().is_some_and(|asked| !asked.is_empty()),
            !sent.dial.is_empty(),
            sent.refused.is_some(),
            !sent.closed.is_empty(),
        ];
        if kinds.iter().all(|has| !has) {
            kind(0);
        }
        for (index, has) in kinds.into_iter().enumerate() {
            if has {
                kind(index);
            }
        }
    }

    fn state_lines(model: &Model, input: &Input) -> Vec<String> {
        state_lines::state_lines(model, input)
    }

    fn worlds(dialect: DialectName) -> Vec<World> {
        worlds(dialect).into()
    }

    fn name_role(field: &str) -> Option<NameRole> {
        match field {
            "peer" | "peers" => Some(NameRole::Peer),
            "topic" | "graft" => Some(NameRole::Topic),
            "message_id" | "message_ids" | "iwant" | "idontwant" => Some(NameRole::MessageId),
            _ => None,
        }
    }

    fn rule_names() -> Vec<String> {
        let rules = RULES.iter().map(|rule| rule.name.to_owned());
        rules.chain(properties::ALL.iter().map(|property| property.rule())).collect()
    }

    fn fault_names() -> Vec<&'static str> {
        Fault::ALL.iter().map(|fault| fault.code()).collect()
    }

    fn legal_steps(header: &Header, steps: Vec<Step>) -> Vec<Step> {
        order::legal_steps(header, steps)
    }
}
