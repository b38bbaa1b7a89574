//! `replay`: does an automaton answer the inputs of these traces as is allowed?

use super::{implementation::UnderTest, traces::Traces, view::View};
use clap::Args;
use gossipsub_conformance::engine::verify::replay;
use std::{error::Error, process::ExitCode};

/// Ask an automaton the inputs of traces, and check its answers against the reference model
///
/// Recorded answers are ignored. Reports as `verify` does.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    traces: Traces,
    #[command(flatten)]
    under_test: UnderTest,
    /// After which inputs to compare the whole state of the optimized automaton
    #[arg(long, value_enum, default_value_t = View::Every)]
    view: View,
}

impl Replay {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        self.traces.judge(|opened| replay(opened, &mut self.under_test.make(), self.view.into()))
    }
}
