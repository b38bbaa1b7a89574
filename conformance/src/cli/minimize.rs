//! `minimize`: the shortest sequence that still shows a finding.

use super::{
    VIOLATIONS,
    family::{CommandFamily, FamilyName, with_family},
    implementation::UnderTest,
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
    /// The trace: .jsonl, or compressed as .jsonl.gz or .jsonl.zst
    trace: PathBuf,
    /// Where to write the result [default: the trace's name with -minimized before .jsonl]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    under_test: UnderTest,
    /// Stop after this number of seconds with the best result so far
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    time: f64,
    /// How often to try a candidate if answers differ from run to run
    #[arg(long, value_name = "N", default_value_t = Options::default().tries)]
    tries: u32,
    /// After which inputs to compare the whole state of our own implementation
    #[arg(long, value_enum, default_value_t = View::Every)]
    view: View,
}

impl Minimize {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        with_family!(FamilyName::of_file(&self.trace), F => self.minimize::<F>())
    }

    fn minimize<F: CommandFamily>(&self) -> Result<ExitCode, Box<dyn Error>> {
        let sequence = Sequence::<F>::read(open(&self.trace)?)?;
        let options = Options {
            time: Duration::try_from_secs_f64(self.time)?,
            tries: self.tries,
            implementation: Some(self.under_test.name::<F>()),
            views: self.view.into(),
            ..Options::default()
        };
        match minimize(sequence, &mut self.under_test.make::<F>(), &options) {
            Ok(minimized) => self.conclude(minimized),
            Err(nothing) => {
                println!("{nothing}");
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn conclude<F: CommandFamily>(&self, minimized: Minimized<F>) -> Result<ExitCode, Box<dyn Error>> {
        let path = self.output.clone().unwrap_or_else(|| beside(&self.trace));
        minimized.counterexample.write(&path)?;
        println!("{minimized}");
        print!("{}", replayed(minimized.counterexample, &path));
        let file = path.display().to_string();
        println!("trace: {file}");
        println!("replay: {}", replay_command(&file, &self.under_test.arguments()));
        Ok(ExitCode::from(VIOLATIONS))
    }
}

/// What `replay` says of the result.
fn replayed<F: CommandFamily>(counterexample: Counterexample<F>, path: &Path) -> Verified<F> {
    let Finding::Failed(error) = counterexample.finding else { return verify(open(path)) };
    let (trace, steps) = (path.display().to_string(), counterexample.steps.len() as u64);
    let verdict = Verdict::Failed { line: steps + 1, error };
    Verified { trace, steps: steps.saturating_sub(1), outputs: OutputCounts::default(), verdict }
}

fn beside(trace: &Path) -> PathBuf {
    let name = trace.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split_once(".jsonl").map_or(&*name, |(stem, _)| stem);
    trace.with_file_name(format!("{stem}-minimized.jsonl"))
}
