//! The differences between the networks.

/// The bounds of a network. All else is the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The greatest number of offered peers in a prune.
    pub max_px: usize,
    /// The greatest number of message ids in an IHave or IWant.
    pub max_message_ids: usize,
    /// Whether hashes of ML-DSA-44 keys are known.
    pub mldsa44: bool,
    /// Whether a subscription to slot 0 of the zero ed25519 hash is a ping.
    pub ping: bool,
}

impl Profile {
    /// Mavryk. Only the length of a frame bounds its lists.
    pub const MAVRYK: Self = Self { max_px: usize::MAX, max_message_ids: usize::MAX, mldsa44: false, ping: false };
    /// Octez since July 2026.
    pub const OCTEZ: Self = Self { max_px: 16, max_message_ids: 5000, mldsa44: true, ping: true };
}
