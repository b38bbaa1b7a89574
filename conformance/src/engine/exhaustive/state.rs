//! An implementation and the referee beside it, in the same state: to be copied, and to go on from.

use super::{Action, World};
use crate::engine::{
    Answer, Event, Exchange, Family, Finding, Fork, ImplementationError, Model, PropertyExtent, Referee, Step, Views,
};
use gossipsub_automaton::Time;
use gossipsub_reference_model::Observer;

/// The two at the same step of the same sequence.
#[derive(Clone)]
pub(super) struct State<F: Family, M> {
    implementation: M,
    referee: Referee<F>,
    now: Time,
}

impl<F: Family, M: Fork<F>> State<F, M> {
    /// Both started over, before the first step.
    pub(super) fn fresh(mut implementation: M, world: &World<F>) -> Result<Self, Finding> {
        let referee = Referee::start(&world.header, PropertyExtent::None).map_err(ImplementationError::from)?;
        implementation.start(&world.header, Views::Every)?;
        Ok(Self { implementation, referee, now: Time::ZERO })
    }

    /// Both after the steps that a world starts with.
    pub(super) fn start(implementation: M, world: &World<F>) -> Result<Self, Finding> {
        let mut state = Self::fresh(implementation, world)?;
        for action in &world.start {
            (state, _) = state.after(action, 0, &mut ())?;
        }
        Ok(state)
    }

    /// The state after an action, with choices drawn from a seed, and the answer to it, if it is an input.
    pub(super) fn after(
        &self,
        action: &Action<F>,
        seed: u32,
        observer: &mut dyn Observer,
    ) -> Result<(Self, Option<Answer<F>>), Finding> {
        let (mut after, answer) = self.sent(action, seed);
        let mut step = Step { now: after.now, event: action.event.clone() };
        let answer = answer?;
        if let (Event::Input(Exchange { output, view, .. }), Some(answer)) = (&mut step.event, &answer) {
            (*output, *view) = (Some(answer.output.clone()), answer.view.clone());
        }
        after.referee.judge(&step, observer)?;
        Ok((after, answer))
    }

    /// A copy in which only the implementation made the step.
    pub(super) fn sent(&self, action: &Action<F>, seed: u32) -> (Self, Result<Option<Answer<F>>, ImplementationError>) {
        let mut copy = self.clone();
        copy.now = copy.now + action.after;
        copy.implementation.reseed(seed.into());
        let answer = match &action.event {
            Event::Environment(change) => copy.implementation.change(copy.now, change).map(|()| None),
            Event::Input(Exchange { input, .. }) => copy.implementation.answer(copy.now, input).map(Some),
        };
        (copy, answer)
    }

    /// Tells it from other states.
    pub(super) fn key(&self) -> u128 {
        self.model().key()
    }

    pub(super) const fn model(&self) -> &F::Model {
        self.referee.model()
    }

    pub(super) const fn now(&self) -> Time {
        self.now
    }
}
