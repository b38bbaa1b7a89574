//! Which traces are meant: files, folders and patterns.

use super::{input::STANDARD_INPUT, output::print_error};
use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

/// How many files that are skipped are named.
const NAMED: usize = 10;

/// A path that stands for no trace.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PathError {
    /// Neither a file nor a folder nor a pattern that matches one.
    #[error("{0}: no such file or folder, and no file matches it as a pattern")]
    NothingMatches(String),
    /// A folder without traces.
    #[error("{0}: the folder holds no file that ends in .jsonl, .jsonl.gz or .jsonl.zst")]
    NoTraces(String),
    /// A pattern with a mistake.
    #[error("{path}: not a pattern: {error}")]
    Pattern {
        /// The pattern.
        path: String,
        /// What is wrong with it.
        error: glob::PatternError,
    },
    /// A folder that a pattern leads to and that cannot be read.
    #[error(transparent)]
    Glob(#[from] glob::GlobError),
    /// A folder that cannot be read.
    #[error("{path}: {error}")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// The files that the arguments stand for, in their order; those of a folder or a pattern sorted by name.
///
/// A folder stands for all traces in it and below it.
pub(crate) fn traces(arguments: &[String]) -> Result<Vec<PathBuf>, PathError> {
    let mut files = Vec::new();
    for argument in arguments {
        let path = Path::new(argument);
        if path.is_dir() {
            files.extend(in_folder(argument)?);
        } else if path.exists() || argument == STANDARD_INPUT {
            files.push(path.to_owned());
        } else {
            let matches = matches(argument)?;
            if matches.is_empty() {
                return Err(PathError::NothingMatches(argument.clone()));
            }
            for path in matches {
                if path.is_dir() {
                    files.extend(in_folder(&path.to_string_lossy())?);
                } else {
                    files.push(path);
                }
            }
        }
    }
    Ok(files)
}

fn in_folder(folder: &str) -> Result<Vec<PathBuf>, PathError> {
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    collect(Path::new(folder), &mut BTreeSet::new(), &mut files, &mut skipped)?;
    if files.is_empty() {
        return Err(PathError::NoTraces(folder.to_owned()));
    }
    for path in skipped.iter().take(NAMED) {
        print_error(&format!("skipped: {}: it does not end in .jsonl, .jsonl.gz or .jsonl.zst", path.display()));
    }
    if let Some(more) = skipped.len().checked_sub(NAMED).filter(|more| *more > 0) {
        print_error(&format!("skipped: {more} more files"));
    }
    Ok(files)
}

/// The files in a folder and below it, sorted by name. A folder that is reached twice, as through a link, counts once.
fn collect(
    folder: &Path,
    visited: &mut BTreeSet<PathBuf>,
    files: &mut Vec<PathBuf>,
    skipped: &mut Vec<PathBuf>,
) -> Result<(), PathError> {
    let error = |error| PathError::Folder { path: folder.display().to_string(), error };
    if !visited.insert(folder.canonicalize().map_err(error)?) {
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        folder.read_dir().and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect()).map_err(error)?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, visited, files, skipped)?;
        } else if path.is_file() && is_trace(&path) {
            files.push(path);
        } else {
            skipped.push(path);
        }
    }
    Ok(())
}

fn is_trace(path: &Path) -> bool {
    let name = path.to_string_lossy();
    [".jsonl", ".jsonl.gz", ".jsonl.zst"].iter().any(|ending| name.ends_with(ending))
}

fn matches(pattern: &str) -> Result<Vec<PathBuf>, PathError> {
    let found = glob::glob(pattern).map_err(|error| PathError::Pattern { path: pattern.to_owned(), error })?;
    Ok(found.collect::<Result<_, _>>()?)
}
