//! Executable specifications of gossipsub, each written to be read beside its page.
//!
//! - [`automaton`]: the automaton of the Octez and Mavryk nodes, with the page `BEHAVIOUR.md`;
//! - [`libp2p`]: the router of libp2p at the level of RPCs, with the page `LIBP2P.md`.
//!
//! [`enumeration`] makes all combinations of choices, for both.
//!
//! The models share how they report what they decide: an [`Observer`] learns of every check with its outcome and its
//! operands, of every choice, and of special cases. Coverage and explanations come from these reports.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

pub mod automaton;
mod decision;
pub mod enumeration;
pub mod libp2p;

pub use decision::{Decision, Mark, Observer, Rule};
