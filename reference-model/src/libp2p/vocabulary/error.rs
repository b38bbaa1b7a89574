//! What can be wrong with a trace, and where.

use super::{ParameterError, ScriptError};
use std::io;

/// A trace that cannot be read: `steps.jsonl:34: output.to.3.graft: expected a multiset: a sorted array, found a after b`.
#[derive(Debug, thiserror::Error)]
#[error("{name}:{line}: {error}")]
pub struct TraceError {
    /// The name of the trace.
    pub name: String,
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong with the line.
    pub error: LineError,
}

/// A line that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", field.as_ref().map_or_else(String::new, |field| format!("{field}: ")))]
pub struct LineError {
    /// The path of the field: `input.rpc.graft[2]`. Absent if the fault is that of the whole line.
    pub field: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The trace has no line.
    #[error("expected a header line, found the end of the trace")]
    NoHeader,
    /// The line is longer than a line may be.
    #[error("expected a line of at most {longest} bytes, found a longer one")]
    LineTooLong {
        /// The most bytes that a line may have.
        longest: u64,
    },
    /// The line is not an object of JSON.
    #[error("expected an object of JSON, found {found}")]
    NotAnObject {
        /// What stands there, or why it is not JSON.
        found: String,
    },
    /// A field is not as the format says.
    #[error("{0}")]
    Content(String),
    /// The parameters of the header break a rule.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// The step cannot follow the steps before it.
    #[error(transparent)]
    Script(#[from] ScriptError),
}
