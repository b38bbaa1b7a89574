//! The other side of the protocol: an implementation that answers lines.

use super::{Implementation, Reply};
use crate::trace::{Event, Header, LONGEST_LINE, Step};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::{
    fmt::Display,
    io::{self, BufRead, Read, Write},
};

/// What is answered to a line.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Ready { ready: bool, implementation: &'a str },
    Environment {},
    Reply(Box<Reply>),
    Error { error: String },
}

/// Answers every line of `input` with a line on `output`, until the input ends. A line that is neither a header nor a
/// step is answered with an error. `name` is how the implementation introduces itself.
///
/// # Errors
/// Where reading or writing fails.
pub fn serve(
    name: &str,
    mut input: impl BufRead,
    mut output: impl Write,
    implementation: &mut impl Implementation,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut input).take(LONGEST_LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer = answer(name, &line, implementation).unwrap_or_else(|error| Answer::Error { error });
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

fn answer<'a>(name: &'a str, line: &[u8], implementation: &mut impl Implementation) -> Result<Answer<'a>, String> {
    let line = std::str::from_utf8(line).map_err(text)?.trim_end();
    if is_header(line) {
        implementation.start(&Header::from_line(line).map_err(text)?).map_err(text)?;
        return Ok(Answer::Ready { ready: true, implementation: name });
    }
    let Step { now, event } = Step::from_line_of_script(line).map_err(text)?;
    match event {
        Event::Environment(change) => {
            implementation.environment(now, &change).map_err(text)?;
            Ok(Answer::Environment {})
        }
        Event::Input(exchange) => {
            let reply = implementation.ask(now, &exchange.input).map_err(text)?;
            Ok(Answer::Reply(Box::new(reply)))
        }
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
