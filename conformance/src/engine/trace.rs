//! Traces: what an implementation was sent, what it answered, and the state it was then in, one line a step.
//!
//! A trace is a text of JSON lines: a header, then [`Step`]s. [`open`] and [`create`] read and write files,
//! compressed or not; [`TraceReader`] and [`TraceWriter`] do the same on any reader and writer. Both go line by
//! line, in memory bounded by one line. What is read is checked: an error names the line, the field and the rule.

mod error;
mod file;
mod line;
mod reader;
mod step;
mod writer;

pub use error::{LineError, LineErrorKind, TraceError};
pub use file::{TraceFile, create, format_of, open, open_named, open_through};
pub use line::{LONGEST_LINE, check_version, parse, write};
pub use reader::TraceReader;
pub(crate) use step::there;
pub use step::{Event, Exchange, Step};
pub use writer::TraceWriter;
