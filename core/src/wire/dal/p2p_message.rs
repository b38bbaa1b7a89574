//! The framed form of messages: a length, a tag of two bytes, and the network's own messages.

use super::{
    Message, MessageView, Point, Profile, PxEntry,
    message::{write_checked, write_dynamic},
    reader::{Error, Reader, Rule},
};
use alloc::vec::Vec;

/// The longest frame in bytes, its length included: 100 MiB.
pub const MAX_FRAME: usize = 100 * 1024 * 1024;

/// The greatest number of points in an advertisement.
const MAX_POINTS: usize = 100;

/// A framed message that borrows from its bytes. It was checked completely.
#[derive(Clone, Copy, Debug)]
pub enum P2pMessageView<'a> {
    /// The sender is about to close the connection.
    Disconnect,
    /// The sender requests points.
    Bootstrap,
    /// The sender knows these points.
    Advertise {
        /// Addresses of nodes.
        points: Points<'a>,
    },
    /// The sender offers one of its connections for one of ours.
    SwapRequest {
        /// The peer that the sender offers.
        entry: PxEntry,
    },
    /// The sender agrees to swap.
    SwapAck {
        /// The peer that the sender gives.
        entry: PxEntry,
    },
    /// A message for the automaton.
    Message(MessageView<'a>),
}

/// A framed message that owns its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum P2pMessage {
    /// The sender is about to close the connection.
    Disconnect,
    /// The sender requests points.
    Bootstrap,
    /// The sender knows these points.
    Advertise {
        /// Addresses of nodes.
        points: Vec<Point>,
    },
    /// The sender offers one of its connections for one of ours.
    SwapRequest {
        /// The peer that the sender offers.
        entry: PxEntry,
    },
    /// The sender agrees to swap.
    SwapAck {
        /// The peer that the sender gives.
        entry: PxEntry,
    },
    /// A message for the automaton.
    Message(Message),
}

/// A checked list of points.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a> {
    bytes: &'a [u8],
}

/// The front of a stream.
#[derive(Clone, Copy, Debug)]
pub enum Framed<'a> {
    /// A message.
    Whole {
        /// The message.
        message: P2pMessageView<'a>,
        /// The length of its frame in bytes, its length field included.
        length: usize,
    },
    /// A part of a message, without an error so far.
    Incomplete {
        /// The number of bytes that are needed to read on.
        wanted: usize,
        /// The length of the frame as far as it is known, which is at least `wanted`.
        length: usize,
    },
}

mod tag {
    pub(super) const DISCONNECT: u16 = 1;
    pub(super) const BOOTSTRAP: u16 = 2;
    pub(super) const ADVERTISE: u16 = 3;
    pub(super) const SWAP_REQUEST: u16 = 4;
    pub(super) const SWAP_ACK: u16 = 5;
}

impl<'a> P2pMessageView<'a> {
    /// Reads the frame at the front of `bytes`, if it has arrived completely.
    ///
    /// # Errors
    /// The first field that breaks a rule, as soon as its bytes have arrived.
    pub fn decode(profile: Profile, bytes: &'a [u8]) -> Result<Framed<'a>, Error> {
        let mut reader = Reader::arriving(bytes);
        match Self::read(&mut reader, profile) {
            Ok(message) => Ok(Framed::Whole { message, length: reader.end() }),
            Err(error) => {
                let wanted = reader.wanted().ok_or(error)?;
                let length = if reader.end() == usize::MAX { wanted } else { reader.end() };
                Ok(Framed::Incomplete { wanted, length })
            }
        }
    }

    fn read(reader: &mut Reader<'a>, profile: Profile) -> Result<Self, Error> {
        let length = reader.length("length")?;
        if length > MAX_FRAME - 4 {
            return Err(reader.fault_before(4, "length", Rule::TooLong { length, max: MAX_FRAME - 4 }));
        }
        reader.end_after(length);
        let message = match u16::from_be_bytes(reader.array("tag")?) {
            tag::DISCONNECT => Self::Disconnect,
            tag::BOOTSTRAP => Self::Bootstrap,
            tag::ADVERTISE => Self::Advertise { points: Points::read(reader)? },
            tag::SWAP_REQUEST => Self::SwapRequest { entry: PxEntry::read(reader)? },
            tag::SWAP_ACK => Self::SwapAck { entry: PxEntry::read(reader)? },
            tag => Self::Message(MessageView::read(reader, profile, tag, 4)?),
        };
        reader.finish("message")?;
        Ok(message)
    }

    /// The same message with its own data. A list takes one allocation of its size.
    #[must_use]
    pub fn to_message(&self) -> P2pMessage {
        match *self {
            Self::Disconnect => P2pMessage::Disconnect,
            Self::Bootstrap => P2pMessage::Bootstrap,
            Self::Advertise { points } => P2pMessage::Advertise { points: points.to_vec() },
            Self::SwapRequest { entry } => P2pMessage::SwapRequest { entry },
            Self::SwapAck { entry } => P2pMessage::SwapAck { entry },
            Self::Message(message) => P2pMessage::Message(message.to_message()),
        }
    }
}

impl<'a> Points<'a> {
    /// Reads points up to the end of the frame. They have no length before them and are few, so each is read as it
    /// arrives.
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let bytes = reader.rest();
        for _ in 0..MAX_POINTS {
            if reader.is_empty() {
                break;
            }
            Point::read(reader)?;
        }
        if !reader.is_empty() {
            return Err(reader.fault("points", Rule::TooManyEntries { max: MAX_POINTS }));
        }
        let (bytes, _) = bytes.split_at_checked(bytes.len() - reader.rest().len()).unwrap_or_default();
        Ok(Self { bytes })
    }

    /// The points in their order.
    pub fn iter(&self) -> impl Iterator<Item = Point> + use<'a> {
        let mut reader = Reader::whole(self.bytes);
        core::iter::from_fn(move || Point::read(&mut reader).ok())
    }

    fn to_vec(self) -> Vec<Point> {
        let mut points = Vec::with_capacity(self.iter().count());
        points.extend(self.iter());
        points
    }
}

impl P2pMessage {
    /// Writes the framed message at the end of `out`.
    ///
    /// # Errors
    /// The error of a decoder of the same profile: a list over its bound, a key of another network, or a frame over
    /// [`MAX_FRAME`]. `out` is then unchanged.
    pub fn encode(&self, profile: Profile, out: &mut Vec<u8>) -> Result<(), Error> {
        let write = |out: &mut Vec<u8>| write_dynamic(out, |out| self.write(out));
        write_checked(out, write, |written| P2pMessageView::decode(profile, written).map(drop))
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Disconnect => out.extend_from_slice(&tag::DISCONNECT.to_be_bytes()),
            Self::Bootstrap => out.extend_from_slice(&tag::BOOTSTRAP.to_be_bytes()),
            Self::Advertise { points } => {
                out.extend_from_slice(&tag::ADVERTISE.to_be_bytes());
                for point in points {
                    point.write(out);
                }
            }
            Self::SwapRequest { entry } => {
                out.extend_from_slice(&tag::SWAP_REQUEST.to_be_bytes());
                entry.write(out);
            }
            Self::SwapAck { entry } => {
                out.extend_from_slice(&tag::SWAP_ACK.to_be_bytes());
                entry.write(out);
            }
            // The tags of plain messages have one byte, here they have two.
            Self::Message(message) => {
                out.push(0);
                message.write(out);
            }
        }
    }
}
