//! Taking over the state that another automaton shows, to go on from there.

use crate::automaton::{Model, backoff::Backoff};
use gossipsub_automaton::{PartialView, trace_ids::TraceIds};

impl<A> Model<A> {
    /// Takes over the connections, meshes, fanouts, backoffs and counters that a view shows. Scores and the message cache
    /// stay as they are, because a view shows only a part of them.
    pub fn take_over(&mut self, view: &PartialView<TraceIds>) {
        fn shown<T: Clone>(ours: &mut T, theirs: Option<&T>) {
            if let Some(theirs) = theirs {
                ours.clone_from(theirs);
            }
        }

        shown(&mut self.heartbeat_ticks, view.heartbeat_ticks.as_ref());
        shown(&mut self.connections, view.connections.as_ref());
        shown(&mut self.mesh, view.mesh.as_ref());
        shown(&mut self.fanout, view.fanout.as_ref());
        shown(&mut self.ihave_per_heartbeat, view.ihave_per_heartbeat.as_ref());
        shown(&mut self.iwant_per_heartbeat, view.iwant_per_heartbeat.as_ref());
        if let Some(backoff) = &view.backoff {
            self.backoff = Backoff::from(backoff.clone());
        }
    }
}
