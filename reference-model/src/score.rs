//! Section 3: the score record of a peer, its value, and what changes it.

use crate::state::from_now;
use gossipsub_automaton::{
    Score, ScoreLimits, Span, Time, TopicParameters,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
};

/// The records of all peers that have one, connected or retained.
#[derive(Clone, Debug)]
pub(crate) struct Scores {
    limits: ScoreLimits<TraceIds>,
    retain_duration: Span,
    records: BTreeMap<Peer, Record>,
}

/// The score record of a peer.
#[derive(Clone, Debug)]
struct Record {
    behaviour_penalty: f64,
    application_score: f64,
    status: Status,
    topics: BTreeMap<Topic, TopicRecord>,
}

#[derive(Clone, Copy, Debug)]
enum Status {
    Connected,
    Disconnected { expires: Time },
}

/// The entry of one topic in a record.
#[derive(Clone, Debug)]
struct TopicRecord {
    mesh_status: MeshStatus,
    first_message_deliveries: f64,
    mesh_message_deliveries: f64,
    mesh_message_deliveries_active: bool,
    mesh_failure_penalty: f64,
    invalid_messages: f64,
}

#[derive(Clone, Copy, Debug)]
enum MeshStatus {
    Inactive,
    Active { since: Time, during: Span },
}

/// What a score is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreParts {
    /// P1 to P4 of each topic, before its weight.
    pub topics: BTreeMap<Topic, TopicParts>,
    /// The application's score.
    pub p5: f64,
    /// The behaviour penalty.
    pub p7: f64,
}

/// What the share of a topic is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicParts {
    /// Time in mesh.
    pub p1: f64,
    /// First deliveries.
    pub p2: f64,
    /// The deficit of deliveries in the mesh.
    pub p3: f64,
    /// The deficits with which the peer left the mesh.
    pub p3b: f64,
    /// Invalid messages.
    pub p4: f64,
}

impl TopicParts {
    /// All of it, in exactly this order of operations.
    #[must_use]
    pub fn sum(&self) -> f64 {
        (((self.p1 + self.p2) + self.p3) + self.p3b) + self.p4
    }
}

impl Record {
    const fn new() -> Self {
        Self { behaviour_penalty: 0.0, application_score: 0.0, status: Status::Connected, topics: BTreeMap::new() }
    }

    /// The entry of a topic, created if missing.
    fn topic(&mut self, topic: &Topic) -> &mut TopicRecord {
        self.topics.entry(topic.clone()).or_insert(TopicRecord::NEW)
    }

    /// The value, in exactly this order of operations.
    fn value(&self, limits: &ScoreLimits<TraceIds>) -> Score {
        let mut topics = 0.0;
        for (topic, record) in &self.topics {
            let (parameters, weight) = limits.topics.of(topic);
            topics += weight * record.parts(parameters).sum();
        }
        if let Some(cap) = limits.topic_score_cap {
            topics = min(cap, topics);
        }
        Score::from((topics + self.p5(limits)) + self.p7(limits))
    }

    fn p5(&self, limits: &ScoreLimits<TraceIds>) -> f64 {
        self.application_score * limits.app_specific_weight
    }

    fn p7(&self, limits: &ScoreLimits<TraceIds>) -> f64 {
        if self.behaviour_penalty > limits.behaviour_penalty_threshold {
            let excess = self.behaviour_penalty - limits.behaviour_penalty_threshold;
            (excess * excess) * limits.behaviour_penalty_weight
        } else {
            0.0
        }
    }

    fn parts(&self, limits: &ScoreLimits<TraceIds>) -> ScoreParts {
        let topics = self.topics.iter().map(|(topic, record)| (topic.clone(), record.parts(limits.topics.of(topic).0)));
        ScoreParts { topics: topics.collect(), p5: self.p5(limits), p7: self.p7(limits) }
    }
}

impl TopicRecord {
    const NEW: Self = Self {
        mesh_status: MeshStatus::Inactive,
        first_message_deliveries: 0.0,
        mesh_message_deliveries: 0.0,
        mesh_message_deliveries_active: false,
        mesh_failure_penalty: 0.0,
        invalid_messages: 0.0,
    };

    /// P1 to P4.
    fn parts(&self, parameters: &TopicParameters) -> TopicParts {
        let p1 = match self.mesh_status {
            MeshStatus::Inactive => 0.0,
            MeshStatus::Active { during, .. } => {
                let quanta = during.as_secs_f64() / parameters.time_in_mesh_quantum.as_secs_f64();
                parameters.time_in_mesh_weight * min(quanta, parameters.time_in_mesh_cap)
            }
        };
        let p2 = parameters.first_message_deliveries_weight * self.first_message_deliveries;
        let p3 = self.squared_deficit(parameters) * parameters.mesh_message_deliveries_weight;
        let p3b = self.mesh_failure_penalty * parameters.mesh_failure_penalty_weight;
        let p4 = (self.invalid_messages * self.invalid_messages) * parameters.invalid_message_deliveries_weight;
        TopicParts { p1, p2, p3, p3b, p4 }
    }

    /// *deficit2*
    fn squared_deficit(&self, parameters: &TopicParameters) -> f64 {
        let threshold = as_f64(parameters.mesh_message_deliveries_threshold);
        if self.mesh_message_deliveries_active && self.mesh_message_deliveries < threshold {
            let deficit = threshold - self.mesh_message_deliveries;
            deficit * deficit
        } else {
            0.0
        }
    }

    fn is_active(&self) -> bool {
        matches!(self.mesh_status, MeshStatus::Active { .. })
    }

    /// Out of the mesh: the deficit becomes a mesh failure.
    fn deactivate(&mut self, parameters: &TopicParameters) {
        self.mesh_failure_penalty += self.squared_deficit(parameters);
        self.mesh_status = MeshStatus::Inactive;
        self.mesh_message_deliveries_active = false;
    }

    fn count_mesh_delivery(&mut self, parameters: &TopicParameters) {
        if self.is_active() {
            self.mesh_message_deliveries =
                min(as_f64(parameters.mesh_message_deliveries_cap), self.mesh_message_deliveries + 1.0);
        }
    }

    fn hash_state(&self, now: Time, hasher: &mut impl Hasher) {
        let Self {
            mesh_status,
            first_message_deliveries,
            mesh_message_deliveries,
            mesh_message_deliveries_active,
            mesh_failure_penalty,
            invalid_messages,
        } = self;
        let active = match mesh_status {
            MeshStatus::Inactive => None,
            MeshStatus::Active { since, during } => Some((from_now(now, *since), during)),
        };
        (active, mesh_message_deliveries_active).hash(hasher);
        for counter in [first_message_deliveries, mesh_message_deliveries, mesh_failure_penalty, invalid_messages] {
            counter.to_bits().hash(hasher);
        }
    }

    fn refresh(&mut self, now: Time, parameters: &TopicParameters, decay_zero: f64) {
        let during = match &mut self.mesh_status {
            MeshStatus::Inactive => Span::ZERO,
            MeshStatus::Active { since, during } => {
                *during = now.since(*since);
                *during
            }
        };
        self.mesh_message_deliveries_active = during >= parameters.mesh_message_deliveries_activation;
        decay(&mut self.first_message_deliveries, parameters.first_message_deliveries_decay, decay_zero);
        decay(&mut self.mesh_message_deliveries, parameters.mesh_message_deliveries_decay, decay_zero);
        decay(&mut self.mesh_failure_penalty, parameters.mesh_failure_penalty_decay, decay_zero);
        decay(&mut self.invalid_messages, parameters.invalid_message_deliveries_decay, decay_zero);
    }
}

/// The updates. All but *connect* touch only peers that have a record.
impl Scores {
    pub(crate) const fn new(limits: ScoreLimits<TraceIds>, retain_duration: Span) -> Self {
        Self { limits, retain_duration, records: BTreeMap::new() }
    }

    /// The value of a peer's record, where it has one.
    pub(crate) fn value(&self, peer: Peer) -> Option<Score> {
        self.records.get(&peer).map(|record| record.value(&self.limits))
    }

    /// What the value of a peer's record is made of, where it has one.
    pub(crate) fn parts(&self, peer: Peer) -> Option<ScoreParts> {
        self.records.get(&peer).map(|record| record.parts(&self.limits))
    }

    /// The values of all records.
    pub(crate) fn values(&self) -> impl Iterator<Item = (Peer, Score)> {
        self.records.iter().map(|(peer, record)| (*peer, record.value(&self.limits)))
    }

    /// What the application set in a peer's record.
    pub(crate) fn application_score(&self, peer: Peer) -> Option<f64> {
        self.records.get(&peer).map(|record| record.application_score)
    }

    /// When the records of disconnected peers expire.
    pub(crate) fn expiries(&self) -> impl Iterator<Item = Time> {
        self.records.values().filter_map(|record| match record.status {
            Status::Connected => None,
            Status::Disconnected { expires } => Some(expires),
        })
    }

    /// Feeds all records to a hasher: floats by their bits, times from now.
    pub(crate) fn hash_state(&self, now: Time, hasher: &mut impl Hasher) {
        let Self { limits: _, retain_duration: _, records } = self;
        records.len().hash(hasher);
        for (peer, Record { behaviour_penalty, application_score, status, topics }) in records {
            let expiry = match status {
                Status::Connected => None,
                Status::Disconnected { expires } => Some(from_now(now, *expires)),
            };
            (peer, behaviour_penalty.to_bits(), application_score.to_bits(), expiry, topics.len()).hash(hasher);
            for (topic, entry) in topics {
                topic.hash(hasher);
                entry.hash_state(now, hasher);
            }
        }
    }

    /// *connect*: a new record, or a kept one marked connected with all its counters.
    pub(crate) fn connect(&mut self, peer: Peer) {
        self.records.entry(peer).or_insert(Record::new()).status = Status::Connected;
    }

    /// *disconnect*: a positive record is dropped; another is kept until it expires.
    pub(crate) fn disconnect(&mut self, peer: Peer, now: Time) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        if record.value(&self.limits).value() > 0.0 {
            self.records.remove(&peer);
            return;
        }
        for (topic, entry) in &mut record.topics {
            if entry.is_active() {
                entry.deactivate(self.limits.topics.of(topic).0);
            }
            entry.first_message_deliveries = 0.0;
            entry.mesh_message_deliveries_active = false;
        }
        // Also on a record that is disconnected already: its expiry moves (Q2).
        record.status = Status::Disconnected { expires: now + self.retain_duration };
    }

    /// *graft(t)*: active since now; whether mesh deliveries are active stays as it is.
    pub(crate) fn graft(&mut self, peer: Peer, topic: &Topic, now: Time) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        record.topic(topic).mesh_status = MeshStatus::Active { since: now, during: Span::ZERO };
    }

    /// *prune(t)*: no entry is created.
    pub(crate) fn prune(&mut self, peer: Peer, topic: &Topic) {
        let Some(entry) = self.records.get_mut(&peer).and_then(|record| record.topics.get_mut(topic)) else { return };
        entry.deactivate(self.limits.topics.of(topic).0);
    }

    /// *first delivery(t)*
    pub(crate) fn first_delivery(&mut self, peer: Peer, topic: &Topic) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        let parameters = self.limits.topics.of(topic).0;
        let entry = record.topic(topic);
        entry.first_message_deliveries =
            min(as_f64(parameters.first_message_deliveries_cap), entry.first_message_deliveries + 1.0);
        entry.count_mesh_delivery(parameters);
    }

    /// *duplicate(t, first seen)*
    pub(crate) fn duplicate(&mut self, peer: Peer, topic: &Topic, first_seen: Time, now: Time) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        let parameters = self.limits.topics.of(topic).0;
        let entry = record.topic(topic);
        if parameters.mesh_message_deliveries_window.holds(first_seen, now) {
            entry.count_mesh_delivery(parameters);
        }
    }

    /// *invalid(t)*
    pub(crate) fn invalid(&mut self, peer: Peer, topic: &Topic) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        record.topic(topic).invalid_messages += 1.0;
    }

    /// *penalty(1)*
    pub(crate) fn penalty(&mut self, peer: Peer) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        record.behaviour_penalty += 1.0;
    }

    /// Sets the application's component.
    pub(crate) fn set_application_score(&mut self, peer: Peer, score: f64) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        record.application_score = score;
    }

    /// *refresh* of all records: expired ones are dropped, the counters of the others decay.
    pub(crate) fn refresh(&mut self, now: Time) {
        self.records.retain(|_, record| !matches!(record.status, Status::Disconnected { expires } if expires <= now));
        for record in self.records.values_mut() {
            for (topic, entry) in &mut record.topics {
                entry.refresh(now, self.limits.topics.of(topic).0, self.limits.decay_zero);
            }
            decay(&mut record.behaviour_penalty, self.limits.behaviour_penalty_decay, self.limits.decay_zero);
        }
    }
}

/// The lesser of two, the first where they are equal; a NaN stays a NaN.
fn min(a: f64, b: f64) -> f64 {
    if a <= b { a } else { b }
}

/// v * its decay, or 0 if that is below `decay_zero`.
fn decay(value: &mut f64, factor: f64, decay_zero: f64) {
    *value *= factor;
    if *value < decay_zero {
        *value = 0.0;
    }
}

#[expect(clippy::cast_precision_loss, reason = "the rounding is that of the original")]
const fn as_f64(count: u64) -> f64 {
    count as f64
}
