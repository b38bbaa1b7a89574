//! The fourteen inputs and two queries of the automaton.

use crate::{Finite, Identifiers, InputKind, SortedSet, Span};
use alloc::vec::Vec;

/// Gives the serialized form of the trace format to a payload.
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
        /// Whether it is a direct peer: one that we are told to exchange messages with outside any mesh.
        pub direct: bool,
        /// Whether we opened the connection.
        pub outbound: bool,
    }

    /// The connection to a peer was closed.
    pub struct RemovePeer {
        /// The peer at the other end.
        pub peer: I::Peer,
    }

    /// A peer said that it subscribes to a topic.
    pub struct Subscribe {
        /// Who subscribes.
        pub peer: I::Peer,
        /// To what.
        pub topic: I::Topic,
    }

    /// A peer said that it no longer subscribes to a topic.
    pub struct Unsubscribe {
        /// Who unsubscribes.
        pub peer: I::Peer,
        /// From what.
        pub topic: I::Topic,
    }

    /// A peer announced messages that we may request.
    pub struct Ihave {
        /// Who has the messages.
        pub peer: I::Peer,
        /// The topic that the peer names for them.
        pub topic: I::Topic,
        /// Their ids, in the order of the announcement, repetitions kept.
        pub message_ids: Vec<I::MessageId>,
    }

    /// A peer requested messages.
    pub struct Iwant {
        /// Who wants the messages.
        pub peer: I::Peer,
        /// Their ids, in the order of the request, repetitions kept.
        pub message_ids: Vec<I::MessageId>,
    }

    /// A peer put us into its mesh and wants to be in ours.
    pub struct Graft {
        /// Who grafts.
        pub peer: I::Peer,
        /// In the mesh of which topic.
        pub topic: I::Topic,
    }

    /// A peer removed us from its mesh.
    pub struct Prune {
        /// Who prunes.
        pub peer: I::Peer,
        /// From the mesh of which topic.
        pub topic: I::Topic,
        /// Peers that we may connect to instead (peer exchange), repetitions kept.
        pub px: Vec<I::Peer>,
        /// How long the peer wants not to be grafted.
        pub backoff: Span,
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
        /// Who sent it.
        pub sender: I::Peer,
        /// Its topic.
        pub topic: I::Topic,
        /// Its id.
        pub message_id: I::MessageId,
        /// Its payload.
        pub message: I::Message,
    }

    /// We join a topic: subscribe, and make a mesh.
    pub struct Join {
        /// Which topic.
        pub topic: I::Topic,
    }

    /// We leave a topic.
    pub struct Leave {
        /// Which topic.
        pub topic: I::Topic,
    }

    /// The application sets its own component of a peer's score (P5).
    pub struct SetApplicationScore {
        /// Whose score.
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
        /// The peers that are to get no offer, as an output that prunes gave them.
        pub no_px_peers: SortedSet<I::Peer>,
    }
}

/// Any of the fourteen inputs and two queries.
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
}

impl<I: Identifiers> Input<I> {
    /// Which of the sixteen this is.
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
    SetApplicationScore SelectPxPeers
}
