//! An implementation outside of this process: a program that speaks the trace format.

use super::{
    Implementation, ImplementationError, Views, answer_one_by_one,
    process::{CommandLine, Process, beginning},
};
use crate::engine::{
    Answer, Capabilities, Event, Exchange, Family, Generator, Step, StopSignal, TraceHeader,
    trace::{LineError, LineErrorKind, parse, there},
};
use gossipsub_automaton::Time;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    marker::PhantomData,
    time::Duration,
};

/// An external implementation: one process, started for the first sequence, and again after it failed.
#[derive(Debug)]
pub struct External<F> {
    command: CommandLine,
    /// How long an answer may take.
    time_limit: Duration,
    process: Option<Process>,
    capabilities: Capabilities,
    stop: StopSignal,
    /// Whether each sequence has a process of its own.
    fresh: bool,
    family: PhantomData<F>,
}

impl<F: Family> External<F> {
    /// The program of a command line, not started yet. `time_limit` is how long each answer may take.
    #[must_use]
    pub fn new(command: CommandLine, time_limit: Duration) -> Self {
        Self {
            command,
            time_limit,
            process: None,
            capabilities: Capabilities::default(),
            stop: StopSignal::default(),
            fresh: false,
            family: PhantomData,
        }
    }

    /// Waits for no answer once this is set.
    #[must_use]
    pub fn stopped_by(self, stop: StopSignal) -> Self {
        Self { stop, ..self }
    }

    /// Starts a new process for each sequence.
    #[must_use]
    pub fn with_fresh_processes(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// Starts the program and ends it again, to see whether it can be started and answers a header: one of the probes of the
    /// family, or this one. The program may refuse it.
    ///
    /// # Errors
    /// If it cannot be started or gives no valid answer; with the end of what it wrote to its standard error.
    pub fn check_start(&self, header: &F::Header) -> Result<(), StartError> {
        let accepts_probe = F::Generator::probes().iter().any(|probe| self.try_start(probe).is_ok());
        if accepts_probe { Ok(()) } else { self.try_start(header) }
    }

    fn try_start(&self, header: &F::Header) -> Result<(), StartError> {
        let mut line = Vec::new();
        let tried = header.write_line(&mut line).map_err(ImplementationError::Unwritable);
        let mut log = None;
        let tried = tried.and_then(|()| {
            let (file, mut process) = Process::start_logged(&self.command, &self.stop)?;
            log = Some(file);
            let answer = process.exchange(&line, self.time_limit)?;
            read_ready(&answer).map(drop)
        });
        match tried {
            Ok(()) | Err(ImplementationError::Refused(_) | ImplementationError::Stopped) => Ok(()),
            Err(error) => Err(StartError {
                command: self.command.to_string(),
                error: error.into(),
                log: log.map(last_text).unwrap_or_default(),
            }),
        }
    }

    /// Sends a line and waits for its answer. After an error the process is gone.
    fn exchange_text(&mut self, line: &[u8]) -> Result<String, ImplementationError> {
        if self.stop.is_set() {
            self.process = None;
            return Err(ImplementationError::Stopped);
        }
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::start(&self.command, &self.stop)?,
        };
        let answer = process.exchange(line, self.time_limit)?;
        self.process = Some(process);
        Ok(answer)
    }

    fn step(&mut self, step: &Step<F>) -> Result<AnswerLine<F>, ImplementationError> {
        let mut line = Vec::new();
        step.write_line(&mut line).map_err(ImplementationError::Unwritable)?;
        let answer = self.exchange_text(&line)?;
        read_answer(&answer).inspect_err(|error| {
            if !is_refusal(error) {
                self.process = None;
            }
        })
    }

    /// Sends all steps at once. The index of the first step that is not answered as it should be comes with the error.
    fn send_all(
        &mut self,
        steps: &mut [Step<F>],
        is_over: &dyn Fn() -> bool,
    ) -> (usize, Result<(), ImplementationError>) {
        let mut lines = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            if let Err(error) = step.write_line(&mut lines) {
                return (index, Err(ImplementationError::Unwritable(error)));
            }
        }
        let Some(mut process) = self.process.take().filter(|_| !self.stop.is_set()) else {
            return (0, Err(ImplementationError::Stopped));
        };
        let count = steps.len();
        let (mut left, mut answered) = (steps.iter_mut(), 0);
        // After a refusal, the answers to the other steps are still on their way.
        let mut refusal = None;
        let exchanged = process.exchange_all(&lines, count, self.time_limit, &mut |line| {
            if refusal.is_some() {
                return Ok(());
            }
            if is_over() {
                return Err(ImplementationError::Stopped);
            }
            let step = left.next().expect("there are as many steps as answers");
            match read_answer(line).and_then(|answer| answer.write_into(step)) {
                Ok(()) => answered += 1,
                Err(error) if is_refusal(&error) => refusal = Some(error),
                Err(error) => return Err(error),
            }
            Ok(())
        });
        if exchanged.is_ok() {
            self.process = Some(process);
        }
        (answered, refusal.map_or(exchanged, Err))
    }
}

/// Whether an error is an answer, after which the program goes on.
const fn is_refusal(error: &ImplementationError) -> bool {
    matches!(error, ImplementationError::NotUnderstood(_) | ImplementationError::Unsupported(_))
}

fn read_answer<F: Family>(line: &str) -> Result<AnswerLine<F>, ImplementationError> {
    match parse_answer(line)? {
        AnswerLine { error: Some(error), .. } => Err(ImplementationError::NotUnderstood(error)),
        AnswerLine { unsupported: Some(reason), .. } => Err(ImplementationError::Unsupported(reason)),
        answer => Ok(answer),
    }
}

impl<F: Family> AnswerLine<F> {
    /// Writes the answer into its step.
    fn write_into(self, step: &mut Step<F>) -> Result<(), ImplementationError> {
        match (&mut step.event, self.output) {
            (Event::Environment(_), None) => Ok(()),
            (Event::Environment(_), Some(_)) => Err(output_to_change()),
            (Event::Input(_), None) => Err(missing("output")),
            (Event::Input(exchange), Some(output)) => {
                (exchange.output, exchange.view) = (Some(output), self.view);
                Ok(())
            }
        }
    }
}

fn output_to_change() -> ImplementationError {
    ImplementationError::Unexpected("an output, to a change of the environment".into())
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
        if self.fresh {
            self.finish()?;
        }
        let answer = self.exchange_text(&line)?;
        self.capabilities = read_ready(&answer).inspect_err(|error| {
            // A refusal is an answer: the process goes on.
            if !matches!(error, ImplementationError::Refused(_)) {
                self.process = None;
            }
        })?;
        Ok(())
    }

    fn change(&mut self, now: Time, change: &F::Change) -> Result<(), ImplementationError> {
        let answer = self.step(&Step { now, event: Event::Environment(change.clone()) })?;
        match answer.output {
            None => Ok(()),
            Some(_) => Err(output_to_change()),
        }
    }

    fn answer(&mut self, now: Time, input: &F::Input) -> Result<Answer<F>, ImplementationError> {
        let exchange = Exchange { input: input.clone(), output: None, view: None };
        let answer = self.step(&Step { now, event: Event::Input(exchange) })?;
        let output = answer.output.ok_or_else(|| missing("output"))?;
        Ok(Answer { output, view: answer.view })
    }

    fn answer_all(
        &mut self,
        steps: &mut [Step<F>],
        is_over: &dyn Fn() -> bool,
    ) -> (usize, Result<(), ImplementationError>) {
        if self.capabilities.pipeline { self.send_all(steps, is_over) } else { answer_one_by_one(self, steps, is_over) }
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn finish(&mut self) -> Result<(), ImplementationError> {
        let process = self.process.take().filter(|_| !self.stop.is_set());
        process.map_or(Ok(()), |process| process.finish(self.time_limit))
    }
}

fn parse_answer<T: DeserializeOwned>(line: &str) -> Result<T, ImplementationError> {
    parse(line).map_err(|error| ImplementationError::InvalidAnswer { error, line: beginning(line) })
}

/// The capabilities in the answer to a header.
fn read_ready(line: &str) -> Result<Capabilities, ImplementationError> {
    match parse_answer(line)? {
        ReadyLine { error: Some(error), .. } => Err(ImplementationError::Refused(error)),
        ReadyLine { ready: true, capabilities, .. } => Ok(capabilities),
        ReadyLine { .. } => Err(missing("ready")),
    }
}

/// A program that cannot be started, or that does not say that it is ready.
#[derive(Debug, thiserror::Error)]
#[error("{command}: {error}{}", after_newline(.log))]
pub struct StartError {
    /// The command.
    pub command: String,
    /// What is wrong.
    pub error: Box<ImplementationError>,
    /// The end of what it wrote to its standard error.
    pub log: String,
}

fn after_newline(log: &str) -> String {
    if log.is_empty() { String::new() } else { format!("\nits standard error:\n{log}") }
}

/// How much of a program's standard error is shown.
const SHOWN_LOG: u64 = 2048;

/// The end of a file, as text.
fn last_text(mut file: File) -> String {
    let mut bytes = Vec::new();
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let read = file
        .seek(SeekFrom::Start(length.saturating_sub(SHOWN_LOG)))
        .and_then(|_| file.take(SHOWN_LOG).read_to_end(&mut bytes));
    if read.is_err() {
        return String::new();
    }
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}

fn missing(field: &str) -> ImplementationError {
    let kind = LineErrorKind::Content(format!("missing field `{field}`"));
    ImplementationError::InvalidAnswer { error: LineError { field: None, kind }, line: "{...}".into() }
}
