//! The names of inputs and outputs, as the trace format spells them.

use crate::Behaviour;

/// Defines an enum of names: one variant for each name, and all of them in `ALL`.
macro_rules! kinds {
    ($(#[$doc:meta])* pub enum $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl $name {
            /// Every kind, in the order of the trace format's table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name of every kind, in the same order.
            pub const NAMES: &[&str] = &[$($text,)*];

            /// The name in the trace format.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The kind with this name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

kinds! {
    /// The kind of an [`Input`](crate::Input): the fourteen inputs and the two queries of all behaviours, then the input
    /// of batches.
    pub enum InputKind {
        AddPeer = "add_peer",
        RemovePeer = "remove_peer",
        Subscribe = "subscribe",
        Unsubscribe = "unsubscribe",
        Ihave = "ihave",
        Iwant = "iwant",
        Graft = "graft",
        Prune = "prune",
        PublishMessage = "publish_message",
        ReceiveMessage = "receive_message",
        Join = "join",
        Leave = "leave",
        Heartbeat = "heartbeat",
        SetApplicationScore = "set_application_score",
        SelectPxPeers = "select_px_peers",
        SelectGossipMessages = "select_gossip_messages",
        ApplyBatch = "apply_batch",
    }
}

kinds! {
    /// The kind of an [`Output`](crate::Output): the 42 outputs of all behaviours and the results of the two queries, then
    /// those of later behaviours in their order.
    pub enum OutputKind {
        PeerAdded = "peer_added",
        PeerAlreadyKnown = "peer_already_known",
        RemovingPeer = "removing_peer",
        Subscribed = "subscribed",
        SubscribeToUnknownPeer = "subscribe_to_unknown_peer",
        Unsubscribed = "unsubscribed",
        UnsubscribeFromUnknownPeer = "unsubscribe_from_unknown_peer",
        IhaveFromPeerWithLowScore = "ihave_from_peer_with_low_score",
        TooManyRecvIhaveMessages = "too_many_recv_ihave_messages",
        TooManySentIwantMessages = "too_many_sent_iwant_messages",
        MessageTopicNotTracked = "message_topic_not_tracked",
        MessageRequestedMessageIds = "message_requested_message_ids",
        InvalidMessageId = "invalid_message_id",
        IwantFromPeerWithLowScore = "iwant_from_peer_with_low_score",
        OnIwantMessagesToRoute = "on_iwant_messages_to_route",
        PeerFiltered = "peer_filtered",
        UnsubscribedTopic = "unsubscribed_topic",
        PeerAlreadyInMesh = "peer_already_in_mesh",
        GraftingDirectPeer = "grafting_direct_peer",
        UnexpectedGraftingPeer = "unexpected_grafting_peer",
        GraftingPeerWithNegativeScore = "grafting_peer_with_negative_score",
        GraftingSuccessfully = "grafting_successfully",
        PeerBackedOff = "peer_backed_off",
        MeshFull = "mesh_full",
        PruneTopicNotTracked = "prune_topic_not_tracked",
        PeerNotInMesh = "peer_not_in_mesh",
        IgnorePxScoreTooLow = "ignore_px_score_too_low",
        NoPx = "no_px",
        Px = "px",
        PublishMessage = "publish_message",
        AlreadyPublished = "already_published",
        RouteMessage = "route_message",
        AlreadyReceived = "already_received",
        NotSubscribed = "not_subscribed",
        InvalidMessage = "invalid_message",
        UnknownValidity = "unknown_validity",
        AlreadyJoined = "already_joined",
        JoiningTopic = "joining_topic",
        NotJoined = "not_joined",
        LeavingTopic = "leaving_topic",
        Heartbeat = "heartbeat",
        SetApplicationScore = "set_application_score",
        PxPeers = "px_peers",
        GossipMessages = "gossip_messages",
        Outdated = "outdated",
        ToIncludeInBatch = "to_include_in_batch",
        BatchResult = "batch_result",
        SubscribeIgnoredTopicLimitExceeded = "subscribe_ignored_topic_limit_exceeded",
    }
}

impl InputKind {
    /// The first behaviour with this input.
    #[must_use]
    pub const fn since(self) -> Behaviour {
        match self {
            Self::ApplyBatch => Behaviour::Octez24,
            _ => Behaviour::Mavryk,
        }
    }
}

impl OutputKind {
    /// The first behaviour with this output.
    #[must_use]
    pub const fn since(self) -> Behaviour {
        match self {
            Self::Outdated => Behaviour::Octez22,
            Self::ToIncludeInBatch | Self::BatchResult => Behaviour::Octez24,
            Self::SubscribeIgnoredTopicLimitExceeded => Behaviour::OctezNext,
            _ => Behaviour::Mavryk,
        }
    }

    /// The kinds of a behaviour, in the order of [`Self::ALL`].
    pub fn of(behaviour: Behaviour) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |kind| kind.since() <= behaviour)
    }
}
