//! The reference model of the libp2p router, with the mistakes of an implementer planted.
//!
//! `faults.toml` names the faults. Each replaces one expression of the model. The build script copies the model and puts
//! both expressions in the copy, so that one build has every fault, and the model itself has none.

use gossipsub_automaton::Time;
use gossipsub_reference_model::libp2p::{
    Dialect,
    vocabulary::{Input, Output, Parameters, ScriptError, View},
};
use std::cell::Cell;

// The copy names these by the root of its crate.
use gossipsub_reference_model::{Decision, Observer, Rule};

/// Chooses between the planted code and that of the model.
macro_rules! plant {
    ($fault:literal { $($planted:tt)* } else { $($original:tt)* }) => {
        if crate::is_planted($fault) { $($planted)* } else { $($original)* }
    };
}
use plant;

/// The copy of the model.
pub mod libp2p {
    include!(concat!(env!("OUT_DIR"), "/modules.rs"));
}

/// A mistake that can be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlantedFault {
    index: usize,
    /// Its name, which starts with the rule that it breaks.
    pub name: &'static str,
    /// What the router does instead of what the rule says.
    pub sentence: &'static str,
    /// The number of steps of the shortest sequence made by hand that shows it.
    pub by_hand: usize,
}

/// Every fault.
pub const FAULTS: &[PlantedFault] = include!(concat!(env!("OUT_DIR"), "/faults.rs"));

thread_local! {
    /// The fault of the model that makes a step on this thread.
    static PLANTED: Cell<Option<usize>> = const { Cell::new(None) };
}

fn is_planted(fault: usize) -> bool {
    PLANTED.get() == Some(fault)
}

impl PlantedFault {
    /// Runs code of the copy with this fault alone.
    fn planted<T>(self, run: impl FnOnce() -> T) -> T {
        PLANTED.set(Some(self.index));
        let result = run();
        PLANTED.set(None);
        result
    }
}

/// A model with one fault, which draws its choices.
#[derive(Clone, Debug)]
pub struct PlantedModel {
    fault: PlantedFault,
    model: libp2p::Model,
    random: libp2p::Random,
}

impl PlantedModel {
    /// A model that has not made a step.
    ///
    /// # Errors
    /// If the parameters break a rule.
    pub fn new(fault: PlantedFault, parameters: &Parameters, dialect: Dialect, seed: u64) -> Result<Self, String> {
        let model = fault.planted(|| libp2p::Model::new(parameters, dialect)).map_err(|error| error.to_string())?;
        Ok(Self { fault, model, random: libp2p::Random::from_seed(seed) })
    }

    /// Whether a step may come next.
    ///
    /// # Errors
    /// The reason why it may not.
    pub fn check_step(&self, now: Time, input: &Input) -> Result<(), ScriptError> {
        self.model.check_step(now, input)
    }

    /// Makes a step, and draws every choice.
    pub fn respond(&mut self, now: Time, input: &Input) -> Output {
        self.fault.planted(|| self.model.respond(now, input, &mut self.random, &mut ()))
    }

    /// The state after the last step.
    #[must_use]
    pub fn view(&self) -> View {
        self.fault.planted(|| self.model.view())
    }
}
