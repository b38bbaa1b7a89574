//! The fifteen inputs and two queries of the automaton.

use crate::{Behaviour, Finite, Identifiers, InputKind, PeerSet, PruneBackoff, SortedSet};
use alloc::vec::Vec;

/// Defines payloads of inputs with the serialized form of the trace format.
macro_rules! payload {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(deny_unknown_fields, bound(
            serialize = "I: crate::SerializableIdentifiers",
            deserialize = "I: crate::DeserializableIdentifiers"
        )))]
        pub struct $name<I: Identifiers> {
            $(
                $(#[$field_doc])*
                pub $field: $type,
            )*
        }
    )*};
}

payload! {
    /// A connection to a peer was opened.
    pub struct AddPeer {
        /// The peer at the other end.
        pub peer: I::Peer,
        /// Whether it is a direct peer: messages are exchanged with it outside any mesh.
        pub direct: bool,
        /// Whether we opened the connection.
        pub outbound: bool,
        /// Whether it is a bootstrap peer. The flag is stored and shown, and decides nothing. `mavryk` ignores it.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "is_false"))]
        pub bootstrap: bool,
    }

    /// The connection to a peer was closed.
    pub struct RemovePeer {
        /// The peer at the other end.
        pub peer: I::Peer,
    }

    /// A peer said that it subscribes to a topic.
    pub struct Subscribe {
        /// The peer that subscribes.
        pub peer: I::Peer,
        /// The topic that it subscribes to.
        pub topic: I::Topic,
    }

    /// A peer said that it no longer subscribes to a topic.
    pub struct Unsubscribe {
        /// The peer that unsubscribes.
        pub peer: I::Peer,
        /// The topic that it unsubscribes from.
        pub topic: I::Topic,
    }

    /// A peer announced messages that we may request.
    pub struct Ihave {
        /// The peer that has the messages.
        pub peer: I::Peer,
        /// The topic that the peer names for them.
        pub topic: I::Topic,
        /// Their ids in the order of the announcement. An id may be repeated.
        pub message_ids: Vec<I::MessageId>,
    }

    /// A peer requested messages.
    pub struct Iwant {
        /// The peer that wants the messages.
        pub peer: I::Peer,
        /// Their ids in the order of the request. An id may be repeated.
        pub message_ids: Vec<I::MessageId>,
    }

    /// A peer put us into its mesh and wants to be in ours.
    pub struct Graft {
        /// The peer that grafts.
        pub peer: I::Peer,
        /// The topic of the mesh.
        pub topic: I::Topic,
    }

    /// A peer removed us from its mesh.
    pub struct Prune {
        /// The peer that prunes.
        pub peer: I::Peer,
        /// The topic of the mesh.
        pub topic: I::Topic,
        /// Peers that we may connect to instead (peer exchange). A peer may be repeated.
        pub px: Vec<I::Peer>,
        /// How long we must not graft the peer.
        pub backoff: PruneBackoff,
    }

    /// We publish a message.
    pub struct PublishMessage {
        /// Its topic.
        pub topic: I::Topic,
        /// Its id.
        pub message_id: I::MessageId,
        /// Its payload.
        pub message: I::Message,
    }

    /// A peer sent us a message.
    pub struct ReceiveMessage {
        /// The peer that sent it.
        pub sender: I::Peer,
        /// Its topic.
        pub topic: I::Topic,
        /// Its id.
        pub message_id: I::MessageId,
        /// Its payload.
        pub message: I::Message,
        /// Whether the message is for a batch: it is then neither checked with its payload nor cached before
        /// [`ApplyBatch`]. Behaviours without batches ignore the flag.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "is_false"))]
        pub batch: bool,
    }

    /// We join a topic: subscribe, and make a mesh.
    pub struct Join {
        /// The topic.
        pub topic: I::Topic,
    }

    /// We leave a topic.
    pub struct Leave {
        /// The topic.
        pub topic: I::Topic,
    }

    /// The application sets its own component of a peer's score (P5).
    pub struct SetApplicationScore {
        /// The peer.
        pub peer: I::Peer,
        /// The component, before its weight.
        pub score: Finite,
    }

    /// Query: which peers to offer to a peer that we prune.
    pub struct SelectPxPeers {
        /// The peer that we prune.
        pub peer_to_prune: I::Peer,
        /// The topic of the mesh that it is pruned from.
        pub topic: I::Topic,
        /// The peers that get no offer, as listed by the output that prunes.
        pub no_px_peers: SortedSet<I::Peer>,
    }

    /// The messages that were received for a batch are to be validated together, cached and routed.
    pub struct ApplyBatch {
        /// The messages in their order. Nothing requires that they were received before.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::objects"))]
        pub batch: Vec<BatchedMessage<I>>,
    }

    /// A message of a batch.
    pub struct BatchedMessage {
        /// The peer that sent it.
        pub sender: I::Peer,
        /// Its topic.
        pub topic: I::Topic,
        /// Its id.
        pub message_id: I::MessageId,
        /// Its payload.
        pub message: I::Message,
        /// The peers to route it to, as in the output when it was received.
        pub to_route: PeerSet<I>,
    }
}

/// Any of the inputs and queries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "kind", rename_all = "snake_case", bound(serialize = "I: crate::SerializableIdentifiers"))
)]
pub enum Input<I: Identifiers> {
    /// A connection to a peer was opened.
    AddPeer(AddPeer<I>),
    /// The connection to a peer was closed.
    RemovePeer(RemovePeer<I>),
    /// A peer subscribes to a topic.
    Subscribe(Subscribe<I>),
    /// A peer unsubscribes from a topic.
    Unsubscribe(Unsubscribe<I>),
    /// A peer announces messages.
    Ihave(Ihave<I>),
    /// A peer requests messages.
    Iwant(Iwant<I>),
    /// A peer wants to be in our mesh.
    Graft(Graft<I>),
    /// A peer removed us from its mesh.
    Prune(Prune<I>),
    /// We publish a message.
    PublishMessage(PublishMessage<I>),
    /// A peer sent a message.
    ReceiveMessage(ReceiveMessage<I>),
    /// We join a topic.
    Join(Join<I>),
    /// We leave a topic.
    Leave(Leave<I>),
    /// The periodic maintenance, due every heartbeat interval.
    Heartbeat,
    /// The application sets its component of a score.
    SetApplicationScore(SetApplicationScore<I>),
    /// Query: the peers to offer with a prune.
    SelectPxPeers(SelectPxPeers<I>),
    /// Query: the announcements that go out with a heartbeat.
    SelectGossipMessages,
    /// A batch is applied.
    ApplyBatch(ApplyBatch<I>),
}

impl<I: Identifiers> Input<I> {
    /// The kind of the input.
    #[must_use]
    pub const fn kind(&self) -> InputKind {
        match self {
            Self::AddPeer(_) => InputKind::AddPeer,
            Self::RemovePeer(_) => InputKind::RemovePeer,
            Self::Subscribe(_) => InputKind::Subscribe,
            Self::Unsubscribe(_) => InputKind::Unsubscribe,
            Self::Ihave(_) => InputKind::Ihave,
            Self::Iwant(_) => InputKind::Iwant,
            Self::Graft(_) => InputKind::Graft,
            Self::Prune(_) => InputKind::Prune,
            Self::PublishMessage(_) => InputKind::PublishMessage,
            Self::ReceiveMessage(_) => InputKind::ReceiveMessage,
            Self::Join(_) => InputKind::Join,
            Self::Leave(_) => InputKind::Leave,
            Self::Heartbeat => InputKind::Heartbeat,
            Self::SetApplicationScore(_) => InputKind::SetApplicationScore,
            Self::SelectPxPeers(_) => InputKind::SelectPxPeers,
            Self::SelectGossipMessages => InputKind::SelectGossipMessages,
            Self::ApplyBatch(_) => InputKind::ApplyBatch,
        }
    }

    /// The field of the input that a behaviour does not have, if there is one.
    #[must_use]
    pub const fn foreign_field(&self, behaviour: Behaviour) -> Option<&'static str> {
        let switches = behaviour.switches();
        match self {
            Self::AddPeer(input) if input.bootstrap && !switches.has_bootstrap_flag => Some("bootstrap"),
            Self::ReceiveMessage(input) if input.batch && !switches.has_batches => Some("batch"),
            _ => None,
        }
    }
}

macro_rules! from_payload {
    ($($name:ident)*) => {$(
        impl<I: Identifiers> From<$name<I>> for Input<I> {
            fn from(payload: $name<I>) -> Self {
                Self::$name(payload)
            }
        }
    )*};
}

from_payload! {
    AddPeer RemovePeer Subscribe Unsubscribe Ihave Iwant Graft Prune PublishMessage ReceiveMessage Join Leave
    SetApplicationScore SelectPxPeers ApplyBatch
}

/// Whether a flag is not set, so that it is not written.
#[cfg(feature = "serde")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}
