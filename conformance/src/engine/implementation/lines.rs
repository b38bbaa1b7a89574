//! The lines that a program is sent and that it writes.

use crate::engine::{StopSignal, trace::LONGEST_LINE};
use std::{
    io::{self, Read},
    process::{ChildStdin, ChildStdout},
    time::Duration,
};

/// The pipes of a program: lines to its standard input, and lines from its standard output. Neither a full pipe nor
/// silence stops the harness.
pub(super) trait LinePipes: Sized {
    /// Takes the two pipes. Nothing is waited for once `stop` is set.
    fn new(stdin: ChildStdin, stdout: ChildStdout, stop: StopSignal) -> io::Result<Self>;

    /// A line that is there already.
    fn pending(&mut self) -> io::Result<Option<Line>>;

    /// Sends a line. False if the program did not take it in time. What a program does not read because it closed its
    /// input counts as taken: what it answers, or how it ended, says more.
    fn send(&mut self, line: &[u8], time_limit: Duration) -> io::Result<bool>;

    /// The next line; absent if it does not come in time.
    fn receive(&mut self, time_limit: Duration) -> io::Result<Option<Line>>;

    /// Sends of `rest` what the program takes, until the next line comes. Absent if it does not come in time.
    fn send_until_line(&mut self, rest: &mut &[u8], time_limit: Duration) -> io::Result<Option<Line>>;

    /// Closes the program's standard input, after what was sent.
    fn close(&mut self);
}

/// The longest time that is waited at once. After it, waiting goes on if time is left and the run is not stopped.
pub(super) const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// How much is read at once.
const PIECE: usize = 1 << 16;

/// A line without its end, or the rest of the output after the last one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Whole(String),
    End { half_line: String },
}

/// The output that was read, and not taken yet. It holds at most one piece more than the longest line.
#[derive(Debug)]
pub(super) struct Lines {
    /// Where a piece is read to.
    piece: Box<[u8]>,
    bytes: Vec<u8>,
    /// The bytes before this were taken.
    start: usize,
    /// The bytes before this have no end of a line.
    searched: usize,
    /// The output has ended.
    ended: bool,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { piece: vec![0; PIECE].into(), bytes: Vec::new(), start: 0, searched: 0, ended: false }
    }

    /// Reads one piece.
    pub(super) fn read_from(&mut self, output: &mut impl Read) -> io::Result<()> {
        self.bytes.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        let read = output.read(&mut self.piece)?;
        self.bytes.extend_from_slice(self.piece.get(..read).expect("at most a piece is read"));
        self.ended = read == 0;
        Ok(())
    }

    /// Takes the next line, if it was read to its end. An error if it is too long.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(end) = self.end_of_line() {
            let line = text(self.bytes.get(self.start..end).unwrap_or_default());
            self.start = end + 1;
            self.searched = self.start;
            return Ok(Some(Line::Whole(line)));
        }
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        if rest.len() as u64 > LONGEST_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of more than 16 MiB"));
        }
        Ok(self.ended.then(|| Line::End { half_line: text(rest) }))
    }

    /// Whether [`Self::next`] has something to say without reading more.
    pub(super) fn has_next(&mut self) -> bool {
        self.ended || self.end_of_line().is_some() || (self.bytes.len() - self.start) as u64 > LONGEST_LINE
    }

    fn end_of_line(&mut self) -> Option<usize> {
        let new = self.bytes.get(self.searched..).unwrap_or_default();
        let end = new.iter().position(|byte| *byte == b'\n').map(|end| self.searched + end);
        self.searched = end.unwrap_or(self.bytes.len());
        end
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Output that comes in these pieces.
    struct Pieces(Vec<&'static str>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Ok(0) } else { self.0.remove(0).as_bytes().read(buffer) }
        }
    }

    fn next(lines: &mut Lines) -> Option<Line> {
        lines.next().expect("no line is too long")
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.into())
    }

    #[test]
    fn lines_are_cut_where_they_end_and_not_where_pieces_do() {
        let (mut lines, mut output) = (Lines::new(), Pieces(vec!["on", "e\ntwo\nth", "ree\n\nfo", "ur"]));
        assert_eq!(next(&mut lines), None);
        let mut all = Vec::new();
        for _ in 0..5 {
            lines.read_from(&mut output).expect("to read");
            while let Some(Line::Whole(line)) = next(&mut lines) {
                all.push(line);
            }
        }
        assert_eq!(all, ["one", "two", "three", ""]);
        let end = Line::End { half_line: "four".into() };
        assert_eq!(next(&mut lines), Some(end), "the output ended within a line");
    }

    #[test]
    fn what_follows_a_line_stays() {
        let mut lines = Lines::new();
        lines.read_from(&mut Pieces(vec!["one\ntwo\n"])).expect("to read");
        assert!(lines.has_next());
        assert_eq!(next(&mut lines), Some(whole("one")));
        assert!(lines.has_next());
        assert_eq!(next(&mut lines), Some(whole("two")));
        assert!(!lines.has_next());
    }

    #[test]
    fn a_line_that_is_too_long_is_an_error_before_its_end_is_read() {
        let mut lines = Lines::new();
        let mut output = io::repeat(b'x');
        while !lines.has_next() {
            lines.read_from(&mut output).expect("to read");
        }
        assert!(
            lines.bytes.len() as u64 <= LONGEST_LINE + PIECE as u64,
            "no more is read than shows that it is too long"
        );
        assert_eq!(lines.next().expect_err("too long").to_string(), "a line of more than 16 MiB");
    }
}
