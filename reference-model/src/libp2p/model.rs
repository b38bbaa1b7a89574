//! The router: its state, and what a step does to it.

use super::{
    answer::{Answer, Part},
    backoff::Backoffs,
    choice::{Choice, report},
    dialect::{Dialect, PruneFloodsub, PruneV10, SeenExpiry},
    fanout::Fanout,
    faults::{Fault, Faults},
    message_cache::MessageCache,
    observed::Observed,
    promises::Promises,
    random::Random,
    rules,
    score::{Scores, TopicRecord, ignore},
    seen::Seen,
    unwanted::Unwanted,
    violation::{ModelError, Violation},
    vocabulary::{
        Input, MessageId, Output, Parameters, Peer, Protocol, Script, ScriptError, Sent, Thresholds, Topic, Validation,
        View,
    },
};
use crate::{Observer, Rule};
use gossipsub_automaton::{Span, Time};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// What never changes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) parameters: Parameters,
    pub(super) dialect: Dialect,
    pub(super) faults: Faults,
}

/// A connected peer.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(super) struct Connection {
    pub(super) protocol: Protocol,
    pub(super) outbound: bool,
    pub(super) topics: BTreeSet<Topic>,
    pub(super) unwanted: Unwanted,
}

/// What a peer did since the last heartbeat. It outlives the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Hash)]
pub(super) struct Counters {
    /// RPCs with IHAVE.
    pub(super) ihave: usize,
    /// Ids that were requested from it.
    pub(super) requested: usize,
    /// RPCs with IWANT.
    pub(super) iwant: usize,
    /// RPCs with IDONTWANT, or ids of them.
    pub(super) idontwant: usize,
}

/// Who sent the first copy of a message that the application was asked about.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(super) struct Source {
    pub(super) peer: Peer,
    pub(super) topic: Topic,
    /// Whether the application has not answered yet.
    pub(super) awaits: bool,
}

/// A score that stands for a while. Only with [`Fault::ScoresCached`] and [`Fault::GraylistCached`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CachedScore {
    pub(super) value: f64,
    pub(super) end: Time,
}

/// The router.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(super) settings: Arc<Settings>,
    pub(super) script: Script,
    pub(super) peers: BTreeMap<Peer, Connection>,
    pub(super) direct: BTreeSet<Peer>,
    pub(super) mesh: BTreeMap<Topic, BTreeSet<Peer>>,
    pub(super) fanout: BTreeMap<Topic, Fanout>,
    pub(super) last_published: BTreeMap<Topic, Time>,
    pub(super) backoffs: Backoffs,
    pub(super) counters: BTreeMap<Peer, Counters>,
    pub(super) seen: Seen,
    /// Own messages, if their copies count as invalid.
    pub(super) published: Seen,
    pub(super) cache: MessageCache,
    pub(super) sources: BTreeMap<MessageId, Source>,
    pub(super) promises: Promises,
    pub(super) scores: Option<Scores>,
    pub(super) ticks: u64,
    /// Peers that were dialled because of peer exchange.
    pub(super) exchanged: BTreeSet<Peer>,
    pub(super) cached_scores: BTreeMap<Peer, CachedScore>,
    /// Whether direct peers were dialled soon after the start.
    pub(super) started: bool,
    /// Other states that the answers so far allow. See `worlds.rs`.
    pub(super) alternatives: Vec<Self>,
    /// Until when, and for how many RPCs, a peer is not looked at for the graylist.
    pub(super) allowed: BTreeMap<Peer, (Time, usize)>,
}

/// A step while it is made.
pub(super) struct Step<'a> {
    pub(super) now: Time,
    pub(super) choice: &'a mut dyn Choice,
    pub(super) observer: &'a mut dyn Observer,
    pub(super) answer: Answer,
    /// The peers whose score was read and is not certain.
    pub(super) uncertain: BTreeSet<Peer>,
}

impl Step<'_> {
    /// A check that lets an RPC pass explains nothing.
    fn note(&mut self, rule: &'static Rule, holds: bool) {
        if holds || !rule.name.starts_with("rpc ") {
            self.answer.note(rule);
        }
    }

    /// Reports a check, and returns its outcome.
    pub(super) fn decide(&mut self, rule: &'static Rule, holds: bool, operands: fmt::Arguments<'_>) -> bool {
        self.note(rule, holds);
        report(self.observer, rule, holds, operands);
        holds
    }

    /// Reports that a number is compared with a limit, and returns how.
    pub(super) fn compare<T: PartialOrd + fmt::Display>(
        &mut self,
        rule: &'static Rule,
        (name, value): (&str, T),
        (limit_name, limit): (&str, T),
        holds: impl Fn(std::cmp::Ordering) -> bool,
    ) -> bool {
        let ordering = value.partial_cmp(&limit);
        let outcome = ordering.is_some_and(holds);
        self.note(rule, outcome);
        let operands = format_args!("{name} {value}, {limit_name} {limit}");
        self.observer.decision(crate::Decision { rule, holds: outcome, ordering, operands: &operands });
        outcome
    }

    /// A part is sent to a peer, or comes from it.
    pub(super) fn send(&mut self, rule: &'static Rule, peer: Peer, part: Part) {
        self.answer.add(rule, peer, part);
    }
}

impl Model {
    /// A router of a dialect, without faults.
    ///
    /// # Errors
    /// If the parameters break a rule.
    pub fn new(parameters: &Parameters, dialect: Dialect) -> Result<Self, ModelError> {
        Self::with_faults(parameters, dialect, Faults::none())
    }

    /// A router of a dialect, with known faults planted.
    ///
    /// # Errors
    /// If the parameters break a rule.
    pub fn with_faults(parameters: &Parameters, dialect: Dialect, faults: Faults) -> Result<Self, ModelError> {
        if !faults.has(Fault::ParametersUnchecked) {
            parameters.check()?;
        }
        if faults.has(Fault::OutboundQuotaBelowHalf)
            && parameters.degree > 0
            && parameters.degree_out >= parameters.degree / 2
        {
            return Err(ModelError {
                field: "D_out".into(),
                rule: "D_out < D / 2",
                found: format!("D_out = {}, D = {}", parameters.degree_out, parameters.degree),
            });
        }
        let settings = Arc::new(Settings { parameters: parameters.clone(), dialect, faults });
        Ok(Self {
            script: Script::new(parameters),
            peers: BTreeMap::new(),
            direct: BTreeSet::new(),
            mesh: BTreeMap::new(),
            fanout: BTreeMap::new(),
            last_published: BTreeMap::new(),
            backoffs: Backoffs::new(dialect.backoff_clear, parameters),
            counters: BTreeMap::new(),
            seen: Seen::new(dialect.seen_expiry, parameters),
            published: Seen::new(SeenExpiry::AtMessage, parameters),
            cache: MessageCache::new(parameters),
            sources: BTreeMap::new(),
            promises: Promises::default(),
            scores: parameters.scoring.is_some().then(|| Scores::new(Arc::clone(&settings))),
            ticks: 0,
            exchanged: BTreeSet::new(),
            cached_scores: BTreeMap::new(),
            started: false,
            alternatives: Vec::new(),
            allowed: BTreeMap::new(),
            settings,
        })
    }

    /// Feeds the whole state to a hasher. Parameters, dialect and faults are left out.
    pub fn hash_state<H: Hasher>(&self, hasher: &mut H) {
        let Self {
            settings: _,
            script,
            peers,
            direct,
            mesh,
            fanout,
            last_published,
            backoffs,
            counters,
            seen,
            published,
            cache,
            sources,
            promises,
            scores,
            ticks,
            exchanged,
            cached_scores,
            started,
            alternatives,
            allowed,
        } = self;
        (script, peers, direct, mesh, fanout, last_published).hash(hasher);
        backoffs.hash_state(hasher);
        seen.hash_state(hasher);
        published.hash_state(hasher);
        (counters, cache, sources, promises, ticks, exchanged, started, allowed).hash(hasher);
        if let Some(scores) = scores {
            scores.hash_state(hasher);
        }
        cached_scores.len().hash(hasher);
        for (peer, CachedScore { value, end }) in cached_scores {
            (peer, value.to_bits(), end).hash(hasher);
        }
        alternatives.len().hash(hasher);
        for alternative in alternatives {
            alternative.hash_state(hasher);
        }
    }

    /// Whether a step may come next.
    ///
    /// # Errors
    /// The reason why it may not.
    pub fn check_step(&self, now: Time, input: &Input) -> Result<(), ScriptError> {
        self.script.check(now, input)
    }

    /// Makes a step, and takes the choices that an answer and a view show, if they are allowed.
    ///
    /// A step that cannot come next changes nothing, and its answer must be empty.
    ///
    /// # Errors
    /// If no allowed choice explains the answer and the view. The model must not be used any more then.
    pub fn judge(
        &mut self,
        now: Time,
        input: &Input,
        output: &Output,
        view: Option<&View>,
        observer: &mut dyn Observer,
    ) -> Result<(), Violation> {
        let sent = match output {
            Output::Sent(sent) => sent,
            Output::Crashed { text } => {
                return Err(Violation::new(&rules::ANSWER_1, "an answer", format!("a crash: {text}")));
            }
        };
        if self.is_certain(now, input) {
            self.judge_once(now, input, sent, view, observer).0
        } else {
            self.judge_in_worlds(now, input, sent, view, observer)
        }
    }

    /// Makes a step with the counts of penalties that come first. Also returns the peers whose uncertain score counted.
    pub(super) fn judge_once(
        &mut self,
        now: Time,
        input: &Input,
        sent: &Sent,
        view: Option<&View>,
        observer: &mut dyn Observer,
    ) -> (Result<(), Violation>, BTreeSet<Peer>) {
        let mut choice = Observed::new(sent);
        let mut step =
            Step { now, choice: &mut choice, observer, answer: Answer::default(), uncertain: BTreeSet::new() };
        let made = self.step(&mut step, input).and_then(|()| step.answer.compare(sent));
        let Step { uncertain, .. } = step;
        let result = made.and_then(|()| view.map_or(Ok(()), |view| self.check_view(view)));
        (result, uncertain)
    }

    /// Makes a step, and draws every choice. A step that cannot come next changes nothing, and has an empty answer.
    ///
    /// # Panics
    /// If a drawn choice is not allowed, which is a fault of the model.
    pub fn respond(&mut self, now: Time, input: &Input, random: &mut Random, observer: &mut dyn Observer) -> Output {
        self.respond_with(now, input, random, observer)
    }

    /// Makes a step with choices that are always allowed.
    pub(super) fn respond_with(
        &mut self,
        now: Time,
        input: &Input,
        choice: &mut dyn Choice,
        observer: &mut dyn Observer,
    ) -> Output {
        let mut step = Step { now, choice, observer, answer: Answer::default(), uncertain: BTreeSet::new() };
        self.step(&mut step, input).expect("a choice of the model is allowed");
        step.answer.into_output(self.settings.parameters.validation)
    }

    fn step(&mut self, step: &mut Step<'_>, input: &Input) -> Result<(), Violation> {
        let refusal = self.script.check(step.now, input);
        if step.decide(&rules::ANSWER_4, refusal.is_err(), format_args!("{refusal:?}")) {
            return Ok(());
        }
        self.script.advance(step.now, input, None);
        self.seen.advance(step.now);
        if let Some(scores) = &mut self.scores {
            scores.advance(step.now, &mut |rule, holds, operands| report(step.observer, rule, holds, operands));
        }
        self.dial_after_start(step);
        match input {
            Input::Connect { peer, outbound, direct, protocol, ip } => {
                self.connect(step, *peer, *outbound, *direct, *protocol, ip.unwrap_or(peer.0));
            }
            Input::Disconnect { peer } => self.disconnect(step, *peer),
            Input::Rpc { peer, rpc } => self.rpcs(step, *peer, std::slice::from_ref(rpc))?,
            Input::Rpcs { peer, rpcs } => self.rpcs(step, *peer, rpcs)?,
            Input::Join { topic } => self.join(step, topic)?,
            Input::Leave { topic } => self.leave(step, topic)?,
            Input::Publish { topic, message_id } => self.publish(step, topic, *message_id)?,
            Input::Validated { message_id, verdict } => self.validated(step, *message_id, *verdict)?,
            Input::SetApplicationScore { peer, score } => self.set_application_score(step, *peer, *score),
            Input::Heartbeat => self.heartbeat(step)?,
        }
        Ok(())
    }

    /// The score of a peer, 0 without scoring.
    pub(super) fn score_of(&mut self, step: &mut Step<'_>, peer: Peer) -> f64 {
        let Some(scores) = &self.scores else {
            return 0.0;
        };
        if scores.penalties(peer).len() > 1 {
            step.uncertain.insert(peer);
        }
        let value = scores.value(peer, &mut ignore);
        if !self.settings.faults.has(Fault::ScoresCached) || !scores.contains(peer) {
            return value;
        }
        let end = step.now + self.settings.parameters.heartbeat_interval;
        let cached = self.cached_scores.entry(peer).or_insert(CachedScore { value, end });
        if step.now >= cached.end {
            *cached = CachedScore { value, end };
        }
        cached.value
    }

    /// Where scores are cached, those of direct floodsub peers are read with those of the others.
    pub(super) fn read_score_of_floodsub(&mut self, step: &mut Step<'_>, peer: Peer) {
        if self.has_fault(Fault::ScoresCached) && self.protocol(peer) == Some(Protocol::Floodsub) {
            self.score_of(step, peer);
        }
    }

    pub(super) fn parameters(&self) -> &Parameters {
        &self.settings.parameters
    }

    pub(super) fn dialect(&self) -> &Dialect {
        &self.settings.dialect
    }

    pub(super) fn has_fault(&self, fault: Fault) -> bool {
        self.settings.faults.has(fault)
    }

    pub(super) fn is_asked(&self) -> bool {
        self.settings.parameters.validation == Validation::Asked
    }

    /// The thresholds, which are all 0 without scoring.
    pub(super) fn thresholds(&self) -> Thresholds {
        let zero = Thresholds { gossip: 0.0, publish: 0.0, graylist: 0.0, accept_px: 0.0, opportunistic_graft: 0.0 };
        self.settings.parameters.scoring.as_ref().map_or(zero, |scoring| scoring.thresholds.clone())
    }

    /// The connected peers that announced a topic.
    pub(super) fn subscribers(&self, topic: &Topic) -> Vec<Peer> {
        self.peers.iter().filter(|(_, peer)| peer.topics.contains(topic)).map(|(peer, _)| *peer).collect()
    }

    /// The connected peers that announced a topic and speak gossipsub.
    pub(super) fn gossipsub_subscribers(&self, topic: &Topic) -> Vec<Peer> {
        let all = self.has_fault(Fault::FloodsubPeersGrafted);
        let speaks = |peer: &Connection| peer.topics.contains(topic) && (all || peer.protocol.is_gossipsub());
        self.peers.iter().filter(|(_, peer)| speaks(peer)).map(|(peer, _)| *peer).collect()
    }

    /// The peers that a mesh may graft: they announced the topic, speak gossipsub, and are not direct, not members and
    /// not backed off. Their scores are not looked at.
    pub(super) fn graftable(&self, topic: &Topic) -> Vec<Peer> {
        let mut peers = self.graftable_or_member(topic);
        let members = self.mesh.get(topic);
        peers.retain(|peer| members.is_none_or(|members| !members.contains(peer)));
        peers
    }

    /// The peers that a mesh may graft, and the members that it might graft if they were not members.
    pub(super) fn graftable_or_member(&self, topic: &Topic) -> Vec<Peer> {
        let mut peers = self.gossipsub_subscribers(topic);
        peers.retain(|peer| !self.direct.contains(peer) && !self.backoffs.contains(topic, *peer));
        peers
    }

    /// Whether a join or an announcement may graft a peer of gossipsub: it is not direct, has a score of 0 or more and is not
    /// backed off. The score of a peer that is backed off is read, too, as far as reading it can be observed.
    pub(super) fn may_be_grafted(&mut self, step: &mut Step<'_>, topic: &Topic, peer: Peer) -> bool {
        !self.direct.contains(&peer) && self.score_of(step, peer) >= 0.0 && !self.backoffs.contains(topic, peer)
    }

    pub(super) fn is_joined(&self, topic: &Topic) -> bool {
        self.mesh.contains_key(topic)
    }

    pub(super) fn protocol(&self, peer: Peer) -> Option<Protocol> {
        self.peers.get(&peer).map(|peer| peer.protocol)
    }

    pub(super) fn is_outbound(&self, peer: Peer) -> bool {
        self.peers.get(&peer).is_some_and(|peer| peer.outbound)
    }

    /// Whether a PRUNE to a peer has neither a backoff nor peers.
    pub(super) fn is_pruned_bare(&self, peer: Peer) -> bool {
        match self.protocol(peer) {
            Some(Protocol::Floodsub) => self.dialect().prune_floodsub == PruneFloodsub::Bare,
            protocol => !protocol.is_some_and(Protocol::has_backoff),
        }
    }

    /// Backs off a peer that the router prunes.
    pub(super) fn back_off_pruned(&mut self, topic: &Topic, peer: Peer, span: Span, now: Time, leave: bool) {
        let bare = self.is_pruned_bare(peer);
        let backs_off = match self.dialect().prune_v10 {
            PruneV10::BacksOff => true,
            PruneV10::BareLeave => !(bare && leave),
            PruneV10::Bare => !bare,
        };
        if backs_off {
            self.backoffs.extend(topic, peer, span, now);
        }
    }

    /// Whether a peer sent an IDONTWANT for a message that still counts.
    pub(super) fn is_unwanted(&self, peer: Peer, id: MessageId) -> bool {
        self.peers.get(&peer).is_some_and(|peer| peer.unwanted.contains(id))
    }

    pub(super) fn counters(&mut self, peer: Peer) -> &mut Counters {
        self.counters.entry(peer).or_default()
    }

    /// A peer joins the mesh of a joined topic. `scored` says whether its score is told.
    pub(super) fn add_to_mesh(&mut self, step: &mut Step<'_>, topic: &Topic, peer: Peer, scored: bool) {
        self.mesh.get_mut(topic).expect("only a joined topic has members").insert(peer);
        if scored {
            self.score_graft(step, topic, peer);
        }
    }

    pub(super) fn score_graft(&mut self, step: &mut Step<'_>, topic: &Topic, peer: Peer) {
        if let Some(scores) = &mut self.scores {
            let now = step.now;
            scores.graft(peer, topic, now, &mut |rule, holds, operands| report(step.observer, rule, holds, operands));
        }
    }

    pub(super) fn score_prune(&mut self, step: &mut Step<'_>, topic: &Topic, peer: Peer) {
        if let Some(scores) = &mut self.scores {
            scores.prune(peer, topic, &mut |rule, holds, operands| report(step.observer, rule, holds, operands));
        }
    }

    /// The parameters, the dialect and the faults.
    #[must_use]
    pub fn settings(&self) -> (&Parameters, &Dialect, &Faults) {
        let Settings { parameters, dialect, faults } = &*self.settings;
        (parameters, dialect, faults)
    }

    /// What decides whether a step may come next.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// The members of the mesh of each joined topic.
    #[must_use]
    pub fn meshes(&self) -> &BTreeMap<Topic, BTreeSet<Peer>> {
        &self.mesh
    }

    /// What is known of the fanout of each topic that has one.
    #[must_use]
    pub fn fanouts(&self) -> &BTreeMap<Topic, Fanout> {
        &self.fanout
    }

    /// The connected peers, each with what it speaks, whether it is outbound, and its topics.
    pub fn connections(&self) -> impl Iterator<Item = (Peer, Protocol, bool, &BTreeSet<Topic>)> {
        self.peers
            .iter()
            .map(|(peer, connection)| (*peer, connection.protocol, connection.outbound, &connection.topics))
    }

    /// The direct peers, connected or not.
    #[must_use]
    pub fn direct_peers(&self) -> &BTreeSet<Peer> {
        &self.direct
    }

    /// When the backoff of a peer ends or ended, if there is an entry.
    #[must_use]
    pub fn backoff_end(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.backoffs.end(topic, peer)
    }

    /// Whether a message counts as seen.
    #[must_use]
    pub fn is_seen(&self, id: MessageId) -> bool {
        self.seen.contains(id)
    }

    /// The cached messages.
    pub fn cached(&self) -> impl Iterator<Item = MessageId> {
        self.cache.ids()
    }

    /// The messages that await a verdict.
    pub fn awaiting(&self) -> impl Iterator<Item = MessageId> {
        self.sources.iter().filter(|(_, source)| source.awaits).map(|(id, _)| *id)
    }

    /// The score of a peer, 0 without scoring or without a record.
    #[must_use]
    pub fn score(&self, peer: Peer) -> f64 {
        self.scores.as_ref().map_or(0.0, |scores| scores.value(peer, &mut ignore))
    }

    /// The counters of a peer's score by topic.
    #[must_use]
    pub fn topic_records(&self, peer: Peer) -> Option<&BTreeMap<Topic, TopicRecord>> {
        self.scores.as_ref()?.topics(peer)
    }
}
