//! Known differences: the options that name their file, and `known`, which replays their traces.

use super::{
    VIOLATIONS,
    family::{CommandFamily, FamilyName, with_family},
    implementation::{Tested, UnderTest},
    output::print,
};
use clap::Args;
use gossipsub_conformance::engine::{
    Views,
    known_differences::{KnownDifference, KnownDifferences, KnownDifferencesError},
    report::shown::Shown,
    trace::open,
    verify::{Verdict, replay},
};
use std::{
    error::Error,
    fmt::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The known differences of the implementation under test.
#[derive(Clone, Debug, Args)]
pub(crate) struct KnownFile {
    /// A TOML file of known differences, each with its rule, a reason, and how checking goes on after it
    #[arg(long, value_name = "FILE")]
    known_differences: Option<PathBuf>,
    /// Take the differences of this version [default: the version that the implementation names]
    #[arg(long, value_name = "VERSION", requires = "known_differences")]
    known_version: Option<String>,
}

impl KnownFile {
    /// Reads the file; absent without a file.
    pub(crate) fn read<F: CommandFamily>(
        &self,
        under_test: &UnderTest,
    ) -> Result<Option<KnownDifferences>, KnownDifferencesError> {
        let path = self.known_differences.as_ref();
        path.map(|path| read_of_version::<F>(path, self.known_version.as_deref(), under_test)).transpose()
    }
}

/// Reads a file, and leaves out the differences of other versions. If the implementation names no version, the
/// differences of all versions are known.
fn read_of_version<F: CommandFamily>(
    path: &Path,
    version: Option<&str>,
    under_test: &UnderTest,
) -> Result<KnownDifferences, KnownDifferencesError> {
    let mut known = KnownDifferences::read::<F>(path)?;
    if known.depend_on_version() {
        match version {
            Some(version) => known.retain_version(version),
            None => known.retain_version_in(&under_test.capabilities::<F>().implementation.unwrap_or_default()),
        }
    }
    Ok(known)
}

/// Replay the traces of known differences against an implementation
///
/// Each difference with traces must still break one of its rules at the end of each trace. A difference whose fault the model can
/// follow must be that fault: if the model follows it, all answers are allowed.
///
/// Exit codes: 0 if every difference still occurs, 1 if one does not, 2 if a file cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Known {
    /// The TOML file of the known differences
    file: PathBuf,
    /// The kind of system under test
    #[arg(long, value_enum, default_value_t = FamilyName::Automaton)]
    family: FamilyName,
    #[command(flatten)]
    under_test: UnderTest,
    /// Take the differences of this version [default: the version that the implementation names]
    #[arg(long = "known-version", value_name = "VERSION")]
    of_version: Option<String>,
}

impl Known {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        with_family!(self.family, F => self.replay_all::<F>())
    }

    fn replay_all<F: CommandFamily>(&self) -> Result<ExitCode, Box<dyn Error>> {
        let known = read_of_version::<F>(&self.file, self.of_version.as_deref(), &self.under_test)?;
        let mut implementation = self.under_test.make::<F>();
        // Writing to a string cannot fail.
        let mut text = String::new();
        let (mut shown, mut gone, mut without) = (0_u64, 0_u64, 0_u64);
        for difference in &known.differences {
            let mut occurs_in_all = true;
            for trace in &difference.traces {
                if let Err(instead) = occurs::<F>(difference, trace, &mut implementation)? {
                    occurs_in_all = false;
                    let (name, trace) = (difference.name(), trace.display());
                    let _ = writeln!(text, "{name}: no longer occurs in {trace}: {}", Shown(&instead));
                }
            }
            match (difference.traces.is_empty(), occurs_in_all) {
                (true, _) => without += 1,
                (false, true) => shown += 1,
                (false, false) => gone += 1,
            }
        }
        let _ = writeln!(text, "{shown} known differences occur, {gone} no longer occur, {without} have no trace");
        print(&text)?;
        Ok(if gone == 0 { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS) })
    }
}

/// Replays the trace of a difference. The inner error says what happened instead of the difference.
fn occurs<F: CommandFamily>(
    difference: &KnownDifference,
    trace: &Path,
    implementation: &mut Tested<F>,
) -> Result<Result<(), String>, Box<dyn Error>> {
    let replayed = replay::<F, _>(open(trace), implementation, Views::Every);
    let instead = match replayed.verdict {
        Verdict::Violated(failure) if difference.is_of(&failure.violation.rule) => None,
        Verdict::Failed { error, .. } if difference.is_of(&error.kind()) => None,
        Verdict::Violated(failure) => Some(format!("step {} breaks {}", failure.step, failure.violation.rule)),
        Verdict::Failed { line, error } => Some(format!("line {line}: {error}")),
        Verdict::Unsupported { line, reason } => Some(format!("line {line} is not supported: {reason}")),
        Verdict::Unreadable { error } => return Err(error.into()),
        Verdict::Allowed => Some(format!("all {} steps are allowed", replayed.steps)),
    };
    let (None, Some(fault)) = (&instead, &difference.fault) else { return Ok(instead.map_or(Ok(()), Err)) };
    let mut reader = open::<F>(trace)?;
    assert!(reader.follow_faults(std::slice::from_ref(fault)), "the faults of a file are checked when it is read");
    let followed = replay(Ok(reader), implementation, Views::Every);
    Ok(match followed.verdict {
        Verdict::Violated(failure) => {
            Err(format!("step {} breaks {} with {fault}, too", failure.step, failure.violation.rule))
        }
        _ => Ok(()),
    })
}
