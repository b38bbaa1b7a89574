//! What each output of the automaton looks like: short scenarios, and the trace of each in readable text.
//!
//! A [`Scenario`] is a trace script of at most a dozen steps, the last of which shows what the scenario is there for.
//! The optimized automaton answers it, the reference model checks every answer, and [`tell`] writes down what was
//! asked, what was answered, and what changed in the state. Of what was left to chance the text names the choice, not
//! the choice: `any 2 of {1, 2, 3}`. So it is the same for every seed.
//!
//! [`showcase_of_output`], [`Check::showcase`] and [`Quirk::showcase`] say which scenario shows what: a new output, check
//! or quirk without a scenario does not compile. [`page`] makes the overview of all that.

#![warn(clippy::indexing_slicing, clippy::unwrap_used)]

mod catalogue;
mod change;
mod check;
mod choices;
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
pub use page::page;
pub use quirk::Quirk;
pub use render::{Rendering, render};
pub use scenario::{Scenario, folder};
pub use showcase::{Showcase, meaning_of, showcase_of_output};
