//! Plain messages of the data-availability layers by `tezos_data_encoding`. It takes any text for a point, has no
//! bounds on lists, and knows the tags of Mavryk.

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
