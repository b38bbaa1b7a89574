//! The wire formats by other libraries, and what they make of them beside what ours do.

pub(super) mod dal;
pub(super) mod libp2p;
