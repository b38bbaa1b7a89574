//! The first line of a trace: the limits, and where the trace comes from.

use super::{Fault, LineError, line::parse, step::there};
use gossipsub_automaton::{Limits, trace_format::strict, trace_ids::TraceIds};
use serde::{Deserialize, Serialize};

const FORMAT: &str = "gossipsub-trace";
const VERSION: u64 = 1;

/// The first line of a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Whose answers the trace holds.
    pub implementation: Option<String>,
    /// The seed of the implementation's random choices.
    pub seed: Option<u64>,
    /// The profile that the trace was generated from.
    pub profile: Option<String>,
    /// Any text.
    pub description: Option<String>,
    /// The limits of the automaton.
    pub limits: Limits<TraceIds>,
}

/// What says how the rest of the line is to be read.
#[derive(Deserialize)]
struct Opening {
    format: String,
    #[serde(deserialize_with = "strict")]
    version: u64,
}

#[derive(Deserialize)]
struct ReadFields {
    #[serde(default, deserialize_with = "there")]
    implementation: Option<String>,
    #[serde(default, deserialize_with = "there")]
    seed: Option<u64>,
    #[serde(default, deserialize_with = "there")]
    profile: Option<String>,
    #[serde(default, deserialize_with = "there")]
    description: Option<String>,
    #[serde(deserialize_with = "strict")]
    limits: Limits<TraceIds>,
}

#[derive(Serialize)]
struct WrittenFields<'a> {
    format: &'static str,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    implementation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    limits: &'a Limits<TraceIds>,
}

impl Header {
    /// Reads a header from its line. Fields that the format does not name are ignored.
    ///
    /// # Errors
    /// Where the line is not a header of this version, and where its limits break a rule.
    pub fn from_line(line: &str) -> Result<Self, LineError> {
        let Opening { format, version } = parse(line)?;
        if format != FORMAT {
            return Err(LineError::of_field("format", Fault::Format { found: format }));
        }
        if version != VERSION {
            return Err(LineError::of_field("version", Fault::Version { found: version }));
        }
        let ReadFields { implementation, seed, profile, description, limits } = parse(line)?;
        check(&limits)?;
        Ok(Self { implementation, seed, profile, description, limits })
    }

    /// Appends the header's line to `line`, with its end.
    ///
    /// # Errors
    /// Where the limits break a rule, so that the line could not be read.
    pub fn write_line(&self, line: &mut Vec<u8>) -> Result<(), LineError> {
        check(&self.limits)?;
        let fields = WrittenFields {
            format: FORMAT,
            version: VERSION,
            implementation: self.implementation.as_deref(),
            seed: self.seed,
            profile: self.profile.as_deref(),
            description: self.description.as_deref(),
            limits: &self.limits,
        };
        super::line::write(&fields, line)
    }
}

fn check(limits: &Limits<TraceIds>) -> Result<(), LineError> {
    limits.check().map_err(|error| LineError::of_field("limits", error))
}
