//! The other side of the protocol: an implementation that answers lines.

use super::{Implementation, ImplementationError, Views};
use crate::engine::{Answer, Event, Family, Step, TraceHeader, trace::LONGEST_LINE};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::{
    fmt::Display,
    io::{self, BufRead, Read, Write},
};

/// The answer to a line.
#[derive(Serialize)]
#[serde(untagged, bound = "")]
enum AnswerLine<'a, F: Family> {
    Ready { ready: bool, implementation: &'a str },
    Environment {},
    Answer(Box<Answer<F>>),
    Error { error: String },
    Unsupported { unsupported: String },
}

/// Answers every line of `input` with a line on `output`, until the input ends. A line that is neither a header nor a
/// step is answered with an error. `name` is how the implementation introduces itself.
///
/// # Errors
/// If reading or writing fails.
pub fn serve<F: Family>(
    name: &str,
    mut input: impl BufRead,
    mut output: impl Write,
    implementation: &mut impl Implementation<F>,
    views: Views,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut input).take(LONGEST_LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer = answer(name, &line, implementation, views).unwrap_or_else(|error| AnswerLine::Error { error });
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

fn answer<'a, F: Family>(
    name: &'a str,
    line: &[u8],
    implementation: &mut impl Implementation<F>,
    views: Views,
) -> Result<AnswerLine<'a, F>, String> {
    let line = std::str::from_utf8(line).map_err(text)?.trim_end();
    if is_header(line) {
        implementation.start(&F::Header::from_line(line).map_err(text)?, views).map_err(text)?;
        return Ok(AnswerLine::Ready { ready: true, implementation: name });
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
