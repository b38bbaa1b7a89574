//! The seven messages of the automaton, and the ping.

use super::{
    MessageId, PeerId, Point, Profile, Scalar, ShardProof, Topic,
    reader::{Error, Reader, Rule},
};
use alloc::vec::Vec;

/// A message that borrows from its bytes. It was checked completely, so reading its lists cannot fail.
#[derive(Clone, Copy, Debug)]
pub enum MessageView<'a> {
    /// The sender put us into its mesh.
    Graft {
        /// The topic of the mesh.
        topic: Topic,
    },
    /// The sender removed us from its mesh.
    Prune {
        /// The topic of the mesh.
        topic: Topic,
        /// Peers to connect to instead.
        px: PxEntries<'a>,
        /// How long we must not graft the sender, in seconds. May be negative.
        backoff: i16,
    },
    /// The sender has messages.
    Ihave {
        /// Their topic. It is not compared with the ids.
        topic: Topic,
        /// Their ids.
        message_ids: MessageIds<'a>,
    },
    /// The sender wants messages.
    Iwant {
        /// Their ids.
        message_ids: MessageIds<'a>,
    },
    /// The sender subscribes.
    Subscribe {
        /// The topic.
        topic: Topic,
    },
    /// The sender unsubscribes.
    Unsubscribe {
        /// The topic.
        topic: Topic,
    },
    /// A shard with its topic and id.
    MessageWithHeader {
        /// The scalars of the shard.
        share: &'a [Scalar],
        /// The proof that the shard is one of the slot's.
        shard_proof: &'a ShardProof,
        /// The topic. It is not compared with the id.
        topic: Topic,
        /// The id.
        message_id: MessageId,
    },
    /// A ping, in Octez only.
    Ping,
}

/// A message that owns its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The sender put us into its mesh.
    Graft {
        /// The topic of the mesh.
        topic: Topic,
    },
    /// The sender removed us from its mesh.
    Prune {
        /// The topic of the mesh.
        topic: Topic,
        /// Peers to connect to instead.
        px: Vec<PxEntry>,
        /// How long we must not graft the sender, in seconds. May be negative.
        backoff: i16,
    },
    /// The sender has messages.
    Ihave {
        /// Their topic.
        topic: Topic,
        /// Their ids.
        message_ids: Vec<MessageId>,
    },
    /// The sender wants messages.
    Iwant {
        /// Their ids.
        message_ids: Vec<MessageId>,
    },
    /// The sender subscribes.
    Subscribe {
        /// The topic.
        topic: Topic,
    },
    /// The sender unsubscribes.
    Unsubscribe {
        /// The topic.
        topic: Topic,
    },
    /// A shard with its topic and id.
    MessageWithHeader {
        /// The scalars of the shard.
        share: Vec<Scalar>,
        /// The proof that the shard is one of the slot's.
        shard_proof: ShardProof,
        /// The topic.
        topic: Topic,
        /// The id.
        message_id: MessageId,
    },
    /// A ping, in Octez only. Its bytes are those of a subscription, and Mavryk reads them as one.
    Ping,
}

/// A peer to connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PxEntry {
    /// Its address, as announced.
    pub point: Point,
    /// Its id.
    pub peer_id: PeerId,
}

/// A checked list of message ids.
#[derive(Clone, Copy, Debug)]
pub struct MessageIds<'a> {
    ids: &'a [[u8; MessageId::SIZE]],
}

/// A checked list of peers to connect to.
#[derive(Clone, Copy, Debug)]
pub struct PxEntries<'a> {
    bytes: &'a [u8],
    count: usize,
}

mod tag {
    pub(super) const GRAFT: u8 = 0x10;
    pub(super) const PRUNE: u8 = 0x11;
    pub(super) const IHAVE: u8 = 0x12;
    pub(super) const IWANT: u8 = 0x13;
    pub(super) const SUBSCRIBE: u8 = 0x14;
    pub(super) const UNSUBSCRIBE: u8 = 0x15;
    pub(super) const MESSAGE_WITH_HEADER: u8 = 0x16;
}

impl<'a> MessageView<'a> {
    /// Reads a plain message, which must be all of `bytes`.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    pub fn decode(profile: Profile, bytes: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::whole(bytes);
        let [tag] = reader.array("tag")?;
        let message = Self::read(&mut reader, profile, tag.into(), 0)?;
        reader.finish("message")?;
        Ok(message)
    }

    /// Reads the fields after the tag, which starts at byte `start`.
    pub(super) fn read(reader: &mut Reader<'a>, profile: Profile, tag: u16, start: usize) -> Result<Self, Error> {
        match u8::try_from(tag).unwrap_or_default() {
            tag::GRAFT => Ok(Self::Graft { topic: Topic::read(reader, profile)? }),
            tag::PRUNE => Ok(Self::Prune {
                topic: Topic::read(reader, profile)?,
                px: PxEntries::read(reader, profile)?,
                backoff: i16::from_be_bytes(reader.array("backoff")?),
            }),
            tag::IHAVE => Ok(Self::Ihave {
                topic: Topic::read(reader, profile)?,
                message_ids: MessageIds::read(reader, profile)?,
            }),
            tag::IWANT => Ok(Self::Iwant { message_ids: MessageIds::read(reader, profile)? }),
            tag::SUBSCRIBE => Ok(match Topic::read(reader, profile)? {
                Topic::PING if profile.ping => Self::Ping,
                topic => Self::Subscribe { topic },
            }),
            tag::UNSUBSCRIBE => Ok(Self::Unsubscribe { topic: Topic::read(reader, profile)? }),
            tag::MESSAGE_WITH_HEADER => Ok(Self::MessageWithHeader {
                share: read_share(reader)?,
                shard_proof: reader.array_ref("shard_proof")?,
                topic: Topic::read(reader, profile)?,
                message_id: MessageId::read(reader, profile)?,
            }),
            _ => Err(Error { offset: start, field: "tag", rule: Rule::UnexpectedTag { tag } }),
        }
    }

    /// The same message with its own data. A list takes one allocation of its size.
    #[must_use]
    pub fn to_message(&self) -> Message {
        match *self {
            Self::Graft { topic } => Message::Graft { topic },
            Self::Prune { topic, px, backoff } => Message::Prune { topic, px: px.to_vec(), backoff },
            Self::Ihave { topic, message_ids } => Message::Ihave { topic, message_ids: message_ids.to_vec() },
            Self::Iwant { message_ids } => Message::Iwant { message_ids: message_ids.to_vec() },
            Self::Subscribe { topic } => Message::Subscribe { topic },
            Self::Unsubscribe { topic } => Message::Unsubscribe { topic },
            Self::MessageWithHeader { share, shard_proof, topic, message_id } => {
                Message::MessageWithHeader { share: share.to_vec(), shard_proof: *shard_proof, topic, message_id }
            }
            Self::Ping => Message::Ping,
        }
    }
}

fn read_share<'a>(reader: &mut Reader<'a>) -> Result<&'a [Scalar], Error> {
    let (share, mut rest) = reader.dynamic("share", usize::MAX)?.chunks();
    if !rest.is_empty() {
        rest.array::<{ size_of::<Scalar>() }>("share.scalar")?;
    }
    Ok(share)
}

impl<'a> MessageIds<'a> {
    fn read(reader: &mut Reader<'a>, profile: Profile) -> Result<Self, Error> {
        let list = reader.dynamic("message_ids", profile.max_message_ids.saturating_mul(MessageId::SIZE))?;
        let (ids, mut rest) = list.chunks();
        let checked = ids.iter().take_while(|id| MessageId::parse(id, profile).is_some()).count();
        if checked < ids.len() || !rest.is_empty() {
            // The slow way finds the fault. It starts at the first id that has one, or is too short.
            if checked < ids.len() {
                rest = list;
                rest.take(checked * MessageId::SIZE, "message_ids")?;
            }
            MessageId::read(&mut rest, profile)?;
        }
        Ok(Self { ids })
    }

    /// The number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids in their order. An id may be repeated.
    pub fn iter(&self) -> impl Iterator<Item = MessageId> + use<'a> {
        // The hash was checked when the list was read. The profile that allows most allows it again.
        self.ids.iter().map_while(|id| MessageId::parse(id, Profile::OCTEZ))
    }

    pub(super) fn to_vec(self) -> Vec<MessageId> {
        let mut ids = Vec::with_capacity(self.len());
        ids.extend(self.iter());
        ids
    }
}

impl PxEntry {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self { point: Point::read(reader)?, peer_id: PeerId(reader.array("peer_id")?) })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.point.write(out);
        out.extend_from_slice(&self.peer_id.0);
    }
}

impl<'a> PxEntries<'a> {
    fn read(reader: &mut Reader<'a>, profile: Profile) -> Result<Self, Error> {
        let mut list = reader.dynamic("px", usize::MAX)?;
        let bytes = list.rest();
        let mut count = 0;
        while !list.is_empty() {
            if count == profile.max_px {
                return Err(list.fault("px", Rule::TooManyEntries { max: profile.max_px }));
            }
            PxEntry::read(&mut list)?;
            count += 1;
        }
        Ok(Self { bytes, count })
    }

    /// The number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The entries in their order. An entry may be repeated.
    pub fn iter(&self) -> impl Iterator<Item = PxEntry> + use<'a> {
        let mut reader = Reader::whole(self.bytes);
        core::iter::from_fn(move || PxEntry::read(&mut reader).ok())
    }

    fn to_vec(self) -> Vec<PxEntry> {
        let mut entries = Vec::with_capacity(self.len());
        entries.extend(self.iter());
        entries
    }
}

impl Message {
    /// Writes the plain message at the end of `out`.
    ///
    /// # Errors
    /// The error of a decoder of the same profile: a list over its bound, or a key of another network. `out` is then
    /// unchanged.
    pub fn encode(&self, profile: Profile, out: &mut Vec<u8>) -> Result<(), Error> {
        write_checked(out, |out| self.write(out), |written| MessageView::decode(profile, written).map(drop))
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Graft { topic } => write_tagged(out, tag::GRAFT, topic),
            Self::Prune { topic, px, backoff } => {
                write_tagged(out, tag::PRUNE, topic);
                write_dynamic(out, |out| px.iter().for_each(|entry| entry.write(out)));
                out.extend_from_slice(&backoff.to_be_bytes());
            }
            Self::Ihave { topic, message_ids } => {
                write_tagged(out, tag::IHAVE, topic);
                write_dynamic(out, |out| message_ids.iter().for_each(|id| id.write(out)));
            }
            Self::Iwant { message_ids } => {
                out.push(tag::IWANT);
                write_dynamic(out, |out| message_ids.iter().for_each(|id| id.write(out)));
            }
            Self::Subscribe { topic } => write_tagged(out, tag::SUBSCRIBE, topic),
            Self::Unsubscribe { topic } => write_tagged(out, tag::UNSUBSCRIBE, topic),
            Self::MessageWithHeader { share, shard_proof, topic, message_id } => {
                out.push(tag::MESSAGE_WITH_HEADER);
                write_dynamic(out, |out| out.extend_from_slice(share.as_flattened()));
                out.extend_from_slice(shard_proof);
                topic.write(out);
                message_id.write(out);
            }
            Self::Ping => write_tagged(out, tag::SUBSCRIBE, &Topic::PING),
        }
    }
}

fn write_tagged(out: &mut Vec<u8>, tag: u8, topic: &Topic) {
    out.push(tag);
    topic.write(out);
}

/// Writes a length of 32 bits and its content. A length that does not fit saturates, and every decoder refuses it.
pub(super) fn write_dynamic(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out);
    let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX).to_be_bytes();
    if let Some(place) = out.get_mut(start..).and_then(|written| written.first_chunk_mut()) {
        *place = length;
    }
}

/// Writes a message, and removes it again if the decoder refuses it.
pub(super) fn write_checked(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>),
    check: impl FnOnce(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let start = out.len();
    write(out);
    let checked = out.get(start..).map_or(Ok(()), check);
    if checked.is_err() {
        out.truncate(start);
    }
    checked
}
