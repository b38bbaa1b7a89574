//! `check`: generated sequences against an implementation.

mod conclude;
mod exhaustive;
mod monitor;
mod replayed;
mod reports;
mod saved;
mod shard;

use super::{
    GENERATOR, UNREADABLE, VIOLATIONS,
    campaign::{CampaignOptions, length, variant},
    family::{CommandFamily, FamilyName, with_family},
    files::check_folder,
    implementation::UnderTest,
    known::KnownFile,
    output::print_error,
    progress::Progress,
    seconds::seconds,
    stop::STOPPED,
    view::View,
};
use clap::Args;
pub(crate) use conclude::{Concluded, Minimizer};
use gossipsub_conformance::engine::{
    campaign::{Plan, run_observed},
    report::campaign::CampaignReport,
};
use monitor::Monitor;
pub(crate) use reports::Reports;
pub(crate) use saved::SavedFindings;
use std::{error::Error, path::PathBuf, process::ExitCode, time::Duration};

/// Generate sequences of inputs, and check every answer of an implementation against the reference model
///
/// The sequences sit on and beside the thresholds and deadlines of the state, over several profiles of parameters. The
/// same seed gives the same sequences on every machine and with any number of jobs.
///
/// Each finding is saved as a trace the moment it is found. A signal, such as Ctrl-C, ends the campaign with what it found.
///
/// Exit codes: 0 if every answer is allowed, 1 if one is not, 2 if something cannot be read, started or written, 3 if only
/// the coverage is below its minimum, 130 if the campaign was stopped and found nothing.
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
    #[command(flatten)]
    shard: shard::ShardOptions,
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
    #[command(flatten)]
    replayed: replayed::ReplayOptions,
    #[command(flatten)]
    reports: Reports,
    /// The number of seconds for minimizing the sequences of all findings; 0: do not minimize
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    minimize: Duration,
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
        let saved = SavedFindings::new(self.findings.clone(), self.under_test.name::<F>(), plan.seed);
        let progress = Progress::start(&self.campaign.progress, length(&plan), "{bar:40} {msg}, {elapsed}");
        let replayed = self.replayed.run(&plan, &self.under_test, &self.findings, &progress);
        let monitor = Monitor::new(&plan, &progress, &saved);
        let results = run_observed(&plan, || self.under_test.make::<F>(), &monitor);
        let mut report = CampaignReport::new(&plan, &results, monitor.elapsed().as_secs_f64());
        let mut problems = monitor.into_problems();
        report.plan.command = self.under_test.command();
        report.plan.fresh_process = self.under_test.has_fresh_processes();
        report.replayed = replayed;
        report.count_known_differences(&plan.known, &results, self.require_known);
        let mut findings: Vec<Concluded<F>> = results
            .findings
            .into_values()
            .map(|(case, count)| Concluded::new(case, count, &saved, &self.under_test))
            .collect();
        findings.sort_by(|one, other| one.report.by_frequency(&other.report));
        report.findings = findings.iter().map(|finding| finding.report.clone()).collect();
        report.judge_coverage::<F>(plan.variant);
        // What was found is in the reports before it is minimized.
        problems.extend(self.reports.write(&report));
        if !findings.is_empty() && !self.minimize.is_zero() {
            let stop = plan.stop.clone();
            let mut minimizer = Minimizer {
                under_test: &self.under_test,
                saved: &saved,
                progress: &progress,
                stop,
                known: &plan.known,
                time: self.minimize,
                problems: Vec::new(),
            };
            minimizer.run(&mut findings);
            problems.extend(minimizer.problems);
            report.findings = findings.into_iter().map(|finding| finding.report).collect();
            problems.extend(self.reports.write(&report));
        }
        drop(progress);
        problems.extend(self.reports.finish(&report));
        Ok(exit_code(&report, problems))
    }

    /// The plan. Everything that the campaign needs is checked before it begins.
    fn plan<F: CommandFamily>(&self) -> Result<Plan<F>, Box<dyn Error>> {
        let mut plan = self.campaign.plan(variant::<F>(self.variant.as_deref())?, self.view)?;
        plan.shard = self.shard.shard()?;
        plan.fail_fast = self.fail_fast;
        self.reports.check()?;
        check_folder(&self.findings)?;
        self.under_test.check_start(&plan)?;
        plan.known = self.known.read::<F>(&self.under_test)?.unwrap_or_default();
        Ok(plan)
    }
}

/// The exit code of a report. `problems` is what could not be done; it is printed.
pub(crate) fn exit_code(report: &CampaignReport, mut problems: Vec<String>) -> ExitCode {
    problems.dedup();
    for problem in &problems {
        print_error(&format!("error: {problem}"));
    }
    if !problems.is_empty() {
        ExitCode::from(UNREADABLE)
    } else if !report.is_clean() {
        ExitCode::from(VIOLATIONS)
    } else if report.stopped {
        ExitCode::from(STOPPED)
    } else if !report.below_minimum.is_empty() {
        ExitCode::from(GENERATOR)
    } else {
        ExitCode::SUCCESS
    }
}
