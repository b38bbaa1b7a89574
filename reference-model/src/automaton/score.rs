//! Section 3: the score record of a peer, its value, and what changes it.

use crate::automaton::{Deadline, DeadlineKind, MarkId, RuleId, context::Context};
use gossipsub_automaton::{
    Finite, MeshStatus, PeerStatus, Score, ScoreLimits, ScoreRecord, Span, Time, TopicCounters, TopicParameters,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::BTreeMap;

/// The records of all peers that have one, connected or retained.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    limits: ScoreLimits<TraceIds>,
    retain_duration: Span,
    pub(super) records: BTreeMap<Peer, Record>,
}

/// The score record of a peer.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) behaviour_penalty: f64,
    pub(super) application_score: f64,
    pub(super) status: PeerStatus,
    pub(super) topics: BTreeMap<Topic, TopicRecord>,
}

/// The entry of one topic in a record.
#[derive(Clone, Debug)]
pub(super) struct TopicRecord {
    pub(super) mesh_status: MeshStatus,
    pub(super) first_message_deliveries: f64,
    pub(super) mesh_message_deliveries: f64,
    pub(super) mesh_message_deliveries_active: bool,
    pub(super) mesh_failure_penalty: f64,
    pub(super) invalid_messages: f64,
}

/// The parts of a score.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreParts {
    /// P1 to P4 of each topic, before its weight.
    pub topics: BTreeMap<Topic, TopicParts>,
    /// The application's score.
    pub p5: f64,
    /// The behaviour penalty.
    pub p7: f64,
}

/// The parts of a topic's share of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicParts {
    /// Time in mesh.
    pub p1: f64,
    /// First deliveries.
    pub p2: f64,
    /// The deficit of deliveries in the mesh.
    pub p3: f64,
    /// Mesh failures: the deficits with which the peer left the mesh.
    pub p3b: f64,
    /// Invalid messages.
    pub p4: f64,
}

impl TopicParts {
    /// The sum, in exactly this order of operations.
    #[must_use]
    pub fn sum(&self) -> f64 {
        (((self.p1 + self.p2) + self.p3) + self.p3b) + self.p4
    }
}

impl Record {
    const fn new() -> Self {
        Self { behaviour_penalty: 0.0, application_score: 0.0, status: PeerStatus::Connected, topics: BTreeMap::new() }
    }

    /// The entry of a topic, created if missing.
    fn topic(&mut self, topic: &Topic) -> &mut TopicRecord {
        self.topics.entry(topic.clone()).or_insert(TopicRecord::NEW)
    }

    /// The value, in exactly this order of operations.
    fn value(&self, limits: &ScoreLimits<TraceIds>) -> Score {
        // (value) The value is the capped sum over the topics, plus p5, plus p7.
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
        // (P5) P5 is the weighted score that the application set.
        self.application_score * limits.app_specific_weight
    }

    fn p7(&self, limits: &ScoreLimits<TraceIds>) -> f64 {
        // (P7) P7 is the weighted square of the excess of the behaviour penalty.
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

    /// The counters as plain data.
    fn describe(&self) -> TopicCounters {
        TopicCounters {
            mesh_status: self.mesh_status,
            first_message_deliveries: Finite::nearest(self.first_message_deliveries),
            mesh_message_deliveries: Finite::nearest(self.mesh_message_deliveries),
            mesh_message_deliveries_active: self.mesh_message_deliveries_active,
            mesh_failure_penalty: Finite::nearest(self.mesh_failure_penalty),
            invalid_messages: Finite::nearest(self.invalid_messages),
        }
    }

    /// P1 to P4.
    fn parts(&self, parameters: &TopicParameters) -> TopicParts {
        // (P1) P1 is the time in the mesh, or 0 if the peer is inactive.
        let p1 = match self.mesh_status {
            MeshStatus::Inactive => 0.0,
            MeshStatus::Active { during, .. } => {
                let quanta = during.as_secs_f64() / parameters.time_in_mesh_quantum.as_secs_f64();
                parameters.time_in_mesh_weight * min(quanta, parameters.time_in_mesh_cap)
            }
        };
        // (P2) P2 is the weighted count of first deliveries.
        let p2 = parameters.first_message_deliveries_weight * self.first_message_deliveries;
        // (P3) P3 is the weighted square of the deficit of mesh deliveries.
        let p3 = self.squared_deficit(parameters) * parameters.mesh_message_deliveries_weight;
        // (P3b) P3b is the weighted sum of mesh failures.
        let p3b = self.mesh_failure_penalty * parameters.mesh_failure_penalty_weight;
        // (P4) P4 is the weighted square of the count of invalid messages.
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

    /// Takes the peer out of the mesh.
    fn deactivate(&mut self, parameters: &TopicParameters) {
        self.mesh_failure_penalty += self.squared_deficit(parameters);
        self.mesh_status = MeshStatus::Inactive;
        self.mesh_message_deliveries_active = false;
    }

    /// *mesh delivery(t)*
    fn count_mesh_delivery(&mut self, parameters: &TopicParameters, context: &mut Context<'_>) {
        // (mesh delivery 1) The peer is active in the topic.
        if context.check(RuleId::MeshDelivery1, self.is_active(), &format_args!("{:?}", self.mesh_status)) {
            // (mesh delivery 2) mesh_message_deliveries grows by one, up to its cap.
            let cap = ("mesh_message_deliveries_cap", as_f64(parameters.mesh_message_deliveries_cap));
            let count = ("mesh_message_deliveries + 1", self.mesh_message_deliveries + 1.0);
            context.is_below(RuleId::MeshDelivery2, count, cap);
            self.mesh_message_deliveries = min(cap.1, count.1);
        }
    }

    fn refresh(&mut self, now: Time, parameters: &TopicParameters, decay_zero: f64, context: &mut Context<'_>) {
        let during = match &mut self.mesh_status {
            MeshStatus::Inactive => Span::ZERO,
            MeshStatus::Active { since, during } => {
                *during = now.since(*since);
                *during
            }
        };
        // (refresh 2) The time in the mesh has reached mesh_message_deliveries_activation.
        let activation = parameters.mesh_message_deliveries_activation;
        self.mesh_message_deliveries_active = context.has_reached(
            RuleId::Refresh2,
            ("time in the mesh", during),
            ("mesh_message_deliveries_activation", activation),
        );
        decay(&mut self.first_message_deliveries, parameters.first_message_deliveries_decay, decay_zero, context);
        decay(&mut self.mesh_message_deliveries, parameters.mesh_message_deliveries_decay, decay_zero, context);
        decay(&mut self.mesh_failure_penalty, parameters.mesh_failure_penalty_decay, decay_zero, context);
        decay(&mut self.invalid_messages, parameters.invalid_message_deliveries_decay, decay_zero, context);
    }
}

/// The updates. All but *connect* touch only peers that have a record.
impl Scores {
    pub(super) const fn new(limits: ScoreLimits<TraceIds>, retain_duration: Span) -> Self {
        Self { limits, retain_duration, records: BTreeMap::new() }
    }

    /// The value of a peer's record, if it has one.
    pub(super) fn value(&self, peer: Peer) -> Option<Score> {
        self.records.get(&peer).map(|record| record.value(&self.limits))
    }

    /// The parts of the value of a peer's record, if it has one.
    pub(super) fn parts(&self, peer: Peer) -> Option<ScoreParts> {
        self.records.get(&peer).map(|record| record.parts(&self.limits))
    }

    /// The values of all records.
    pub(super) fn values(&self) -> impl Iterator<Item = (Peer, Score)> {
        self.records.iter().map(|(peer, record)| (*peer, record.value(&self.limits)))
    }

    /// All records as plain data.
    pub(super) fn describe(&self) -> BTreeMap<Peer, ScoreRecord<TraceIds>> {
        let records = self.records.iter().map(|(peer, record)| {
            let Record { behaviour_penalty, application_score, status, topics } = record;
            let described = ScoreRecord {
                value: record.value(&self.limits),
                status: *status,
                behaviour_penalty: Finite::nearest(*behaviour_penalty),
                application_score: Finite::nearest(*application_score),
                topics: topics.iter().map(|(topic, record)| (topic.clone(), record.describe())).collect(),
            };
            (*peer, described)
        });
        records.collect()
    }

    /// The application's score in a peer's record, if it has one.
    pub(super) fn application_score(&self, peer: Peer) -> Option<f64> {
        self.records.get(&peer).map(|record| record.application_score)
    }

    /// The times at which the records of disconnected peers expire (refresh 1).
    pub(super) fn deadlines(&self) -> impl Iterator<Item = Deadline> {
        self.records.values().filter_map(|record| match record.status {
            PeerStatus::Connected => None,
            PeerStatus::Disconnected { expires } => Some(Deadline { kind: DeadlineKind::RecordEnd, time: expires }),
        })
    }

    /// *connect*
    pub(super) fn connect(&mut self, peer: Peer, context: &mut Context<'_>) {
        // (connect) A record is created, or a retained one is connected with all its counters.
        context.mark(MarkId::AddPeerRetained, self.records.contains_key(&peer));
        self.records.entry(peer).or_insert(Record::new()).status = PeerStatus::Connected;
    }

    /// *disconnect*
    pub(super) fn disconnect(&mut self, peer: Peer, now: Time, context: &mut Context<'_>) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        context.mark(MarkId::RemovePeerRetained, matches!(record.status, PeerStatus::Disconnected { .. }));
        // (disconnect 1) The value is above zero. The record is dropped.
        let value = ("score", record.value(&self.limits).value());
        if context.is_above(RuleId::Disconnect1, value, ("the highest score that is retained", 0.0)) {
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
        // (disconnect 2) The record is retained until retain_duration from now. The expiry of a record that is
        // disconnected already moves as well (Q2).
        record.status = PeerStatus::Disconnected { expires: now + self.retain_duration };
    }

    /// *graft(t)*
    pub(super) fn graft(&mut self, peer: Peer, topic: &Topic, now: Time) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        // (graft) The peer is active in the topic since now. Whether mesh deliveries are active stays as it is.
        record.topic(topic).mesh_status = MeshStatus::Active { since: now, during: Span::ZERO };
    }

    /// *prune(t)*. No entry is created.
    pub(super) fn prune(&mut self, peer: Peer, topic: &Topic) {
        let Some(entry) = self.records.get_mut(&peer).and_then(|record| record.topics.get_mut(topic)) else { return };
        // (prune) The deficit becomes a mesh failure and the peer is inactive.
        entry.deactivate(self.limits.topics.of(topic).0);
    }

    /// *first delivery(t)*
    pub(super) fn first_delivery(&mut self, peer: Peer, topic: &Topic, context: &mut Context<'_>) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        let parameters = self.limits.topics.of(topic).0;
        let entry = record.topic(topic);
        // (first delivery) first_message_deliveries grows by one, up to its cap.
        let cap = ("first_message_deliveries_cap", as_f64(parameters.first_message_deliveries_cap));
        let count = ("first_message_deliveries + 1", entry.first_message_deliveries + 1.0);
        context.is_below(RuleId::FirstDelivery, count, cap);
        entry.first_message_deliveries = min(cap.1, count.1);
        entry.count_mesh_delivery(parameters, context);
    }

    /// *duplicate(t, first seen)*
    pub(super) fn duplicate(
        &mut self,
        peer: Peer,
        topic: &Topic,
        first_seen: Time,
        now: Time,
        context: &mut Context<'_>,
    ) {
        let parameters = self.limits.topics.of(topic).0;
        // (duplicate) The duplicate comes within mesh_message_deliveries_window.
        let window = parameters.mesh_message_deliveries_window;
        let counts = context.check(
            RuleId::Duplicate,
            window.holds(first_seen, now),
            &format_args!("first seen {first_seen}, window {}ms, now {now}", window.as_millis()),
        );
        let Some(record) = self.records.get_mut(&peer) else { return };
        let entry = record.topic(topic);
        if counts {
            entry.count_mesh_delivery(parameters, context);
        }
    }

    /// *invalid(t)*
    pub(super) fn invalid(&mut self, peer: Peer, topic: &Topic) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        // (invalid) The count of invalid messages grows by one.
        record.topic(topic).invalid_messages += 1.0;
    }

    /// *penalty(1)*
    pub(super) fn penalty(&mut self, peer: Peer) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        // (penalty) The behaviour penalty grows by one.
        record.behaviour_penalty += 1.0;
    }

    /// Sets the application's component.
    pub(super) fn set_application_score(&mut self, peer: Peer, score: f64) {
        let Some(record) = self.records.get_mut(&peer) else { return };
        record.application_score = score;
    }

    /// *refresh* of all records
    pub(super) fn refresh(&mut self, now: Time, context: &mut Context<'_>) {
        self.records.retain(|_, record| {
            let PeerStatus::Disconnected { expires } = record.status else { return true };
            // (refresh 1) The record of a disconnected peer has expired. It is dropped.
            !context.is_at_most(RuleId::Refresh1, ("expiry", expires), ("now", now))
        });
        let ScoreLimits { behaviour_penalty_decay, decay_zero, .. } = self.limits;
        for record in self.records.values_mut() {
            for (topic, entry) in &mut record.topics {
                entry.refresh(now, self.limits.topics.of(topic).0, decay_zero, context);
            }
            decay(&mut record.behaviour_penalty, behaviour_penalty_decay, decay_zero, context);
        }
    }
}

/// The lesser of two, or the first if they are equal. NaN if the second is NaN.
fn min(a: f64, b: f64) -> f64 {
    if a <= b { a } else { b }
}

/// v * its decay, or 0 if that is below `decay_zero`.
fn decay(value: &mut f64, factor: f64, decay_zero: f64, context: &mut Context<'_>) {
    *value *= factor;
    // (refresh 3) A decayed counter is below decay_zero. It becomes 0.
    if context.is_below(RuleId::Refresh3, ("counter", *value), ("decay_zero", decay_zero)) {
        *value = 0.0;
    }
}

#[expect(clippy::cast_precision_loss, reason = "the rounding is that of the original")]
const fn as_f64(count: u64) -> f64 {
    count as f64
}
