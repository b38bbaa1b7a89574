//! The API of `getrandom` 0.2 over the hash keys of the standard library.
//!
//! `getrandom` 0.2 asks the kernel directly, past the C library, where `random.c` fixes what the process draws.
//! The hash keys come from there: bytes derived from them repeat, too.
#![forbid(unsafe_code)]

use std::fmt::{self, Display, Formatter};
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;

/// An error of the system's source. This source has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error(NonZeroU32);

impl Error {
    /// The smallest code of an error that is not the system's.
    pub const CUSTOM_START: u32 = 0xC000_0000;

    /// The code of the error.
    #[must_use]
    pub const fn code(self) -> NonZeroU32 {
        self.0
    }

    /// The system's number of the error: none.
    #[must_use]
    pub fn raw_os_error(self) -> Option<i32> {
        None
    }
}

impl From<NonZeroU32> for Error {
    fn from(code: NonZeroU32) -> Self {
        Self(code)
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "error {} of the random source", self.0)
    }
}

impl std::error::Error for Error {}

/// Fills `destination` with random bytes.
///
/// # Errors
/// None; the signature is that of `getrandom`.
pub fn getrandom(destination: &mut [u8]) -> Result<(), Error> {
    for chunk in destination.chunks_mut(8) {
        // Each `RandomState` of a thread has other keys: the first are drawn, later ones count up from them.
        let bytes = RandomState::new().hash_one(0_u8).to_le_bytes();
        chunk.copy_from_slice(&bytes[..chunk.len()]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_length_is_filled_and_no_call_repeats_another() {
        let draw = |length| {
            let mut bytes = vec![0; length];
            super::getrandom(&mut bytes).unwrap();
            bytes
        };
        assert_ne!(draw(16), draw(16));
        for length in 0..32 {
            // A byte that stays 0 in all of 64 draws was not filled.
            let draws: Vec<_> = (0..64).map(|_| draw(length)).collect();
            assert!((0..length).all(|index| draws.iter().any(|bytes| bytes[index] != 0)), "{length}");
        }
    }
}
