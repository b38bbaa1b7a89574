//! What can be wrong with a trace, and where.

use super::line::LONGEST_LINE;
use crate::engine::Unverifiable;
use gossipsub_automaton::{LimitsError, Time};
use std::io;

/// A trace that cannot be read or written: the place and the error.
#[derive(Debug, thiserror::Error)]
#[error("{name}{}: {}{kind}", suffix(*line), prefix(field.as_deref()))]
pub struct TraceError {
    /// The name of the trace, as it was given.
    pub name: String,
    /// The line, counted from 1; none if the error concerns the whole file.
    pub line: Option<u64>,
    /// The path of the field: `input.message_ids[2]`; none if the error concerns the whole line.
    pub field: Option<String>,
    /// What is wrong.
    pub kind: LineErrorKind,
}

/// A line that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}{kind}", prefix(field.as_deref()))]
pub struct LineError {
    /// The path of the field: `input.message_ids[2]`; none if the error concerns the whole line.
    pub field: Option<String>,
    /// What is wrong.
    pub kind: LineErrorKind,
}

/// What is wrong with a line, or with a trace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineErrorKind {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is no line at all.
    #[error("expected a header line, found an empty file")]
    NoHeader,
    /// A line that is longer than a line may be. Not all of it was read.
    #[error("a line has at most {LONGEST_LINE} bytes, found a longer one")]
    LineTooLong,
    /// A line with nothing on it.
    #[error("expected a JSON object, found an empty line")]
    EmptyLine,
    /// A line that is not text.
    #[error("not UTF-8 at column {column}")]
    NotUtf8 {
        /// The position in the line, in bytes from 1.
        column: usize,
    },
    /// A line that is not JSON.
    #[error("not JSON: {reason} at column {column}")]
    NotJson {
        /// What the parser says.
        reason: String,
        /// The position in the line, in bytes from 1.
        column: usize,
    },
    /// A line that is JSON, but not an object.
    #[error("expected a JSON object, found another value")]
    NotAnObject,
    /// A header of something else.
    #[error("expected the format {expected:?}, found {found:?}")]
    Format {
        /// The format of the family.
        expected: &'static str,
        /// The format that the header names.
        found: String,
    },
    /// A header of another version of the format.
    #[error("expected version {expected}, found {found}")]
    Version {
        /// The version of the family's format.
        expected: u64,
        /// The version that the header names.
        found: u64,
    },
    /// Limits that no automaton accepts.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// A step before the step before it.
    #[error("time never goes backwards, found {now} after {before}")]
    TimeBackwards {
        /// The time of the step.
        now: Time,
        /// The time of the step before it.
        before: Time,
    },
    /// A step that is two.
    #[error("expected either `input` or `environment`, found both")]
    InputAndEnvironment,
    /// A step that is none.
    #[error("expected either `input` or `environment`, found neither")]
    NeitherInputNorEnvironment,
    /// An answer to a change of the environment.
    #[error("an answer belongs to an `input`, found one beside an `environment`")]
    AnswerToEnvironment,
    /// A step that can be read, and not verified.
    #[error(transparent)]
    Unverifiable(#[from] Unverifiable),
    /// A field that is not as the format says, in the words of what read or wrote it.
    #[error("{0}")]
    Content(String),
}

impl LineError {
    /// An error of a field.
    pub fn of_field(field: &str, kind: impl Into<LineErrorKind>) -> Self {
        Self { field: Some(field.into()), kind: kind.into() }
    }

    /// The same error, as that of a line of a trace.
    #[must_use]
    pub fn at(self, name: &str, line: u64) -> TraceError {
        let Self { field, kind } = self;
        TraceError { name: name.into(), line: Some(line), field, kind }
    }
}

impl<K: Into<LineErrorKind>> From<K> for LineError {
    fn from(kind: K) -> Self {
        Self { field: None, kind: kind.into() }
    }
}

fn suffix(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(":{line}"))
}

fn prefix(field: Option<&str>) -> String {
    field.map_or_else(String::new, |field| format!("{field}: "))
}
