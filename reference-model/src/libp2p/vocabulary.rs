//! What a router is told, what it answers, and the trace format that both are written in.
//!
//! Every type is serialized as the gossipsub RPC trace format, version 1, writes it. Reading is strict: a set out of
//! order, a key that stands twice, an integer above 2^53 - 1, an unknown kind or an unknown field of a step is refused.

mod format;
mod identifiers;
mod input;
mod output;
mod parameters;
mod rpc;
mod script;
mod serial;
mod view;

pub use format::{FORMAT, VERSION};
pub use identifiers::{MessageId, Peer, Protocol, Topic};
pub use input::{Input, InputKind, Verdict};
pub use output::{Delivery, Output, Parts, Refusal, Sent};
pub use parameters::{ParameterError, Parameters, ScoringParameters, Thresholds, TopicScoringParameters, Validation};
pub use rpc::{Ihave, Message, Prune, Rpc, Subscription};
pub use script::{Script, ScriptError};
pub use serial::LARGEST_INTEGER;
pub use view::View;
