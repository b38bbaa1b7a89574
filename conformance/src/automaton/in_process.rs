//! Our own automata, in this process.

use super::{Answer, AutomatonFamily, Environment, EnvironmentChange, Header, model::shown};
use crate::engine::{self, Fork, Implementation, ImplementationError, Views, implementation::catch_panic};
use gossipsub_automaton::{Automaton, Input, PartialView, Time, View, trace_ids::TraceIds};
use gossipsub_reference_model::automaton::{Model, RandomChoices};

/// The optimized automaton. Its seed is the header's, or 0.
#[derive(Clone, Default)]
pub struct Core {
    started: Option<(Automaton<TraceIds, Environment>, Views)>,
    shows_score_records: bool,
}

impl Core {
    /// An automaton that is not started yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { started: None, shows_score_records: false }
    }

    /// An automaton that is not started yet, and whose views have the optional field `score_records`.
    #[must_use]
    pub const fn with_score_records() -> Self {
        Self { started: None, shows_score_records: true }
    }
}

fn view(automaton: &Automaton<TraceIds, Environment>, shows_score_records: bool) -> View<TraceIds> {
    let mut view = automaton.view();
    if shows_score_records {
        view.score_records = Some(automaton.score_records().map(|(peer, record)| (*peer, record)).collect());
    }
    view
}

/// The error for a step before a header.
fn not_started() -> ImplementationError {
    ImplementationError::NotUnderstood("a header comes before the first step".into())
}

impl Implementation<AutomatonFamily> for Core {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        let (seed, limits) = (header.seed.unwrap_or(0), header.limits.clone());
        let automaton = Automaton::with_behaviour(seed, limits, header.behaviour, Environment::default());
        let automaton = automaton.map_err(|error| ImplementationError::Parameters(error.to_string()))?;
        self.started = Some((automaton, views));
        Ok(())
    }

    fn change(&mut self, _: Time, change: &EnvironmentChange) -> Result<(), ImplementationError> {
        self.started.as_mut().ok_or_else(not_started)?.0.application_mut().apply(change);
        Ok(())
    }

    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Answer, ImplementationError> {
        let shows_score_records = self.shows_score_records;
        let (automaton, views) = self.started.as_mut().ok_or_else(not_started)?;
        let answer = catch_panic(|| {
            let output = automaton.step(now, input.clone());
            let view = shown(*views, input, || view(automaton, shows_score_records));
            Answer { output, view }
        });
        if answer.is_err() {
            // An automaton that panicked is in no state to go on.
            self.started = None;
        }
        answer
    }

    fn state(&self) -> Option<PartialView<TraceIds>> {
        self.started.as_ref().map(|(automaton, _)| view(automaton, self.shows_score_records).into())
    }

    fn copy(&self) -> Option<Self> {
        Some(self.clone())
    }

    fn follows_seed(&self) -> bool {
        true
    }
}

impl Fork<AutomatonFamily> for Core {
    fn reseed(&mut self, seed: u64) {
        if let Some((automaton, _)) = &mut self.started {
            automaton.reseed(seed);
        }
    }
}

/// The reference model, with choices drawn from the header's seed, or 0.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    started: Option<(Model<Environment>, RandomChoices, Views)>,
}

impl Reference {
    /// A model that is not started yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { started: None }
    }
}

impl Implementation<AutomatonFamily> for Reference {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        let model = <Model<_> as engine::Model<AutomatonFamily>>::start(header)?;
        self.started = Some((model, RandomChoices::from_seed(header.seed.unwrap_or(0)), views));
        Ok(())
    }

    fn change(&mut self, _: Time, change: &EnvironmentChange) -> Result<(), ImplementationError> {
        self.started.as_mut().ok_or_else(not_started)?.0.application_mut().apply(change);
        Ok(())
    }

    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Answer, ImplementationError> {
        let (model, chance, views) = self.started.as_mut().ok_or_else(not_started)?;
        let output = model.answer(now, input, chance);
        Ok(Answer { output, view: shown(*views, input, || model.view()) })
    }

    fn state(&self) -> Option<PartialView<TraceIds>> {
        self.started.as_ref().map(|(model, ..)| model.view().into())
    }

    fn copy(&self) -> Option<Self> {
        Some(self.clone())
    }

    fn follows_seed(&self) -> bool {
        true
    }
}
