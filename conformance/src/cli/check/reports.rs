//! The reports of a campaign: files, standard output, and the summary of a step on GitHub Actions.

use super::super::{
    files::{check_file, write_file},
    output::print,
};
use clap::Args;
use gossipsub_conformance::engine::report::{campaign::CampaignReport, junit::junit, markdown::markdown};
use std::{fs::OpenOptions, io::Write, path::PathBuf};

/// Which reports are written.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reports {
    /// Print the coverage table
    #[arg(long)]
    pub(super) report: bool,
    /// Write the results as JSON; `merge` reads it
    #[arg(long, value_name = "FILE")]
    pub(super) report_json: Option<PathBuf>,
    /// Write the results as JUnit XML: a test case for each profile and each finding
    #[arg(long, value_name = "FILE")]
    report_junit: Option<PathBuf>,
}

impl Reports {
    /// Checks that all of them can be written.
    pub(crate) fn check(&self) -> Result<(), super::super::output::FileError> {
        [&self.report_json, &self.report_junit].into_iter().flatten().try_for_each(|path| check_file(path))
    }

    /// Writes the files. Each one that cannot be written is a problem.
    pub(crate) fn write(&self, report: &CampaignReport) -> Vec<String> {
        let json = self.report_json.as_ref().map(|path| match serde_json::to_string_pretty(report) {
            Ok(text) => write_file(path, &(text + "\n")).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        });
        let junit = self.report_junit.as_ref().map(|path| match junit(report) {
            Ok(text) => write_file(path, &text).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        });
        [json, junit].into_iter().flatten().filter_map(Result::err).collect()
    }

    /// Writes what comes once and last: the summary of the step, and the text.
    pub(crate) fn finish(&self, report: &CampaignReport) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY") {
            let file = OpenOptions::new().create(true).append(true).open(&path);
            if let Err(error) = file.and_then(|mut file| file.write_all(markdown(report).as_bytes())) {
                problems.push(format!("{}: {error}", path.display()));
            }
        }
        let coverage = if self.report { format!("{}\n", report.coverage) } else { String::new() };
        problems.extend(print(&format!("{coverage}{report}")).err().map(|error| error.to_string()));
        problems
    }
}
