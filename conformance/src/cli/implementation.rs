//! The implementation under test.

use super::family::CommandFamily;
use clap::Args;
use gossipsub_automaton::Time;
use gossipsub_conformance::engine::{
    Answer, Capabilities, Implementation, ImplementationError, Views,
    implementation::{CommandLine, External},
};
use std::time::Duration;

/// The implementation under test.
#[derive(Clone, Debug, Args)]
pub(crate) struct UnderTest {
    /// A program that speaks the trace format over its standard input and output [default: our own implementation]
    #[arg(long, value_name = "COMMAND")]
    implementation: Option<CommandLine>,
    /// How many seconds an answer of the program may take [default: 10]
    #[arg(long, value_name = "SECONDS", requires = "implementation")]
    answer_within: Option<f64>,
}

impl UnderTest {
    /// Its name in a trace.
    pub(crate) fn name<F: CommandFamily>(&self) -> String {
        self.implementation.as_ref().map_or_else(|| F::OURS.to_owned(), ToString::to_string)
    }

    /// The arguments that name it again, with a space before them.
    pub(crate) fn arguments(&self) -> String {
        let within = self.answer_within.map_or_else(String::new, |seconds| format!(" --answer-within {seconds}"));
        self.implementation.as_ref().map_or_else(String::new, |command| {
            format!(" --implementation {}{within}", shell_words::quote(&command.to_string()))
        })
    }

    /// What it says of itself, if it accepts a header of those to learn this with.
    pub(crate) fn capabilities<F: CommandFamily>(&self) -> Capabilities {
        self.make::<F>().learn_capabilities()
    }

    /// A new one: if it is a program, a process of its own.
    pub(crate) fn make<F: CommandFamily>(&self) -> Tested<F> {
        match &self.implementation {
            None => Tested::Ours(Box::default()),
            Some(command) => {
                let limit = Duration::try_from_secs_f64(self.answer_within.unwrap_or(10.0)).unwrap_or(Duration::MAX);
                Tested::External(Box::new(External::new(command.clone(), limit)))
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
