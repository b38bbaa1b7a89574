//! The long end of a sequence: neutral scores for a while, then all peers leave.

use crate::automaton::{Environment, Event, Exchange, Step};
use gossipsub_automaton::{
    Finite, Input, LARGEST_INTEGER, RemovePeer, SetApplicationScore, Span, Time, trace_ids::TraceIds,
};
use gossipsub_reference_model::automaton::{DeadlineKind, Model};

/// Deadlines further away than this are not waited for.
const LONG: u64 = 100_000_000;

/// The most heartbeats to wait for.
const MANY: u64 = 32;

/// The steps of the end, the first of them at `now`.
pub(super) fn ending(model: &Model<Environment>, now: Time) -> Vec<Step> {
    let limits = model.limits();
    let interval = limits.heartbeat_interval;
    let cleanups = limits.backoff_cleanup_ticks.max(limits.score_cleanup_ticks);
    let mut ending = Ending { now, steps: Vec::new() };

    // All scores become neutral, all backoffs end and are cleaned up: then every mesh is as it should be.
    for peer in model.connections().keys() {
        ending.ask(SetApplicationScore { peer: *peer, score: Finite::default() });
    }
    let cleanups_of_backoffs = model.deadlines().filter(|deadline| deadline.kind == DeadlineKind::BackoffCleanup);
    let ends = cleanups_of_backoffs.map(|deadline| deadline.time);
    let last = ends.filter(|end| end.since(now).as_millis() < LONG).max().unwrap_or(now);
    ending.wait(last.since(now));
    ending.heartbeats(cleanups, interval);

    // All peers leave, and no state of them may stay.
    for peer in model.connections().keys() {
        ending.ask(RemovePeer { peer: *peer });
    }
    ending.wait(Span::from_millis(limits.retain_duration.as_millis().min(LONG)));
    ending.heartbeats(cleanups.max(limits.history_length).max(limits.seen_history_length), interval);
    ending.steps
}

struct Ending {
    now: Time,
    steps: Vec<Step>,
}

impl Ending {
    fn ask(&mut self, input: impl Into<Input<TraceIds>>) {
        let event = Event::Input(Exchange { input: input.into(), output: None, view: None });
        self.steps.push(Step { now: self.now, event });
    }

    fn wait(&mut self, span: Span) {
        // The format holds no later time.
        self.now = (self.now + span).min(Time::from_millis(LARGEST_INTEGER)).max(self.now);
    }

    fn heartbeats(&mut self, count: u64, interval: Span) {
        for _ in 0..=count.min(MANY) {
            self.ask(Input::Heartbeat);
            self.wait(interval);
        }
    }
}
