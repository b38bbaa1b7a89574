//! Reading and writing the lines of a trace.

use super::{Fault, Header, Input, LineError, Output, Script, TraceError, View, serial};
use gossipsub_automaton::Time;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_path_to_error::Segment;
use std::io::{BufRead, Read};

/// The most bytes that a line may have, without its end: 16 MiB.
const LONGEST_LINE: u64 = 16 << 20;

/// A line after the header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When it happens.
    pub now: Time,
    /// What the router is told.
    pub input: Input,
    /// What it does. Absent in a script.
    #[serde(default, deserialize_with = "serial::present", skip_serializing_if = "Option::is_none")]
    pub output: Option<Output>,
    /// The state after it, as far as it is shown.
    #[serde(default, deserialize_with = "serial::present", skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
}

/// Reads a value from a line.
///
/// # Errors
/// If the line is not an object of JSON, or a field is not as the format says.
pub fn parse<T: DeserializeOwned>(line: &str) -> Result<T, LineError> {
    if !line.trim_ascii_start().starts_with('{') {
        let found = match serde_json::from_str::<serde::de::IgnoredAny>(line) {
            _ if line.trim_ascii().is_empty() => "an empty line".into(),
            Ok(_) => "another value of JSON".into(),
            Err(error) => error.to_string(),
        };
        return Err(LineError { field: None, fault: Fault::NotAnObject { found } });
    }
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let fault = match error.inner().classify() {
            serde_json::error::Category::Data => Fault::Content(without_position(error.inner())),
            _ => Fault::NotAnObject { found: error.inner().to_string() },
        };
        LineError { field: field_at(error.path()), fault }
    })?;
    match deserializer.end() {
        Ok(()) => Ok(value),
        Err(error) => Err(LineError { field: None, fault: Fault::NotAnObject { found: error.to_string() } }),
    }
}

/// The path of a field: `input.rpc.graft[2]`. None for the whole line.
fn field_at(path: &serde_path_to_error::Path) -> Option<String> {
    let mut field = String::new();
    for segment in path.iter().filter(|segment| !matches!(segment, Segment::Unknown)) {
        if !field.is_empty() && !matches!(segment, Segment::Seq { .. }) {
            field.push('.');
        }
        field.push_str(&segment.to_string());
    }
    (!field.is_empty()).then_some(field)
}

/// What the parser says, without ` at line 1 column 45`.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&position).map_or_else(|| message.clone(), String::from)
}

/// Reads a trace: the header at once, then a step at a time.
///
/// As an iterator it gives each step with the number of its line. It ends after an error.
#[derive(Debug)]
pub struct TraceReader<R> {
    name: String,
    reader: R,
    header: Header,
    script: Script,
    number: u64,
    ended: bool,
}

impl<R: BufRead> TraceReader<R> {
    /// Reads the header, and checks its parameters by the rules of the page. `name` is the name of the trace in errors.
    ///
    /// # Errors
    /// If the first line is not a header, or its parameters break a rule.
    pub fn new(name: impl Into<String>, mut reader: R) -> Result<Self, TraceError> {
        let name = name.into();
        let header = read_line(&mut reader).and_then(|line| match line {
            Some(line) => parse::<Header>(&line),
            None => Err(Fault::NoHeader.into()),
        });
        let header = header.and_then(|header| match header.parameters.check() {
            Ok(()) => Ok(header),
            Err(error) => Err(LineError { field: Some("parameters".into()), fault: error.into() }),
        });
        match header {
            Ok(header) => {
                let script = Script::new(&header.parameters);
                Ok(Self { name, reader, header, script, number: 1, ended: false })
            }
            Err(error) => Err(TraceError { name, line: 1, error }),
        }
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    fn read_step(&mut self) -> Result<Option<Step>, LineError> {
        let Some(line) = read_line(&mut self.reader)? else {
            return Ok(None);
        };
        let step: Step = parse(&line)?;
        self.script.check(step.now, &step.input).map_err(Fault::from)?;
        if step.output.is_some() {
            self.script.check_verdict(&step.input).map_err(Fault::from)?;
        }
        self.script.advance(step.now, &step.input, step.output.as_ref());
        Ok(Some(step))
    }
}

impl<R: BufRead> Iterator for TraceReader<R> {
    type Item = Result<(u64, Step), TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.number += 1;
        let step = self.read_step().transpose();
        self.ended = !matches!(step, Some(Ok(_)));
        let line = self.number;
        step.map(|step| match step {
            Ok(step) => Ok((line, step)),
            Err(error) => Err(TraceError { name: self.name.clone(), line, error }),
        })
    }
}

impl<R: BufRead> std::iter::FusedIterator for TraceReader<R> {}

fn read_line(reader: &mut impl BufRead) -> Result<Option<String>, LineError> {
    let mut line = Vec::new();
    if reader.take(LONGEST_LINE + 1).read_until(b'\n', &mut line).map_err(Fault::from)? == 0 {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_none() && line.len() as u64 > LONGEST_LINE {
        return Err(Fault::LineTooLong { longest: LONGEST_LINE }.into());
    }
    String::from_utf8(line).map(Some).map_err(|error| Fault::NotAnObject { found: error.to_string() }.into())
}

impl<F: Into<Fault>> From<F> for LineError {
    fn from(fault: F) -> Self {
        Self { field: None, fault: fault.into() }
    }
}
