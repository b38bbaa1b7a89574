//! How much of an RPC is too much.

use crate::Span;

/// The bounds on what peers send, applied to the bytes, before anything is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The longest RPC, in bytes. A longer one is refused by its length alone.
    pub max_frame: usize,
    /// The most messages in an RPC. More are refused.
    pub max_publish: usize,
    /// The most subscriptions in an RPC. More are refused.
    pub max_subscriptions: usize,
    /// The most bytes of subscriptions and control in an RPC, tags and lengths included. More are refused.
    pub max_control_bytes: usize,
    /// The longest topic, in bytes. A longer one is refused.
    pub max_topic: usize,
    /// The most message ids of one IHave or IWant that become an input. The rest is passed over.
    pub max_message_ids: usize,
    /// The most peers of one prune that become an input. The rest is passed over.
    pub max_px: usize,
    /// The longest backoff. A longer one counts as this.
    pub max_backoff: Span,
}

impl Bounds {
    /// What go-libp2p-pubsub takes; but for backoffs, which it does not bound, and its sums of them wrap around.
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
    /// What rust-libp2p takes.
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
