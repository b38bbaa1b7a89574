//! The trace format, as anybody may write it.

use crate::{
    automaton::{AutomatonFamily, Header, Step},
    engine::{TraceHeader, trace::TraceReader, verify::verify},
};

/// A line that can be read as a header or a step is, once written, read as the same again.
///
/// # Panics
/// If it is not.
pub fn trace_line(bytes: &[u8]) {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    if let Ok(header) = Header::from_line(line) {
        let again = written(|line| header.write_line(line).is_ok()).map(|line| Header::from_line(&line).ok());
        assert_eq!(again, Some(Some(header)), "a header that was read is written and read again");
    }
    if let Ok(step) = Step::from_line(line) {
        let again = written(|line| step.write_line(line).is_ok()).map(|line| Step::from_line(&line).ok());
        assert_eq!(again, Some(Some(step)), "a step that was read is written and read again");
    }
}

/// Any bytes are a trace that is verified, or refused with an error: nothing panics.
pub fn trace_file(bytes: &[u8]) {
    let _ = verify(TraceReader::<AutomatonFamily, _>::new("fuzz", bytes)).to_string();
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> bool) -> Option<String> {
    let mut line = Vec::new();
    write(&mut line).then(|| String::from_utf8(line).ok()).flatten().map(|line| line.trim_end().to_owned())
}
