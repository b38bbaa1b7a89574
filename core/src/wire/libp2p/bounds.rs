//! The bounds on received RPCs.

use crate::Span;

/// The bounds on received RPCs. They are checked on the bytes, before memory is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The greatest length of an RPC in bytes. A longer RPC is refused by its length alone.
    pub max_frame: usize,
    /// The greatest number of messages in an RPC. An RPC with more is refused.
    pub max_publish: usize,
    /// The greatest number of subscriptions in an RPC. An RPC with more is refused.
    pub max_subscriptions: usize,
    /// The greatest length of subscriptions and control messages in an RPC in bytes, tags and lengths included. An RPC
    /// with more is refused.
    pub max_control_bytes: usize,
    /// The greatest length of a topic in bytes. A longer topic is refused.
    pub max_topic: usize,
    /// The greatest number of message ids of one IHave or IWant. Further ids are ignored.
    pub max_message_ids: usize,
    /// The greatest number of offered peers of one prune. Further peers are ignored.
    pub max_px: usize,
    /// The longest backoff. A longer backoff is shortened to it.
    pub max_backoff: Span,
}

impl Bounds {
    /// The bounds of go-libp2p-pubsub, except that it does not bound backoffs and its sums with them wrap around.
    pub const GO: Self = Self {
        max_frame: 1024 * 1024,
        max_publish: usize::MAX,
        max_subscriptions: usize::MAX,
        max_control_bytes: usize::MAX,
        max_topic: usize::MAX,
        max_message_ids: 5000,
        max_px: 16,
        max_backoff: Span::from_secs(3600),
    };
    /// The bounds of rust-libp2p.
    pub const RUST: Self = Self {
        max_frame: 64 * 1024,
        max_publish: 5000,
        max_subscriptions: 100,
        max_control_bytes: 16 * 1024,
        max_topic: usize::MAX,
        max_message_ids: 5000,
        max_px: 0,
        max_backoff: Span::from_secs(3600),
    };
}
