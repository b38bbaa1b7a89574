//! Core, but for its lies.

use gossipsub_automaton::{Input, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Answer, AutomatonFamily, Core, EnvironmentChange, Header},
    engine::{Fork, Implementation, ImplementationError},
};

/// Core, of which each reply is changed before anybody sees it.
#[derive(Clone)]
pub(crate) struct Lying {
    pub(crate) core: Core,
    pub(crate) lie: fn(&Input<TraceIds>, &mut Answer),
}

impl Implementation<AutomatonFamily> for Lying {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        self.core.start(header, views)
    }

    fn change(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), ImplementationError> {
        self.core.change(now, change)
    }

    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Answer, ImplementationError> {
        let mut reply = self.core.answer(now, input)?;
        (self.lie)(input, &mut reply);
        Ok(reply)
    }

    fn show_all(&mut self, all: bool) {
        self.core.show_all(all);
    }
}

impl Fork<AutomatonFamily> for Lying {
    fn reseed(&mut self, seed: u64) {
        self.core.reseed(seed);
    }
}
