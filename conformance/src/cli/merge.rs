//! `merge`: one report from those of all shards.

use super::{
    check::{Concluded, Minimizer, Reports, SavedFindings, exit_code},
    family::{CommandFamily, FamilyName, with_family},
    files::check_folder,
    implementation::UnderTest,
    output::FileError,
    progress::{Progress, ProgressOptions},
    seconds::seconds,
    stop::signal,
};
use clap::{Args, ValueEnum};
use gossipsub_conformance::engine::{
    Counterexample, Named, Sequence, TraceHeader, Views,
    campaign::{Case, ProfileOf},
    known_differences::KnownDifferences,
    report::{
        campaign::{CampaignReport, REPORT_FORMAT, REPORT_VERSION},
        finding::FindingReport,
        merge::merge,
    },
    run_sequence,
    trace::open,
};
use serde::Deserialize;
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// Merge the reports of all shards of a campaign into one
///
/// Adds the counts, judges coverage and known differences by the sums, and takes the lowest case of each kind of finding.
/// With `--implementation`, minimizes each finding once. The reports must be those of all shards of one campaign: the
/// same seed, plan, implementation and version of the harness, each shard once and run to its end.
///
/// Exit codes: those of `check`.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The reports that `check --report-json` wrote, one for each shard
    #[arg(required = true, value_name = "REPORT")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    under_test: UnderTest,
    /// The number of seconds for minimizing the sequences of all findings; 0: do not minimize
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    minimize: Duration,
    /// The folder for the traces of findings
    #[arg(long, value_name = "FOLDER", default_value = "gossipsub-findings")]
    findings: PathBuf,
    #[command(flatten)]
    reports: Reports,
    #[command(flatten)]
    progress: ProgressOptions,
}

impl Merge {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        self.reports.check()?;
        let reports = self.files.iter().map(|path| Ok((path.display().to_string(), read(path)?)));
        let merged = merge(reports.collect::<Result<_, Box<dyn Error>>>()?)?;
        let family = FamilyName::from_str(&merged.plan.family, false)?;
        with_family!(family, F => self.conclude::<F>(merged))
    }

    fn conclude<F: CommandFamily>(&self, mut report: CampaignReport) -> Result<ExitCode, Box<dyn Error>> {
        let name = report.variant.clone();
        let variant = F::Variant::from_name(&name).ok_or_else(|| F::Variant::unknown("variant", &name))?;
        report.judge_known_differences();
        report.judge_coverage::<F>(variant);
        let mut problems = self.reports.write(&report);
        if !self.minimize.is_zero() && !report.findings.is_empty() {
            check_folder(&self.findings)?;
            problems.extend(self.minimize_all::<F>(&mut report));
            problems.extend(self.reports.write(&report));
        }
        problems.extend(self.reports.finish(&report));
        Ok(exit_code(&report, problems))
    }

    /// Minimizes the findings. What could not be done is returned.
    fn minimize_all<F: CommandFamily>(&self, report: &mut CampaignReport) -> Vec<String> {
        let progress = Progress::start(&self.progress, 0, "{spinner} {msg}, {elapsed}");
        let saved = SavedFindings::new(self.findings.clone(), self.under_test.name::<F>(), report.seed);
        let mut problems = Vec::new();
        let (mut concluded, mut others) = (Vec::new(), Vec::new());
        for mut finding in std::mem::take(&mut report.findings) {
            let Some(path) = self.trace_of(&finding) else {
                finding.remarks.push("not minimized: its trace was not found beside the reports".into());
                others.push(finding);
                continue;
            };
            match self.case_of::<F>(&path, &finding) {
                Ok(case) => {
                    problems.extend(saved.save(&finding.kind, &case).err().map(|error| error.to_string()));
                    concluded.push(Concluded::new(case, finding.cases, &saved, &self.under_test));
                }
                Err(remark) => {
                    finding.remarks.push(format!("not minimized: {remark}"));
                    others.push(finding);
                }
            }
        }
        let known = KnownDifferences::default();
        let mut minimizer = Minimizer {
            known: &known,
            under_test: &self.under_test,
            saved: &saved,
            progress: &progress,
            stop: signal(),
            time: self.minimize,
            problems,
        };
        minimizer.run(&mut concluded);
        report.findings = concluded.into_iter().map(|finding| finding.report).chain(others).collect();
        report.sort_findings();
        minimizer.problems
    }

    /// The trace of a finding as it was found. The reports may have been moved, with their traces beside them.
    fn trace_of(&self, finding: &FindingReport) -> Option<PathBuf> {
        let named = PathBuf::from(finding.original.as_ref().or(finding.trace.as_ref())?);
        let name = named.file_name()?.to_owned();
        let beside = self.files.iter().filter_map(|file| file.parent()).flat_map(|folder| {
            [folder.join(&named), folder.join(&name), folder.join("gossipsub-findings").join(&name)]
        });
        std::iter::once(named.clone()).chain(beside).find(|path| path.is_file())
    }

    /// The case of a trace, with the answers of a new run.
    fn case_of<F: CommandFamily>(&self, path: &Path, finding: &FindingReport) -> Result<Case<F>, String> {
        let Sequence { header, steps } =
            open::<F>(path).and_then(Sequence::<F>::read).map_err(|error| error.to_string())?;
        let views = Views::Every;
        let (steps, found) = run_sequence(&mut self.under_test.make::<F>(), &header, &steps, views);
        let found = found.ok_or_else(|| "it did not show again".to_owned())?;
        if !F::is_part_of(&found.kind(), &finding.kind) {
            return Err(format!("a new run showed another finding: {}", found.kind()));
        }
        let profile = header.profile().and_then(ProfileOf::<F>::from_name);
        let profile = profile.or(ProfileOf::<F>::ALL.first().copied()).ok_or("the family has no profiles")?;
        Ok(Case {
            number: finding.first_case,
            profile,
            counterexample: Counterexample { header, steps, finding: found, views },
        })
    }
}

/// Reads a report of this version.
fn read(path: &Path) -> Result<CampaignReport, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Opening {
        format: String,
        version: u64,
    }

    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| FileError::new(name.to_string(), error))?;
    let opening: Opening = serde_json::from_str(&text)
        .map_err(|error| format!("{name}: expected a report of `check --report-json`: {error}"))?;
    if opening.format != REPORT_FORMAT || opening.version != REPORT_VERSION {
        let Opening { format, version } = opening;
        return Err(format!(
            "{name}: expected the format {REPORT_FORMAT:?} in version {REPORT_VERSION}, found {format:?} in version {version}"
        )
        .into());
    }
    Ok(serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?)
}
