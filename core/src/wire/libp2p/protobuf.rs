//! Protocol Buffers: the fields of a message in their order. Each borrows from the bytes.

use crate::wire::DecodeError;

/// The error of bytes that are not an RPC.
pub type Error = DecodeError<Rule>;

/// A rule on fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// A varint or a field ends after the message that contains it.
    #[error("more bytes are needed than the {left} that are left")]
    Truncated {
        /// The number of bytes that are left.
        left: usize,
    },
    /// A varint over 64 bits.
    #[error("the varint has more than 64 bits")]
    VarintOverflow,
    /// The tag of a field over 32 bits, or with the number 0.
    #[error("{key} is the tag of no field")]
    Tag {
        /// The tag.
        key: u64,
    },
    /// A wire type that does not exist, or the end of a group that did not start.
    #[error("nothing has the wire type {wire_type} here")]
    WireType {
        /// The wire type.
        wire_type: u8,
    },
    /// A field of the schema with another wire type than the schema's.
    #[error("the schema gives the field another wire type")]
    UnexpectedWireType,
    /// The end of another group.
    #[error("group {expected} is ended by the end of group {found}")]
    GroupEnd {
        /// The number of the group that is open.
        expected: u32,
        /// The number of the group that ends.
        found: u32,
    },
    /// Groups in groups, deeper than 100 with the messages around them.
    #[error("groups are nested too deep")]
    Depth,
    /// A string that is not UTF-8.
    #[error("the text is not UTF-8")]
    Utf8,
    /// A field that is longer than its bound in [`Bounds`](super::Bounds).
    #[error("{length} bytes are more than {max}")]
    TooLong {
        /// The length, in bytes.
        length: u64,
        /// The bound, in bytes.
        max: usize,
    },
    /// More fields of a kind than their bound in [`Bounds`](super::Bounds).
    #[error("there are more than {max}")]
    TooMany {
        /// The bound.
        max: usize,
    },
    /// The length of a frame that is not written in as few bytes as possible.
    #[error("the length is not written in as few bytes as possible")]
    NotMinimal,
}

/// The greatest depth of nested messages and groups, the RPC included.
const MAX_DEPTH: u8 = 100;

/// The fields of a message that are still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    offset: usize,
    name: &'static str,
    depth: u8,
}

/// One field of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) number: u32,
    /// Its length in bytes, the tag included.
    pub(super) size: usize,
    offset: usize,
    value: Value<'a>,
    depth: u8,
}

#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// A fixed number or a group, which the schema does not have.
    Other,
}

impl<'a> Fields<'a> {
    /// The fields of the outermost message, which starts at byte `offset`.
    pub(super) const fn new(bytes: &'a [u8], offset: usize, name: &'static str) -> Self {
        Self { rest: bytes, offset, name, depth: MAX_DEPTH }
    }

    /// The bytes still to be read.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next field, if there is one.
    #[inline]
    pub(super) fn read(&mut self) -> Result<Option<Field<'a>>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let offset = self.offset;
        let (number, wire_type) = self.tag()?;
        let value = self.value(number, wire_type, offset, self.depth)?;
        Ok(Some(Field { number, size: self.offset - offset, offset, value, depth: self.depth }))
    }

    /// The fields with this number in a message that was checked before, so that reading cannot fail.
    pub(super) fn numbered(mut self, number: u32) -> impl Iterator<Item = Field<'a>> {
        core::iter::from_fn(move || {
            loop {
                let field = self.read().ok()??;
                if field.number == number {
                    return Some(field);
                }
            }
        })
    }

    fn fault(&self, rule: Rule) -> Error {
        Error { offset: self.offset, field: self.name, rule }
    }

    #[inline]
    fn take(&mut self, length: u64) -> Result<&'a [u8], Error> {
        let split = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (taken, rest) = split.ok_or_else(|| self.fault(Rule::Truncated { left: self.rest.len() }))?;
        self.offset += taken.len();
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Error> {
        // Most are short.
        if let [value @ ..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            self.offset += 1;
            return Ok(u64::from(*value));
        }
        let (value, length) = match varint(self.rest) {
            Varint::Value { value, length } => (value, length),
            Varint::Incomplete => return Err(self.fault(Rule::Truncated { left: self.rest.len() })),
            Varint::Overflow => return Err(self.fault(Rule::VarintOverflow)),
        };
        self.offset += length;
        self.rest = self.rest.get(length..).unwrap_or_default();
        Ok(value)
    }

    #[inline]
    fn tag(&mut self) -> Result<(u32, u8), Error> {
        let offset = self.offset;
        let key = self.varint()?;
        match u32::try_from(key) {
            Ok(key) if key >> 3 != 0 => Ok((key >> 3, (key & 7) as u8)),
            _ => Err(Error { offset, field: self.name, rule: Rule::Tag { key } }),
        }
    }

    /// The field after the tag, which starts at byte `start`.
    #[inline]
    fn value(&mut self, number: u32, wire_type: u8, start: usize, depth: u8) -> Result<Value<'a>, Error> {
        match wire_type {
            0 => return self.varint().map(Value::Varint),
            1 => drop(self.take(8)?),
            2 => {
                let length = self.varint()?;
                return self.take(length).map(Value::Bytes);
            }
            3 => self.skip_group(number, depth)?,
            5 => drop(self.take(4)?),
            _ => return Err(Error { offset: start, field: self.name, rule: Rule::WireType { wire_type } }),
        }
        Ok(Value::Other)
    }

    /// Skips a group. Its depth is bounded, so that the stack is.
    fn skip_group(&mut self, expected: u32, depth: u8) -> Result<(), Error> {
        loop {
            let start = self.offset;
            let name = self.name;
            let fault = |rule| Error { offset: start, field: name, rule };
            let (found, wire_type) = self.tag()?;
            if wire_type == 4 {
                return if found == expected { Ok(()) } else { Err(fault(Rule::GroupEnd { expected, found })) };
            }
            let depth = depth.checked_sub(1).filter(|depth| *depth > 0).ok_or_else(|| fault(Rule::Depth))?;
            self.value(found, wire_type, start, depth)?;
        }
    }
}

impl<'a> Field<'a> {
    pub(super) fn fault(&self, name: &'static str, rule: Rule) -> Error {
        Error { offset: self.offset, field: name, rule }
    }

    pub(super) fn varint(&self, name: &'static str) -> Result<u64, Error> {
        match self.value {
            Value::Varint(value) => Ok(value),
            _ => Err(self.fault(name, Rule::UnexpectedWireType)),
        }
    }

    /// Any number except 0 is true.
    pub(super) fn bool(&self, name: &'static str) -> Result<bool, Error> {
        Ok(self.varint(name)? != 0)
    }

    #[inline]
    pub(super) fn bytes(&self, name: &'static str) -> Result<&'a [u8], Error> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(self.fault(name, Rule::UnexpectedWireType)),
        }
    }

    pub(super) fn string(&self, name: &'static str) -> Result<&'a str, Error> {
        str::from_utf8(self.bytes(name)?).map_err(|_| self.fault(name, Rule::Utf8))
    }

    /// The fields of a message in this field.
    pub(super) fn message(&self, name: &'static str) -> Result<Fields<'a>, Error> {
        let rest = self.bytes(name)?;
        Ok(Fields { rest, offset: self.offset + (self.size - rest.len()), name, depth: self.depth.saturating_sub(1) })
    }
}

/// The front of some bytes, read as a varint.
pub(super) enum Varint {
    Value { value: u64, length: usize },
    Incomplete,
    Overflow,
}

/// Each byte has seven bits, the low ones first. The tenth byte has only one.
pub(super) fn varint(bytes: &[u8]) -> Varint {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if index == 9 && *byte > 1 {
            return Varint::Overflow;
        }
        if *byte < 0x80 {
            return Varint::Value { value, length: index + 1 };
        }
    }
    Varint::Incomplete
}
