//! The score of a peer: P1 to P7, exact to the bit.

use super::{
    delivery::{DeliveryRecords, Status},
    dialect::{P1Division, P5Source, P6Peers},
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

    /// The score of a peer now, 0 without a record.
    pub(super) fn value(&self, peer: Peer, decide: &mut Decide<'_>) -> f64 {
        let penalties = self.records.get(&peer).and_then(|record| record.penalties.first().copied());
        self.value_with(peer, penalties.unwrap_or_default(), decide)
    }

    /// The score of a peer with a given count of penalties.
    fn value_with(&self, peer: Peer, penalties: f64, decide: &mut Decide<'_>) -> f64 {
        let Some(record) = self.records.get(&peer) else {
            return 0.0;
        };
        let topics: Vec<f64> =
            record.topics.iter().filter_map(|(topic, entry)| self.topic_value(topic, entry, decide)).collect();
        let sum = topics.into_iter().fold(0.0, |sum, value| sum + value);
        self.total(peer, record, sum, penalties, decide)
    }

    /// What a peer scores in a topic. None if the topic has no parameters.
    fn topic_value(&self, topic: &Topic, entry: &TopicRecord, decide: &mut Decide<'_>) -> Option<f64> {
        let parameters = self.parameters().topics.get(topic)?;
        let mut value = 0.0;
        let in_mesh = entry.in_mesh;
        if in_mesh {
            let quanta = self.quanta(entry.mesh_time, parameters.time_in_mesh_quantum);
            let cap = parameters.time_in_mesh_cap;
            decide(&rules::SCORE_1, quanta > cap, format_args!("{quanta} quanta, time_in_mesh_cap {cap}"));
            value += quanta.min(cap) * parameters.time_in_mesh_weight;
        }
        let first = entry.first_deliveries;
        decide(&rules::SCORE_2, first > 0.0, format_args!("first deliveries {first}"));
        value += first * parameters.first_message_deliveries_weight;
        let (deliveries, threshold) = (entry.mesh_deliveries, parameters.mesh_message_deliveries_threshold);
        let deficit = entry.active && deliveries < threshold;
        decide(
            &rules::SCORE_3,
            deficit,
            format_args!("active {}, deliveries {deliveries}, threshold {threshold}", entry.active),
        );
        if deficit {
            let missing = threshold - deliveries;
            value += (missing * missing) * parameters.mesh_message_deliveries_weight;
        }
        let failures = entry.failure_penalties;
        decide(&rules::SCORE_4, failures > 0.0, format_args!("failure penalties {failures}"));
        value += failures * parameters.mesh_failure_penalty_weight;
        let invalid = entry.invalid_messages;
        decide(&rules::SCORE_5, invalid > 0.0, format_args!("invalid messages {invalid}"));
        value += (invalid * invalid) * parameters.invalid_message_deliveries_weight;
        Some(value * parameters.topic_weight)
    }

    #[expect(clippy::cast_precision_loss, reason = "the rounding is that of the implementations")]
    fn quanta(&self, time: Span, quantum: Span) -> f64 {
        match self.settings.dialect.p1_division {
            P1Division::Floor => (time.as_millis() / quantum.as_millis().max(1)) as f64,
            P1Division::Seconds => seconds(time) / seconds(quantum),
            P1Division::Milliseconds => time.as_millis() as f64 / quantum.as_millis() as f64,
        }
    }

    /// The score of a peer from what it scores in all topics.
    fn total(&self, peer: Peer, record: &Record, sum: f64, penalties: f64, decide: &mut Decide<'_>) -> f64 {
        let parameters = self.parameters();
        let mut value = sum;
        let cap = parameters.topic_score_cap;
        let capped = cap > 0.0 && value > cap;
        decide(&rules::SCORE_6, capped, format_args!("sum over topics {value}, topic_score_cap {cap}"));
        if capped {
            value = cap;
        }
        let application = self.application(peer, record);
        decide(&rules::SCORE_7, application != 0.0, format_args!("P5 {application}"));
        value += application * parameters.app_specific_weight;
        let sharing = self.sharing(record.address);
        let threshold = parameters.ip_colocation_factor_threshold;
        let crowded = sharing > threshold;
        decide(&rules::SCORE_8, crowded, format_args!("{sharing} peers share the address, threshold {threshold}"));
        if crowded {
            let surplus = sharing - threshold;
            value += (surplus * surplus) * parameters.ip_colocation_factor_weight;
        }
        let threshold = parameters.behaviour_penalty_threshold;
        let penalized = penalties > threshold;
        decide(&rules::SCORE_9, penalized, format_args!("penalties {penalties}, threshold {threshold}"));
        if penalized {
            let excess = penalties - threshold;
            value += (excess * excess) * parameters.behaviour_penalty_weight;
        }
        value
    }

    fn application(&self, peer: Peer, record: &Record) -> f64 {
        match self.settings.dialect.p5_source {
            P5Source::Application => self.application.get(&peer).copied().unwrap_or_default(),
            P5Source::Record => record.application,
        }
    }

    /// How many peers count for an address.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 peers")]
    fn sharing(&self, address: u64) -> f64 {
        self.addresses.get(&address).map_or(0, BTreeSet::len) as f64
    }

    /// The scores of a peer that are possible if some of its changes since `before`, in these topics, have not happened
    /// yet.
    pub(super) fn values_between(&self, before: &Self, peer: Peer, topics: &[Topic]) -> Vec<f64> {
        /// Of more topics, only all changes and no change are looked at.
        const MOST_TOPICS: usize = 6;

        let (Some(now), Some(then)) = (self.records.get(&peer), before.records.get(&peer)) else {
            return vec![self.value(peer, &mut ignore)];
        };
        let all = 1_usize << topics.len().min(MOST_TOPICS);
        let masks: Vec<usize> = if topics.len() <= MOST_TOPICS { (0..all).collect() } else { vec![0, usize::MAX] };
        let mut values = Vec::new();
        for mask in masks {
            let mut record = now.clone();
            for (index, topic) in topics.iter().enumerate() {
                let undone = mask.checked_shr(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(1) & 1 == 1;
                if undone && let Some(entry) = then.topics.get(topic) {
                    record.topics.insert(topic.clone(), *entry);
                }
            }
            let values_of_topics =
                record.topics.iter().filter_map(|(topic, entry)| self.topic_value(topic, entry, &mut ignore));
            let sum = values_of_topics.fold(0.0, |sum, value| sum + value);
            let penalties = record.penalties.first().copied().unwrap_or_default();
            values.push(self.total(peer, &record, sum, penalties, &mut ignore));
        }
        values
    }

    /// Whether a peer can have a score that is shown: for some possible count of penalties, and for some order of the
    /// sum over topics. Counts that cannot be are forgotten.
    pub(super) fn narrow(&mut self, peer: Peer, shown: f64) -> bool {
        let Some(record) = self.records.get(&peer) else {
            return is_same(0.0, shown);
        };
        let topics: Vec<f64> =
            record.topics.iter().filter_map(|(topic, entry)| self.topic_value(topic, entry, &mut ignore)).collect();
        let sums = sums_in_any_order(&topics);
        let possible = |penalties: &f64| {
            sums.iter().any(|sum| is_same(self.total(peer, record, *sum, *penalties, &mut ignore), shown))
        };
        let penalties: Vec<f64> = record.penalties.iter().copied().filter(possible).collect();
        let any = !penalties.is_empty();
        if any {
            self.records.get_mut(&peer).expect("it was read above").penalties = penalties;
        }
        any
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

    /// Time passes: each decay until now.
    pub(super) fn advance(&mut self, now: Time, decide: &mut Decide<'_>) {
        while self.next_decay <= now {
            let interval = self.parameters().decay_interval;
            let mut decay = self.next_decay;
            if !self.has_counters() {
                // Of decays without a counter above zero, the last one does all that the others do.
                let passed = now.since(decay).as_millis();
                decay = decay + Span::from_millis(passed - passed % interval.as_millis().max(1));
            }
            self.refresh(decay, decide);
            self.next_decay = decay + interval;
            if self.next_decay == decay {
                // The end of time.
                break;
            }
        }
        self.deliveries.advance(now);
    }

    /// Whether a counter of a connected peer can decay.
    fn has_counters(&self) -> bool {
        let mut connected = self.records.values().filter(|record| matches!(record.presence, Presence::Connected));
        connected.any(|record| {
            let of_topic = |entry: &TopicRecord| {
                let TopicRecord { first_deliveries, mesh_deliveries, failure_penalties, invalid_messages, .. } = entry;
                [first_deliveries, mesh_deliveries, failure_penalties, invalid_messages].into_iter().any(|x| *x != 0.0)
            };
            record.topics.values().any(of_topic) || record.penalties.iter().any(|count| *count != 0.0)
        })
    }

    fn refresh(&mut self, now: Time, decide: &mut Decide<'_>) {
        let settings = Arc::clone(&self.settings);
        let parameters = settings.parameters.scoring.as_ref().expect("scores exist only with scoring");
        let zero = parameters.decay_to_zero;
        let mut gone: Vec<(Peer, u64)> = Vec::new();
        for (peer, record) in &self.records {
            if let Presence::Expiring(end) = record.presence {
                let expired = now > end;
                decide(&rules::SCORE_18, expired, format_args!("the record of peer {peer} is kept until {end}"));
                if expired {
                    gone.push((*peer, record.address));
                }
            }
        }
        for (peer, address) in gone {
            self.records.remove(&peer);
            self.forget_address(peer, address);
        }
        for record in self.records.values_mut().filter(|record| record.presence == Presence::Connected) {
            for (topic, entry) in &mut record.topics {
                let Some(parameters) = parameters.topics.get(topic) else {
                    continue;
                };
                decay(&mut entry.first_deliveries, parameters.first_message_deliveries_decay, zero, decide);
                decay(&mut entry.mesh_deliveries, parameters.mesh_message_deliveries_decay, zero, decide);
                decay(&mut entry.failure_penalties, parameters.mesh_failure_penalty_decay, zero, decide);
                decay(&mut entry.invalid_messages, parameters.invalid_message_deliveries_decay, zero, decide);
                if entry.in_mesh {
                    entry.mesh_time = now.since(entry.graft_time);
                    let (time, activation) = (entry.mesh_time, parameters.mesh_message_deliveries_activation);
                    let activates = time > activation;
                    decide(&rules::SCORE_16, activates, format_args!("{time} in the mesh, activation {activation}"));
                    entry.active |= activates;
                }
            }
            for penalties in &mut record.penalties {
                decay(penalties, parameters.behaviour_penalty_decay, zero, decide);
            }
            record.penalties.dedup();
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

/// Whether two scores are the same number. 0 and -0 are.
fn is_same(score: f64, shown: f64) -> bool {
    score.partial_cmp(&shown) == Some(std::cmp::Ordering::Equal)
}

fn decay(counter: &mut f64, factor: f64, zero: f64, decide: &mut Decide<'_>) {
    let decayed = *counter * factor;
    let vanishes = decayed < zero;
    if *counter != 0.0 {
        decide(&rules::SCORE_15, vanishes, format_args!("{counter} * {factor}, decay_to_zero {zero}"));
    }
    *counter = if vanishes { 0.0 } else { decayed };
}

/// Seconds as the implementations compute them: whole seconds and a fraction, added.
#[expect(clippy::cast_precision_loss, reason = "the rounding is that of the implementations")]
fn seconds(span: Span) -> f64 {
    let milliseconds = span.as_millis();
    (milliseconds / 1000) as f64 + ((milliseconds % 1000) * 1_000_000) as f64 / 1e9
}

/// The sums of some numbers that are possible if they are added in any order, starting with 0.
///
/// Floats are added pairwise with rounding, so that the order counts. Of more than five numbers, only two orders count.
fn sums_in_any_order(numbers: &[f64]) -> Vec<f64> {
    const MOST_NUMBERS: usize = 5;

    fn extend(sum: f64, left: &[f64], sums: &mut Vec<f64>) {
        if left.is_empty() {
            sums.push(sum);
        }
        for (index, number) in left.iter().enumerate() {
            let mut others = left.to_vec();
            others.remove(index);
            extend(sum + number, &others, sums);
        }
    }

    let mut sums = Vec::new();
    if numbers.len() <= MOST_NUMBERS {
        extend(0.0, numbers, &mut sums);
    } else {
        sums.push(numbers.iter().fold(0.0, |sum, number| sum + number));
        sums.push(numbers.iter().rev().fold(0.0, |sum, number| sum + number));
    }
    sums.sort_by(f64::total_cmp);
    sums.dedup();
    sums
}
