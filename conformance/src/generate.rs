//! Sequences that reach everything: one generator, drawn from random numbers, from the bytes of a fuzzer, or by proptest.
//!
//! Every case has a world of its own: limits, peers, topics, how likely each input is, how time goes by. Inputs are drawn
//! with an eye on the model's state, so that values sit on and beside its thresholds and deadlines.

mod draw;
mod ending;
mod limits;
mod step;
#[cfg(feature = "proptest")]
pub mod strategy;
mod world;

pub use draw::{Bytes, Draw, Random};
pub use limits::Profile;
pub use world::World;

use crate::trace::{Environment, Header, Step};
use gossipsub_reference_model::Model;

/// Generates one sequence.
#[derive(Clone, Debug)]
pub struct Generator {
    world: World,
}

impl Generator {
    /// Draws the header and the world of a sequence.
    #[must_use]
    pub fn new(profile: Profile, draw: &mut impl Draw) -> (Header, Self) {
        let limits = limits::draw(profile, draw);
        let world = World::draw(&limits, draw);
        let header = Header {
            seed: Some(draw.below(1 << 53)),
            profile: Some(profile.name().into()),
            limits,
            ..Header::default()
        };
        (header, Self { world })
    }

    /// Draws the next step, after those that the model has made.
    pub fn step(&mut self, model: &Model<Environment>, draw: &mut impl Draw) -> Step {
        step::draw(&mut self.world, model, draw)
    }

    /// The steps of a long end: all is well until backoffs have ended, and then everybody leaves.
    #[must_use]
    pub fn ending(&self, model: &Model<Environment>) -> Vec<Step> {
        ending::ending(model, self.world.now)
    }
}
