//! The parameters of scores in the form in which sums use them: as floats, with an index for each topic.

use crate::{Identifiers, Limits, ScoreLimits, Span, TopicParameters, TopicScoreLimits, Window};
use alloc::{collections::BTreeMap, vec::Vec};

/// The parameters of all scores.
#[derive(Clone)]
pub(crate) struct ScoreParameters<T> {
    /// First the constants of all topics that are not listed, then those of the listed topics.
    topics: Vec<TopicConstants>,
    listed: BTreeMap<T, ParametersIndex>,
    pub(super) topic_score_cap: Option<f64>,
    pub(super) behaviour_penalty_weight: f64,
    pub(super) behaviour_penalty_threshold: f64,
    pub(super) behaviour_penalty_decay: f64,
    pub(super) app_specific_weight: f64,
    pub(super) decay_zero: f64,
    pub(super) retain_duration: Span,
}

/// The index of a topic's constants. The default is that of a topic that is not listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ParametersIndex(u32);

/// The score parameters of one topic. Counts and spans are floats here, unless they are compared with times.
#[derive(Clone)]
pub(crate) struct TopicConstants {
    pub(super) weight: f64,
    pub(super) time_in_mesh_weight: f64,
    pub(super) time_in_mesh_cap: f64,
    pub(super) quantum: f64,
    pub(super) first_deliveries_weight: f64,
    pub(super) first_deliveries_cap: f64,
    pub(super) first_deliveries_decay: f64,
    pub(super) mesh_deliveries_weight: f64,
    pub(super) mesh_deliveries_cap: f64,
    pub(super) mesh_deliveries_threshold: f64,
    pub(super) mesh_deliveries_decay: f64,
    pub(super) window: Window,
    pub(super) activation: Span,
    pub(super) mesh_failure_weight: f64,
    pub(super) mesh_failure_decay: f64,
    pub(super) invalid_weight: f64,
    pub(super) invalid_decay: f64,
}

impl<T: Clone + Ord> ScoreParameters<T> {
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
            TopicScoreLimits::Single { parameters } => (TopicConstants::new(parameters, 1.0), None),
            TopicScoreLimits::Family { default, topics } => {
                (TopicConstants::new(&default.parameters, default.weight), Some(topics))
            }
        };
        let listed = || listed.into_iter().flatten();
        let of_listed = listed().map(|(_, weighted)| TopicConstants::new(&weighted.parameters, weighted.weight));
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

    /// The index of the constants of a topic.
    pub(crate) fn index_of(&self, topic: &T) -> ParametersIndex {
        self.listed.get(topic).copied().unwrap_or_default()
    }
}

impl<T> ScoreParameters<T> {
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the index is 0 or that of a listed topic")]
    pub(crate) fn get(&self, index: ParametersIndex) -> &TopicConstants {
        &self.topics[index.0 as usize]
    }
}

impl TopicConstants {
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
