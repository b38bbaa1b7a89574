//! Recording a script: the model answers its inputs, with choices drawn from a seed.

use crate::{
    implementation::Views,
    trace::{Environment, Event, Exchange, Fault, Header, LineError, Step, TraceError, TraceReader},
};
use gossipsub_reference_model::{Model, RandomChoices};
use std::io::BufRead;

/// The trace that the model makes of a script: a header, and then its steps.
#[derive(Debug)]
pub struct Recording<R> {
    script: TraceReader<R>,
    header: Header,
    model: Model<Environment>,
    choices: RandomChoices,
    views: Views,
}

impl<R: BufRead> Recording<R> {
    /// Starts to answer a script. Without a seed, the one of the script's header is taken, or 0.
    ///
    /// # Errors
    /// Where the limits break a rule.
    pub fn new(script: TraceReader<R>, seed: Option<u64>, views: Views) -> Result<Self, TraceError> {
        let script = script.script();
        let seed = seed.or(script.header().seed).unwrap_or(0);
        let implementation = concat!("gossipsub-reference-model ", env!("CARGO_PKG_VERSION"));
        let header =
            Header { implementation: Some(implementation.into()), seed: Some(seed), ..script.header().clone() };
        let model = Model::new(header.limits.clone(), Environment::default())
            .map_err(|error| LineError::from(Fault::from(error)).at(script.name(), 1))?;
        Ok(Self { script, header, model, choices: RandomChoices::from_seed(seed), views })
    }

    /// The header of the recording.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    fn answer(&mut self, mut step: Step) -> Step {
        match &mut step.event {
            Event::Environment(change) => self.model.application_mut().apply(change),
            Event::Input(Exchange { input, output, view }) => {
                *output = Some(self.model.answer(step.now, input, &mut self.choices));
                *view = self.views.after(input, || self.model.view());
            }
        }
        step
    }
}

impl<R: BufRead> Iterator for Recording<R> {
    type Item = Result<Step, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.script.next()?;
        Some(step.map(|(_, step)| self.answer(step)))
    }
}
