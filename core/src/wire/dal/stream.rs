//! Framed messages from a stream that arrives in chunks.

use super::{Error, Framed, P2pMessageView, Profile};
use crate::wire::{empty, fill};
use alloc::vec::Vec;

/// Cuts a stream into framed messages. The result depends on the bytes alone, and not on their chunks.
///
/// The decoder keeps the bytes of one incomplete frame, and refuses a frame at the first byte that shows an error. The
/// rest of a stream cannot be read after an error, so every further call returns that error.
///
/// ```
/// use gossipsub_automaton::wire::dal::{P2pMessageView, Profile, StreamDecoder};
///
/// let mut decoder = StreamDecoder::new(Profile::OCTEZ);
/// for mut chunk in [&[0, 0, 0][..], &[2, 0], &[1, 0, 0, 0]] {
///     while let Some(message) = decoder.decode(&mut chunk)? {
///         assert!(matches!(message, P2pMessageView::Disconnect));
///     }
/// }
/// # Ok::<(), gossipsub_automaton::wire::dal::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StreamDecoder {
    profile: Profile,
    buffer: Vec<u8>,
    /// Whether the frame in the buffer was returned.
    given: bool,
    fault: Option<Error>,
}

impl StreamDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub const fn new(profile: Profile) -> Self {
        Self { profile, buffer: Vec::new(), given: false, fault: None }
    }

    /// The next message. Its bytes are removed from `chunk`. `None` if all of `chunk` was taken and more bytes are
    /// needed.
    ///
    /// # Errors
    /// The first error of the stream, with its offset from the start of its frame. Every further call returns it again.
    pub fn decode(&mut self, chunk: &mut &[u8]) -> Result<Option<P2pMessageView<'_>>, Error> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if core::mem::take(&mut self.given) {
            empty(&mut self.buffer);
        }
        loop {
            match P2pMessageView::decode(self.profile, &self.buffer) {
                Err(fault) => {
                    self.fault = Some(fault);
                    return Err(fault);
                }
                Ok(Framed::Whole { .. }) => break,
                Ok(Framed::Incomplete { wanted, length }) => {
                    if !fill(&mut self.buffer, chunk, wanted, length) {
                        return Ok(None);
                    }
                }
            }
        }
        self.given = true;
        // Once more, because a borrow that is given out must not reach back into the loop.
        match P2pMessageView::decode(self.profile, &self.buffer)? {
            Framed::Whole { message, .. } => Ok(Some(message)),
            Framed::Incomplete { .. } => Ok(None),
        }
    }

    /// The number of bytes of an incomplete frame that are kept.
    #[must_use]
    pub const fn buffered(&self) -> usize {
        if self.given { 0 } else { self.buffer.len() }
    }
}
