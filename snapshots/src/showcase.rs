//! Which scenario shows what.

use crate::Check;
use gossipsub_automaton::OutputKind;

/// What a scenario shows, by its last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Showcase {
    /// The scenario.
    pub scenario: &'static str,
    /// The output of the last step.
    pub output: OutputKind,
    /// What gives it away: part of the last step's text.
    pub by: &'static str,
}

pub(crate) const fn showcase(scenario: &'static str, output: OutputKind, by: &'static str) -> Showcase {
    Showcase { scenario, output, by }
}

/// The check whose scenario leads to an output of this kind in the plainest way.
#[must_use]
pub const fn showcase_of_output(output: OutputKind) -> Check {
    match output {
        OutputKind::PeerAdded => Check::AddPeerNew,
        OutputKind::PeerAlreadyKnown => Check::AddPeerKnown,
        OutputKind::RemovingPeer => Check::RemovePeerMeshAndFanout,
        OutputKind::Subscribed => Check::SubscribeKnown,
        OutputKind::SubscribeToUnknownPeer => Check::SubscribeUnknown,
        OutputKind::Unsubscribed => Check::UnsubscribeMesh,
        OutputKind::UnsubscribeFromUnknownPeer => Check::UnsubscribeUnknown,
        OutputKind::IhaveFromPeerWithLowScore => Check::Ihave1LowScore,
        OutputKind::TooManyRecvIhaveMessages => Check::Ihave2TooMany,
        OutputKind::TooManySentIwantMessages => Check::Ihave3TooManySent,
        OutputKind::MessageTopicNotTracked => Check::Ihave4NotTracked,
        OutputKind::MessageRequestedMessageIds => Check::Ihave7Requested,
        OutputKind::InvalidMessageId => Check::Ihave5Invalid,
        OutputKind::IwantFromPeerWithLowScore => Check::Iwant1LowScore,
        OutputKind::OnIwantMessagesToRoute => Check::Iwant2Message,
        OutputKind::PeerFiltered => Check::Graft1Filtered,
        OutputKind::UnsubscribedTopic => Check::Graft2Unsubscribed,
        OutputKind::PeerAlreadyInMesh => Check::Graft3InMesh,
        OutputKind::GraftingDirectPeer => Check::Graft5Direct,
        OutputKind::UnexpectedGraftingPeer => Check::Graft4Unexpected,
        OutputKind::GraftingPeerWithNegativeScore => Check::Graft7Negative,
        OutputKind::GraftingSuccessfully => Check::Graft9Success,
        OutputKind::PeerBackedOff => Check::Graft6BackedOff,
        OutputKind::MeshFull => Check::Graft8Full,
        OutputKind::PruneTopicNotTracked => Check::Prune1NotTracked,
        OutputKind::PeerNotInMesh => Check::Prune2NotInMesh,
        OutputKind::IgnorePxScoreTooLow => Check::Prune4LowScore,
        OutputKind::NoPx => Check::Prune5NoPx,
        OutputKind::Px => Check::Prune5Px,
        OutputKind::PublishMessage => Check::Publish3Mesh,
        OutputKind::AlreadyPublished => Check::Publish1Seen,
        OutputKind::RouteMessage => Check::Receive4Route,
        OutputKind::AlreadyReceived => Check::Receive2InWindow,
        OutputKind::NotSubscribed => Check::Receive1NotSubscribed,
        OutputKind::InvalidMessage => Check::Receive3Invalid,
        OutputKind::UnknownValidity => Check::Receive3Unknown,
        OutputKind::AlreadyJoined => Check::Join1Joined,
        OutputKind::JoiningTopic => Check::Join2All,
        OutputKind::NotJoined => Check::Leave1NotJoined,
        OutputKind::LeavingTopic => Check::Leave2Prune,
        OutputKind::Heartbeat => Check::Heartbeat7Topics,
        OutputKind::SetApplicationScore => Check::ApplicationScoreSet,
        OutputKind::PxPeers => Check::PxPeersOffered,
        OutputKind::GossipMessages => Check::GossipMesh,
        OutputKind::Outdated => Check::Receive3OutdatedOutput,
        OutputKind::ToIncludeInBatch => Check::Receive3cBatch,
        OutputKind::BatchResult => Check::ApplyBatch2Order,
        OutputKind::SubscribeIgnoredTopicLimitExceeded => Check::Subscribe1aLimit,
    }
}

/// The meaning of an output for the node that gets it.
#[must_use]
#[expect(clippy::match_same_arms, reason = "one line an output")]
pub const fn meaning_of(output: OutputKind) -> &'static str {
    match output {
        OutputKind::PeerAdded => "The peer is now connected.",
        OutputKind::PeerAlreadyKnown => "The peer was connected already; nothing changed.",
        OutputKind::RemovingPeer => "The peer is gone from connections, meshes and fanouts. Also for an unknown peer.",
        OutputKind::Subscribed => "The topic is among the peer's topics.",
        OutputKind::SubscribeToUnknownPeer => "The peer is not connected; nothing changed.",
        OutputKind::Unsubscribed => "The topic is not among the peer's topics. The peer is not in its mesh or fanout.",
        OutputKind::UnsubscribeFromUnknownPeer => "The peer is not connected; nothing changed.",
        OutputKind::IhaveFromPeerWithLowScore => "The score of the peer is below `gossip_threshold`.",
        OutputKind::TooManyRecvIhaveMessages => {
            "The peer sent more IHaves than `max_recv_ihave_per_heartbeat` since the last heartbeat."
        }
        OutputKind::TooManySentIwantMessages => {
            "As many messages as `max_sent_iwant_per_heartbeat` were requested from the peer since the last heartbeat."
        }
        OutputKind::MessageTopicNotTracked => "The topic is not joined.",
        OutputKind::MessageRequestedMessageIds => "Request these messages from the peer. May be none.",
        OutputKind::InvalidMessageId => "One of the ids is invalid, and the peer pays for it (P4).",
        OutputKind::IwantFromPeerWithLowScore => "The score of the peer is below `gossip_threshold`.",
        OutputKind::OnIwantMessagesToRoute => "Send the peer those of these that are messages.",
        OutputKind::PeerFiltered => "The peer filter refuses the peer.",
        OutputKind::UnsubscribedTopic => "The topic is not joined.",
        OutputKind::PeerAlreadyInMesh => "The peer is in the mesh already.",
        OutputKind::GraftingDirectPeer => "The peer is direct: direct peers are in no mesh.",
        OutputKind::UnexpectedGraftingPeer => "The peer is not connected.",
        OutputKind::GraftingPeerWithNegativeScore => "The score of the peer is below zero.",
        OutputKind::GraftingSuccessfully => "The peer is in the mesh now.",
        OutputKind::PeerBackedOff => "The peer grafts before its backoff has ended, and pays for it (P7).",
        OutputKind::MeshFull => "The mesh has `degree_high` peers, and the peer is not outbound.",
        OutputKind::PruneTopicNotTracked => "The topic is not joined.",
        OutputKind::PeerNotInMesh => "The peer is not in the mesh.",
        OutputKind::IgnorePxScoreTooLow => {
            "The peer is out of the mesh; its peer exchange is ignored, because its score is below `accept_px_threshold`."
        }
        OutputKind::NoPx => "The peer is out of the mesh; it offered no peer, or `peers_to_px` is 0.",
        OutputKind::Px => "The peer is out of the mesh; connect to these if possible.",
        OutputKind::PublishMessage => "Send the message to these peers.",
        OutputKind::AlreadyPublished => "The message id was seen already; nothing changed.",
        OutputKind::RouteMessage => "Forward the message to these peers.",
        OutputKind::AlreadyReceived => "The message id was seen already.",
        OutputKind::NotSubscribed => "The topic is not joined.",
        OutputKind::InvalidMessage => {
            "The application says that the message is invalid, and the sender pays for it (P4)."
        }
        OutputKind::UnknownValidity => "The application cannot tell, or says that the message is outdated.",
        OutputKind::AlreadyJoined => "The topic is joined already; nothing changed.",
        OutputKind::JoiningTopic => "The topic is joined; send a graft to these peers.",
        OutputKind::NotJoined => "The topic is not joined; nothing changed.",
        OutputKind::LeavingTopic => "The topic is left; send a prune to these peers.",
        OutputKind::Heartbeat => "Send a graft and a prune for each of these.",
        OutputKind::SetApplicationScore => "The score is set, if the peer has a record.",
        OutputKind::PxPeers => "Offer these peers.",
        OutputKind::GossipMessages => "Send these announcements.",
        OutputKind::Outdated => "The application says that the message is outdated.",
        OutputKind::ToIncludeInBatch => "Include the message in a batch, and apply it later.",
        OutputKind::BatchResult => "Handle the result for each message of the batch.",
        OutputKind::SubscribeIgnoredTopicLimitExceeded => {
            "The peer subscribes to `max_topics_per_peer` other topics already; nothing changed."
        }
    }
}
