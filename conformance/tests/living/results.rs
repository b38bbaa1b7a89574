//! The results of campaigns as they are stored: the part of a report that the pages need.

use gossipsub_conformance::engine::{Capabilities, CheckCount, report::campaign::KnownDifferenceCount};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The results of a campaign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredResults {
    pub(crate) implementation: Capabilities,
    pub(crate) variant: String,
    pub(crate) seed: u64,
    pub(crate) cases: u64,
    pub(crate) steps: u64,
    pub(crate) seconds: f64,
    pub(crate) followed_cases: u64,
    pub(crate) rules: BTreeMap<String, CheckCount>,
    pub(crate) properties: CheckCount,
    pub(crate) unsupported: BTreeMap<String, u64>,
    pub(crate) known_differences: Vec<KnownDifferenceCount>,
    pub(crate) findings: Vec<FindingCount>,
}

/// A finding that was not known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FindingCount {
    pub(crate) kind: String,
    pub(crate) cases: u64,
}

impl StoredResults {
    /// The name of the implementation, which is that of its folder, and the version: the first and the last word.
    pub(crate) fn name(&self) -> (&str, &str) {
        let name = self.implementation.implementation.as_deref().expect("an adapter names its implementation");
        let (first, _) = name.split_once(' ').expect("an adapter names the version of its implementation");
        (first, name.rsplit(' ').next().expect("a text has a last word"))
    }
}

/// The files of a folder with an extension, sorted by name.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|other| other == extension)).collect();
    files.sort();
    files
}

pub(crate) fn read(path: &Path) -> StoredResults {
    let text = fs::read_to_string(path).expect("results");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Stores the reports of `check --report-json` in a folder beside the adapters.
pub(crate) fn store(reports: &Path, conformance: &Path) {
    for path in files(reports, "json") {
        let results = read(&path);
        let (name, version) = results.name();
        let stored = conformance.join("adapters").join(name).join(format!("results-{version}.json"));
        let text = serde_json::to_string_pretty(&results).expect("JSON");
        fs::write(&stored, text + "\n").unwrap_or_else(|error| panic!("{}: {error}", stored.display()));
    }
}
