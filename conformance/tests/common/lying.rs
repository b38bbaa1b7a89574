//! Core, but for its lies.

use gossipsub_automaton::{Input, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    implementation::{Core, Fault, Implementation, Reply, Reseed},
    trace::{EnvironmentChange, Header},
};

/// Core, of which each reply is changed before anybody sees it.
#[derive(Clone)]
pub(crate) struct Lying {
    pub(crate) core: Core,
    pub(crate) lie: fn(&Input<TraceIds>, &mut Reply),
}

impl Implementation for Lying {
    fn start(&mut self, header: &Header) -> Result<(), Fault> {
        self.core.start(header)
    }

    fn environment(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), Fault> {
        self.core.environment(now, change)
    }

    fn ask(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Reply, Fault> {
        let mut reply = self.core.ask(now, input)?;
        (self.lie)(input, &mut reply);
        Ok(reply)
    }

    fn show_all(&mut self, all: bool) {
        self.core.show_all(all);
    }
}

impl Reseed for Lying {
    fn reseed(&mut self, seed: u64) {
        self.core.reseed(seed);
    }
}
