//! Which rule gives which output.

use gossipsub_automaton::OutputKind;

/// The rule that gives an output of this kind: the input, the number of the check, and its condition.
#[must_use]
pub const fn rule_of(output: OutputKind) -> &'static str {
    match output {
        OutputKind::PeerAdded => "add_peer: the peer is not connected",
        OutputKind::PeerAlreadyKnown => "add_peer: the peer is connected",
        OutputKind::RemovingPeer => "remove_peer: always",
        OutputKind::Subscribed => "subscribe: the peer is connected",
        OutputKind::SubscribeToUnknownPeer => "subscribe: the peer is not connected",
        OutputKind::Unsubscribed => "unsubscribe: the peer is connected",
        OutputKind::UnsubscribeFromUnknownPeer => "unsubscribe: the peer is not connected",
        OutputKind::IhaveFromPeerWithLowScore => "ihave (1): the peer's score is below gossip_threshold",
        OutputKind::TooManyRecvIhaveMessages => {
            "ihave (2): the peer sent more than max_recv_ihave_per_heartbeat since the last heartbeat"
        }
        OutputKind::TooManySentIwantMessages => {
            "ihave (3): max_sent_iwant_per_heartbeat ids were requested from the peer since the last heartbeat"
        }
        OutputKind::MessageTopicNotTracked => "ihave (4): the topic is not joined",
        OutputKind::InvalidMessageId => "ihave (5): one of the ids is invalid",
        OutputKind::MessageRequestedMessageIds => "ihave (6), (7): no check failed",
        OutputKind::IwantFromPeerWithLowScore => "iwant (1): the peer's score is below gossip_threshold",
        OutputKind::OnIwantMessagesToRoute => "iwant (2): each id in order",
        OutputKind::PeerFiltered => "graft (1): the peer filter refuses",
        OutputKind::UnsubscribedTopic => "graft (2): the topic is not joined",
        OutputKind::PeerAlreadyInMesh => "graft (3): the peer is in the mesh",
        OutputKind::UnexpectedGraftingPeer => "graft (4): the peer is not connected",
        OutputKind::GraftingDirectPeer => "graft (5): the peer is direct",
        OutputKind::PeerBackedOff => "graft (6): the peer is backed off until after now",
        OutputKind::GraftingPeerWithNegativeScore => "graft (7): the peer's score is below zero",
        OutputKind::MeshFull => "graft (8): the peer is not outbound, and the mesh has degree_high peers or more",
        OutputKind::GraftingSuccessfully => "graft (9): no check failed",
        OutputKind::PruneTopicNotTracked => "prune (1): the topic is not joined",
        OutputKind::PeerNotInMesh => "prune (2): the peer is not in the mesh",
        OutputKind::IgnorePxScoreTooLow => "prune (4): the peer's score after the prune is below accept_px_threshold",
        OutputKind::NoPx => "prune (5): no peer is chosen of those that were offered",
        OutputKind::Px => "prune (5): peers are chosen of those that were offered",
        OutputKind::NotSubscribed => "receive_message (1): the topic is not joined",
        OutputKind::AlreadyReceived => "receive_message (2): the id counts as seen",
        OutputKind::UnknownValidity => "receive_message (3): the message's validity is unknown or outdated",
        OutputKind::InvalidMessage => "receive_message (3): the message is invalid",
        OutputKind::RouteMessage => "receive_message (4): no check failed",
        OutputKind::AlreadyPublished => "publish_message (1): the id counts as seen",
        OutputKind::PublishMessage => "publish_message (4): the id does not count as seen",
        OutputKind::AlreadyJoined => "join (1): the topic is joined",
        OutputKind::JoiningTopic => "join (2), (3): the topic is not joined",
        OutputKind::NotJoined => "leave (1): the topic is not joined",
        OutputKind::LeavingTopic => "leave (2): the topic is joined",
        OutputKind::Heartbeat => "heartbeat 7",
        OutputKind::SetApplicationScore => "set_application_score: always",
        OutputKind::PxPeers => "select_px_peers",
        OutputKind::GossipMessages => "select_gossip_messages",
    }
}
