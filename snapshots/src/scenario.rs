//! Scenarios: short trace scripts in files of their own.

use gossipsub_conformance::{
    automaton::AutomatonFamily,
    engine::{
        Family, Step,
        trace::{TraceError, open},
    },
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// A family with scenarios.
pub trait SnapshotFamily: Family {
    /// The folder of its scenarios and traces, as seen from the folder of this crate.
    const FOLDER: &'static str;

    /// The description in a header.
    fn description(header: &Self::Header) -> Option<&str>;
}

impl SnapshotFamily for AutomatonFamily {
    const FOLDER: &'static str = "";

    fn description(header: &Self::Header) -> Option<&str> {
        header.description.as_deref()
    }
}

/// A short trace script.
#[derive(Clone, Debug)]
pub struct Scenario<F: SnapshotFamily> {
    /// The name: that of the file, without its extension.
    pub name: String,
    /// One line on what the last step shows.
    pub description: String,
    /// The header.
    pub header: F::Header,
    /// The inputs, and what the application would answer.
    pub steps: Vec<Step<F>>,
}

/// A folder of this crate.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

impl<F: SnapshotFamily> Scenario<F> {
    /// Reads the scenario of this name.
    ///
    /// # Errors
    /// Where the file cannot be read, or is not a trace script.
    pub fn read(name: &str) -> Result<Self, TraceError> {
        let reader = open::<F>(Self::folder("scenarios").join(name).with_extension("jsonl"))?.script();
        let header = reader.header().clone();
        let steps: Result<Vec<Step<F>>, TraceError> = reader.map(|step| step.map(|(_, step)| step)).collect();
        Ok(Self {
            name: name.to_owned(),
            description: F::description(&header).unwrap_or_default().to_owned(),
            header,
            steps: steps?,
        })
    }

    /// The folder of the family's `scenarios` or `traces`.
    #[must_use]
    pub fn folder(name: &str) -> PathBuf {
        folder(F::FOLDER).join(name)
    }

    /// The names of all scenarios, sorted.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn names() -> io::Result<Vec<String>> {
        let paths = std::fs::read_dir(Self::folder("scenarios"))?.map(|entry| entry.map(|entry| entry.path()));
        let mut names = paths.map(|path| Ok(stem(&path?))).collect::<io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names)
    }
}

/// The name of a file without its extension.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
