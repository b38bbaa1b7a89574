//! The commands, one a file.

mod campaign;
mod check;
mod compare;
mod completions;
mod family;
mod files;
mod implementation;
mod input;
mod known;
mod merge;
mod minimize;
mod output;
mod paths;
mod progress;
mod randomness;
mod record;
mod replay;
mod seconds;
mod serve;
mod stop;
mod traces;
mod verify;
mod view;

use clap::Parser;
pub(crate) use output::print_error;
use std::{error::Error, process::ExitCode};

/// The exit code if an answer is not allowed.
pub(crate) const VIOLATIONS: u8 = 1;
/// The exit code if something cannot be read or done.
pub(crate) const UNREADABLE: u8 = 2;
/// The exit code if only the coverage is below its minimum, which is a fault of the generator.
pub(crate) const GENERATOR: u8 = 3;

/// Test whether a gossipsub implementation conforms to the protocol
///
/// Checks each answer of an implementation against a reference model.
///
/// Exit codes: 0 if every answer is allowed, 1 if one is not, 2 if something cannot be read or done.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, name = "gossipsub-conformance")]
pub(crate) enum Command {
    Check(check::Check),
    Compare(compare::Compare),
    Verify(verify::Verify),
    Replay(replay::Replay),
    Known(known::Known),
    Merge(merge::Merge),
    Minimize(minimize::Minimize),
    Randomness(randomness::Randomness),
    Record(record::Record),
    Serve(serve::Serve),
    Completions(completions::Completions),
    Man(completions::Man),
}

impl Command {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        stop::handle_signals()?;
        match self {
            Self::Check(check) => check.run(),
            Self::Compare(compare) => compare.run(),
            Self::Verify(verify) => verify.run(),
            Self::Replay(replay) => replay.run(),
            Self::Known(known) => known.run(),
            Self::Merge(merge) => merge.run(),
            Self::Minimize(minimize) => minimize.run(),
            Self::Randomness(randomness) => randomness.run(),
            Self::Record(record) => record.run(),
            Self::Serve(serve) => serve.run(),
            Self::Completions(completions) => completions.run(),
            Self::Man(man) => man.run(),
        }
    }
}
