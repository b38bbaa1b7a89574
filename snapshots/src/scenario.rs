//! Scenarios: short trace scripts in files of their own.

use gossipsub_automaton::{Behaviour, Limits, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Step, open},
    engine::trace::TraceError,
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// A short trace script.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name: that of the file, without its extension.
    pub name: String,
    /// One line on what the last step shows.
    pub description: String,
    /// The behaviour of the automaton.
    pub behaviour: Behaviour,
    /// The limits of the automaton.
    pub limits: Limits<TraceIds>,
    /// The inputs, and what the application would answer.
    pub steps: Vec<Step>,
}

/// A folder of this crate.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

impl Scenario {
    /// Reads the scenario of this name.
    ///
    /// # Errors
    /// Where the file cannot be read, or is not a trace script.
    pub fn read(name: &str) -> Result<Self, TraceError> {
        let reader = open(folder("scenarios").join(name).with_extension("jsonl"))?.script();
        let header = reader.header().clone();
        let steps: Result<Vec<Step>, TraceError> = reader.map(|step| step.map(|(_, step)| step)).collect();
        Ok(Self {
            name: name.to_owned(),
            description: header.description.unwrap_or_default(),
            behaviour: header.behaviour,
            limits: header.limits,
            steps: steps?,
        })
    }

    /// The names of all scenarios, sorted.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn names() -> io::Result<Vec<String>> {
        let paths = std::fs::read_dir(folder("scenarios"))?.map(|entry| entry.map(|entry| entry.path()));
        let mut names = paths.map(|path| Ok(stem(&path?))).collect::<io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names)
    }
}

/// The name of a file without its extension.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
