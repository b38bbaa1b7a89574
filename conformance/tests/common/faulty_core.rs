//! Core with a planted fault.

use gossipsub_automaton::{Input, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Answer, AutomatonFamily, Core, EnvironmentChange, Header},
    engine::{Fork, Implementation, ImplementationError, Views},
};

/// What a fault changes. By default, nothing.
///
/// A closure is a fault that changes answers.
pub(crate) trait Fault: Clone {
    /// Whether the choices still follow the header's seed, and names only through their order.
    const FOLLOWS_SEED: bool = false;

    /// A sequence is about to start.
    fn start(&mut self, _: &mut Header, _: &mut Views) {}

    /// Core is about to receive an input. An error takes the place of the answer.
    fn before(&mut self, _: &mut Core, _: Time, _: &Input<TraceIds>) -> Result<(), ImplementationError> {
        Ok(())
    }

    /// Core has answered.
    fn after(&mut self, _: Time, _: &Input<TraceIds>, _: &mut Answer) {}

    /// The copy of core. By default there is none, because a fault may make answers nondeterministic.
    fn copy(&self, _: &Core) -> Option<Core> {
        None
    }

    /// The seed that core gets in place of this one.
    fn seed(&self, seed: u64) -> u64 {
        seed
    }
}

impl<C: FnMut(&Input<TraceIds>, &mut Answer) + Clone> Fault for C {
    fn after(&mut self, _: Time, input: &Input<TraceIds>, answer: &mut Answer) {
        self(input, answer);
    }
}

/// Core with a fault around it.
#[derive(Clone)]
pub(crate) struct FaultyCore<T> {
    core: Core,
    fault: T,
}

impl<T: Fault> FaultyCore<T> {
    pub(crate) const fn new(fault: T) -> Self {
        Self { core: Core::new(), fault }
    }
}

impl<T: Fault> Implementation<AutomatonFamily> for FaultyCore<T> {
    fn start(&mut self, header: &Header, mut views: Views) -> Result<(), ImplementationError> {
        let mut header = header.clone();
        self.fault.start(&mut header, &mut views);
        self.core.start(&header, views)
    }

    fn change(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), ImplementationError> {
        self.core.change(now, change)
    }

    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Answer, ImplementationError> {
        self.fault.before(&mut self.core, now, input)?;
        let mut answer = self.core.answer(now, input)?;
        self.fault.after(now, input, &mut answer);
        Ok(answer)
    }

    fn copy(&self) -> Option<Self> {
        Some(Self { core: self.fault.copy(&self.core)?, fault: self.fault.clone() })
    }

    fn follows_seed(&self) -> bool {
        T::FOLLOWS_SEED
    }
}

impl<T: Fault> Fork<AutomatonFamily> for FaultyCore<T> {
    fn reseed(&mut self, seed: u64) {
        self.core.reseed(self.fault.seed(seed));
    }
}
