//! The whole observable state of an automaton, as plain data.

use crate::{Identifiers, Score, Time};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// A connected peer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        deny_unknown_fields,
        bound(serialize = "I: crate::SerializableIdentifiers", deserialize = "I: crate::DeserializableIdentifiers")
    )
)]
pub struct Connection<I: Identifiers> {
    /// The topics that the peer subscribes to.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
    pub topics: BTreeSet<I::Topic>,
    /// Whether it is a direct peer.
    pub direct: bool,
    /// Whether we opened the connection.
    pub outbound: bool,
}

/// The peers that our messages of a topic go to while we have not joined it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        deny_unknown_fields,
        bound(serialize = "I: crate::SerializableIdentifiers", deserialize = "I: crate::DeserializableIdentifiers")
    )
)]
pub struct Fanout<I: Identifiers> {
    /// The peers. May be none.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
    pub peers: BTreeSet<I::Peer>,
    /// When we last published to a peer of it.
    pub last_published_time: Time,
}

/// A message that can still be requested.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        deny_unknown_fields,
        bound(serialize = "I: crate::SerializableIdentifiers", deserialize = "I: crate::DeserializableIdentifiers")
    )
)]
pub struct CachedMessage<I: Identifiers> {
    /// Its payload.
    pub message: I::Message,
    /// How often each peer asked for it.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
    pub access_counters: BTreeMap<I::Peer, u64>,
}

/// Defines the view, its partial form, and the names of its fields.
macro_rules! view {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)*) => {
        /// The whole observable state of an automaton.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(deny_unknown_fields, bound(
            serialize = "I: crate::SerializableIdentifiers",
            deserialize = "I: crate::DeserializableIdentifiers"
        )))]
        pub struct View<I: Identifiers> {
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
                pub $field: $type,
            )*
        }

        /// Those fields of a [`View`] that somebody chose to show.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(deny_unknown_fields, bound(
            serialize = "I: crate::SerializableIdentifiers",
            deserialize = "I: crate::DeserializableIdentifiers"
        )))]
        pub struct PartialView<I: Identifiers> {
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "serde", serde(
                    default,
                    skip_serializing_if = "Option::is_none",
                    deserialize_with = "crate::vocabulary::serial::strict_some"
                ))]
                pub $field: Option<$type>,
            )*
        }

        impl<I: Identifiers> Default for PartialView<I> {
            /// Nothing is shown.
            fn default() -> Self {
                Self { $($field: None,)* }
            }
        }

        impl<I: Identifiers> From<View<I>> for PartialView<I> {
            fn from(view: View<I>) -> Self {
                Self { $($field: Some(view.$field),)* }
            }
        }
    };
}

view! {
    /// How many heartbeats there were.
    heartbeat_ticks: u64,
    /// The connected peers.
    connections: BTreeMap<I::Peer, Connection<I>>,
    /// The mesh of each joined topic; may be empty.
    mesh: BTreeMap<I::Topic, BTreeSet<I::Peer>>,
    /// The fanout of each topic that has one.
    fanout: BTreeMap<I::Topic, Fanout<I>>,
    /// Until when each peer is backed off, by topic. Ended backoffs stay until a cleanup. No topic is without entries.
    backoff: BTreeMap<I::Topic, BTreeMap<I::Peer, Time>>,
    /// The score of every peer that has a record, connected or retained.
    scores: BTreeMap<I::Peer, Score>,
    /// How many IHaves each peer sent since the last heartbeat. No peer is at 0.
    ihave_per_heartbeat: BTreeMap<I::Peer, u64>,
    /// How many messages we requested from each peer since the last heartbeat. No peer is at 0.
    iwant_per_heartbeat: BTreeMap<I::Peer, u64>,
    /// The messages that an IWant would still find.
    message_cache: BTreeMap<I::MessageId, CachedMessage<I>>,
    /// The message ids that count as seen, and when each was first seen.
    first_seen: BTreeMap<I::MessageId, Time>,
    /// What a gossip round would announce, for each topic of the mesh or the fanout: sorted, repetitions kept.
    gossip_ids: BTreeMap<I::Topic, Vec<I::MessageId>>,
}
