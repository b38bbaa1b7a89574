//! The implementation under test.

use super::{family::CommandFamily, seconds::positive_seconds, stop};
use clap::Args;
use gossipsub_automaton::Time;
use gossipsub_conformance::engine::{
    Answer, Capabilities, Implementation, ImplementationError, Step, Views,
    campaign::Plan,
    implementation::{CommandLine, External, StartError},
};
use std::time::Duration;

/// How long an answer of a program may take, if nothing else is said.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// The implementation under test.
#[derive(Clone, Debug, Args)]
pub(crate) struct UnderTest {
    /// A program that speaks the trace format over its standard input and output [default: our own implementation]
    #[arg(long, value_name = "COMMAND")]
    implementation: Option<CommandLine>,
    /// How many seconds an answer of the program may take [default: 10]
    #[arg(long, value_name = "SECONDS", requires = "implementation", value_parser = positive_seconds)]
    answer_within: Option<Duration>,
    /// Start a new process for each case
    #[arg(long, requires = "implementation")]
    fresh_process: bool,
}

impl UnderTest {
    /// Its name in a trace.
    pub(crate) fn name<F: CommandFamily>(&self) -> String {
        self.implementation.as_ref().map_or_else(|| F::OURS.to_owned(), ToString::to_string)
    }

    /// The arguments that name it again, with a space before them.
    pub(crate) fn arguments(&self) -> String {
        let within =
            self.answer_within.map_or_else(String::new, |time| format!(" --answer-within {}", time.as_secs_f64()));
        let fresh = if self.fresh_process { " --fresh-process" } else { "" };
        self.implementation.as_ref().map_or_else(String::new, |command| {
            format!(" --implementation {}{within}{fresh}", shell_words::quote(&command.to_string()))
        })
    }

    /// What it says of itself, if it accepts a header of those to learn this with.
    pub(crate) fn capabilities<F: CommandFamily>(&self) -> Capabilities {
        self.make::<F>().learn_capabilities()
    }

    fn external<F: CommandFamily>(&self, command: &CommandLine) -> External<F> {
        let limit = self.answer_within.unwrap_or(ANSWER_WITHIN);
        External::new(command.clone(), limit).stopped_by(stop::signal())
    }

    /// Checks that it can be started and answers a header, if it is a program.
    pub(crate) fn check_start<F: CommandFamily>(&self, plan: &Plan<F>) -> Result<(), StartError> {
        let Some(command) = &self.implementation else { return Ok(()) };
        self.external::<F>(command).check_start(&plan.header_without_case().1)
    }

    /// Whether it is a program.
    pub(crate) const fn is_program(&self) -> bool {
        self.implementation.is_some()
    }

    /// The command, if it is a program.
    pub(crate) fn command(&self) -> Option<String> {
        self.implementation.as_ref().map(ToString::to_string)
    }

    pub(crate) const fn has_fresh_processes(&self) -> bool {
        self.fresh_process
    }

    /// The same, with a new process for each sequence.
    pub(crate) fn with_fresh_processes(&self) -> Self {
        Self { fresh_process: true, ..self.clone() }
    }

    /// A new one: if it is a program, a process of its own.
    pub(crate) fn make<F: CommandFamily>(&self) -> Tested<F> {
        match &self.implementation {
            None => Tested::Ours(Box::default()),
            Some(command) => {
                let external = self.external(command);
                let fresh = self.fresh_process;
                Tested::External(Box::new(if fresh { external.with_fresh_processes() } else { external }))
            }
        }
    }
}

/// Our own implementation or a program.
pub(crate) enum Tested<F: CommandFamily> {
    Ours(Box<F::Ours>),
    External(Box<External<F>>),
}

impl<F: CommandFamily> Tested<F> {
    fn any(&mut self) -> &mut dyn Implementation<F> {
        match self {
            Self::Ours(ours) => ours.as_mut(),
            Self::External(external) => external.as_mut(),
        }
    }
}

impl<F: CommandFamily> Implementation<F> for Tested<F> {
    fn start(&mut self, header: &F::Header, views: Views) -> Result<(), ImplementationError> {
        self.any().start(header, views)
    }

    fn change(&mut self, now: Time, change: &F::Change) -> Result<(), ImplementationError> {
        self.any().change(now, change)
    }

    fn answer(&mut self, now: Time, input: &F::Input) -> Result<Answer<F>, ImplementationError> {
        self.any().answer(now, input)
    }

    fn answer_all(
        &mut self,
        steps: &mut [Step<F>],
        is_over: &dyn Fn() -> bool,
    ) -> (usize, Result<(), ImplementationError>) {
        self.any().answer_all(steps, is_over)
    }

    fn state(&self) -> Option<F::View> {
        match self {
            Self::Ours(ours) => ours.state(),
            Self::External(external) => external.state(),
        }
    }

    fn copy(&self) -> Option<Self> {
        match self {
            Self::Ours(ours) => ours.copy().map(|copy| Self::Ours(Box::new(copy))),
            Self::External(_) => None,
        }
    }

    fn follows_seed(&self) -> bool {
        match self {
            Self::Ours(ours) => ours.follows_seed(),
            Self::External(external) => external.follows_seed(),
        }
    }

    fn capabilities(&self) -> Capabilities {
        match self {
            Self::Ours(ours) => ours.capabilities(),
            Self::External(external) => external.capabilities(),
        }
    }

    fn finish(&mut self) -> Result<(), ImplementationError> {
        self.any().finish()
    }
}
