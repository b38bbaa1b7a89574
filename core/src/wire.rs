//! The messages between nodes as bytes: decoders of received messages, and encoders of sent messages.
//!
//! [`dal`] is the format of the Octez and Mavryk data-availability layers. [`libp2p`] is the gossipsub RPC. Both have
//! two forms of a message. A *view* borrows from the bytes, is checked completely when it is made, and allocates
//! nothing. A value owns its data. A stream decoder keeps at most one frame, and only bytes that have arrived: it
//! allocates no memory because of an announced length. The reported error is the first one in the order of the bytes,
//! in whichever chunks they arrive.
//!
//! A [`Worker`](crate::worker::Worker) says which messages to send. Both codecs encode its
//! [`PeerMessage`](crate::worker::PeerMessage)s.

#[cfg(feature = "dal")]
pub mod dal;
#[cfg(feature = "libp2p")]
pub mod libp2p;

use crate::{PruneBackoff, Span};
use alloc::vec::Vec;

/// The first error in refused bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}, {field}: {rule}")]
pub struct DecodeError<Rule> {
    /// The position of the error in bytes from the start of the message, or of the frame if a frame was decoded.
    pub offset: usize,
    /// The path of the field from the message.
    pub field: &'static str,
    /// The rule that the field breaks.
    pub rule: Rule,
}

/// The capacity that the buffer of a stream decoder keeps between frames, in bytes.
const RETAINED: usize = 64 * 1024;

/// Moves bytes from the front of `chunk` to `buffer` until it holds `most`. Returns whether it then holds `wanted`.
fn fill(buffer: &mut Vec<u8>, chunk: &mut &[u8], wanted: usize, most: usize) -> bool {
    let room = most.saturating_sub(buffer.len());
    let (taken, rest) = chunk.split_at_checked(room).unwrap_or((*chunk, &[]));
    buffer.extend_from_slice(taken);
    *chunk = rest;
    buffer.len() >= wanted
}

/// Empties the buffer for the next frame, and releases the capacity of a large one.
fn empty(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(RETAINED);
}

/// A backoff in whole seconds, rounded up, so that the peer does not graft too early.
fn whole_seconds(backoff: PruneBackoff) -> i64 {
    let seconds = |span: Span| i64::try_from(span.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    match backoff {
        PruneBackoff::After(span) => seconds(span),
        PruneBackoff::Before(span) => -seconds(Span::from_millis(span.as_millis() / 1000 * 1000)),
    }
}
