//! Writing a trace, step by step.

use super::{LineError, LineErrorKind, Step, TraceError};
use crate::engine::{Family, TraceHeader};
use gossipsub_automaton::Time;
use std::{io::Write, marker::PhantomData};

/// Writes a trace that a reader will take: the header at once, then a step at a time.
///
/// Each line is handed to the writer whole, in one call. Identifiers and counts above 2^53 - 1 are the caller's to
/// avoid: they are written, and no reader takes them.
#[derive(Debug)]
pub struct TraceWriter<F, W> {
    family: PhantomData<F>,
    name: String,
    writer: W,
    line: Vec<u8>,
    number: u64,
    last: Time,
}

impl<F: Family, W: Write> TraceWriter<F, W> {
    /// Writes the header. The name is that of the trace in errors.
    ///
    /// # Errors
    /// If the limits break a rule, and if writing fails.
    pub fn new(name: impl Into<String>, writer: W, header: &F::Header) -> Result<Self, TraceError> {
        let mut this =
            Self { family: PhantomData, name: name.into(), writer, line: Vec::new(), number: 0, last: Time::ZERO };
        this.write(|line| header.write_line(line))?;
        Ok(this)
    }

    /// Writes a step.
    ///
    /// # Errors
    /// If the step is before the last one, or holds a time that the format does not, and if writing fails.
    pub fn step(&mut self, step: &Step<F>) -> Result<(), TraceError> {
        let before = self.last;
        self.write(|line| {
            if step.now < before {
                return Err(LineError::of_field("now", LineErrorKind::TimeBackwards { now: step.now, before }));
            }
            step.write_line(line)
        })?;
        self.last = step.now;
        Ok(())
    }

    /// Flushes, and gives the writer back.
    ///
    /// # Errors
    /// If flushing fails.
    pub fn finish(mut self) -> Result<W, TraceError> {
        match self.writer.flush() {
            Ok(()) => Ok(self.writer),
            Err(error) => Err(LineError::from(error).at(&self.name, self.number)),
        }
    }

    fn write(&mut self, line: impl FnOnce(&mut Vec<u8>) -> Result<(), LineError>) -> Result<(), TraceError> {
        self.number += 1;
        self.line.clear();
        line(&mut self.line)
            .and_then(|()| self.writer.write_all(&self.line).map_err(LineError::from))
            .map_err(|error| error.at(&self.name, self.number))
    }
}
