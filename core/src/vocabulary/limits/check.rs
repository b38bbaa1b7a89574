//! The rules on limits. The constructor of an automaton refuses limits that break one.

use super::{Limits, ScoreLimits, TopicParameters, TopicScoreLimits, WeightedTopicParameters};
use crate::{Behaviour, Identifiers, Span};
use alloc::{format, string::String};

/// A rule that the limits break, with the values that break it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// The best peers by score and the outbound peers must fit into a mesh of optimal size.
    #[error(
        "degree_score + degree_out <= degree_optimal is required, \
         and {degree_score} + {degree_out} is greater than {degree_optimal}"
    )]
    ScoreAndOutAboveOptimal {
        /// `degree_score`
        degree_score: u64,
        /// `degree_out`
        degree_out: u64,
        /// `degree_optimal`
        degree_optimal: u64,
    },
    /// `degree_out <= degree_low <= degree_optimal <= degree_high`, or one of the bounds on a half or on histories.
    #[error("{lesser} <= {greater} is required, and {lesser_value} is greater than {greater_value}")]
    Order {
        /// The name of the limit that is too great.
        lesser: &'static str,
        /// Its value.
        lesser_value: u64,
        /// The name of the limit that bounds it.
        greater: &'static str,
        /// The value of the bound.
        greater_value: u64,
    },
    /// A count or span that must not be 0.
    #[error("{name} > 0 is required, found 0")]
    Zero {
        /// The name of the limit.
        name: String,
    },
    /// A weight, cap or threshold of the wrong sign.
    #[error("{name} >= 0 is required, found {value:?}")]
    Negative {
        /// The name of the limit.
        name: String,
        /// Its value.
        value: f64,
    },
    /// A positive weight of a penalty.
    #[error("{name} <= 0 is required, found {value:?}")]
    Positive {
        /// The name of the limit.
        name: String,
        /// Its value.
        value: f64,
    },
    /// A decay that is not between 0 and 1.
    #[error("{name} must be in [0, 1], found {value:?}")]
    NotAShare {
        /// The name of the limit.
        name: String,
        /// Its value.
        value: f64,
    },
    /// An infinity or a NaN.
    #[error("{name} must be finite, found {value:?}")]
    NotFinite {
        /// The name of the limit.
        name: String,
        /// Its value.
        value: f64,
    },
    /// A limit that a behaviour does not have.
    #[error("{name} is no limit of the behaviour {behaviour}")]
    Foreign {
        /// The name of the limit.
        name: &'static str,
        /// The behaviour.
        behaviour: Behaviour,
    },
    /// An activation under one second.
    #[error("{name} >= 1000ms is required, found {value}")]
    ShortActivation {
        /// The name of the limit.
        name: String,
        /// Its value.
        value: Span,
    },
}

impl<I: Identifiers> Limits<I> {
    /// Checks every rule on limits.
    ///
    /// # Errors
    /// The first rule that is broken, in the order of the checks.
    pub fn check(&self) -> Result<(), LimitsError> {
        let Self { degree_score, degree_out, degree_optimal, degree_low, degree_high, .. } = *self;
        if degree_score.checked_add(degree_out).is_none_or(|sum| sum > degree_optimal) {
            return Err(LimitsError::ScoreAndOutAboveOptimal { degree_score, degree_out, degree_optimal });
        }
        ordered("degree_out", degree_out, "degree_low", degree_low)?;
        ordered("degree_low", degree_low, "degree_optimal", degree_optimal)?;
        ordered("degree_optimal", degree_optimal, "degree_high", degree_high)?;
        ordered("degree_out", degree_out, "degree_optimal / 2", degree_optimal / 2)?;
        let root = Scope { prefix: "" };
        root.not_zero("history_gossip_length", self.history_gossip_length)?;
        ordered("history_gossip_length", self.history_gossip_length, "history_length", self.history_length)?;
        root.not_zero("seen_history_length", self.seen_history_length)?;
        root.not_zero("backoff_cleanup_ticks", self.backoff_cleanup_ticks)?;
        root.not_zero("score_cleanup_ticks", self.score_cleanup_ticks)?;
        root.not_zero("opportunistic_graft_ticks", self.opportunistic_graft_ticks)?;
        root.finite("publish_threshold", self.publish_threshold)?;
        root.finite("gossip_threshold", self.gossip_threshold)?;
        root.finite("accept_px_threshold", self.accept_px_threshold)?;
        root.finite("gossip_factor", self.gossip_factor)?;
        root.finite("opportunistic_graft_threshold", self.opportunistic_graft_threshold)?;
        self.score_limits.check()?;
        self.max_topics_per_peer.map_or(Ok(()), |max| root.not_zero("max_topics_per_peer", max))
    }

    /// Checks every rule on limits, and that the behaviour has each of them.
    ///
    /// # Errors
    /// The first rule that is broken, in the order of the checks.
    pub fn check_for(&self, behaviour: Behaviour) -> Result<(), LimitsError> {
        if self.max_topics_per_peer.is_some() && !behaviour.switches().limits_topics {
            return Err(LimitsError::Foreign { name: "max_topics_per_peer", behaviour });
        }
        self.check()
    }
}

impl<I: Identifiers> ScoreLimits<I> {
    fn check(&self) -> Result<(), LimitsError> {
        let scope = Scope { prefix: "score_limits." };
        if let Some(cap) = self.topic_score_cap {
            scope.not_negative("topic_score_cap", cap)?;
        }
        scope.not_positive("behaviour_penalty_weight", self.behaviour_penalty_weight)?;
        scope.not_negative("behaviour_penalty_threshold", self.behaviour_penalty_threshold)?;
        scope.share("behaviour_penalty_decay", self.behaviour_penalty_decay)?;
        scope.finite("app_specific_weight", self.app_specific_weight)?;
        scope.not_negative("decay_zero", self.decay_zero)?;
        match &self.topics {
            TopicScoreLimits::Single { parameters } => parameters.check("score_limits.topics."),
            TopicScoreLimits::Family { default, topics } => {
                default.check("score_limits.topics.default.")?;
                topics.iter().try_for_each(|(topic, weighted)| {
                    weighted.check(&format!("score_limits.topics.topics[{topic:?}]."))
                })
            }
        }
    }
}

impl WeightedTopicParameters {
    fn check(&self, prefix: &str) -> Result<(), LimitsError> {
        Scope { prefix }.finite("weight", self.weight)?;
        self.parameters.check(prefix)
    }
}

impl TopicParameters {
    fn check(&self, prefix: &str) -> Result<(), LimitsError> {
        let prefix = format!("{prefix}parameters.");
        let scope = Scope { prefix: &prefix };
        scope.not_negative("time_in_mesh_weight", self.time_in_mesh_weight)?;
        scope.not_negative("time_in_mesh_cap", self.time_in_mesh_cap)?;
        scope.not_zero("time_in_mesh_quantum", self.time_in_mesh_quantum.as_millis())?;
        scope.not_negative("first_message_deliveries_weight", self.first_message_deliveries_weight)?;
        scope.share("first_message_deliveries_decay", self.first_message_deliveries_decay)?;
        scope.not_positive("mesh_message_deliveries_weight", self.mesh_message_deliveries_weight)?;
        scope.activation("mesh_message_deliveries_activation", self.mesh_message_deliveries_activation)?;
        scope.not_zero("mesh_message_deliveries_threshold", self.mesh_message_deliveries_threshold)?;
        scope.share("mesh_message_deliveries_decay", self.mesh_message_deliveries_decay)?;
        scope.not_positive("mesh_failure_penalty_weight", self.mesh_failure_penalty_weight)?;
        scope.share("mesh_failure_penalty_decay", self.mesh_failure_penalty_decay)?;
        scope.not_positive("invalid_message_deliveries_weight", self.invalid_message_deliveries_weight)?;
        scope.share("invalid_message_deliveries_decay", self.invalid_message_deliveries_decay)
    }
}

fn ordered(
    lesser: &'static str,
    lesser_value: u64,
    greater: &'static str,
    greater_value: u64,
) -> Result<(), LimitsError> {
    if lesser_value <= greater_value {
        Ok(())
    } else {
        Err(LimitsError::Order { lesser, lesser_value, greater, greater_value })
    }
}

/// The path of the limits under check, for their names in errors.
struct Scope<'a> {
    prefix: &'a str,
}

impl Scope<'_> {
    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    fn not_zero(&self, field: &str, value: u64) -> Result<(), LimitsError> {
        if value > 0 { Ok(()) } else { Err(LimitsError::Zero { name: self.name(field) }) }
    }

    fn finite(&self, field: &str, value: f64) -> Result<(), LimitsError> {
        if value.is_finite() { Ok(()) } else { Err(LimitsError::NotFinite { name: self.name(field), value }) }
    }

    fn not_negative(&self, field: &str, value: f64) -> Result<(), LimitsError> {
        self.finite(field, value)?;
        if value >= 0.0 { Ok(()) } else { Err(LimitsError::Negative { name: self.name(field), value }) }
    }

    fn not_positive(&self, field: &str, value: f64) -> Result<(), LimitsError> {
        self.finite(field, value)?;
        if value <= 0.0 { Ok(()) } else { Err(LimitsError::Positive { name: self.name(field), value }) }
    }

    fn share(&self, field: &str, value: f64) -> Result<(), LimitsError> {
        self.finite(field, value)?;
        if (0.0..=1.0).contains(&value) {
            Ok(())
        } else {
            Err(LimitsError::NotAShare { name: self.name(field), value })
        }
    }

    fn activation(&self, field: &str, value: Span) -> Result<(), LimitsError> {
        if value >= Span::from_secs(1) {
            Ok(())
        } else {
            Err(LimitsError::ShortActivation { name: self.name(field), value })
        }
    }
}
