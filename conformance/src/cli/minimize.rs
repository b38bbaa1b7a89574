//! `minimize`: the shortest sequence that still shows a finding.

use super::{
    VIOLATIONS,
    family::{CommandFamily, with_family},
    implementation::UnderTest,
    input::InputFile,
    output::print,
    progress::{Progress, ProgressOptions},
    seconds::positive_seconds,
    stop::signal,
    view::View,
};
use clap::Args;
use gossipsub_conformance::engine::{
    Counterexample, Finding, Sequence,
    minimize::{Minimized, Options, minimize},
    report::finding::replay_command,
    trace::open,
    verify::{OutputCounts, Verdict, Verified, verify},
};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// Shorten and simplify a trace that an implementation fails
///
/// Recorded answers are ignored. Drops steps, then makes values simpler, as long as the same rule is broken. The result
/// is a trace with answers. If answers differ from run to run, each candidate is tried several times.
///
/// Exit codes: 1 if an answer is not allowed and the result was written, 0 if every answer is allowed and there is
/// nothing to minimize, 2 if the trace cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Minimize {
    /// The trace: .jsonl, or compressed as .jsonl.gz or .jsonl.zst; - for standard input
    trace: PathBuf,
    /// Where to write the result [default: the trace's name with -minimized before .jsonl]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    under_test: UnderTest,
    /// Stop after this number of seconds with the best result so far
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = positive_seconds)]
    time: Duration,
    /// How often to try a candidate if answers differ from run to run
    #[arg(long, value_name = "N", default_value_t = Options::default().tries)]
    tries: u32,
    /// After which inputs to compare the whole state of our own implementation
    #[arg(long, value_enum, default_value_t = View::Every)]
    view: View,
    #[command(flatten)]
    progress: ProgressOptions,
}

impl Minimize {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        let input = InputFile::new(&self.trace)?;
        with_family!(input.family(), F => self.minimize::<F>(&input))
    }

    fn minimize<F: CommandFamily>(&self, input: &InputFile) -> Result<ExitCode, Box<dyn Error>> {
        let sequence = Sequence::<F>::read(input.open()?)?;
        let options = Options {
            time: self.time,
            stop: signal(),
            tries: self.tries,
            implementation: Some(self.under_test.name::<F>()),
            views: self.view.into(),
            ..Options::default()
        };
        let progress = Progress::start(&self.progress, 0, "{spinner} {msg}, {elapsed}");
        progress.set(0, format!("minimizing {} steps", sequence.steps.len()));
        let minimized = minimize(sequence, &mut self.under_test.make::<F>(), &options);
        drop(progress);
        match minimized {
            Ok(minimized) => self.conclude(minimized),
            Err(nothing) => {
                print(&format!("{nothing}\n"))?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn conclude<F: CommandFamily>(&self, minimized: Minimized<F>) -> Result<ExitCode, Box<dyn Error>> {
        let path = self.output.clone().unwrap_or_else(|| beside(&self.trace));
        minimized.counterexample.write(&path)?;
        let file = path.display().to_string();
        let replay = replay_command(&file, &self.under_test.arguments());
        let summary = minimized.to_string();
        let replayed = replayed(minimized.counterexample, &path);
        print(&format!("{summary}\n{replayed}trace: {file}\nreplay: {replay}\n"))?;
        Ok(ExitCode::from(VIOLATIONS))
    }
}

/// What `replay` says of the result.
fn replayed<F: CommandFamily>(counterexample: Counterexample<F>, path: &Path) -> Verified<F> {
    let Finding::Failed(error) = counterexample.finding else { return verify(open(path)) };
    let (trace, steps) = (path.display().to_string(), counterexample.steps.len() as u64);
    let verdict = Verdict::Failed { line: steps + 1, error };
    Verified { trace, steps: steps.saturating_sub(1), outputs: OutputCounts::default(), seconds: 0.0, verdict }
}

fn beside(trace: &Path) -> PathBuf {
    if trace == Path::new("-") {
        return "minimized.jsonl".into();
    }
    let name = trace.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split_once(".jsonl").map_or(&*name, |(stem, _)| stem);
    trace.with_file_name(format!("{stem}-minimized.jsonl"))
}
