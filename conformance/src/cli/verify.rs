//! `verify`: are these recorded traces allowed?

use super::traces::Traces;
use clap::Args;
use gossipsub_conformance::{automaton::AutomatonFamily, engine::verify::verify};
use std::{error::Error, process::ExitCode};

/// Check recorded traces, outputs and views, against the reference model
///
/// Says of each step whether the protocol allows it, and if not, by which rule, what was allowed and what was
/// observed. Ends with how often each of the 42 outputs and two query results occurred.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    traces: Traces,
}

impl Verify {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        self.traces.judge::<AutomatonFamily>(verify)
    }
}
