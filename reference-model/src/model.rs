//! The state of the model, and which function answers which input.

use crate::{Choice, ScoreParts, backoff::Backoff, message_cache::MessageCache, score::Scores};
use gossipsub_automaton::{
    Application, Connection, Fanout, Input, Limits, LimitsError, Output, Score, Time, View,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// The reference model of the automaton.
#[derive(Clone, Debug)]
pub struct Model<A> {
    pub(crate) limits: Limits<TraceIds>,
    pub(crate) application: A,
    pub(crate) now: Time,
    pub(crate) heartbeat_ticks: u64,
    pub(crate) connections: BTreeMap<Peer, Connection<TraceIds>>,
    pub(crate) mesh: BTreeMap<Topic, BTreeSet<Peer>>,
    pub(crate) fanout: BTreeMap<Topic, Fanout<TraceIds>>,
    pub(crate) backoff: Backoff,
    pub(crate) scores: Scores,
    pub(crate) ihave_per_heartbeat: BTreeMap<Peer, u64>,
    pub(crate) iwant_per_heartbeat: BTreeMap<Peer, u64>,
    pub(crate) message_cache: MessageCache,
}

impl<A: Application<TraceIds>> Model<A> {
    /// A model without peers or topics, at time zero.
    ///
    /// # Errors
    /// The rule that the limits break.
    pub fn new(limits: Limits<TraceIds>, application: A) -> Result<Self, LimitsError> {
        limits.check()?;
        Ok(Self {
            now: Time::ZERO,
            heartbeat_ticks: 0,
            connections: BTreeMap::new(),
            mesh: BTreeMap::new(),
            fanout: BTreeMap::new(),
            backoff: Backoff::default(),
            scores: Scores::new(limits.score_limits.clone(), limits.retain_duration),
            ihave_per_heartbeat: BTreeMap::new(),
            iwant_per_heartbeat: BTreeMap::new(),
            message_cache: MessageCache::new(&limits),
            limits,
            application,
        })
    }

    /// Answers an input at a time. A time that goes backwards is taken as the last time seen.
    ///
    /// # Errors
    /// Where the choice refuses what was observed. The model is of no use afterwards.
    pub fn respond<C: Choice>(
        &mut self,
        now: Time,
        input: &Input<TraceIds>,
        choice: &mut C,
    ) -> Result<Output<TraceIds>, C::Refusal> {
        self.now = self.now.max(now);
        Ok(match input {
            Input::AddPeer(input) => self.add_peer(input).into(),
            Input::RemovePeer(input) => self.remove_peer(input).into(),
            Input::Subscribe(input) => self.subscribe(input).into(),
            Input::Unsubscribe(input) => self.unsubscribe(input).into(),
            Input::Ihave(input) => self.ihave(input, choice)?.into(),
            Input::Iwant(input) => self.iwant(input).into(),
            Input::Graft(input) => self.graft(input).into(),
            Input::Prune(input) => self.prune(input, choice)?.into(),
            Input::ReceiveMessage(input) => self.receive_message(input).into(),
            Input::PublishMessage(input) => self.publish_message(input, choice)?.into(),
            Input::Join(input) => self.join(input, choice)?.into(),
            Input::Leave(input) => self.leave(input).into(),
            Input::SetApplicationScore(input) => self.set_application_score(input).into(),
            Input::Heartbeat => self.heartbeat(choice)?.into(),
            Input::SelectPxPeers(input) => self.select_px_peers(input, choice)?.into(),
            Input::SelectGossipMessages => self.select_gossip_messages(choice)?.into(),
        })
    }

    /// The whole observable state.
    #[must_use]
    pub fn view(&self) -> View<TraceIds> {
        let gossip_ids = self.mesh.keys().chain(self.fanout.keys());
        View {
            heartbeat_ticks: self.heartbeat_ticks,
            connections: self.connections.clone(),
            mesh: self.mesh.clone(),
            fanout: self.fanout.clone(),
            backoff: self.backoff.entries().clone(),
            scores: self.scores.values().collect(),
            ihave_per_heartbeat: self.ihave_per_heartbeat.clone(),
            iwant_per_heartbeat: self.iwant_per_heartbeat.clone(),
            message_cache: self.message_cache.messages().clone(),
            first_seen: self.message_cache.first_seen().collect(),
            gossip_ids: gossip_ids.map(|topic| (topic.clone(), self.message_cache.gossip_ids(topic))).collect(),
        }
    }

    /// What the score of a peer is made of, where it has a record.
    #[must_use]
    pub fn score_parts(&self, peer: Peer) -> Option<ScoreParts> {
        self.scores.parts(peer)
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits<TraceIds> {
        &self.limits
    }

    /// The application, to change what it would answer.
    pub const fn application_mut(&mut self) -> &mut A {
        &mut self.application
    }
}

/// What the rules ask of the state, in the page's words.
impl<A> Model<A> {
    /// *score(p)*: the value of p's record, or 0 where p has none.
    pub(crate) fn score(&self, peer: Peer) -> f64 {
        self.scores.value(peer).unwrap_or(Score::ZERO).value()
    }

    /// *Subscribed(t)*: the connected peers whose connection has topic t.
    pub(crate) fn subscribed(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.connections.iter().filter(move |(_, connection)| connection.topics.contains(topic)).map(|(peer, _)| *peer)
    }

    /// The direct peers subscribed to t: messages go to them outside the mesh.
    pub(crate) fn subscribed_direct(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.subscribed(topic).filter(|peer| self.is_direct(*peer))
    }

    /// Whether a peer is connected and direct.
    pub(crate) fn is_direct(&self, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.direct)
    }

    /// Whether a peer is connected and outbound.
    pub(crate) fn is_outbound(&self, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.outbound)
    }
}
