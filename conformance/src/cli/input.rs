//! A trace that a command reads: a file, or standard input.

use super::{family::FamilyName, output::FileError};
use gossipsub_conformance::engine::{
    Family,
    trace::{TraceError, TraceReader, open_named},
};
use std::{
    fs::File,
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// The name that stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// A trace that is read: a file, or a copy of standard input, which is read more than once.
#[derive(Debug)]
pub(crate) struct InputFile {
    path: PathBuf,
    name: String,
    _copy: Option<NamedTempFile>,
}

impl InputFile {
    /// The file of a path. For `-`, takes all of standard input.
    pub(crate) fn new(path: &Path) -> Result<Self, FileError> {
        if path != Path::new(STANDARD_INPUT) {
            return Ok(Self { path: path.to_owned(), name: path.display().to_string(), _copy: None });
        }
        let name = "standard input".to_owned();
        let copy = copy_of(&mut io::stdin().lock()).map_err(|error| FileError::new(&name, error))?;
        Ok(Self { path: copy.path().to_owned(), name, _copy: Some(copy) })
    }

    pub(crate) fn family(&self) -> FamilyName {
        FamilyName::of_file(&self.path)
    }

    pub(crate) fn open<F: Family>(&self) -> Result<TraceReader<F, Box<dyn BufRead + Send>>, TraceError> {
        self.open_through(|file| file)
    }

    pub(crate) fn open_through<F: Family, R: Read + Send + 'static>(
        &self,
        through: impl FnOnce(File) -> R,
    ) -> Result<TraceReader<F, Box<dyn BufRead + Send>>, TraceError> {
        open_named(&self.path, &self.name, through)
    }

    pub(crate) fn length(&self) -> u64 {
        self.path.metadata().map_or(0, |metadata| metadata.len())
    }
}

/// Copies an input into a file whose extension says how it is compressed.
fn copy_of(input: &mut impl Read) -> io::Result<NamedTempFile> {
    let mut beginning = Vec::new();
    input.take(4).read_to_end(&mut beginning)?;
    let extension = match beginning.as_slice() {
        [0x1f, 0x8b, ..] => ".jsonl.gz",
        [0x28, 0xb5, 0x2f, 0xfd] => ".jsonl.zst",
        _ => ".jsonl",
    };
    let mut copy = tempfile::Builder::new().suffix(extension).tempfile()?;
    copy.write_all(&beginning)?;
    io::copy(input, &mut copy)?;
    copy.flush()?;
    Ok(copy)
}
