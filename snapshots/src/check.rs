//! The numbered checks of the behaviour, each in every way that a scenario tells apart.

use crate::{Shown, catalogue::catalogue, shown::shown};
use gossipsub_automaton::OutputKind;

catalogue! {
    /// A numbered check, or another rule that has no output of its own, in one of its ways.
    pub enum Check {
        AddPeerNew = "`add_peer`: the peer is not connected",
        AddPeerDirectOutbound = "`add_peer`: the connection keeps who opened it, and whether the peer is direct",
        AddPeerKnown = "`add_peer`: the peer is connected",
        AddPeerRetained = "`add_peer`: a retained score record is connected again with all its counters",
        RemovePeerMeshAndFanout = "`remove_peer`: out of every mesh and fanout",
        RemovePeerUnknown = "`remove_peer`: also for an unknown peer",
        RemovePeerPositive = "disconnect: a record with a value above 0 is dropped",
        RemovePeerDeficit = "disconnect: deficits become mesh failures, first deliveries 0, and invalid messages stay",
        RemovePeerKeepsBackoff = "`remove_peer`: backoffs and heartbeat counters stay",
        RemovePeerAgain = "disconnect: the expiry of a retained record moves",
        SubscribeKnown = "subscribe: the peer is connected",
        SubscribeUnknown = "subscribe: the peer is not connected",
        UnsubscribeMesh = "unsubscribe: out of the mesh, score prune(t), no backoff",
        UnsubscribeFanout = "unsubscribe: out of the fanout",
        UnsubscribeUnknown = "unsubscribe: the peer is not connected",
        UnsubscribeThenGraft = "unsubscribe: no backoff",
        Ihave1LowScore = "ihave (1): the score is below `gossip_threshold`",
        Ihave1NoRecord = "ihave (1): a peer without a record passes",
        Ihave2TooMany = "ihave (2): the count is above `max_recv_ihave_per_heartbeat`",
        Ihave3TooManySent = "ihave (3): `max_sent_iwant_per_heartbeat` ids were requested",
        Ihave4NotTracked = "ihave (4): the topic is not joined",
        Ihave5Invalid = "ihave (5): an id is invalid",
        Ihave5InvalidSeen = "ihave (5): validity comes before the seen check",
        Ihave6NothingAnnounced = "ihave (6): no id is announced",
        Ihave6Unknown = "ihave (5), (6): unknown ids are dropped",
        Ihave6Outdated = "ihave (5), (6): outdated ids are dropped",
        Ihave6Seen = "ihave (5), (6): seen ids are dropped",
        Ihave6Filtered = "ihave (5), (6): filtered ids are dropped",
        Ihave7Requested = "ihave (7): what is left is requested",
        Ihave7Limited = "ihave (7): as many as may still be requested",
        Ihave7Repetitions = "ihave (7): repetitions are kept",
        Iwant1LowScore = "iwant (1): the score is below `gossip_threshold`",
        Iwant1NoRecord = "iwant (1): a peer without a record passes",
        Iwant2Message = "iwant (2): the id is cached",
        Iwant2NotFound = "iwant (2): the id is not cached",
        Iwant2TooMany = "iwant (2): the counter is above `max_gossip_retransmission`",
        Iwant2Ignored = "iwant (2): the peer filter refuses",
        Iwant2Twice = "iwant (2): an id asked for twice shows its last answer",
        Iwant2IgnoredCounts = "iwant (2): what is ignored has counted",
        Graft1Filtered = "graft (1): the peer filter refuses",
        Graft1FilteredUnknown = "graft (1): the peer filter refuses a peer that is not connected",
        Graft2Unsubscribed = "graft (2): the topic is not joined",
        Graft2UnsubscribedUnknown = "graft (2): the topic is not joined, and the peer not connected",
        Graft3InMesh = "graft (3): the peer is in the mesh",
        Graft4Unexpected = "graft (4): the peer is not connected",
        Graft4Retained = "graft (4): the peer is not connected, but its record is retained",
        Graft5Direct = "graft (5): the peer is direct",
        Graft6BackedOff = "graft (6): backed off, from the flood threshold on",
        Graft6Flood = "graft (6): backed off, before the flood threshold",
        Graft6Ended = "graft (6): the backoff has ended",
        Graft6Before7 = "graft (6) comes before (7)",
        Graft7Negative = "graft (7): the score is below 0",
        Graft8Full = "graft (8): the mesh has `degree_high` peers",
        Graft8Outbound = "graft (8): an outbound peer passes",
        Graft9Success = "graft (9): no check failed",
        Prune1NotTracked = "prune (1): the topic is not joined",
        Prune2NotInMesh = "prune (2): the peer is not in the mesh",
        Prune3Backoff = "prune (3): backed off for the given span",
        Prune3LongerBackoff = "prune (3): no input shortens a backoff",
        Prune3Deficit = "prune (3): score prune(t)",
        Prune4LowScore = "prune (4): the score is below `accept_px_threshold`",
        Prune5Px = "prune (5): all offered peers",
        Prune5PxLimited = "prune (5): `peers_to_px` of those offered",
        Prune5NoPx = "prune (5): none offered",
        Prune5NoneTaken = "prune (5): `peers_to_px` is 0",
        Receive1NotSubscribed = "`receive_message` (1): the topic is not joined",
        Receive2InWindow = "`receive_message` (2): a duplicate within the window",
        Receive2AfterWindow = "`receive_message` (2): a duplicate after the window",
        Receive2NotInMesh = "`receive_message` (2): a duplicate of a peer that is not in the mesh",
        Receive2OtherTopic = "`receive_message` (2): an id is seen whatever the topic",
        Receive3Unknown = "`receive_message` (3): the validity is unknown",
        Receive3Outdated = "`receive_message` (3): the message is outdated",
        Receive3Invalid = "`receive_message` (3): the message is invalid",
        Receive4Route = "`receive_message` (4): the mesh without the sender, and the direct peers",
        Receive4DirectSender = "`receive_message` (4): the sender included if it is direct",
        Receive4MeshDelivery = "`receive_message` (4): a first delivery in the mesh",
        Receive4SeenAgain = "`receive_message` (4): an id that is cached, and no longer seen",
        Publish1Seen = "`publish_message` (1): the id counts as seen",
        Publish3Mesh = "`publish_message` (3): the mesh of a joined topic",
        Publish3Fanout = "`publish_message` (3): the fanout",
        Publish3EmptyFanout = "`publish_message` (3): an empty fanout",
        Publish3NewFanout = "`publish_message` (3): a new fanout",
        Publish3NewFanoutLimited = "`publish_message` (3): `degree_optimal` peers for a new fanout",
        Publish3Nobody = "`publish_message` (3): no fanout without peers",
        Join1Joined = "join (1): the topic is joined",
        Join2All = "join (2): the subscribed peers that will do",
        Join2Limited = "join (2): `degree_optimal` of them",
        Join2Fanout = "join (2): the fanout first",
        Join2FanoutUnwelcome = "join (2): no fanout peer that is backed off or has a score below 0",
        Join2EndedBackoff = "join (2): an ended backoff still counts",
        Join3Score = "join (3): score graft(t)",
        Leave1NotJoined = "leave (1): the topic is not joined",
        Leave2Prune = "leave (2): the mesh is pruned and backed off",
        Leave2NoPx = "leave (2): no peer exchange for negative scores",
        Leave2Deficit = "leave (2): score prune(t)",
        ApplicationScoreSet = "`set_application_score`: the peer has a record",
        ApplicationScoreRetained = "`set_application_score`: also on a retained record",
        ApplicationScoreUnknown = "`set_application_score`: the peer has no record",
        Heartbeat1Tick = "heartbeat 1: heartbeats are counted",
        Heartbeat2Backoff = "heartbeat 2: a backoff that ended two heartbeat intervals ago",
        Heartbeat2BackoffTicks = "heartbeat 2: every `backoff_cleanup_ticks`",
        Heartbeat2Regraft = "heartbeat 2: before heartbeat 3",
        Heartbeat2Refresh = "heartbeat 2: counters decay",
        Heartbeat2RefreshMesh = "heartbeat 2: deliveries and failures in the mesh decay",
        Heartbeat2RefreshTicks = "heartbeat 2: every `score_cleanup_ticks`",
        Heartbeat2DecayZero = "heartbeat 2: what decays below `decay_zero` is 0",
        Heartbeat2Activation = "heartbeat 2: deliveries in the mesh count from the activation on",
        Heartbeat2Retained = "heartbeat 2: a retained record expires",
        Heartbeat2Counters = "heartbeat 2: the counters of all peers are reset",
        Heartbeat3aNegative = "heartbeat 3a: peers with a score below 0 are pruned",
        Heartbeat3aDeficit = "heartbeat 3a, 6: score prune(t)",
        Heartbeat3bFill = "heartbeat 3b: a mesh below `degree_low` is filled",
        Heartbeat3bBackedOff = "heartbeat 3b: not from those that are backed off",
        Heartbeat3bLimited = "heartbeat 3b: up to `degree_optimal`",
        Heartbeat3bEnough = "heartbeat 3b: not from `degree_low` on",
        Heartbeat3cBest = "heartbeat 3c: the best by score are kept",
        Heartbeat3cOutbound = "heartbeat 3c: `degree_out` outbound peers are kept",
        Heartbeat3cOthers = "heartbeat 3c: the others at random",
        Heartbeat3cHigh = "heartbeat 3c: not at `degree_high`",
        Heartbeat3dOutbound = "heartbeat 3d: outbound peers are grafted",
        Heartbeat3dLimited = "heartbeat 3d: as many as are missing",
        Heartbeat3dUnfit = "heartbeat 3d: not from direct, backed off or negative peers",
        Heartbeat3dBelowLow = "heartbeat 3d: not below `degree_low`",
        Heartbeat3eOpportunistic = "heartbeat 3e: better peers are grafted",
        Heartbeat3eLimited = "heartbeat 3e: up to `opportunistic_graft_peers`",
        Heartbeat3eDirect = "heartbeat 3e: not from direct peers",
        Heartbeat3eBackedOff = "heartbeat 3e: not from those that are backed off",
        Heartbeat3eTicks = "heartbeat 3e: every `opportunistic_graft_ticks`",
        Heartbeat3eMedian = "heartbeat 3e: the upper median",
        Heartbeat3eAlone = "heartbeat 3e: not for a mesh of one",
        Heartbeat3eAfter3d = "heartbeat 3e: after 3d, M is only the new peers",
        Heartbeat4Grafted = "heartbeat 4: score graft(t)",
        Heartbeat4Regrafted = "heartbeat 4: a graft of a mesh peer ends its time in mesh, not its deficit",
        Heartbeat5Expired = "heartbeat 5: a fanout without publications expires",
        Heartbeat5LowScore = "heartbeat 5: peers below `publish_threshold` leave the fanout",
        Heartbeat5Fill = "heartbeat 5: a fanout is filled",
        Heartbeat5Limited = "heartbeat 5: up to `degree_optimal`",
        Heartbeat6History = "heartbeat 6: the windows of the message cache shift",
        Heartbeat7Topics = "heartbeat 7: topics by peer",
        PxPeersOffered = "`select_px_peers`: the other subscribed peers",
        PxPeersNoneForIt = "`select_px_peers`: nobody for a peer of `no_px_peers`",
        PxPeersOff = "`select_px_peers`: `do_px` is false",
        PxPeersNegative = "`select_px_peers`: no peers with a score below 0",
        PxPeersLimited = "`select_px_peers`: up to `peers_to_px`",
        GossipMesh = "`select_gossip_messages`: peers outside the mesh",
        GossipFanout = "`select_gossip_messages`: peers outside the fanout",
        GossipLazy = "`select_gossip_messages`: at least `degree_lazy`",
        GossipFactor = "`select_gossip_messages`: the share `gossip_factor`, rounded down",
        GossipIdsLimited = "`select_gossip_messages`: up to `max_sent_iwant_per_heartbeat` ids",
        GossipRepetitions = "`select_gossip_messages`: repetitions are kept",
        GossipNothing = "`select_gossip_messages`: not without gossip ids",
        ScoreP1Cap = "score P1: time in mesh, up to its cap",
        ScoreP2Cap = "score P2: first deliveries, up to their cap",
        ScoreP3Cap = "score P3: deliveries in the mesh, up to their cap",
        ScoreP3Kept = "score P3: deliveries in the mesh stay when the peer leaves it",
        ScoreP3NoDeficit = "score P3: no deficit at the threshold",
        ScoreP4Squared = "score P4: invalid messages, squared",
        ScoreP7Threshold = "score P7: the behaviour penalty above its threshold",
        ScoreTopicCap = "score: `topic_score_cap`",
        ScoreFamily = "score: each topic its own parameters and weight",
    }
}

impl Check {
    /// The scenario that shows it.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one line a check")]
    pub const fn shown_by(self) -> Shown {
        use OutputKind as Kind;
        match self {
            Self::AddPeerNew => shown("add-peer-new", Kind::PeerAdded, "score 1: nothing -> 0"),
            Self::AddPeerDirectOutbound => shown(
                "add-peer-direct-outbound",
                Kind::PeerAdded,
                "connection 1: nothing -> direct, outbound, topics {}",
            ),
            Self::AddPeerKnown => shown("add-peer-known", Kind::PeerAlreadyKnown, "no change"),
            Self::AddPeerRetained => {
                shown("add-peer-retained", Kind::InvalidMessage, "score 1: -1 = a(P4 -1) -> -4 = a(P4 -4)")
            }
            Self::RemovePeerMeshAndFanout => shown(
                "remove-peer-mesh-and-fanout",
                Kind::RemovingPeer,
                "fanout b: {1}, last published at 0ms -> {}, last published at 0ms",
            ),
            Self::RemovePeerUnknown => shown("remove-peer-unknown", Kind::RemovingPeer, "no change"),
            Self::RemovePeerPositive => {
                shown("remove-peer-positive", Kind::RemovingPeer, "score 1: 9 = a(P4 -1) + P5 10 -> nothing")
            }
            Self::RemovePeerDeficit => {
                shown("remove-peer-deficit", Kind::RemovingPeer, "a(P1 5 + P2 1 + P3 -361) -> -361 = a(P3b -361)")
            }
            Self::RemovePeerKeepsBackoff => shown(
                "remove-peer-keeps-backoff",
                Kind::PeerBackedOff,
                "backoff a 1: until 60000ms, 59000ms left -> until 61000ms, 60000ms left",
            ),
            Self::RemovePeerAgain => shown("remove-peer-again", Kind::Heartbeat, "score 1: -10 = P5 -10 -> nothing"),
            Self::SubscribeKnown => shown("subscribe-known", Kind::Subscribed, "connection 1: topics {} -> topics {a}"),
            Self::SubscribeUnknown => shown("subscribe-unknown", Kind::SubscribeToUnknownPeer, "no change"),
            Self::UnsubscribeMesh => shown("unsubscribe-mesh", Kind::Unsubscribed, "score 1: 4 = a(P1 4) -> 0"),
            Self::UnsubscribeFanout => shown(
                "unsubscribe-fanout",
                Kind::Unsubscribed,
                "fanout a: {1}, last published at 0ms -> {}, last published at 0ms",
            ),
            Self::UnsubscribeUnknown => shown("unsubscribe-unknown", Kind::UnsubscribeFromUnknownPeer, "no change"),
            Self::UnsubscribeThenGraft => {
                shown("unsubscribe-then-graft", Kind::GraftingSuccessfully, "mesh a: {} -> {1}")
            }
            Self::Ihave1LowScore => shown("ihave-1-low-score", Kind::IhaveFromPeerWithLowScore, "no change"),
            Self::Ihave1NoRecord => {
                shown("ihave-1-no-record", Kind::MessageRequestedMessageIds, "iwant_per_heartbeat 9: nothing -> 1")
            }
            Self::Ihave2TooMany => {
                shown("ihave-2-too-many", Kind::TooManyRecvIhaveMessages, "ihave_per_heartbeat 1: 1 -> 2")
            }
            Self::Ihave3TooManySent => shown(
                "ihave-3-too-many-sent",
                Kind::TooManySentIwantMessages,
                "Too_many_sent_iwant_messages { count=1; max=1 }",
            ),
            Self::Ihave4NotTracked => {
                shown("ihave-4-not-tracked", Kind::MessageTopicNotTracked, "ihave_per_heartbeat 1: nothing -> 1")
            }
            Self::Ihave5Invalid => shown("ihave-5-invalid", Kind::InvalidMessageId, "score 1: 0 -> -1 = a(P4 -1)"),
            Self::Ihave5InvalidSeen => {
                shown("ihave-5-invalid-seen", Kind::InvalidMessageId, "score 1: 0 -> -1 = a(P4 -1)")
            }
            Self::Ihave6NothingAnnounced => {
                shown("ihave-6-nothing-announced", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave6Unknown => {
                shown("ihave-6-unknown", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave6Outdated => {
                shown("ihave-6-outdated", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave6Seen => {
                shown("ihave-6-seen", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave6Filtered => {
                shown("ihave-6-filtered", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave7Requested => {
                shown("ihave-7-requested", Kind::MessageRequestedMessageIds, "Message_requested_message_ids [6]")
            }
            Self::Ihave7Limited => {
                shown("ihave-7-limited", Kind::MessageRequestedMessageIds, "iwant_per_heartbeat 1: 1 -> 3")
            }
            Self::Ihave7Repetitions => {
                shown("ihave-7-repetitions", Kind::MessageRequestedMessageIds, "iwant_per_heartbeat 1: nothing -> 2")
            }
            Self::Iwant1LowScore => shown("iwant-1-low-score", Kind::IwantFromPeerWithLowScore, "no change"),
            Self::Iwant1NoRecord => {
                shown("iwant-1-no-record", Kind::OnIwantMessagesToRoute, "access_counter 7 9: nothing -> 1")
            }
            Self::Iwant2Message => shown("iwant-2-message", Kind::OnIwantMessagesToRoute, "( (7, message(m)))"),
            Self::Iwant2NotFound => shown("iwant-2-not-found", Kind::OnIwantMessagesToRoute, "( (8, not_found))"),
            Self::Iwant2TooMany => shown("iwant-2-too-many", Kind::OnIwantMessagesToRoute, "( (7, too_many_requests))"),
            Self::Iwant2Ignored => shown("iwant-2-ignored", Kind::OnIwantMessagesToRoute, "( (7, ignored))"),
            Self::Iwant2Twice => {
                shown("iwant-2-twice", Kind::OnIwantMessagesToRoute, "access_counter 7 1: nothing -> 2")
            }
            Self::Iwant2IgnoredCounts => {
                shown("iwant-2-ignored-counts", Kind::OnIwantMessagesToRoute, "( (7, too_many_requests))")
            }
            Self::Graft1Filtered => {
                shown("graft-1-filtered", Kind::PeerFiltered, "backoff a 1: nothing -> until 60000ms, 60000ms left")
            }
            Self::Graft1FilteredUnknown => shown(
                "graft-1-filtered-unknown",
                Kind::PeerFiltered,
                "backoff a 9: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft2Unsubscribed => shown(
                "graft-2-unsubscribed",
                Kind::UnsubscribedTopic,
                "backoff a 1: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft2UnsubscribedUnknown => shown(
                "graft-2-unsubscribed-unknown",
                Kind::UnsubscribedTopic,
                "backoff a 9: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft3InMesh => shown("graft-3-in-mesh", Kind::PeerAlreadyInMesh, "no change"),
            Self::Graft4Unexpected => shown("graft-4-unexpected", Kind::UnexpectedGraftingPeer, "no change"),
            Self::Graft4Retained => shown("graft-4-retained", Kind::UnexpectedGraftingPeer, "no change"),
            Self::Graft5Direct => {
                shown("graft-5-direct", Kind::GraftingDirectPeer, "backoff a 1: nothing -> until 60000ms, 60000ms left")
            }
            Self::Graft6BackedOff => shown("graft-6-backed-off", Kind::PeerBackedOff, "score 1: 0 -> -10 = P7 -10"),
            Self::Graft6Flood => shown("graft-6-flood", Kind::PeerBackedOff, "score 1: 0 -> -40 = P7 -40"),
            Self::Graft6Ended => shown("graft-6-ended", Kind::GraftingSuccessfully, "mesh a: {} -> {1}"),
            Self::Graft6Before7 => {
                shown("graft-6-before-7", Kind::PeerBackedOff, "score 1: -10 = P5 -10 -> -20 = P5 -10 + P7 -10")
            }
            Self::Graft7Negative => shown(
                "graft-7-negative",
                Kind::GraftingPeerWithNegativeScore,
                "backoff a 1: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft8Full => {
                shown("graft-8-full", Kind::MeshFull, "backoff a 2: nothing -> until 60000ms, 60000ms left")
            }
            Self::Graft8Outbound => {
                shown("graft-8-outbound", Kind::GraftingSuccessfully, "mesh a: {1, 2} -> {1, 2, 3}")
            }
            Self::Graft9Success => {
                shown("graft-9-success", Kind::GraftingSuccessfully, "connection 1: topics {} -> topics {a}")
            }
            Self::Prune1NotTracked => shown("prune-1-not-tracked", Kind::PruneTopicNotTracked, "no change"),
            Self::Prune2NotInMesh => shown("prune-2-not-in-mesh", Kind::PeerNotInMesh, "no change"),
            Self::Prune3Backoff => {
                shown("prune-3-backoff", Kind::NoPx, "backoff a 1: nothing -> until 1500ms, 1500ms left")
            }
            Self::Prune3LongerBackoff => shown("prune-3-longer-backoff", Kind::NoPx, "mesh a: {1} -> {}"),
            Self::Prune3Deficit => {
                shown("prune-3-deficit", Kind::IgnorePxScoreTooLow, "score 1: 1 = a(P1 5 + P3 -4) -> -4 = a(P3b -4)")
            }
            Self::Prune4LowScore => {
                shown("prune-4-low-score", Kind::IgnorePxScoreTooLow, "Ignore_PX_score_too_low { \"score\" = -10 }")
            }
            Self::Prune5Px => shown("prune-5-px", Kind::Px, "PX ( 2 3)"),
            Self::Prune5PxLimited => shown("prune-5-px-limited", Kind::Px, "PX ( any 2 of [2, 3, 4])"),
            Self::Prune5NoPx => shown("prune-5-no-px", Kind::NoPx, "No_PX"),
            Self::Prune5NoneTaken => shown("prune-5-none-taken", Kind::NoPx, "No_PX"),
            Self::Receive1NotSubscribed => shown("receive-1-not-subscribed", Kind::NotSubscribed, "no change"),
            Self::Receive2InWindow => shown(
                "receive-2-in-window",
                Kind::AlreadyReceived,
                "score 2: 1 = a(P1 5 + P3 -4) -> 4 = a(P1 5 + P3 -1)",
            ),
            Self::Receive2AfterWindow => shown("receive-2-after-window", Kind::AlreadyReceived, "no change"),
            Self::Receive2NotInMesh => shown("receive-2-not-in-mesh", Kind::Heartbeat, "a(P1 5 + P2 0.5 + P3 -4)"),
            Self::Receive2OtherTopic => shown("receive-2-other-topic", Kind::AlreadyReceived, "no change"),
            Self::Receive3Unknown => shown("receive-3-unknown", Kind::UnknownValidity, "no change"),
            Self::Receive3Outdated => shown("receive-3-outdated", Kind::UnknownValidity, "no change"),
            Self::Receive3Invalid => shown("receive-3-invalid", Kind::InvalidMessage, "score 1: 0 -> -1 = a(P4 -1)"),
            Self::Receive4Route => {
                shown("receive-4-route", Kind::RouteMessage, "Route_message { \"to_route\" = ( 2 3) }")
            }
            Self::Receive4DirectSender => {
                shown("receive-4-direct-sender", Kind::RouteMessage, "Route_message { \"to_route\" = ( 1) }")
            }
            Self::Receive4MeshDelivery => shown(
                "receive-4-mesh-delivery",
                Kind::RouteMessage,
                "score 1: 1 = a(P1 5 + P3 -4) -> 5 = a(P1 5 + P2 1 + P3 -1)",
            ),
            Self::Receive4SeenAgain => {
                shown("receive-4-seen-again", Kind::OnIwantMessagesToRoute, "( (7, message(first)))")
            }
            Self::Publish1Seen => shown("publish-1-seen", Kind::AlreadyPublished, "no change"),
            Self::Publish3Mesh => {
                shown("publish-3-mesh", Kind::PublishMessage, "Publish_message { \"to_publish\" = ( 1 2) }")
            }
            Self::Publish3Fanout => shown(
                "publish-3-fanout",
                Kind::PublishMessage,
                "fanout a: {1}, last published at 0ms -> {1}, last published at 500ms",
            ),
            Self::Publish3EmptyFanout => {
                shown("publish-3-empty-fanout", Kind::PublishMessage, "Publish_message { \"to_publish\" = ( ) }")
            }
            Self::Publish3NewFanout => {
                shown("publish-3-new-fanout", Kind::PublishMessage, "fanout a: nothing -> {1}, last published at 0ms")
            }
            Self::Publish3NewFanoutLimited => shown(
                "publish-3-new-fanout-limited",
                Kind::PublishMessage,
                "fanout a: nothing -> {any 2 of {1, 2, 3}}, last published at 0ms",
            ),
            Self::Publish3Nobody => {
                shown("publish-3-nobody", Kind::PublishMessage, "Publish_message { \"to_publish\" = ( ) }")
            }
            Self::Join1Joined => shown("join-1-joined", Kind::AlreadyJoined, "no change"),
            Self::Join2All => shown("join-2-all", Kind::JoiningTopic, "mesh a: nothing -> {1}"),
            Self::Join2Limited => {
                shown("join-2-limited", Kind::JoiningTopic, "mesh a: nothing -> {any 2 of {1, 2, 3}}")
            }
            Self::Join2Fanout => shown("join-2-fanout", Kind::JoiningTopic, "mesh a: nothing -> {1}"),
            Self::Join2FanoutUnwelcome => shown("join-2-fanout-unwelcome", Kind::JoiningTopic, "Joining_topic ( 3)"),
            Self::Join2EndedBackoff => shown("join-2-ended-backoff", Kind::JoiningTopic, "Joining_topic ( )"),
            Self::Join3Score => shown("join-3-score", Kind::Heartbeat, "score 1: 0 -> 2 = a(P1 2)"),
            Self::Leave1NotJoined => shown("leave-1-not-joined", Kind::NotJoined, "no change"),
            Self::Leave2Prune => {
                shown("leave-2-prune", Kind::LeavingTopic, "backoff a 1: nothing -> until 14000ms, 10000ms left")
            }
            Self::Leave2NoPx => shown(
                "leave-2-no-px",
                Kind::LeavingTopic,
                "Leaving_topic { \"to_prune\" = ( 1 2); \"noPX_peers\" = ( 2) }",
            ),
            Self::Leave2Deficit => {
                shown("leave-2-deficit", Kind::LeavingTopic, "score 1: 1 = a(P1 5 + P3 -4) -> -4 = a(P3b -4)")
            }
            Self::ApplicationScoreSet => {
                shown("application-score-set", Kind::SetApplicationScore, "score 1: 0 -> 25 = P5 25")
            }
            Self::ApplicationScoreRetained => {
                shown("application-score-retained", Kind::SetApplicationScore, "score 1: 0 -> 25 = P5 25")
            }
            Self::ApplicationScoreUnknown => shown("application-score-unknown", Kind::SetApplicationScore, "no change"),
            Self::Heartbeat1Tick => shown("heartbeat-1-tick", Kind::Heartbeat, "heartbeat_ticks: 0 -> 1"),
            Self::Heartbeat2Backoff => {
                shown("heartbeat-2-backoff", Kind::Heartbeat, "backoff a 1: until 10000ms, ended 2000ms ago -> nothing")
            }
            Self::Heartbeat2BackoffTicks => shown(
                "heartbeat-2-backoff-ticks",
                Kind::Heartbeat,
                "backoff a 1: until 10000ms, ended 9000ms ago -> nothing",
            ),
            Self::Heartbeat2Regraft => shown("heartbeat-2-regraft", Kind::Heartbeat, "mesh a: {} -> {1}"),
            Self::Heartbeat2Refresh => {
                shown("heartbeat-2-refresh", Kind::Heartbeat, "score 1: -39 = a(P2 2 + P4 -1) + P7 -40 -> ")
            }
            Self::Heartbeat2RefreshMesh => shown(
                "heartbeat-2-refresh-mesh",
                Kind::Heartbeat,
                "score 1: -2.25 = a(P3b -2.25) -> -1.125 = a(P3b -1.125)",
            ),
            Self::Heartbeat2RefreshTicks => {
                shown("heartbeat-2-refresh-ticks", Kind::Heartbeat, "score 1: 0 -> 2 = a(P1 2)")
            }
            Self::Heartbeat2DecayZero => {
                shown("heartbeat-2-decay-zero", Kind::Heartbeat, "score 1: 0.125 = a(P2 0.125) -> 0")
            }
            Self::Heartbeat2Activation => {
                shown("heartbeat-2-activation", Kind::Heartbeat, "score 1: 4.999 = a(P1 4.999) -> 1 = a(P1 5 + P3 -4)")
            }
            Self::Heartbeat2Retained => {
                shown("heartbeat-2-retained", Kind::Heartbeat, "score 1: -10 = P5 -10 -> nothing")
            }
            Self::Heartbeat2Counters => {
                shown("heartbeat-2-counters", Kind::Heartbeat, "ihave_per_heartbeat 1: 1 -> nothing")
            }
            Self::Heartbeat3aNegative => {
                shown("heartbeat-3a-negative", Kind::Heartbeat, "to_prune\" = ( (1, ( a))); \"noPX_peers\" = ( 1) }")
            }
            Self::Heartbeat3aDeficit => shown("heartbeat-3a-deficit", Kind::Heartbeat, "score 1: 0 -> -9 = a(P3b -9)"),
            Self::Heartbeat3bFill => {
                shown("heartbeat-3b-fill", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( (1, ( a)))")
            }
            Self::Heartbeat3bBackedOff => {
                shown("heartbeat-3b-backed-off", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )")
            }
            Self::Heartbeat3bLimited => {
                shown("heartbeat-3b-limited", Kind::Heartbeat, "mesh a: {} -> {any 2 of {1, 2, 3}}")
            }
            Self::Heartbeat3bEnough => shown("heartbeat-3b-enough", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )"),
            Self::Heartbeat3cBest => shown("heartbeat-3c-best", Kind::Heartbeat, "mesh a: {1, 2, 3} -> {1, 3}"),
            Self::Heartbeat3cOutbound => shown("heartbeat-3c-outbound", Kind::Heartbeat, "mesh a: {1, 2, 3} -> {1, 3}"),
            Self::Heartbeat3cOthers => {
                shown("heartbeat-3c-others", Kind::Heartbeat, "mesh a: {1, 2, 3} -> {1, any 1 of {2, 3}}")
            }
            Self::Heartbeat3cHigh => {
                shown("heartbeat-3c-high", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( ); \"to_prune\" = ( )")
            }
            Self::Heartbeat3dOutbound => shown("heartbeat-3d-outbound", Kind::Heartbeat, "mesh a: {1} -> {1, 3}"),
            Self::Heartbeat3dLimited => {
                shown("heartbeat-3d-limited", Kind::Heartbeat, "mesh a: {1} -> {1, any 1 of {2, 3}}")
            }
            Self::Heartbeat3dUnfit => shown("heartbeat-3d-unfit", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )"),
            Self::Heartbeat3dBelowLow => {
                shown("heartbeat-3d-below-low", Kind::Heartbeat, "mesh a: {1} -> {1, any 1 of {2, 3, 4}}")
            }
            Self::Heartbeat3eOpportunistic => {
                shown("heartbeat-3e-opportunistic", Kind::Heartbeat, "mesh a: {1, 2} -> {1, 2, 3}")
            }
            Self::Heartbeat3eLimited => {
                shown("heartbeat-3e-limited", Kind::Heartbeat, "mesh a: {1, 2} -> {1, 2, any 1 of {3, 4}}")
            }
            Self::Heartbeat3eDirect => shown("heartbeat-3e-direct", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )"),
            Self::Heartbeat3eBackedOff => {
                shown("heartbeat-3e-backed-off", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )")
            }
            Self::Heartbeat3eTicks => shown("heartbeat-3e-ticks", Kind::Heartbeat, "mesh a: {1, 2} -> {1, 2, 3}"),
            Self::Heartbeat3eMedian => shown("heartbeat-3e-median", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )"),
            Self::Heartbeat3eAlone => shown("heartbeat-3e-alone", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )"),
            Self::Heartbeat3eAfter3d => shown("heartbeat-3e-after-3d", Kind::Heartbeat, "score 1: 0 -> 1 = a(P1 1)"),
            Self::Heartbeat4Grafted => shown("heartbeat-4-grafted", Kind::Heartbeat, "score 1: 0 -> 1 = a(P1 1)"),
            Self::Heartbeat4Regrafted => shown("heartbeat-4-regrafted", Kind::Heartbeat, "score 1: 0 -> -4 = a(P3 -4)"),
            Self::Heartbeat5Expired => {
                shown("heartbeat-5-expired", Kind::Heartbeat, "fanout a: {1}, last published at 0ms -> nothing")
            }
            Self::Heartbeat5LowScore => shown(
                "heartbeat-5-low-score",
                Kind::Heartbeat,
                "fanout a: {1}, last published at 0ms -> {}, last published at 0ms",
            ),
            Self::Heartbeat5Fill => shown(
                "heartbeat-5-fill",
                Kind::Heartbeat,
                "fanout a: {1}, last published at 0ms -> {1, 2}, last published at 0ms",
            ),
            Self::Heartbeat5Limited => shown(
                "heartbeat-5-limited",
                Kind::Heartbeat,
                "fanout a: {1}, last published at 0ms -> {1, any 1 of {2, 3}}, last published at 0ms",
            ),
            Self::Heartbeat6History => shown("heartbeat-6-history", Kind::Heartbeat, "first_seen 7: 0ms -> nothing"),
            Self::Heartbeat7Topics => {
                shown("heartbeat-7-topics", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( (1, ( a b)))")
            }
            Self::PxPeersOffered => shown("px-peers-offered", Kind::PxPeers, "Px_peers [any 2 of {1, 2}]"),
            Self::PxPeersNoneForIt => shown("px-peers-none-for-it", Kind::PxPeers, "Px_peers []"),
            Self::PxPeersOff => shown("px-peers-off", Kind::PxPeers, "Px_peers []"),
            Self::PxPeersNegative => shown("px-peers-negative", Kind::PxPeers, "Px_peers [1]"),
            Self::PxPeersLimited => shown("px-peers-limited", Kind::PxPeers, "Px_peers [any 2 of {1, 2, 3}]"),
            Self::GossipMesh => {
                shown("gossip-mesh", Kind::GossipMessages, "Gossip_messages [{ peer=2; topic=a; message_ids=[7] }]")
            }
            Self::GossipFanout => {
                shown("gossip-fanout", Kind::GossipMessages, "Gossip_messages [{ peer=2; topic=a; message_ids=[7] }]")
            }
            Self::GossipLazy => shown(
                "gossip-lazy",
                Kind::GossipMessages,
                "Gossip_messages [{ peer=any 1 of {1, 2}; topic=a; message_ids=[7] }]",
            ),
            Self::GossipFactor => shown(
                "gossip-factor",
                Kind::GossipMessages,
                "Gossip_messages [{ peer=any 2 of {1, 2, 3}; topic=a; message_ids=[7] }]",
            ),
            Self::GossipIdsLimited => {
                shown("gossip-ids-limited", Kind::GossipMessages, "message_ids=[any 2 of [5, 6, 7]]")
            }
            Self::GossipRepetitions => shown("gossip-repetitions", Kind::GossipMessages, "message_ids=[7;7]"),
            Self::GossipNothing => shown("gossip-nothing", Kind::GossipMessages, "Gossip_messages []"),
            Self::ScoreP1Cap => shown("score-p1-cap", Kind::Heartbeat, "score 1: 4 = a(P1 4) -> 6 = a(P1 6)"),
            Self::ScoreP2Cap => shown("score-p2-cap", Kind::RouteMessage, "Route_message"),
            Self::ScoreP3Cap => shown(
                "score-p3-cap",
                Kind::RouteMessage,
                "score 1: 5 = a(P1 5 + P2 1 + P3 -1) -> 6 = a(P1 5 + P2 2 + P3 -1)",
            ),
            Self::ScoreP3Kept => {
                shown("score-p3-kept", Kind::Heartbeat, "score 1: 1 = a(P2 1) -> 4.5 = a(P1 5 + P2 0.5 + P3 -1)")
            }
            Self::ScoreP3NoDeficit => {
                shown("score-p3-no-deficit", Kind::RouteMessage, "score 1: 8 = a(P1 5 + P2 3) -> 9 = a(P1 5 + P2 4)")
            }
            Self::ScoreP4Squared => {
                shown("score-p4-squared", Kind::InvalidMessage, "score 1: -4 = a(P4 -4) -> -9 = a(P4 -9)")
            }
            Self::ScoreP7Threshold => shown("score-p7-threshold", Kind::PeerBackedOff, "score 1: 0 -> -10 = P7 -10"),
            Self::ScoreTopicCap => shown(
                "score-topic-cap",
                Kind::RouteMessage,
                "score 1: 11 = a(P2 1) + P5 10 -> 11.5 = min(1.5, a(P2 1) + b(P2 1)) + P5 10",
            ),
            Self::ScoreFamily => {
                shown("score-family", Kind::RouteMessage, "score 1: 1 = a(P2 1) -> 3 = a(P2 1) + 0.5 b(P2 4)")
            }
        }
    }
}
