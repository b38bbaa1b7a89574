//! The other side of the protocol: an implementation that answers lines.

use super::{Implementation, ImplementationError, Views};
use crate::engine::{
    Answer, Event, Family, Step, TraceHeader,
    trace::{LONGEST_LINE, LineErrorKind},
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::{
    fmt::Display,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
};

/// The answer to a line.
#[derive(Serialize)]
#[serde(untagged, bound = "")]
enum AnswerLine<'a, F: Family> {
    Ready {
        ready: bool,
        implementation: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pipeline: bool,
    },
    Environment {},
    Answer(Box<Answer<F>>),
    Error {
        error: String,
    },
    Unsupported {
        unsupported: String,
    },
}

/// Answers every line of `input` with a line on `output`, until the input ends. A line that is neither a header nor a
/// step is answered with an error. `name` is how the implementation introduces itself.
///
/// # Errors
/// If reading or writing fails.
pub fn serve<F: Family>(
    name: &str,
    input: impl BufRead,
    output: impl Write,
    implementation: &mut impl Implementation<F>,
    views: Views,
) -> io::Result<()> {
    let server = Server { name, views, pipeline: false };
    server.serve(input, output, implementation)
}

/// How an implementation is served.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// How the implementation introduces itself.
    pub name: &'a str,
    /// The states that it shows.
    pub views: Views,
    /// Whether it says that steps may be sent ahead.
    pub pipeline: bool,
}

impl Server<'_> {
    /// As [`serve`]. Answers are written when no further line has come.
    ///
    /// # Errors
    /// As there.
    pub fn serve<F: Family>(
        &self,
        input: impl BufRead,
        output: impl Write,
        implementation: &mut impl Implementation<F>,
    ) -> io::Result<()> {
        serve_lines(self, BufReader::new(input), BufWriter::new(output), implementation)
    }
}

fn serve_lines<F: Family>(
    server: &Server<'_>,
    mut input: BufReader<impl BufRead>,
    mut output: impl Write,
    implementation: &mut impl Implementation<F>,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut input).take(LONGEST_LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return output.flush();
        }
        let ends = line.last() == Some(&b'\n');
        let answer = if !ends && line.len() as u64 > LONGEST_LINE {
            skip_line(&mut input)?;
            Err(LineErrorKind::LineTooLong.to_string())
        } else {
            answer(server, &line, implementation)
        };
        let answer = answer.unwrap_or_else(|error| AnswerLine::Error { error });
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
}

/// Reads the rest of a line, without keeping it.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let read = input.fill_buf()?;
        let (end, length) = match read.iter().position(|byte| *byte == b'\n') {
            Some(end) => (true, end + 1),
            None => (read.is_empty(), read.len()),
        };
        input.consume(length);
        if end {
            return Ok(());
        }
    }
}

fn answer<'a, F: Family>(
    server: &Server<'a>,
    line: &[u8],
    implementation: &mut impl Implementation<F>,
) -> Result<AnswerLine<'a, F>, String> {
    let line = std::str::from_utf8(line).map_err(text)?.trim_end();
    if is_header(line) {
        let Server { name, views, pipeline } = *server;
        implementation.start(&F::Header::from_line(line).map_err(text)?, views).map_err(text)?;
        return Ok(AnswerLine::Ready { ready: true, implementation: name, pipeline });
    }
    let Step { now, event } = Step::<F>::from_line_of_script(line).map_err(text)?;
    match event {
        Event::Environment(change) => {
            implementation.change(now, &change).map_err(text)?;
            Ok(AnswerLine::Environment {})
        }
        Event::Input(exchange) => match implementation.answer(now, &exchange.input) {
            Ok(answer) => Ok(AnswerLine::Answer(Box::new(answer))),
            Err(ImplementationError::Unsupported(unsupported)) => Ok(AnswerLine::Unsupported { unsupported }),
            Err(error) => Err(error.to_string()),
        },
    }
}

fn text(error: impl Display) -> String {
    error.to_string()
}

/// A header has a format, and no step has one.
fn is_header(line: &str) -> bool {
    #[derive(Deserialize)]
    struct Mark {
        format: Option<IgnoredAny>,
    }

    serde_json::from_str(line).is_ok_and(|Mark { format }| format.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automaton::{AutomatonFamily, Core};

    #[test]
    fn a_line_that_is_too_long_is_answered_once() {
        let length = usize::try_from(LONGEST_LINE).expect("16 MiB");
        let mut input = vec![b'x'; 2 * length + 3];
        input.extend_from_slice(b"\n{}\n");
        let mut output = Vec::new();
        serve::<AutomatonFamily>("core", input.as_slice(), &mut output, &mut Core::new(), Views::Never).expect("bytes");
        let answers: Vec<&str> = std::str::from_utf8(&output).expect("text").lines().collect();
        assert_eq!(answers.len(), 2, "one answer a line");
        assert_eq!(answers[0], "{\"error\":\"a line has at most 16777216 bytes, found a longer one\"}");
    }
}
