//! `check`: generated sequences against an implementation.

mod exhaustive;

use super::{
    VIOLATIONS,
    campaign::{CampaignOptions, progress, share, variant},
    family::{CommandFamily, FamilyName, with_family},
    implementation::UnderTest,
    known::KnownFile,
    view::View,
};
use clap::Args;
use gossipsub_conformance::engine::{
    Counterexample, Coverage, Sequence,
    campaign::{Case, Plan, Shard, Until, run},
    known_differences::KnownDifferences,
    minimize::{Options, minimize},
    report::{campaign::CampaignReport, finding::FindingReport, junit::junit, markdown::markdown},
};
use std::{
    error::Error,
    io::Write,
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
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
    #[command(flatten)]
    campaign: CampaignOptions,
    /// Run the K-th of N disjoint shares of the campaign; `--cases` counts those of all shares
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

impl Check {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        with_family!(self.family, F => {
            if self.search.exhaustive { self.run_exhaustive::<F>() } else { self.run_campaign::<F>() }
        })
    }

    fn run_campaign<F: CommandFamily>(&self) -> Result<ExitCode, Box<dyn Error>> {
        let plan = self.plan::<F>()?;
        let bar = progress(&plan, "{msg}, ");
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
        let mut report = CampaignReport::new(plan.variant, plan.seed, &results, start.elapsed().as_secs_f64());
        report.count_known_differences(&plan.known, &results, self.require_known);
        if self.campaign.profiles.is_empty() && results.is_complete() {
            report.below_minimum = results.coverage.below_minimum(results.steps);
        }
        let time = share(self.minimize, results.findings.len())?;
        for (case, count) in results.findings.into_values() {
            report.findings.push(self.conclude(case, count, time, &plan.known)?);
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
        known: &KnownDifferences,
    ) -> Result<FindingReport, Box<dyn Error>> {
        let Case { number, counterexample, .. } = case;
        let (implementation, views) = (Some(self.under_test.name::<F>()), counterexample.views);
        let options = Options { time, implementation, views, known: known.clone(), ..Options::default() };
        let before = counterexample.steps.len() as u64;
        let sequence = Sequence { header: counterexample.header.clone(), steps: counterexample.steps.clone() };
        let (counterexample, remark) = match minimize(sequence, &mut self.under_test.make::<F>(), &options) {
            Ok(minimized) => {
                let remark = minimized.to_string();
                (minimized.counterexample, remark)
            }
            Err(nothing) => (counterexample, format!("it did not show again: {nothing}")),
        };
        let path = self.save(&counterexample, &format!("case-{number}-seed-{}.jsonl", self.campaign.seed))?;
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

    fn plan<F: CommandFamily>(&self) -> Result<Plan<F>, Box<dyn Error>> {
        let known = self.known.read::<F>(&self.under_test)?.unwrap_or_default();
        let plan = self.campaign.plan(variant::<F>(self.variant.as_deref())?, self.view)?;
        Ok(Plan { shard: self.shard, fail_fast: self.fail_fast, known, ..plan })
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
