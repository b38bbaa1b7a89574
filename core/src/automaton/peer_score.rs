//! The score record of a peer: its counters, how events change them, and the score that follows from them.
//!
//! Counters at rest (inactive, all 0) are dropped, because they contribute the same as no counters. Their share of the
//! score is a product of finite numbers with a zero, so 0.0 or -0.0. The sum starts from 0.0 and is therefore never
//! -0.0, and adding a zero of either sign to such a sum changes no bit of it.
//!
//! The time in the mesh is not stored. It is 0 from a graft to the next refresh, and the time since the graft at each
//! refresh. So it is the time from the graft to the last refresh, or 0 if the graft came later.

use super::{
    score_parameters::{ParametersIndex, ScoreParameters, TopicConstants},
    slots::TopicSlot,
};
use crate::{Finite, MeshStatus, PeerStatus, Time, TopicCounters};
use alloc::vec::Vec;

/// The lesser of two numbers: `cap` if they are equal, and NaN if `x` is NaN.
fn capped(cap: f64, x: f64) -> f64 {
    if cap <= x { cap } else { x }
}

/// The counters of a peer in one topic.
#[derive(Clone)]
pub(crate) struct Counters {
    pub(crate) topic: TopicSlot,
    pub(crate) parameters: ParametersIndex,
    /// Whether the peer is in the mesh.
    is_active: bool,
    /// Whether missing deliveries count: the peer has been in the mesh for the activation time.
    is_deficit_active: bool,
    /// The time of the last graft, if the peer is in the mesh.
    since: Time,
    first_deliveries: f64,
    mesh_deliveries: f64,
    mesh_failures: f64,
    invalid_messages: f64,
}

impl Counters {
    pub(crate) fn new(topic: TopicSlot, parameters: ParametersIndex) -> Self {
        Self {
            topic,
            parameters,
            is_active: false,
            is_deficit_active: false,
            since: Time::ZERO,
            first_deliveries: 0.0,
            mesh_deliveries: 0.0,
            mesh_failures: 0.0,
            invalid_messages: 0.0,
        }
    }

    /// Whether the counters contribute the same as no counters.
    pub(crate) fn is_at_rest(&self) -> bool {
        !self.is_active
            && self.first_deliveries == 0.0
            && self.mesh_deliveries == 0.0
            && self.mesh_failures == 0.0
            && self.invalid_messages == 0.0
    }

    pub(crate) fn graft(&mut self, now: Time) {
        self.is_active = true;
        self.since = now;
    }

    pub(crate) fn prune(&mut self, constants: &TopicConstants) {
        self.mesh_failures += self.deficit(constants);
        self.is_active = false;
        self.is_deficit_active = false;
    }

    pub(crate) fn first_delivery(&mut self, constants: &TopicConstants) {
        self.first_deliveries = capped(constants.first_deliveries_cap, self.first_deliveries + 1.0);
        self.mesh_delivery(constants);
    }

    pub(crate) fn duplicate(&mut self, constants: &TopicConstants, first_seen: Time, now: Time) {
        if constants.window.holds(first_seen, now) {
            self.mesh_delivery(constants);
        }
    }

    fn mesh_delivery(&mut self, constants: &TopicConstants) {
        if self.is_active {
            self.mesh_deliveries = capped(constants.mesh_deliveries_cap, self.mesh_deliveries + 1.0);
        }
    }

    pub(crate) fn invalid(&mut self) {
        self.invalid_messages += 1.0;
    }

    /// The connection to the peer was closed.
    fn disconnect(&mut self, constants: &TopicConstants) {
        self.prune(constants);
        self.first_deliveries = 0.0;
    }

    fn refresh<T>(&mut self, parameters: &ScoreParameters<T>, constants: &TopicConstants, now: Time) {
        // The activation time is positive, so it has not passed at a graft.
        self.is_deficit_active = self.is_active && now.since(self.since) >= constants.activation;
        self.first_deliveries = parameters.decayed(self.first_deliveries, constants.first_deliveries_decay);
        self.mesh_deliveries = parameters.decayed(self.mesh_deliveries, constants.mesh_deliveries_decay);
        self.mesh_failures = parameters.decayed(self.mesh_failures, constants.mesh_failure_decay);
        self.invalid_messages = parameters.decayed(self.invalid_messages, constants.invalid_decay);
    }

    /// The square of the number of missing deliveries, if it counts.
    fn deficit(&self, constants: &TopicConstants) -> f64 {
        if self.is_deficit_active && self.mesh_deliveries < constants.mesh_deliveries_threshold {
            let deficit = constants.mesh_deliveries_threshold - self.mesh_deliveries;
            deficit * deficit
        } else {
            0.0
        }
    }

    /// The share of the topic in the score.
    fn share(&self, constants: &TopicConstants, refreshed: Time) -> f64 {
        // Floats round after each operation, so the order of the operations is part of the rule.
        let p1 = if self.is_active {
            let quanta = refreshed.since(self.since).as_secs_f64() / constants.quantum;
            constants.time_in_mesh_weight * capped(quanta, constants.time_in_mesh_cap)
        } else {
            0.0
        };
        let p2 = constants.first_deliveries_weight * self.first_deliveries;
        let p3 = self.deficit(constants) * constants.mesh_deliveries_weight;
        let p3b = self.mesh_failures * constants.mesh_failure_weight;
        let p4 = (self.invalid_messages * self.invalid_messages) * constants.invalid_weight;
        constants.weight * ((((p1 + p2) + p3) + p3b) + p4)
    }
}

/// The score record of a peer.
#[derive(Clone)]
pub(crate) struct Record {
    behaviour_penalty: f64,
    application_score: f64,
    /// When the record is dropped, if the peer is not connected.
    expiry: Option<Time>,
    /// The score, unless it is stale.
    value: f64,
    /// Whether the score has to be computed again.
    is_stale: bool,
    /// The index in the list of decaying records, if a refresh can change the record.
    pub(crate) decaying_index: Option<u32>,
    /// The counters of topics, ascending by the names of topics.
    pub(crate) topics: Vec<Counters>,
}

impl Record {
    pub(crate) fn new() -> Self {
        Self {
            behaviour_penalty: 0.0,
            application_score: 0.0,
            expiry: None,
            value: 0.0,
            is_stale: true, // the score of a new record can be -0.0
            decaying_index: None,
            topics: Vec::new(),
        }
    }

    /// Whether a refresh leaves the record as it is.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.topics.is_empty() && self.behaviour_penalty == 0.0 && self.expiry.is_none()
    }

    pub(crate) fn is_expired(&self, now: Time) -> bool {
        self.expiry.is_some_and(|expiry| expiry <= now)
    }

    pub(crate) fn penalize(&mut self) {
        self.behaviour_penalty += 1.0;
        self.is_stale = true;
    }

    pub(crate) fn set_application_score(&mut self, score: f64) {
        self.application_score = score;
        self.is_stale = true;
    }

    /// Whether the peer is connected.
    pub(crate) fn status(&self) -> PeerStatus {
        self.expiry.map_or(PeerStatus::Connected, |expires| PeerStatus::Disconnected { expires })
    }

    /// P7 and P5.
    pub(crate) fn penalty_and_application_score(&self) -> [Finite; 2] {
        [self.behaviour_penalty, self.application_score].map(Finite::nearest)
    }

    pub(crate) fn connect(&mut self) {
        self.expiry = None;
    }

    /// Marks the score as stale: the counters changed.
    pub(crate) fn invalidate(&mut self) {
        self.is_stale = true;
    }
}

impl<T> ScoreParameters<T> {
    fn decayed(&self, counter: f64, decay: f64) -> f64 {
        let counter = counter * decay;
        if counter < self.decay_zero { 0.0 } else { counter }
    }

    /// Decays the counters of a record.
    pub(crate) fn refresh(&self, record: &mut Record, now: Time) {
        for counters in &mut record.topics {
            counters.refresh(self, self.get(counters.parameters), now);
        }
        record.behaviour_penalty = self.decayed(record.behaviour_penalty, self.behaviour_penalty_decay);
        record.is_stale = true;
    }

    /// Retains the record of a peer that is not connected.
    pub(crate) fn disconnect(&self, record: &mut Record, now: Time) {
        for counters in &mut record.topics {
            counters.disconnect(self.get(counters.parameters));
        }
        record.expiry = Some(now + self.retain_duration);
        record.is_stale = true;
    }

    /// The score of a record, which is stored until something changes.
    #[inline]
    pub(crate) fn update(&self, record: &mut Record, refreshed: Time) -> f64 {
        if record.is_stale {
            record.value = self.compute(record, refreshed);
            record.is_stale = false;
        }
        record.value
    }

    /// The counters of a topic as plain data.
    pub(crate) fn describe(counters: &Counters, refreshed: Time) -> TopicCounters {
        let mesh_status = if counters.is_active {
            MeshStatus::Active { since: counters.since, during: refreshed.since(counters.since) }
        } else {
            MeshStatus::Inactive
        };
        TopicCounters {
            mesh_status,
            first_message_deliveries: Finite::nearest(counters.first_deliveries),
            mesh_message_deliveries: Finite::nearest(counters.mesh_deliveries),
            mesh_message_deliveries_active: counters.is_deficit_active,
            mesh_failure_penalty: Finite::nearest(counters.mesh_failures),
            invalid_messages: Finite::nearest(counters.invalid_messages),
        }
    }

    /// The score of a record, for readers that change nothing.
    pub(crate) fn value(&self, record: &Record, refreshed: Time) -> f64 {
        if record.is_stale { self.compute(record, refreshed) } else { record.value }
    }

    fn compute(&self, record: &Record, refreshed: Time) -> f64 {
        let mut topics = 0.0;
        for counters in &record.topics {
            topics += counters.share(self.get(counters.parameters), refreshed);
        }
        if let Some(cap) = self.topic_score_cap {
            topics = capped(cap, topics);
        }
        let p5 = record.application_score * self.app_specific_weight;
        let p7 = if record.behaviour_penalty > self.behaviour_penalty_threshold {
            let excess = record.behaviour_penalty - self.behaviour_penalty_threshold;
            (excess * excess) * self.behaviour_penalty_weight
        } else {
            0.0
        };
        // The sum of infinities of opposite signs is NaN, which counts as minus infinity.
        let value = (topics + p5) + p7;
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    }
}

#[cfg(debug_assertions)]
impl Record {
    /// Whether the record expires, as it does only if the peer is not connected.
    pub(crate) fn has_expiry(&self) -> bool {
        self.expiry.is_some()
    }
}

#[cfg(debug_assertions)]
impl<T> ScoreParameters<T> {
    /// Whether the stored score is stale or right.
    pub(crate) fn is_up_to_date(&self, record: &Record, refreshed: Time) -> bool {
        record.is_stale || record.value.to_bits() == self.compute(record, refreshed).to_bits()
    }
}
