//! The engine: everything that is the same for every family of systems.
//!
//! [`Referee`] judges one step. [`Runner`] is a referee beside an implementation. Everything that walks a sequence is a
//! loop around one of the two: [`campaign`], [`compare`], [`verify`], [`minimize`], [`exhaustive`], [`record`] and the
//! reports. What a system does comes from its [`Family`]; the engine knows no rule of any.

pub mod campaign;
mod capabilities;
mod check_sequence;
pub mod compare;
mod counterexample;
mod coverage_rows;
mod determinism;
mod difference;
mod draw;
pub mod exhaustive;
mod family;
mod finding;
pub mod implementation;
pub mod known_differences;
pub mod minimize;
pub mod record;
mod referee;
pub mod report;
mod rule_counts;
mod runner;
mod sequence;
mod stop;
pub mod trace;
pub mod verify;

pub use capabilities::Capabilities;
pub use check_sequence::{SequenceFailure, check_sequence, check_sequence_in};
pub use counterexample::Counterexample;
pub use coverage_rows::CoverageRows;
pub use difference::{Difference, differences, json};
pub use draw::{Bytes, Draw, Random};
pub use family::{
    Answer, Coverage, Family, Generator, Model, NameRole, Named, NoChange, Properties, PropertyExtent, StepOrder,
    TraceHeader, TraceValue, state_key,
};
pub use finding::{Finding, PROPERTY_PREFIX, Unverifiable, Violation};
pub use implementation::{Fork, Implementation, ImplementationError, Views};
pub use referee::Referee;
pub use rule_counts::{CheckCount, RuleCounts};
pub use runner::{Runner, run_sequence};
pub use sequence::Sequence;
pub use stop::StopSignal;
pub use trace::{Event, Exchange, Step};
