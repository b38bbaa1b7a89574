//! The gossipsub automaton, written to be read beside its page, `BEHAVIOUR.md`.
//!
//! [`Model`] is the behaviour of the Octez and Mavryk automaton in plain ordered maps and sets: one function for each
//! input, each check under its number and with the sentence of the page. It shares the vocabulary with the optimized
//! automaton. The page lists the few rules that are part of the vocabulary.
//!
//! A step has two companions:
//! - A [`Choice`] makes the choices that the behaviour leaves to chance. [`RandomChoices`] draws them, so that the model
//!   runs by itself. [`EnumeratedChoices`] makes all allowed choices in turn. [`ObservedChoices`] reads them from an output
//!   that another automaton gave, and refuses a choice that is not allowed. An observed output is trusted for its
//!   choices only.
//! - An [`Observer`](crate::Observer) learns of every check with its outcome and its operands, of every choice, and of special cases: for
//!   coverage and for explanations.
//!
//! The quirks of the behaviour look odd, are what the original does, and are kept:
//! - **Q1** A backoff counts for `join` and for heartbeats until a cleanup drops it, even when it has ended.
//! - **Q2** Removing a disconnected peer again moves the expiry of its score.
//! - **Q3** A graft that the filter refuses, or for a topic that is not joined, backs off even a peer that is not
//!   connected.
//! - **Q4** A message goes back to its sender if that is a direct peer.
//! - **Q5** After new outbound peers are grafted, opportunistic grafting takes them for the whole mesh.
//! - **Q6** An empty fanout is neither touched nor refilled by publishing.

mod backoff;
mod choice;
mod context;
mod deadline;
mod heartbeat;
mod inputs;
mod introspection;
mod mark;
mod message_cache;
mod model;
mod queries;
mod rule;
mod score;
mod state;
mod take_over;

pub use choice::{
    Candidates, Choice, ChoicePoint, EnumeratedChoices, ObservedChoices, OverfullMesh, Pick, RandomChoices, Violation,
};
pub use deadline::{Deadline, DeadlineKind};
pub use mark::{MARKS, MarkId};
pub use model::Model;
pub use rule::{RULES, Report, RuleId, rule_of};
pub use score::{ScoreParts, TopicParts};
