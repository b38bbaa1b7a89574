//! What the clock decides next.

use super::model::Model;
use gossipsub_automaton::Time;

/// Something that happens, or is decided otherwise, at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deadline {
    /// The time. Just before, at, and just after it, a step may be answered in three ways.
    pub time: Time,
    /// What it ends or starts.
    pub kind: DeadlineKind,
}

/// What a deadline ends or starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadlineKind {
    /// The next heartbeat.
    Heartbeat,
    /// The next decay.
    Decay,
    /// A message stops counting as seen.
    Seen,
    /// A backoff ends.
    Backoff,
    /// A GRAFT counts twice before.
    GraftFlood,
    /// A promise ends.
    Promise,
    /// A fanout ends.
    Fanout,
    /// The record of a disconnected peer ends.
    Record,
    /// P3 of a member of a mesh becomes active at the next decay.
    Activation,
    /// A duplicate counts for P3 until then.
    Window,
}

impl Model {
    /// Every time that decides something, as far as it is known, in order. Times that have passed are left out.
    #[must_use]
    pub fn deadlines(&self) -> Vec<Deadline> {
        let parameters = self.parameters();
        let now = self.script.now();
        let mut deadlines = vec![Deadline { time: self.script.next_heartbeat(), kind: DeadlineKind::Heartbeat }];
        let mut add = |kind, time| deadlines.push(Deadline { time, kind });
        for (_, time) in self.seen.ends() {
            add(DeadlineKind::Seen, time);
        }
        for (_, _, end) in self.backoffs.iter() {
            add(DeadlineKind::Backoff, end);
            let start = end.as_millis().saturating_sub(parameters.prune_backoff.as_millis());
            add(DeadlineKind::GraftFlood, Time::from_millis(start) + parameters.graft_flood_threshold);
        }
        for (_, time) in self.promises.ends() {
            add(DeadlineKind::Promise, time);
        }
        for last in self.last_published.values() {
            add(DeadlineKind::Fanout, *last + parameters.fanout_ttl);
        }
        if let Some(scores) = &self.scores {
            add(DeadlineKind::Decay, scores.next_decay());
            scores.expirations().for_each(|(_, time)| add(DeadlineKind::Record, time));
            scores.activations().for_each(|(_, time)| add(DeadlineKind::Activation, time));
            scores.windows().for_each(|(_, time)| add(DeadlineKind::Window, time));
        }
        deadlines.retain(|deadline| deadline.time >= now);
        deadlines.sort_unstable();
        deadlines.dedup();
        deadlines
    }
}
