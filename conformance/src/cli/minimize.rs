//! `minimize`: how few steps show what is wrong?

use super::{VIOLATIONS, implementation::UnderTest, view::View};
use clap::Args;
use gossipsub_conformance::{
    automaton::{AutomatonFamily, Counterexample, Sequence},
    engine::{
        Finding,
        minimize::{Minimized, Options, minimize},
        report::finding::replay_command,
        trace::open,
        verify::{OutputCounts, Verdict, Verified, verify},
    },
};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// Make a trace that an automaton does not answer as is allowed as short and simple as possible
///
/// Recorded answers are ignored. Drops steps, then makes values simpler, as long as the same rule is broken; the result
/// is a trace with the answers. An automaton whose answers differ from run to run is asked several times.
///
/// Exit codes: 1 where something is not allowed, and the result was written; 0 where all is allowed, and there is
/// nothing to minimize; 2 where the trace cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Minimize {
    /// The trace: .jsonl, or compressed as .jsonl.gz or .jsonl.zst
    trace: PathBuf,
    /// Where to write the result [default: the trace's name with -minimized before .jsonl]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    under_test: UnderTest,
    /// End after so many seconds with what was found until then
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    time: f64,
    /// How often to try a candidate where answers differ from run to run
    #[arg(long, value_name = "N", default_value_t = Options::default().tries)]
    tries: u32,
    /// After which inputs to compare the whole state of the optimized automaton
    #[arg(long, value_enum, default_value_t = View::Every)]
    view: View,
}

impl Minimize {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        let sequence = Sequence::read(open(&self.trace)?)?;
        let options = Options {
            time: Duration::try_from_secs_f64(self.time)?,
            tries: self.tries,
            implementation: Some(self.under_test.name()),
            views: self.view.into(),
        };
        match minimize(sequence, &mut self.under_test.make(), &options) {
            Ok(minimized) => self.conclude(minimized),
            Err(nothing) => {
                println!("{nothing}");
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn conclude(&self, minimized: Minimized<AutomatonFamily>) -> Result<ExitCode, Box<dyn Error>> {
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
fn replayed(counterexample: Counterexample, path: &Path) -> Verified<AutomatonFamily> {
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
