//! `replay`: the inputs of traces against an implementation.

use super::{
    family::CommandFamily,
    implementation::UnderTest,
    traces::{Judge, Opened, Traces},
    view::View,
};
use clap::Args;
use gossipsub_conformance::engine::verify::{Verified, replay};
use std::{error::Error, process::ExitCode};

/// Replay the inputs of traces against an implementation
///
/// Checks the answers against the reference model. Recorded answers are ignored. Reports as `verify` does.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    traces: Traces,
    #[command(flatten)]
    under_test: UnderTest,
    /// After which inputs to compare the whole state of our own implementation
    #[arg(long, value_enum, default_value_t = View::Every)]
    view: View,
}

impl Replay {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        self.traces.judge(self)
    }
}

impl Judge for Replay {
    fn judge<F: CommandFamily>(&self, opened: Opened<F>) -> Verified<F> {
        replay(opened, &mut self.under_test.make::<F>(), self.view.into())
    }
}
