//! Reading a message field by field. Each field is within the bytes of the message, frame or list that contains it.

use crate::wire::DecodeError;

/// The error of bytes that are not a message.
pub type Error = DecodeError<Rule>;

/// A rule on fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// A field ends after the message, frame or list that contains it.
    #[error("{needed} bytes are needed, and {left} are left")]
    NotEnoughData {
        /// The length of the field, in bytes.
        needed: usize,
        /// The number of bytes that are left.
        left: usize,
    },
    /// The message, frame or list has bytes after its last field.
    #[error("{extra} bytes more than the message has")]
    ExtraBytes {
        /// The number of bytes.
        extra: usize,
    },
    /// A tag that the network does not use.
    #[error("unknown tag {tag} for this network")]
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

/// The bytes still to be read, up to an end that may not have arrived yet.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    end: usize,
    wanted: Option<usize>,
}

impl<'a> Reader<'a> {
    /// Reads bytes that have all arrived.
    pub(super) fn whole(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0, end: bytes.len(), wanted: None }
    }

    /// Reads the bytes that have arrived. More may follow.
    pub(super) fn arriving(bytes: &'a [u8]) -> Self {
        Self { end: usize::MAX, ..Self::whole(bytes) }
    }

    /// Ends after `length` more bytes.
    pub(super) fn end_after(&mut self, length: usize) {
        self.end = self.offset.saturating_add(length);
    }

    /// The position of the end, in bytes from the start.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Whether no bytes are left.
    pub(super) fn is_empty(&self) -> bool {
        self.offset >= self.end
    }

    /// The bytes that have arrived and are still to be read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Set if the last error only means that bytes have not arrived: the number of bytes that are needed, from the
    /// start.
    pub(super) fn wanted(&self) -> Option<usize> {
        self.wanted
    }

    /// An error at the next byte.
    pub(super) fn fault(&self, field: &'static str, rule: Rule) -> Error {
        Error { offset: self.offset, field, rule }
    }

    /// An error in the last `length` bytes that were read.
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

    /// A length in bytes: 32 bits, the first of which must not be set.
    pub(super) fn length(&mut self, field: &'static str) -> Result<usize, Error> {
        let length = i32::from_be_bytes(self.array(field)?);
        usize::try_from(length).map_err(|_| self.fault_before(4, field, Rule::NegativeLength { length }))
    }

    /// The bytes after a length, which is at most `max`.
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

    /// All bytes that are left in pieces of `N` bytes, and a reader for the rest that is too short.
    pub(super) fn chunks<const N: usize>(&self) -> (&'a [[u8; N]], Self) {
        let (chunks, rest) = self.rest.as_chunks();
        (chunks, Self { rest, offset: self.offset + (self.rest.len() - rest.len()), ..self.clone() })
    }

    /// Checks that no bytes are left.
    pub(super) fn finish(&self, field: &'static str) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        Err(self.fault(field, Rule::ExtraBytes { extra: self.end - self.offset }))
    }
}
