//! The bytes that carry the automaton's inputs: what strangers send, and what we send them.
//!
//! [`dal`] is the format of the Octez and Mavryk data-availability layers, [`libp2p`] the gossipsub RPC. Both come in
//! two levels: a *view*, which borrows from the bytes and was checked to its end when it was made, and plain values.
//! Decoding a view allocates nothing. A stream decoder keeps at most one frame, and only bytes that have arrived: no
//! length is taken at its word. The first fault in the order of the bytes is the one reported, however they arrive.
//!
//! [`outgoing`] says what to send, and to whom, once an input has given its output.

#[cfg(feature = "dal")]
pub mod dal;
#[cfg(feature = "libp2p")]
pub mod libp2p;
mod outgoing;

pub use outgoing::{Node, Outgoing, To, outgoing};

use crate::Span;
use alloc::vec::Vec;

/// Why bytes are refused: the first fault in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}, {field}: {rule}")]
pub struct DecodeError<Rule> {
    /// Where the fault is: bytes from the start of the message, or of the frame with its length, whichever was given.
    pub offset: usize,
    /// The field at fault, by its path from the message.
    pub field: &'static str,
    /// The rule that it breaks.
    pub rule: Rule,
}

/// What a stream decoder's buffer keeps allocated between frames, in bytes.
const RETAINED: usize = 64 * 1024;

/// Moves bytes from the front of `chunk` to `buffer` until it holds `most`; whether it holds `wanted` then.
fn fill(buffer: &mut Vec<u8>, chunk: &mut &[u8], wanted: usize, most: usize) -> bool {
    let room = most.saturating_sub(buffer.len());
    let (taken, rest) = chunk.split_at_checked(room).unwrap_or((*chunk, &[]));
    buffer.extend_from_slice(taken);
    *chunk = rest;
    buffer.len() >= wanted
}

/// Empties the buffer for the next frame, and gives back what a large one took.
fn empty(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(RETAINED);
}

/// A span in whole seconds, rounded up, so that nobody comes back too early.
fn whole_seconds(span: Span) -> u64 {
    span.as_millis().div_ceil(1000)
}
