//! Recording: the model answers the inputs of a script, with choices drawn from a seed.

use super::{
    Family, Model, PropertyExtent, Referee, Step, TraceHeader, Views,
    trace::{TraceError, TraceReader},
};
use std::io::BufRead;

/// The trace that the model makes of a script: a header, then its steps.
#[derive(Debug)]
pub struct Recording<F: Family, R> {
    script: TraceReader<F, R>,
    header: F::Header,
    referee: Referee<F>,
    chance: <F::Model as Model<F>>::Chance,
    views: Views,
}

impl<F: Family, R: BufRead> Recording<F, R> {
    /// Starts to answer a script. The seed is the given one, else that of the script's header, else 0.
    ///
    /// # Errors
    /// If the parameters break a rule.
    pub fn new(script: TraceReader<F, R>, seed: Option<u64>, views: Views) -> Result<Self, TraceError> {
        let script = script.script();
        let mut header = script.header().clone();
        let seed = seed.or_else(|| header.seed()).unwrap_or(0);
        header.set_implementation(Some(concat!("gossipsub-reference-model ", env!("CARGO_PKG_VERSION")).into()));
        header.set_seed(Some(seed));
        let referee = Referee::start(&header, PropertyExtent::Answers).map_err(|error| error.at(script.name(), 1))?;
        Ok(Self { script, header, referee, chance: F::Model::chance(seed), views })
    }

    /// The header of the recording.
    #[must_use]
    pub const fn header(&self) -> &F::Header {
        &self.header
    }
}

impl<F: Family, R: BufRead> Iterator for Recording<F, R> {
    type Item = Result<Step<F>, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.script.next()?;
        Some(step.map(|(_, mut step)| {
            self.referee.respond(&mut step, &mut self.chance, self.views);
            step
        }))
    }
}
