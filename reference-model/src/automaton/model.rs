//! The state of the model, and the function that answers each input.

use crate::{
    Observer,
    automaton::{
        Choice, RuleId, ScoreParts, Violation, backoff::Backoff, context::Context, message_cache::MessageCache,
        score::Scores,
    },
};
use gossipsub_automaton::{
    Application, Behaviour, Connection, Fanout, Input, Limits, LimitsError, Output, Score, ScoreRecord, Switches, Time,
    View,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// The reference model of the automaton.
#[derive(Clone, Debug)]
pub struct Model<A> {
    pub(super) limits: Limits<TraceIds>,
    pub(super) behaviour: Behaviour,
    /// Those of the behaviour.
    pub(super) switches: Switches,
    pub(super) application: A,
    pub(super) now: Time,
    pub(super) heartbeat_ticks: u64,
    pub(super) connections: BTreeMap<Peer, Connection<TraceIds>>,
    pub(super) mesh: BTreeMap<Topic, BTreeSet<Peer>>,
    pub(super) fanout: BTreeMap<Topic, Fanout<TraceIds>>,
    pub(super) backoff: Backoff,
    pub(super) scores: Scores,
    pub(super) ihave_per_heartbeat: BTreeMap<Peer, u64>,
    pub(super) iwant_per_heartbeat: BTreeMap<Peer, u64>,
    pub(super) message_cache: MessageCache,
}

impl<A: Application<TraceIds>> Model<A> {
    /// A model without peers or topics, at time zero, with the behaviour of `mavryk`.
    ///
    /// # Errors
    /// The rule that the limits break.
    pub fn new(limits: Limits<TraceIds>, application: A) -> Result<Self, LimitsError> {
        Self::with_behaviour(limits, Behaviour::default(), application)
    }

    /// A model as [`Model::new`] gives, but with another behaviour.
    ///
    /// # Errors
    /// The rule that the limits break.
    pub fn with_behaviour(limits: Limits<TraceIds>, behaviour: Behaviour, application: A) -> Result<Self, LimitsError> {
        limits.check_for(behaviour)?;
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
            behaviour,
            switches: behaviour.switches(),
            application,
        })
    }

    /// Answers an input at a time, with choices that another automaton made. A time that goes backwards counts as the
    /// last time.
    ///
    /// # Errors
    /// The rule that does not allow a choice. The model must not be used afterwards.
    pub fn respond(
        &mut self,
        now: Time,
        input: &Input<TraceIds>,
        choice: &mut dyn Choice,
        observer: &mut dyn Observer,
    ) -> Result<Output<TraceIds>, Violation> {
        self.now = self.now.max(now);
        let output = self.step(input, &mut Context::new(choice, observer))?;
        observer.answered(RuleId::of(output.kind()).rule());
        Ok(output)
    }

    fn step(&mut self, input: &Input<TraceIds>, context: &mut Context<'_>) -> Result<Output<TraceIds>, Violation> {
        Ok(match input {
            Input::AddPeer(input) => self.add_peer(input, context).into(),
            Input::RemovePeer(input) => self.remove_peer(input, context).into(),
            Input::Subscribe(input) => self.subscribe(input, context).into(),
            Input::Unsubscribe(input) => self.unsubscribe(input, context).into(),
            Input::Ihave(input) => self.ihave(input, context)?.into(),
            Input::Iwant(input) => self.iwant(input, context).into(),
            Input::Graft(input) => self.graft(input, context).into(),
            Input::Prune(input) => self.prune(input, context)?.into(),
            Input::ReceiveMessage(input) => self.receive_message(input, context).into(),
            Input::PublishMessage(input) => self.publish_message(input, context)?.into(),
            Input::Join(input) => self.join(input, context)?.into(),
            Input::Leave(input) => self.leave(input, context).into(),
            Input::SetApplicationScore(input) => self.set_application_score(input, context).into(),
            Input::Heartbeat => self.heartbeat(context)?.into(),
            Input::SelectPxPeers(input) => self.select_px_peers(input, context)?.into(),
            Input::SelectGossipMessages => self.select_gossip_messages(context)?.into(),
            Input::ApplyBatch(input) => self.apply_batch(input, context).into(),
        })
    }

    /// Answers an input at a time, with choices of its own, such as [`RandomChoices`](crate::automaton::RandomChoices). A time that
    /// goes backwards counts as the last time.
    ///
    /// # Panics
    /// If the choice refuses, as only [`ObservedChoices`](crate::automaton::ObservedChoices) does.
    pub fn answer(&mut self, now: Time, input: &Input<TraceIds>, choice: &mut dyn Choice) -> Output<TraceIds> {
        self.respond(now, input, choice, &mut ()).expect("a choice that follows no output is allowed")
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
            senders: self.switches.records_senders.then(|| self.message_cache.senders().collect()),
            score_records: None,
        }
    }

    /// The record behind each score, with all topics, also those at rest.
    #[must_use]
    pub fn score_records(&self) -> BTreeMap<Peer, ScoreRecord<TraceIds>> {
        self.scores.describe()
    }

    /// The parts of the score of a peer, if it has a record.
    #[must_use]
    pub fn score_parts(&self, peer: Peer) -> Option<ScoreParts> {
        self.scores.parts(peer)
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits<TraceIds> {
        &self.limits
    }

    /// The behaviour.
    #[must_use]
    pub const fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// The application, for changes of its answers.
    pub const fn application_mut(&mut self) -> &mut A {
        &mut self.application
    }
}

/// The terms of the page.
impl<A> Model<A> {
    /// *score(p)*: the value of p's record, or 0 if p has none.
    pub(super) fn score(&self, peer: Peer) -> f64 {
        self.scores.value(peer).unwrap_or(Score::ZERO).value()
    }

    /// *Subscribed(t)*: the connected peers whose connection has topic t.
    pub(super) fn subscribed(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.connections.iter().filter(move |(_, connection)| connection.topics.contains(topic)).map(|(peer, _)| *peer)
    }

    /// The direct peers subscribed to t: messages go to them outside the mesh.
    pub(super) fn subscribed_direct(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.subscribed(topic).filter(|peer| self.is_direct(*peer))
    }

    /// Whether a peer is connected and direct.
    pub(super) fn is_direct(&self, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.direct)
    }

    /// Whether a peer is connected and outbound.
    pub(super) fn is_outbound(&self, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.outbound)
    }
}
