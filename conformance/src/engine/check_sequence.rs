//! Checking one sequence, for tests: the failure says all that a person needs to see.

use super::{
    Counterexample, Family, Finding, Implementation, Sequence, Views, report::finding::FindingReport, run_sequence,
};
use std::{
    error::Error,
    fmt::{self, Debug, Display, Formatter},
    fs,
    path::Path,
};

/// The folder for the traces of failures, from the current folder.
const FOLDER: &str = "gossipsub-findings";

/// An answer to a sequence that is not allowed: what was allowed and observed, the last steps, and a saved trace.
#[derive(Clone, PartialEq)]
pub struct SequenceFailure(pub Box<FindingReport>);

/// Sends a sequence to an implementation, and checks every answer. The trace of a failure is saved in the folder
/// `gossipsub-findings`. Of each kind of finding, the last one stays there: in a property test the smallest.
///
/// # Errors
/// The first answer that is not allowed. A step that the implementation does not support ends the sequence without one.
pub fn check_sequence<F: Family, M: Implementation<F> + ?Sized>(
    implementation: &mut M,
    sequence: &Sequence<F>,
) -> Result<(), SequenceFailure> {
    check_sequence_in(Path::new(FOLDER), implementation, sequence)
}

/// As [`check_sequence`], with another folder for traces.
///
/// # Errors
/// As there.
pub fn check_sequence_in<F: Family, M: Implementation<F> + ?Sized>(
    folder: &Path,
    implementation: &mut M,
    sequence: &Sequence<F>,
) -> Result<(), SequenceFailure> {
    let views = Views::Every;
    let (steps, finding) = run_sequence(implementation, &sequence.header, &sequence.steps, views);
    let Some(finding) = finding.filter(|finding: &Finding| !finding.is_unsupported()) else { return Ok(()) };
    let counterexample = Counterexample { header: sequence.header.clone(), steps, finding, views };
    let mut report = FindingReport::new(&counterexample);
    let stem: String = counterexample.file_stem().chars().take(60).collect();
    let path = folder.join(format!("{stem}.jsonl"));
    // If the folder cannot be made, writing the file says why.
    let _ = fs::create_dir_all(folder);
    match counterexample.write(&path) {
        Ok(()) => report.saved_at(&path, None),
        Err(error) => report.remarks.push(format!("its trace cannot be saved: {error}")),
    }
    Err(SequenceFailure(Box::new(report)))
}

impl Display for SequenceFailure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(report) = self;
        write!(f, "{report}")
    }
}

/// The same text, so that a test that unwraps the result shows it.
impl Debug for SequenceFailure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl Error for SequenceFailure {}
