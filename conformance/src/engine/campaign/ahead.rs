//! Steps that are sent before the answers to those before them are known.

use super::Clock;
use crate::engine::{
    Family, Finding, Implementation, ImplementationError, Model, PropertyExtent, Referee, Runner, Step, TraceHeader,
    Views,
};
use std::collections::VecDeque;

/// How many steps are sent at once.
const AT_ONCE: usize = 1000;

/// Steps that were sent and answered, and not judged yet. They were drawn with an eye on a model that makes every choice
/// by itself.
pub(super) struct Ahead<F: Family> {
    eye: Referee<F>,
    chance: <F::Model as Model<F>>::Chance,
    answered: VecDeque<Step<F>>,
    /// What is wrong with the answer to the step after those, and that step.
    error: Option<(Step<F>, ImplementationError)>,
    is_at_end: bool,
}

impl<F: Family> Ahead<F> {
    /// Starts a sequence. Absent if the model does not take the header.
    pub(super) fn start(header: &F::Header) -> Option<Self> {
        let eye = Referee::start(header, PropertyExtent::None).ok()?;
        let chance = F::Model::chance(header.seed().unwrap_or(0));
        Some(Self { eye, chance, answered: VecDeque::new(), error: None, is_at_end: false })
    }

    /// The next step with its answer, or with what is wrong with the answer. `draw` draws the next step, until there is
    /// none. Absent at the end.
    pub(super) fn next<M: Implementation<F> + ?Sized>(
        &mut self,
        runner: &mut Runner<'_, F, M>,
        clock: &Clock,
        mut draw: impl FnMut(&F::Model) -> Option<Step<F>>,
    ) -> Option<(Step<F>, Result<(), Finding>)> {
        if self.answered.is_empty() && self.error.is_none() && !self.is_at_end {
            let mut steps = Vec::new();
            while steps.len() < AT_ONCE {
                let Some(step) = draw(self.eye.model()) else {
                    self.is_at_end = true;
                    break;
                };
                self.eye.respond(&mut step.clone(), &mut self.chance, Views::Never);
                steps.push(step);
            }
            let (answered, result) = runner.answer_all(&mut steps, &|| clock.is_over());
            let wrong = steps.drain(answered..).next();
            self.answered = steps.into();
            self.error = wrong.zip(result.err());
            self.is_at_end |= self.error.is_some();
        }
        if let Some(step) = self.answered.pop_front() {
            return Some((step, Ok(())));
        }
        self.error.take().map(|(step, error)| (step, Err(error.into())))
    }
}
