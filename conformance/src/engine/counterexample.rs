//! A sequence that ends with a finding.

use super::{
    Family, Finding, Implementation, PropertyExtent, Referee, Step, Views,
    runner::run_sequence,
    trace::{TraceError, create},
};
use std::path::PathBuf;

/// A sequence whose last step is not answered as the protocol allows.
#[derive(Debug)]
pub struct Counterexample<F: Family> {
    /// The parameters and the seed.
    pub header: F::Header,
    /// The steps with their answers. The last one is the one of the finding.
    pub steps: Vec<Step<F>>,
    /// What is wrong with the last answer.
    pub finding: Finding,
    /// The states that the implementation was told to show.
    pub views: Views,
}

impl<F: Family> Counterexample<F> {
    /// Writes the sequence as a trace into a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: impl Into<PathBuf>) -> Result<(), TraceError> {
        self.write_with_header(&self.header, path)
    }

    /// As [`Self::write`], with another header.
    ///
    /// # Errors
    /// As there.
    pub fn write_with_header(&self, header: &F::Header, path: impl Into<PathBuf>) -> Result<(), TraceError> {
        let mut file = create::<F>(path, header)?;
        self.steps.iter().try_for_each(|step| file.step(step))?;
        file.finish()
    }

    /// Replays the sequence. The result has the new answers, and a finding of any kind; nothing if all answers are
    /// allowed now.
    pub fn replay<M: Implementation<F> + ?Sized>(&self, implementation: &mut M) -> Option<Self> {
        let (steps, finding) = run_sequence(implementation, &self.header, &self.steps, self.views);
        Some(Self { header: self.header.clone(), steps, finding: finding?, views: self.views })
    }

    /// What is wrong with the recorded last answer if another header says how answers are judged. Absent if it is allowed,
    /// and if an earlier answer is not.
    pub(super) fn finding_with(&self, header: &F::Header) -> Option<Finding> {
        let found = Referee::<F>::first_finding(header, &self.steps, PropertyExtent::All).ok()?;
        found.filter(|(index, _)| index + 1 == self.steps.len()).map(|(_, finding)| finding)
    }

    /// A name for a file: the kind of the finding in words that a file name can have.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let kind = self.finding.kind();
        let words = kind.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-")
    }
}
