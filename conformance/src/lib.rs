//! A model-based conformance harness for the gossipsub automaton.
//!
//! [`verify`] says of a trace whether every step is what the protocol allows, as it was recorded or as an
//! [`implementation`] answers its inputs; [`record`] makes such a trace of a script. All checks go through the one
//! [`checker`] of a step, and beside it [`properties`] that the protocol's documents state; all traces go through the [`trace`] format.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

pub mod campaign;
pub mod checker;
mod determinism;
mod difference;
pub mod exhaustive;
pub mod expectations;
pub mod fuzzing;
pub mod generate;
pub mod implementation;
pub mod ledger;
pub mod minimize;
pub mod properties;
pub mod randomness;
pub mod record;
pub mod report;
pub mod runner;
pub mod sequence;
pub mod trace;
pub mod verify;

pub use difference::Difference;
