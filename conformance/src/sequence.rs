//! What an automaton is to be asked, in memory.

use crate::trace::{Event, Header, Step, TraceError, TraceReader};
use std::io::BufRead;

/// A header, and the steps after it. Answers that the steps hold do not count.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// The limits, and the seed of the automaton's random choices.
    pub header: Header,
    /// Inputs and changes of the environment, at times that never go backwards.
    pub steps: Vec<Step>,
}

impl Sequence {
    /// Reads all steps of a trace, without their answers.
    ///
    /// # Errors
    /// Where a step cannot be read.
    pub fn read<R: BufRead>(trace: TraceReader<R>) -> Result<Self, TraceError> {
        let trace = trace.script();
        let header = trace.header().clone();
        let steps = trace.map(|step| step.map(|(_, step)| step)).collect::<Result<_, _>>()?;
        Ok(Self { header, steps })
    }

    /// The same, with steps that hold no answers.
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
