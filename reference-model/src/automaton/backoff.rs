//! Section 5: the times until which a peer is not to be grafted.

use crate::automaton::{Deadline, DeadlineKind, RuleId, context::Context};
use gossipsub_automaton::{
    Limits, PruneBackoff, Span, Time,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::BTreeMap;

/// The end of each backoff, by topic and peer. Every topic has an entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Backoff(BTreeMap<Topic, BTreeMap<Peer, Time>>);

impl From<BTreeMap<Topic, BTreeMap<Peer, Time>>> for Backoff {
    fn from(entries: BTreeMap<Topic, BTreeMap<Peer, Time>>) -> Self {
        Self(entries)
    }
}

impl Backoff {
    /// *back off(t, p, d)*: the entry becomes max(old entry, now + d). No input shortens one.
    pub(super) fn back_off(
        &mut self,
        topic: &Topic,
        peer: Peer,
        now: Time,
        backoff: impl Into<PruneBackoff>,
        context: &mut Context<'_>,
    ) {
        let end = backoff.into().end(now);
        let entry = self.0.entry(topic.clone()).or_default().entry(peer).or_insert(Time::ZERO);
        // (1) The entry ends later than now and the span.
        if !context.is_above(RuleId::Backoff1, ("entry", *entry), ("now + span", end)) {
            *entry = end;
        }
    }

    /// The end of the backoff, if there is an entry, ended or not.
    pub(super) fn end(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.0.get(topic)?.get(&peer).copied()
    }

    /// *Backed off(t, p)*: an entry exists, **ended or not** (Q1).
    pub(super) fn is_backed_off(&self, topic: &Topic, peer: Peer) -> bool {
        self.end(topic, peer).is_some()
    }

    /// Drops the entries that ended `slack` before now, or earlier.
    pub(super) fn clean_up(&mut self, now: Time, slack: Span, context: &mut Context<'_>) {
        let now = u128::from(now.as_millis());
        for entries in self.0.values_mut() {
            // 2b A backoff ended two heartbeat intervals ago or earlier. The sum is exact: it must not saturate.
            entries.retain(|_, end| {
                let end = ("end + 2 * heartbeat_interval", end.plus_exact(slack));
                !context.is_at_most(RuleId::Heartbeat2b, end, ("now", now))
            });
        }
        self.0.retain(|_, entries| !entries.is_empty());
    }

    /// The number of entries that have ended and are still there (Q1).
    pub(super) fn count_ended(&self, now: Time) -> usize {
        self.0.values().flat_map(BTreeMap::values).filter(|end| **end <= now).count()
    }

    /// The end of each backoff, the end of the flood before it (graft 6a), and the cleanup after it (heartbeat 2b).
    pub(super) fn deadlines(&self, limits: &Limits<TraceIds>) -> impl Iterator<Item = Deadline> {
        let flood = limits.graft_flood_threshold;
        let (prune_backoff, slack) = (limits.prune_backoff, limits.heartbeat_interval.doubled());
        self.0.values().flat_map(BTreeMap::values).flat_map(move |end| {
            let prune = Time::from_millis(end.as_millis().saturating_sub(prune_backoff.as_millis()));
            [
                Deadline { kind: DeadlineKind::BackoffEnd, time: *end },
                Deadline { kind: DeadlineKind::FloodEnd, time: prune + flood },
                Deadline { kind: DeadlineKind::BackoffCleanup, time: *end + slack },
            ]
        })
    }

    /// All entries.
    pub(super) const fn entries(&self) -> &BTreeMap<Topic, BTreeMap<Peer, Time>> {
        &self.0
    }
}
