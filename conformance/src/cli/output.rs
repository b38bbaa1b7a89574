//! What commands print. A closed standard output ends no command, and a full one is an error.

use std::io::{self, ErrorKind, Write};

/// Something that could not be written or read, with its name.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {error}")]
pub(crate) struct FileError {
    name: String,
    error: io::Error,
}

impl FileError {
    pub(crate) fn new(name: impl Into<String>, error: io::Error) -> Self {
        Self { name: name.into(), error }
    }
}

/// Prints a text on standard output, in colours on a terminal.
pub(crate) fn print(text: &str) -> Result<(), FileError> {
    let mut stdout = anstream::AutoStream::auto(io::stdout().lock());
    let write = text.split_inclusive('\n').try_for_each(|line| match style(line) {
        None => stdout.write_all(line.as_bytes()),
        Some(style) => write!(stdout, "{style}{line}\u{1b}[0m"),
    });
    on_stdout(write.and_then(|()| stdout.flush()))
}

/// The result of writing to standard output. A reader that wants no more, such as `head`, is no error.
pub(crate) fn on_stdout(written: io::Result<()>) -> Result<(), FileError> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| FileError::new("standard output", error)),
    }
}

/// The colour of a line.
fn style(line: &str) -> Option<&'static str> {
    const STYLES: [(&str, &str); 11] = [
        ("finding: ", "\u{1b}[1;31m"),
        ("violation in ", "\u{1b}[1;31m"),
        ("failed in ", "\u{1b}[1;31m"),
        ("unreadable: ", "\u{1b}[1;31m"),
        ("difference: ", "\u{1b}[1;31m"),
        ("not understood:", "\u{1b}[31m"),
        ("below its minimum: ", "\u{1b}[33m"),
        ("known difference", "\u{1b}[33m"),
        ("unsupported", "\u{1b}[33m"),
        ("    allowed ", "\u{1b}[32m"),
        ("    observed ", "\u{1b}[31m"),
    ];
    STYLES.iter().find(|(beginning, _)| line.starts_with(beginning)).map(|(_, style)| *style)
}

/// Prints a line on standard error. What cannot be printed there is lost.
pub(crate) fn print_error(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
