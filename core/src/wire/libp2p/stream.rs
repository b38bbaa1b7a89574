//! RPCs from a stream that arrives in chunks. Each follows its length, a varint in as few bytes as possible.

use super::{
    Bounds, Error, Rpc, Rule,
    protobuf::{Fields, Varint, varint},
};
use crate::wire::{empty, fill};
use alloc::vec::Vec;

/// Cuts a stream into RPCs. The result depends on the bytes alone, and not on their chunks.
///
/// The decoder keeps the bytes of one incomplete frame. It refuses a frame by its length alone if that is over the
/// bound. After an error, every further call returns that error.
#[derive(Clone, Debug)]
pub struct StreamDecoder {
    bounds: Bounds,
    buffer: Vec<u8>,
    /// The number of bytes in the buffer that are the length of the frame.
    prefix: usize,
    /// Whether the frame in the buffer was returned.
    given: bool,
    fault: Option<Error>,
}

impl StreamDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub const fn new(bounds: Bounds) -> Self {
        Self { bounds, buffer: Vec::new(), prefix: 0, given: false, fault: None }
    }

    /// The next RPC. Its bytes are removed from `chunk`. `None` if all of `chunk` was taken and more bytes are needed.
    /// An empty frame is an empty RPC.
    ///
    /// # Errors
    /// The first error of the stream, with its offset from the start of its frame. Every further call returns it again.
    pub fn decode(&mut self, chunk: &mut &[u8]) -> Result<Option<Rpc<'_>>, Error> {
        if self.frame(chunk)?.is_none() {
            return Ok(None);
        }
        let bytes = self.buffer.get(self.prefix..).unwrap_or_default();
        let rpc = Rpc::read(&self.bounds, Fields::new(bytes, self.prefix, "rpc"));
        self.fault = rpc.as_ref().err().copied();
        rpc.map(Some)
    }

    /// The next RPC, like [`decode`](Self::decode), but as its bytes.
    ///
    /// # Errors
    /// The first error in the lengths of the stream. Every further call returns it again.
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

    /// The number of bytes of an incomplete frame that are kept.
    #[must_use]
    pub const fn buffered(&self) -> usize {
        if self.given { 0 } else { self.buffer.len() }
    }
}

struct Prefix {
    /// The number of bytes of the length itself.
    size: usize,
    /// The number of bytes that follow.
    length: usize,
}

/// The length at the front of `bytes`, if it has arrived.
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
