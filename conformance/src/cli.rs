//! The commands, one a file.

mod campaign;
mod check;
mod compare;
mod family;
mod implementation;
mod known;
mod minimize;
mod paths;
mod randomness;
mod record;
mod replay;
mod serve;
mod traces;
mod verify;
mod view;

use clap::Parser;
use std::{error::Error, process::ExitCode};

/// The exit code if an answer is not allowed.
pub(crate) const VIOLATIONS: u8 = 1;
/// The exit code if something cannot be read or done.
pub(crate) const UNREADABLE: u8 = 2;

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
    Minimize(minimize::Minimize),
    Randomness(randomness::Randomness),
    Record(record::Record),
    Serve(serve::Serve),
}

impl Command {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Check(check) => check.run(),
            Self::Compare(compare) => compare.run(),
            Self::Verify(verify) => verify.run(),
            Self::Replay(replay) => replay.run(),
            Self::Known(known) => known.run(),
            Self::Minimize(minimize) => minimize.run(),
            Self::Randomness(randomness) => randomness.run(),
            Self::Record(record) => record.run(),
            Self::Serve(serve) => serve.run(),
        }
    }
}
