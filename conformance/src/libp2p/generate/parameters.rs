//! The parameters of a case: a profile, varied, within what the implementation supports.

use crate::engine::{Capabilities, Draw, Named, json};
use gossipsub_automaton::Span;
use gossipsub_reference_model::libp2p::vocabulary::{
    Parameters, ScoringParameters, Thresholds, Topic, TopicScoringParameters, Validation,
};
use serde_json::{Value, from_value};

/// Parameters made by hand, each to make something happen often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// The defaults of the specification, without scoring.
    Default,
    /// Small meshes and short spans, without scoring.
    Small,
    /// As small, with scoring on all parts.
    Scoring,
    /// As small, and messages await a verdict of the application.
    Asked,
    /// As scoring, with peer exchange.
    PeerExchange,
    /// As scoring, with flood publishing.
    Flood,
    /// As scoring, with opportunistic grafts at every second heartbeat.
    Opportunistic,
    /// As asked, with scoring.
    AskedScoring,
    /// As small, with the application's score alone, so that every score is known.
    Application,
}

impl Named for Profile {
    const ALL: &'static [Self] = &[
        Self::Default,
        Self::Small,
        Self::Scoring,
        Self::Asked,
        Self::PeerExchange,
        Self::Flood,
        Self::Opportunistic,
        Self::AskedScoring,
        Self::Application,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Small => "small",
            Self::Scoring => "scoring",
            Self::Asked => "asked",
            Self::PeerExchange => "px",
            Self::Flood => "flood",
            Self::Opportunistic => "opportunistic",
            Self::AskedScoring => "asked-scoring",
            Self::Application => "application",
        }
    }
}

impl Profile {
    /// Its parameters.
    #[must_use]
    pub fn parameters(self) -> Parameters {
        let scoring = || Parameters { scoring: Some(all_parts()), ..small() };
        match self {
            Self::Default => simplest(),
            Self::Small => small(),
            Self::Scoring => scoring(),
            Self::Asked => Parameters { validation: Validation::Asked, ..small() },
            Self::PeerExchange => Parameters { do_px: true, px_peers: 2, ..scoring() },
            Self::Flood => Parameters { flood_publish: true, ..scoring() },
            Self::Opportunistic => {
                Parameters { opportunistic_graft_ticks: 2, opportunistic_graft_peers: 2, ..scoring() }
            }
            Self::AskedScoring => Parameters { validation: Validation::Asked, ..scoring() },
            Self::Application => {
                let scoring = ScoringParameters { thresholds: all_parts().thresholds, ..simplest_scoring() };
                Parameters { opportunistic_graft_ticks: 3, do_px: true, scoring: Some(scoring), ..small() }
            }
        }
    }
}

/// The default parameters of the specification, without scoring.
pub(in crate::libp2p) fn simplest() -> Parameters {
    Parameters {
        degree: 6,
        degree_low: 5,
        degree_high: 12,
        degree_score: 4,
        degree_out: 2,
        degree_lazy: 6,
        gossip_factor: 0.25,
        heartbeat_interval: Span::from_secs(1),
        fanout_ttl: Span::from_secs(60),
        seen_ttl: Span::from_secs(120),
        history_length: 5,
        history_gossip: 3,
        prune_backoff: Span::from_secs(60),
        unsubscribe_backoff: Span::from_secs(10),
        graft_flood_threshold: Span::from_secs(10),
        iwant_followup_time: Span::from_secs(3),
        max_ihave_length: 5000,
        max_ihave_messages: 10,
        gossip_retransmission: 3,
        flood_publish: false,
        do_px: false,
        px_peers: 16,
        opportunistic_graft_ticks: 60,
        opportunistic_graft_peers: 2,
        validation: Validation::Automatic,
        scoring: None,
    }
}

fn small() -> Parameters {
    Parameters {
        degree: 3,
        degree_low: 2,
        degree_high: 4,
        degree_score: 1,
        degree_out: 1,
        degree_lazy: 2,
        fanout_ttl: Span::from_secs(4),
        seen_ttl: Span::from_secs(10),
        prune_backoff: Span::from_secs(6),
        unsubscribe_backoff: Span::from_secs(3),
        graft_flood_threshold: Span::from_secs(2),
        ..simplest()
    }
}

/// Scoring with every weight 0.
pub(in crate::libp2p) fn simplest_scoring() -> ScoringParameters {
    ScoringParameters {
        thresholds: Thresholds {
            gossip: -10.0,
            publish: -50.0,
            graylist: -80.0,
            accept_px: 10.0,
            opportunistic_graft: 20.0,
        },
        topics: [].into(),
        topic_score_cap: 0.0,
        app_specific_weight: 1.0,
        ip_colocation_factor_weight: 0.0,
        ip_colocation_factor_threshold: 1.0,
        behaviour_penalty_weight: 0.0,
        behaviour_penalty_threshold: 0.0,
        behaviour_penalty_decay: 0.5,
        decay_interval: Span::from_secs(1),
        decay_to_zero: 0.1,
        retain_score: Span::from_secs(10),
    }
}

/// A topic with every weight 0.
pub(in crate::libp2p) fn simplest_topic() -> TopicScoringParameters {
    TopicScoringParameters {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.0,
        time_in_mesh_quantum: Span::from_secs(1),
        time_in_mesh_cap: 10.0,
        first_message_deliveries_weight: 0.0,
        first_message_deliveries_decay: 0.5,
        first_message_deliveries_cap: 10.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_message_deliveries_decay: 0.5,
        mesh_message_deliveries_threshold: 2.0,
        mesh_message_deliveries_cap: 10.0,
        mesh_message_deliveries_activation: Span::from_secs(3),
        mesh_message_deliveries_window: Span::from_millis(10),
        mesh_failure_penalty_weight: 0.0,
        mesh_failure_penalty_decay: 0.5,
        invalid_message_deliveries_weight: 0.0,
        invalid_message_deliveries_decay: 0.5,
    }
}

fn all_parts() -> ScoringParameters {
    let topic = TopicScoringParameters {
        time_in_mesh_weight: 0.25,
        first_message_deliveries_weight: 0.5,
        mesh_message_deliveries_weight: -0.5,
        mesh_failure_penalty_weight: -0.5,
        invalid_message_deliveries_weight: -1.0,
        // Each counter has a decay of its own, so that a counter with the decay of another shows.
        mesh_failure_penalty_decay: 0.75,
        invalid_message_deliveries_decay: 0.25,
        ..simplest_topic()
    };
    ScoringParameters {
        thresholds: Thresholds {
            gossip: -2.0,
            publish: -4.0,
            graylist: -8.0,
            accept_px: 1.0,
            opportunistic_graft: 1.0,
        },
        topics: [
            (Topic::new("t"), topic.clone()),
            (Topic::new("u"), TopicScoringParameters { topic_weight: 0.5, ..topic }),
        ]
        .into(),
        topic_score_cap: 4.0,
        behaviour_penalty_weight: -1.0,
        behaviour_penalty_threshold: 1.0,
        ..simplest_scoring()
    }
}

/// Draws the parameters of a case.
pub(super) fn draw(profile: Profile, capabilities: &Capabilities, draw: &mut impl Draw) -> Parameters {
    let mut parameters = restricted(profile.parameters(), capabilities);
    if draw.one_in(3) {
        return parameters;
    }
    for _ in 0..draw.between(1, 5) {
        let mut varied = parameters.clone();
        vary(&mut varied, draw);
        let varied = restricted(varied, capabilities);
        // Most changes are valid; the others are dropped.
        if varied.check().is_ok() {
            parameters = varied;
        }
    }
    parameters
}

fn vary(parameters: &mut Parameters, draw: &mut impl Draw) {
    let small = |draw: &mut _| usize::try_from(Draw::below(draw, 6)).unwrap_or(0);
    let span = |draw: &mut _| Span::from_secs(Draw::between(draw, 1, 20));
    match draw.below(20) {
        0 => {
            // With a D of 0 there are no meshes at all.
            let degree = small(draw);
            parameters.degree = degree;
            parameters.degree_low = degree.saturating_sub(small(draw) % 2);
            parameters.degree_high = if degree == 0 { 0 } else { degree + small(draw) };
            parameters.degree_score = degree / 2;
            parameters.degree_out = parameters.degree_low.saturating_sub(1).min(degree / 2);
        }
        1 => parameters.degree_score = small(draw),
        2 => parameters.degree_out = small(draw) / 2,
        3 => parameters.degree_lazy = small(draw),
        4 => parameters.gossip_factor = draw.pick(&[0.0, 0.25, 0.5, 1.0]).copied().unwrap_or(0.25),
        5 => parameters.history_length = small(draw) + 1,
        6 => parameters.history_gossip = small(draw),
        // Now and then a message is forgotten before it leaves the cache.
        7 if draw.one_in(2) => parameters.seen_ttl = Span::from_secs(draw.between(1, parameters.history_length as u64)),
        7 => parameters.seen_ttl = span(draw),
        8 => parameters.fanout_ttl = span(draw),
        9 => parameters.prune_backoff = span(draw),
        10 => parameters.unsubscribe_backoff = span(draw),
        11 => parameters.graft_flood_threshold = span(draw),
        12 => parameters.iwant_followup_time = Span::from_millis(draw.between(1, 8) * 500),
        13 => parameters.max_ihave_length = small(draw),
        14 => parameters.max_ihave_messages = small(draw),
        15 => parameters.gossip_retransmission = small(draw),
        16 => parameters.flood_publish = !parameters.flood_publish,
        17 => parameters.do_px = !parameters.do_px,
        18 => parameters.opportunistic_graft_ticks = draw.between(1, 4),
        _ => vary_scoring(parameters, draw),
    }
}

fn vary_scoring(parameters: &mut Parameters, draw: &mut impl Draw) {
    let Some(scoring) = &mut parameters.scoring else { return };
    match draw.below(11) {
        0 => scoring.topic_score_cap = draw.pick(&[0.0, 1.0, 100.0]).copied().unwrap_or(0.0),
        1 => scoring.app_specific_weight = 0.5,
        2 => {
            scoring.ip_colocation_factor_weight = -1.0;
            scoring.ip_colocation_factor_threshold = 1.0;
        }
        3 => scoring.behaviour_penalty_threshold = 0.0,
        4 => scoring.behaviour_penalty_weight = -10.0,
        5 => scoring.retain_score = Span::from_secs(draw.between(1, 5)),
        6 => scoring.decay_interval = Span::from_millis(1000 + 500 * draw.below(3)),
        7 => scoring.decay_to_zero = 0.01,
        8 => {
            for topic in scoring.topics.values_mut() {
                topic.mesh_message_deliveries_window = Span::from_millis(draw.between(1, 500));
                topic.mesh_message_deliveries_activation = Span::from_secs(draw.between(1, 4));
            }
        }
        9 => {
            // Without P3, a wrong P3b shows in more sequences.
            for topic in scoring.topics.values_mut() {
                topic.mesh_message_deliveries_weight = 0.0;
            }
        }
        _ => {
            for topic in scoring.topics.values_mut() {
                topic.first_message_deliveries_cap = 2.0;
                topic.time_in_mesh_cap = 2.0;
                topic.time_in_mesh_quantum = Span::from_millis(1500);
            }
        }
    }
}

/// Leaves out what the implementation does not support, and takes its fixed values.
fn restricted(mut parameters: Parameters, capabilities: &Capabilities) -> Parameters {
    if !capabilities.supports("scoring") {
        let has_application_part = capabilities.supports("scoring.application");
        parameters.scoring = parameters.scoring.filter(|_| has_application_part).map(|scoring| ScoringParameters {
            thresholds: scoring.thresholds,
            app_specific_weight: scoring.app_specific_weight,
            ..simplest_scoring()
        });
    }
    if !capabilities.supports("px") {
        parameters.do_px = false;
    }
    if !capabilities.supports("flood_publish") {
        parameters.flood_publish = false;
    }
    if !capabilities.supports("validation.asked") {
        parameters.validation = Validation::Automatic;
    }
    if !capabilities.supports("ip")
        && let Some(scoring) = &mut parameters.scoring
    {
        scoring.ip_colocation_factor_weight = 0.0;
    }
    if capabilities.fixed.is_empty() {
        return parameters;
    }
    let mut value = json(&parameters);
    for (name, fixed) in &capabilities.fixed {
        set(&mut value, name, fixed);
    }
    from_value(value).unwrap_or(parameters)
}

/// Sets a parameter by its name, or by its path with dots.
fn set(parameters: &mut Value, name: &str, fixed: &Value) {
    let pointer = format!("/{}", name.replace('.', "/"));
    if let Some(value) = parameters.pointer_mut(&pointer) {
        *value = fixed.clone();
    }
}
