//! `check`: is an automaton right, on sequences that nobody wrote?

use super::{VIOLATIONS, implementation::UnderTest, view::View};
use clap::Args;
use gossipsub_automaton::LARGEST_INTEGER;
use gossipsub_conformance::{
    campaign::{Plan, Shard, Until, run},
    generate::Profile,
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    error::Error,
    num::NonZeroUsize,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// Generate sequences of inputs, and check every answer of an automaton against the reference model
///
/// The sequences sit on and beside the thresholds and deadlines of the state, over several profiles of limits. The same
/// seed gives the same sequences on every machine and with any number of jobs.
#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    under_test: UnderTest,
    /// Stop after so many cases, over all shards
    #[arg(long, value_name = "N", conflicts_with = "time")]
    cases: Option<u64>,
    /// Stop after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    time: f64,
    /// The seed of all choices
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=LARGEST_INTEGER))]
    seed: u64,
    /// A profile of limits; may be given several times [default: all]
    #[arg(long = "profile", value_name = "PROFILE", value_parser = profile)]
    profiles: Vec<Profile>,
    /// How many steps a case has
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// How many cases to run at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run the K-th of N disjoint shares of the campaign
    #[arg(long, value_name = "K/N", default_value = "1/1")]
    shard: Shard,
    /// After which inputs to compare the whole state of the optimized automaton
    #[arg(long, value_enum, default_value_t = View::Heartbeat)]
    view: View,
    /// Show the table of all that was reached, and how often
    #[arg(long)]
    report: bool,
}

fn profile(name: &str) -> Result<Profile, String> {
    let names = || Profile::ALL.map(Profile::name).join(", ");
    Profile::from_name(name).ok_or_else(|| format!("there is no such profile, but {}", names()))
}

impl Check {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        let plan = self.plan()?;
        let bar = progress(&plan);
        let start = Instant::now();
        let (cases, steps) = (AtomicU64::new(0), AtomicU64::new(0));
        let told = |more: u64, _: &_| {
            let cases = cases.fetch_add(1, Ordering::Relaxed) + 1;
            let steps = steps.fetch_add(more, Ordering::Relaxed) + more;
            let elapsed = start.elapsed();
            bar.set_position(if matches!(plan.until, Until::Cases(_)) { cases } else { elapsed.as_secs() });
            bar.set_message(format!("{cases} cases, {:.0} steps a second", rate(steps, elapsed)));
        };
        let results = run(&plan, || self.under_test.make(self.view.into()), &told);
        bar.finish_and_clear();
        let elapsed = start.elapsed();
        if self.report {
            for (name, count) in results.ledger.rows() {
                println!("{count:>12}  {name}");
            }
            println!();
        }
        for (kind, (case, count)) in &results.findings {
            println!("{kind}\n  in {count} cases, first in case {} at step {}", case.number, case.steps.len());
        }
        let (reached, all) = results.ledger.reached();
        println!(
            "{} cases, {} steps ({:.0} a second), {reached} of {all} reached: {} findings",
            results.cases,
            results.steps,
            rate(results.steps, elapsed),
            results.findings.len()
        );
        Ok(if results.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS) })
    }

    fn plan(&self) -> Result<Plan, Box<dyn Error>> {
        let jobs = self.jobs.map_or_else(available_parallelism, Ok)?;
        let until = match self.cases {
            Some(cases) => Until::Cases(cases),
            None => Until::Time(Duration::try_from_secs_f64(self.time)?),
        };
        let profiles = if self.profiles.is_empty() { Profile::ALL.to_vec() } else { self.profiles.clone() };
        Ok(Plan { seed: self.seed, profiles, steps: self.steps, shard: self.shard, jobs: jobs.get(), until })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown, not computed with")]
fn rate(steps: u64, elapsed: Duration) -> f64 {
    steps as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// A bar of cases or of seconds on the terminal; nothing where standard error is none.
fn progress(plan: &Plan) -> ProgressBar {
    let length = match plan.until {
        Until::Cases(cases) => cases / plan.shard.of.get(),
        Until::Time(time) => time.as_secs(),
    };
    let style = ProgressStyle::with_template("{bar:40} {msg}, {elapsed}");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
