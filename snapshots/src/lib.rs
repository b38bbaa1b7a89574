//! What each output of the automaton looks like: short scenarios, and the trace of each in readable text.
//!
//! A [`Scenario`] is a trace script of at most a dozen steps. Its last step shows an output, a check or a quirk. It has
//! the behaviour of its header. The
//! optimized automaton answers it, the reference model checks every answer, and [`render`] writes the inputs, the
//! outputs and the changes of the state. The text names random choices instead of the chosen members, such as
//! `any 2 of {1, 2, 3}`, so it is the same for every seed.
//!
//! [`showcase_of_output`], [`Check::showcase`], [`Quirk::showcase`] and [`Difference::after`] name the scenario of each: a
//! new output, check, quirk or difference without a scenario does not compile. [`page`] makes the overview.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

mod catalogue;
mod change;
mod check;
mod choices;
mod difference;
mod input;
mod limits;
mod name;
mod output;
mod page;
mod quirk;
mod render;
mod scenario;
mod score;
mod showcase;
mod state;

pub use check::Check;
pub use difference::Difference;
pub use page::page;
pub use quirk::Quirk;
pub use render::{Rendering, render};
pub use scenario::{Scenario, folder};
pub use showcase::{Showcase, meaning_of, showcase_of_output};
