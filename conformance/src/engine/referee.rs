//! The one place where a step of a sequence is judged: by the model, and by the properties beside it.

use super::{
    Event, Exchange, Family, Finding, Model, Properties, PropertyExtent, Step, TraceHeader, Unverifiable, Views,
    trace::LineError,
};
use gossipsub_reference_model::Observer;

/// Judges the steps of one sequence, in order.
#[derive(Clone, Debug)]
pub struct Referee<F: Family> {
    model: F::Model,
    /// Absent if none are checked, if the model follows known faults, and after [`Self::take_over`]: the documents do not
    /// speak of what follows a difference.
    properties: Option<F::Properties>,
    is_undisturbed: bool,
    /// The model before the last input, if it is kept.
    before: Option<F::Model>,
    keeps_before: bool,
}

impl<F: Family> Referee<F> {
    /// Starts a sequence.
    ///
    /// # Errors
    /// The rule that the header's parameters break.
    pub fn start(header: &F::Header, extent: PropertyExtent) -> Result<Self, LineError> {
        let model = F::Model::start(header)?;
        let are_checked = extent != PropertyExtent::None && header.followed_faults().is_empty();
        let properties = are_checked.then(|| F::Properties::start(header, extent));
        Ok(Self { model, properties, is_undisturbed: true, before: None, keeps_before: false })
    }

    /// Keeps the model before each input, so that [`Self::take_over`] can go on after a violation. This costs a copy of
    /// the model a step.
    pub const fn keep_before(&mut self) {
        self.keeps_before = true;
    }

    /// The environment changes.
    pub fn change(&mut self, change: &F::Change) {
        self.model.change(change);
        if let Some(properties) = &mut self.properties {
            properties.change(change);
        }
    }

    /// Judges a step: a change of the environment always passes. The observer learns of every decision of the model.
    ///
    /// # Errors
    /// What is wrong with the answer. The sequence ends there, unless [`Self::take_over`] succeeds.
    pub fn judge(&mut self, step: &Step<F>, observer: &mut dyn Observer) -> Result<(), Finding> {
        let Exchange { input, output, view } = match &step.event {
            Event::Environment(change) => {
                self.change(change);
                return Ok(());
            }
            Event::Input(exchange) => exchange,
        };
        if self.keeps_before {
            self.before = Some(self.model.clone());
        }
        let output = output.as_ref().ok_or(Unverifiable::NO_OUTPUT)?;
        let view = view.as_ref();
        if let Some(missing) = F::missing_field(input, view) {
            return Err(missing.into());
        }
        self.model.judge(step.now, input, output, view, observer)?;
        if let Some(properties) = &mut self.properties {
            properties.check(step.now, input, output, view)?;
        }
        Ok(())
    }

    /// The first answer of a recorded sequence that is not allowed: the index of its step, and what is wrong with it.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn first_finding(
        header: &F::Header,
        steps: &[Step<F>],
        extent: PropertyExtent,
    ) -> Result<Option<(usize, Finding)>, LineError> {
        let mut referee = Self::start(header, extent)?;
        let mut judged = steps.iter().enumerate().map(|(index, step)| (index, referee.judge(step, &mut ())));
        Ok(judged.find_map(|(index, judged)| Some((index, judged.err()?))))
    }

    /// After a violation: the model makes the step by its own rules, then takes over the view of the answer. False if
    /// there is no view, or if the model before the step was not kept.
    #[must_use]
    pub fn take_over(&mut self, step: &Step<F>) -> bool {
        let (Some(mut model), Event::Input(Exchange { input, view: Some(view), .. })) =
            (self.before.take(), &step.event)
        else {
            return false;
        };
        model.respond(step.now, input, &mut F::Model::chance(0));
        if !model.take_over(view) {
            return false;
        }
        self.model = model;
        (self.properties, self.is_undisturbed) = (None, false);
        true
    }

    /// The model, in the state after the last step.
    #[must_use]
    pub const fn model(&self) -> &F::Model {
        &self.model
    }

    /// Whether properties are checked beside the model.
    #[must_use]
    pub const fn checks_properties(&self) -> bool {
        self.properties.is_some()
    }

    /// Whether the sequence was judged without a difference so far.
    #[must_use]
    pub const fn is_undisturbed(&self) -> bool {
        self.is_undisturbed
    }

    /// Writes the model's own answer into a step, with the views that are wanted. The model makes the step.
    pub fn respond(&mut self, step: &mut Step<F>, chance: &mut <F::Model as Model<F>>::Chance, wanted: Views) {
        match &mut step.event {
            Event::Environment(of_environment) => self.model.change(of_environment),
            Event::Input(Exchange { input, output, view }) => {
                *output = Some(self.model.respond(step.now, input, chance));
                *view = self.model.view(input, wanted);
            }
        }
    }
}
