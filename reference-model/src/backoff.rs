//! Section 5: until when which peer is not to be grafted.

use gossipsub_automaton::{
    Span, Time,
    trace_ids::{Peer, Topic},
};
use std::collections::BTreeMap;

/// The end of each backoff, by topic and peer. No topic is without entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backoff(BTreeMap<Topic, BTreeMap<Peer, Time>>);

impl From<BTreeMap<Topic, BTreeMap<Peer, Time>>> for Backoff {
    fn from(entries: BTreeMap<Topic, BTreeMap<Peer, Time>>) -> Self {
        Self(entries)
    }
}

impl Backoff {
    /// *back off(t, p, d)*: the entry becomes max(old entry, now + d). Nothing shortens one.
    pub(crate) fn back_off(&mut self, topic: &Topic, peer: Peer, now: Time, span: Span) {
        let end = self.0.entry(topic.clone()).or_default().entry(peer).or_insert(Time::ZERO);
        *end = (*end).max(now + span);
    }

    /// The end of the backoff, where there is an entry, ended or not.
    pub(crate) fn end(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.0.get(topic)?.get(&peer).copied()
    }

    /// *Backed off(t, p)*: an entry exists, **ended or not** (Q1).
    pub(crate) fn is_backed_off(&self, topic: &Topic, peer: Peer) -> bool {
        self.end(topic, peer).is_some()
    }

    /// Drops the entries that ended `slack` before now, or earlier.
    pub(crate) fn clean_up(&mut self, now: Time, slack: Span) {
        for entries in self.0.values_mut() {
            // Exact: a time before zero is before every entry.
            entries.retain(|_, end| end.plus_exact(slack) > u128::from(now.as_millis()));
        }
        self.0.retain(|_, entries| !entries.is_empty());
    }

    /// All entries.
    pub(crate) const fn entries(&self) -> &BTreeMap<Topic, BTreeMap<Peer, Time>> {
        &self.0
    }
}
