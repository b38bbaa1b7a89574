//! The reference model of the router as an implementation, with or without known faults.

use super::{Answer, Header, Libp2pFamily};
use crate::engine::{self, Fork, Implementation, ImplementationError, NoChange, Views};
use gossipsub_automaton::Time;
use gossipsub_reference_model::libp2p::{Fault, Faults, Model, Random, vocabulary::Input};

/// The reference model, with choices drawn from the header's seed, or 0.
#[derive(Clone, Debug)]
pub struct Reference {
    faults: Faults,
    started: Option<(Model, Random, Views)>,
}

impl Reference {
    /// A model without faults that is not started yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_faults(Faults::none())
    }

    /// A model with the known faults of these codes planted.
    ///
    /// # Errors
    /// The codes that exist, if one does not.
    pub fn named(codes: &[String]) -> Result<Self, String> {
        let fault = |code: &String| {
            let codes = || Fault::ALL.iter().map(|fault| fault.code()).collect::<Vec<_>>().join(", ");
            Fault::named(code).ok_or_else(|| format!("unknown fault `{code}`; expected one of: {}", codes()))
        };
        let faults = codes.iter().map(fault).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::with_faults(faults.into_iter().collect()))
    }

    /// A model with known faults planted.
    #[must_use]
    pub const fn with_faults(faults: Faults) -> Self {
        Self { faults, started: None }
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

impl Implementation<Libp2pFamily> for Reference {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        let dialect = header.dialect.unwrap_or_default().dialect();
        let model = Model::with_faults(&header.parameters, dialect, self.faults.clone());
        let model = model.map_err(|error| ImplementationError::Parameters(error.to_string()))?;
        self.started = Some((model, Random::from_seed(header.seed.unwrap_or(0)), views));
        Ok(())
    }

    fn change(&mut self, _: Time, change: &NoChange) -> Result<(), ImplementationError> {
        match *change {}
    }

    fn answer(&mut self, now: Time, input: &Input) -> Result<Answer, ImplementationError> {
        let not_started = || ImplementationError::NotUnderstood("a header comes before the first step".into());
        let (model, random, views) = self.started.as_mut().ok_or_else(not_started)?;
        model.check_step(now, input).map_err(|error| ImplementationError::NotUnderstood(error.to_string()))?;
        let output = model.respond(now, input, random, &mut ());
        let view = engine::Model::<Libp2pFamily>::view(model, input, *views);
        Ok(Answer { output, view })
    }

    fn copy(&self) -> Option<Self> {
        Some(self.clone())
    }

    fn follows_seed(&self) -> bool {
        true
    }
}

impl Fork<Libp2pFamily> for Reference {
    fn reseed(&mut self, seed: u64) {
        if let Some((_, random, _)) = &mut self.started {
            *random = Random::from_seed(seed);
        }
    }

    fn model(&self) -> Option<&Model> {
        self.started.as_ref().map(|(model, ..)| model)
    }
}
