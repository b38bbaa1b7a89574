//! The libp2p gossipsub router at the level of RPCs, written to be read beside its page, `LIBP2P.md`.
//!
//! [`Model`] is a router in plain ordered maps and sets: one numbered rule at one place. It [judges](Model::judge) the
//! answers of an implementation, or [responds](Model::respond) by itself. Where the rules leave a choice, it takes the
//! one that an answer shows, if it is allowed, and keeps what is possible if no answer shows it yet.
//!
//! - [`vocabulary`]: what a router is told and answers, and the trace format;
//! - [`Dialect`]: where implementations may differ; [`Fault`]: where they differ although they may not;
//! - [`RULES`]: the rules of the page; a [`Violation`] names one.

mod answer;
mod backoff;
mod choice;
#[cfg(test)]
mod choice_tests;
mod connections;
mod deadlines;
mod delivery;
pub mod dialect;
mod enumerated;
mod fanout;
mod faults;
mod gossip;
mod grafts;
mod heartbeat;
mod mesh;
mod message_cache;
mod messages;
mod model;
mod observed;
mod promises;
mod publish;
mod random;
pub mod rules;
mod score;
mod seen;
mod topics;
mod unwanted;
mod view;
mod violation;
pub mod vocabulary;
mod worlds;

pub use deadlines::{Deadline, DeadlineKind};
pub use dialect::Dialect;
pub use fanout::Fanout;
pub use faults::{Fault, Faults};
pub use model::Model;
pub use random::Random;
pub use rules::RULES;
pub use score::TopicRecord;
pub use violation::{ModelError, Violation};
