//! What happens to a node.

use super::{PeerMessage, WorkerIdentifiers};
use crate::BatchedMessage;
use alloc::vec::Vec;

/// An event that a [`Worker`](super::Worker) handles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<I: WorkerIdentifiers> {
    /// A connection was opened.
    Connected {
        /// The peer at the other end.
        peer: I::Peer,
        /// Whether it is a direct peer. Never in a data-availability node.
        direct: bool,
        /// Whether we opened the connection. Only [`Convention::Libp2p`](super::Convention::Libp2p) looks at it.
        outbound: bool,
        /// Whether the node trusts the peer. The worker connects to trusted peers again when they are gone.
        trusted: bool,
        /// Whether the peer is a bootstrap node. It gets no messages, IHaves and IWants.
        bootstrap: bool,
    },
    /// A connection was closed.
    Disconnected {
        /// The peer at the other end.
        peer: I::Peer,
    },
    /// A peer sent a message.
    Received {
        /// The peer.
        from: I::Peer,
        /// The message.
        message: PeerMessage<I>,
    },
    /// The application publishes a message.
    Publish {
        /// The topic.
        topic: I::Topic,
        /// The message id.
        message_id: I::MessageId,
        /// The payload.
        message: I::Message,
    },
    /// The application joins a topic. A node that starts joins its topics by one event each.
    Join {
        /// The topic.
        topic: I::Topic,
    },
    /// The application leaves a topic.
    Leave {
        /// The topic.
        topic: I::Topic,
    },
    /// The time of the periodic maintenance has come: once every `heartbeat_interval`.
    Heartbeat,
    /// The batch that [`Worker::take_batch`](super::Worker::take_batch) returned is to be validated.
    ProcessBatch {
        /// The messages.
        batch: Vec<BatchedMessage<I>>,
    },
    /// An address could not be dialled.
    Unreachable {
        /// The address.
        point: I::Point,
    },
}
