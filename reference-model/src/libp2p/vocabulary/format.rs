//! What the first line of a trace names.

/// The name of the format.
pub const FORMAT: &str = "gossipsub-rpc-trace";
/// The version of the format.
pub const VERSION: u64 = 1;
