//! Implementations under test: in this process, or programs that speak the trace format.

mod external;
mod lines;
mod panics;
#[cfg(all(test, unix))]
mod pipe_tests;
#[cfg(any(test, not(unix)))]
mod pipe_threads;
#[cfg(unix)]
mod pipes;
mod process;
mod process_groups;
pub mod serve;

pub use external::{External, StartError};
pub use panics::catch_panic;
pub use process::{CommandLine, CommandLineError};
pub use process_groups::end_all;

use super::{Answer, Capabilities, Event, Exchange, Family, Generator, Step, trace::LineError};
use gossipsub_automaton::Time;
use std::{borrow::Cow, io, process::ExitStatus, time::Duration};

/// An implementation that answers step by step.
pub trait Implementation<F: Family> {
    /// Starts over, with a fresh state. `views` says after which inputs to show the state; a program shows what it wants.
    ///
    /// # Errors
    /// If the implementation refuses the header, or fails.
    fn start(&mut self, header: &F::Header, views: Views) -> Result<(), ImplementationError>;

    /// The environment changes.
    ///
    /// # Errors
    /// If the implementation fails.
    fn change(&mut self, now: Time, change: &F::Change) -> Result<(), ImplementationError>;

    /// Sends an input.
    ///
    /// # Errors
    /// If the implementation fails.
    fn answer(&mut self, now: Time, input: &F::Input) -> Result<Answer<F>, ImplementationError>;

    /// Sends several steps, and writes the answers into them. Returns how many were answered, and what is wrong with the
    /// answer after them. `is_over`: no further answer is waited for.
    ///
    /// An implementation whose [`Capabilities::pipeline`] is true is sent all of them before the first answer.
    fn answer_all(
        &mut self,
        steps: &mut [Step<F>],
        is_over: &dyn Fn() -> bool,
    ) -> (usize, Result<(), ImplementationError>) {
        answer_one_by_one(self, steps, is_over)
    }

    /// Sends a step, and writes the answer into it.
    ///
    /// # Errors
    /// If the implementation fails.
    fn answer_step(&mut self, step: &mut Step<F>) -> Result<(), ImplementationError> {
        match &mut step.event {
            Event::Environment(change) => self.change(step.now, change),
            Event::Input(Exchange { input, output, view }) => {
                let answer: Answer<F> = self.answer(step.now, input)?;
                (*output, *view) = (Some(answer.output), answer.view);
                Ok(())
            }
        }
    }

    /// The whole state now, in addition to the views that answers carry; absent if the implementation cannot show it.
    fn state(&self) -> Option<F::View> {
        None
    }

    /// A copy in the same state, including that of the random choices; nothing if the implementation cannot be copied.
    ///
    /// An implementation that supports copying must be deterministic: the same header and steps have the same answers
    /// every time.
    fn copy(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Whether its random choices follow the header's seed, and depend on names only through their order.
    fn follows_seed(&self) -> bool {
        false
    }

    /// What the implementation said of itself at the last start.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// Starts it with one probe of the family after the other, until it accepts one, to learn what it supports.
    fn learn_capabilities(&mut self) -> Capabilities {
        F::Generator::probes().iter().any(|probe| self.start(probe, Views::Never).is_ok());
        self.capabilities()
    }

    /// Ends the implementation after the last sequence.
    ///
    /// # Errors
    /// If it does not end as it should.
    fn finish(&mut self) -> Result<(), ImplementationError> {
        Ok(())
    }
}

/// [`Implementation::answer_all`] for an implementation that answers each step before it is sent the next.
fn answer_one_by_one<F: Family, M: Implementation<F> + ?Sized>(
    implementation: &mut M,
    steps: &mut [Step<F>],
    is_over: &dyn Fn() -> bool,
) -> (usize, Result<(), ImplementationError>) {
    for (index, step) in steps.iter_mut().enumerate() {
        let answered = if is_over() { Err(ImplementationError::Stopped) } else { implementation.answer_step(step) };
        if answered.is_err() {
            return (index, answered);
        }
    }
    (steps.len(), Ok(()))
}

/// An implementation whose copies can be given other random choices.
pub trait Fork<F: Family>: Implementation<F> + Clone {
    /// From here on, draws all random choices from this seed.
    fn reseed(&mut self, seed: u64);

    /// Its state, if it is a model that runs by itself. With it, exhaustive search also follows the choices that no answer
    /// shows.
    fn model(&self) -> Option<&F::Model> {
        None
    }
}

/// After which inputs an implementation in this process shows its state. After heartbeats it always shows what their
/// check needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Views {
    /// After every input.
    Every,
    /// After heartbeats.
    Heartbeat,
    /// Only what checks need.
    Never,
}

/// An implementation that does not answer as the protocol of the trace format says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImplementationError {
    /// The parameters break a rule.
    #[error("{0}")]
    Parameters(String),
    /// The implementation refuses the header.
    #[error("the implementation refuses the header: {0}")]
    Refused(String),
    /// The implementation does not understand a step.
    #[error("the implementation does not understand the step: {0}")]
    NotUnderstood(String),
    /// The implementation does not support a step. This is no finding.
    #[error("the implementation does not support the step: {0}")]
    Unsupported(String),
    /// The command cannot be started.
    #[error("{command} cannot be started: {error}")]
    NotStarted {
        /// The program.
        command: String,
        /// What the system says.
        error: io::Error,
    },
    /// An implementation in this process panicked.
    #[error("the implementation panicked: {0}")]
    Panicked(String),
    /// The process ended, or closed its output.
    #[error("the implementation ended without an answer{}{}", after_half_line(.half_line), with_status(*.status))]
    Ended {
        /// What it wrote of a line before that.
        half_line: String,
        /// How it ended; absent if it only closed its output.
        status: Option<ExitStatus>,
    },
    /// The process did not exit with 0 at the end of its input.
    #[error("expected exit code 0 at the end of the input; the implementation {0}")]
    NotFinished(String),
    /// No answer in time.
    #[error("the implementation gave no answer within {0:?}")]
    Silent(Duration),
    /// A line without an input before it.
    #[error("the implementation wrote an unexpected line: {0}")]
    Unexpected(String),
    /// A line that is no answer.
    #[error("invalid answer: {error}; received: {line}")]
    InvalidAnswer {
        /// What is wrong with it.
        error: LineError,
        /// The line, or its beginning.
        line: String,
    },
    /// Reading from or writing to the process failed.
    #[error("the connection to the implementation failed: {0}")]
    Io(#[from] io::Error),
    /// A step that cannot be written in the trace format.
    #[error("the step cannot be written: {0}")]
    Unwritable(LineError),
    /// The run was stopped before the answer came. This is no finding.
    #[error("the run was stopped before the answer came")]
    Stopped,
}

const REFUSES: &str = "the implementation refuses the header";
const PANICKED: &str = "the implementation panicked";
const ENDED: &str = "the implementation ended without an answer";
const SILENT: &str = "the implementation gave no answer in time";
const INVALID: &str = "the implementation gave an invalid answer";

/// How many characters of an error distinguish kinds.
const LONGEST_KIND: usize = 300;

impl ImplementationError {
    /// The kinds that can be known differences of an implementation.
    pub(crate) const KINDS: [&str; 5] = [REFUSES, PANICKED, ENDED, SILENT, INVALID];

    /// What went wrong, without particulars. Invalid answers of different errors are of different kinds.
    #[must_use]
    pub fn kind(&self) -> Cow<'static, str> {
        match self {
            Self::InvalidAnswer { error, .. } => format!("{INVALID}: {}", without_values(&error.to_string())).into(),
            _ => self.name().into(),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Parameters(_) | Self::Refused(_) => REFUSES,
            Self::NotUnderstood(_) => "the implementation does not understand a step",
            Self::Unsupported(_) => "the implementation does not support a step",
            Self::NotStarted { .. } => "the implementation cannot be started",
            Self::Panicked(_) => PANICKED,
            Self::Ended { .. } => ENDED,
            Self::NotFinished(_) => "the implementation does not end with its input",
            Self::Silent(_) => SILENT,
            Self::Unexpected(_) => "the implementation wrote an unexpected line",
            Self::InvalidAnswer { .. } => INVALID,
            Self::Io(_) => "the connection to the implementation failed",
            Self::Unwritable(_) => "a step cannot be written",
            Self::Stopped => "the run was stopped",
        }
    }
}

/// An error of a parser without what differs from line to line: numbers, and texts in double quotes.
fn without_values(error: &str) -> String {
    let mut text = String::new();
    for (index, part) in error.split('"').enumerate() {
        if index % 2 == 1 {
            text.push_str("\"...\"");
            continue;
        }
        for piece in part.split_inclusive(|letter: char| !letter.is_ascii_digit()) {
            let after = piece.trim_start_matches(|letter: char| letter.is_ascii_digit());
            if after.len() < piece.len() {
                text.push('N');
            }
            text.push_str(after);
        }
    }
    text.chars().take(LONGEST_KIND).collect()
}

fn after_half_line(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(", after half a line: {text}") }
}

fn with_status(status: Option<ExitStatus>) -> String {
    status.map_or_else(String::new, |status| format!(" ({status})"))
}
