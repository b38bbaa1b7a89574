//! What the steps of a trace may hold: the fields and kinds of its behaviour.

use super::{AutomatonFamily, Event, Exchange, Header, Step};
use crate::engine::{
    StepOrder,
    trace::{LineError, LineErrorKind},
};
use gossipsub_automaton::{Behaviour, PartialView, trace_ids::TraceIds};

/// Refuses the fields and kinds that a behaviour does not have.
#[derive(Clone, Copy, Debug)]
pub struct BehaviourFields {
    behaviour: Behaviour,
}

impl BehaviourFields {
    fn error(self, field: &str, what: &str) -> LineError {
        let kind = LineErrorKind::Content(format!("the behaviour {} has no {what}", self.behaviour));
        LineError::of_field(field, kind)
    }

    /// Checks the kind of an input, an output or a change.
    fn kind(self, field: &str, kind: &str, since: Behaviour) -> Result<(), LineError> {
        if since <= self.behaviour { Ok(()) } else { Err(self.error(field, &format!("kind `{kind}`"))) }
    }

    fn view(self, view: &PartialView<TraceIds>) -> Result<(), LineError> {
        let switches = self.behaviour.switches();
        if view.senders.is_some() && !switches.records_senders {
            return Err(self.error("view.senders", "field `senders`"));
        }
        let flagged = view.connections.iter().flatten().find(|(_, connection)| connection.bootstrap);
        match flagged {
            Some((peer, _)) if !switches.has_bootstrap_flag => {
                Err(self.error(&format!("view.connections.{peer}.bootstrap"), "field `bootstrap`"))
            }
            _ => Ok(()),
        }
    }
}

impl StepOrder<AutomatonFamily> for BehaviourFields {
    fn start(header: &Header) -> Self {
        Self { behaviour: header.behaviour }
    }

    fn check(&mut self, step: &Step) -> Result<(), LineError> {
        match &step.event {
            Event::Environment(change) => self.kind("environment.kind", change.kind(), change.since()),
            Event::Input(Exchange { input, output, view }) => {
                self.kind("input.kind", input.kind().name(), input.kind().since())?;
                if let Some(field) = input.foreign_field(self.behaviour) {
                    return Err(self.error(&format!("input.{field}"), &format!("field `{field}`")));
                }
                if let Some(output) = output {
                    self.kind("output.kind", output.kind().name(), output.kind().since())?;
                }
                view.as_ref().map_or(Ok(()), |view| self.view(view))
            }
        }
    }
}
