//! The score records of all peers: which event moves which record, and which records a refresh is owed to.

use super::{
    capacity::trim,
    connections::{PeerState, Peers},
    intern::{PeerSlot, Renumbering, Slot, TopicSlot},
    peer_score::{Counters, OfTopic, Parameters, ParametersIndex, Record},
    topics::Topics,
};
use crate::{Identifiers, Limits, Time};
use alloc::vec::Vec;
use core::mem;

/// What is known of scores beside the records, which stand with the peers.
#[derive(Clone)]
pub(crate) struct Scores<I: Identifiers> {
    parameters: Parameters<I::Topic>,
    /// The topics that records may have counters for, ascending: those joined, and those with counters not at rest.
    ranked: Vec<TopicSlot>,
    /// What there is to know of each ranked topic, by slot.
    rankings: Vec<Ranking>,
    /// The peers whose records a refresh changes.
    restless: Vec<PeerSlot>,
    /// When the last refresh was.
    refreshed: Time,
}

/// A topic among those that records have counters for.
#[derive(Clone, Copy, Default)]
struct Ranking {
    /// Ascends as the topics do.
    rank: u32,
    parameters: ParametersIndex,
    /// How many records have counters for it.
    references: u32,
}

impl<I: Identifiers> Scores<I> {
    pub(crate) fn new(limits: &Limits<I>) -> Self {
        Self {
            parameters: Parameters::new(limits),
            ranked: Vec::new(),
            rankings: Vec::new(),
            restless: Vec::new(),
            refreshed: Time::ZERO,
        }
    }

    /// The score of a peer: 0 where there is no record.
    #[inline]
    pub(crate) fn score(&self, state: &mut PeerState) -> f64 {
        state.record.as_mut().map_or(0.0, |record| self.parameters.update(record, self.refreshed))
    }

    /// The value of a record, for readers that change nothing.
    pub(crate) fn value(&self, record: &Record) -> f64 {
        self.parameters.value(record, self.refreshed)
    }

    /// Lets records have counters for a topic.
    pub(crate) fn track(&mut self, topic: TopicSlot, topics: &Topics<I>) {
        let name = topics.name(topic);
        let Err(position) = self.ranked.binary_search_by(|other| topics.name(*other).cmp(name)) else { return };
        self.ranked.insert(position, topic);
        if self.rankings.len() <= topic.index() {
            self.rankings.resize(topic.index() + 1, Ranking::default());
        }
        let parameters = self.parameters.index_of(name);
        *ranking_mut(&mut self.rankings, topic) = Ranking { rank: 0, parameters, references: 0 };
        for (topic, rank) in self.ranked.iter().zip(0..) {
            ranking_mut(&mut self.rankings, *topic).rank = rank;
        }
    }

    /// Forgets the topics that no record has counters for and that are not joined any more.
    pub(crate) fn untrack(&mut self, topics: &mut Topics<I>) {
        let Self { ranked, rankings, .. } = self;
        ranked.retain(|topic| {
            let is_tracked = ranking(rankings, *topic).references > 0 || topics[*topic].mesh().is_some();
            if !is_tracked {
                topics[*topic].is_tracked = false;
                topics.release_unused(*topic);
            }
            is_tracked
        });
        trim(ranked);
        if ranked.is_empty() {
            *rankings = Vec::new();
        }
    }

    /// A peer came into the mesh of a topic, or came there again.
    pub(crate) fn graft(&mut self, peers: &mut Peers<I>, peer: PeerSlot, topic: TopicSlot, now: Time) {
        self.update(&mut peers[peer], peer, topic, |counters, _| counters.graft(now));
    }

    /// A peer left the mesh of a topic.
    pub(crate) fn prune(&mut self, peers: &mut Peers<I>, peer: PeerSlot, topic: TopicSlot) {
        let Self { parameters, rankings, .. } = self;
        let Some(record) = &mut peers[peer].record else { return };
        let Ok(position) = position(record, topic, rankings) else { return };
        let Some(counters) = record.topics.get_mut(position) else { return };
        counters.prune(parameters.get(counters.parameters));
        if counters.is_at_rest() {
            record.topics.remove(position);
            ranking_mut(rankings, topic).references -= 1;
        }
        record.invalidate();
    }

    /// A peer was the first to deliver a message.
    pub(crate) fn first_delivery(&mut self, state: &mut PeerState, peer: PeerSlot, topic: TopicSlot) {
        self.update(state, peer, topic, Counters::first_delivery);
    }

    /// A peer delivered a message that was first seen before.
    pub(crate) fn duplicate(&mut self, state: &mut PeerState, topic: TopicSlot, first_seen: Time, now: Time) {
        self.update_known(state, topic, |counters, of| counters.duplicate(of, first_seen, now));
    }

    /// A peer sent or announced an invalid message.
    pub(crate) fn invalid(&mut self, state: &mut PeerState, peer: PeerSlot, topic: TopicSlot) {
        self.update(state, peer, topic, |counters, _| counters.invalid());
    }

    /// A peer behaved badly.
    pub(crate) fn penalty(&mut self, peers: &mut Peers<I>, peer: PeerSlot) {
        if let Some(record) = &mut peers[peer].record {
            record.penalty();
            self.owe_refresh(record, peer);
        }
    }

    /// A peer connected: its record is kept, or made.
    pub(crate) fn connect(state: &mut PeerState) {
        state.record.get_or_insert_with(Record::new).connect();
    }

    /// A peer disconnected, or did so before (Q2): a positive score is forgotten at once, others are retained for a while.
    pub(crate) fn disconnect(&mut self, peers: &mut Peers<I>, peer: PeerSlot, now: Time) {
        if self.score(&mut peers[peer]) > 0.0 {
            self.drop_record(peers, peer);
        } else if let Some(record) = &mut peers[peer].record {
            self.parameters.disconnect(record, now);
            self.drop_resting(record);
            self.owe_refresh(record, peer);
        }
    }

    /// Lets time act on all records, and drops those retained long enough.
    pub(crate) fn refresh(&mut self, peers: &mut Peers<I>, now: Time) {
        self.refreshed = now;
        let mut index = 0;
        while let Some(&peer) = self.restless.get(index) {
            let Some(record) = &mut peers[peer].record else { break };
            if record.is_expired(now) {
                self.drop_record(peers, peer); // another takes its place in the list
                peers.release_unused(peer);
                continue;
            }
            self.parameters.refresh(record, now);
            self.drop_resting(record);
            if record.is_at_rest() {
                record.restless = None;
                self.unlist(peers, index);
            } else {
                index += 1;
            }
        }
    }

    /// Moves the counters of a peer in a topic, which may be its first there.
    #[inline]
    fn update(
        &mut self,
        state: &mut PeerState,
        peer: PeerSlot,
        topic: TopicSlot,
        event: impl FnOnce(&mut Counters, &OfTopic),
    ) {
        let Some(record) = &mut state.record else { return };
        let Self { parameters, rankings, .. } = self;
        let position = position(record, topic, rankings).unwrap_or_else(|position| {
            let ranking = ranking_mut(rankings, topic);
            ranking.references += 1;
            record.topics.insert(position, Counters::new(topic, ranking.parameters));
            position
        });
        if let Some(counters) = record.topics.get_mut(position) {
            event(counters, parameters.get(counters.parameters));
        }
        record.invalidate();
        self.owe_refresh(record, peer);
    }

    /// Moves the counters of a peer in a topic, if they are not at rest: for what does not move them from there.
    #[inline]
    fn update_known(&mut self, state: &mut PeerState, topic: TopicSlot, event: impl FnOnce(&mut Counters, &OfTopic)) {
        let Some(record) = &mut state.record else { return };
        if let Ok(position) = position(record, topic, &self.rankings)
            && let Some(counters) = record.topics.get_mut(position)
        {
            event(counters, self.parameters.get(counters.parameters));
            record.invalidate();
        }
    }

    /// How many records a refresh is owed to, or how many topics records may have counters for, whichever is more.
    pub(crate) fn len(&self) -> usize {
        self.restless.len().max(self.ranked.len())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.restless.capacity().max(self.ranked.capacity())
    }

    pub(crate) fn renumber_peers(&mut self, renumbering: &Renumbering<PeerSlot>) {
        renumbering.apply_to_all(&mut self.restless);
    }

    pub(crate) fn renumber_topics(&mut self, renumbering: &Renumbering<TopicSlot>) {
        let old = mem::take(&mut self.rankings);
        for topic in &mut self.ranked {
            let known = *ranking(&old, *topic);
            renumbering.apply(topic);
            self.rankings.resize(self.rankings.len().max(topic.index() + 1), Ranking::default());
            *ranking_mut(&mut self.rankings, *topic) = known;
        }
    }

    fn owe_refresh(&mut self, record: &mut Record, peer: PeerSlot) {
        if record.restless.is_none() {
            record.restless = Some(u32::try_from(self.restless.len()).expect("no more records than slots"));
            self.restless.push(peer);
        }
    }

    fn unlist(&mut self, peers: &mut Peers<I>, index: usize) {
        self.restless.swap_remove(index);
        trim(&mut self.restless);
        if let Some(&moved) = self.restless.get(index)
            && let Some(record) = &mut peers[moved].record
        {
            record.restless = u32::try_from(index).ok();
        }
    }

    fn drop_record(&mut self, peers: &mut Peers<I>, peer: PeerSlot) {
        let Some(record) = peers[peer].record.take() else { return };
        for counters in &record.topics {
            ranking_mut(&mut self.rankings, counters.topic).references -= 1;
        }
        if let Some(index) = record.restless {
            self.unlist(peers, index as usize);
        }
    }

    fn drop_resting(&mut self, record: &mut Record) {
        record.topics.retain(|counters| {
            let is_at_rest = counters.is_at_rest();
            ranking_mut(&mut self.rankings, counters.topic).references -= u32::from(is_at_rest);
            !is_at_rest
        });
        trim(&mut record.topics);
    }
}

/// Where the counters of a topic are in a record, or would be.
#[inline]
fn position(record: &Record, topic: TopicSlot, rankings: &[Ranking]) -> Result<usize, usize> {
    let rank = ranking(rankings, topic).rank;
    record.topics.binary_search_by_key(&rank, |counters| ranking(rankings, counters.topic).rank)
}

#[inline]
#[expect(clippy::indexing_slicing, reason = "counters are of ranked topics")]
fn ranking(rankings: &[Ranking], topic: TopicSlot) -> &Ranking {
    &rankings[topic.index()]
}

#[inline]
#[expect(clippy::indexing_slicing, reason = "counters are of ranked topics")]
fn ranking_mut(rankings: &mut [Ranking], topic: TopicSlot) -> &mut Ranking {
    &mut rankings[topic.index()]
}
