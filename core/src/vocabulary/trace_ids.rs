//! The identifiers of the trace format: numbers for peers and message ids, strings for topics and messages.

use crate::Identifiers;
use alloc::string::String;

/// The identifiers of the trace format: numbers for peers and message ids, strings for topics and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceIds;

impl Identifiers for TraceIds {
    type Peer = Peer;
    type Topic = Topic;
    type MessageId = MessageId;
    type Message = Message;
}

/// A topic: any string, ordered by its bytes.
pub type Topic = String;

/// A payload: any string.
pub type Message = String;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(
            #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::vocabulary::serial::strict"))] pub u64,
        );

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A peer. The trace format has numbers up to 2^53 - 1.
    Peer
}

number! {
    /// A message id. The trace format has numbers up to 2^53 - 1.
    MessageId
}
