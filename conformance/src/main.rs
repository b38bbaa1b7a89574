//! The command line of the harness.

mod cli;

use clap::Parser;
use gossipsub_conformance::engine::report::shown::ShownLines;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Command::parse().run() {
        Ok(code) => code,
        Err(error) => {
            cli::print_error(&format!("error: {}", ShownLines(&error.to_string())));
            ExitCode::from(cli::UNREADABLE)
        }
    }
}
