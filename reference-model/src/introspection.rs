//! Section 10: what can be asked of the state without changing it.

use crate::Model;
use gossipsub_automaton::{
    Connection, Fanout, Score, Time,
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

    /// The score of a peer, where it has a record.
    #[must_use]
    pub fn score_of(&self, peer: Peer) -> Option<Score> {
        self.scores.value(peer)
    }

    /// What the application set in a peer's record, where it has one.
    #[must_use]
    pub fn application_score_of(&self, peer: Peer) -> Option<f64> {
        self.scores.application_score(peer)
    }

    /// How many IHaves a peer sent since the last heartbeat.
    #[must_use]
    pub fn ihaves_of(&self, peer: Peer) -> u64 {
        self.ihave_per_heartbeat.get(&peer).copied().unwrap_or(0)
    }

    /// How many ids were requested from a peer since the last heartbeat.
    #[must_use]
    pub fn requested_of(&self, peer: Peer) -> u64 {
        self.iwant_per_heartbeat.get(&peer).copied().unwrap_or(0)
    }

    /// The ids that an `IWant` would still find.
    pub fn cached(&self) -> impl ExactSizeIterator<Item = MessageId> {
        self.message_cache.messages().keys().copied()
    }

    /// How often a peer asked for a message that is still cached.
    #[must_use]
    pub fn requests_for(&self, message_id: MessageId, peer: Peer) -> u64 {
        let cached = self.message_cache.messages().get(&message_id);
        cached.and_then(|cached| cached.access_counters.get(&peer)).copied().unwrap_or(0)
    }

    /// When an id was first seen, if it counts as seen.
    #[must_use]
    pub fn first_seen_at(&self, message_id: MessageId) -> Option<Time> {
        self.message_cache.first_seen_at(message_id)
    }

    /// The application.
    #[must_use]
    pub const fn application(&self) -> &A {
        &self.application
    }

    /// The ids that count as seen, and when each was first seen.
    pub fn first_seen(&self) -> impl Iterator<Item = (MessageId, Time)> {
        self.message_cache.first_seen()
    }

    /// How many heartbeats there were.
    #[must_use]
    pub const fn heartbeat_ticks(&self) -> u64 {
        self.heartbeat_ticks
    }

    /// When the records of disconnected peers expire.
    pub fn record_expiries(&self) -> impl Iterator<Item = Time> {
        self.scores.expiries()
    }
}
