//! The mapping of messages to inputs of the automaton, and of outgoing messages to bytes.

use super::{Message, MessageId, MessageView, PeerId, Point, PxEntry, Scalar, ShardProof, Topic};
use crate::{
    Identifiers, Input, PruneBackoff,
    wire::whole_seconds,
    worker::{PeerMessage, WorkerIdentifiers},
};
use alloc::{sync::Arc, vec::Vec};
use core::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

/// The identifiers of the data-availability layers, with peers by their ids alone. The node keeps the addresses, as
/// Mavryk's does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dal;

/// The identifiers of the data-availability layers, with peers that carry their addresses, as Octez's do since v21.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DalWithPoints;

/// A peer with the address at which it may be reached.
///
/// The address is not part of the identity: peers are equal, ordered and hashed by their ids. The automaton names a peer
/// with the address of its last connection.
#[derive(Clone, Copy, Debug)]
pub struct PeerWithPoint {
    /// The id.
    pub id: PeerId,
    /// The address.
    pub point: Point,
}

impl PartialEq for PeerWithPoint {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for PeerWithPoint {}

impl PartialOrd for PeerWithPoint {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PeerWithPoint {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id.cmp(&other.id)
    }
}

impl Hash for PeerWithPoint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl From<PxEntry> for PeerId {
    fn from(entry: PxEntry) -> Self {
        entry.peer_id
    }
}

impl From<PxEntry> for PeerWithPoint {
    fn from(PxEntry { point, peer_id: id }: PxEntry) -> Self {
        Self { id, point }
    }
}

/// Identifiers with the topics, message ids and payloads of the data-availability layers.
pub trait DalIdentifiers:
    WorkerIdentifiers<Peer: From<PxEntry>, Topic = Topic, MessageId = MessageId, Message = Arc<Shard>>
{
}

impl<I> DalIdentifiers for I where
    I: WorkerIdentifiers<Peer: From<PxEntry>, Topic = Topic, MessageId = MessageId, Message = Arc<Shard>>
{
}

/// The payload of a message, without its id and topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// The scalars.
    pub share: Vec<Scalar>,
    /// The proof that they are one of the slot's shards.
    pub proof: ShardProof,
}

impl Identifiers for Dal {
    type Peer = PeerId;
    type Topic = Topic;
    type MessageId = MessageId;
    type Message = Arc<Shard>;
}

impl Identifiers for DalWithPoints {
    type Peer = PeerWithPoint;
    type Topic = Topic;
    type MessageId = MessageId;
    type Message = Arc<Shard>;
}

impl WorkerIdentifiers for Dal {
    type Point = Point;

    fn topic_of(message_id: &MessageId) -> Option<Topic> {
        Some(message_id.topic())
    }
}

impl WorkerIdentifiers for DalWithPoints {
    type Point = Point;

    fn topic_of(message_id: &MessageId) -> Option<Topic> {
        Some(message_id.topic())
    }

    fn point_of(peer: &PeerWithPoint) -> Option<Point> {
        Some(peer.point)
    }
}

impl MessageView<'_> {
    /// The message in the terms of the automaton.
    #[must_use]
    pub fn to_peer_message<I: DalIdentifiers>(&self) -> PeerMessage<I> {
        match *self {
            Self::Graft { topic } => PeerMessage::Graft { topic },
            Self::Prune { topic, px, backoff } => {
                let mut peers = Vec::with_capacity(px.len());
                peers.extend(px.iter().map(I::Peer::from));
                PeerMessage::Prune { topic, px: peers, backoff: PruneBackoff::from_secs(backoff.into()) }
            }
            Self::Ihave { topic, message_ids } => PeerMessage::Ihave { topic, message_ids: message_ids.to_vec() },
            Self::Iwant { message_ids } => PeerMessage::Iwant { message_ids: message_ids.to_vec() },
            Self::Subscribe { topic } => PeerMessage::Subscribe { topic },
            Self::Unsubscribe { topic } => PeerMessage::Unsubscribe { topic },
            Self::MessageWithHeader { share, shard_proof, topic, message_id } => {
                let message = Arc::new(Shard { share: share.to_vec(), proof: *shard_proof });
                PeerMessage::Message { topic: Some(topic), message_id, message }
            }
            Self::Ping => PeerMessage::Ping,
        }
    }

    /// The input for a message that `sender` sends. `None` for a ping.
    ///
    /// The format has 16 bits for a backoff, so a backoff is at most nine hours. It may be negative.
    #[must_use]
    pub fn to_input(&self, sender: PeerId) -> Option<Input<Dal>> {
        self.to_peer_message().into_input(sender)
    }
}

impl Message {
    /// The message to send. `point` returns the address of an offered peer. Peers without an address are left out.
    ///
    /// A backoff is rounded up to whole seconds and saturates at 32767 seconds. The topic of an answer to an IWant is
    /// that of the message id.
    #[must_use]
    pub fn new(message: &PeerMessage<Dal>, mut point: impl FnMut(&PeerId) -> Option<Point>) -> Self {
        Self::with_entries(message, |peer_id| Some(PxEntry { point: point(peer_id)?, peer_id: *peer_id }))
    }

    /// The message to send, as [`Message::new`] gives, with the addresses that the offered peers carry.
    #[must_use]
    pub fn with_points(message: &PeerMessage<DalWithPoints>) -> Self {
        Self::with_entries(message, |PeerWithPoint { id, point }| Some(PxEntry { point: *point, peer_id: *id }))
    }

    fn with_entries<I: DalIdentifiers>(
        message: &PeerMessage<I>,
        entry: impl FnMut(&I::Peer) -> Option<PxEntry>,
    ) -> Self {
        match message {
            PeerMessage::Subscribe { topic } => Self::Subscribe { topic: *topic },
            PeerMessage::Unsubscribe { topic } => Self::Unsubscribe { topic: *topic },
            PeerMessage::Graft { topic } => Self::Graft { topic: *topic },
            PeerMessage::Prune { topic, px, backoff } => {
                let seconds = whole_seconds(*backoff).clamp(i16::MIN.into(), i16::MAX.into());
                let backoff = i16::try_from(seconds).expect("the number was just bounded");
                Self::Prune { topic: *topic, px: px.iter().filter_map(entry).collect(), backoff }
            }
            PeerMessage::Ihave { topic, message_ids } => {
                Self::Ihave { topic: *topic, message_ids: message_ids.clone() }
            }
            PeerMessage::Iwant { message_ids } => Self::Iwant { message_ids: message_ids.clone() },
            PeerMessage::Message { topic, message_id, message } => Self::MessageWithHeader {
                share: message.share.clone(),
                shard_proof: message.proof,
                topic: topic.unwrap_or_else(|| message_id.topic()),
                message_id: *message_id,
            },
            PeerMessage::Ping => Self::Ping,
        }
    }
}
