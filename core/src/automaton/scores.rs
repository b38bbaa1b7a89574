//! The score records of all peers: which event changes which record, and which records decay.
//!
//! The records are in the states of the peers. A method that names a peer finds its record there, and does nothing if
//! the peer has none.

use super::{
    Automaton,
    capacity::trim,
    peer_score::{Counters, Record},
    peers::{PeerState, Peers},
    score_parameters::{ParametersIndex, ScoreParameters, TopicConstants},
    slots::{PeerSlot, Renumbering, Slot, TopicSlot},
    topics::Topics,
};
use crate::{
    Application, Identifiers, Limits, Score, ScoreRecord, SetApplicationScore, SetApplicationScoreOutput, Time,
};
use alloc::vec::Vec;
use core::mem;

/// The state of scores that is not in the records.
#[derive(Clone)]
pub(crate) struct Scores<I: Identifiers> {
    parameters: ScoreParameters<I::Topic>,
    /// The topics that records may have counters for, ascending by name: those joined, and those with counters.
    tracked: Vec<TopicSlot>,
    /// The ranking of each tracked topic, by slot. The entries of other topics mean nothing.
    rankings: Vec<Ranking>,
    /// The peers with a record that a refresh can change. The record has its index here.
    decaying: Vec<PeerSlot>,
    /// The time of the last refresh.
    refreshed: Time,
}

/// What the scores keep of a tracked topic.
#[derive(Clone, Copy, Default)]
struct Ranking {
    /// Ascends along the list of tracked topics. Counters in records are ordered by it, so that no names are compared.
    rank: u32,
    parameters: ParametersIndex,
    /// The number of records with counters for the topic.
    references: u32,
}

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// The application sets its own component of a peer's score (P5), if the peer has a record.
    pub fn set_application_score(&mut self, now: Time, input: SetApplicationScore<I>) -> SetApplicationScoreOutput {
        self.observe(now);
        let SetApplicationScore { peer, score } = input;
        let record = self.peers.find(&peer).and_then(|peer| self.peers[peer].record.as_mut());
        if let Some(record) = record {
            record.set_application_score(score.value());
        }
        SetApplicationScoreOutput::SetApplicationScore
    }
}

impl<I: Identifiers> Scores<I> {
    pub(crate) fn new(limits: &Limits<I>) -> Self {
        Self {
            parameters: ScoreParameters::new(limits),
            tracked: Vec::new(),
            rankings: Vec::new(),
            decaying: Vec::new(),
            refreshed: Time::ZERO,
        }
    }

    /// The score of a peer, which is 0 if the peer has no record.
    #[inline]
    pub(crate) fn score(&self, peers: &mut Peers<I>, peer: PeerSlot) -> f64 {
        self.score_of(&mut peers[peer])
    }

    /// The score of a peer whose state is at hand.
    #[inline]
    pub(crate) fn score_of(&self, peer: &mut PeerState) -> f64 {
        peer.record.as_mut().map_or(0.0, |record| self.parameters.update(record, self.refreshed))
    }

    /// The score of a record, for readers that change nothing.
    pub(crate) fn value(&self, record: &Record) -> f64 {
        self.parameters.value(record, self.refreshed)
    }

    /// A record as plain data.
    pub(crate) fn describe(&self, record: &Record, topics: &Topics<I>) -> ScoreRecord<I> {
        let counters = record.topics.iter().map(|counters| {
            let described = ScoreParameters::<I::Topic>::describe(counters, self.refreshed);
            (topics.name(counters.topic).clone(), described)
        });
        let [behaviour_penalty, application_score] = record.penalty_and_application_score();
        ScoreRecord {
            value: Score::from(self.value(record)),
            status: record.status(),
            behaviour_penalty,
            application_score,
            topics: counters.collect(),
        }
    }

    /// Lets records have counters for a topic.
    pub(crate) fn track(&mut self, topics: &mut Topics<I>, topic: TopicSlot) {
        topics[topic].is_tracked = true;
        let name = topics.name(topic);
        // A topic that was left may still be tracked, because records have counters for it.
        let Err(position) = topics.position_in(&self.tracked, topic) else { return };
        self.tracked.insert(position, topic);
        if self.rankings.len() <= topic.index() {
            self.rankings.resize(topic.index() + 1, Ranking::default());
        }
        let parameters = self.parameters.index_of(name);
        *ranking_mut(&mut self.rankings, topic) = Ranking { rank: 0, parameters, references: 0 };
        for (topic, rank) in self.tracked.iter().zip(0..) {
            ranking_mut(&mut self.rankings, *topic).rank = rank;
        }
    }

    /// Stops tracking the topics that are not joined and that no record has counters for.
    ///
    /// The ranks of the others keep their order. They are counted anew when a topic is tracked.
    pub(crate) fn untrack(&mut self, topics: &mut Topics<I>) {
        let Self { tracked, rankings, .. } = self;
        tracked.retain(|topic| {
            let is_tracked = ranking(rankings, *topic).references > 0 || topics[*topic].mesh().is_some();
            if !is_tracked {
                topics[*topic].is_tracked = false;
                topics.release_unused(*topic);
            }
            is_tracked
        });
        trim(tracked);
        if tracked.is_empty() {
            *rankings = Vec::new();
        }
    }

    /// A peer joined the mesh of a topic, or was grafted again.
    pub(crate) fn graft(&mut self, peers: &mut Peers<I>, peer: PeerSlot, topic: TopicSlot, now: Time) {
        self.update(peers, peer, topic, |counters, _| counters.graft(now));
    }

    /// A peer left the mesh of a topic.
    pub(crate) fn prune(&mut self, peers: &mut Peers<I>, peer: PeerSlot, topic: TopicSlot) {
        let Self { parameters, rankings, .. } = self;
        let Some(record) = &mut peers[peer].record else { return };
        let Ok(position) = position(record, topic, rankings) else { return };
        let counters = record.topics.get_mut(position).expect("the position was just found");
        counters.prune(parameters.get(counters.parameters));
        if counters.is_at_rest() {
            record.topics.remove(position);
            ranking_mut(rankings, topic).references -= 1;
        }
        record.invalidate();
    }

    /// A peer was the first to deliver a message (P2).
    pub(crate) fn first_delivery(&mut self, peers: &mut Peers<I>, peer: PeerSlot, topic: TopicSlot) {
        self.update(peers, peer, topic, Counters::first_delivery);
    }

    /// A peer delivered a message that was seen before (P3).
    #[inline]
    pub(crate) fn duplicate(
        &mut self,
        peers: &mut Peers<I>,
        peer: PeerSlot,
        topic: TopicSlot,
        first_seen: Time,
        now: Time,
    ) {
        // Counters at rest stay so: a duplicate counts only in the mesh.
        let Some(record) = &mut peers[peer].record else { return };
        let Ok(position) = position(record, topic, &self.rankings) else { return };
        let counters = record.topics.get_mut(position).expect("the position was just found");
        counters.duplicate(self.parameters.get(counters.parameters), first_seen, now);
        record.invalidate();
    }

    /// A peer sent or announced an invalid message (P4).
    pub(crate) fn invalid(&mut self, peers: &mut Peers<I>, peer: PeerSlot, topic: TopicSlot) {
        self.update(peers, peer, topic, |counters, _| counters.invalid());
    }

    /// A peer gets a behaviour penalty (P7).
    pub(crate) fn penalize(&mut self, peers: &mut Peers<I>, peer: PeerSlot) {
        if let Some(record) = &mut peers[peer].record {
            record.penalize();
            self.list_as_decaying(record, peer);
        }
    }

    /// The connection to a peer was closed, or the peer was not connected (Q2). A record of positive score is dropped,
    /// and any other is retained for `retain_duration` from now.
    pub(crate) fn disconnect(&mut self, peers: &mut Peers<I>, peer: PeerSlot, now: Time) {
        if self.score(peers, peer) > 0.0 {
            self.drop_record(peers, peer);
        } else if let Some(record) = &mut peers[peer].record {
            self.parameters.disconnect(record, now);
            self.drop_resting(record);
            self.list_as_decaying(record, peer);
        }
    }

    /// Decays all records, and drops the retained records that expire.
    pub(crate) fn refresh(&mut self, peers: &mut Peers<I>, now: Time) {
        self.refreshed = now;
        let mut index = 0;
        while let Some(&peer) = self.decaying.get(index) {
            let record = peers[peer].record.as_mut().expect("a listed peer has a record");
            if record.is_expired(now) {
                self.drop_record(peers, peer); // another takes its place in the list
                peers.release_unused(peer);
                continue;
            }
            self.parameters.refresh(record, now);
            self.drop_resting(record);
            if record.is_at_rest() {
                record.decaying_index = None;
                self.unlist_decaying(peers, index);
            } else {
                index += 1;
            }
        }
    }

    /// Changes the counters of a peer in a topic, which are made if the peer has none.
    #[inline]
    fn update(
        &mut self,
        peers: &mut Peers<I>,
        peer: PeerSlot,
        topic: TopicSlot,
        event: impl FnOnce(&mut Counters, &TopicConstants),
    ) {
        let Some(record) = &mut peers[peer].record else { return };
        let Self { parameters, rankings, .. } = self;
        let position = position(record, topic, rankings).unwrap_or_else(|position| {
            let ranking = ranking_mut(rankings, topic);
            ranking.references += 1;
            record.topics.insert(position, Counters::new(topic, ranking.parameters));
            position
        });
        let counters = record.topics.get_mut(position).expect("the counters were found or made");
        event(counters, parameters.get(counters.parameters));
        record.invalidate();
        self.list_as_decaying(record, peer);
    }

    /// The number of decaying records or of tracked topics, whichever is more.
    pub(crate) fn len(&self) -> usize {
        self.decaying.len().max(self.tracked.len())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.decaying.capacity().max(self.tracked.capacity())
    }

    pub(crate) fn renumber_peers(&mut self, renumbering: &Renumbering<PeerSlot>) {
        let Self { parameters: _, tracked: _, rankings: _, decaying, refreshed: _ } = self;
        renumbering.apply_to_all(decaying);
    }

    pub(crate) fn renumber_topics(&mut self, renumbering: &Renumbering<TopicSlot>) {
        let Self { parameters: _, tracked, rankings, decaying: _, refreshed: _ } = self;
        let old = mem::take(rankings);
        for topic in tracked {
            let known = *ranking(&old, *topic);
            renumbering.apply(topic);
            rankings.resize(rankings.len().max(topic.index() + 1), Ranking::default());
            *ranking_mut(rankings, *topic) = known;
        }
    }

    fn list_as_decaying(&mut self, record: &mut Record, peer: PeerSlot) {
        if record.decaying_index.is_none() {
            record.decaying_index = Some(u32::try_from(self.decaying.len()).expect("no more records than slots"));
            self.decaying.push(peer);
        }
    }

    /// Removes the entry at an index, whose record does not point to it any more. The last entry takes its place.
    fn unlist_decaying(&mut self, peers: &mut Peers<I>, index: usize) {
        self.decaying.swap_remove(index);
        trim(&mut self.decaying);
        let Some(&moved) = self.decaying.get(index) else { return };
        let record = peers[moved].record.as_mut().expect("a listed peer has a record");
        record.decaying_index = u32::try_from(index).ok();
    }

    fn drop_record(&mut self, peers: &mut Peers<I>, peer: PeerSlot) {
        let Some(record) = peers[peer].record.take() else { return };
        for counters in &record.topics {
            ranking_mut(&mut self.rankings, counters.topic).references -= 1;
        }
        if let Some(index) = record.decaying_index {
            self.unlist_decaying(peers, index as usize);
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

/// The index of a topic's counters in a record, or the index to insert them at.
#[inline]
fn position(record: &Record, topic: TopicSlot, rankings: &[Ranking]) -> Result<usize, usize> {
    let rank = ranking(rankings, topic).rank;
    record.topics.binary_search_by_key(&rank, |counters| ranking(rankings, counters.topic).rank)
}

#[inline]
#[expect(clippy::indexing_slicing, reason = "counters are of tracked topics")]
fn ranking(rankings: &[Ranking], topic: TopicSlot) -> &Ranking {
    &rankings[topic.index()]
}

#[inline]
#[expect(clippy::indexing_slicing, reason = "counters are of tracked topics")]
fn ranking_mut(rankings: &mut [Ranking], topic: TopicSlot) -> &mut Ranking {
    &mut rankings[topic.index()]
}

#[cfg(debug_assertions)]
impl<I: Identifiers> Scores<I> {
    /// A record is consistent with itself, and it is listed if a refresh can change it.
    pub(crate) fn check_record(&self, peer: PeerSlot, record: &Record) {
        let rank = |counters: &Counters| ranking(&self.rankings, counters.topic).rank;
        assert!(record.topics.is_sorted_by(|a, b| rank(a) < rank(b)), "counters ascend by the ranks of topics");
        for counters in &record.topics {
            let parameters = ranking(&self.rankings, counters.topic).parameters;
            assert!(counters.parameters == parameters, "counters have the parameters of their topic");
        }
        match record.decaying_index {
            Some(index) => {
                assert!(
                    self.decaying.get(index as usize) == Some(&peer),
                    "a decaying record has its index in the list"
                );
            }
            None => assert!(record.is_at_rest(), "a record that a refresh can change is listed"),
        }
        assert!(self.parameters.is_up_to_date(record, self.refreshed), "a stored score that is not stale is right");
    }

    /// The lists hold exactly the decaying records and the tracked topics.
    pub(crate) fn check_lists(
        &self,
        topics: &Topics<I>,
        decaying: usize,
        references: &alloc::collections::BTreeMap<TopicSlot, u32>,
    ) {
        assert!(self.decaying.len() == decaying, "every listed peer has a decaying record");
        let ascends = self.tracked.is_sorted_by(|a, b| topics.name(*a) < topics.name(*b));
        assert!(ascends, "tracked topics ascend by name");
        let rank = |topic: &TopicSlot| ranking(&self.rankings, *topic).rank;
        assert!(self.tracked.is_sorted_by(|a, b| rank(a) < rank(b)), "ranks ascend along the tracked topics");
        for topic in &self.tracked {
            let ranking = ranking(&self.rankings, *topic);
            assert!(topics[*topic].is_tracked, "a listed topic is marked as tracked");
            let expected = references.get(topic).copied().unwrap_or_default();
            assert!(ranking.references == expected, "a tracked topic has as many references as records with counters");
            let parameters = self.parameters.index_of(topics.name(*topic));
            assert!(ranking.parameters == parameters, "a tracked topic has its own parameters");
        }
        let tracked = topics.iter().filter(|(_, state)| state.is_tracked).count();
        assert!(self.tracked.len() == tracked, "a topic that is marked as tracked is listed");
        let has_counters = |topic: &TopicSlot| topics[*topic].is_tracked;
        assert!(references.keys().all(has_counters), "records have counters only for tracked topics");
    }
}
