//! Framed messages out of a stream that arrives in chunks.

use super::{Error, Framed, P2pMessageView, Profile};
use crate::wire::{empty, fill};
use alloc::vec::Vec;

/// Cuts a stream into framed messages. What it gives depends on the bytes alone, not on how they were cut into chunks.
///
/// It keeps what has arrived of one frame, and refuses a frame at the first bytes that show a fault. After a fault the
/// stream has no meaning any more: the fault is all that comes.
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
    /// The frame in the buffer was given out.
    given: bool,
    fault: Option<Error>,
}

impl StreamDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub const fn new(profile: Profile) -> Self {
        Self { profile, buffer: Vec::new(), given: false, fault: None }
    }

    /// The next message, and `chunk` without the bytes that were taken for it. None where all of `chunk` was taken and
    /// more is needed.
    ///
    /// # Errors
    /// The first fault of the stream, its offset counted from the start of its frame; and the same ever after.
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

    /// How many bytes are kept of a frame that is not whole yet.
    #[must_use]
    pub const fn buffered(&self) -> usize {
        if self.given { 0 } else { self.buffer.len() }
    }
}
