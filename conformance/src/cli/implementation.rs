//! Which automaton is asked.

use clap::Args;
use gossipsub_automaton::{Input, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    implementation::{CommandLine, Core, External, Fault, Implementation, Reply, Views},
    trace::{EnvironmentChange, Header},
};
use std::time::Duration;

/// The automaton under test.
#[derive(Clone, Debug, Args)]
pub(crate) struct UnderTest {
    /// A program that speaks the trace format over its standard input and output [default: the optimized automaton]
    #[arg(long, value_name = "COMMAND")]
    implementation: Option<CommandLine>,
    /// How many seconds an answer of the program may take [default: 10]
    #[arg(long, value_name = "SECONDS", requires = "implementation")]
    answer_within: Option<f64>,
}

impl UnderTest {
    /// What to call it in a trace.
    pub(crate) fn name(&self) -> String {
        let core = || concat!("gossipsub-automaton ", env!("CARGO_PKG_VERSION")).to_owned();
        self.implementation.as_ref().map_or_else(core, ToString::to_string)
    }

    /// The arguments that name it again.
    pub(crate) fn arguments(&self) -> String {
        let within = self.answer_within.map_or_else(String::new, |seconds| format!(" --answer-within {seconds}"));
        self.implementation.as_ref().map_or_else(String::new, |command| {
            format!(" --implementation {}{within}", shell_words::quote(&command.to_string()))
        })
    }

    /// A new one: a process of its own, where it is a program.
    pub(crate) fn make(&self, views: Views) -> Automaton {
        match &self.implementation {
            None => Automaton::Core(Box::new(Core::new(views))),
            Some(command) => {
                let limit = Duration::try_from_secs_f64(self.answer_within.unwrap_or(10.0)).unwrap_or(Duration::MAX);
                Automaton::External(External::new(command.clone(), limit))
            }
        }
    }
}

/// Core or a program.
pub(crate) enum Automaton {
    Core(Box<Core>),
    External(External),
}

impl Automaton {
    fn any(&mut self) -> &mut dyn Implementation {
        match self {
            Self::Core(core) => core.as_mut(),
            Self::External(external) => external,
        }
    }
}

impl Implementation for Automaton {
    fn start(&mut self, header: &Header) -> Result<(), Fault> {
        self.any().start(header)
    }

    fn environment(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), Fault> {
        self.any().environment(now, change)
    }

    fn ask(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Reply, Fault> {
        self.any().ask(now, input)
    }

    fn copy(&self) -> Option<Self> {
        match self {
            Self::Core(core) => core.copy().map(|copy| Self::Core(Box::new(copy))),
            Self::External(_) => None,
        }
    }

    fn show_all(&mut self, all: bool) {
        self.any().show_all(all);
    }

    fn follows_seed(&self) -> bool {
        match self {
            Self::Core(core) => core.follows_seed(),
            Self::External(external) => external.follows_seed(),
        }
    }

    fn finish(&mut self) -> Result<(), Fault> {
        self.any().finish()
    }
}
