//! A model-based conformance harness for gossipsub.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

pub mod automaton;
pub mod engine;
pub mod fuzzing;
pub mod libp2p;
