//! `check --exhaustive`: all sequences over small worlds, up to a depth.

use super::Check;
use crate::cli::VIOLATIONS;
use clap::Args;
use gossipsub_conformance::{
    automaton::{self, AutomatonFamily, Core, Counterexample, World},
    engine::{
        Coverage,
        exhaustive::{explore, find_seed},
        report::{exhaustive::ExhaustiveReport, finding::FindingReport},
    },
};
use indicatif::ProgressBar;
use std::{error::Error, process::ExitCode, thread::available_parallelism, time::Instant};

/// What a search goes through.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// Go through all sequences over small worlds instead, shortest first, with every random choice that is allowed
    #[arg(long, conflicts_with_all = [
        "implementation", "cases", "time", "seed", "profiles", "steps", "shard", "view", "fail_fast",
        "known_differences", "report_junit", "minimize",
    ])]
    pub(super) exhaustive: bool,
    /// The small world; may be given several times [default: all]
    #[arg(long = "world", value_name = "WORLD", requires = "exhaustive", value_parser = world)]
    worlds: Vec<World>,
    /// How many actions the sequences have [default: as many as take a minute or so]
    #[arg(long, value_name = "N", requires = "exhaustive")]
    depth: Option<usize>,
}

fn world(name: &str) -> Result<World, String> {
    let names = all_worlds().iter().map(|world| world.name).collect::<Vec<_>>().join(", ");
    let world = all_worlds().into_iter().find(|world| world.name == name);
    world.ok_or_else(|| format!("unknown world `{name}`; expected one of: {names}"))
}

impl Check {
    pub(super) fn run_exhaustive(&self) -> Result<ExitCode, Box<dyn Error>> {
        let Search { worlds, depth, .. } = &self.search;
        let worlds = if worlds.is_empty() { all_worlds() } else { worlds.clone() };
        let mut reports = Vec::new();
        for world in worlds {
            let report = self.explore(&world, depth.unwrap_or(world.depth))?;
            if self.report {
                for (name, count) in report.coverage.rows() {
                    println!("{count:>12}  {name}");
                }
                println!();
            }
            println!("{report}");
            reports.push(report);
        }
        if let Some(path) = &self.report_json {
            std::fs::write(path, serde_json::to_string_pretty(&reports)?)?;
        }
        let is_clean = reports.iter().all(|report| report.finding.is_none());
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS) })
    }

    fn explore(&self, world: &World, depth: usize) -> Result<ExhaustiveReport<AutomatonFamily>, Box<dyn Error>> {
        let jobs = self.jobs.map_or_else(available_parallelism, Ok)?;
        let bar = ProgressBar::new_spinner();
        let start = Instant::now();
        let explored = explore(world, depth, jobs.get(), &Core::new(), &|depth, level| {
            let (name, states, steps) = (world.name, level.states, level.steps);
            bar.set_message(format!("{name}, depth {depth}: {states} states, {steps} steps"));
            bar.tick();
        });
        bar.finish_and_clear();
        let mut report = ExhaustiveReport::new(world, &explored, start.elapsed().as_secs_f64());
        report.finding = explored.found.map(|found| self.conclude_world(world, found)).transpose()?;
        Ok(report)
    }

    /// Saves the trace of a finding, and reports it.
    fn conclude_world(&self, world: &World, found: Counterexample) -> Result<FindingReport, Box<dyn Error>> {
        let replayed = find_seed(&found, &mut Core::new());
        let can_replay = replayed.is_some();
        let mut counterexample = replayed.unwrap_or(found);
        counterexample.header.implementation = Some(self.under_test.name());
        let path = self.save(&counterexample, &format!("exhaustive-{}.jsonl", world.name))?;
        let mut report = FindingReport::new(&counterexample);
        report.remarks.push("no shorter sequence of this world shows a finding".into());
        if !can_replay {
            report.remarks.push("no seed was found with which a replay shows it".into());
        }
        report.saved_at(&path, can_replay.then_some(""));
        Ok(report)
    }
}

fn all_worlds() -> Vec<World> {
    automaton::worlds().to_vec()
}
