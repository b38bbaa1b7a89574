//! The steps that may follow each other in an RPC trace.

use super::{Event, Exchange, Header, Libp2pFamily, Step};
use crate::engine::{
    StepOrder,
    trace::{LineError, LineErrorKind},
};
use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::libp2p::vocabulary::{Input, Script, ScriptError};

/// Heartbeats come on time, and only connected peers send.
#[derive(Clone, Debug)]
pub struct Order(Script);

impl StepOrder<Libp2pFamily> for Order {
    fn start(header: &Header) -> Self {
        Self(Script::new(&header.parameters))
    }

    fn check(&mut self, step: &Step) -> Result<(), LineError> {
        let Event::Input(Exchange { input, output, .. }) = &step.event else { return Ok(()) };
        let of_script = |error: ScriptError| LineErrorKind::Content(error.to_string());
        self.0.check(step.now, input).map_err(of_script)?;
        if output.is_some() {
            self.0.check_verdict(input).map_err(of_script)?;
        }
        self.0.advance(step.now, input, output.as_ref());
        Ok(())
    }

    /// Heartbeats have times of their own.
    fn time_of(&self, now: Time, after: Span, event: &Event) -> Time {
        match event {
            Event::Input(Exchange { input: Input::Heartbeat, .. }) => self.0.next_heartbeat(),
            _ => now + after,
        }
    }
}

/// Moves heartbeats to the times at which they are due, other steps before the next one, and drops steps of peers that
/// are not connected any more.
pub(super) fn legal_steps(header: &Header, steps: Vec<Step>) -> Vec<Step> {
    let mut script = Script::new(&header.parameters);
    let (mut legal, mut last) = (Vec::with_capacity(steps.len()), Time::ZERO);
    for mut step in steps {
        let Event::Input(Exchange { input, .. }) = &step.event else { continue };
        let gap = step.now.since(last);
        last = step.now;
        let due = script.next_heartbeat();
        step.now = match input {
            Input::Heartbeat => due,
            _ => (script.now() + gap).min(Time::from_millis(due.as_millis().saturating_sub(1))).max(script.now()),
        };
        if script.check(step.now, input).is_ok() {
            script.advance(step.now, input, None);
            legal.push(step);
        }
    }
    legal
}
