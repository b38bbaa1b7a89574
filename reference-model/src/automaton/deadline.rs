//! The times at which a rule begins or ceases to hold. Inputs at and beside them are the ones that tell faults.

use gossipsub_automaton::Time;

/// A time at which a rule changes its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The rule that changes its answer.
    pub kind: DeadlineKind,
    /// When it changes.
    pub time: Time,
}

/// What ends at a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadlineKind {
    /// A backoff (graft 6).
    BackoffEnd,
    /// The time in which a graft counts as a flood (graft 6a).
    FloodEnd,
    /// The time for which an ended backoff stays (heartbeat 2b).
    BackoffCleanup,
    /// A fanout (heartbeat 5a).
    FanoutEnd,
    /// The record of a disconnected peer (score, refresh 1).
    RecordEnd,
}
