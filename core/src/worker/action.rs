//! What a node does for an event.

use super::{PeerMessage, WorkerIdentifiers};
use crate::{DisplayIdentifiers, vocabulary::text::Line};
use core::fmt::{self, Display, Formatter};

/// An action of a node. The actions for an event are done in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeAction<I: WorkerIdentifiers> {
    /// Send a message to a peer. The node drops it if the peer is not connected.
    Send {
        /// The recipient.
        to: I::Peer,
        /// The message. Messages with the same content to several peers follow each other, so that a node can encode
        /// them once.
        message: PeerMessage<I>,
    },
    /// Give a message of a peer to the application.
    Deliver {
        /// The topic.
        topic: I::Topic,
        /// The message id.
        message_id: I::MessageId,
        /// The payload.
        message: I::Message,
    },
    /// Connect to a peer.
    Connect {
        /// The peer.
        peer: I::Peer,
        /// Why.
        origin: Origin<I>,
    },
    /// Connect to an address.
    ConnectPoint {
        /// The address.
        point: I::Point,
    },
    /// Drop the address that a peer offered for another peer. The worker does not use it.
    Forget {
        /// The peer that was offered.
        peer: I::Peer,
        /// The peer that offered it.
        origin: I::Peer,
    },
}

/// Why to connect to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin<I: WorkerIdentifiers> {
    /// A peer offered it with a prune.
    Px {
        /// The peer that pruned us.
        from: I::Peer,
    },
    /// It is trusted, and it is not connected.
    Trusted,
}

impl<I: WorkerIdentifiers<Point: Display> + DisplayIdentifiers> Display for NodeAction<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { to, message } => write!(f, "to {}: {message}", Line(to)),
            Self::Deliver { topic, message_id, message } => {
                let (topic, message_id, message) = (Line(topic), Line(message_id), Line(message));
                write!(f, "deliver {{ topic={topic}; message_id={message_id}; message={message} }}")
            }
            Self::Connect { peer, origin: Origin::Trusted } => write!(f, "connect to {}, trusted", Line(peer)),
            Self::Connect { peer, origin: Origin::Px { from } } => {
                write!(f, "connect to {}, offered by {}", Line(peer), Line(from))
            }
            Self::ConnectPoint { point } => write!(f, "connect to point {}", Line(point)),
            Self::Forget { peer, origin } => write!(f, "forget {}, offered by {}", Line(peer), Line(origin)),
        }
    }
}
