//! `serve`: our implementations as programs for other harnesses.

use super::{
    family::{CommandFamily, FamilyName, with_family},
    output::on_stdout,
    view::View,
};
use clap::{Args, ValueEnum};
use gossipsub_conformance::engine::implementation::serve::Server;
use std::{
    error::Error,
    io::{stdin, stdout},
    process::ExitCode,
};

/// Answer the lines of the trace format's protocol on standard input, as an external implementation does
///
/// Reads a header line, then steps without outputs; answers each line with one line. Useful to try a harness, this one
/// or another.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The implementation that answers
    #[arg(value_enum, default_value_t = Answering::Core)]
    answering: Answering,
    /// The kind of system
    #[arg(long, value_enum, default_value_t = FamilyName::Automaton)]
    family: FamilyName,
    /// A known fault to plant in the model, by its code; may be given several times
    #[arg(long = "fault", value_name = "CODE")]
    faults: Vec<String>,
    /// After which inputs to show the state
    #[arg(long, value_enum, default_value_t = View::Heartbeat)]
    view: View,
    /// Say that steps may be sent ahead of the answers
    #[arg(long)]
    pipeline: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Answering {
    /// Our own implementation: the optimized automaton
    Core,
    /// The reference model
    Model,
}

impl Serve {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        with_family!(self.family, F => self.serve::<F>())
    }

    fn serve<F: CommandFamily>(&self) -> Result<ExitCode, Box<dyn Error>> {
        let (stdin, stdout) = (stdin().lock(), stdout().lock());
        let (views, pipeline) = (self.view.into(), self.pipeline);
        let served = match self.answering {
            Answering::Core => {
                Server { name: F::OURS, views, pipeline }.serve::<F>(stdin, stdout, &mut F::Ours::default())
            }
            Answering::Model => {
                let name = concat!("gossipsub-reference-model ", env!("CARGO_PKG_VERSION"));
                Server { name, views, pipeline }.serve::<F>(stdin, stdout, &mut F::reference(&self.faults)?)
            }
        };
        on_stdout(served)?;
        Ok(ExitCode::SUCCESS)
    }
}
