//! Which traces are meant: files, folders and patterns.

use std::path::{Path, PathBuf};

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
    /// A folder that cannot be read.
    #[error(transparent)]
    Folder(#[from] glob::GlobError),
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
        } else if path.exists() {
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
    let mut files = matches(&format!("{}/**/*", glob::Pattern::escape(folder.trim_end_matches('/'))))?;
    files.retain(|path| path.is_file() && is_trace(path));
    if files.is_empty() { Err(PathError::NoTraces(folder.to_owned())) } else { Ok(files) }
}

fn is_trace(path: &Path) -> bool {
    let name = path.to_string_lossy();
    [".jsonl", ".jsonl.gz", ".jsonl.zst"].iter().any(|ending| name.ends_with(ending))
}

fn matches(pattern: &str) -> Result<Vec<PathBuf>, PathError> {
    let found = glob::glob(pattern).map_err(|error| PathError::Pattern { path: pattern.to_owned(), error })?;
    Ok(found.collect::<Result<_, _>>()?)
}
