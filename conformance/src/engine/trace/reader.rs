//! Reading a trace, step by step.

use super::{LineError, LineErrorKind, Step, TraceError, line::read_line};
use crate::engine::{Family, StepOrder, TraceHeader};
use gossipsub_automaton::Time;
use std::io::BufRead;

/// Reads a trace: the header at once, then a step at a time.
///
/// As an iterator it gives each step with the number of its line. After an error it gives nothing more.
#[derive(Debug)]
pub struct TraceReader<F: Family, R> {
    name: String,
    reader: R,
    header: F::Header,
    order: F::Order,
    line: Vec<u8>,
    number: u64,
    last: Time,
    script: bool,
    ended: bool,
}

impl<F: Family, R: BufRead> TraceReader<F, R> {
    /// Reads the header. The name is that of the trace in errors.
    ///
    /// # Errors
    /// If the first line is not a header, or is not there.
    pub fn new(name: impl Into<String>, mut reader: R) -> Result<Self, TraceError> {
        let name = name.into();
        let mut line = Vec::new();
        let header = match read_line(&mut reader, &mut line) {
            Ok(Some(line)) => F::Header::from_line(line),
            Ok(None) => Err(LineErrorKind::NoHeader.into()),
            Err(error) => Err(error),
        };
        let header = header.map_err(|error| error.at(&name, 1))?;
        let order = F::Order::start(&header);
        Ok(Self { name, reader, header, order, line, number: 1, last: Time::ZERO, script: false, ended: false })
    }

    /// From here on, reads without looking into outputs and views: the steps have neither.
    #[must_use]
    pub fn script(mut self) -> Self {
        self.script = true;
        self
    }

    /// The name of the trace, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &F::Header {
        &self.header
    }

    /// Judges the trace by a variant of the family other than the one that its header names. False if there is no variant of
    /// this name.
    #[must_use]
    pub fn set_variant(&mut self, name: &str) -> bool {
        let is_known = self.header.set_variant(name);
        self.order = F::Order::start(&self.header);
        is_known
    }

    /// Judges the trace with known faults that the model follows. False if the family has no fault of one of these names.
    #[must_use]
    pub fn follow_faults(&mut self, names: &[String]) -> bool {
        self.header.follow_faults(names)
    }

    fn read_step(&mut self) -> Result<Option<Step<F>>, LineError> {
        let Some(line) = read_line(&mut self.reader, &mut self.line)? else {
            return Ok(None);
        };
        let step = if self.script { Step::from_line_of_script(line) } else { Step::from_line(line) }?;
        if step.now < self.last {
            return Err(LineError::of_field("now", LineErrorKind::TimeBackwards { now: step.now, before: self.last }));
        }
        self.order.check(&step)?;
        self.last = step.now;
        Ok(Some(step))
    }
}

impl<F: Family, R: BufRead> Iterator for TraceReader<F, R> {
    type Item = Result<(u64, Step<F>), TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.number += 1;
        let step = self.read_step().map_err(|error| error.at(&self.name, self.number)).transpose();
        self.ended = !matches!(step, Some(Ok(_)));
        step.map(|step| step.map(|step| (self.number, step)))
    }
}

impl<F: Family, R: BufRead> std::iter::FusedIterator for TraceReader<F, R> {}
