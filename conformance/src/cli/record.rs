//! `record`: the model's answers to a script.

use super::{
    family::{CommandFamily, with_family},
    input::InputFile,
    view::View,
};
use clap::Args;
use gossipsub_conformance::engine::{
    record::Recording,
    trace::{LineErrorKind, TraceError, TraceWriter, create},
};
use std::{
    error::Error,
    io::{BufRead, BufWriter, ErrorKind, stdout},
    path::PathBuf,
    process::ExitCode,
};

/// Answer a script's inputs with the reference model, and write the full trace
///
/// A script is a trace whose outputs and views are ignored; they may be missing. Random choices are drawn from a seed, so
/// the same script and seed give the same trace. `verify` accepts every trace that `record` writes.
#[derive(Debug, Args)]
pub(crate) struct Record {
    /// The script: a header line, then steps with inputs; - for standard input
    script: PathBuf,
    /// Where to write the trace; compressed if it ends in .gz or .zst [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The seed of the random choices [default: that of the script's header, or 0]
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=gossipsub_automaton::LARGEST_INTEGER))]
    seed: Option<u64>,
    /// After which steps to write the view
    #[arg(long, value_enum, default_value_t = View::Heartbeat)]
    view: View,
}

impl Record {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let script = InputFile::new(&self.script)?;
        with_family!(script.family(), F => self.record::<F>(&script))
    }

    fn record<F: CommandFamily>(self, script: &InputFile) -> Result<ExitCode, Box<dyn Error>> {
        let recording = Recording::<F, _>::new(script.open()?, self.seed, self.view.into())?;
        if let Some(path) = self.output {
            let mut file = create::<F>(path, recording.header())?;
            for step in recording {
                file.step(&step?)?;
            }
            file.finish()?;
        } else {
            match to_stdout(recording) {
                // A reader that wants no more, such as `head`.
                Err(TraceError { kind: LineErrorKind::Io(error), .. }) if error.kind() == ErrorKind::BrokenPipe => {}
                written => written?,
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn to_stdout<F: CommandFamily, R: BufRead>(recording: Recording<F, R>) -> Result<(), TraceError> {
    let mut writer = TraceWriter::<F, _>::new("standard output", BufWriter::new(stdout().lock()), recording.header())?;
    for step in recording {
        writer.step(&step?)?;
    }
    writer.finish().map(drop)
}
