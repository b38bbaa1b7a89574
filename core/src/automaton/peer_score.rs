//! The score record of a peer: its counters, how events move them, and the value that comes of them.
//!
//! An entry of a topic at rest (inactive, all counters 0) is dropped: it says the same as no entry. Its share of the
//! value is a product of finite numbers with a zero, so 0.0 or -0.0; the sum starts from 0.0, is therefore never -0.0,
//! and no bit of it changes when a zero is added.
//!
//! `during` is not stored. It is 0 from a graft to the next refresh, and the time since the graft at each refresh:
//! the time from the graft to the last refresh of all, or 0 where the graft came later.

use super::intern::TopicSlot;
use crate::{Identifiers, Limits, ScoreLimits, Span, Time, TopicParameters, TopicScoreLimits, Window};
use alloc::{collections::BTreeMap, vec::Vec};

/// The limits of scores, as floats where they are used as such.
#[derive(Clone)]
pub(crate) struct Parameters<T> {
    /// The first are those of topics that are not listed.
    topics: Vec<OfTopic>,
    listed: BTreeMap<T, ParametersIndex>,
    topic_score_cap: Option<f64>,
    behaviour_penalty_weight: f64,
    behaviour_penalty_threshold: f64,
    behaviour_penalty_decay: f64,
    app_specific_weight: f64,
    decay_zero: f64,
    retain_duration: Span,
}

/// Which parameters a topic has.
#[derive(Clone, Copy, Default)]
pub(crate) struct ParametersIndex(u32);

/// The parameters of one topic.
#[derive(Clone)]
pub(crate) struct OfTopic {
    weight: f64,
    time_in_mesh_weight: f64,
    time_in_mesh_cap: f64,
    quantum: f64,
    first_deliveries_weight: f64,
    first_deliveries_cap: f64,
    first_deliveries_decay: f64,
    mesh_deliveries_weight: f64,
    mesh_deliveries_cap: f64,
    mesh_deliveries_threshold: f64,
    mesh_deliveries_decay: f64,
    window: Window,
    activation: Span,
    mesh_failure_weight: f64,
    mesh_failure_decay: f64,
    invalid_weight: f64,
    invalid_decay: f64,
}

impl<T: Clone + Ord> Parameters<T> {
    pub(crate) fn new<I: Identifiers<Topic = T>>(limits: &Limits<I>) -> Self {
        let ScoreLimits {
            topics,
            topic_score_cap,
            behaviour_penalty_weight,
            behaviour_penalty_threshold,
            behaviour_penalty_decay,
            app_specific_weight,
            decay_zero,
        } = &limits.score_limits;
        let (default, listed) = match topics {
            TopicScoreLimits::Single { parameters } => (OfTopic::new(parameters, 1.0), None),
            TopicScoreLimits::Family { default, topics } => {
                (OfTopic::new(&default.parameters, default.weight), Some(topics))
            }
        };
        let listed = || listed.into_iter().flatten();
        let of_listed = listed().map(|(_, weighted)| OfTopic::new(&weighted.parameters, weighted.weight));
        Self {
            topics: core::iter::once(default).chain(of_listed).collect(),
            listed: listed().map(|(topic, _)| topic.clone()).zip((1..).map(ParametersIndex)).collect(),
            topic_score_cap: *topic_score_cap,
            behaviour_penalty_weight: *behaviour_penalty_weight,
            behaviour_penalty_threshold: *behaviour_penalty_threshold,
            behaviour_penalty_decay: *behaviour_penalty_decay,
            app_specific_weight: *app_specific_weight,
            decay_zero: *decay_zero,
            retain_duration: limits.retain_duration,
        }
    }

    /// Which parameters a topic has.
    pub(crate) fn index_of(&self, topic: &T) -> ParametersIndex {
        self.listed.get(topic).copied().unwrap_or_default()
    }
}

impl<T> Parameters<T> {
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the index is 0 or that of a listed topic")]
    pub(crate) fn get(&self, index: ParametersIndex) -> &OfTopic {
        &self.topics[index.0 as usize]
    }
}

impl OfTopic {
    #[expect(clippy::cast_precision_loss, reason = "the rounding is that of the original")]
    fn new(parameters: &TopicParameters, weight: f64) -> Self {
        Self {
            weight,
            time_in_mesh_weight: parameters.time_in_mesh_weight,
            time_in_mesh_cap: parameters.time_in_mesh_cap,
            quantum: parameters.time_in_mesh_quantum.as_secs_f64(),
            first_deliveries_weight: parameters.first_message_deliveries_weight,
            first_deliveries_cap: parameters.first_message_deliveries_cap as f64,
            first_deliveries_decay: parameters.first_message_deliveries_decay,
            mesh_deliveries_weight: parameters.mesh_message_deliveries_weight,
            mesh_deliveries_cap: parameters.mesh_message_deliveries_cap as f64,
            mesh_deliveries_threshold: parameters.mesh_message_deliveries_threshold as f64,
            mesh_deliveries_decay: parameters.mesh_message_deliveries_decay,
            window: parameters.mesh_message_deliveries_window,
            activation: parameters.mesh_message_deliveries_activation,
            mesh_failure_weight: parameters.mesh_failure_penalty_weight,
            mesh_failure_decay: parameters.mesh_failure_penalty_decay,
            invalid_weight: parameters.invalid_message_deliveries_weight,
            invalid_decay: parameters.invalid_message_deliveries_decay,
        }
    }
}

/// The lesser of two, the first where they are equal; NaN where `x` is.
fn capped(cap: f64, x: f64) -> f64 {
    if cap <= x { cap } else { x }
}

/// The counters of a peer in one topic.
#[derive(Clone)]
pub(crate) struct Counters {
    pub(crate) topic: TopicSlot,
    pub(crate) parameters: ParametersIndex,
    is_active: bool,
    is_deficit_active: bool,
    /// When it came into the mesh, where it is active.
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

    pub(crate) fn prune(&mut self, of: &OfTopic) {
        self.mesh_failures += self.deficit(of);
        self.is_active = false;
        self.is_deficit_active = false;
    }

    pub(crate) fn first_delivery(&mut self, of: &OfTopic) {
        self.first_deliveries = capped(of.first_deliveries_cap, self.first_deliveries + 1.0);
        self.mesh_delivery(of);
    }

    pub(crate) fn duplicate(&mut self, of: &OfTopic, first_seen: Time, now: Time) {
        if of.window.holds(first_seen, now) {
            self.mesh_delivery(of);
        }
    }

    fn mesh_delivery(&mut self, of: &OfTopic) {
        if self.is_active {
            self.mesh_deliveries = capped(of.mesh_deliveries_cap, self.mesh_deliveries + 1.0);
        }
    }

    pub(crate) fn invalid(&mut self) {
        self.invalid_messages += 1.0;
    }

    /// The peer's connection is gone.
    fn disconnect(&mut self, of: &OfTopic) {
        self.prune(of);
        self.first_deliveries = 0.0;
    }

    fn refresh<T>(&mut self, parameters: &Parameters<T>, of: &OfTopic, now: Time) {
        // The activation is a second or more, so an inactive entry never is.
        self.is_deficit_active = self.is_active && now.since(self.since) >= of.activation;
        self.first_deliveries = parameters.decayed(self.first_deliveries, of.first_deliveries_decay);
        self.mesh_deliveries = parameters.decayed(self.mesh_deliveries, of.mesh_deliveries_decay);
        self.mesh_failures = parameters.decayed(self.mesh_failures, of.mesh_failure_decay);
        self.invalid_messages = parameters.decayed(self.invalid_messages, of.invalid_decay);
    }

    /// The square of the deliveries that are missing.
    fn deficit(&self, of: &OfTopic) -> f64 {
        if self.is_deficit_active && self.mesh_deliveries < of.mesh_deliveries_threshold {
            let deficit = of.mesh_deliveries_threshold - self.mesh_deliveries;
            deficit * deficit
        } else {
            0.0
        }
    }

    /// The share of the topic in the value.
    fn share(&self, of: &OfTopic, refreshed: Time) -> f64 {
        let p1 = if self.is_active {
            let quanta = refreshed.since(self.since).as_secs_f64() / of.quantum;
            of.time_in_mesh_weight * capped(quanta, of.time_in_mesh_cap)
        } else {
            0.0
        };
        let p2 = of.first_deliveries_weight * self.first_deliveries;
        let p3 = self.deficit(of) * of.mesh_deliveries_weight;
        let p3b = self.mesh_failures * of.mesh_failure_weight;
        let p4 = (self.invalid_messages * self.invalid_messages) * of.invalid_weight;
        of.weight * ((((p1 + p2) + p3) + p3b) + p4)
    }
}

/// The score record of a peer.
#[derive(Clone)]
pub(crate) struct Record {
    behaviour_penalty: f64,
    application_score: f64,
    /// When the record of a disconnected peer is dropped.
    expiry: Option<Time>,
    /// The value, unless it is stale.
    value: f64,
    is_stale: bool,
    /// The position among the records that a refresh changes, if it is one of them.
    pub(crate) restless: Option<u32>,
    /// The topics of which the counters are not at rest, ascending.
    pub(crate) topics: Vec<Counters>,
}

impl Record {
    pub(crate) fn new() -> Self {
        Self {
            behaviour_penalty: 0.0,
            application_score: 0.0,
            expiry: None,
            value: 0.0,
            is_stale: true, // -0.0 is possible
            restless: None,
            topics: Vec::new(),
        }
    }

    /// Whether a refresh changes nothing.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.topics.is_empty() && self.behaviour_penalty == 0.0 && self.expiry.is_none()
    }

    pub(crate) fn is_expired(&self, now: Time) -> bool {
        self.expiry.is_some_and(|expiry| expiry <= now)
    }

    pub(crate) fn penalty(&mut self) {
        self.behaviour_penalty += 1.0;
        self.is_stale = true;
    }

    pub(crate) fn set_application_score(&mut self, score: f64) {
        self.application_score = score;
        self.is_stale = true;
    }

    pub(crate) fn connect(&mut self) {
        self.expiry = None;
    }

    /// The counters changed.
    pub(crate) fn invalidate(&mut self) {
        self.is_stale = true;
    }
}

impl<T> Parameters<T> {
    fn decayed(&self, counter: f64, decay: f64) -> f64 {
        let counter = counter * decay;
        if counter < self.decay_zero { 0.0 } else { counter }
    }

    /// Lets time act on a connected or retained record.
    pub(crate) fn refresh(&self, record: &mut Record, now: Time) {
        for counters in &mut record.topics {
            counters.refresh(self, self.get(counters.parameters), now);
        }
        record.behaviour_penalty = self.decayed(record.behaviour_penalty, self.behaviour_penalty_decay);
        record.is_stale = true;
    }

    /// Retains the record of a peer that disconnected and has no positive score.
    pub(crate) fn disconnect(&self, record: &mut Record, now: Time) {
        for counters in &mut record.topics {
            counters.disconnect(self.get(counters.parameters));
        }
        record.expiry = Some(now + self.retain_duration);
        record.is_stale = true;
    }

    /// The value of a record, kept until something changes.
    #[inline]
    pub(crate) fn update(&self, record: &mut Record, refreshed: Time) -> f64 {
        if record.is_stale {
            record.value = self.compute(record, refreshed);
            record.is_stale = false;
        }
        record.value
    }

    /// The value of a record.
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
        let value = (topics + p5) + p7;
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    }
}
