//! Sequences that reach everything: one generator, drawn from random numbers, from the bytes of a fuzzer, or by proptest.
//!
//! Every case has a world of its own: limits, peers, topics, the weight of each input, the way time passes. Inputs are
//! drawn with an eye on the model's state, so that values sit on and beside its thresholds and deadlines.

mod ending;
mod later;
mod limits;
mod step;
#[cfg(feature = "proptest")]
pub mod strategy;
mod world;

pub use limits::Profile;
pub use world::World;

use super::{AutomatonFamily, Environment, Header, Step};
use crate::engine::{self, Capabilities, Draw};
use gossipsub_automaton::Behaviour;
use gossipsub_reference_model::automaton::Model;

/// Generates one sequence.
#[derive(Clone, Debug)]
pub struct Generator {
    world: World,
}

impl engine::Generator<AutomatonFamily> for Generator {
    type Profile = Profile;

    fn start(profile: Profile, behaviour: Behaviour, _: &Capabilities, draw: &mut impl Draw) -> (Header, Self) {
        Self::with_behaviour(profile, behaviour, draw)
    }

    fn step(&mut self, model: &Model<Environment>, draw: &mut impl Draw) -> Step {
        self.step(model, draw)
    }

    fn ending(&self, model: &Model<Environment>) -> Vec<Step> {
        ending::ending(model, self.world.now)
    }
}

impl Generator {
    /// Draws the header and the world of a sequence of the default behaviour.
    #[must_use]
    pub fn new(profile: Profile, draw: &mut impl Draw) -> (Header, Self) {
        Self::with_behaviour(profile, Behaviour::default(), draw)
    }

    /// Draws the header and the world of a sequence.
    #[must_use]
    pub fn with_behaviour(profile: Profile, behaviour: Behaviour, draw: &mut impl Draw) -> (Header, Self) {
        let mut limits = limits::draw(profile, draw);
        if behaviour.switches().limits_topics {
            limits.max_topics_per_peer = draw.pick(&[None, Some(1), Some(2), Some(3)]).copied().flatten();
        }
        let world = World::draw(&limits, behaviour, draw);
        let header = Header {
            seed: Some(draw.below(1 << 53)),
            profile: Some(engine::Named::name(profile).into()),
            behaviour,
            limits,
            ..Header::default()
        };
        (header, Self { world })
    }

    /// Draws the next step, after those that the model has made.
    pub fn step(&mut self, model: &Model<Environment>, draw: &mut impl Draw) -> Step {
        step::draw(&mut self.world, model, draw)
    }
}
