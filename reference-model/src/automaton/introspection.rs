//! Section 10: introspection. It changes nothing.

use crate::automaton::{Deadline, DeadlineKind, Model};
use gossipsub_automaton::{
    Connection, Fanout, Score, Span, Time,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

impl<A> Model<A> {
    /// The connected peers.
    #[must_use]
    pub const fn connections(&self) -> &BTreeMap<Peer, Connection<TraceIds>> {
        &self.connections
    }

    /// The mesh of each joined topic.
    #[must_use]
    pub const fn mesh(&self) -> &BTreeMap<Topic, BTreeSet<Peer>> {
        &self.mesh
    }

    /// The fanout of each topic that has one.
    #[must_use]
    pub const fn fanout(&self) -> &BTreeMap<Topic, Fanout<TraceIds>> {
        &self.fanout
    }

    /// The end of each backoff, ended or not, by topic and peer.
    #[must_use]
    pub const fn backoff(&self) -> &BTreeMap<Topic, BTreeMap<Peer, Time>> {
        self.backoff.entries()
    }

    /// The score of a peer, if it has a record.
    #[must_use]
    pub fn score_of(&self, peer: Peer) -> Option<Score> {
        self.scores.value(peer)
    }

    /// The application's score in a peer's record, if it has one.
    #[must_use]
    pub fn application_score_of(&self, peer: Peer) -> Option<f64> {
        self.scores.application_score(peer)
    }

    /// The number of IHaves that a peer sent since the last heartbeat.
    #[must_use]
    pub fn ihaves_of(&self, peer: Peer) -> u64 {
        self.ihave_per_heartbeat.get(&peer).copied().unwrap_or(0)
    }

    /// The number of ids requested from a peer since the last heartbeat.
    #[must_use]
    pub fn requested_of(&self, peer: Peer) -> u64 {
        self.iwant_per_heartbeat.get(&peer).copied().unwrap_or(0)
    }

    /// The ids that an `IWant` would still find.
    pub fn cached(&self) -> impl ExactSizeIterator<Item = MessageId> {
        self.message_cache.messages().keys().copied()
    }

    /// The number of requests of a peer for a message that is still cached.
    #[must_use]
    pub fn requests_for(&self, message_id: MessageId, peer: Peer) -> u64 {
        let cached = self.message_cache.messages().get(&message_id);
        cached.and_then(|cached| cached.access_counters.get(&peer)).copied().unwrap_or(0)
    }

    /// The time at which an id was first seen, if it counts as seen.
    #[must_use]
    pub fn first_seen_at(&self, message_id: MessageId) -> Option<Time> {
        self.message_cache.first_seen_at(message_id)
    }

    /// The recorded senders of an id. Empty if the id does not count as seen.
    pub fn recorded_senders(&self, message_id: MessageId) -> impl Iterator<Item = Peer> {
        self.message_cache.senders_of(message_id)
    }

    /// The application.
    #[must_use]
    pub const fn application(&self) -> &A {
        &self.application
    }

    /// The ids that count as seen, with the time at which each was first seen.
    pub fn first_seen(&self) -> impl Iterator<Item = (MessageId, Time)> {
        self.message_cache.first_seen()
    }

    /// The number of heartbeats.
    #[must_use]
    pub const fn heartbeat_ticks(&self) -> u64 {
        self.heartbeat_ticks
    }

    /// The times at which a rule changes its answer: those of the backoffs, of the fanouts and of the records.
    pub fn deadlines(&self) -> impl Iterator<Item = Deadline> {
        let fanouts = self.fanout.values().map(|fanout| Deadline {
            kind: DeadlineKind::FanoutEnd,
            time: fanout.last_published_time + self.limits.fanout_ttl,
        });
        self.backoff.deadlines(&self.limits).chain(fanouts).chain(self.scores.deadlines())
    }

    /// The times up to which a duplicate counts as a delivery in this topic, one for each id that counts as seen.
    ///
    /// A negative window holds no duplicate. Its length is taken all the same: a mistake of its sign shows there.
    pub fn duplicate_deadlines(&self, topic: &Topic) -> impl Iterator<Item = Time> {
        let window = self.limits.score_limits.topics.of(topic).0.mesh_message_deliveries_window;
        let window = Span::from_millis(window.as_millis().unsigned_abs());
        self.message_cache.first_seen().map(move |(_, seen)| seen + window)
    }
}
