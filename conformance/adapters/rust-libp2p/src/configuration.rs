//! The parameters of the format as those of libp2p-gossipsub.

use std::time::Duration;

use libp2p_gossipsub::{
    Behaviour, ConfigBuilder, MessageAuthenticity, MessageId, PeerScoreParams, PeerScoreThresholds, TopicHash,
    TopicScoreParams, ValidationMode,
};

use crate::format::{Parameters, Scoring, TopicScoring, Validation};

/// One step can span a heartbeat interval: this bounds the timers that run in one.
const LONGEST_HEARTBEAT_INTERVAL: Duration = Duration::from_hours(1);

/// The implementation allocates as many slots at its start: for the message cache, for backoffs by heartbeat.
const MOST_SLOTS: u32 = 1_000_000;

/// The parameters whose setters differ from release to release.
pub struct ReleaseParameters {
    /// The backoff after a leave.
    pub unsubscribe_backoff: Duration,
    /// How long an id counts as seen.
    pub seen_ttl: Duration,
    /// The most message ids in an IHAVE, and the most asked for by IWANT in a heartbeat.
    pub max_ihave_length: usize,
    /// The most IHAVEs of a peer in a heartbeat.
    pub max_ihave_messages: usize,
}

/// What the releases of libp2p-gossipsub differ in.
pub struct Release {
    /// Name and version, as answered to a header.
    pub implementation: &'static str,
    /// Sets the parameters whose setters differ.
    pub configure: fn(&mut ConfigBuilder, &ReleaseParameters),
    /// The backoff after a leave is a multiple of this.
    pub unsubscribe_backoff_unit: Duration,
}

/// A gossipsub node with these parameters, or why they cannot be had.
pub(crate) fn behaviour(parameters: &Parameters, release: &Release) -> Result<Behaviour, String> {
    check_limits(parameters, release)?;
    let mut builder = ConfigBuilder::default();
    builder
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(|message| MessageId::from(message.data.clone()))
        .support_floodsub()
        // The first heartbeat comes after the sum of this delay and the interval.
        .heartbeat_initial_delay(Duration::ZERO)
        .heartbeat_interval(parameters.heartbeat_interval.span())
        .mesh_n(size(parameters.degree))
        .mesh_n_low(size(parameters.degree_low))
        .mesh_n_high(size(parameters.degree_high))
        .mesh_outbound_min(size(parameters.degree_out))
        .retain_scores(size(parameters.degree_score))
        .gossip_lazy(size(parameters.degree_lazy))
        .gossip_factor(parameters.gossip_factor)
        .gossip_retransimission(parameters.gossip_retransmission)
        .iwant_followup_time(parameters.iwant_followup_time.span())
        .history_length(size(parameters.history_length))
        .history_gossip(size(parameters.history_gossip))
        .duplicate_cache_time(parameters.seen_ttl.span())
        .fanout_ttl(parameters.fanout_ttl.span())
        .flood_publish(parameters.flood_publish)
        .prune_backoff(parameters.prune_backoff.span())
        .graft_flood_threshold(parameters.graft_flood_threshold.span())
        .opportunistic_graft_ticks(u64::from(parameters.opportunistic_graft_ticks))
        .opportunistic_graft_peers(size(parameters.opportunistic_graft_peers))
        .idontwant_message_size_threshold(0);
    if parameters.do_px {
        builder.do_px();
    }
    // After `do_px`, which sets a number of its own.
    builder.prune_peers(size(parameters.px_peers));
    if parameters.validation == Validation::Asked {
        builder.validate_messages();
    }
    let release_parameters = ReleaseParameters {
        unsubscribe_backoff: parameters.unsubscribe_backoff.span(),
        seen_ttl: parameters.seen_ttl.span(),
        max_ihave_length: size(parameters.max_ihave_length),
        max_ihave_messages: size(parameters.max_ihave_messages),
    };
    (release.configure)(&mut builder, &release_parameters);
    let config = builder.build().map_err(|error| error.to_string())?;
    let mut gossipsub = Behaviour::new(MessageAuthenticity::Anonymous, config)?;
    if let Some(scoring) = &parameters.scoring {
        gossipsub.with_peer_score(score_parameters(scoring), thresholds(scoring))?;
    }
    Ok(gossipsub)
}

/// Refuses what the release cannot express, and what would let the process run out of memory or time.
fn check_limits(parameters: &Parameters, release: &Release) -> Result<(), String> {
    let interval = parameters.heartbeat_interval.span();
    if interval.is_zero() || interval > LONGEST_HEARTBEAT_INTERVAL {
        return Err(format!("heartbeat_interval: expected 1 to {} ms", LONGEST_HEARTBEAT_INTERVAL.as_millis()));
    }
    if parameters.prune_backoff.span().as_millis() / interval.as_millis() > u128::from(MOST_SLOTS) {
        return Err(format!("prune_backoff: expected at most {MOST_SLOTS} heartbeat intervals"));
    }
    if parameters.history_length > MOST_SLOTS {
        return Err(format!("history_length: expected at most {MOST_SLOTS}"));
    }
    let unit = release.unsubscribe_backoff_unit.as_millis();
    if !parameters.unsubscribe_backoff.span().as_millis().is_multiple_of(unit) {
        return Err(format!("unsubscribe_backoff: expected a multiple of {unit} ms"));
    }
    Ok(())
}

fn size(count: u32) -> usize {
    usize::try_from(count).expect("addresses have 32 bits or more")
}

fn thresholds(scoring: &Scoring) -> PeerScoreThresholds {
    PeerScoreThresholds {
        gossip_threshold: scoring.thresholds.gossip,
        publish_threshold: scoring.thresholds.publish,
        graylist_threshold: scoring.thresholds.graylist,
        accept_px_threshold: scoring.thresholds.accept_px,
        opportunistic_graft_threshold: scoring.thresholds.opportunistic_graft,
    }
}

fn score_parameters(scoring: &Scoring) -> PeerScoreParams {
    let topics = scoring.topics.iter();
    PeerScoreParams {
        topics: topics.map(|(topic, scoring)| (TopicHash::from_raw(topic), topic_score_parameters(scoring))).collect(),
        topic_score_cap: scoring.topic_score_cap,
        app_specific_weight: scoring.app_specific_weight,
        ip_colocation_factor_weight: scoring.ip_colocation_factor_weight,
        ip_colocation_factor_threshold: scoring.ip_colocation_factor_threshold,
        behaviour_penalty_weight: scoring.behaviour_penalty_weight,
        behaviour_penalty_threshold: scoring.behaviour_penalty_threshold,
        behaviour_penalty_decay: scoring.behaviour_penalty_decay,
        decay_interval: scoring.decay_interval.span(),
        decay_to_zero: scoring.decay_to_zero,
        retain_score: scoring.retain_score.span(),
        // A penalty for full queues, which the specification does not have.
        slow_peer_weight: 0.0,
        ..PeerScoreParams::default()
    }
}

fn topic_score_parameters(scoring: &TopicScoring) -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: scoring.topic_weight,
        time_in_mesh_weight: scoring.time_in_mesh_weight,
        time_in_mesh_quantum: scoring.time_in_mesh_quantum.span(),
        time_in_mesh_cap: scoring.time_in_mesh_cap,
        first_message_deliveries_weight: scoring.first_message_deliveries_weight,
        first_message_deliveries_decay: scoring.first_message_deliveries_decay,
        first_message_deliveries_cap: scoring.first_message_deliveries_cap,
        mesh_message_deliveries_weight: scoring.mesh_message_deliveries_weight,
        mesh_message_deliveries_decay: scoring.mesh_message_deliveries_decay,
        mesh_message_deliveries_cap: scoring.mesh_message_deliveries_cap,
        mesh_message_deliveries_threshold: scoring.mesh_message_deliveries_threshold,
        mesh_message_deliveries_window: scoring.mesh_message_deliveries_window.span(),
        mesh_message_deliveries_activation: scoring.mesh_message_deliveries_activation.span(),
        mesh_failure_penalty_weight: scoring.mesh_failure_penalty_weight,
        mesh_failure_penalty_decay: scoring.mesh_failure_penalty_decay,
        invalid_message_deliveries_weight: scoring.invalid_message_deliveries_weight,
        invalid_message_deliveries_decay: scoring.invalid_message_deliveries_decay,
    }
}
