//! Judging many traces at the same time, for `verify` and `replay`.

use super::{
    UNREADABLE, VIOLATIONS,
    family::{CommandFamily, FamilyName, with_family},
    files::{check_file, write_file},
    input::InputFile,
    output::print,
    paths,
    progress::{Progress, ProgressOptions},
};
use clap::{Args, ValueEnum};
use gossipsub_conformance::engine::{
    Family, Named,
    report::{Summary, junit::junit_of_traces},
    trace::{LineError, LineErrorKind, TraceError, TraceReader},
    verify::Verified,
};
use rayon::prelude::*;
use std::{
    error::Error,
    io::BufRead,
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

/// Which traces, and how to report on them.
#[derive(Debug, Args)]
pub(crate) struct Traces {
    /// Traces: .jsonl, or compressed as .jsonl.gz or .jsonl.zst; folders of traces; patterns such as 'traces/*.jsonl'; - for
    /// standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The variant of the system that answers are judged by [default: that of each header]
    #[arg(long, value_name = "VARIANT", visible_aliases = ["behaviour", "dialect"])]
    variant: Option<String>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many traces to check at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Print how often each kind of output occurred
    #[arg(long)]
    outputs: bool,
    /// Write the results as JUnit XML: a test case for each trace
    #[arg(long, value_name = "FILE")]
    report_junit: Option<PathBuf>,
    #[command(flatten)]
    progress: ProgressOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people: what is not allowed, and a summary
    Text,
    /// For programs: all results as one JSON document
    Json,
}

/// A trace that was opened, or the reason why it was not.
pub(crate) type Opened<F> = Result<TraceReader<F, Box<dyn BufRead + Send>>, TraceError>;

/// Judges single traces of any family.
pub(crate) trait Judge: Sync {
    fn judge<F: CommandFamily>(&self, opened: Opened<F>) -> Verified<F>;
}

impl Traces {
    /// Judges every trace, and prints a summary for each family.
    pub(crate) fn judge(&self, judge: &impl Judge) -> Result<ExitCode, Box<dyn Error>> {
        if let Some(path) = &self.report_junit {
            check_file(path)?;
        }
        let mut files: Vec<(FamilyName, InputFile)> = Vec::new();
        for path in paths::traces(&self.files)? {
            let file = InputFile::new(&path)?;
            files.push((file.family(), file));
        }
        let mut worst = 0;
        for family in FamilyName::value_variants() {
            let of_family: Vec<&InputFile> =
                files.iter().filter(|(other, _)| other == family).map(|(_, file)| file).collect();
            if !of_family.is_empty() {
                worst = worst.max(with_family!(family, F => self.judge_family::<F>(&of_family, judge))?);
            }
        }
        Ok(ExitCode::from(worst))
    }

    fn judge_family<F: CommandFamily>(&self, files: &[&InputFile], judge: &impl Judge) -> Result<u8, Box<dyn Error>> {
        let bytes = files.iter().map(|file| file.length()).sum();
        let progress = Progress::start(&self.progress, bytes, "{bar:40} {bytes} of {total_bytes}, {msg}, {elapsed}");
        let start = Instant::now();
        let done = AtomicUsize::new(0);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.jobs.map_or(0, Into::into)).build()?;
        let judge_file = |file: &&InputFile| {
            let through = progress.bar().clone();
            let opened = file.open_through::<F, _>(|file| through.wrap_read(file));
            let verified = judge.judge(opened.and_then(|reader| self.with_variant(reader)));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress.set(progress.bar().position(), format!("{done} of {} traces", files.len()));
            verified
        };
        let results = pool.install(|| files.par_iter().map(judge_file).collect());
        drop(progress);
        let summary = Summary::new(results);
        if let Some(path) = &self.report_junit {
            write_file(path, &junit_of_traces(&summary, start.elapsed().as_secs_f64())?)?;
        }
        match self.format {
            Format::Text if self.outputs => print(&format!("{summary:#}"))?,
            Format::Text => print(&summary.to_string())?,
            Format::Json => print(&(serde_json::to_string_pretty(&summary)? + "\n"))?,
        }
        Ok(exit_code(&summary))
    }

    fn with_variant<F: Family, R: BufRead>(
        &self,
        mut reader: TraceReader<F, R>,
    ) -> Result<TraceReader<F, R>, TraceError> {
        match &self.variant {
            Some(name) if !reader.set_variant(name) => {
                let kind = LineErrorKind::Content(F::Variant::unknown("variant", name));
                Err(LineError::from(kind).at(reader.name(), 1))
            }
            _ => Ok(reader),
        }
    }
}

fn exit_code<F: Family>(summary: &Summary<F>) -> u8 {
    if summary.unreadable > 0 {
        UNREADABLE
    } else if summary.violations + summary.failed > 0 {
        VIOLATIONS
    } else {
        0
    }
}
