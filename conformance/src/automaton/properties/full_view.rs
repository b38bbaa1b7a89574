//! A view that shows every field.

use super::{Verdict, braces};
use gossipsub_automaton::{
    CachedMessage, Connection, Fanout, PartialView, Score, ScoreRecord, Time,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// All fields of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullView<'a> {
    pub(super) heartbeat_ticks: u64,
    pub(super) connections: &'a BTreeMap<Peer, Connection<TraceIds>>,
    pub(super) mesh: &'a BTreeMap<Topic, BTreeSet<Peer>>,
    pub(super) fanout: &'a BTreeMap<Topic, Fanout<TraceIds>>,
    pub(super) backoff: &'a BTreeMap<Topic, BTreeMap<Peer, Time>>,
    pub(super) scores: &'a BTreeMap<Peer, Score>,
    pub(super) ihave_per_heartbeat: &'a BTreeMap<Peer, u64>,
    pub(super) iwant_per_heartbeat: &'a BTreeMap<Peer, u64>,
    pub(super) message_cache: &'a BTreeMap<MessageId, CachedMessage<TraceIds>>,
    pub(super) first_seen: &'a BTreeMap<MessageId, Time>,
    pub(super) gossip_ids: &'a BTreeMap<Topic, Vec<MessageId>>,
    /// Only some behaviours have it.
    pub(super) senders: Option<&'a BTreeMap<MessageId, BTreeSet<Peer>>>,
    /// Only some implementations have it.
    pub(super) score_records: Option<&'a BTreeMap<Peer, ScoreRecord<TraceIds>>>,
}

impl<'a> FullView<'a> {
    /// The full view, if no field is missing.
    #[must_use]
    pub fn of(view: &'a PartialView<TraceIds>) -> Option<Self> {
        Some(Self {
            heartbeat_ticks: view.heartbeat_ticks?,
            connections: view.connections.as_ref()?,
            mesh: view.mesh.as_ref()?,
            fanout: view.fanout.as_ref()?,
            backoff: view.backoff.as_ref()?,
            scores: view.scores.as_ref()?,
            ihave_per_heartbeat: view.ihave_per_heartbeat.as_ref()?,
            iwant_per_heartbeat: view.iwant_per_heartbeat.as_ref()?,
            message_cache: view.message_cache.as_ref()?,
            first_seen: view.first_seen.as_ref()?,
            gossip_ids: view.gossip_ids.as_ref()?,
            senders: view.senders.as_ref(),
            score_records: view.score_records.as_ref(),
        })
    }

    /// The score of a peer, 0 if it has no record.
    pub(super) fn score(&self, peer: Peer) -> f64 {
        self.scores.get(&peer).copied().unwrap_or(Score::ZERO).value()
    }

    pub(super) fn is_direct(&self, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.direct)
    }

    pub(super) fn is_outbound(&self, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.outbound)
    }

    /// The peers that are connected and subscribe to a topic.
    pub(super) fn subscribers(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.connections.iter().filter(move |(_, connection)| connection.topics.contains(topic)).map(|(peer, _)| *peer)
    }

    /// The direct peers among them.
    pub(super) fn direct_subscribers(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.subscribers(topic).filter(|peer| self.is_direct(*peer))
    }

    /// The end of a backoff, ended or not.
    pub(super) fn backoff(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.backoff.get(topic)?.get(&peer).copied()
    }

    /// The peers in the mesh of a topic.
    pub(super) fn in_mesh(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.mesh.get(topic).into_iter().flatten().copied()
    }

    /// The peers that a heartbeat or a join could still graft: subscribed, not direct, not in the mesh, without a backoff,
    /// which counts until it is cleaned up (Q1), and without a negative score.
    pub(super) fn candidates(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        let mesh = self.mesh.get(topic);
        self.subscribers(topic).filter(move |peer| {
            !self.is_direct(*peer)
                && mesh.is_none_or(|mesh| !mesh.contains(peer))
                && self.backoff(topic, *peer).is_none()
                && self.score(*peer) >= 0.0
        })
    }
}

/// Fails if there is a peer that should not be there.
pub(super) fn expect_none(what: impl FnOnce() -> String, wrong: impl Iterator<Item = Peer>) -> Verdict {
    let mut wrong = wrong.peekable();
    if wrong.peek().is_none() { Ok(()) } else { super::broken(what(), "none", braces(wrong)) }
}
