//! The whole observable state of an automaton, as plain data.

use crate::{Identifiers, Score, ScoreRecord, Time};
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
    /// Whether it is a bootstrap peer. Always false in `mavryk`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "crate::vocabulary::input::is_false"))]
    pub bootstrap: bool,
}

/// The peers that we publish to in a topic that is not joined.
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
    /// The peers. May be empty.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
    pub peers: BTreeSet<I::Peer>,
    /// When we last published a message to a peer of the fanout.
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
    /// The payload.
    pub message: I::Message,
    /// How often each peer requested the message.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))]
    pub access_counters: BTreeMap<I::Peer, u64>,
}

/// Defines the view, its partial form, and the names of its fields.
macro_rules! view {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)*; $($(#[$option_doc:meta])* $option:ident: $option_type:ty,)*) => {
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
            $(
                $(#[$option_doc])*
                #[cfg_attr(feature = "serde", serde(
                    default,
                    skip_serializing_if = "Option::is_none",
                    deserialize_with = "crate::vocabulary::serial::strict_some"
                ))]
                pub $option: Option<$option_type>,
            )*
        }

        /// Some fields of a [`View`].
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
            $(
                $(#[$option_doc])*
                #[cfg_attr(feature = "serde", serde(
                    default,
                    skip_serializing_if = "Option::is_none",
                    deserialize_with = "crate::vocabulary::serial::strict_some"
                ))]
                pub $option: Option<$option_type>,
            )*
        }

        impl<I: Identifiers> Default for PartialView<I> {
            /// No field is shown.
            fn default() -> Self {
                Self { $($field: None,)* $($option: None,)* }
            }
        }

        impl<I: Identifiers> From<View<I>> for PartialView<I> {
            fn from(view: View<I>) -> Self {
                Self { $($field: Some(view.$field),)* $($option: view.$option,)* }
            }
        }
    };
}

view! {
    /// The number of heartbeats so far.
    heartbeat_ticks: u64,
    /// The connected peers.
    connections: BTreeMap<I::Peer, Connection<I>>,
    /// The mesh of each joined topic. A mesh may be empty.
    mesh: BTreeMap<I::Topic, BTreeSet<I::Peer>>,
    /// The fanout of each topic that has one.
    fanout: BTreeMap<I::Topic, Fanout<I>>,
    /// The end of the backoff of each peer, by topic. An ended backoff stays until a cleanup. Topics without backoffs
    /// are left out.
    backoff: BTreeMap<I::Topic, BTreeMap<I::Peer, Time>>,
    /// The score of every peer that has a record, connected or retained.
    scores: BTreeMap<I::Peer, Score>,
    /// The number of IHaves of each peer since the last heartbeat. Peers with 0 are left out.
    ihave_per_heartbeat: BTreeMap<I::Peer, u64>,
    /// The number of messages requested from each peer since the last heartbeat. Peers with 0 are left out.
    iwant_per_heartbeat: BTreeMap<I::Peer, u64>,
    /// The messages that an IWant finds.
    message_cache: BTreeMap<I::MessageId, CachedMessage<I>>,
    /// The message ids that count as seen, and when each was first seen.
    first_seen: BTreeMap<I::MessageId, Time>,
    /// The ids to announce in each topic with a mesh or a fanout, sorted. An id that was added twice is here twice.
    gossip_ids: BTreeMap<I::Topic, Vec<I::MessageId>>,
    ;
    /// The recorded senders of every id that counts as seen. Absent in `mavryk`, which records none.
    senders: BTreeMap<I::MessageId, BTreeSet<I::Peer>>,
    /// The record behind the score of every peer that has one. [`Automaton::view`](crate::Automaton::view) leaves it out:
    /// see [`Automaton::score_records`](crate::Automaton::score_records).
    score_records: BTreeMap<I::Peer, ScoreRecord<I>>,
}
