//! Saved findings and regressions, replayed before the campaign.

use super::super::{family::CommandFamily, family::FamilyName, implementation::UnderTest, paths, progress::Progress};
use clap::{Args, ValueEnum};
use gossipsub_conformance::engine::{
    Sequence, campaign::Plan, report::campaign::ReplayedTrace, report::shown::Shown, run_sequence, trace::open,
};
use std::path::{Path, PathBuf};

/// Which traces are replayed first.
#[derive(Clone, Debug, Args)]
pub(super) struct ReplayOptions {
    /// Traces to replay before the campaign, as files, folders or patterns; those in the folder for findings are replayed
    /// anyway
    #[arg(long, value_name = "FILE")]
    regressions: Vec<String>,
    /// Do not replay the traces in the folder for findings
    #[arg(long)]
    no_replay: bool,
}

impl ReplayOptions {
    /// Replays the traces. Those of other families, and those that cannot be read, are left out.
    pub(super) fn run<F: CommandFamily>(
        &self,
        plan: &Plan<F>,
        under_test: &UnderTest,
        findings: &Path,
        progress: &Progress,
    ) -> Vec<ReplayedTrace> {
        let mut files: Vec<PathBuf> = Vec::new();
        if !self.no_replay && findings.is_dir() {
            files.extend(paths::traces(&[findings.display().to_string()]).unwrap_or_default());
        }
        match paths::traces(&self.regressions) {
            Ok(regressions) => files.extend(regressions),
            Err(error) => progress.line(&format!("not replayed: {error}")),
        }
        files.retain(|path| {
            FamilyName::of_file(path).to_possible_value().is_some_and(|name| name.get_name() == F::NAME)
        });
        let mut implementation = under_test.make::<F>();
        let mut replayed = Vec::new();
        for (index, path) in files.iter().enumerate() {
            if plan.stop.is_set() {
                break;
            }
            progress.set(0, format!("replaying: {index} of {} traces", files.len()));
            let name = path.display().to_string();
            match open::<F>(path).and_then(Sequence::<F>::read) {
                Err(error) => progress.line(&format!("not replayed: {}", Shown(&error.to_string()))),
                Ok(sequence) => {
                    let finding = finding_of(plan, &sequence, &mut implementation);
                    if let Some(kind) = &finding {
                        progress.line(&format!("finding: {}: {name} still shows it", Shown(kind)));
                    }
                    replayed.push(ReplayedTrace { trace: name, finding });
                }
            }
        }
        replayed
    }
}

/// The kind of the finding that a sequence shows, if it is no known difference.
fn finding_of<F: CommandFamily>(
    plan: &Plan<F>,
    sequence: &Sequence<F>,
    implementation: &mut super::super::implementation::Tested<F>,
) -> Option<String> {
    let (steps, finding) = run_sequence(implementation, &sequence.header, &sequence.steps, plan.views);
    let finding = finding.filter(|finding| !finding.is_stopped() && !finding.is_unsupported())?;
    let is_known = plan.known.of::<F>(&sequence.header, &steps, &finding).is_some();
    (!is_known).then(|| finding.kind())
}
