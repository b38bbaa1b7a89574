//! Verifying a recorded trace: is every step what the protocol allows?

use crate::{
    checker::{Answer, Unverifiable, Violation, check_step},
    trace::{Environment, Event, Exchange, Fault, LineError, TraceError, TraceReader},
};
use gossipsub_automaton::{Input, OutputKind, Time, plain::Plain};
use gossipsub_reference_model::Model;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::{collections::BTreeMap, io::BufRead};

/// What became of a trace.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// The name of the trace.
    pub trace: String,
    /// How many steps were checked and found allowed.
    pub steps: u64,
    /// How often each output was allowed.
    pub outputs: Counts,
    /// Whether the trace is allowed.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Whether a trace is allowed.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every step is.
    Allowed,
    /// A step is not. What comes after it was not looked at.
    Violated(Box<Failure>),
    /// The trace cannot be read or verified to its end.
    Unreadable {
        /// Why, and where.
        #[serde(serialize_with = "as_text")]
        error: TraceError,
    },
}

/// A step that is not allowed.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// The number of the step, from 1.
    pub step: u64,
    /// Its line, from 1.
    pub line: u64,
    /// When it happened.
    pub now: Time,
    /// What was asked.
    pub input: Input<Plain>,
    /// What rule was broken, and how.
    #[serde(flatten)]
    pub violation: Violation,
}

/// How often each kind of output occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<OutputKind, u64>);

impl Counts {
    /// How often this kind occurred.
    #[must_use]
    pub fn of(&self, kind: OutputKind) -> u64 {
        self.0.get(&kind).copied().unwrap_or(0)
    }

    /// Counts one more of this kind.
    pub fn count(&mut self, kind: OutputKind) {
        *self.0.entry(kind).or_insert(0) += 1;
    }

    /// Adds the counts of another.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.0 {
            *self.0.entry(*kind).or_insert(0) += count;
        }
    }
}

impl Serialize for Counts {
    /// All 44 kinds, also those that did not occur.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(OutputKind::ALL.len()))?;
        for kind in OutputKind::ALL {
            map.serialize_entry(kind, &self.of(*kind))?;
        }
        map.end()
    }
}

fn as_text<S: Serializer>(error: &TraceError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// Verifies a trace, where it could be opened.
#[must_use]
pub fn verify_opened<R: BufRead>(opened: Result<TraceReader<R>, TraceError>) -> Verified {
    match opened {
        Ok(reader) => verify(reader),
        Err(error) => Verified {
            trace: error.name.clone(),
            steps: 0,
            outputs: Counts::default(),
            verdict: Verdict::Unreadable { error },
        },
    }
}

/// Verifies a trace.
#[must_use]
pub fn verify<R: BufRead>(mut reader: TraceReader<R>) -> Verified {
    let mut verified =
        Verified { trace: reader.name().to_owned(), steps: 0, outputs: Counts::default(), verdict: Verdict::Allowed };
    verified.verdict = match verify_steps(&mut reader, &mut verified) {
        Ok(None) => Verdict::Allowed,
        Ok(Some(failure)) => Verdict::Violated(Box::new(failure)),
        Err(error) => Verdict::Unreadable { error },
    };
    verified
}

fn verify_steps<R: BufRead>(
    reader: &mut TraceReader<R>,
    verified: &mut Verified,
) -> Result<Option<Failure>, TraceError> {
    let mut model = Model::new(reader.header().limits.clone(), Environment::default())
        .map_err(|error| LineError::from(Fault::from(error)).at(reader.name(), 1))?;
    while let Some(step) = reader.next() {
        let (line, step) = step?;
        match step.event {
            Event::Environment(change) => model.application_mut().apply(&change),
            Event::Input(Exchange { input, output, view }) => {
                let answer = Answer::new(&input, output.as_ref(), view.as_ref())
                    .map_err(|error| unverifiable(error).at(reader.name(), line))?;
                if let Err(violation) = check_step(&mut model, step.now, &input, answer) {
                    let failure = Failure { step: verified.steps + 1, line, now: step.now, input, violation };
                    return Ok(Some(failure));
                }
                if let Some(output) = output {
                    verified.outputs.count(output.kind());
                }
            }
        }
        verified.steps += 1;
    }
    Ok(None)
}

/// The same error, as that of a line.
fn unverifiable(error: Unverifiable) -> LineError {
    let field = match error {
        Unverifiable::NoOutput => "output",
        Unverifiable::NoFanout => "view.fanout",
    };
    LineError { field: Some(field.into()), fault: Fault::Unverifiable(error) }
}
