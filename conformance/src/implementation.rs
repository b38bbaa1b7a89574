//! Automata under test: in this process, or programs that speak the trace format.

mod external;
mod in_process;
pub mod serve;

pub use external::{CommandLine, CommandLineError, External};
pub use in_process::{Core, Reference};

use crate::trace::{EnvironmentChange, Header, LineError};
use gossipsub_automaton::{Input, LimitsError, Output, PartialView, Time, View, trace_ids::TraceIds};
use serde::Serialize;
use std::{io, time::Duration};

/// An automaton that is asked step by step.
pub trait Implementation {
    /// Starts over, with a fresh state.
    ///
    /// # Errors
    /// Where the automaton refuses the limits, or fails.
    fn start(&mut self, header: &Header) -> Result<(), Fault>;

    /// The application will answer otherwise from now on.
    ///
    /// # Errors
    /// Where the automaton fails.
    fn environment(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), Fault>;

    /// Asks the automaton.
    ///
    /// # Errors
    /// Where the automaton fails.
    fn ask(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Reply, Fault>;

    /// A copy in the same state, that of the random choices included; none where copies cannot be made.
    ///
    /// Whoever gives copies is deterministic: the same header and steps have the same answers every time.
    fn copy(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// From here on, shows its state after every input, or again only where it did before. One that cannot ignores this.
    fn show_all(&mut self, _all: bool) {}

    /// Whether its random choices follow the header's seed, and no more of the names than their order.
    fn follows_seed(&self) -> bool {
        false
    }

    /// There is nothing more to ask.
    ///
    /// # Errors
    /// Where the automaton does not end as it should.
    fn finish(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// An automaton of which copies can be made that choose otherwise than the original.
pub trait Reseed: Implementation + Clone {
    /// From here on, all random choices are drawn from this seed.
    fn reseed(&mut self, seed: u64);
}

/// What an automaton answers to an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// The output.
    pub output: Output<TraceIds>,
    /// What it shows of its state after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<PartialView<TraceIds>>,
}

/// After which inputs an automaton shows its state. After heartbeats it shows the fanout at least: they cannot be checked
/// without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Views {
    /// After every input.
    Every,
    /// After heartbeats.
    Heartbeat,
    /// Not beyond the fanout after heartbeats.
    Never,
}

impl Views {
    /// The same, or after every input.
    const fn or_every(self, every: bool) -> Self {
        if every { Self::Every } else { self }
    }

    /// What is shown after this input of the state that `view` takes.
    #[must_use]
    pub fn after(
        self,
        input: &Input<TraceIds>,
        view: impl FnOnce() -> View<TraceIds>,
    ) -> Option<PartialView<TraceIds>> {
        match (self, input) {
            (Self::Every, _) | (Self::Heartbeat, Input::Heartbeat) => Some(view().into()),
            (Self::Never, Input::Heartbeat) => {
                Some(PartialView { fanout: Some(view().fanout), ..PartialView::default() })
            }
            (Self::Heartbeat | Self::Never, _) => None,
        }
    }
}

/// An implementation that does not answer as the protocol of the trace format says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The limits break a rule.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// The implementation says that it refuses the header.
    #[error("the implementation refuses the header: {0}")]
    Refused(String),
    /// The implementation says that it does not understand a step.
    #[error("the implementation does not understand the step: {0}")]
    NotUnderstood(String),
    /// The command cannot be started.
    #[error("the implementation cannot be started: {0}")]
    NotStarted(io::Error),
    /// An automaton in this process panicked.
    #[error("the implementation panicked: {0}")]
    Panicked(String),
    /// The process ended, or closed its output.
    #[error("the implementation ended without an answer{}{}", after_half_line(.half_line), with_status(*.status))]
    Ended {
        /// What it wrote of a line before that.
        half_line: String,
        /// How it ended, where it did.
        status: Option<std::process::ExitStatus>,
    },
    /// The process ended with another exit code than 0, or did not end.
    #[error("at the end of its input the implementation exits with 0, and this one {0}")]
    NotFinished(String),
    /// No answer in time.
    #[error("the implementation gave no answer within {0:?}")]
    Silent(Duration),
    /// An answer to nothing.
    #[error("the implementation wrote a line that nothing asked for: {0}")]
    Unasked(String),
    /// A line that is no answer.
    #[error("the implementation's answer is none: {error}; it wrote {line}")]
    NoAnswer {
        /// What is wrong with it.
        error: LineError,
        /// The line, or its beginning.
        line: String,
    },
    /// Reading from or writing to the process failed.
    #[error("the implementation cannot be reached: {0}")]
    Io(#[from] io::Error),
    /// A step that cannot be written in the trace format.
    #[error("the step cannot be written: {0}")]
    Unwritable(LineError),
}

impl Fault {
    /// What went wrong, without the particulars.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Limits(_) | Self::Refused(_) => "the implementation refuses the header",
            Self::NotUnderstood(_) => "the implementation does not understand a step",
            Self::NotStarted(_) => "the implementation cannot be started",
            Self::Panicked(_) => "the implementation panicked",
            Self::Ended { .. } => "the implementation ended without an answer",
            Self::NotFinished(_) => "the implementation does not end with its input",
            Self::Silent(_) => "the implementation gave no answer in time",
            Self::Unasked(_) => "the implementation wrote a line that nothing asked for",
            Self::NoAnswer { .. } => "the implementation's answer is none",
            Self::Io(_) => "the implementation cannot be reached",
            Self::Unwritable(_) => "a step cannot be written",
        }
    }
}

fn after_half_line(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(", after half a line: {text}") }
}

fn with_status(status: Option<std::process::ExitStatus>) -> String {
    status.map_or_else(String::new, |status| format!(" ({status})"))
}
