//! The score record of a peer: its score, and the counters that it is computed from.

use crate::{Finite, Identifiers, Score, Span, Time};
use alloc::collections::BTreeMap;

/// The score record of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        deny_unknown_fields,
        bound(serialize = "I: crate::SerializableIdentifiers", deserialize = "I: crate::DeserializableIdentifiers")
    )
)]
pub struct ScoreRecord<I: Identifiers> {
    /// The score.
    pub value: Score,
    /// Whether the peer is connected.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "PeerStatus::is_connected"))]
    pub status: PeerStatus,
    /// P7: how often the peer misbehaved, after decay.
    pub behaviour_penalty: Finite,
    /// P5: the score that the application set.
    pub application_score: Finite,
    /// The counters of each topic. A topic at rest may be left out: see [`TopicCounters::is_at_rest`].
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
    pub topics: BTreeMap<I::Topic, TopicCounters>,
}

/// Whether the peer of a record is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", deny_unknown_fields))]
pub enum PeerStatus {
    /// The peer is connected.
    #[default]
    Connected,
    /// The peer is not connected, and its record is retained.
    Disconnected {
        /// When the record is dropped.
        expires: Time,
    },
}

/// The counters of a peer in one topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TopicCounters {
    /// P1: whether the peer is in the mesh.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "MeshStatus::is_inactive"))]
    pub mesh_status: MeshStatus,
    /// P2: how many messages the peer was the first to deliver, after decay.
    pub first_message_deliveries: Finite,
    /// P3: how many messages the peer delivered in the mesh, after decay.
    pub mesh_message_deliveries: Finite,
    /// P3: whether a deficit of deliveries counts.
    pub mesh_message_deliveries_active: bool,
    /// P3b: the squared deficits with which the peer left the mesh, after decay.
    pub mesh_failure_penalty: Finite,
    /// P4: how many invalid messages the peer sent, after decay.
    pub invalid_messages: Finite,
}

/// Whether a peer is in the mesh of a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", deny_unknown_fields))]
pub enum MeshStatus {
    /// The peer is not in the mesh.
    #[default]
    Inactive,
    /// The peer is in the mesh.
    Active {
        /// When it was grafted.
        since: Time,
        /// The time in the mesh at the last refresh of scores.
        during: Span,
    },
}

impl PeerStatus {
    /// Whether the peer is connected.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        matches!(self, Self::Connected)
    }
}

impl MeshStatus {
    /// Whether the peer is not in the mesh.
    #[must_use]
    pub const fn is_inactive(&self) -> bool {
        matches!(self, Self::Inactive)
    }
}

impl TopicCounters {
    /// Whether the counters contribute the same to a score as no counters: the peer is not in the mesh, and all are 0.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let Self {
            mesh_status,
            first_message_deliveries,
            mesh_message_deliveries,
            mesh_message_deliveries_active,
            mesh_failure_penalty,
            invalid_messages,
        } = self;
        let counters = [first_message_deliveries, mesh_message_deliveries, mesh_failure_penalty, invalid_messages];
        mesh_status.is_inactive()
            && !mesh_message_deliveries_active
            && counters.iter().all(|counter| counter.value() == 0.0)
    }
}

impl<I: Identifiers> ScoreRecord<I> {
    /// The record without the topics at rest, for comparisons.
    #[must_use]
    pub fn without_rest(mut self) -> Self {
        self.topics.retain(|_, counters| !counters.is_at_rest());
        self
    }
}
