//! A sequence of inputs, in memory.

use super::{
    Event, Family, Step, TraceHeader,
    report::finding::last_steps,
    trace::{TraceError, TraceReader},
};
use std::{
    fmt::{self, Debug, Formatter},
    io::BufRead,
};

/// A header, and the steps after it. Answers in the steps are ignored.
#[derive(Clone, PartialEq)]
pub struct Sequence<F: Family> {
    /// The parameters, and the seed of the implementation's random choices.
    pub header: F::Header,
    /// Inputs and changes of the environment, at times that never go backwards.
    pub steps: Vec<Step<F>>,
}

/// Its profile, its seed and its last steps. The parameters are too long to be read; a trace has them.
impl<F: Family> Debug for Sequence<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequence")
            .field("profile", &self.header.profile())
            .field("seed", &self.header.seed())
            .field("steps", &last_steps(&self.steps))
            .finish_non_exhaustive()
    }
}

impl<F: Family> Sequence<F> {
    /// Reads all steps of a trace, without their answers.
    ///
    /// # Errors
    /// If a step cannot be read.
    pub fn read<R: BufRead>(trace: TraceReader<F, R>) -> Result<Self, TraceError> {
        let trace = trace.script();
        let header = trace.header().clone();
        let steps = trace.map(|step| step.map(|(_, step)| step)).collect::<Result<_, _>>()?;
        Ok(Self { header, steps })
    }

    /// Removes the answers from the steps.
    #[must_use]
    pub fn without_answers(mut self) -> Self {
        for step in &mut self.steps {
            if let Event::Input(exchange) = &mut step.event {
                (exchange.output, exchange.view) = (None, None);
            }
        }
        self
    }
}
