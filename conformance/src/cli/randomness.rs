//! `randomness`: are an automaton's random choices uniform?

use super::{
    VIOLATIONS,
    files::{check_file, write_file},
    implementation::UnderTest,
    output::print,
    progress::{Progress, ProgressOptions},
};
use clap::Args;
use gossipsub_automaton::LARGEST_INTEGER;
use gossipsub_conformance::{
    automaton::{
        AutomatonFamily,
        randomness::{ALL, LEAST_SAMPLES, examine, report::RandomnessReport},
    },
    engine::{Random, campaign::Plan},
};
use rayon::prelude::*;
use std::{
    error::Error,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
};

/// Test whether each random choice of an automaton is as likely as any other
///
/// Leads the automaton to every choice point, with many seeds, and compares what it chooses with chance: each choice, and
/// pairs of them. All steps are also checked against the reference model. The same seed gives the same sequences on
/// every machine.
#[derive(Debug, Args)]
pub(crate) struct Randomness {
    #[command(flatten)]
    under_test: UnderTest,
    /// The seed of all seeds
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=LARGEST_INTEGER))]
    seed: u64,
    /// How many rounds to play at each choice point; most make two choices
    #[arg(long, value_name = "N", default_value_t = 12_000, value_parser = clap::value_parser!(u64).range(LEAST_SAMPLES..))]
    samples: u64,
    /// Write the results as JSON
    #[arg(long, value_name = "FILE")]
    report_json: Option<PathBuf>,
    #[command(flatten)]
    progress: ProgressOptions,
}

impl Randomness {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        if let Some(path) = &self.report_json {
            check_file(path)?;
        }
        self.under_test.check_start::<AutomatonFamily>(&Plan::default())?;
        let progress = Progress::start(&self.progress, ALL.len() as u64, "{bar:40} {msg}, {elapsed}");
        let done = AtomicU64::new(0);
        let examined = ALL.par_iter().enumerate().map(|(number, scenario)| {
            let mut seeds = Random::of_case(self.seed, number as u64);
            let examined = examine(scenario, &mut self.under_test.make::<AutomatonFamily>(), &mut seeds, self.samples);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress.set(done, format!("{done} of {} choice points", ALL.len()));
            examined
        });
        let report = RandomnessReport::new(self.seed, self.samples, examined.collect());
        drop(progress);
        if let Some(path) = &self.report_json {
            write_file(path, &serde_json::to_string_pretty(&report)?)?;
        }
        print(&report.to_string())?;
        Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS) })
    }
}
