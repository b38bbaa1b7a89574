//! The gossipsub automaton, written to be read.
//!
//! [`Model`] is the behaviour of the Octez and Mavryk automaton in plain ordered maps and sets: one function an
//! input, each check on its own line and under its number. It shares the vocabulary with the optimized automaton, and
//! no logic.
//!
//! Where the behaviour leaves a choice to chance, the model asks a [`Choice`]: [`Drawn`] draws it, so that the model
//! runs by itself; [`Enumerated`] makes all that are allowed in turn; [`Observed`] reads it from an output that somebody
//! else gave, and refuses what was not allowed. An observed output is trusted for nothing else.
//!
//! The quirks of the behaviour (they look odd, are what the original does, and are kept):
//! - **Q1** a backoff counts for `join` and for heartbeats until a cleanup drops it, even when it has ended;
//! - **Q2** removing a disconnected peer again moves the expiry of its score;
//! - **Q3** a graft that the filter refuses, or for a topic that is not joined, backs off even a peer that is not connected;
//! - **Q4** a message goes back to its sender if that is a direct peer;
//! - **Q5** after new outbound peers are grafted, opportunistic grafting takes them for the whole mesh;
//! - **Q6** an empty fanout is neither touched nor refilled by publishing.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

mod backoff;
mod choice;
mod decision;
mod drawn;
mod enumerated;
mod heartbeat;
mod inputs;
mod introspection;
pub mod libp2p;
mod message_cache;
mod model;
mod observed;
mod queries;
mod rule;
mod score;
mod state;
mod take_over;

pub use choice::{Choice, Grafts, OverfullMesh, Pick, Point, Violation};
pub use decision::{Decision, Observer, Rule};
pub use drawn::Drawn;
pub use enumerated::Enumerated;
pub use model::Model;
pub use observed::Observed;
pub use rule::rule_of;
pub use score::{ScoreParts, TopicParts};
