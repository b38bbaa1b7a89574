//! Reading one line: fast if it is valid; a second, slower pass finds the error in an invalid one.

use super::{LineError, LineErrorKind};
use gossipsub_automaton::trace_format::strict;
use serde::{
    Deserialize, Serialize, Serializer,
    de::{DeserializeOwned, IgnoredAny},
    ser::SerializeMap,
};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use std::io::{BufRead, Read};

/// The most bytes that a line may have, its end not counted: 16 MiB.
pub const LONGEST_LINE: u64 = 16 << 20;

/// Reads the next line into the buffer, without its end; none at the end of the input.
///
/// The buffer never holds more than one byte beyond the longest line.
pub(super) fn read_line<'a>(reader: &mut impl BufRead, buffer: &'a mut Vec<u8>) -> Result<Option<&'a str>, LineError> {
    buffer.clear();
    let length = reader.take(LONGEST_LINE + 1).read_until(b'\n', buffer).map_err(LineErrorKind::Io)?;
    if length == 0 {
        return Ok(None);
    }
    if buffer.pop_if(|last| *last == b'\n').is_none() && buffer.len() as u64 > LONGEST_LINE {
        return Err(LineErrorKind::LineTooLong.into());
    }
    match str::from_utf8(buffer) {
        Ok(line) => Ok(Some(line)),
        Err(error) => Err(LineErrorKind::NotUtf8 { column: error.valid_up_to() + 1 }.into()),
    }
}

/// Reads an object from a line of JSON.
///
/// # Errors
/// [`LineErrorKind::NotJson`] and its like, or [`LineErrorKind::Content`] with the field that is not as `T` wants it.
pub fn parse<T: DeserializeOwned>(line: &str) -> Result<T, LineError> {
    if is_object(line)
        && let Ok(value) = serde_json::from_str(line)
    {
        return Ok(value);
    }
    parse_slowly(line)
}

/// Checks that a header is of this format and version, before the rest of it is read.
///
/// # Errors
/// Those of [`parse`], [`LineErrorKind::Format`] and [`LineErrorKind::Version`].
pub fn check_version(line: &str, format: &'static str, version: u64) -> Result<(), LineError> {
    #[derive(Deserialize)]
    struct Opening {
        format: String,
        #[serde(deserialize_with = "strict")]
        version: u64,
    }

    let found: Opening = parse(line)?;
    if found.format != format {
        return Err(LineError::of_field("format", LineErrorKind::Format { expected: format, found: found.format }));
    }
    if found.version != version {
        let kind = LineErrorKind::Version { expected: version, found: found.version };
        return Err(LineError::of_field("version", kind));
    }
    Ok(())
}

/// Deserializing a struct also accepts an array, so the first character decides.
fn is_object(line: &str) -> bool {
    line.trim_ascii_start().starts_with('{')
}

#[cold]
fn parse_slowly<T: DeserializeOwned>(line: &str) -> Result<T, LineError> {
    if line.trim_ascii().is_empty() {
        return Err(LineErrorKind::EmptyLine.into());
    }
    if let Err(error) = serde_json::from_str::<IgnoredAny>(line) {
        return Err(LineErrorKind::NotJson { reason: without_position(&error), column: error.column() }.into());
    }
    if !is_object(line) {
        return Err(LineErrorKind::NotAnObject.into());
    }
    let error = match parse_by_path(line) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    match kinds_first(line).map(|line| parse_by_path::<T>(&line)) {
        Some(Err(deeper)) if is_deeper(&deeper, &error) => Err(deeper),
        _ => Err(error),
    }
}

/// Reads a line that is JSON, keeping track of the field.
fn parse_by_path<T: DeserializeOwned>(line: &str) -> Result<T, LineError> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(line)).map_err(|error| LineError {
        field: field_at(error.path()),
        kind: LineErrorKind::Content(without_position(error.inner())),
    })
}

/// The name of a field: `input.message_ids[2]`. None for the whole line.
fn field_at(path: &Path) -> Option<String> {
    /// More than any field of the format has: what goes deeper is nested where nothing should be.
    const MOST_SEGMENTS: usize = 8;

    let mut field = String::new();
    // A key that is not one has no name.
    for segment in path.iter().take(MOST_SEGMENTS).filter(|segment| !matches!(segment, Segment::Unknown)) {
        if !field.is_empty() && !matches!(segment, Segment::Seq { .. }) {
            field.push('.');
        }
        field.push_str(&segment.to_string());
    }
    (!field.is_empty()).then_some(field)
}

/// What the parser says, without ` at line 1 column 45`.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&position).map_or_else(|| message.clone(), String::from)
}

/// The same line, but with `kind` first in each object: a tagged value is buffered up to its kind, and the path of
/// an error in what was buffered is lost. Absent if the line does not fit into a [`Value`].
fn kinds_first(line: &str) -> Option<String> {
    struct KindFirst<'a>(&'a Value);

    impl Serialize for KindFirst<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                Value::Array(members) => serializer.collect_seq(members.iter().map(KindFirst)),
                Value::Object(fields) => {
                    let mut object = serializer.serialize_map(Some(fields.len()))?;
                    let (kind, others): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| *name == "kind");
                    for (name, value) in kind.into_iter().chain(others) {
                        object.serialize_entry(name, &KindFirst(value))?;
                    }
                    object.end()
                }
                other => other.serialize(serializer),
            }
        }
    }

    serde_json::to_string(&KindFirst(&serde_json::from_str(line).ok()?)).ok()
}

/// Whether an error is that of a field inside the field of another.
fn is_deeper(error: &LineError, other: &LineError) -> bool {
    let (path, outer) = (error.field.as_deref().unwrap_or_default(), other.field.as_deref().unwrap_or_default());
    path.len() > outer.len() && path.starts_with(outer)
}

/// Appends a value to `line` as a line of JSON, with its end.
///
/// # Errors
/// If the value has no JSON form, and if the line is too long.
pub fn write(value: &impl Serialize, line: &mut Vec<u8>) -> Result<(), LineError> {
    let start = line.len();
    serde_json::to_writer(&mut *line, value).map_err(|error| LineErrorKind::Content(error.to_string()))?;
    if (line.len() - start) as u64 > LONGEST_LINE {
        return Err(LineErrorKind::LineTooLong.into());
    }
    line.push(b'\n');
    Ok(())
}
