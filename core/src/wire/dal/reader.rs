//! Reading a message field by field, each within the bytes that hold it.

use crate::wire::DecodeError;

/// Why bytes are no message.
pub type Error = DecodeError<Rule>;

/// What a field must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// A field ends after what holds it: the message, the frame or the list.
    #[error("{needed} bytes are needed, and {left} are left")]
    NotEnoughData {
        /// The length of the field, in bytes.
        needed: usize,
        /// What is left for it.
        left: usize,
    },
    /// What holds the fields ends after the last one.
    #[error("{extra} bytes more than the message has")]
    ExtraBytes {
        /// How many.
        extra: usize,
    },
    /// A tag that stands for nothing in this network.
    #[error("tag {tag} is none of this network's")]
    UnexpectedTag {
        /// The tag.
        tag: u16,
    },
    /// A length with its first bit set.
    #[error("the length {length} is negative")]
    NegativeLength {
        /// The length as a signed number.
        length: i32,
    },
    /// A length over its bound.
    #[error("the length {length} is over {max}")]
    TooLong {
        /// The length, in bytes.
        length: usize,
        /// Its bound, in bytes.
        max: usize,
    },
    /// A list with more entries than its bound.
    #[error("the list has more than {max} entries")]
    TooManyEntries {
        /// The bound.
        max: usize,
    },
    /// A point that is not `a.b.c.d:port` or `[v6]:port`.
    #[error("the text is not an address with a port")]
    PointText,
}

/// Bytes still to be read, up to an end that may not have arrived yet.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    end: usize,
    wanted: Option<usize>,
}

impl<'a> Reader<'a> {
    /// Reads bytes that are all there.
    pub(super) fn whole(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0, end: bytes.len(), wanted: None }
    }

    /// Reads what has arrived of as many bytes as may come.
    pub(super) fn arriving(bytes: &'a [u8]) -> Self {
        Self { end: usize::MAX, ..Self::whole(bytes) }
    }

    /// Ends after `length` more bytes.
    pub(super) fn end_after(&mut self, length: usize) {
        self.end = self.offset.saturating_add(length);
    }

    /// Where the end is, in bytes from the start.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.offset >= self.end
    }

    /// What has arrived of the bytes still to be read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Set where the last error only means that bytes have not arrived: how many must have, from the start.
    pub(super) fn wanted(&self) -> Option<usize> {
        self.wanted
    }

    /// A fault at the next byte.
    pub(super) fn fault(&self, field: &'static str, rule: Rule) -> Error {
        Error { offset: self.offset, field, rule }
    }

    /// A fault in the bytes just read, `length` of them.
    pub(super) fn fault_before(&self, length: usize, field: &'static str, rule: Rule) -> Error {
        Error { offset: self.offset.saturating_sub(length), field, rule }
    }

    /// The next `length` bytes.
    pub(super) fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], Error> {
        let left = self.end.saturating_sub(self.offset);
        let fault = self.fault(field, Rule::NotEnoughData { needed: length, left });
        if length > left {
            return Err(fault);
        }
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            self.wanted = Some(self.offset.saturating_add(length));
            return Err(fault);
        };
        self.rest = rest;
        self.offset += length;
        Ok(taken)
    }

    /// The next `N` bytes, in place.
    pub(super) fn array_ref<const N: usize>(&mut self, field: &'static str) -> Result<&'a [u8; N], Error> {
        Ok(self.take(N, field)?.first_chunk().unwrap_or(&[0; N]))
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Error> {
        self.array_ref(field).copied()
    }

    /// A length in bytes: 32 bits, of which the first must not be set.
    pub(super) fn length(&mut self, field: &'static str) -> Result<usize, Error> {
        let length = i32::from_be_bytes(self.array(field)?);
        usize::try_from(length).map_err(|_| self.fault_before(4, field, Rule::NegativeLength { length }))
    }

    /// What a length of at most `max` goes before.
    pub(super) fn dynamic(&mut self, field: &'static str, max: usize) -> Result<Self, Error> {
        let length = self.length(field)?;
        let left = self.end.saturating_sub(self.offset);
        if length > left {
            return Err(self.fault(field, Rule::NotEnoughData { needed: length, left }));
        }
        if length > max {
            return Err(self.fault_before(4, field, Rule::TooLong { length, max }));
        }
        let offset = self.offset;
        let rest = self.take(length, field)?;
        Ok(Self { rest, offset, end: self.offset, wanted: None })
    }

    /// All that is left, in pieces of `N` bytes, and a reader for what is too short for one.
    pub(super) fn chunks<const N: usize>(&self) -> (&'a [[u8; N]], Self) {
        let (chunks, rest) = self.rest.as_chunks();
        (chunks, Self { rest, offset: self.offset + (self.rest.len() - rest.len()), ..self.clone() })
    }

    /// Nothing must be left.
    pub(super) fn finish(&self, field: &'static str) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        Err(self.fault(field, Rule::ExtraBytes { extra: self.end - self.offset }))
    }
}
