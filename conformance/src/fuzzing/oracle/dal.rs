//! Plain messages of the data-availability layers by `tezos_data_encoding`. It takes any text for a point, has no
//! bounds on lists, and knows the tags of Mavryk.

use gossipsub_automaton::wire::dal;
use tezos_data_encoding::{encoding::HasEncoding, nom::NomReader};

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct Hash {
    #[encoding(sized = "20", bytes)]
    pub(crate) hash: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
#[encoding(tags = "u8")]
pub(crate) enum PublicKeyHash {
    #[encoding(tag = 0)]
    Ed25519(Hash),
    #[encoding(tag = 1)]
    Secp256k1(Hash),
    #[encoding(tag = 2)]
    P256(Hash),
    #[encoding(tag = 3)]
    Bls(Hash),
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct Topic {
    pub(crate) slot_index: u8,
    pub(crate) pkh: PublicKeyHash,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct MessageId {
    pub(crate) level: i32,
    pub(crate) slot_index: u8,
    #[encoding(sized = "48", bytes)]
    pub(crate) commitment: Vec<u8>,
    pub(crate) shard_index: u16,
    pub(crate) pkh: PublicKeyHash,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct PxEntry {
    #[encoding(string = "47")]
    pub(crate) point: String,
    #[encoding(sized = "16", bytes)]
    pub(crate) peer_id: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct Prune {
    pub(crate) topic: Topic,
    #[encoding(dynamic, list)]
    pub(crate) px: Vec<PxEntry>,
    pub(crate) backoff: i16,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct Ihave {
    pub(crate) topic: Topic,
    #[encoding(dynamic, list)]
    pub(crate) message_ids: Vec<MessageId>,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct Iwant {
    #[encoding(dynamic, list)]
    pub(crate) message_ids: Vec<MessageId>,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct Scalar {
    #[encoding(sized = "32", bytes)]
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
pub(crate) struct MessageWithHeader {
    #[encoding(dynamic, list)]
    pub(crate) share: Vec<Scalar>,
    #[encoding(sized = "48", bytes)]
    pub(crate) shard_proof: Vec<u8>,
    pub(crate) topic: Topic,
    pub(crate) message_id: MessageId,
}

#[derive(Clone, Debug, PartialEq, HasEncoding, NomReader)]
#[encoding(tags = "u8")]
pub(crate) enum Message {
    #[encoding(tag = 16)]
    Graft(Topic),
    #[encoding(tag = 17)]
    Prune(Prune),
    #[encoding(tag = 18)]
    Ihave(Ihave),
    #[encoding(tag = 19)]
    Iwant(Iwant),
    #[encoding(tag = 20)]
    Subscribe(Topic),
    #[encoding(tag = 21)]
    Unsubscribe(Topic),
    #[encoding(tag = 22)]
    MessageWithHeader(MessageWithHeader),
}

/// The message that takes all of `bytes`, if there is one.
pub(crate) fn decode(bytes: &[u8]) -> Option<Message> {
    match Message::nom_read(bytes) {
        Ok(([], message)) => Some(message),
        _ => None,
    }
}

/// The same message, but for the text of points.
impl PartialEq<dal::Message> for Message {
    fn eq(&self, ours: &dal::Message) -> bool {
        self.parts() == parts(ours)
    }
}

impl Message {
    /// The parts that both libraries have, as bytes.
    fn parts(&self) -> Vec<Vec<u8>> {
        let pkh = |slot_index: u8, pkh: &PublicKeyHash| {
            let (tag, hash) = match pkh {
                PublicKeyHash::Ed25519(hash) => (0, hash),
                PublicKeyHash::Secp256k1(hash) => (1, hash),
                PublicKeyHash::P256(hash) => (2, hash),
                PublicKeyHash::Bls(hash) => (3, hash),
            };
            [&[slot_index, tag][..], &hash.hash].concat()
        };
        let topic = |topic: &Topic| pkh(topic.slot_index, &topic.pkh);
        let id = |id: &MessageId| {
            let (level, shard) = (id.level.to_be_bytes(), id.shard_index.to_be_bytes());
            [&level, &id.commitment[..], &shard, &pkh(id.slot_index, &id.pkh)].concat()
        };
        match self {
            Self::Graft(it) => vec![b"graft".to_vec(), topic(it)],
            Self::Subscribe(it) => vec![b"subscribe".to_vec(), topic(it)],
            Self::Unsubscribe(it) => vec![b"unsubscribe".to_vec(), topic(it)],
            Self::Prune(it) => {
                let peers = it.px.iter().map(|entry| entry.peer_id.clone());
                [b"prune".to_vec(), topic(&it.topic), it.backoff.to_be_bytes().to_vec()]
                    .into_iter()
                    .chain(peers)
                    .collect()
            }
            Self::Ihave(it) => {
                [b"ihave".to_vec(), topic(&it.topic)].into_iter().chain(it.message_ids.iter().map(id)).collect()
            }
            Self::Iwant(it) => [b"iwant".to_vec()].into_iter().chain(it.message_ids.iter().map(id)).collect(),
            Self::MessageWithHeader(it) => {
                let scalars = it.share.iter().map(|scalar| scalar.bytes.clone());
                let head = [b"message".to_vec(), it.shard_proof.clone(), topic(&it.topic), id(&it.message_id)];
                head.into_iter().chain(scalars).collect()
            }
        }
    }
}

/// The same parts of one of our messages.
fn parts(message: &dal::Message) -> Vec<Vec<u8>> {
    let topic = |topic: &dal::Topic| [&[topic.slot_index, topic.pkh.curve as u8][..], &topic.pkh.hash].concat();
    let id = |id: &dal::MessageId| {
        let (level, shard) = (id.level.to_be_bytes(), id.shard_index.to_be_bytes());
        [&level, &id.commitment[..], &shard, &topic(&id.topic())].concat()
    };
    match message {
        dal::Message::Graft { topic: it } => vec![b"graft".to_vec(), topic(it)],
        dal::Message::Subscribe { topic: it } => vec![b"subscribe".to_vec(), topic(it)],
        dal::Message::Unsubscribe { topic: it } => vec![b"unsubscribe".to_vec(), topic(it)],
        dal::Message::Prune { topic: it, px, backoff } => {
            let peers = px.iter().map(|entry| entry.peer_id.0.to_vec());
            [b"prune".to_vec(), topic(it), backoff.to_be_bytes().to_vec()].into_iter().chain(peers).collect()
        }
        dal::Message::Ihave { topic: it, message_ids } => {
            [b"ihave".to_vec(), topic(it)].into_iter().chain(message_ids.iter().map(id)).collect()
        }
        dal::Message::Iwant { message_ids } => {
            [b"iwant".to_vec()].into_iter().chain(message_ids.iter().map(id)).collect()
        }
        dal::Message::MessageWithHeader { share, shard_proof, topic: it, message_id } => {
            let scalars = share.iter().map(|scalar| scalar.to_vec());
            let head = [b"message".to_vec(), shard_proof.to_vec(), topic(it), id(message_id)];
            head.into_iter().chain(scalars).collect()
        }
        dal::Message::Ping => vec![b"ping".to_vec()],
    }
}
