//! The quirks of the behaviour: they look odd, are what the original does, and are kept.

use crate::{Check, catalogue::catalogue};

catalogue! {
    /// A quirk: those of the register, Q1 to Q6, and the others that were recorded of the original.
    pub enum Quirk {
        ExpiredBackoff = "Q1: a backoff counts for `join` and for heartbeats until a cleanup drops it, even when it has ended",
        RemoveUnknown = "Q2: removing a disconnected peer again moves the expiry of its score",
        BackoffWithoutConnection = "Q3: a graft that the filter refuses, or for a topic that is not joined, backs off even a peer that is not connected",
        DirectSenderEcho = "Q4: a message goes back to its sender if that is a direct peer",
        RegraftOfMeshPeers = "Q5: after new outbound peers are grafted, opportunistic grafting takes them for the whole mesh",
        EmptyFanout = "Q6: an empty fanout is neither touched nor refilled by publishing",
        IwantCounts = "Every id of an IWant counts, repeated ones too, and those that the filter ignores",
        GraftOrder = "A graft that the filter refuses backs off even a peer that is in the mesh, and stays there",
        RecachedMessage = "A message that is cached and no longer seen is accepted again, with its first text and its counters",
        PxDirect = "Peers to offer may be direct, and may be among `no_px_peers`",
        GraftNotSubscribed = "A graft subscribes, and unsubscribing leaves no backoff",
        IhaveInvalid = "One invalid id spoils a whole IHave, and costs one invalid message however many there are",
        OutboundOverflow = "Outbound peers may graft without a limit",
        PositiveScoreForgets = "A peer that is removed with a score above 0 loses its whole record",
    }
}

impl Quirk {
    /// The check whose scenario shows it.
    #[must_use]
    pub const fn showcase(self) -> Check {
        match self {
            Self::ExpiredBackoff => Check::Join2EndedBackoff,
            Self::RemoveUnknown => Check::RemovePeerAgain,
            Self::BackoffWithoutConnection => Check::Graft1FilteredUnknown,
            Self::DirectSenderEcho => Check::Receive4DirectSender,
            Self::RegraftOfMeshPeers => Check::Heartbeat3eAfter3d,
            Self::EmptyFanout => Check::Publish3EmptyFanout,
            Self::IwantCounts => Check::Iwant2IgnoredCounts,
            Self::GraftOrder => Check::Graft1Filtered,
            Self::RecachedMessage => Check::Receive4SeenAgain,
            Self::PxDirect => Check::PxPeersOffered,
            Self::GraftNotSubscribed => Check::UnsubscribeThenGraft,
            Self::IhaveInvalid => Check::Ihave5Invalid,
            Self::OutboundOverflow => Check::Graft8Outbound,
            Self::PositiveScoreForgets => Check::RemovePeerPositive,
        }
    }

    /// The name of the trace that was recorded of the original.
    #[must_use]
    pub const fn recorded_as(self) -> &'static str {
        match self {
            Self::ExpiredBackoff => "05-expired-backoff",
            Self::RemoveUnknown => "09-remove-unknown",
            Self::BackoffWithoutConnection | Self::GraftOrder => "07-graft-order",
            Self::DirectSenderEcho => "04-direct-sender-echo",
            Self::RegraftOfMeshPeers => "01-regraft-of-mesh-peers",
            Self::EmptyFanout => "03-empty-fanout",
            Self::IwantCounts => "06-iwant-counts",
            Self::RecachedMessage => "08-recached-message",
            Self::PxDirect => "10-px-direct",
            Self::GraftNotSubscribed => "11-graft-not-subscribed",
            Self::IhaveInvalid => "12-ihave-invalid",
            Self::OutboundOverflow => "13-outbound-overflow",
            Self::PositiveScoreForgets => "14-positive-score-forgets",
        }
    }
}
