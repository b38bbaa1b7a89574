//! `check`: generated sequences against an implementation.

mod exhaustive;

use super::{
    VIOLATIONS,
    family::{CommandFamily, FamilyName, with_family},
    implementation::UnderTest,
    known::KnownFile,
    view::View,
};
use clap::Args;
use gossipsub_automaton::LARGEST_INTEGER;
use gossipsub_conformance::engine::{
    Counterexample, Coverage, Named, Sequence,
    campaign::{Case, Plan, ProfileOf, Shard, Until, run},
    minimize::{Options, minimize},
    report::{campaign::CampaignReport, finding::FindingReport, junit::junit, markdown::markdown},
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    error::Error,
    io::Write,
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// Generate sequences of inputs, and check every answer of an implementation against the reference model
///
/// The sequences sit on and beside the thresholds and deadlines of the state, over several profiles of parameters. The
/// same seed gives the same sequences on every machine and with any number of jobs.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The kind of system under test
    #[arg(long, value_enum, default_value_t = FamilyName::Automaton)]
    family: FamilyName,
    /// The variant of the system that answers are judged by [default: the first of the family]
    #[arg(long, value_name = "VARIANT", visible_aliases = ["behaviour", "dialect"])]
    variant: Option<String>,
    #[command(flatten)]
    under_test: UnderTest,
    #[command(flatten)]
    search: exhaustive::Search,
    /// Stop after this number of cases, over all shards
    #[arg(long, value_name = "N", conflicts_with = "time")]
    cases: Option<u64>,
    /// Stop after this number of seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    time: f64,
    /// The seed of all choices
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=LARGEST_INTEGER))]
    seed: u64,
    /// A profile of parameters; may be given several times [default: all]
    #[arg(long = "profile", value_name = "PROFILE")]
    profiles: Vec<String>,
    /// The number of steps of a case
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// The number of cases that run at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run the K-th of N disjoint shares of the campaign
    #[arg(long, value_name = "K/N", default_value = "1/1")]
    shard: Shard,
    /// After which inputs to compare the whole state of our own implementation
    #[arg(long, value_enum, default_value_t = View::Heartbeat)]
    view: View,
    /// Stop at the first finding
    #[arg(long)]
    fail_fast: bool,
    #[command(flatten)]
    known: KnownFile,
    /// Fail if a known difference does not occur
    #[arg(long, requires = "known_differences")]
    require_known: bool,
    /// Print the coverage table
    #[arg(long)]
    report: bool,
    /// Write the results as JSON
    #[arg(long, value_name = "FILE")]
    report_json: Option<PathBuf>,
    /// Write the results as JUnit XML: a test case for each profile and each finding
    #[arg(long, value_name = "FILE")]
    report_junit: Option<PathBuf>,
    /// The number of seconds for minimizing the sequences of all findings
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    minimize: f64,
    /// The folder for the traces of findings
    #[arg(long, value_name = "FOLDER", default_value = "gossipsub-findings")]
    findings: PathBuf,
}

/// The value of a name, or an error that lists all names.
pub(super) fn named<T: Named>(kind: &str, name: &str) -> Result<T, String> {
    T::from_name(name).ok_or_else(|| T::unknown(kind, name))
}

impl Check {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        with_family!(self.family, F => {
            if self.search.exhaustive { self.run_exhaustive::<F>() } else { self.run_campaign::<F>() }
        })
    }

    fn run_campaign<F: CommandFamily>(&self) -> Result<ExitCode, Box<dyn Error>> {
        let plan = self.plan::<F>()?;
        let bar = progress(&plan);
        let start = Instant::now();
        let (cases, steps, outputs) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let told = |more: u64, coverage: &F::Coverage| {
            let cases = cases.fetch_add(1, Ordering::Relaxed) + 1;
            let steps = steps.fetch_add(more, Ordering::Relaxed) + more;
            let reached = reached::<F>(coverage);
            let outputs = (outputs.fetch_or(reached, Ordering::Relaxed) | reached).count_ones();
            let elapsed = start.elapsed();
            bar.set_position(if matches!(plan.until, Until::Cases(_)) { cases } else { elapsed.as_secs() });
            let (rate, all) = (rate(steps, elapsed), F::OUTPUT_KINDS.len());
            bar.set_message(format!("{cases} cases, {rate:.0} steps a second, {outputs}/{all} outputs"));
        };
        let results = run(&plan, || self.under_test.make::<F>(), &told);
        bar.finish_and_clear();
        let mut report = CampaignReport::new(plan.variant, self.seed, &results, start.elapsed().as_secs_f64());
        report.count_known_differences(&plan.known, &results, self.require_known);
        if self.profiles.is_empty() && results.findings.is_empty() {
            report.below_minimum = results.coverage.below_minimum(results.steps);
        }
        let budget = self.minimize / f64::from(u32::try_from(results.findings.len()).unwrap_or(u32::MAX).max(1));
        for (case, count) in results.findings.into_values() {
            report.findings.push(self.conclude(case, count, Duration::try_from_secs_f64(budget)?)?);
        }
        self.publish(&report)?;
        Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS) })
    }

    /// Minimizes a finding, saves its trace, and reports it.
    fn conclude<F: CommandFamily>(
        &self,
        case: Case<F>,
        count: u64,
        time: Duration,
    ) -> Result<FindingReport, Box<dyn Error>> {
        let Case { number, counterexample, .. } = case;
        let (implementation, views) = (Some(self.under_test.name::<F>()), counterexample.views);
        let options = Options { time, implementation, views, ..Options::default() };
        let before = counterexample.steps.len() as u64;
        let sequence = Sequence { header: counterexample.header.clone(), steps: counterexample.steps.clone() };
        let (counterexample, remark) = match minimize(sequence, &mut self.under_test.make::<F>(), &options) {
            Ok(minimized) => {
                let remark = minimized.to_string();
                (minimized.counterexample, remark)
            }
            Err(nothing) => (counterexample, format!("it did not show again: {nothing}")),
        };
        let path = self.save(&counterexample, &format!("case-{number}-seed-{}.jsonl", self.seed))?;
        let mut report = FindingReport::new(&counterexample);
        (report.cases, report.first_case, report.steps) = (count, number, before);
        report.remarks.push(remark);
        report.saved_at(&path, Some(&self.under_test.arguments()));
        Ok(report)
    }

    /// Saves a counterexample in the folder for findings.
    fn save<F: CommandFamily>(
        &self,
        counterexample: &Counterexample<F>,
        name: &str,
    ) -> Result<PathBuf, Box<dyn Error>> {
        std::fs::create_dir_all(&self.findings)?;
        let path = self.findings.join(name);
        counterexample.write(&path)?;
        Ok(path)
    }

    /// Prints and writes the reports; on GitHub Actions, also the summary of the step.
    fn publish<F: CommandFamily>(&self, report: &CampaignReport<F>) -> Result<(), Box<dyn Error>> {
        if self.report {
            for (name, count) in report.coverage.rows() {
                println!("{count:>12}  {name}");
            }
            println!();
        }
        print!("{report}");
        if let Some(path) = &self.report_json {
            std::fs::write(path, serde_json::to_string_pretty(report)?)?;
        }
        if let Some(path) = &self.report_junit {
            std::fs::write(path, junit(report)?)?;
        }
        if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY") {
            std::fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(markdown(report).as_bytes())?;
        }
        Ok(())
    }

    fn variant<F: CommandFamily>(&self) -> Result<F::Variant, String> {
        self.variant.as_deref().map_or_else(|| Ok(F::Variant::default()), |name| named("variant", name))
    }

    fn plan<F: CommandFamily>(&self) -> Result<Plan<F>, Box<dyn Error>> {
        let jobs = self.jobs.map_or_else(available_parallelism, Ok)?;
        let until = match self.cases {
            Some(cases) => Until::Cases(cases),
            None => Until::Time(Duration::try_from_secs_f64(self.time)?),
        };
        let profiles = if self.profiles.is_empty() {
            ProfileOf::<F>::ALL.to_vec()
        } else {
            self.profiles.iter().map(|name| named("profile", name)).collect::<Result<_, _>>()?
        };
        let known = self.known.read::<F>(&self.under_test)?.unwrap_or_default();
        Ok(Plan {
            seed: self.seed,
            variant: self.variant::<F>()?,
            profiles,
            steps: self.steps,
            shard: self.shard,
            jobs: jobs.get(),
            until,
            fail_fast: self.fail_fast,
            views: self.view.into(),
            known,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown, not computed with")]
fn rate(steps: u64, elapsed: Duration) -> f64 {
    steps as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// The outputs that a job reached, a bit each.
fn reached<F: CommandFamily>(coverage: &F::Coverage) -> u64 {
    let reached = (0..F::OUTPUT_KINDS.len()).map(|kind| u64::from(coverage.output(kind) > 0));
    reached.fold(0, |bits, bit| bits << 1 | bit)
}

/// A bar of cases or of seconds, if standard error is a terminal.
fn progress<F: CommandFamily>(plan: &Plan<F>) -> ProgressBar {
    let length = match plan.until {
        Until::Cases(cases) => cases / plan.shard.of.get(),
        Until::Time(time) => time.as_secs(),
    };
    let style = ProgressStyle::with_template("{bar:40} {msg}, {elapsed}");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
