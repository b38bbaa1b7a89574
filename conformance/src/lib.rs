//! A model-based conformance harness for the gossipsub automaton.
//!
//! [`verify`] says of a recorded trace whether every step is what the protocol allows, and [`record`] makes such a
//! trace of a script. Both go through the one [`checker`] of a step, and the [`trace`] format.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

pub mod checker;
mod difference;
pub mod fuzzing;
pub mod record;
pub mod report;
pub mod trace;
pub mod verify;

pub use difference::Difference;
