//! `serve`: our automata as a program that others' harnesses can ask.

use super::view::View;
use clap::{Args, ValueEnum};
use gossipsub_conformance::{
    automaton::{Core, Reference},
    engine::implementation::serve::serve,
};
use std::{
    error::Error,
    io::{BufWriter, stdin, stdout},
    process::ExitCode,
};

/// Answer the lines of the trace format's protocol on standard input, as an external implementation does
///
/// Reads a header line, then steps without outputs; answers each line with one line. For trying out a harness, ours
/// or another.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Who answers
    #[arg(value_enum, default_value_t = Who::Core)]
    who: Who,
    /// After which inputs to show the state
    #[arg(long, value_enum, default_value_t = View::Heartbeat)]
    view: View,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    /// The optimized automaton
    Core,
    /// The reference model
    Model,
}

impl Serve {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        let (stdin, stdout) = (stdin().lock(), BufWriter::new(stdout().lock()));
        let views = self.view.into();
        match self.who {
            Who::Core => {
                let name = concat!("gossipsub-automaton ", env!("CARGO_PKG_VERSION"));
                serve(name, stdin, stdout, &mut Core::new(), views)?;
            }
            Who::Model => {
                let name = concat!("gossipsub-reference-model ", env!("CARGO_PKG_VERSION"));
                serve(name, stdin, stdout, &mut Reference::new(), views)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
