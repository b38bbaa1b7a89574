//! An implementation and the model beside it, in the same state: to be copied, and to go on from.

use super::{Action, World};
use crate::{
    checker::{Answer, observed_check_step},
    implementation::{Fault, Reply, Reseed},
    runner::Finding,
    trace::{Environment, Event, Exchange},
};
use gossipsub_automaton::Time;
use gossipsub_reference_model::{Model, Observer};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hash;

/// The two at the same step of the same sequence.
#[derive(Clone)]
pub(super) struct State<M> {
    implementation: M,
    model: Model<Environment>,
    now: Time,
}

impl<M: Reseed> State<M> {
    /// Both started over, before the first step.
    pub(super) fn fresh(mut implementation: M, world: &World) -> Result<Self, Finding> {
        let model = Model::new(world.limits.clone(), Environment::default()).map_err(Fault::from)?;
        implementation.start(&world.header())?;
        Ok(Self { implementation, model, now: Time::ZERO })
    }

    /// Both after the steps that a world starts with.
    pub(super) fn start(implementation: M, world: &World) -> Result<Self, Finding> {
        let mut state = Self::fresh(implementation, world)?;
        for action in &world.start {
            (state, _) = state.after(action, 0, &mut ())?;
        }
        Ok(state)
    }

    /// The state after an action, with choices drawn from a seed, and the answer to it, if it is an input.
    pub(super) fn after(
        &self,
        action: &Action,
        seed: u32,
        observer: &mut dyn Observer,
    ) -> Result<(Self, Option<Reply>), Finding> {
        let (mut after, reply) = self.asked(action, seed);
        let reply = reply?;
        match (&action.event, &reply) {
            (Event::Environment(change), _) => after.model.application_mut().apply(change),
            (Event::Input(Exchange { input, .. }), Some(Reply { output, view })) => {
                let answer = Answer::new(input, Some(output), view.as_ref())?;
                observed_check_step(&mut after.model, after.now, input, answer, observer)?;
            }
            (Event::Input(_), None) => {}
        }
        Ok((after, reply))
    }

    /// A copy of which only the implementation was asked.
    pub(super) fn asked(&self, action: &Action, seed: u32) -> (Self, Result<Option<Reply>, Fault>) {
        let mut copy = self.clone();
        copy.now = copy.now + action.after;
        copy.implementation.reseed(seed.into());
        let reply = match &action.event {
            Event::Environment(change) => copy.implementation.environment(copy.now, change).map(|()| None),
            Event::Input(Exchange { input, .. }) => copy.implementation.ask(copy.now, input).map(Some),
        };
        (copy, reply)
    }

    /// What tells it from other states.
    pub(super) fn key(&self) -> u128 {
        key(&self.model)
    }

    pub(super) const fn model(&self) -> &Model<Environment> {
        &self.model
    }

    pub(super) const fn now(&self) -> Time {
        self.now
    }
}

/// What tells a state of the model from others.
pub(super) fn key(model: &Model<Environment>) -> u128 {
    let mut hasher = SipHasher13::new();
    model.hash_state(&mut hasher);
    model.application().hash(&mut hasher);
    hasher.finish128().as_u128()
}
