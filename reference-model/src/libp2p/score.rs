//! The score of a peer: P1 to P7, exact to the bit.

mod decay;
mod value;

use super::{
    delivery::{DeliveryRecords, Status},
    dialect::{P5Source, P6Peers},
    faults::Fault,
    model::Settings,
    rules,
    vocabulary::{MessageId, Peer, ScoringParameters, Topic, TopicScoringParameters},
};
use crate::Rule;
use gossipsub_automaton::{Span, Time};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// The most penalty counts that are kept for a peer whose broken promises are not certain.
const MOST_PENALTIES: usize = 64;

/// Whether a peer is connected, or until when its record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Presence {
    Connected,
    Expiring(Time),
}

/// What a peer did in one topic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TopicRecord {
    /// Whether it is in the mesh.
    pub in_mesh: bool,
    /// When it was grafted.
    pub graft_time: Time,
    /// How long it is in the mesh, as of the last decay.
    pub mesh_time: Span,
    /// Whether P3 counts.
    pub active: bool,
    /// P2: first deliveries.
    pub first_deliveries: f64,
    /// P3: deliveries while in the mesh.
    pub mesh_deliveries: f64,
    /// P3b: failure penalties.
    pub failure_penalties: f64,
    /// P4: invalid messages.
    pub invalid_messages: f64,
}

/// What a peer did.
#[derive(Clone, Debug, PartialEq)]
struct Record {
    presence: Presence,
    topics: BTreeMap<Topic, TopicRecord>,
    /// P7: every count of penalties that is possible. More than one only after a promise that may be broken.
    penalties: Vec<f64>,
    /// P5, with `p5_source` `record`.
    application: f64,
    /// The address, for P6.
    address: u64,
}

impl Record {
    fn hash_state<H: Hasher>(&self, hasher: &mut H) {
        let Self { presence, topics, penalties, application, address } = self;
        (presence, address, application.to_bits(), penalties.len()).hash(hasher);
        for count in penalties {
            count.to_bits().hash(hasher);
        }
        topics.len().hash(hasher);
        for (topic, record) in topics {
            let TopicRecord { in_mesh, graft_time, mesh_time, active, .. } = record;
            (topic, in_mesh, graft_time, mesh_time, active).hash(hasher);
            let counters =
                [record.first_deliveries, record.mesh_deliveries, record.failure_penalties, record.invalid_messages];
            counters.map(f64::to_bits).hash(hasher);
        }
    }

    fn sort_penalties(&mut self) {
        self.penalties.sort_by(f64::total_cmp);
        self.penalties.dedup();
        self.penalties.truncate(MOST_PENALTIES);
    }
}

/// The scores of all peers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scores {
    settings: Arc<Settings>,
    records: BTreeMap<Peer, Record>,
    deliveries: DeliveryRecords,
    /// P5, with `p5_source` `application`.
    application: BTreeMap<Peer, f64>,
    /// The peers that count for each address.
    addresses: BTreeMap<u64, BTreeSet<Peer>>,
    next_decay: Time,
}

/// Receives the checks of a score.
pub(super) type Decide<'a> = dyn FnMut(&'static Rule, bool, fmt::Arguments<'_>) + 'a;

/// Ignores the checks.
pub(super) fn ignore(_: &'static Rule, _: bool, _: fmt::Arguments<'_>) {}

impl Scores {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        let mut scores = Self {
            settings,
            records: BTreeMap::new(),
            deliveries: DeliveryRecords::default(),
            application: BTreeMap::new(),
            addresses: BTreeMap::new(),
            next_decay: Time::ZERO,
        };
        scores.next_decay = Time::ZERO + scores.parameters().decay_interval;
        scores
    }

    /// Feeds the whole state to a hasher.
    pub(super) fn hash_state<H: Hasher>(&self, hasher: &mut H) {
        let Self { settings: _, records, deliveries, application, addresses, next_decay } = self;
        records.len().hash(hasher);
        for (peer, record) in records {
            peer.hash(hasher);
            record.hash_state(hasher);
        }
        application.len().hash(hasher);
        for (peer, score) in application {
            (peer, score.to_bits()).hash(hasher);
        }
        (deliveries, addresses, next_decay).hash(hasher);
    }

    pub(super) fn parameters(&self) -> &ScoringParameters {
        self.settings.parameters.scoring.as_ref().expect("scores exist only with scoring")
    }

    pub(super) fn next_decay(&self) -> Time {
        self.next_decay
    }

    fn topic_parameters(settings: &Settings, topic: &Topic) -> Option<TopicScoringParameters> {
        settings.parameters.scoring.as_ref()?.topics.get(topic).cloned()
    }

    /// The record of a peer in a topic with parameters, made if it is missing.
    fn topic_record(&mut self, peer: Peer, topic: &Topic) -> Option<(&mut TopicRecord, TopicScoringParameters)> {
        let parameters = Self::topic_parameters(&self.settings, topic)?;
        let record = self.records.get_mut(&peer)?;
        Some((record.topics.entry(topic.clone()).or_default(), parameters))
    }

    /// The peers whose count of penalties is not certain.
    pub(super) fn uncertain(&self) -> impl Iterator<Item = Peer> {
        self.records.iter().filter(|(_, record)| record.penalties.len() > 1).map(|(peer, _)| *peer)
    }

    /// The possible counts of penalties of a peer.
    pub(super) fn penalties(&self, peer: Peer) -> &[f64] {
        self.records.get(&peer).map_or(&[], |record| &record.penalties)
    }

    /// Sets the possible counts of penalties of a peer.
    pub(super) fn set_penalties(&mut self, peer: Peer, penalties: Vec<f64>) {
        if let Some(record) = self.records.get_mut(&peer) {
            record.penalties = penalties;
        }
    }

    /// Takes the counts of penalties from other scores.
    pub(super) fn copy_penalties(&mut self, others: &Self) {
        for (peer, record) in &mut self.records {
            if let Some(other) = others.records.get(peer) {
                record.penalties.clone_from(&other.penalties);
            }
        }
    }

    /// Adds the counts of penalties that are possible in other scores.
    pub(super) fn add_penalties(&mut self, others: &Self) {
        for (peer, record) in &mut self.records {
            record.penalties.extend(others.penalties(*peer));
            record.sort_penalties();
        }
    }

    /// Whether a peer has a record.
    pub(super) fn contains(&self, peer: Peer) -> bool {
        self.records.contains_key(&peer)
    }

    /// The records of a peer by topic.
    pub(super) fn topics(&self, peer: Peer) -> Option<&BTreeMap<Topic, TopicRecord>> {
        self.records.get(&peer).map(|record| &record.topics)
    }

    /// Connects a peer.
    pub(super) fn connect(&mut self, peer: Peer, address: u64) {
        if self.settings.faults.has(Fault::ScoreForgottenOnConnect) {
            self.records.remove(&peer);
        }
        let record = self.records.entry(peer).or_insert_with(|| Record {
            presence: Presence::Connected,
            topics: BTreeMap::new(),
            penalties: vec![0.0],
            application: 0.0,
            address,
        });
        record.presence = Presence::Connected;
        let old = std::mem::replace(&mut record.address, address);
        if old != address {
            self.forget_address(peer, old);
        }
        self.addresses.entry(address).or_default().insert(peer);
    }

    /// A peer is about to be disconnected: with `p6_peers` `connected` its address counts no longer.
    pub(super) fn leave_address(&mut self, peer: Peer) {
        if self.settings.dialect.p6_peers == P6Peers::Connected
            && let Some(record) = self.records.get(&peer)
        {
            self.forget_address(peer, record.address);
        }
    }

    fn forget_address(&mut self, peer: Peer, address: u64) {
        if let Some(peers) = self.addresses.get_mut(&address) {
            peers.remove(&peer);
            if peers.is_empty() {
                self.addresses.remove(&address);
            }
        }
    }

    /// Disconnects a peer.
    pub(super) fn disconnect(&mut self, peer: Peer, score: f64, now: Time, decide: &mut Decide<'_>) {
        let Some(Record { address, .. }) = self.records.get(&peer) else {
            return;
        };
        let address = *address;
        let dropped = score > 0.0;
        decide(&rules::SCORE_17, dropped, format_args!("score {score}"));
        if dropped {
            self.records.remove(&peer);
            self.forget_address(peer, address);
            return;
        }
        let topics: Vec<Topic> =
            self.records.get(&peer).map(|record| record.topics.keys().cloned().collect()).unwrap_or_default();
        for topic in topics {
            if let Some((entry, _)) = self.topic_record(peer, &topic) {
                entry.first_deliveries = 0.0;
            }
            self.prune(peer, &topic, &mut ignore);
        }
        let retain = self.parameters().retain_score;
        let record = self.records.get_mut(&peer).expect("it was checked above");
        record.presence = Presence::Expiring(now + retain);
    }

    /// Adds penalties. `fewest` and `most` differ if it is not certain that promises were broken.
    pub(super) fn penalize(&mut self, peer: Peer, fewest: usize, most: usize) {
        let Some(record) = self.records.get_mut(&peer) else {
            return;
        };
        let mut penalties: Vec<f64> = Vec::new();
        for count in &record.penalties {
            let mut count = *count;
            for added in 0..=most {
                if added >= fewest {
                    penalties.push(count);
                }
                count += 1.0;
            }
        }
        record.penalties = penalties;
        record.sort_penalties();
    }

    /// A peer joins the mesh of a topic.
    pub(super) fn graft(&mut self, peer: Peer, topic: &Topic, now: Time, decide: &mut Decide<'_>) {
        if let Some((entry, _)) = self.topic_record(peer, topic) {
            decide(&rules::SCORE_10, entry.in_mesh, format_args!("in the mesh: {}", entry.in_mesh));
            *entry = TopicRecord { in_mesh: true, graft_time: now, mesh_time: Span::ZERO, active: false, ..*entry };
        }
    }

    /// A peer leaves the mesh of a topic, or sent a PRUNE.
    pub(super) fn prune(&mut self, peer: Peer, topic: &Topic, decide: &mut Decide<'_>) {
        let without_mesh = self.settings.faults.has(Fault::DeficitWithoutMesh);
        let stays_active = self.settings.faults.has(Fault::DeficitStaysActive);
        let Some((entry, parameters)) = self.topic_record(peer, topic) else {
            return;
        };
        let (deliveries, threshold) = (entry.mesh_deliveries, parameters.mesh_message_deliveries_threshold);
        let counts = (entry.in_mesh || without_mesh) && entry.active && deliveries < threshold;
        let TopicRecord { in_mesh, active, .. } = *entry;
        decide(
            &rules::SCORE_11,
            counts,
            format_args!("in the mesh: {in_mesh}, active: {active}, deliveries {deliveries}, threshold {threshold}"),
        );
        if counts {
            let missing = threshold - deliveries;
            entry.failure_penalties += missing * missing;
        }
        entry.in_mesh = false;
        entry.active = entry.active && stays_active;
    }

    /// A message arrived for the first time.
    pub(super) fn begin(&mut self, id: MessageId, now: Time) {
        self.deliveries.record(id, now);
    }

    /// An own message was published.
    pub(super) fn publish(&mut self, id: MessageId, now: Time) {
        let record = self.deliveries.record(id, now);
        if record.status == Status::Unknown {
            record.status = Status::Valid(now);
        }
    }

    /// A message was accepted. `source` sent the first copy.
    pub(super) fn deliver(&mut self, id: MessageId, topic: &Topic, source: Peer, now: Time, decide: &mut Decide<'_>) {
        if let Some((entry, parameters)) = self.topic_record(source, topic) {
            decide(&rules::SCORE_12, entry.in_mesh, format_args!("in the mesh: {}", entry.in_mesh));
            entry.first_deliveries = parameters.first_message_deliveries_cap.min(entry.first_deliveries + 1.0);
            Self::count_mesh_delivery(entry, &parameters);
        }
        let record = self.deliveries.record(id, now);
        if record.status != Status::Unknown {
            return;
        }
        record.status = Status::Valid(now);
        for peer in record.peers.clone() {
            if peer != source
                && let Some((entry, parameters)) = self.topic_record(peer, topic)
            {
                Self::count_mesh_delivery(entry, &parameters);
            }
        }
    }

    fn count_mesh_delivery(entry: &mut TopicRecord, parameters: &TopicScoringParameters) {
        if entry.in_mesh {
            entry.mesh_deliveries = parameters.mesh_message_deliveries_cap.min(entry.mesh_deliveries + 1.0);
        }
    }

    /// The application ignores a message.
    pub(super) fn ignore_message(&mut self, id: MessageId, now: Time) {
        let record = self.deliveries.record(id, now);
        if record.status == Status::Unknown {
            record.status = Status::Ignored;
        }
    }

    /// The application rejects a message. `source` sent the first copy.
    pub(super) fn reject(&mut self, id: MessageId, topic: &Topic, source: Peer, now: Time) {
        let record = self.deliveries.record(id, now);
        if record.status != Status::Unknown {
            return;
        }
        record.status = Status::Invalid;
        // A peer that sends another copy later counts it again.
        let peers = std::mem::take(&mut record.peers);
        self.count_invalid(source, topic);
        for peer in peers {
            self.count_invalid(peer, topic);
        }
    }

    /// A peer sent an invalid message.
    pub(super) fn count_invalid(&mut self, peer: Peer, topic: &Topic) {
        if let Some((entry, _)) = self.topic_record(peer, topic) {
            entry.invalid_messages += 1.0;
        }
    }

    /// A peer sent another copy of a message.
    pub(super) fn duplicate(&mut self, id: MessageId, topic: &Topic, peer: Peer, now: Time, decide: &mut Decide<'_>) {
        let record = self.deliveries.record(id, now);
        if record.peers.contains(&peer) {
            return;
        }
        match record.status {
            Status::Unknown => {
                record.peers.insert(peer);
            }
            Status::Valid(validated) => {
                record.peers.insert(peer);
                if let Some((entry, parameters)) = self.topic_record(peer, topic) {
                    let (since, window) = (now.since(validated), parameters.mesh_message_deliveries_window);
                    let counts = entry.in_mesh && since <= window;
                    let in_mesh = entry.in_mesh;
                    decide(
                        &rules::SCORE_13,
                        counts,
                        format_args!("in the mesh: {in_mesh}, {since} after the verdict, window {window}"),
                    );
                    if counts {
                        Self::count_mesh_delivery(entry, &parameters);
                    }
                }
            }
            Status::Invalid => {
                decide(&rules::SCORE_14, true, format_args!("message {id} is invalid"));
                self.count_invalid(peer, topic);
            }
            Status::Ignored => {}
        }
    }

    /// Sets P5, and tells whether it was taken.
    pub(super) fn set_application(&mut self, peer: Peer, score: f64) -> bool {
        match self.settings.dialect.p5_source {
            P5Source::Application => {
                self.application.insert(peer, score);
                true
            }
            P5Source::Record => match self.records.get_mut(&peer) {
                Some(record) => {
                    record.application = score;
                    true
                }
                None => false,
            },
        }
    }

    /// When records of disconnected peers expire.
    pub(super) fn expirations(&self) -> impl Iterator<Item = (Peer, Time)> {
        self.records.iter().filter_map(|(peer, record)| match record.presence {
            Presence::Expiring(end) => Some((*peer, end)),
            Presence::Connected => None,
        })
    }

    /// When P3 of a member of a mesh may become active.
    pub(super) fn activations(&self) -> impl Iterator<Item = (Peer, Time)> {
        self.records.iter().flat_map(|(peer, record)| {
            record.topics.iter().filter(|(_, entry)| entry.in_mesh && !entry.active).filter_map(|(topic, entry)| {
                let parameters = self.parameters().topics.get(topic)?;
                Some((*peer, entry.graft_time + parameters.mesh_message_deliveries_activation))
            })
        })
    }

    /// When the window of a valid message ends in a topic.
    pub(super) fn windows(&self) -> impl Iterator<Item = (MessageId, Time)> {
        let spans: BTreeSet<Span> =
            self.parameters().topics.values().map(|parameters| parameters.mesh_message_deliveries_window).collect();
        self.deliveries
            .validations()
            .flat_map(move |(id, validated)| spans.clone().into_iter().map(move |span| (id, validated + span)))
    }
}
