//! One sequence of steps, asked of an implementation and checked as it goes.

use crate::{
    checker::{Answer, Unverifiable, Violation, observed_check_step},
    determinism,
    implementation::{Fault, Implementation},
    properties::{Watch, trials},
    trace::{Environment, Event, Exchange, Header, Step},
};
use gossipsub_reference_model::{Model, Observer, RandomChoices};

/// A step that an implementation did not answer as it is allowed to.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// The answer is not allowed.
    #[error(transparent)]
    Violated(#[from] Violation),
    /// There is no answer.
    #[error(transparent)]
    Failed(#[from] Fault),
    /// The answer lacks what a check of it needs.
    #[error(transparent)]
    Unverifiable(#[from] Unverifiable),
}

impl Finding {
    /// What was broken, without the particulars: two findings of the same kind have the same fault behind them.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Violated(violation) => violation.rule.clone(),
            Self::Failed(fault) => fault.kind().to_owned(),
            Self::Unverifiable(missing) => missing.to_string(),
        }
    }
}

/// An implementation and the model beside it, at the same step of the same sequence.
#[derive(Debug)]
pub struct Runner<'a, M: ?Sized> {
    implementation: &'a mut M,
    model: Model<Environment>,
    /// The model before the last step, where it may be needed.
    before: Option<Model<Environment>>,
    keep: bool,
    header: Header,
    /// None once something was taken over: what follows is not what the protocol's documents speak of.
    watch: Option<Watch>,
}

impl<'a, M: Implementation + ?Sized> Runner<'a, M> {
    /// Starts both over.
    ///
    /// # Errors
    /// Where the implementation refuses the header, or fails; also where the limits break a rule.
    pub fn start(implementation: &'a mut M, header: &Header) -> Result<Self, Finding> {
        let model = Model::new(header.limits.clone(), Environment::default()).map_err(Fault::from)?;
        implementation.start(header)?;
        let watch = Some(Watch::start(header.limits.clone()));
        Ok(Self { implementation, model, before: None, keep: false, header: header.clone(), watch })
    }

    /// From here on, a step that is not allowed can be followed by [`Runner::take_over`]. This costs a copy of the model
    /// a step.
    pub const fn keep(&mut self) {
        self.keep = true;
    }

    /// From here on, of all properties only those of answers are checked.
    pub const fn properties_of_answers_only(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.answers_only();
        }
    }

    /// After a step that was not allowed: the model makes it by its own rules, and takes over the view of the answer.
    /// False where there is none, or where the step was not kept.
    #[must_use]
    pub fn take_over(&mut self, step: &Step) -> bool {
        let (Some(mut model), Event::Input(Exchange { input, view: Some(view), .. })) =
            (self.before.take(), &step.event)
        else {
            return false;
        };
        model.answer(step.now, input, &mut RandomChoices::from_seed(0));
        model.take_over(view);
        self.model = model;
        self.watch = None;
        true
    }

    /// Makes a step, and writes the answer into it, also where it is not allowed.
    ///
    /// # Errors
    /// Where the answer is not allowed, and where there is none. The sequence ends there.
    pub fn step(&mut self, step: &mut Step) -> Result<(), Finding> {
        self.observed_step(step, &mut ())
    }

    /// As [`Runner::step`]. The observer learns of the model's decisions.
    ///
    /// # Errors
    /// As there.
    pub fn observed_step(&mut self, step: &mut Step, observer: &mut dyn Observer) -> Result<(), Finding> {
        match &mut step.event {
            Event::Environment(change) => {
                self.model.application_mut().apply(change);
                if let Some(watch) = &mut self.watch {
                    watch.environment(change);
                }
                self.implementation.environment(step.now, change)?;
            }
            Event::Input(Exchange { input, output, view }) => {
                let reply = self.implementation.ask(step.now, input)?;
                (*output, *view) = (Some(reply.output), reply.view);
                if self.keep {
                    self.before = Some(self.model.clone());
                }
                let answer = Answer::new(input, output.as_ref(), view.as_ref())?;
                observed_check_step(&mut self.model, step.now, input, answer, observer)?;
                if let (Some(watch), Some(output)) = (&mut self.watch, &*output) {
                    watch.step(step.now, input, output, view.as_ref())?;
                }
            }
        }
        Ok(())
    }

    /// The model, in the state after the last step.
    #[must_use]
    pub const fn model(&self) -> &Model<Environment> {
        &self.model
    }
}

impl<M: Implementation> Runner<'_, M> {
    /// After a whole sequence: asks the implementation the same again, and a copy of it ([`determinism`]).
    pub(crate) fn determinism(&mut self, steps: &[Step]) -> Result<(), Finding> {
        determinism::check(self.implementation, &self.header, steps).map_or(Ok(()), |(_, finding)| Err(finding))
    }

    /// After a whole sequence: asks the implementation the same again, a little otherwise ([`trials`]). It is of no use
    /// afterwards.
    ///
    /// # Errors
    /// The property that does not hold, or how the implementation fails.
    pub fn trials(self, steps: &[Step]) -> Result<(), Finding> {
        match self.watch {
            Some(_) => trials::run(self.implementation, &self.header, steps),
            None => Ok(()),
        }
    }
}
