//! `verify`: recorded traces against the reference model.

use super::{
    family::CommandFamily,
    traces::{Judge, Opened, Traces},
};
use clap::Args;
use gossipsub_conformance::engine::verify::{Verified, verify};
use std::{error::Error, process::ExitCode};

/// Check recorded traces, outputs and views, against the reference model
///
/// Reports each step that the protocol does not allow, with the rule, the allowed answer and the observed answer. `--outputs`
/// prints a table of how often each kind of output occurred.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    traces: Traces,
}

impl Verify {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        self.traces.judge(self)
    }
}

impl Judge for Verify {
    fn judge<F: CommandFamily>(&self, opened: Opened<F>) -> Verified<F> {
        verify(opened)
    }
}
