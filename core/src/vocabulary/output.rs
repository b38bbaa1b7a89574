//! The outputs: one enum for each input, so that a graft cannot answer `px`, and [`Output`], which holds any of them.

use crate::{Identifiers, InputKind, OutputKind, Score, SortedSet};
use alloc::{collections::BTreeMap, vec::Vec};

/// A set of peers.
pub type PeerSet<I> = SortedSet<<I as Identifiers>::Peer>;

/// Topics by peer, both ordered. Peers without topics are left out.
pub type TopicsByPeer<I> = BTreeMap<<I as Identifiers>::Peer, SortedSet<<I as Identifiers>::Topic>>;

/// Defines enums of outputs with the serialized form of the trace format and the kinds of their variants.
macro_rules! outputs {
    ($(
        $(#[$doc:meta])*
        pub enum $name:ident $(<$i:ident>)? {
            $($(#[$variant_doc:meta])* $variant:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })?,)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
        $(#[cfg_attr(feature = "serde", serde(bound(serialize = "I: crate::SerializableIdentifiers")))]
        #[doc = concat!("\n\nGeneric over the identifiers `", stringify!($i), "`.")])?
        pub enum $name $(<$i: Identifiers>)? {
            $($(#[$variant_doc])* $variant $({ $($(#[$field_doc])* $field: $type,)* })?,)*
        }

        impl $(<$i: Identifiers>)? $name $(<$i>)? {
            /// The kind of the output.
            #[must_use]
            pub const fn kind(&self) -> OutputKind {
                match self { $(Self::$variant { .. } => OutputKind::$variant,)* }
            }
        }
    )*};
}

outputs! {
    /// The outputs of [`AddPeer`](crate::AddPeer).
    pub enum AddPeerOutput {
        /// The peer is now connected.
        PeerAdded,
        /// The peer was connected already; nothing changed.
        PeerAlreadyKnown,
    }

    /// The output of [`RemovePeer`](crate::RemovePeer).
    pub enum RemovePeerOutput {
        /// The peer is gone from connections, meshes and fanouts. Also for an unknown peer.
        RemovingPeer,
    }

    /// The outputs of [`Subscribe`](crate::Subscribe).
    pub enum SubscribeOutput {
        /// The topic is among the peer's topics.
        Subscribed,
        /// The peer is not connected; nothing changed.
        SubscribeToUnknownPeer,
        /// The peer subscribes to `max_topics_per_peer` other topics already; nothing changed.
        SubscribeIgnoredTopicLimitExceeded,
    }

    /// The outputs of [`Unsubscribe`](crate::Unsubscribe).
    pub enum UnsubscribeOutput {
        /// The topic is not among the peer's topics, and the peer is not in the mesh or fanout of the topic.
        Unsubscribed,
        /// The peer is not connected; nothing changed.
        UnsubscribeFromUnknownPeer,
    }

    /// The outputs of [`Ihave`](crate::Ihave).
    pub enum IhaveOutput<I> {
        /// The score of the peer is below `gossip_threshold`.
        IhaveFromPeerWithLowScore {
            /// The score of the peer.
            score: Score,
            /// The limit `gossip_threshold`.
            threshold: Score,
        },
        /// The peer sent more IHaves than `max_recv_ihave_per_heartbeat` since the last heartbeat.
        TooManyRecvIhaveMessages {
            /// The number of IHaves that it sent, this one included.
            count: u64,
            /// The number that it may send.
            max: u64,
        },
        /// As many messages as `max_sent_iwant_per_heartbeat` were requested from the peer since the last heartbeat.
        TooManySentIwantMessages {
            /// The number of messages that were requested.
            count: u64,
            /// The number that may be requested.
            max: u64,
        },
        /// The topic is not joined.
        MessageTopicNotTracked,
        /// Request these messages from the peer.
        MessageRequestedMessageIds {
            /// Their ids in a random order. May be empty. An id that was announced twice may be repeated.
            message_ids: Vec<I::MessageId>,
        },
        /// One of the ids is invalid, which is counted in the peer's score (P4).
        InvalidMessageId,
    }

    /// The outputs of [`Iwant`](crate::Iwant).
    pub enum IwantOutput<I> {
        /// The score of the peer is below `gossip_threshold`.
        IwantFromPeerWithLowScore {
            /// The score of the peer.
            score: Score,
            /// The limit `gossip_threshold`.
            threshold: Score,
        },
        /// Send the peer the messages among these results.
        OnIwantMessagesToRoute {
            /// The result for each id. An id that was requested twice has its last result.
            routed_message_ids: BTreeMap<I::MessageId, RoutedMessage<I>>,
        },
    }

    /// The outputs of [`Graft`](crate::Graft), in the order of the trace format's table.
    pub enum GraftOutput {
        /// The peer filter refuses the peer.
        PeerFiltered,
        /// The topic is not joined.
        UnsubscribedTopic,
        /// The peer is in the mesh already.
        PeerAlreadyInMesh,
        /// The peer is direct, and direct peers are in no mesh.
        GraftingDirectPeer,
        /// The peer is not connected.
        UnexpectedGraftingPeer,
        /// The score of the peer is below zero.
        GraftingPeerWithNegativeScore,
        /// The peer is in the mesh now.
        GraftingSuccessfully,
        /// The backoff of the peer has not ended. The peer gets a behaviour penalty (P7).
        PeerBackedOff,
        /// The mesh has `degree_high` peers, and the peer is not outbound.
        MeshFull,
    }

    /// The outputs of [`Prune`](crate::Prune).
    pub enum PruneOutput<I> {
        /// The topic is not joined.
        PruneTopicNotTracked,
        /// The peer is not in the mesh.
        PeerNotInMesh,
        /// The peer has left the mesh. Its peer exchange is ignored, because its score is below `accept_px_threshold`.
        IgnorePxScoreTooLow {
            /// The score of the peer after the prune.
            score: Score,
        },
        /// The peer has left the mesh. It offered no peers, or `peers_to_px` is 0.
        NoPx,
        /// The peer has left the mesh. Connect to these peers if possible.
        Px {
            /// A random selection of the peers that it offered.
            peers: PeerSet<I>,
        },
    }

    /// The outputs of [`PublishMessage`](crate::PublishMessage).
    pub enum PublishMessageOutput<I> {
        /// Send the message to these peers.
        PublishMessage {
            /// The mesh or fanout of the topic, and the direct peers subscribed to it.
            to_publish: PeerSet<I>,
        },
        /// The message id was seen already; nothing changed.
        AlreadyPublished,
    }

    /// The outputs of [`ReceiveMessage`](crate::ReceiveMessage).
    pub enum ReceiveMessageOutput<I> {
        /// Forward the message to these peers.
        RouteMessage {
            /// The mesh of the topic without the sender, and the direct peers subscribed to it.
            to_route: PeerSet<I>,
        },
        /// The message id was seen already.
        AlreadyReceived,
        /// The topic is not joined.
        NotSubscribed,
        /// The application finds the message invalid, which is counted in the sender's score (P4).
        InvalidMessage,
        /// The application cannot tell. In `mavryk`, also if it finds the message outdated.
        UnknownValidity,
        /// The application finds the message outdated.
        Outdated,
        /// Include the message in a batch, and apply it later.
        ToIncludeInBatch {
            /// The peers to forward the message to when the batch is applied, if it is valid.
            to_route: PeerSet<I>,
        },
    }

    /// The result for one message of a batch.
    pub enum BatchedMessageOutput<I> {
        /// Forward the message to these peers.
        RouteMessage {
            /// The peers that the batch names.
            to_route: PeerSet<I>,
        },
        /// The application finds the message outdated.
        Outdated,
        /// The application cannot tell, or gave the wrong number of verdicts.
        UnknownValidity,
        /// The application finds the message invalid, which is counted in the sender's score (P4).
        InvalidMessage,
    }

    /// The output of [`ApplyBatch`](crate::ApplyBatch).
    pub enum ApplyBatchOutput<I> {
        /// The batch is applied.
        BatchResult {
            /// The result for each message, in the order of the batch.
            results: Vec<BatchedMessageOutput<I>>,
        },
    }

    /// The outputs of [`Join`](crate::Join).
    pub enum JoinOutput<I> {
        /// The topic is joined already; nothing changed.
        AlreadyJoined,
        /// The topic is joined; send a graft to these peers.
        JoiningTopic {
            /// The new mesh.
            to_graft: PeerSet<I>,
        },
    }

    /// The outputs of [`Leave`](crate::Leave).
    pub enum LeaveOutput<I> {
        /// The topic is not joined; nothing changed.
        NotJoined,
        /// The topic is left; send a prune to these peers.
        LeavingTopic {
            /// The mesh as it was.
            to_prune: PeerSet<I>,
            /// The peers among them that get no peer exchange.
            no_px_peers: PeerSet<I>,
        },
    }

    /// The output of a heartbeat.
    pub enum HeartbeatOutput<I> {
        /// Send these grafts and prunes.
        Heartbeat {
            /// The topics to graft each peer in.
            to_graft: TopicsByPeer<I>,
            /// The topics to prune each peer from.
            to_prune: TopicsByPeer<I>,
            /// The pruned peers that get no peer exchange.
            no_px_peers: PeerSet<I>,
        },
    }

    /// The output of [`SetApplicationScore`](crate::SetApplicationScore).
    pub enum SetApplicationScoreOutput {
        /// The score is set, if the peer has a record.
        SetApplicationScore,
    }

    /// The result of the query [`SelectPxPeers`](crate::SelectPxPeers).
    pub enum SelectPxPeersOutput<I> {
        /// Offer these peers.
        PxPeers {
            /// In a random order.
            peers: Vec<I::Peer>,
        },
    }

    /// The result of the query for gossip.
    pub enum SelectGossipMessagesOutput<I> {
        /// Send these announcements.
        GossipMessages {
            /// In no particular order.
            ihaves: Vec<crate::Ihave<I>>,
        },
    }
}

/// The result of the request for one message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "kind", rename_all = "snake_case", bound(serialize = "I: crate::SerializableIdentifiers"))
)]
pub enum RoutedMessage<I: Identifiers> {
    /// Send the message.
    Message {
        /// The payload.
        message: I::Message,
    },
    /// The message is not in the cache.
    NotFound,
    /// The peer filter refuses the peer.
    Ignored,
    /// The peer requested the message more often than `max_gossip_retransmission`.
    TooManyRequests,
}

/// Defines [`Output`] and its conversions from the enums that it holds.
macro_rules! any_output {
    ($($variant:ident($type:ty),)*) => {
        /// Any output: of one of the inputs, or of one of the queries.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[cfg_attr(
            feature = "serde",
            serde(untagged, bound(serialize = "I: crate::SerializableIdentifiers"))
        )]
        pub enum Output<I: Identifiers> {
            $(#[doc = concat!("An output of `", stringify!($variant), "`.")] $variant($type),)*
        }

        impl<I: Identifiers> Output<I> {
            /// The kind of the output.
            #[must_use]
            pub const fn kind(&self) -> OutputKind {
                match self { $(Self::$variant(output) => output.kind(),)* }
            }

            /// The kind of the inputs with this kind of output.
            #[must_use]
            pub const fn input_kind(&self) -> InputKind {
                match self { $(Self::$variant(_) => InputKind::$variant,)* }
            }
        }

        $(impl<I: Identifiers> From<$type> for Output<I> {
            fn from(output: $type) -> Self {
                Self::$variant(output)
            }
        })*
    };
}

any_output! {
    AddPeer(AddPeerOutput),
    RemovePeer(RemovePeerOutput),
    Subscribe(SubscribeOutput),
    Unsubscribe(UnsubscribeOutput),
    Ihave(IhaveOutput<I>),
    Iwant(IwantOutput<I>),
    Graft(GraftOutput),
    Prune(PruneOutput<I>),
    PublishMessage(PublishMessageOutput<I>),
    ReceiveMessage(ReceiveMessageOutput<I>),
    Join(JoinOutput<I>),
    Leave(LeaveOutput<I>),
    Heartbeat(HeartbeatOutput<I>),
    SetApplicationScore(SetApplicationScoreOutput),
    SelectPxPeers(SelectPxPeersOutput<I>),
    SelectGossipMessages(SelectGossipMessagesOutput<I>),
    ApplyBatch(ApplyBatchOutput<I>),
}
