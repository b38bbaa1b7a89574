//! RPCs out of a stream that arrives in chunks: each behind its length, a varint in as few bytes as possible.

use super::{
    Bounds, Error, Rpc, Rule,
    protobuf::{Fields, Varint, varint},
};
use crate::wire::{empty, fill};
use alloc::vec::Vec;

/// Cuts a stream into RPCs. What it gives depends on the bytes alone, not on how they were cut into chunks.
///
/// It keeps what has arrived of one frame, and refuses a frame by its length alone where that is over the bound. A fault
/// is the last thing that comes out of a stream.
#[derive(Clone, Debug)]
pub struct StreamDecoder {
    bounds: Bounds,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are the length of the frame.
    prefix: usize,
    /// The frame in the buffer was given out.
    given: bool,
    fault: Option<Error>,
}

impl StreamDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub const fn new(bounds: Bounds) -> Self {
        Self { bounds, buffer: Vec::new(), prefix: 0, given: false, fault: None }
    }

    /// The next RPC, and `chunk` without the bytes that were taken for it. None where all of `chunk` was taken and more
    /// is needed. An empty frame is an empty RPC.
    ///
    /// # Errors
    /// The first fault of the stream, its offset counted from the start of its frame; and the same ever after.
    pub fn decode(&mut self, chunk: &mut &[u8]) -> Result<Option<Rpc<'_>>, Error> {
        if self.frame(chunk)?.is_none() {
            return Ok(None);
        }
        let bytes = self.buffer.get(self.prefix..).unwrap_or_default();
        let rpc = Rpc::read(&self.bounds, Fields::new(bytes, self.prefix, "rpc"));
        self.fault = rpc.as_ref().err().copied();
        rpc.map(Some)
    }

    /// As [`decode`](Self::decode), but for the RPC, which is given as its bytes.
    ///
    /// # Errors
    /// The first fault in the lengths of the stream; and the same ever after.
    pub fn frame(&mut self, chunk: &mut &[u8]) -> Result<Option<&[u8]>, Error> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if core::mem::take(&mut self.given) {
            empty(&mut self.buffer);
        }
        loop {
            match prefix(&self.buffer, self.bounds.max_frame) {
                Err(fault) => {
                    self.fault = Some(fault);
                    return Err(fault);
                }
                Ok(Some(Prefix { size, length })) => {
                    if !fill(&mut self.buffer, chunk, size + length, size + length) {
                        return Ok(None);
                    }
                    self.prefix = size;
                    break;
                }
                Ok(None) => {
                    let one_more = self.buffer.len() + 1;
                    if !fill(&mut self.buffer, chunk, one_more, one_more) {
                        return Ok(None);
                    }
                }
            }
        }
        self.given = true;
        Ok(self.buffer.get(self.prefix..))
    }

    /// How many bytes are kept of a frame that is not whole yet.
    #[must_use]
    pub const fn buffered(&self) -> usize {
        if self.given { 0 } else { self.buffer.len() }
    }
}

struct Prefix {
    /// Bytes that the length itself takes.
    size: usize,
    /// Bytes that follow.
    length: usize,
}

/// The length at the front of `bytes`, if it is there.
fn prefix(bytes: &[u8], max: usize) -> Result<Option<Prefix>, Error> {
    let fault = |rule| Error { offset: 0, field: "length", rule };
    match varint(bytes) {
        Varint::Incomplete => Ok(None),
        Varint::Overflow => Err(fault(Rule::VarintOverflow)),
        Varint::Value { value, length: size } => {
            if size > 1 && value >> (7 * (size - 1)) == 0 {
                return Err(fault(Rule::NotMinimal));
            }
            match usize::try_from(value) {
                Ok(length) if length <= max => Ok(Some(Prefix { size, length })),
                _ => Err(fault(Rule::TooLong { length: value, max })),
            }
        }
    }
}
