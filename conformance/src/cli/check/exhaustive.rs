//! `check --exhaustive`: all sequences over small worlds, up to a depth.

use super::Check;
use crate::cli::{
    VIOLATIONS,
    campaign::variant,
    family::CommandFamily,
    files::{check_folder, write_file},
    output::{FileError, print},
    progress::Progress,
};
use clap::Args;
use gossipsub_conformance::engine::{
    Counterexample, CoverageRows, Named, TraceHeader,
    exhaustive::{World, explore, find_seed},
    report::{exhaustive::ExhaustiveReport, finding::FindingReport},
};
use std::{error::Error, process::ExitCode, thread::available_parallelism, time::Instant};

/// What a search goes through.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// Enumerate all sequences over small worlds instead, shortest first, with every allowed random choice
    #[arg(long, conflicts_with_all = [
        "implementation", "cases", "case", "from", "time", "seed", "profiles", "inputs", "steps", "shard", "shard_index",
        "view", "fail_fast", "regressions",
        "known_differences", "require_known", "report_junit", "minimize",
    ])]
    pub(super) exhaustive: bool,
    /// The small world; may be given several times [default: all of the variant]
    #[arg(long = "world", value_name = "WORLD", requires = "exhaustive")]
    worlds: Vec<String>,
    /// The number of actions of the longest sequences [default: as many as take about a minute]
    #[arg(long, value_name = "N", requires = "exhaustive")]
    depth: Option<usize>,
}

/// The worlds of these names in a variant; all its worlds without names.
fn worlds<F: CommandFamily>(variant: F::Variant, names: &[String]) -> Result<Vec<World<F>>, String> {
    let all = F::worlds(variant);
    if names.is_empty() {
        return Ok(all);
    }
    let known = all.iter().map(|world| world.name).collect::<Vec<_>>().join(", ");
    let find = |name: &String| {
        let world = all.iter().find(|world| world.name == name).cloned();
        world.ok_or_else(|| match F::Variant::ALL.iter().find(|other| has_world::<F>(**other, name)) {
            Some(other) => {
                let (variant, other) = (variant.name(), other.name());
                format!("the variant {variant} has no world `{name}`, but {other} has; expected one of: {known}")
            }
            None => format!("unknown world `{name}`; expected one of: {known}"),
        })
    };
    names.iter().map(find).collect()
}

fn has_world<F: CommandFamily>(variant: F::Variant, name: &str) -> bool {
    F::worlds(variant).iter().any(|world| world.name == name)
}

impl Check {
    pub(super) fn run_exhaustive<F: CommandFamily>(&self) -> Result<ExitCode, Box<dyn Error>> {
        let Search { worlds: names, depth, .. } = &self.search;
        let worlds = worlds::<F>(variant::<F>(self.variant.as_deref())?, names)?;
        self.reports.check()?;
        check_folder(&self.findings)?;
        let mut reports = Vec::new();
        for world in worlds {
            let report = self.explore(&world, depth.unwrap_or(world.depth))?;
            reports.push(report);
        }
        if let Some(path) = &self.reports.report_json {
            write_file(path, &serde_json::to_string_pretty(&reports)?)?;
        }
        for report in &reports {
            let coverage = CoverageRows::of::<F>(&report.coverage);
            let coverage = if self.reports.report { format!("{coverage}\n") } else { String::new() };
            print(&format!("{coverage}{report}\n"))?;
        }
        let is_clean = reports.iter().all(|report| report.finding.is_none());
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS) })
    }

    fn explore<F: CommandFamily>(&self, world: &World<F>, depth: usize) -> Result<ExhaustiveReport<F>, Box<dyn Error>> {
        let jobs = self.campaign.jobs.map_or_else(available_parallelism, Ok)?;
        let progress = Progress::start(&self.campaign.progress, 0, "{spinner} {msg}, {elapsed}");
        let start = Instant::now();
        let explored = explore(world, depth, jobs.get(), &F::Ours::default(), &|depth, level| {
            let (name, states, steps) = (world.name, level.states, level.steps);
            progress.set(0, format!("{name}, depth {depth}: {states} states, {steps} steps"));
        });
        drop(progress);
        let mut report = ExhaustiveReport::new(world, &explored, start.elapsed().as_secs_f64());
        report.finding = explored.found.map(|found| self.conclude_world(world, found)).transpose()?;
        Ok(report)
    }

    /// Saves the trace of a finding, and reports it.
    fn conclude_world<F: CommandFamily>(
        &self,
        world: &World<F>,
        found: Counterexample<F>,
    ) -> Result<FindingReport, Box<dyn Error>> {
        let replayed = find_seed(&found, &mut F::Ours::default());
        let can_replay = replayed.is_some();
        let mut counterexample = replayed.unwrap_or(found);
        counterexample.header.set_implementation(Some(self.under_test.name::<F>()));
        std::fs::create_dir_all(&self.findings)
            .map_err(|error| FileError::new(self.findings.display().to_string(), error))?;
        let path = self.findings.join(format!("exhaustive-{}.jsonl", world.name));
        counterexample.write(&path)?;
        let mut report = FindingReport::new(&counterexample);
        report.remarks.push("no shorter sequence of this world shows a finding".into());
        if !can_replay {
            report.remarks.push("no seed was found with which a replay shows it".into());
        }
        report.saved_at(&path, can_replay.then_some(""));
        Ok(report)
    }
}
