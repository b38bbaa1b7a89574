//! The mapping of messages to inputs of the automaton, and of outgoing messages to bytes.

use super::{Message, MessageId, MessageView, PeerId, Point, PxEntry, Scalar, ShardProof, Topic};
use crate::{
    Graft, Identifiers, Ihave, Input, Iwant, Prune, ReceiveMessage, Span, Subscribe, Unsubscribe,
    wire::whole_seconds,
    worker::{PeerMessage, WorkerIdentifiers},
};
use alloc::{sync::Arc, vec::Vec};

/// The identifiers of the data-availability layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dal;

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

/// The address of a peer is not part of its id: the node knows it from the connection or from the offer.
impl WorkerIdentifiers for Dal {
    type Point = Point;

    fn topic_of(message_id: &MessageId) -> Option<Topic> {
        Some(message_id.topic())
    }
}

impl MessageView<'_> {
    /// The input for a message that `sender` sends. `None` for a ping.
    ///
    /// A negative backoff counts as zero, which leaves an entry that has ended already. The format has 16 bits, so a
    /// backoff is at most nine hours. The addresses of offered peers are only in the view: the automaton knows the
    /// peers by their ids.
    #[must_use]
    pub fn to_input(&self, sender: PeerId) -> Option<Input<Dal>> {
        let peer = sender;
        Some(match *self {
            Self::Graft { topic } => Graft { peer, topic }.into(),
            Self::Prune { topic, px, backoff } => {
                let mut peers = Vec::with_capacity(px.len());
                peers.extend(px.iter().map(|entry| entry.peer_id));
                let backoff = Span::from_secs(u64::try_from(backoff).unwrap_or(0));
                Prune { peer, topic, px: peers, backoff }.into()
            }
            Self::Ihave { topic, message_ids } => Ihave { peer, topic, message_ids: message_ids.to_vec() }.into(),
            Self::Iwant { message_ids } => Iwant { peer, message_ids: message_ids.to_vec() }.into(),
            Self::Subscribe { topic } => Subscribe { peer, topic }.into(),
            Self::Unsubscribe { topic } => Unsubscribe { peer, topic }.into(),
            Self::MessageWithHeader { share, shard_proof, topic, message_id } => {
                let message = Arc::new(Shard { share: share.to_vec(), proof: *shard_proof });
                ReceiveMessage { sender, topic, message_id, message, batch: false }.into()
            }
            Self::Ping => return None,
        })
    }
}

impl Message {
    /// The message to send. `point` returns the address of an offered peer. Peers without an address are left out.
    ///
    /// A backoff is rounded up to whole seconds and saturates at 32767 seconds. The topic of an answer to an IWant is
    /// that of the message id.
    #[must_use]
    pub fn new(message: &PeerMessage<Dal>, mut point: impl FnMut(&PeerId) -> Option<Point>) -> Self {
        match message {
            PeerMessage::Subscribe { topic } => Self::Subscribe { topic: *topic },
            PeerMessage::Unsubscribe { topic } => Self::Unsubscribe { topic: *topic },
            PeerMessage::Graft { topic } => Self::Graft { topic: *topic },
            PeerMessage::Prune { topic, px, backoff } => {
                let entry = |peer_id: &PeerId| Some(PxEntry { point: point(peer_id)?, peer_id: *peer_id });
                let backoff = i16::try_from(whole_seconds(*backoff)).unwrap_or(i16::MAX);
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
