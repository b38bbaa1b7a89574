//! What `verify` and `replay` share: many traces at the same time, a progress bar, a summary.

use super::{UNREADABLE, VIOLATIONS, paths};
use clap::{Args, ValueEnum};
use gossipsub_conformance::engine::{
    Family,
    report::Summary,
    trace::{TraceError, TraceReader, open_through},
    verify::Verified,
};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::{
    error::Error,
    io::{BufRead, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Which traces, and how to report on them.
#[derive(Debug, Args)]
pub(crate) struct Traces {
    /// Traces: .jsonl, or compressed as .jsonl.gz or .jsonl.zst; folders of traces; patterns such as 'traces/*.jsonl'
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many traces to check at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people: what is not allowed, and a summary
    Text,
    /// For programs: all results as one JSON document
    Json,
}

/// A trace as it was opened, or why it was not.
pub(crate) type Opened<F> = Result<TraceReader<F, Box<dyn BufRead + Send>>, TraceError>;

impl Traces {
    /// Judges every trace, and prints the summary.
    pub(crate) fn judge<F: Family>(
        &self,
        judge: impl Fn(Opened<F>) -> Verified<F> + Sync,
    ) -> Result<ExitCode, Box<dyn Error>> {
        let files = paths::traces(&self.files)?;
        let bar = progress(&files);
        let done = AtomicUsize::new(0);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.jobs.map_or(0, Into::into)).build()?;
        let judge_file = |file: &PathBuf| {
            let through = bar.clone();
            let verified = judge(open_through(file, |file| through.wrap_read(file)));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            bar.set_message(format!("{done} of {} traces", files.len()));
            verified
        };
        let results = pool.install(|| files.par_iter().map(judge_file).collect());
        bar.finish_and_clear();
        let summary = Summary::new(results);
        let mut stdout = std::io::stdout().lock();
        match self.format {
            Format::Text => write!(stdout, "{summary}")?,
            Format::Json => writeln!(stdout, "{}", serde_json::to_string_pretty(&summary)?)?,
        }
        Ok(exit_code(&summary))
    }
}

fn exit_code<F: Family>(summary: &Summary<F>) -> ExitCode {
    if summary.unreadable > 0 {
        ExitCode::from(UNREADABLE)
    } else if summary.violations + summary.failed > 0 {
        ExitCode::from(VIOLATIONS)
    } else {
        ExitCode::SUCCESS
    }
}

/// A bar of bytes on the terminal; nothing where standard error is none.
fn progress(files: &[PathBuf]) -> ProgressBar {
    let bytes = files.iter().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {msg}, {elapsed}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
