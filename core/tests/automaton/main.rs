//! Properties of the automaton that no single step shows.

mod bounded;
mod determinism;
mod extremes;
mod identifiers;
mod support;
mod uniform;
