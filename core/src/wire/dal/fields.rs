//! The fields of fixed size.

use super::{
    Profile,
    reader::{Error, Reader, Rule},
};
use alloc::vec::Vec;

/// The commitment of a slot: a compressed point of BLS12-381's G1, which is not checked.
pub type Commitment = [u8; 48];

/// The proof of a shard: a compressed point of BLS12-381's G1, which is not checked.
pub type ShardProof = [u8; 48];

/// A scalar of BLS12-381, little-endian. It is not compared with the order.
pub type Scalar = [u8; 32];

/// A peer of the network: the BLAKE2B-128 hash of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub [u8; 16]);

/// The kind of key behind a [`PublicKeyHash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// Ed25519: tz1, mv1.
    Ed25519,
    /// Secp256k1: tz2, mv2.
    Secp256k1,
    /// P-256: tz3, mv3.
    P256,
    /// BLS12-381: tz4, mv4.
    Bls,
    /// ML-DSA-44, in Octez only.
    Mldsa44,
}

/// An attester, by the hash of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKeyHash {
    /// The kind of key.
    pub curve: Curve,
    /// The hash.
    pub hash: [u8; 20],
}

/// A topic: the shards of a slot that are assigned to an attester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic {
    /// The slot. It is not compared with the number of slots of the network.
    pub slot_index: u8,
    /// The attester.
    pub pkh: PublicKeyHash,
}

/// A message id: one shard of one slot of one level.
///
/// The order is that of the original: by level, shard, commitment, slot and key. So is the order of the fields here, and
/// the format has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The level at which the slot was published. The format allows negative ones.
    pub level: i32,
    /// The shard.
    pub shard_index: u16,
    /// The commitment of the slot.
    pub commitment: Commitment,
    /// The slot.
    pub slot_index: u8,
    /// The attester that the shard is assigned to.
    pub pkh: PublicKeyHash,
}

impl Curve {
    fn from_tag(tag: u8, profile: Profile) -> Option<Self> {
        match tag {
            0 => Some(Self::Ed25519),
            1 => Some(Self::Secp256k1),
            2 => Some(Self::P256),
            3 => Some(Self::Bls),
            4 if profile.mldsa44 => Some(Self::Mldsa44),
            _ => None,
        }
    }

    const fn tag(self) -> u8 {
        match self {
            Self::Ed25519 => 0,
            Self::Secp256k1 => 1,
            Self::P256 => 2,
            Self::Bls => 3,
            Self::Mldsa44 => 4,
        }
    }
}

impl PublicKeyHash {
    fn read(reader: &mut Reader<'_>, profile: Profile, field: &'static str) -> Result<Self, Error> {
        let [tag] = reader.array(field)?;
        let curve = Curve::from_tag(tag, profile)
            .ok_or_else(|| reader.fault_before(1, field, Rule::UnexpectedTag { tag: tag.into() }))?;
        Ok(Self { curve, hash: reader.array(field)? })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.curve.tag());
        out.extend_from_slice(&self.hash);
    }
}

impl Topic {
    /// The topic whose subscription Octez reads as a ping.
    pub(super) const PING: Self = Self { slot_index: 0, pkh: PublicKeyHash { curve: Curve::Ed25519, hash: [0; 20] } };

    pub(super) fn read(reader: &mut Reader<'_>, profile: Profile) -> Result<Self, Error> {
        let [slot_index] = reader.array("topic.slot_index")?;
        Ok(Self { slot_index, pkh: PublicKeyHash::read(reader, profile, "topic.pkh")? })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.slot_index);
        self.pkh.write(out);
    }
}

impl MessageId {
    /// The length of an id in bytes.
    pub(super) const SIZE: usize = 76;

    /// The topic of messages with this id.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        Topic { slot_index: self.slot_index, pkh: self.pkh }
    }

    pub(super) fn read(reader: &mut Reader<'_>, profile: Profile) -> Result<Self, Error> {
        Ok(Self {
            level: i32::from_be_bytes(reader.array("message_id.level")?),
            slot_index: u8::from_be_bytes(reader.array("message_id.slot_index")?),
            commitment: reader.array("message_id.commitment")?,
            shard_index: u16::from_be_bytes(reader.array("message_id.shard_index")?),
            pkh: PublicKeyHash::read(reader, profile, "message_id.pkh")?,
        })
    }

    /// The id in bytes of its length. All bytes are valid, except for the tag of the hash.
    pub(super) fn parse(bytes: &[u8; Self::SIZE], profile: Profile) -> Option<Self> {
        let (level, bytes) = bytes.split_first_chunk()?;
        let (&[slot_index], bytes) = bytes.split_first_chunk()?;
        let (commitment, bytes) = bytes.split_first_chunk()?;
        let (shard_index, bytes) = bytes.split_first_chunk()?;
        let (&[tag], hash) = bytes.split_first_chunk()?;
        Some(Self {
            level: i32::from_be_bytes(*level),
            slot_index,
            commitment: *commitment,
            shard_index: u16::from_be_bytes(*shard_index),
            pkh: PublicKeyHash { curve: Curve::from_tag(tag, profile)?, hash: *hash.first_chunk()? },
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.level.to_be_bytes());
        out.push(self.slot_index);
        out.extend_from_slice(&self.commitment);
        out.extend_from_slice(&self.shard_index.to_be_bytes());
        self.pkh.write(out);
    }
}
