//! The limits of a case: those of a profile, in half of the cases with a few drawn anew.

use crate::engine::{self, Draw};
use gossipsub_automaton::{
    LARGEST_INTEGER, Limits, ScoreLimits, Span, TopicParameters, TopicScoreLimits, WeightedTopicParameters, Window,
    trace_ids::TraceIds,
};

/// Limits of deployed nodes, and limits made by hand, each to make something happen often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// The limits of the original's unit tests.
    Default,
    /// Everything small: meshes, histories, counts.
    Tiny,
    /// A family of topics with all components of the score, without decay.
    Scoring,
    /// Peer exchange, with thresholds that decide about it.
    Px,
    /// Opportunistic grafts at every second heartbeat, together with outbound ones.
    Opportunistic,
    /// No heartbeat fills a mesh: only incoming grafts do.
    Grafted,
    /// The best by score are all that is kept.
    Best,
    /// Over-full meshes of peers that connected to us, which lack several outbound ones at opportunistic ticks.
    Outbound,
    /// The limits of a deployed data-availability node.
    DalNode,
    /// The limits of a deployed bootstrap node: no mesh, and no requests.
    BootstrapNode,
}

impl engine::Named for Profile {
    const ALL: &'static [Self] = &[
        Self::Default,
        Self::Tiny,
        Self::Scoring,
        Self::Px,
        Self::Opportunistic,
        Self::Grafted,
        Self::Best,
        Self::Outbound,
        Self::DalNode,
        Self::BootstrapNode,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Tiny => "tiny",
            Self::Scoring => "scoring",
            Self::Px => "px",
            Self::Opportunistic => "opportunistic",
            Self::Grafted => "grafted",
            Self::Best => "best",
            Self::Outbound => "outbound",
            Self::DalNode => "dal-node",
            Self::BootstrapNode => "bootstrap-node",
        }
    }
}

impl Profile {
    /// Its limits.
    #[must_use]
    pub fn limits(self) -> Limits<TraceIds> {
        match self {
            Self::Default => Limits::default(),
            Self::Tiny => tiny(),
            Self::Scoring => Limits { score_limits: family(), ..tiny() },
            Self::Px => Limits {
                gossip_threshold: -4.0,
                publish_threshold: -3.0,
                accept_px_threshold: -2.0,
                peers_to_px: 2,
                degree_low: 4,
                degree_high: 4,
                degree_score: 1,
                unsubscribe_backoff: Span::from_millis(1500),
                ..tiny()
            },
            Self::Opportunistic => Limits {
                degree_low: 2,
                degree_high: 6,
                degree_score: 1,
                opportunistic_graft_ticks: 2,
                opportunistic_graft_threshold: 10.0,
                score_limits: quick_scores(),
                ..tiny()
            },
            Self::Grafted => {
                Limits { degree_optimal: 0, degree_low: 0, degree_high: 5, degree_score: 0, degree_out: 0, ..tiny() }
            }
            Self::Best => {
                Limits { degree_optimal: 3, degree_low: 2, degree_high: 4, degree_score: 3, degree_out: 0, ..tiny() }
            }
            Self::Outbound => Limits {
                degree_optimal: 6,
                degree_low: 5,
                degree_high: 6,
                degree_score: 1,
                degree_out: 3,
                opportunistic_graft_ticks: 1,
                opportunistic_graft_peers: 6,
                opportunistic_graft_threshold: 10.0,
                // A peer of a mesh is above it, until it is grafted again.
                publish_threshold: 0.2,
                fanout_ttl: Span::from_millis(10_000),
                score_cleanup_ticks: 1,
                score_limits: lasting_scores(),
                ..tiny()
            },
            Self::DalNode => Limits::dal_node(),
            Self::BootstrapNode => Limits::bootstrap_node(),
        }
    }
}

fn tiny() -> Limits<TraceIds> {
    Limits {
        max_recv_ihave_per_heartbeat: 3,
        max_sent_iwant_per_heartbeat: 4,
        max_gossip_retransmission: 1,
        degree_optimal: 4,
        publish_threshold: -1.0,
        gossip_threshold: -2.0,
        peers_to_px: 3,
        unsubscribe_backoff: Span::from_millis(1000),
        graft_flood_threshold: Span::from_millis(700),
        prune_backoff: Span::from_millis(2500),
        retain_duration: Span::from_millis(1500),
        fanout_ttl: Span::from_millis(3000),
        heartbeat_interval: Span::from_millis(700),
        backoff_cleanup_ticks: 3,
        score_cleanup_ticks: 2,
        degree_low: 2,
        degree_high: 6,
        degree_score: 2,
        degree_out: 2,
        degree_lazy: 1,
        gossip_factor: 0.4,
        history_length: 4,
        history_gossip_length: 2,
        opportunistic_graft_ticks: 3,
        opportunistic_graft_peers: 2,
        opportunistic_graft_threshold: 5.0,
        seen_history_length: 3,
        score_limits: quick_scores(),
        ..Limits::default()
    }
}

fn quick_scores() -> ScoreLimits<TraceIds> {
    ScoreLimits {
        topics: TopicScoreLimits::Single { parameters: quick_parameters() },
        topic_score_cap: Some(20.0),
        behaviour_penalty_weight: -0.5,
        behaviour_penalty_threshold: 1.0,
        behaviour_penalty_decay: 0.6,
        app_specific_weight: 0.5,
        decay_zero: 0.1,
    }
}

/// Scores that do not fall for want of messages, so that meshes last.
fn lasting_scores() -> ScoreLimits<TraceIds> {
    let parameters = TopicParameters { mesh_message_deliveries_weight: 0.0, ..quick_parameters() };
    ScoreLimits { topics: TopicScoreLimits::Single { parameters }, ..quick_scores() }
}

fn quick_parameters() -> TopicParameters {
    TopicParameters {
        time_in_mesh_weight: 0.1,
        time_in_mesh_cap: 20.0,
        time_in_mesh_quantum: Span::from_millis(300),
        first_message_deliveries_cap: 5,
        mesh_message_deliveries_activation: Span::from_millis(1000),
        mesh_message_deliveries_window: Window::from_millis(500),
        mesh_message_deliveries_cap: 3,
        mesh_message_deliveries_threshold: 2,
        mesh_message_deliveries_decay: 0.9,
        ..TopicParameters::default()
    }
}

fn family() -> ScoreLimits<TraceIds> {
    let weighted = |weight, parameters| WeightedTopicParameters { parameters, weight };
    let slow = TopicParameters {
        first_message_deliveries_weight: 2.5,
        first_message_deliveries_decay: 1.0,
        mesh_message_deliveries_decay: 1.0,
        mesh_failure_penalty_weight: -1.3,
        mesh_failure_penalty_decay: 1.0,
        invalid_message_deliveries_decay: 1.0,
        ..quick_parameters()
    };
    let strict = TopicParameters {
        invalid_message_deliveries_weight: -7.5,
        mesh_message_deliveries_weight: -2.0,
        mesh_message_deliveries_window: Window::from_millis(0),
        ..quick_parameters()
    };
    let topics = [("a", 3.0, slow), ("b", 0.5, strict), ("c", -0.3, quick_parameters())];
    ScoreLimits {
        topics: TopicScoreLimits::Family {
            default: weighted(2.0, quick_parameters()),
            topics: topics.into_iter().map(|(topic, weight, of)| (topic.into(), weighted(weight, of))).collect(),
        },
        topic_score_cap: None,
        decay_zero: 0.0,
        ..quick_scores()
    }
}

/// Draws the limits of a case.
pub(super) fn draw(profile: Profile, draw: &mut impl Draw) -> Limits<TraceIds> {
    let mut limits = profile.limits();
    if draw.one_in(2) {
        return limits;
    }
    for _ in 0..draw.between(1, 6) {
        let mut varied = limits.clone();
        vary(&mut varied, draw);
        // Most changes are valid; the others are forgotten.
        if varied.check().is_ok() {
            limits = varied;
        }
    }
    limits
}

/// Draws one limit anew.
fn vary(limits: &mut Limits<TraceIds>, draw: &mut impl Draw) {
    match draw.below(32) {
        0 => limits.max_recv_ihave_per_heartbeat = count(draw),
        1 => limits.max_sent_iwant_per_heartbeat = count(draw),
        2 => limits.max_gossip_retransmission = count(draw),
        3 => limits.publish_threshold = threshold(draw),
        4 => limits.gossip_threshold = threshold(draw),
        5 => limits.accept_px_threshold = threshold(draw),
        6 => limits.opportunistic_graft_threshold = threshold(draw),
        7 => limits.do_px = !limits.do_px,
        8 => limits.peers_to_px = count(draw),
        9 => limits.unsubscribe_backoff = span(draw),
        10 => limits.graft_flood_threshold = span(draw),
        11 => limits.prune_backoff = span(draw),
        12 => limits.retain_duration = span(draw),
        13 => limits.fanout_ttl = span(draw),
        14 => limits.heartbeat_interval = span(draw),
        15 => limits.backoff_cleanup_ticks = draw.between(1, 4),
        16 => limits.score_cleanup_ticks = draw.between(1, 3),
        17 => limits.opportunistic_graft_ticks = draw.between(1, 4),
        18 => limits.opportunistic_graft_peers = count(draw),
        19 => limits.degree_lazy = i64::try_from(draw.below(6)).unwrap_or(0) - 1,
        20 => limits.gossip_factor = draw.pick(&[0.0, 0.25, 0.5, 0.7, 1.0, 3.0, -1.0]).copied().unwrap_or(0.0),
        21 | 22 => {
            limits.history_length = draw.between(1, 5);
            limits.history_gossip_length = draw.between(1, limits.history_length);
        }
        23 => limits.seen_history_length = draw.pick(&[1, 2, 3, 5, 8, LARGEST_INTEGER]).copied().unwrap_or(1),
        24..=27 => degrees(limits, draw),
        _ => vary_scores(&mut limits.score_limits, draw),
    }
}

/// Draws five degrees that fit each other.
fn degrees(limits: &mut Limits<TraceIds>, draw: &mut impl Draw) {
    limits.degree_optimal = if draw.one_in(8) { draw.between(7, 20) } else { draw.between(0, 6) };
    limits.degree_out = draw.between(0, limits.degree_optimal / 2);
    limits.degree_score = draw.between(0, limits.degree_optimal - limits.degree_out);
    limits.degree_low = draw.between(limits.degree_out, limits.degree_optimal);
    limits.degree_high = limits.degree_optimal.saturating_add(draw.below(4));
}

fn vary_scores(limits: &mut ScoreLimits<TraceIds>, draw: &mut impl Draw) {
    match draw.below(10) {
        8 => absurd(limits, draw),
        9 => negative_zeros(limits, draw),
        0 => limits.topic_score_cap = topic_score_cap(draw),
        1 => limits.behaviour_penalty_weight = -weight(draw),
        2 => limits.behaviour_penalty_threshold = draw.pick(&[0.0, 1.0, 1.5, 2.0]).copied().unwrap_or(0.0),
        3 => limits.behaviour_penalty_decay = share(draw),
        4 => limits.app_specific_weight = draw.pick(&[0.0, 0.5, 1.0, 10.0, -1.0]).copied().unwrap_or(0.0),
        5 => limits.decay_zero = draw.pick(&[0.0, 0.1, 0.5, 1.0]).copied().unwrap_or(0.0),
        _ => match &mut limits.topics {
            TopicScoreLimits::Single { parameters } => vary_parameters(parameters, draw),
            TopicScoreLimits::Family { default, topics } => {
                let chosen = draw.below(topics.len() as u64 + 1);
                let of = usize::try_from(chosen).ok().and_then(|chosen| topics.values_mut().nth(chosen));
                vary_parameters(&mut of.unwrap_or(default).parameters, draw);
            }
        },
    }
}

/// Weights so large that scores overflow to infinities of either sign, and their sum to no number.
fn absurd(limits: &mut ScoreLimits<TraceIds>, draw: &mut impl Draw) {
    let mut weight = || if draw.one_in(3) { 1.0 } else { 1e308 };
    limits.behaviour_penalty_weight = -weight();
    limits.app_specific_weight = weight();
    if let TopicScoreLimits::Single { parameters } = &mut limits.topics {
        parameters.time_in_mesh_weight = weight();
        parameters.first_message_deliveries_weight = weight();
        parameters.mesh_message_deliveries_weight = -weight();
        parameters.invalid_message_deliveries_weight = -weight();
    }
}

/// Scores of -0.0, as soon as there is a behaviour penalty.
fn negative_zeros(limits: &mut ScoreLimits<TraceIds>, draw: &mut impl Draw) {
    limits.topic_score_cap = if draw.one_in(2) { Some(-0.0) } else { None };
    limits.behaviour_penalty_weight = -0.0;
    limits.behaviour_penalty_threshold = 0.0;
    limits.app_specific_weight = if draw.one_in(2) { -0.0 } else { 1.0 };
}

fn topic_score_cap(draw: &mut impl Draw) -> Option<f64> {
    draw.pick(&[None, Some(0.0), Some(-0.0), Some(2.0), Some(100.0)]).copied().flatten()
}

fn vary_parameters(parameters: &mut TopicParameters, draw: &mut impl Draw) {
    match draw.below(14) {
        0 => parameters.time_in_mesh_weight = weight(draw),
        1 => parameters.time_in_mesh_cap = draw.pick(&[0.0, 1.0, 10.0, 3600.0]).copied().unwrap_or(0.0),
        2 => parameters.time_in_mesh_quantum = Span::from_millis(draw.pick(&[1, 200, 700, 1000]).copied().unwrap_or(1)),
        3 => parameters.first_message_deliveries_weight = weight(draw),
        4 => parameters.first_message_deliveries_cap = count(draw),
        5 => parameters.first_message_deliveries_decay = share(draw),
        6 => parameters.mesh_message_deliveries_weight = -weight(draw),
        7 => {
            let window = draw.pick(&[-1, 0, 5, 300, 2000]).copied().unwrap_or(0);
            parameters.mesh_message_deliveries_window = Window::from_millis(window);
        }
        8 => parameters.mesh_message_deliveries_cap = count(draw),
        9 => parameters.mesh_message_deliveries_threshold = draw.between(1, 4),
        10 => parameters.mesh_message_deliveries_decay = share(draw),
        11 => {
            parameters.mesh_failure_penalty_weight = -weight(draw);
            parameters.mesh_failure_penalty_decay = share(draw);
        }
        12 => {
            parameters.invalid_message_deliveries_weight = -weight(draw);
            parameters.invalid_message_deliveries_decay = share(draw);
        }
        _ => {
            let activation = draw.pick(&[1000, 1400, 2500]).copied().unwrap_or(1000);
            parameters.mesh_message_deliveries_activation = Span::from_millis(activation);
        }
    }
}

fn count(draw: &mut impl Draw) -> u64 {
    if draw.one_in(20) { LARGEST_INTEGER } else { draw.below(6) }
}

fn threshold(draw: &mut impl Draw) -> f64 {
    draw.pick(&[0.0, -0.0, 0.5, 1.0, -0.5, -1.0, -4.0, 5.0]).copied().unwrap_or(0.0)
}

fn span(draw: &mut impl Draw) -> Span {
    Span::from_millis(draw.pick(&[0, 1, 300, 700, 1000, 2500, 10_000, LARGEST_INTEGER]).copied().unwrap_or(0))
}

fn weight(draw: &mut impl Draw) -> f64 {
    draw.pick(&[0.0, 0.01, 0.3, 1.0, 2.5, 10.0]).copied().unwrap_or(0.0)
}

fn share(draw: &mut impl Draw) -> f64 {
    draw.pick(&[0.0, 0.1, 0.5, 0.9, 1.0]).copied().unwrap_or(0.0)
}
