//! An implementation and the referee beside it, in the same state: to be copied, and to go on from.

use super::{Action, World};
use crate::engine::{
    Answer, Event, Exchange, Family, Finding, Fork, ImplementationError, Model, PropertyExtent, Referee, Step,
    StepOrder, family::state_key,
};
use gossipsub_automaton::Time;
use gossipsub_reference_model::Observer;

/// The two at the same step of the same sequence.
#[derive(Clone)]
pub(super) struct State<F: Family, M> {
    implementation: M,
    referee: Referee<F>,
    order: F::Order,
    now: Time,
}

/// The state after an action, and the answer to it, if it is an input.
pub(super) type After<F, M> = (State<F, M>, Option<Answer<F>>);

impl<F: Family, M: Fork<F>> State<F, M> {
    /// Both started over, before the first step.
    pub(super) fn fresh(mut implementation: M, world: &World<F>) -> Result<Self, Finding> {
        let referee = Referee::start(&world.header, PropertyExtent::None).map_err(ImplementationError::from)?;
        implementation.start(&world.header, world.views)?;
        Ok(Self { implementation, referee, order: F::Order::start(&world.header), now: Time::ZERO })
    }

    /// Both after the steps that a world starts with.
    pub(super) fn start(implementation: M, world: &World<F>) -> Result<Self, Finding> {
        let mut state = Self::fresh(implementation, world)?;
        for action in &world.start {
            (state, _) = state.after(action, 0, &mut ())?.expect("the start of a world is legal");
        }
        Ok(state)
    }

    /// The state after an action, with choices drawn from a seed. None if the action is not legal in this state.
    pub(super) fn after(
        &self,
        action: &Action<F>,
        seed: u32,
        observer: &mut dyn Observer,
    ) -> Result<Option<After<F, M>>, Finding> {
        let mut step = Step { now: self.time_of(action), event: action.event.clone() };
        if self.order.clone().check(&step).is_err() {
            return Ok(None);
        }
        let (mut after, answer) = self.sent(action, seed);
        let answer = answer?;
        if let (Event::Input(Exchange { output, view, .. }), Some(answer)) = (&mut step.event, &answer) {
            (*output, *view) = (Some(answer.output.clone()), answer.view.clone());
        }
        // Whether a step is legal may depend on all answers before it.
        if after.order.check(&step).is_err() {
            return Ok(None);
        }
        after.referee.judge(&step, observer)?;
        Ok(Some((after, answer)))
    }

    /// A copy in which only the implementation made the step.
    pub(super) fn sent(&self, action: &Action<F>, seed: u32) -> (Self, Result<Option<Answer<F>>, ImplementationError>) {
        let mut copy = self.clone();
        copy.now = self.time_of(action);
        copy.implementation.reseed(seed.into());
        let answer = match &action.event {
            Event::Environment(change) => copy.implementation.change(copy.now, change).map(|()| None),
            Event::Input(Exchange { input, .. }) => copy.implementation.answer(copy.now, input).map(Some),
        };
        (copy, answer)
    }

    /// Tells it from other states, with the key of the model that knows every choice.
    pub(super) fn keys(&self) -> (u128, u128) {
        let judge = self.referee.model().key();
        match self.implementation.model().map(Model::key) {
            None => (judge, judge),
            Some(settled) => (state_key(&(judge, settled)), settled),
        }
    }

    /// The model that knows every choice so far: the implementation itself, or the model that judges it if each answer
    /// shows each choice.
    pub(super) fn settled_model(&self) -> &F::Model {
        self.implementation.model().unwrap_or_else(|| self.referee.model())
    }

    /// Whether the implementation knows the choices that no answer shows.
    pub(super) fn knows_choices(&self) -> bool {
        self.implementation.model().is_some()
    }

    /// The time of an action in this state.
    pub(super) fn time_of(&self, action: &Action<F>) -> Time {
        self.order.time_of(self.now, action.after, &action.event)
    }

    pub(super) const fn now(&self) -> Time {
        self.now
    }
}
