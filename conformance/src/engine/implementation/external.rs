//! An implementation outside of this process: a program that speaks the trace format.

use super::{
    Implementation, ImplementationError, Views,
    process::{CommandLine, Process, beginning},
};
use crate::engine::{
    Answer, Capabilities, Event, Exchange, Family, Step, TraceHeader,
    trace::{LineError, LineErrorKind, parse, there},
};
use gossipsub_automaton::Time;
use serde::{Deserialize, de::DeserializeOwned};
use std::{marker::PhantomData, time::Duration};

/// An external implementation: one process, started for the first sequence, and again after it failed.
#[derive(Debug)]
pub struct External<F> {
    command: CommandLine,
    /// How long an answer may take.
    time_limit: Duration,
    process: Option<Process>,
    capabilities: Capabilities,
    family: PhantomData<F>,
}

impl<F: Family> External<F> {
    /// The program of a command line, not started yet. `time_limit` is how long each answer may take.
    #[must_use]
    pub fn new(command: CommandLine, time_limit: Duration) -> Self {
        let capabilities = Capabilities::default();
        Self { command, time_limit, process: None, capabilities, family: PhantomData }
    }

    /// Sends a line and waits for its answer. After an error the process is gone.
    fn exchange<T: DeserializeOwned>(&mut self, line: &[u8]) -> Result<T, ImplementationError> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::start(&self.command)?,
        };
        let answer = process.exchange(line, self.time_limit)?;
        let answer =
            parse(&answer).map_err(|error| ImplementationError::InvalidAnswer { error, line: beginning(&answer) })?;
        self.process = Some(process);
        Ok(answer)
    }

    fn step(&mut self, step: &Step<F>) -> Result<AnswerLine<F>, ImplementationError> {
        let mut line = Vec::new();
        step.write_line(&mut line).map_err(ImplementationError::Unwritable)?;
        let answer: AnswerLine<F> = self.exchange(&line)?;
        match answer {
            AnswerLine { error: Some(error), .. } => Err(ImplementationError::NotUnderstood(error)),
            AnswerLine { unsupported: Some(reason), .. } => Err(ImplementationError::Unsupported(reason)),
            answer => Ok(answer),
        }
    }
}

/// The answer to a header.
#[derive(Deserialize)]
struct ReadyLine {
    #[serde(default)]
    ready: bool,
    #[serde(default, deserialize_with = "there")]
    error: Option<String>,
    #[serde(flatten)]
    capabilities: Capabilities,
}

/// The answer to a step.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
struct AnswerLine<F: Family> {
    #[serde(default, deserialize_with = "there")]
    output: Option<F::Output>,
    #[serde(default, deserialize_with = "there")]
    view: Option<F::View>,
    #[serde(default, deserialize_with = "there")]
    error: Option<String>,
    #[serde(default, deserialize_with = "there")]
    unsupported: Option<String>,
}

impl<F: Family> Implementation<F> for External<F> {
    fn start(&mut self, header: &F::Header, _: Views) -> Result<(), ImplementationError> {
        let mut line = Vec::new();
        header.write_line(&mut line).map_err(ImplementationError::Unwritable)?;
        let answer: ReadyLine = self.exchange(&line)?;
        match answer {
            ReadyLine { error: Some(error), .. } => Err(ImplementationError::Refused(error)),
            ReadyLine { ready: true, capabilities, .. } => {
                self.capabilities = capabilities;
                Ok(())
            }
            ReadyLine { .. } => Err(missing("ready")),
        }
    }

    fn change(&mut self, now: Time, change: &F::Change) -> Result<(), ImplementationError> {
        let answer = self.step(&Step { now, event: Event::Environment(change.clone()) })?;
        match answer.output {
            None => Ok(()),
            Some(_) => Err(ImplementationError::Unexpected("an output, to a change of the environment".into())),
        }
    }

    fn answer(&mut self, now: Time, input: &F::Input) -> Result<Answer<F>, ImplementationError> {
        let exchange = Exchange { input: input.clone(), output: None, view: None };
        let answer = self.step(&Step { now, event: Event::Input(exchange) })?;
        let output = answer.output.ok_or_else(|| missing("output"))?;
        Ok(Answer { output, view: answer.view })
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn finish(&mut self) -> Result<(), ImplementationError> {
        self.process.take().map_or(Ok(()), |process| process.finish(self.time_limit))
    }
}

fn missing(field: &str) -> ImplementationError {
    let kind = LineErrorKind::Content(format!("missing field `{field}`"));
    ImplementationError::InvalidAnswer { error: LineError { field: None, kind }, line: "{...}".into() }
}
