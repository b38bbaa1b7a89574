//! What events and answers tell of a router.

mod messages;

pub(super) use self::messages::{MessageRecord, State};

use self::messages::Messages;
use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::libp2p::{
    Dialect,
    dialect::{IdontwantLife, PruneV10},
    vocabulary::{
        Delivery, Input, Message, MessageId, Parameters, Parts, Peer, Protocol, Rpc, ScoringParameters, Sent, Topic,
        TopicScoringParameters, Verdict,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// As many ids of one RPC, and as many RPCs between two heartbeats, are certainly within every limit of IDONTWANT.
const CERTAIN_UNWANTED: usize = 10;

/// How sure a fact is. A fact without an entry is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// It depends on what no answer shows.
    Open,
    Certain,
}

/// A connected peer.
#[derive(Clone, Debug)]
struct Connection {
    protocol: Protocol,
    outbound: bool,
    topics: BTreeMap<Topic, Certainty>,
    /// Topics that it announced since it connected, and may have left.
    announced: BTreeSet<Topic>,
    unwanted: BTreeMap<MessageId, Unwanted>,
}

/// When a peer last said that it does not want a message.
#[derive(Clone, Copy, Debug)]
struct Unwanted {
    time: Time,
    heartbeats: u64,
    certainty: Certainty,
}

/// What a peer did since the last heartbeat.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// RPCs with IHAVE that were certainly heard.
    pub(super) ihave: usize,
    /// All RPCs with IHAVE.
    pub(super) possible_ihave: usize,
    /// Ids that were requested from it.
    pub(super) requested: usize,
    /// RPCs with IWANT.
    pub(super) iwant: usize,
    /// RPCs with IDONTWANT.
    idontwant: usize,
}

/// What is known of a router.
#[derive(Clone, Debug)]
pub struct History {
    parameters: Parameters,
    dialect: Dialect,
    /// Whether a score is what the application says alone.
    has_known_scores: bool,
    /// The number of heartbeats.
    pub(super) heartbeats: u64,
    connections: BTreeMap<Peer, Connection>,
    direct: BTreeSet<Peer>,
    /// The links of each joined topic.
    joined: BTreeMap<Topic, BTreeMap<Peer, Certainty>>,
    /// What the application said, none if that may be lost.
    application: BTreeMap<Peer, Option<f64>>,
    /// Until when a peer is certainly backed off.
    backoffs: BTreeMap<(Topic, Peer), Time>,
    /// Until when it may be.
    possible_backoffs: BTreeMap<(Topic, Peer), Time>,
    /// Until when a peer asked to be left alone.
    received_backoffs: BTreeMap<(Topic, Peer), Time>,
    /// Who left a mesh by a PRUNE of its own, and has not come back.
    left: BTreeSet<(Topic, Peer)>,
    /// Who announced that it leaves a topic, then sent a PRUNE with a backoff: until when.
    unsubscribed: BTreeMap<(Topic, Peer), Option<Time>>,
    pub(super) messages: Messages,
    counts: BTreeMap<Peer, Counts>,
    /// The last publish in each topic.
    published: BTreeMap<Topic, Time>,
    /// Topics that were published to since they were last left, if ever.
    fanouts: BTreeSet<Topic>,
    /// The topic and the recipients of the last step, if it was a publish.
    last_publish: Option<(Topic, BTreeSet<Peer>)>,
    /// Peers that were dialled.
    dialled: BTreeSet<Peer>,
    sends_idontwant: bool,
}

impl History {
    /// Of a router that has just started.
    #[must_use]
    pub fn new(parameters: &Parameters, dialect: Dialect) -> Self {
        Self {
            parameters: parameters.clone(),
            dialect,
            has_known_scores: parameters.scoring.as_ref().is_none_or(counts_only_application),
            heartbeats: 0,
            connections: BTreeMap::new(),
            direct: BTreeSet::new(),
            joined: BTreeMap::new(),
            application: BTreeMap::new(),
            backoffs: BTreeMap::new(),
            possible_backoffs: BTreeMap::new(),
            received_backoffs: BTreeMap::new(),
            left: BTreeSet::new(),
            unsubscribed: BTreeMap::new(),
            messages: Messages::default(),
            counts: BTreeMap::new(),
            published: BTreeMap::new(),
            fanouts: BTreeSet::new(),
            last_publish: None,
            dialled: BTreeSet::new(),
            sends_idontwant: false,
        }
    }

    pub(super) const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(super) fn is_connected(&self, peer: Peer) -> bool {
        self.connections.contains_key(&peer)
    }

    pub(super) fn connected(&self) -> impl Iterator<Item = Peer> {
        self.connections.keys().copied()
    }

    pub(super) fn protocol(&self, peer: Peer) -> Option<Protocol> {
        self.connections.get(&peer).map(|connection| connection.protocol)
    }

    pub(super) fn is_direct(&self, peer: Peer) -> bool {
        self.direct.contains(&peer)
    }

    pub(super) fn is_outbound(&self, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.outbound)
    }

    /// Some implementations take a peer that they dialled because of peer exchange as inbound.
    pub(super) fn was_dialled(&self, peer: Peer) -> bool {
        self.dialled.contains(&peer)
    }

    pub(super) fn joined(&self) -> impl Iterator<Item = &Topic> {
        self.joined.keys()
    }

    pub(super) fn is_joined(&self, topic: &Topic) -> bool {
        self.joined.contains_key(topic)
    }

    pub(super) fn link(&self, topic: &Topic, peer: Peer) -> Option<Certainty> {
        self.joined.get(topic)?.get(&peer).copied()
    }

    /// The peers with a link that is certainly on.
    pub(super) fn links(&self, topic: &Topic) -> BTreeSet<Peer> {
        let links = self.joined.get(topic).into_iter().flatten();
        links.filter(|(_, certainty)| **certainty == Certainty::Certain).map(|(peer, _)| *peer).collect()
    }

    /// The peers with a link that may be on.
    pub(super) fn possible_links(&self, topic: &Topic) -> BTreeSet<Peer> {
        self.joined.get(topic).into_iter().flatten().map(|(peer, _)| *peer).collect()
    }

    pub(super) fn subscription(&self, topic: &Topic, peer: Peer) -> Option<Certainty> {
        self.connections.get(&peer)?.topics.get(topic).copied()
    }

    /// The peers that certainly announced a topic.
    pub(super) fn subscribers(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        self.possible_subscribers(topic).filter(|peer| self.subscription(topic, *peer) == Some(Certainty::Certain))
    }

    /// The peers that may have announced a topic.
    pub(super) fn possible_subscribers(&self, topic: &Topic) -> impl Iterator<Item = Peer> {
        let has = move |connection: &Connection| connection.topics.contains_key(topic);
        self.connections.iter().filter(move |(_, connection)| has(connection)).map(|(peer, _)| *peer)
    }

    /// Whether a peer announced a topic since it connected, although it may have left it.
    pub(super) fn has_announced(&self, topic: &Topic, peer: Peer) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.announced.contains(topic))
    }

    /// The score of a peer, if it is known: 0 without scoring.
    pub(super) fn score(&self, peer: Peer) -> Option<f64> {
        let Some(scoring) = &self.parameters.scoring else { return Some(0.0) };
        let application = self.application.get(&peer).copied().unwrap_or(Some(0.0));
        application.filter(|_| self.has_known_scores).map(|score| score * scoring.app_specific_weight)
    }

    /// Whether the score of every peer is known.
    pub(super) fn knows_scores(&self) -> bool {
        self.connected().all(|peer| self.score(peer).is_some())
    }

    /// A threshold, which is 0 without scoring.
    fn threshold(&self, of: impl Fn(&ScoringParameters) -> f64) -> f64 {
        self.parameters.scoring.as_ref().map_or(0.0, of)
    }

    pub(super) fn gossip_threshold(&self) -> f64 {
        self.threshold(|scoring| scoring.thresholds.gossip)
    }

    pub(super) fn publish_threshold(&self) -> f64 {
        self.threshold(|scoring| scoring.thresholds.publish)
    }

    pub(super) fn graylist_threshold(&self) -> f64 {
        self.threshold(|scoring| scoring.thresholds.graylist)
    }

    pub(super) fn accept_px_threshold(&self) -> f64 {
        self.threshold(|scoring| scoring.thresholds.accept_px)
    }

    /// Whether the RPCs of a step are not ignored for the score of their sender, if it is known. An answer shows that
    /// one RPC was not.
    pub(super) fn is_heard(&self, peer: Peer, input: &Input, sent: &Sent) -> Option<bool> {
        if self.parameters.scoring.is_none() || self.is_direct(peer) {
            return Some(true);
        }
        if let Some(score) = self.score(peer) {
            return Some(score >= self.graylist_threshold());
        }
        let Sent { to, delivered, asked, dial, .. } = sent;
        let is_answered = !to.is_empty()
            || !delivered.is_empty()
            || asked.as_ref().is_some_and(|asked| !asked.is_empty())
            || !dial.is_empty();
        (is_answered && matches!(input, Input::Rpc { .. })).then_some(true)
    }

    /// When the certain backoff of a peer ends, if there was a PRUNE.
    pub(super) fn backoff(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.backoffs.get(&(topic.clone(), peer)).copied()
    }

    /// When every backoff of a peer has ended, if there may have been a PRUNE.
    pub(super) fn possible_backoff(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.possible_backoffs.get(&(topic.clone(), peer)).copied()
    }

    /// When the backoffs of the PRUNEs of a peer end.
    pub(super) fn received_backoff(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.received_backoffs.get(&(topic.clone(), peer)).copied()
    }

    /// Whether a peer sent a PRUNE and was not grafted since then.
    pub(super) fn has_left(&self, topic: &Topic, peer: Peer) -> bool {
        self.left.contains(&(topic.clone(), peer))
    }

    /// When the backoff ends that a peer sent after it unsubscribed, if no other PRUNE came since then.
    pub(super) fn unsubscribe_backoff(&self, topic: &Topic, peer: Peer) -> Option<Time> {
        self.unsubscribed.get(&(topic.clone(), peer)).copied().flatten()
    }

    pub(super) fn counts(&self, peer: Peer) -> Counts {
        self.counts.get(&peer).copied().unwrap_or_default()
    }

    pub(super) fn last_published(&self, topic: &Topic) -> Option<Time> {
        self.published.get(topic).copied()
    }

    /// Whether a topic may have a fanout.
    pub(super) fn may_have_fanout(&self, topic: &Topic) -> bool {
        self.fanouts.contains(topic)
    }

    /// The recipients of the last step, if it was a publish in this topic.
    pub(super) fn last_recipients(&self, topic: &Topic) -> Option<&BTreeSet<Peer>> {
        self.last_publish.as_ref().filter(|(last, _)| last == topic).map(|(_, recipients)| recipients)
    }

    /// Whether a peer may not want a message.
    pub(super) fn may_be_unwanted(&self, peer: Peer, id: MessageId) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.unwanted.contains_key(&id))
    }

    /// Whether any peer may not want a message.
    pub(super) fn may_be_unwanted_by_any(&self, id: MessageId) -> bool {
        self.connected().any(|peer| self.may_be_unwanted(peer, id))
    }

    /// Whether a peer certainly does not want a message: it said so less than three heartbeats and three seconds ago.
    pub(super) fn is_unwanted(&self, peer: Peer, id: MessageId, now: Time) -> bool {
        let unwanted = self.connections.get(&peer).and_then(|connection| connection.unwanted.get(&id));
        let heartbeats = match self.dialect.idontwant_life {
            IdontwantLife::CacheLength => (self.parameters.history_length as u64).min(3),
            IdontwantLife::ThreeHeartbeats | IdontwantLife::ThreeSeconds => 3,
        };
        unwanted.is_some_and(|unwanted| {
            unwanted.certainty == Certainty::Certain
                && self.heartbeats < unwanted.heartbeats.saturating_add(heartbeats)
                && now < unwanted.time + Span::from_secs(3)
        })
    }

    /// Whether an IDONTWANT was sent in any step.
    pub(super) const fn sends_idontwant(&self) -> bool {
        self.sends_idontwant
    }

    /// The announcements of RPCs, and the GRAFTs that answer them.
    pub(super) fn learn_announcements(&mut self, input: &Input, sent: &Sent) {
        let (peer, rpcs) = match input {
            Input::Rpc { peer, rpc } => (*peer, std::slice::from_ref(rpc)),
            Input::Rpcs { peer, rpcs } => (*peer, rpcs.as_slice()),
            _ => return,
        };
        let certainty = match self.is_heard(peer, input, sent) {
            Some(true) => Certainty::Certain,
            Some(false) => return,
            None => Certainty::Open,
        };
        let Some(connection) = self.connections.get_mut(&peer) else { return };
        for subscription in rpcs.iter().flat_map(|rpc| &rpc.subscriptions) {
            let topic = &subscription.topic;
            if subscription.subscribe {
                let known = connection.topics.entry(topic.clone()).or_insert(certainty);
                *known = (*known).max(certainty);
                connection.announced.insert(topic.clone());
                continue;
            }
            if certainty == Certainty::Certain {
                connection.topics.remove(topic);
            } else if let Some(known) = connection.topics.get_mut(topic) {
                *known = Certainty::Open;
            }
            self.unsubscribed.insert((topic.clone(), peer), None);
        }
        let certainty = if matches!(input, Input::Rpc { .. }) { Certainty::Certain } else { Certainty::Open };
        for topic in sent.to.get(&peer).into_iter().flat_map(|parts| &parts.graft) {
            self.add_link(topic, peer, certainty);
        }
    }

    /// Everything else of a step.
    pub(super) fn learn(&mut self, now: Time, input: &Input, sent: &Sent) {
        self.last_publish = None;
        match input {
            Input::Connect { peer, outbound, direct, protocol, .. } => {
                self.connect(*peer, *outbound, *direct, *protocol);
            }
            Input::Disconnect { peer } => self.disconnect(*peer),
            Input::Rpc { peer, rpc } => {
                self.learn_messages(now, *peer, std::slice::from_ref(rpc), sent);
                let heard = self.is_heard(*peer, input, sent);
                self.learn_gossip(now, *peer, rpc, heard);
                self.learn_grafts(*peer, rpc, heard, sent);
                self.learn_prunes(now, *peer, rpc, heard);
            }
            Input::Rpcs { peer, rpcs } => {
                self.learn_messages(now, *peer, rpcs, sent);
                let heard = self.is_heard(*peer, input, sent);
                for rpc in rpcs {
                    self.learn_gossip(now, *peer, rpc, heard);
                    self.learn_prunes(now, *peer, rpc, heard);
                }
                // Which of the RPCs has the GRAFT that was accepted is open.
                for topic in rpcs.iter().flat_map(|rpc| &rpc.graft) {
                    self.add_link(topic, *peer, Certainty::Open);
                }
            }
            Input::Join { topic } => {
                self.joined.entry(topic.clone()).or_default();
                self.fanouts.remove(topic);
            }
            Input::Publish { topic, message_id } => {
                self.publish(now, topic, *message_id, sent);
                if sent.refused.is_none() && !self.may_be_unwanted_by_any(*message_id) {
                    self.last_publish = Some((topic.clone(), recipients(sent, topic, *message_id)));
                }
            }
            Input::Validated { message_id, verdict } => self.validated(now, *message_id, *verdict),
            Input::SetApplicationScore { peer, score } => {
                let is_kept = self.is_connected(*peer);
                self.application.insert(*peer, is_kept.then_some(*score));
            }
            Input::Leave { .. } | Input::Heartbeat => {}
        }
        self.learn_answer(now, input, sent);
        if let Input::Leave { topic } = input {
            self.joined.remove(topic);
        }
        if matches!(input, Input::Heartbeat) {
            self.heartbeats = self.heartbeats.saturating_add(1);
            self.messages.shift(self.heartbeats, &self.parameters);
            self.counts.clear();
        }
        for peer in &sent.closed {
            self.disconnect(*peer);
        }
    }

    fn connect(&mut self, peer: Peer, outbound: bool, direct: bool, protocol: Protocol) {
        if direct {
            self.direct.insert(peer);
        } else {
            self.direct.remove(&peer);
        }
        let connection = Connection {
            protocol,
            outbound,
            topics: BTreeMap::new(),
            announced: BTreeSet::new(),
            unwanted: BTreeMap::new(),
        };
        self.connections.entry(peer).or_insert(connection);
    }

    fn disconnect(&mut self, peer: Peer) {
        self.connections.remove(&peer);
        for links in self.joined.values_mut() {
            links.remove(&peer);
        }
        if let Some(score) = self.application.get_mut(&peer)
            && *score != Some(0.0)
        {
            *score = None;
        }
    }

    fn add_link(&mut self, topic: &Topic, peer: Peer, certainty: Certainty) {
        if let Some(links) = self.joined.get_mut(topic) {
            let link = links.entry(peer).or_insert(certainty);
            *link = (*link).max(certainty);
            self.left.remove(&(topic.clone(), peer));
        }
    }

    fn remove_link(&mut self, topic: &Topic, peer: Peer) {
        if let Some(links) = self.joined.get_mut(topic) {
            links.remove(&peer);
        }
    }

    /// The messages of RPCs. Only the first copy of a message that does not count as seen is delivered.
    fn learn_messages(&mut self, now: Time, peer: Peer, rpcs: &[Rpc], sent: &Sent) {
        let mut new: BTreeSet<(&Topic, MessageId)> = (sent.delivered.iter())
            .chain(sent.asked.iter().flatten())
            .filter(|delivery| delivery.peer == peer)
            .map(|Delivery { topic, message_id, .. }| (topic, *message_id))
            .collect();
        let state = match &sent.asked {
            Some(_) => State::Awaiting,
            None => State::Accepted(self.heartbeats, Certainty::Certain),
        };
        for Message { topic, message_id } in rpcs.iter().flat_map(|rpc| &rpc.messages) {
            if new.remove(&(topic, *message_id)) {
                self.messages.add(now, self.heartbeats, topic, *message_id, peer, state);
            } else {
                self.messages.add_sender(*message_id, peer);
            }
            if !self.is_joined(topic) {
                self.messages.add_unjoined(*message_id);
            }
        }
    }

    fn publish(&mut self, now: Time, topic: &Topic, id: MessageId, sent: &Sent) {
        self.published.insert(topic.clone(), now);
        if !self.is_joined(topic) {
            self.fanouts.insert(topic.clone());
        }
        if sent.refused.is_none() {
            self.messages.add(now, self.heartbeats, topic, id, Peer::NODE, State::Published(self.heartbeats));
        }
    }

    fn validated(&mut self, now: Time, id: MessageId, verdict: Verdict) {
        let certainty = if self.is_cached_since_arrival(id) { Certainty::Certain } else { Certainty::Open };
        let Some(topic) = self.messages.decide(self.heartbeats, id, verdict, certainty).cloned() else { return };
        if verdict == Verdict::Accept && !self.is_joined(&topic) {
            // Some implementations send it to the fanout, as if it were published.
            self.published.insert(topic.clone(), now);
            self.fanouts.insert(topic);
        }
    }

    /// Whether a message is in the cache, if that counts from its arrival.
    pub(super) fn is_cached_since_arrival(&self, id: MessageId) -> bool {
        let length = u64::try_from(self.parameters.history_length).unwrap_or(u64::MAX);
        self.messages.record(id).is_some_and(|record| self.heartbeats < record.arrival.saturating_add(length))
    }

    fn learn_gossip(&mut self, now: Time, peer: Peer, rpc: &Rpc, heard: Option<bool>) {
        if heard == Some(false) {
            return;
        }
        let is_heard = heard == Some(true) && self.score(peer).is_some_and(|score| score >= self.gossip_threshold());
        let counts = self.counts.entry(peer).or_default();
        if !rpc.ihave.is_empty() {
            counts.possible_ihave += 1;
            counts.ihave += usize::from(is_heard);
        }
        counts.iwant += usize::from(!rpc.iwant.is_empty());
        counts.idontwant += usize::from(!rpc.idontwant.is_empty());
        let is_within_limits =
            counts.idontwant < CERTAIN_UNWANTED && rpc.idontwant.iter().flatten().count() <= CERTAIN_UNWANTED;
        for id in rpc.iwant.iter().flatten() {
            self.messages.add_request(*id, peer);
        }
        let certainty = if heard == Some(true) && is_within_limits { Certainty::Certain } else { Certainty::Open };
        let Some(connection) = self.connections.get_mut(&peer) else { return };
        for id in rpc.idontwant.iter().flatten() {
            let unwanted = Unwanted { time: now, heartbeats: self.heartbeats, certainty };
            connection.unwanted.insert(*id, unwanted);
        }
    }

    /// A link that was made by the peer is certain only if every implementation accepts it.
    fn learn_grafts(&mut self, peer: Peer, rpc: &Rpc, heard: Option<bool>, sent: &Sent) {
        if heard == Some(false) {
            return;
        }
        let is_welcome =
            heard == Some(true) && !self.is_direct(peer) && self.score(peer).is_some_and(|score| score >= 0.0);
        for topic in &rpc.graft {
            if is_pruned(sent.to.get(&peer), topic) {
                self.remove_link(topic, peer);
            } else if is_welcome && self.subscription(topic, peer) == Some(Certainty::Certain) {
                self.add_link(topic, peer, Certainty::Certain);
            } else {
                self.add_link(topic, peer, Certainty::Open);
            }
        }
    }

    fn learn_prunes(&mut self, now: Time, peer: Peer, rpc: &Rpc, heard: Option<bool>) {
        if heard == Some(false) {
            return;
        }
        for prune in &rpc.prune {
            if !self.is_joined(&prune.topic) {
                continue;
            }
            let key = (prune.topic.clone(), peer);
            let own = now + self.parameters.prune_backoff;
            let given = prune.backoff.map(|seconds| now + Span::from_secs(seconds));
            // A backoff of 0 is taken as none given, or as none at all.
            let longest = given.filter(|_| prune.backoff != Some(0)).unwrap_or(own);
            extend(&mut self.possible_backoffs, key.clone(), longest);
            if heard != Some(true) {
                if let Some(link) = self.joined.get_mut(&prune.topic).and_then(|links| links.get_mut(&peer)) {
                    *link = Certainty::Open;
                }
                self.unsubscribed.remove(&key);
                continue;
            }
            extend(&mut self.backoffs, key.clone(), given.unwrap_or(own));
            if let Some(end) = given {
                extend(&mut self.received_backoffs, key.clone(), end);
            }
            if let Some(end) = self.unsubscribed.get_mut(&key) {
                // A second PRUNE is another case.
                *end = if end.is_none() { given.filter(|end| *end > now) } else { None };
                if end.is_none() {
                    self.unsubscribed.remove(&key);
                }
            }
            self.remove_link(&prune.topic, peer);
            self.left.insert(key);
        }
    }

    fn learn_answer(&mut self, now: Time, input: &Input, sent: &Sent) {
        let span = match input {
            Input::Leave { .. } => self.parameters.unsubscribe_backoff,
            _ => self.parameters.prune_backoff,
        };
        let sender = match input {
            Input::Rpc { peer, .. } | Input::Rpcs { peer, .. } => Some(*peer),
            _ => None,
        };
        for (peer, parts) in &sent.to {
            for prune in &parts.prune {
                let key = (prune.topic.clone(), *peer);
                // A direct peer is pruned without a backoff, and in some dialects a peer that knows none.
                let is_known = self.protocol(*peer).is_some_and(Protocol::has_backoff)
                    || self.dialect.prune_v10 == PruneV10::BacksOff;
                if !self.is_direct(*peer) && is_known {
                    extend(&mut self.backoffs, key.clone(), now + span);
                }
                extend(&mut self.possible_backoffs, key.clone(), now + span);
                self.unsubscribed.remove(&key);
                self.remove_link(&prune.topic, *peer);
                // A later GRAFT of the same step may have been accepted.
                if let Input::Rpcs { peer: sender, rpcs } = input
                    && sender == peer
                    && rpcs.iter().any(|rpc| rpc.graft.contains(&prune.topic))
                {
                    self.add_link(&prune.topic, *peer, Certainty::Open);
                }
            }
            if sender.is_none() {
                for topic in &parts.graft {
                    self.add_link(topic, *peer, Certainty::Certain);
                }
            }
            self.counts.entry(*peer).or_default().requested += parts.iwant.len();
            self.sends_idontwant |= !parts.idontwant.is_empty();
            if sender == Some(*peer) {
                for message in &parts.messages {
                    self.messages.add_reply(message.message_id, *peer);
                }
            }
        }
        self.dialled.extend(&sent.dial);
    }
}

fn extend(backoffs: &mut BTreeMap<(Topic, Peer), Time>, key: (Topic, Peer), end: Time) {
    let known = backoffs.entry(key).or_insert(end);
    *known = (*known).max(end);
}

fn is_pruned(parts: Option<&Parts>, topic: &Topic) -> bool {
    parts.is_some_and(|parts| parts.prune.iter().any(|prune| prune.topic == *topic))
}

fn recipients(sent: &Sent, topic: &Topic, id: MessageId) -> BTreeSet<Peer> {
    let has = |parts: &Parts| parts.messages.iter().any(|sent| sent.topic == *topic && sent.message_id == id);
    sent.to.iter().filter(|(_, parts)| has(parts)).map(|(peer, _)| *peer).collect()
}

/// Whether P5 is the only part of a score whose weight is not 0.
fn counts_only_application(scoring: &ScoringParameters) -> bool {
    let is_silent = |topic: &TopicScoringParameters| {
        let weights = [
            topic.time_in_mesh_weight,
            topic.first_message_deliveries_weight,
            topic.mesh_message_deliveries_weight,
            topic.mesh_failure_penalty_weight,
            topic.invalid_message_deliveries_weight,
        ];
        topic.topic_weight == 0.0 || weights.iter().all(|weight| *weight == 0.0)
    };
    scoring.ip_colocation_factor_weight == 0.0
        && scoring.behaviour_penalty_weight == 0.0
        && scoring.topics.values().all(is_silent)
}
