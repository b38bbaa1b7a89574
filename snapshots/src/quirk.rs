//! The quirks of the behaviour: they look odd, are what the original does, and are kept.

use crate::{Check, catalogue::catalogue};

catalogue! {
    /// A quirk: those of the register, Q1 to Q6 and B1 to B5, and the others that were recorded of the original.
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
        BatchUnchecked = "B1: a batch does not check again the topic, the sender and whether the id counts as seen",
        BatchedTwice = "B2: an id that is twice in a batch is routed twice, and scored as a first delivery twice",
        BatchRoute = "B3: the peers that a batch routes a message to are not looked at",
        BatchPending = "B4: an id whose batch is pending does not count as seen, so it is requested, and may be published",
        BatchInvalid = "B5: an invalid message of a batch is scored under its topic, even if that was left",
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
            Self::BatchUnchecked => Check::ApplyBatch4Left,
            Self::BatchedTwice => Check::ApplyBatch4TwiceInBatch,
            Self::BatchRoute => Check::ApplyBatch4ToRoute,
            Self::BatchPending => Check::Publish1Pending,
            Self::BatchInvalid => Check::ApplyBatch3aLeft,
        }
    }

    /// The trace that was recorded of the original, in the folder of the recorded traces.
    #[must_use]
    pub const fn recorded_as(self) -> &'static str {
        match self {
            Self::ExpiredBackoff => "recorded/quirks/05-expired-backoff.jsonl",
            Self::RemoveUnknown => "recorded/quirks/09-remove-unknown.jsonl",
            Self::BackoffWithoutConnection | Self::GraftOrder => "recorded/quirks/07-graft-order.jsonl",
            Self::DirectSenderEcho => "recorded/quirks/04-direct-sender-echo.jsonl",
            Self::RegraftOfMeshPeers => "recorded/quirks/01-regraft-of-mesh-peers.jsonl",
            Self::EmptyFanout => "recorded/quirks/03-empty-fanout.jsonl",
            Self::IwantCounts => "recorded/quirks/06-iwant-counts.jsonl",
            Self::RecachedMessage => "recorded/quirks/08-recached-message.jsonl",
            Self::PxDirect => "recorded/quirks/10-px-direct.jsonl",
            Self::GraftNotSubscribed => "recorded/quirks/11-graft-not-subscribed.jsonl",
            Self::IhaveInvalid => "recorded/quirks/12-ihave-invalid.jsonl",
            Self::OutboundOverflow => "recorded/quirks/13-outbound-overflow.jsonl",
            Self::PositiveScoreForgets => "recorded/quirks/14-positive-score-forgets.jsonl",
            Self::BatchUnchecked => "octez/octez-24/edges/g01a-left.jsonl.zst",
            Self::BatchedTwice => "octez/octez-24/edges/g02b-twice-one-sender.jsonl.zst",
            Self::BatchRoute => "octez/octez-24/edges/g03b-to-route-as-given.jsonl.zst",
            Self::BatchPending => "octez/octez-24/edges/g04b-pending-published.jsonl.zst",
            Self::BatchInvalid => "octez/octez-24/edges/g05a-invalid-after-leave.jsonl.zst",
        }
    }
}
