//! The bundled traces of the original automaton.

use std::path::{Path, PathBuf};

/// The folder of all recorded traces.
pub(crate) fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/recorded")
}

/// The traces of one folder of recorded traces, sorted by name.
pub(crate) fn traces(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(recorded().join(folder)).expect("a folder of traces");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}
