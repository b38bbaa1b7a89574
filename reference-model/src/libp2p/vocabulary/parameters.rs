//! The parameters of a router, and the rules that they keep.

use super::{Topic, serial};
use gossipsub_automaton::Span;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Display};

/// The parameters of a router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// D: the degree of a mesh and of a fanout that the router aims at.
    #[serde(rename = "D", deserialize_with = "serial::count")]
    pub degree: usize,
    /// `D_low`: a heartbeat grafts in a mesh with fewer members.
    #[serde(rename = "D_low", deserialize_with = "serial::count")]
    pub degree_low: usize,
    /// `D_high`: a heartbeat prunes in a mesh with more members.
    #[serde(rename = "D_high", deserialize_with = "serial::count")]
    pub degree_high: usize,
    /// `D_score`: how many of the best members a heartbeat keeps when it prunes.
    #[serde(rename = "D_score", deserialize_with = "serial::count")]
    pub degree_score: usize,
    /// `D_out`: how many members of a mesh should be outbound.
    #[serde(rename = "D_out", deserialize_with = "serial::count")]
    pub degree_out: usize,
    /// `D_lazy`: how many peers get gossip at least.
    #[serde(rename = "D_lazy", deserialize_with = "serial::count")]
    pub degree_lazy: usize,
    /// Which part of the peers gets gossip at least.
    #[serde(serialize_with = "serial::write_finite")]
    pub gossip_factor: f64,
    /// The span between two heartbeats.
    pub heartbeat_interval: Span,
    /// How long after the last publish a fanout is kept.
    pub fanout_ttl: Span,
    /// How long a message id counts as seen.
    pub seen_ttl: Span,
    /// How many slots the message cache has.
    #[serde(deserialize_with = "serial::count")]
    pub history_length: usize,
    /// How many of the newest slots are advertised.
    #[serde(deserialize_with = "serial::count")]
    pub history_gossip: usize,
    /// How long a pruned peer is not grafted.
    pub prune_backoff: Span,
    /// How long a peer is not grafted after the router left the topic.
    pub unsubscribe_backoff: Span,
    /// A GRAFT this soon after a prune counts twice.
    pub graft_flood_threshold: Span,
    /// How long a promised message may take.
    pub iwant_followup_time: Span,
    /// How many ids are requested from a peer between two heartbeats, and named in one IHAVE.
    #[serde(deserialize_with = "serial::count")]
    pub max_ihave_length: usize,
    /// How many RPCs with IHAVE are taken from a peer between two heartbeats.
    #[serde(deserialize_with = "serial::count")]
    pub max_ihave_messages: usize,
    /// How often a peer gets a message that it requests.
    #[serde(deserialize_with = "serial::count")]
    pub gossip_retransmission: usize,
    /// Whether an own message goes to every peer of the topic.
    pub flood_publish: bool,
    /// Whether PRUNE carries peers.
    pub do_px: bool,
    /// How many peers a PRUNE carries, and how many of one are dialled.
    #[serde(deserialize_with = "serial::count")]
    pub px_peers: usize,
    /// Opportunistic grafting happens at every heartbeat whose number is a multiple.
    #[serde(deserialize_with = "serial::unsigned")]
    pub opportunistic_graft_ticks: u64,
    /// How many peers opportunistic grafting grafts.
    #[serde(deserialize_with = "serial::count")]
    pub opportunistic_graft_peers: usize,
    /// Who decides whether a message is valid.
    pub validation: Validation,
    /// The parameters of the score. Without, every score and every threshold is 0.
    pub scoring: Option<ScoringParameters>,
}

/// Who decides whether a message is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validation {
    /// Every message is accepted as it arrives.
    Automatic,
    /// The application is asked, and answers with `validated`.
    Asked,
}

/// The parameters of the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoringParameters {
    /// The thresholds.
    pub thresholds: Thresholds,
    /// The topics that score.
    #[serde(deserialize_with = "serial::by_topic")]
    pub topics: BTreeMap<Topic, TopicScoringParameters>,
    /// The most that all topics add together. 0 for no cap.
    pub topic_score_cap: f64,
    /// The weight of P5.
    pub app_specific_weight: f64,
    /// The weight of P6.
    pub ip_colocation_factor_weight: f64,
    /// How many peers may share an address.
    pub ip_colocation_factor_threshold: f64,
    /// The weight of P7.
    pub behaviour_penalty_weight: f64,
    /// Up to where penalties do not count.
    pub behaviour_penalty_threshold: f64,
    /// The factor by which penalties decay.
    pub behaviour_penalty_decay: f64,
    /// The span between two decays.
    pub decay_interval: Span,
    /// A counter below is 0.
    pub decay_to_zero: f64,
    /// How long the score of a disconnected peer is kept.
    pub retain_score: Span,
}

/// The scores below which a peer is treated otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// No gossip to and from peers below.
    pub gossip: f64,
    /// No own messages to peers below.
    pub publish: f64,
    /// RPCs of peers below are ignored.
    pub graylist: f64,
    /// Peer exchange is taken from peers at or above.
    pub accept_px: f64,
    /// A mesh whose median is below gets better members.
    pub opportunistic_graft: f64,
}

/// The parameters of the score in one topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the specification")]
pub struct TopicScoringParameters {
    pub topic_weight: f64,
    pub time_in_mesh_weight: f64,
    pub time_in_mesh_quantum: Span,
    pub time_in_mesh_cap: f64,
    pub first_message_deliveries_weight: f64,
    pub first_message_deliveries_decay: f64,
    pub first_message_deliveries_cap: f64,
    pub mesh_message_deliveries_weight: f64,
    pub mesh_message_deliveries_decay: f64,
    pub mesh_message_deliveries_threshold: f64,
    pub mesh_message_deliveries_cap: f64,
    pub mesh_message_deliveries_activation: Span,
    pub mesh_message_deliveries_window: Span,
    pub mesh_failure_penalty_weight: f64,
    pub mesh_failure_penalty_decay: f64,
    pub invalid_message_deliveries_weight: f64,
    pub invalid_message_deliveries_decay: f64,
}

/// Parameters that break a rule: `parameters.D_out: D_out < D_low is required, found D_out = 2, D_low = 2`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule} is required, found {found}")]
pub struct ParameterError {
    /// The path of the field.
    pub field: String,
    /// The rule, in the names of the trace format.
    pub rule: &'static str,
    /// The values.
    pub found: String,
}

/// Checks rules of the parameters in one object.
struct Rules {
    path: String,
}

impl Rules {
    fn require(
        &self,
        field: &str,
        holds: bool,
        rule: &'static str,
        values: &[(&str, &dyn Display)],
    ) -> Result<(), ParameterError> {
        if holds {
            return Ok(());
        }
        let found: Vec<_> = values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        Err(ParameterError { field: format!("{}{field}", self.path), rule, found: found.join(", ") })
    }
}

/// Checks each rule in turn. The last values are those of the fields that the rule names.
macro_rules! require {
    ($rules:ident, $($field:literal: $holds:expr, $rule:literal, [$($name:literal = $value:expr),*];)*) => {
        $($rules.require($field, $holds, $rule, &[$(($name, &$value)),*])?;)*
    };
}

fn is_fraction(value: f64) -> bool {
    0.0 < value && value < 1.0
}

impl Parameters {
    /// Checks the rules of the parameters.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), ParameterError> {
        let rules = Rules { path: String::new() };
        let Self { degree, degree_low, degree_high, degree_score, degree_out, .. } = *self;
        let no_mesh = degree == 0 && degree_low == 0 && degree_high == 0 && degree_out == 0;
        require! { rules,
            "D_low": degree_low <= degree, "D_low <= D", ["D_low" = degree_low, "D" = degree];
            "D_high": degree <= degree_high, "D <= D_high", ["D" = degree, "D_high" = degree_high];
            "D_out": no_mesh || degree_out < degree_low, "D_out < D_low, unless D, D_low, D_high and D_out are 0,",
                ["D_out" = degree_out, "D_low" = degree_low];
            "D_out": degree_out <= degree / 2, "D_out <= D / 2", ["D_out" = degree_out, "D" = degree];
            "D_score": degree_score <= degree_high, "D_score <= D_high",
                ["D_score" = degree_score, "D_high" = degree_high];
            "gossip_factor": (0.0..=1.0).contains(&self.gossip_factor), "0 <= gossip_factor <= 1",
                ["gossip_factor" = self.gossip_factor];
            "heartbeat_interval": self.heartbeat_interval > Span::ZERO, "heartbeat_interval > 0",
                ["heartbeat_interval" = self.heartbeat_interval];
            "history_length": self.history_length > 0, "history_length > 0", ["history_length" = self.history_length];
            "history_gossip": self.history_gossip <= self.history_length, "history_gossip <= history_length",
                ["history_gossip" = self.history_gossip, "history_length" = self.history_length];
            "px_peers": self.px_peers > 0, "px_peers > 0", ["px_peers" = self.px_peers];
            "opportunistic_graft_ticks": self.opportunistic_graft_ticks > 0, "opportunistic_graft_ticks > 0",
                ["opportunistic_graft_ticks" = self.opportunistic_graft_ticks];
            "opportunistic_graft_peers": self.opportunistic_graft_peers > 0, "opportunistic_graft_peers > 0",
                ["opportunistic_graft_peers" = self.opportunistic_graft_peers];
        }
        self.scoring.as_ref().map_or(Ok(()), ScoringParameters::check)
    }
}

impl ScoringParameters {
    fn check(&self) -> Result<(), ParameterError> {
        let rules = Rules { path: "scoring.thresholds.".into() };
        let Thresholds { gossip, publish, graylist, accept_px, opportunistic_graft } = self.thresholds;
        require! { rules,
            "gossip": gossip <= 0.0, "gossip <= 0", ["gossip" = gossip];
            "publish": publish <= gossip, "publish <= gossip", ["publish" = publish, "gossip" = gossip];
            "graylist": graylist <= publish, "graylist <= publish", ["graylist" = graylist, "publish" = publish];
            "accept_px": accept_px >= 0.0, "accept_px >= 0", ["accept_px" = accept_px];
            "opportunistic_graft": opportunistic_graft >= 0.0, "opportunistic_graft >= 0",
                ["opportunistic_graft" = opportunistic_graft];
        }
        let rules = Rules { path: "scoring.".into() };
        let one_second = Span::from_secs(1);
        require! { rules,
            "topic_score_cap": self.topic_score_cap >= 0.0, "topic_score_cap >= 0",
                ["topic_score_cap" = self.topic_score_cap];
            "app_specific_weight": self.app_specific_weight.is_finite(), "a finite app_specific_weight",
                ["app_specific_weight" = self.app_specific_weight];
            "ip_colocation_factor_weight": self.ip_colocation_factor_weight <= 0.0, "ip_colocation_factor_weight <= 0",
                ["ip_colocation_factor_weight" = self.ip_colocation_factor_weight];
            "ip_colocation_factor_threshold":
                self.ip_colocation_factor_weight == 0.0 || self.ip_colocation_factor_threshold >= 1.0,
                "ip_colocation_factor_threshold >= 1, where its weight is not 0,",
                ["ip_colocation_factor_threshold" = self.ip_colocation_factor_threshold];
            "behaviour_penalty_weight": self.behaviour_penalty_weight <= 0.0, "behaviour_penalty_weight <= 0",
                ["behaviour_penalty_weight" = self.behaviour_penalty_weight];
            "behaviour_penalty_threshold": self.behaviour_penalty_threshold >= 0.0, "behaviour_penalty_threshold >= 0",
                ["behaviour_penalty_threshold" = self.behaviour_penalty_threshold];
            "behaviour_penalty_decay":
                self.behaviour_penalty_weight == 0.0 || is_fraction(self.behaviour_penalty_decay),
                "0 < behaviour_penalty_decay < 1, where its weight is not 0,",
                ["behaviour_penalty_decay" = self.behaviour_penalty_decay];
            "decay_interval": self.decay_interval >= one_second, "decay_interval >= 1s",
                ["decay_interval" = self.decay_interval];
            "decay_to_zero": is_fraction(self.decay_to_zero), "0 < decay_to_zero < 1",
                ["decay_to_zero" = self.decay_to_zero];
        }
        self.topics.iter().try_for_each(|(topic, parameters)| parameters.check(topic))
    }
}

impl TopicScoringParameters {
    fn check(&self, topic: &Topic) -> Result<(), ParameterError> {
        let rules = Rules { path: format!("scoring.topics.{topic}.") };
        let p1 = self.time_in_mesh_weight != 0.0;
        let p2 = self.first_message_deliveries_weight != 0.0;
        let p3 = self.mesh_message_deliveries_weight != 0.0;
        let p3b = self.mesh_failure_penalty_weight != 0.0;
        require! { rules,
            "topic_weight": self.topic_weight >= 0.0, "topic_weight >= 0", ["topic_weight" = self.topic_weight];
            "time_in_mesh_weight": self.time_in_mesh_weight >= 0.0, "time_in_mesh_weight >= 0",
                ["time_in_mesh_weight" = self.time_in_mesh_weight];
            "time_in_mesh_quantum": self.time_in_mesh_quantum > Span::ZERO, "time_in_mesh_quantum > 0",
                ["time_in_mesh_quantum" = self.time_in_mesh_quantum];
            "time_in_mesh_cap": !p1 || self.time_in_mesh_cap > 0.0,
                "time_in_mesh_cap > 0, where its weight is not 0,",
                ["time_in_mesh_cap" = self.time_in_mesh_cap];
            "first_message_deliveries_weight": self.first_message_deliveries_weight >= 0.0,
                "first_message_deliveries_weight >= 0",
                ["first_message_deliveries_weight" = self.first_message_deliveries_weight];
            "first_message_deliveries_decay": !p2 || is_fraction(self.first_message_deliveries_decay),
                "0 < first_message_deliveries_decay < 1, where its weight is not 0,",
                ["first_message_deliveries_decay" = self.first_message_deliveries_decay];
            "first_message_deliveries_cap": !p2 || self.first_message_deliveries_cap > 0.0,
                "first_message_deliveries_cap > 0, where its weight is not 0,",
                ["first_message_deliveries_cap" = self.first_message_deliveries_cap];
            "mesh_message_deliveries_weight": self.mesh_message_deliveries_weight <= 0.0,
                "mesh_message_deliveries_weight <= 0",
                ["mesh_message_deliveries_weight" = self.mesh_message_deliveries_weight];
            "mesh_message_deliveries_decay": !p3 || is_fraction(self.mesh_message_deliveries_decay),
                "0 < mesh_message_deliveries_decay < 1, where its weight is not 0,",
                ["mesh_message_deliveries_decay" = self.mesh_message_deliveries_decay];
            "mesh_message_deliveries_threshold": !p3 || self.mesh_message_deliveries_threshold > 0.0,
                "mesh_message_deliveries_threshold > 0, where its weight is not 0,",
                ["mesh_message_deliveries_threshold" = self.mesh_message_deliveries_threshold];
            "mesh_message_deliveries_cap": !p3 || self.mesh_message_deliveries_cap > 0.0,
                "mesh_message_deliveries_cap > 0, where its weight is not 0,",
                ["mesh_message_deliveries_cap" = self.mesh_message_deliveries_cap];
            "mesh_message_deliveries_activation":
                !p3 || self.mesh_message_deliveries_activation >= Span::from_secs(1),
                "mesh_message_deliveries_activation >= 1s, where its weight is not 0,",
                ["mesh_message_deliveries_activation" = self.mesh_message_deliveries_activation];
            "mesh_failure_penalty_weight": self.mesh_failure_penalty_weight <= 0.0, "mesh_failure_penalty_weight <= 0",
                ["mesh_failure_penalty_weight" = self.mesh_failure_penalty_weight];
            "mesh_failure_penalty_decay": !p3b || is_fraction(self.mesh_failure_penalty_decay),
                "0 < mesh_failure_penalty_decay < 1, where its weight is not 0,",
                ["mesh_failure_penalty_decay" = self.mesh_failure_penalty_decay];
            "invalid_message_deliveries_weight": self.invalid_message_deliveries_weight <= 0.0,
                "invalid_message_deliveries_weight <= 0",
                ["invalid_message_deliveries_weight" = self.invalid_message_deliveries_weight];
            "invalid_message_deliveries_decay": is_fraction(self.invalid_message_deliveries_decay),
                "0 < invalid_message_deliveries_decay < 1",
                ["invalid_message_deliveries_decay" = self.invalid_message_deliveries_decay];
        }
        Ok(())
    }
}
