//! The state of a node in place, for pages and metrics that are read every few seconds: nothing here clones a payload.

use super::{Automaton, peer_score::Record};
use crate::{Identifiers, PeerStatus, Score, ScoreRecord, Time};

/// A cached message without its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachedId<'a, I: Identifiers> {
    /// The number of heartbeats since the message was added.
    pub age: u64,
    /// The topic, while the message is announced: for `history_gossip_length` heartbeats.
    pub topic: Option<&'a I::Topic>,
    /// The id.
    pub message_id: &'a I::MessageId,
    /// How often the message was requested, by all peers together.
    pub requests: u64,
}

impl<I: Identifiers, A> Automaton<I, A> {
    /// The joined topics, ascending, each with its mesh, ascending. The length of the second iterator is the size of the
    /// mesh.
    pub fn meshes(&self) -> impl Iterator<Item = (&I::Topic, impl ExactSizeIterator<Item = &I::Peer>)> {
        self.joined.iter().map(|topic| {
            let mesh = self.topics.mesh_of(*topic);
            (self.topics.name(*topic), mesh.iter().map(|member| &member.peer))
        })
    }

    /// The topics with a fanout, ascending, each with the peers of the fanout, ascending, and the time of the last
    /// publication to one of them.
    pub fn fanouts(&self) -> impl Iterator<Item = (&I::Topic, impl ExactSizeIterator<Item = &I::Peer>, Time)> {
        self.fanouts.iter().map(|topic| {
            let fanout = self.topics.fanout_of(*topic);
            (self.topics.name(*topic), fanout.peers.iter().map(|member| &member.peer), fanout.last_published_time)
        })
    }

    /// The backoffs: topic, peer and end, in no particular order. An ended backoff stays until a cleanup.
    pub fn backoffs(&self) -> impl Iterator<Item = (&I::Topic, &I::Peer, Time)> {
        self.topics.iter().flat_map(move |(topic, state)| {
            state.backoff.iter().map(move |(peer, until)| (topic, self.peers.name(*peer), *until))
        })
    }

    /// The score of every peer with a record, connected or retained, in no particular order.
    pub fn scores(&self) -> impl Iterator<Item = (&I::Peer, Score, PeerStatus)> {
        self.records().map(|(peer, record)| (peer, Score::from(self.scores.value(record)), record.status()))
    }

    /// The score record of a peer. Topics at rest are left out.
    pub fn score_record(&self, peer: &I::Peer) -> Option<ScoreRecord<I>> {
        let record = self.peer(peer)?.record.as_ref()?;
        Some(self.scores.describe(record, &self.topics))
    }

    /// The score record of every peer that has one, connected or retained, in no particular order.
    pub fn score_records(&self) -> impl Iterator<Item = (&I::Peer, ScoreRecord<I>)> {
        self.records().map(|(peer, record)| (peer, self.scores.describe(record, &self.topics)))
    }

    fn records(&self) -> impl Iterator<Item = (&I::Peer, &Record)> {
        self.peers.iter().filter_map(|(peer, state)| Some((peer, state.record.as_ref()?)))
    }

    /// The ids to announce in each topic, in the order of their addition. An id that was added twice is here twice.
    /// Topics that are neither joined nor have a fanout are included: their ids are announced if they are joined in time.
    pub fn announced(&self) -> impl Iterator<Item = (&I::Topic, impl ExactSizeIterator<Item = &I::MessageId>)> {
        let topics = self.topics.iter().filter(|(_, state)| !state.gossip.is_empty());
        topics.map(|(topic, state)| (topic, state.gossip.iter()))
    }

    /// The cached messages, oldest first. An id that was added twice is here twice.
    pub fn cached_ids(&self) -> impl Iterator<Item = CachedId<'_, I>> {
        self.messages.cached(self.heartbeat_ticks).map(|(age, message_id, topic, requests)| CachedId {
            age,
            topic: topic.map(|topic| self.topics.name(topic)),
            message_id,
            requests,
        })
    }
}
