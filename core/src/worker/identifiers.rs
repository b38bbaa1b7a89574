//! What the worker needs to know of a network's identifiers.

use crate::{
    Identifier, Identifiers,
    trace_ids::{MessageId, Peer, TraceIds},
};

/// Identifiers of a network whose nodes have a [`Worker`](super::Worker).
///
/// Payloads are ordered, because a batch is sorted by topic, message id and payload.
pub trait WorkerIdentifiers: Identifiers<Message: Ord> {
    /// A network address that a node can dial.
    type Point: Identifier;

    /// The topic of a message id, if ids have one. An answer to an IWant has this topic.
    fn topic_of(message_id: &Self::MessageId) -> Option<Self::Topic> {
        let _ = message_id;
        None
    }

    /// The address that comes with a peer, if there is one. A peer is not dialled while its address is known to be
    /// unreachable.
    fn point_of(peer: &Self::Peer) -> Option<Self::Point> {
        let _ = peer;
        None
    }
}

/// A message id of the trace format has no topic. The address of a peer has the same number.
impl WorkerIdentifiers for TraceIds {
    type Point = Peer;

    fn topic_of(_: &MessageId) -> Option<Self::Topic> {
        None
    }

    fn point_of(peer: &Peer) -> Option<Peer> {
        Some(*peer)
    }
}
