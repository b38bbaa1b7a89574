//! The limits that an automaton is constructed with.

mod check;

pub use check::LimitsError;

use crate::{Identifiers, Span, Window};
use alloc::collections::BTreeMap;

/// Defines structs of limits whose readers are strict about each field.
macro_rules! limits {
    ($($(#[$doc:meta])* pub struct $name:ident $(<$i:ident>)? {
        $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)*
        $(; $(#[$option_doc:meta])* pub $option:ident: $option_type:ty,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
        $(#[cfg_attr(feature = "serde", serde(bound(
            serialize = "I: crate::SerializableIdentifiers",
            deserialize = "I: crate::DeserializableIdentifiers"
        )))]
        #[doc = concat!("\n\nGeneric over the identifiers `", stringify!($i), "`.")])?
        pub struct $name $(<$i: Identifiers>)? {
            $(
                $(#[$field_doc])*
                #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
                pub $field: $type,
            )*
            $(
                $(#[$option_doc])*
                #[cfg_attr(feature = "serde", serde(
                    default,
                    skip_serializing_if = "Option::is_none",
                    deserialize_with = "crate::vocabulary::serial::strict_some"
                ))]
                pub $option: Option<$option_type>,
            )?
        }
    )*};
}

limits! {
    /// All limits of an automaton. [`Limits::check`] has the rules on them.
    ///
    /// [`Limits::dal_node`] and [`Limits::bootstrap_node`] are the limits of deployed nodes. [`Limits::default`] are
    /// those of the original's unit tests.
    pub struct Limits<I> {
        /// The number of IHaves of a peer that are handled between two heartbeats.
        pub max_recv_ihave_per_heartbeat: u64,
        /// The number of messages that are requested from a peer between two heartbeats, and announced in one IHave.
        pub max_sent_iwant_per_heartbeat: u64,
        /// How often a peer gets the same message by requesting it.
        pub max_gossip_retransmission: u64,
        /// The number of mesh peers that a heartbeat restores (D).
        pub degree_optimal: u64,
        /// The score below which a peer is not in a fanout.
        pub publish_threshold: f64,
        /// The score below which a peer gets no gossip, and its gossip is ignored.
        pub gossip_threshold: f64,
        /// Whether to offer other peers to those that we prune.
        pub do_px: bool,
        /// The score below which a peer's offers of other peers are ignored.
        pub accept_px_threshold: f64,
        /// The number of peers that are offered with a prune, and accepted from one.
        pub peers_to_px: u64,
        /// The backoff of the mesh peers after leaving a topic.
        pub unsubscribe_backoff: Span,
        /// A graft within this time after the prune is penalized twice.
        pub graft_flood_threshold: Span,
        /// The backoff of a peer after pruning it or refusing its graft.
        pub prune_backoff: Span,
        /// How long the score of a disconnected peer is retained.
        pub retain_duration: Span,
        /// How long after the last publication a fanout is kept.
        pub fanout_ttl: Span,
        /// The time between two heartbeats. The node calls the heartbeat on time.
        pub heartbeat_interval: Span,
        /// The number of heartbeats between two cleanups of ended backoffs.
        pub backoff_cleanup_ticks: u64,
        /// The number of heartbeats between two refreshes of scores.
        pub score_cleanup_ticks: u64,
        /// The mesh size below which a heartbeat grafts (`D_low`).
        pub degree_low: u64,
        /// The mesh size above which a heartbeat prunes (`D_high`).
        pub degree_high: u64,
        /// The number of best peers by score that are kept when a mesh is pruned (`D_score`).
        pub degree_score: u64,
        /// The number of outbound peers that a heartbeat restores (`D_out`).
        pub degree_out: u64,
        /// The least number of peers that get gossip (`D_lazy`). The original accepts a negative number, which is no
        /// bound.
        pub degree_lazy: i64,
        /// The share of peers that get gossip.
        pub gossip_factor: f64,
        /// The number of heartbeats for which messages are cached.
        pub history_length: u64,
        /// The number of heartbeats for which messages are announced.
        pub history_gossip_length: u64,
        /// The number of heartbeats between two opportunistic grafts.
        pub opportunistic_graft_ticks: u64,
        /// The greatest number of peers that one opportunistic graft adds to a mesh.
        pub opportunistic_graft_peers: u64,
        /// The median score of a mesh below which peers are grafted opportunistically.
        pub opportunistic_graft_threshold: f64,
        /// The number of heartbeats for which a message id counts as seen.
        pub seen_history_length: u64,
        /// The limits of scores.
        pub score_limits: ScoreLimits<I>,
        ;
        /// The greatest number of topics that a peer subscribes to, if there is one. Only `octez-next` has this limit.
        pub max_topics_per_peer: u64,
    }

    /// The parameters of peer scores.
    pub struct ScoreLimits<I> {
        /// The parameters of P1 to P4, by topic.
        pub topics: TopicScoreLimits<I>,
        /// The greatest share of all topics together, if there is a cap.
        pub topic_score_cap: Option<f64>,
        /// The weight of the squared excess of the behaviour penalty (P7).
        pub behaviour_penalty_weight: f64,
        /// The behaviour penalty up to which the score does not change.
        pub behaviour_penalty_threshold: f64,
        /// The factor by which a refresh multiplies the behaviour penalty.
        pub behaviour_penalty_decay: f64,
        /// The weight of the application's score (P5).
        pub app_specific_weight: f64,
        /// Counters that decay below this become 0.
        pub decay_zero: f64,
    }

    /// The parameters of a topic's share of a score.
    pub struct TopicParameters {
        /// P1: the weight of the time in mesh.
        pub time_in_mesh_weight: f64,
        /// P1: the greatest time that counts, in quanta.
        pub time_in_mesh_cap: f64,
        /// P1: the unit of the time in mesh.
        pub time_in_mesh_quantum: Span,
        /// P2: the weight of first deliveries.
        pub first_message_deliveries_weight: f64,
        /// P2: the greatest number of first deliveries that count.
        pub first_message_deliveries_cap: u64,
        /// P2: the factor by which a refresh multiplies the counter.
        pub first_message_deliveries_decay: f64,
        /// P3: the weight of the squared deficit of deliveries in the mesh.
        pub mesh_message_deliveries_weight: f64,
        /// P3: how long after a message was first seen a duplicate counts as a delivery.
        pub mesh_message_deliveries_window: Window,
        /// P3: how long a peer is in the mesh before a deficit counts.
        pub mesh_message_deliveries_activation: Span,
        /// P3: the greatest number of deliveries that count.
        pub mesh_message_deliveries_cap: u64,
        /// P3: the number of deliveries below which there is a deficit.
        pub mesh_message_deliveries_threshold: u64,
        /// P3: the factor by which a refresh multiplies the counter.
        pub mesh_message_deliveries_decay: f64,
        /// P3b: the weight of the deficits with which the peer left the mesh.
        pub mesh_failure_penalty_weight: f64,
        /// P3b: the factor by which a refresh multiplies the counter.
        pub mesh_failure_penalty_decay: f64,
        /// P4: the weight of the squared number of invalid messages.
        pub invalid_message_deliveries_weight: f64,
        /// P4: the factor by which a refresh multiplies the counter.
        pub invalid_message_deliveries_decay: f64,
    }

    /// The parameters of one topic of a family, and the weight of its share.
    pub struct WeightedTopicParameters {
        /// The parameters.
        pub parameters: TopicParameters,
        /// The factor on the topic's share.
        pub weight: f64,
    }
}

/// The parameters of all topics.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "kind", rename_all = "snake_case", bound(serialize = "I: crate::SerializableIdentifiers"))
)]
pub enum TopicScoreLimits<I: Identifiers> {
    /// All topics have the same parameters, with weight 1.
    Single {
        /// The parameters of every topic.
        parameters: TopicParameters,
    },
    /// Listed topics have their own parameters.
    Family {
        /// The parameters of the topics that are not listed.
        default: WeightedTopicParameters,
        /// The parameters of the listed topics.
        topics: BTreeMap<I::Topic, WeightedTopicParameters>,
    },
}

impl<I: Identifiers> TopicScoreLimits<I> {
    /// The parameters and the weight of a topic.
    #[must_use]
    pub fn of(&self, topic: &I::Topic) -> (&TopicParameters, f64) {
        match self {
            Self::Single { parameters } => (parameters, 1.0),
            Self::Family { default, topics } => {
                let WeightedTopicParameters { parameters, weight } = topics.get(topic).unwrap_or(default);
                (parameters, *weight)
            }
        }
    }
}

impl<I: Identifiers> Limits<I> {
    /// The limits of the deployed data-availability nodes.
    ///
    /// Mavryk and all versions of Octez have the same. They differ from [`Limits::default`] in two weights: see
    /// [`TopicParameters::dal_node`]. The limit `max_topics_per_peer`, which only `octez-next` has, is not set.
    #[must_use]
    pub fn dal_node() -> Self {
        Self { score_limits: ScoreLimits::dal_node(), ..Self::default() }
    }

    /// The limits of the deployed bootstrap nodes.
    ///
    /// Mavryk and all versions of Octez have the same. A bootstrap node keeps no mesh, so it refuses grafts with an offer
    /// of other peers. It requests no messages, and its backoff after a prune is short, so that peers that come back get
    /// another offer soon.
    #[must_use]
    pub fn bootstrap_node() -> Self {
        Self {
            max_sent_iwant_per_heartbeat: 0,
            degree_optimal: 0,
            degree_low: 0,
            degree_high: 0,
            degree_score: 0,
            degree_out: 0,
            prune_backoff: Span::from_secs(10),
            ..Self::dal_node()
        }
    }
}

impl<I: Identifiers> ScoreLimits<I> {
    /// The score limits of the deployed nodes. See [`Limits::dal_node`].
    #[must_use]
    pub fn dal_node() -> Self {
        Self { topics: TopicScoreLimits::Single { parameters: TopicParameters::dal_node() }, ..Self::default() }
    }
}

impl TopicParameters {
    /// The topic parameters of the deployed nodes: those of [`TopicParameters::default`], but that deliveries in the mesh
    /// do not count (P3 and P3b). See [`Limits::dal_node`].
    #[must_use]
    pub fn dal_node() -> Self {
        Self { mesh_message_deliveries_weight: 0.0, mesh_failure_penalty_weight: 0.0, ..Self::default() }
    }
}

impl<I: Identifiers> Default for Limits<I> {
    /// The limits of the original's unit tests, in which each component of the score counts. Deployed nodes have other
    /// limits: see [`Limits::dal_node`] and [`Limits::bootstrap_node`].
    fn default() -> Self {
        Self {
            max_recv_ihave_per_heartbeat: 10,
            max_sent_iwant_per_heartbeat: 5000,
            max_gossip_retransmission: 3,
            degree_optimal: 6,
            publish_threshold: 0.0,
            gossip_threshold: 0.0,
            do_px: true,
            accept_px_threshold: 0.0,
            peers_to_px: 16,
            unsubscribe_backoff: Span::from_secs(10),
            graft_flood_threshold: Span::from_secs(10),
            prune_backoff: Span::from_secs(60),
            retain_duration: Span::from_secs(10),
            fanout_ttl: Span::from_secs(60),
            heartbeat_interval: Span::from_secs(1),
            backoff_cleanup_ticks: 15,
            score_cleanup_ticks: 1,
            degree_low: 5,
            degree_high: 12,
            degree_score: 4,
            degree_out: 2,
            degree_lazy: 6,
            gossip_factor: 0.25,
            history_length: 5,
            history_gossip_length: 3,
            opportunistic_graft_ticks: 60,
            opportunistic_graft_peers: 2,
            opportunistic_graft_threshold: 1.0,
            seen_history_length: 120,
            score_limits: ScoreLimits::default(),
            max_topics_per_peer: None,
        }
    }
}

impl<I: Identifiers> Default for ScoreLimits<I> {
    /// The score limits of the original's unit tests. Deployed nodes have others: see [`ScoreLimits::dal_node`].
    fn default() -> Self {
        Self {
            topics: TopicScoreLimits::Single { parameters: TopicParameters::default() },
            topic_score_cap: Some(3600.0),
            behaviour_penalty_weight: -10.0,
            behaviour_penalty_threshold: 0.0,
            behaviour_penalty_decay: 0.2,
            app_specific_weight: 10.0,
            decay_zero: 0.1,
        }
    }
}

impl Default for TopicParameters {
    /// The topic parameters of the original's unit tests. Deployed nodes have others: see [`TopicParameters::dal_node`].
    fn default() -> Self {
        Self {
            time_in_mesh_weight: 1.0,
            time_in_mesh_cap: 3600.0,
            time_in_mesh_quantum: Span::from_secs(1),
            first_message_deliveries_weight: 1.0,
            first_message_deliveries_cap: 2000,
            first_message_deliveries_decay: 0.5,
            mesh_message_deliveries_weight: -1.0,
            mesh_message_deliveries_window: Window::from_millis(10),
            mesh_message_deliveries_activation: Span::from_secs(5),
            mesh_message_deliveries_cap: 100,
            mesh_message_deliveries_threshold: 20,
            mesh_message_deliveries_decay: 0.5,
            mesh_failure_penalty_weight: -1.0,
            mesh_failure_penalty_decay: 0.5,
            invalid_message_deliveries_weight: -1.0,
            invalid_message_deliveries_decay: 0.3,
        }
    }
}

/// A limit as a number of things in memory. A limit that does not fit cannot be reached, so it saturates.
pub(crate) fn count(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
