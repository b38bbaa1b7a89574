//! Findings, saved the moment they are found.

use super::super::family::CommandFamily;
use gossipsub_conformance::engine::{Counterexample, TraceHeader, campaign::Case, trace::TraceError};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The findings of a campaign in a folder: the case with the lowest number of each kind.
#[derive(Debug)]
pub(crate) struct SavedFindings {
    folder: PathBuf,
    /// The name of the implementation.
    implementation: String,
    seed: u64,
    of_kinds: Mutex<BTreeMap<String, (u64, PathBuf)>>,
}

impl SavedFindings {
    pub(crate) const fn new(folder: PathBuf, implementation: String, seed: u64) -> Self {
        Self { folder, implementation, seed, of_kinds: Mutex::new(BTreeMap::new()) }
    }

    /// Saves a case, unless one with a lower number is saved. The path, if the kind is new.
    pub(crate) fn save<F: CommandFamily>(&self, kind: &str, case: &Case<F>) -> Result<Option<PathBuf>, TraceError> {
        let mut of_kinds = self.of_kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = of_kinds.get(kind).cloned();
        if saved.as_ref().is_some_and(|(number, _)| *number <= case.number) {
            return Ok(None);
        }
        let path = self.folder.join(format!("{}.jsonl", self.stem(case.number)));
        let mut header = case.counterexample.header.clone();
        header.set_implementation(Some(self.implementation.clone()));
        header.set_description(Some(kind.to_owned()));
        self.write(&case.counterexample, &header, &path)?;
        of_kinds.insert(kind.to_owned(), (case.number, path.clone()));
        match saved {
            Some((_, worse)) => {
                // The better case is saved. If the worse one stays, nothing is lost.
                let _ = std::fs::remove_file(worse);
                Ok(None)
            }
            None => Ok(Some(path)),
        }
    }

    /// Saves the minimized sequence of a case, beside that as it was found.
    pub(crate) fn save_minimized<F: CommandFamily>(
        &self,
        number: u64,
        minimized: &Counterexample<F>,
    ) -> Result<PathBuf, TraceError> {
        let path = self.folder.join(format!("{}-minimized.jsonl", self.stem(number)));
        self.write(minimized, &minimized.header, &path)?;
        Ok(path)
    }

    /// Where the case of a kind was saved.
    pub(crate) fn path_of(&self, kind: &str) -> Option<PathBuf> {
        let of_kinds = self.of_kinds.lock().unwrap_or_else(PoisonError::into_inner);
        of_kinds.get(kind).map(|(_, path)| path.clone())
    }

    /// The name of a file without its extension.
    fn stem(&self, number: u64) -> String {
        // What belongs to no case came at the end.
        if number == u64::MAX { format!("end-seed-{}", self.seed) } else { format!("case-{number}-seed-{}", self.seed) }
    }

    fn write<F: CommandFamily>(
        &self,
        counterexample: &Counterexample<F>,
        header: &F::Header,
        path: &Path,
    ) -> Result<(), TraceError> {
        // If the folder cannot be made, creating the file says why.
        let _ = std::fs::create_dir_all(&self.folder);
        counterexample.write_with_header(header, path)
    }
}
