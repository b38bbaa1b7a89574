//! The numbered checks of the behaviour, each in every variant that a scenario shows.

use crate::{Showcase, catalogue::catalogue, showcase::showcase};
use gossipsub_automaton::OutputKind;

catalogue! {
    /// A numbered check, or another rule that has no output of its own, in one of its ways.
    pub enum Check {
        AddPeerNew = "`add_peer`: the peer is not connected",
        AddPeerDirectOutbound = "`add_peer`: the connection keeps who opened it, and whether the peer is direct",
        AddPeerBootstrap = "`add_peer` (2): since `octez-22`, the connection keeps whether the peer is a bootstrap peer",
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
        Subscribe1aLimit = "subscribe (1a): since `octez-next`, the peer has `max_topics_per_peer` other topics",
        Subscribe1aAgain = "subscribe (1a): the topic is one of the peer's topics",
        Subscribe1aRoom = "subscribe (1a): unsubscribing makes room",
        Subscribe2NoLimit = "subscribe (2): before `octez-next`, any number of topics",
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
        Ihave5UnknownRequested = "ihave (5b): since `octez-22`, unknown ids are requested",
        Ihave5IdAlone = "ihave (5a): since `octez-22`, the id alone is looked at",
        Ihave5Pending = "ihave (5c): an id that waits for its batch does not count as seen",
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
        Iwant2Pending = "iwant (2a): a message that waits for its batch is not cached",
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
        Graft8bLimit = "graft (8b): since `octez-next`, the peer has `max_topics_per_peer` other topics",
        Graft8bOutbound = "graft (8b): an outbound peer does not pass",
        Graft8bSubscribed = "graft (8b): the topic is one of the peer's topics",
        Graft9Success = "graft (9): no check failed",
        Graft9NoLimit = "graft (9): before `octez-next`, any number of topics",
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
        Receive2OwnDuplicate = "`receive_message` (2): before `octez-22`, a duplicate of the first sender counts",
        Receive2Recorded = "`receive_message` (2a): since `octez-22`, a duplicate of a recorded sender does not count",
        Receive2OtherSender = "`receive_message` (2a): a duplicate records no sender",
        Receive2PublishedEcho = "`receive_message` (2a): a published message records no sender",
        Receive2FirstTime = "`receive_message` (2): the window counts from the first time, also if a batch added the id again",
        Receive2LongerSeen = "`receive_message` (2): an id that a batch added again counts as seen until its last slot leaves",
        Receive3Unknown = "`receive_message` (3): the validity is unknown",
        Receive3Outdated = "`receive_message` (3): the message is outdated",
        Receive3Invalid = "`receive_message` (3): the message is invalid",
        Receive3OutdatedOutput = "`receive_message` (3): since `octez-22`, an outdated message has an output of its own",
        Receive3IdOutdated = "`receive_message` (3): since `octez-22`, the id alone comes first",
        Receive3PayloadOutdated = "`receive_message` (3): the id is valid, and its payload outdated",
        Receive3PayloadInvalid = "`receive_message` (3b): the id is valid, and its payload invalid",
        Receive3BothInvalid = "`receive_message` (3b): the id and its payload are invalid, and the sender pays once",
        Receive3BatchInvalid = "`receive_message` (3b): the id of a message for a batch is invalid",
        Receive3cBatch = "`receive_message` (3c): since `octez-24`, a message for a batch",
        Receive3cIdAlone = "`receive_message` (3c): the payload of a message for a batch is not looked at",
        Receive3cAgain = "`receive_message` (3c): an id that waits for its batch does not count as seen",
        Receive4Route = "`receive_message` (4): the mesh without the sender, and the direct peers",
        Receive4DirectSender = "`receive_message` (4): the sender included if it is direct",
        Receive4MeshDelivery = "`receive_message` (4): a first delivery in the mesh",
        Receive4SeenAgain = "`receive_message` (4): an id that is cached, and no longer seen",
        Receive4Sender = "`receive_message` (4): since `octez-22`, the sender is recorded",
        Receive4SendersAnew = "`receive_message` (4): the recorded senders went when the id no longer counted as seen",
        ApplyBatch1Mismatch = "`apply_batch` (1): the number of verdicts is wrong",
        ApplyBatch2Order = "`apply_batch` (2): a result for each message, in order",
        ApplyBatch2Empty = "`apply_batch` (2): an empty batch",
        ApplyBatch3NoVerdict = "`apply_batch` (3): unknown and outdated messages",
        ApplyBatch3aInvalid = "`apply_batch` (3a): an invalid message",
        ApplyBatch3aLeft = "`apply_batch` (3a): the topic was left",
        ApplyBatch4Valid = "`apply_batch` (4): the message is cached, its sender recorded and rewarded",
        ApplyBatch4Left = "`apply_batch` (4): the topic was left, and the sender has no record",
        ApplyBatch4Retained = "`apply_batch` (4): the sender was removed, and its record is retained",
        ApplyBatch4Seen = "`apply_batch` (4): the id counts as seen",
        ApplyBatch4TwiceApplied = "`apply_batch` (4): the batch was applied before",
        ApplyBatch4TwiceInBatch = "`apply_batch` (4): an id is twice in a batch",
        ApplyBatch4ToRoute = "`apply_batch` (4): the peers to route to are those of the batch",
        Publish1Seen = "`publish_message` (1): the id counts as seen",
        Publish1Pending = "`publish_message` (1): an id that waits for its batch does not count as seen",
        Publish3Mesh = "`publish_message` (3): the mesh of a joined topic",
        Publish3Fanout = "`publish_message` (3): the fanout",
        Publish3EmptyFanout = "`publish_message` (3): an empty fanout",
        Publish3NewFanout = "`publish_message` (3): a new fanout",
        Publish3NewFanoutLimited = "`publish_message` (3): `degree_optimal` peers for a new fanout",
        Publish3Nobody = "`publish_message` (3): no fanout without peers",
        Join1Joined = "join (1): the topic is joined",
        Join2All = "join (2): all candidates",
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
        PxPeersNoneForIt = "`select_px_peers`: no peer for a peer of `no_px_peers`",
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
    pub const fn showcase(self) -> Showcase {
        use OutputKind as Kind;
        match self {
            Self::AddPeerNew => showcase("add-peer-new", Kind::PeerAdded, "score 1: nothing -> 0"),
            Self::AddPeerDirectOutbound => showcase(
                "add-peer-direct-outbound",
                Kind::PeerAdded,
                "connection 1: nothing -> direct, outbound, topics {}",
            ),
            Self::AddPeerBootstrap => {
                showcase("add-peer-bootstrap", Kind::PeerAdded, "connection 1: nothing -> bootstrap, topics {}")
            }
            Self::AddPeerKnown => showcase("add-peer-known", Kind::PeerAlreadyKnown, "no change"),
            Self::AddPeerRetained => {
                showcase("add-peer-retained", Kind::InvalidMessage, "score 1: -1 = a(P4 -1) -> -4 = a(P4 -4)")
            }
            Self::RemovePeerMeshAndFanout => showcase(
                "remove-peer-mesh-and-fanout",
                Kind::RemovingPeer,
                "fanout b: {1}, last published at 0ms -> {}, last published at 0ms",
            ),
            Self::RemovePeerUnknown => showcase("remove-peer-unknown", Kind::RemovingPeer, "no change"),
            Self::RemovePeerPositive => {
                showcase("remove-peer-positive", Kind::RemovingPeer, "score 1: 9 = a(P4 -1) + P5 10 -> nothing")
            }
            Self::RemovePeerDeficit => {
                showcase("remove-peer-deficit", Kind::RemovingPeer, "a(P1 5 + P2 1 + P3 -361) -> -361 = a(P3b -361)")
            }
            Self::RemovePeerKeepsBackoff => showcase(
                "remove-peer-keeps-backoff",
                Kind::PeerBackedOff,
                "backoff a 1: until 60000ms, 59000ms left -> until 61000ms, 60000ms left",
            ),
            Self::RemovePeerAgain => showcase("remove-peer-again", Kind::Heartbeat, "score 1: -10 = P5 -10 -> nothing"),
            Self::SubscribeKnown => {
                showcase("subscribe-known", Kind::Subscribed, "connection 1: topics {} -> topics {a}")
            }
            Self::SubscribeUnknown => showcase("subscribe-unknown", Kind::SubscribeToUnknownPeer, "no change"),
            Self::Subscribe1aLimit => {
                showcase("subscribe-1a-limit", Kind::SubscribeIgnoredTopicLimitExceeded, "no change")
            }
            Self::Subscribe1aAgain => showcase("subscribe-1a-again", Kind::Subscribed, "no change"),
            Self::Subscribe1aRoom => {
                showcase("subscribe-1a-room", Kind::Subscribed, "connection 1: topics {} -> topics {b}")
            }
            Self::Subscribe2NoLimit => {
                showcase("subscribe-2-no-limit", Kind::Subscribed, "connection 1: topics {a} -> topics {a, b}")
            }
            Self::UnsubscribeMesh => showcase("unsubscribe-mesh", Kind::Unsubscribed, "score 1: 4 = a(P1 4) -> 0"),
            Self::UnsubscribeFanout => showcase(
                "unsubscribe-fanout",
                Kind::Unsubscribed,
                "fanout a: {1}, last published at 0ms -> {}, last published at 0ms",
            ),
            Self::UnsubscribeUnknown => showcase("unsubscribe-unknown", Kind::UnsubscribeFromUnknownPeer, "no change"),
            Self::UnsubscribeThenGraft => {
                showcase("unsubscribe-then-graft", Kind::GraftingSuccessfully, "mesh a: {} -> {1}")
            }
            Self::Ihave1LowScore => showcase("ihave-1-low-score", Kind::IhaveFromPeerWithLowScore, "no change"),
            Self::Ihave1NoRecord => {
                showcase("ihave-1-no-record", Kind::MessageRequestedMessageIds, "iwant_per_heartbeat 9: nothing -> 1")
            }
            Self::Ihave2TooMany => {
                showcase("ihave-2-too-many", Kind::TooManyRecvIhaveMessages, "ihave_per_heartbeat 1: 1 -> 2")
            }
            Self::Ihave3TooManySent => showcase(
                "ihave-3-too-many-sent",
                Kind::TooManySentIwantMessages,
                "Too_many_sent_iwant_messages { count=1; max=1 }",
            ),
            Self::Ihave4NotTracked => {
                showcase("ihave-4-not-tracked", Kind::MessageTopicNotTracked, "ihave_per_heartbeat 1: nothing -> 1")
            }
            Self::Ihave5Invalid => showcase("ihave-5-invalid", Kind::InvalidMessageId, "score 1: 0 -> -1 = a(P4 -1)"),
            Self::Ihave5InvalidSeen => {
                showcase("ihave-5-invalid-seen", Kind::InvalidMessageId, "score 1: 0 -> -1 = a(P4 -1)")
            }
            Self::Ihave5UnknownRequested => showcase(
                "ihave-5-unknown-requested",
                Kind::MessageRequestedMessageIds,
                "Message_requested_message_ids [7]",
            ),
            Self::Ihave5IdAlone => {
                showcase("ihave-5-id-alone", Kind::MessageRequestedMessageIds, "Message_requested_message_ids [7]")
            }
            Self::Ihave5Pending => {
                showcase("ihave-5-pending", Kind::MessageRequestedMessageIds, "Message_requested_message_ids [7]")
            }
            Self::Ihave6NothingAnnounced => showcase(
                "ihave-6-nothing-announced",
                Kind::MessageRequestedMessageIds,
                "Message_requested_message_ids []",
            ),
            Self::Ihave6Unknown => {
                showcase("ihave-6-unknown", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave6Outdated => {
                showcase("ihave-6-outdated", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave6Seen => {
                showcase("ihave-6-seen", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave6Filtered => {
                showcase("ihave-6-filtered", Kind::MessageRequestedMessageIds, "Message_requested_message_ids []")
            }
            Self::Ihave7Requested => {
                showcase("ihave-7-requested", Kind::MessageRequestedMessageIds, "Message_requested_message_ids [6]")
            }
            Self::Ihave7Limited => {
                showcase("ihave-7-limited", Kind::MessageRequestedMessageIds, "iwant_per_heartbeat 1: 1 -> 3")
            }
            Self::Ihave7Repetitions => {
                showcase("ihave-7-repetitions", Kind::MessageRequestedMessageIds, "iwant_per_heartbeat 1: nothing -> 2")
            }
            Self::Iwant1LowScore => showcase("iwant-1-low-score", Kind::IwantFromPeerWithLowScore, "no change"),
            Self::Iwant1NoRecord => {
                showcase("iwant-1-no-record", Kind::OnIwantMessagesToRoute, "access_counter 7 9: nothing -> 1")
            }
            Self::Iwant2Message => showcase("iwant-2-message", Kind::OnIwantMessagesToRoute, "( (7, message(m)))"),
            Self::Iwant2NotFound => showcase("iwant-2-not-found", Kind::OnIwantMessagesToRoute, "( (8, not_found))"),
            Self::Iwant2Pending => showcase("iwant-2-pending", Kind::OnIwantMessagesToRoute, "no change"),
            Self::Iwant2TooMany => {
                showcase("iwant-2-too-many", Kind::OnIwantMessagesToRoute, "( (7, too_many_requests))")
            }
            Self::Iwant2Ignored => showcase("iwant-2-ignored", Kind::OnIwantMessagesToRoute, "( (7, ignored))"),
            Self::Iwant2Twice => {
                showcase("iwant-2-twice", Kind::OnIwantMessagesToRoute, "access_counter 7 1: nothing -> 2")
            }
            Self::Iwant2IgnoredCounts => {
                showcase("iwant-2-ignored-counts", Kind::OnIwantMessagesToRoute, "( (7, too_many_requests))")
            }
            Self::Graft1Filtered => {
                showcase("graft-1-filtered", Kind::PeerFiltered, "backoff a 1: nothing -> until 60000ms, 60000ms left")
            }
            Self::Graft1FilteredUnknown => showcase(
                "graft-1-filtered-unknown",
                Kind::PeerFiltered,
                "backoff a 9: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft2Unsubscribed => showcase(
                "graft-2-unsubscribed",
                Kind::UnsubscribedTopic,
                "backoff a 1: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft2UnsubscribedUnknown => showcase(
                "graft-2-unsubscribed-unknown",
                Kind::UnsubscribedTopic,
                "backoff a 9: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft3InMesh => showcase("graft-3-in-mesh", Kind::PeerAlreadyInMesh, "no change"),
            Self::Graft4Unexpected => showcase("graft-4-unexpected", Kind::UnexpectedGraftingPeer, "no change"),
            Self::Graft4Retained => showcase("graft-4-retained", Kind::UnexpectedGraftingPeer, "no change"),
            Self::Graft5Direct => showcase(
                "graft-5-direct",
                Kind::GraftingDirectPeer,
                "backoff a 1: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft6BackedOff => showcase("graft-6-backed-off", Kind::PeerBackedOff, "score 1: 0 -> -10 = P7 -10"),
            Self::Graft6Flood => showcase("graft-6-flood", Kind::PeerBackedOff, "score 1: 0 -> -40 = P7 -40"),
            Self::Graft6Ended => showcase("graft-6-ended", Kind::GraftingSuccessfully, "mesh a: {} -> {1}"),
            Self::Graft6Before7 => {
                showcase("graft-6-before-7", Kind::PeerBackedOff, "score 1: -10 = P5 -10 -> -20 = P5 -10 + P7 -10")
            }
            Self::Graft7Negative => showcase(
                "graft-7-negative",
                Kind::GraftingPeerWithNegativeScore,
                "backoff a 1: nothing -> until 60000ms, 60000ms left",
            ),
            Self::Graft8Full => {
                showcase("graft-8-full", Kind::MeshFull, "backoff a 2: nothing -> until 60000ms, 60000ms left")
            }
            Self::Graft8Outbound => {
                showcase("graft-8-outbound", Kind::GraftingSuccessfully, "mesh a: {1, 2} -> {1, 2, 3}")
            }
            Self::Graft8bLimit => {
                showcase("graft-8b-limit", Kind::PeerFiltered, "backoff b 1: nothing -> until 60000ms, 60000ms left")
            }
            Self::Graft8bOutbound => {
                showcase("graft-8b-outbound", Kind::PeerFiltered, "backoff b 1: nothing -> until 60000ms, 60000ms left")
            }
            Self::Graft8bSubscribed => showcase("graft-8b-subscribed", Kind::GraftingSuccessfully, "mesh a: {} -> {1}"),
            Self::Graft9Success => {
                showcase("graft-9-success", Kind::GraftingSuccessfully, "connection 1: topics {} -> topics {a}")
            }
            Self::Graft9NoLimit => {
                showcase("graft-9-no-limit", Kind::GraftingSuccessfully, "connection 1: topics {a} -> topics {a, b}")
            }
            Self::Prune1NotTracked => showcase("prune-1-not-tracked", Kind::PruneTopicNotTracked, "no change"),
            Self::Prune2NotInMesh => showcase("prune-2-not-in-mesh", Kind::PeerNotInMesh, "no change"),
            Self::Prune3Backoff => {
                showcase("prune-3-backoff", Kind::NoPx, "backoff a 1: nothing -> until 1500ms, 1500ms left")
            }
            Self::Prune3LongerBackoff => showcase("prune-3-longer-backoff", Kind::NoPx, "mesh a: {1} -> {}"),
            Self::Prune3Deficit => {
                showcase("prune-3-deficit", Kind::IgnorePxScoreTooLow, "score 1: 1 = a(P1 5 + P3 -4) -> -4 = a(P3b -4)")
            }
            Self::Prune4LowScore => {
                showcase("prune-4-low-score", Kind::IgnorePxScoreTooLow, "Ignore_PX_score_too_low { \"score\" = -10 }")
            }
            Self::Prune5Px => showcase("prune-5-px", Kind::Px, "PX ( 2 3)"),
            Self::Prune5PxLimited => showcase("prune-5-px-limited", Kind::Px, "PX ( any 2 of [2, 3, 4])"),
            Self::Prune5NoPx => showcase("prune-5-no-px", Kind::NoPx, "No_PX"),
            Self::Prune5NoneTaken => showcase("prune-5-none-taken", Kind::NoPx, "No_PX"),
            Self::Receive1NotSubscribed => showcase("receive-1-not-subscribed", Kind::NotSubscribed, "no change"),
            Self::Receive2InWindow => showcase(
                "receive-2-in-window",
                Kind::AlreadyReceived,
                "score 2: 1 = a(P1 5 + P3 -4) -> 4 = a(P1 5 + P3 -1)",
            ),
            Self::Receive2AfterWindow => showcase("receive-2-after-window", Kind::AlreadyReceived, "no change"),
            Self::Receive2NotInMesh => showcase("receive-2-not-in-mesh", Kind::Heartbeat, "a(P1 5 + P2 0.5 + P3 -4)"),
            Self::Receive2OtherTopic => showcase("receive-2-other-topic", Kind::AlreadyReceived, "no change"),
            Self::Receive2OwnDuplicate => showcase(
                "receive-2-own-duplicate",
                Kind::AlreadyReceived,
                "score 1: 5 = a(P1 5 + P2 1 + P3 -1) -> 6 = a(P1 5 + P2 1)",
            ),
            Self::Receive2Recorded => showcase("receive-2-recorded", Kind::AlreadyReceived, "no change"),
            Self::Receive2OtherSender => showcase(
                "receive-2-other-sender",
                Kind::AlreadyReceived,
                "score 2: 1 = a(P1 5 + P3 -4) -> 4 = a(P1 5 + P3 -1)",
            ),
            Self::Receive2PublishedEcho => showcase(
                "receive-2-published-echo",
                Kind::AlreadyReceived,
                "score 1: 1 = a(P1 5 + P3 -4) -> 4 = a(P1 5 + P3 -1)",
            ),
            Self::Receive2FirstTime => showcase("receive-2-first-time", Kind::AlreadyReceived, "no change"),
            Self::Receive2LongerSeen => showcase("receive-2-longer-seen", Kind::AlreadyReceived, "no change"),
            Self::Receive3Unknown => showcase("receive-3-unknown", Kind::UnknownValidity, "no change"),
            Self::Receive3Outdated => showcase("receive-3-outdated", Kind::UnknownValidity, "no change"),
            Self::Receive3Invalid => showcase("receive-3-invalid", Kind::InvalidMessage, "score 1: 0 -> -1 = a(P4 -1)"),
            Self::Receive3OutdatedOutput => {
                showcase("receive-3-outdated-output", Kind::Outdated, "Outdated_message\n    no change")
            }
            Self::Receive3IdOutdated => {
                showcase("receive-3-id-outdated", Kind::Outdated, "Outdated_message\n    no change")
            }
            Self::Receive3PayloadOutdated => {
                showcase("receive-3-payload-outdated", Kind::Outdated, "Outdated_message\n    no change")
            }
            Self::Receive3PayloadInvalid => {
                showcase("receive-3-payload-invalid", Kind::InvalidMessage, "score 1: 0 -> -1 = a(P4 -1)")
            }
            Self::Receive3BothInvalid => {
                showcase("receive-3-both-invalid", Kind::InvalidMessage, "score 1: 0 -> -1 = a(P4 -1)")
            }
            Self::Receive3BatchInvalid => {
                showcase("receive-3-batch-invalid", Kind::InvalidMessage, "score 1: 0 -> -1 = a(P4 -1)")
            }
            Self::Receive3cBatch => showcase("receive-3c-batch", Kind::ToIncludeInBatch, "to_route {2}\n    no change"),
            Self::Receive3cIdAlone => showcase("receive-3c-id-alone", Kind::ToIncludeInBatch, "no change"),
            Self::Receive3cAgain => showcase("receive-3c-again", Kind::ToIncludeInBatch, "to_route {1}\n    no change"),
            Self::Receive4Route => {
                showcase("receive-4-route", Kind::RouteMessage, "Route_message { \"to_route\" = ( 2 3) }")
            }
            Self::Receive4DirectSender => {
                showcase("receive-4-direct-sender", Kind::RouteMessage, "Route_message { \"to_route\" = ( 1) }")
            }
            Self::Receive4MeshDelivery => showcase(
                "receive-4-mesh-delivery",
                Kind::RouteMessage,
                "score 1: 1 = a(P1 5 + P3 -4) -> 5 = a(P1 5 + P2 1 + P3 -1)",
            ),
            Self::Receive4SeenAgain => {
                showcase("receive-4-seen-again", Kind::OnIwantMessagesToRoute, "( (7, message(first)))")
            }
            Self::Receive4Sender => showcase("receive-4-sender", Kind::RouteMessage, "senders 7: nothing -> {1}"),
            Self::Receive4SendersAnew => {
                showcase("receive-4-senders-anew", Kind::RouteMessage, "senders 7: nothing -> {2}")
            }
            Self::ApplyBatch1Mismatch => showcase(
                "apply-batch-1-mismatch",
                Kind::BatchResult,
                "    unknown_validity\n    unknown_validity\n    no change",
            ),
            Self::ApplyBatch2Order => showcase(
                "apply-batch-2-order",
                Kind::BatchResult,
                "    outdated\n    unknown_validity\n    invalid_message\n    route_message to {2}\n",
            ),
            Self::ApplyBatch2Empty => showcase("apply-batch-2-empty", Kind::BatchResult, "Batch_result\n    no change"),
            Self::ApplyBatch3NoVerdict => showcase(
                "apply-batch-3-no-verdict",
                Kind::BatchResult,
                "    outdated\n    unknown_validity\n    no change",
            ),
            Self::ApplyBatch3aInvalid => {
                showcase("apply-batch-3a-invalid", Kind::BatchResult, "score 1: 0 -> -1 = a(P4 -1)")
            }
            Self::ApplyBatch3aLeft => showcase("apply-batch-3a-left", Kind::BatchResult, "score 1: 0 -> -1 = a(P4 -1)"),
            Self::ApplyBatch4Valid => showcase("apply-batch-4-valid", Kind::BatchResult, "score 1: 0 -> 1 = a(P2 1)"),
            Self::ApplyBatch4Left => showcase("apply-batch-4-left", Kind::BatchResult, "message_cache 7: nothing -> m"),
            Self::ApplyBatch4Retained => {
                showcase("apply-batch-4-retained", Kind::BatchResult, "score 1: -1 = a(P4 -1) -> 0 = a(P2 1 + P4 -1)")
            }
            Self::ApplyBatch4Seen => showcase("apply-batch-4-seen", Kind::BatchResult, "senders 7: {2} -> {1, 2}"),
            Self::ApplyBatch4TwiceApplied => {
                showcase("apply-batch-4-twice-applied", Kind::BatchResult, "gossip_ids a: [7] -> [7, 7]")
            }
            Self::ApplyBatch4TwiceInBatch => {
                showcase("apply-batch-4-twice-in-batch", Kind::BatchResult, "score 1: 0 -> 2 = a(P2 2)")
            }
            Self::ApplyBatch4ToRoute => {
                showcase("apply-batch-4-to-route", Kind::BatchResult, "route_message to {1, 2, 9}")
            }
            Self::Publish1Seen => showcase("publish-1-seen", Kind::AlreadyPublished, "no change"),
            Self::Publish1Pending => showcase("publish-1-pending", Kind::PublishMessage, "senders 7: nothing -> {}"),
            Self::Publish3Mesh => {
                showcase("publish-3-mesh", Kind::PublishMessage, "Publish_message { \"to_publish\" = ( 1 2) }")
            }
            Self::Publish3Fanout => showcase(
                "publish-3-fanout",
                Kind::PublishMessage,
                "fanout a: {1}, last published at 0ms -> {1}, last published at 500ms",
            ),
            Self::Publish3EmptyFanout => {
                showcase("publish-3-empty-fanout", Kind::PublishMessage, "Publish_message { \"to_publish\" = ( ) }")
            }
            Self::Publish3NewFanout => showcase(
                "publish-3-new-fanout",
                Kind::PublishMessage,
                "fanout a: nothing -> {1}, last published at 0ms",
            ),
            Self::Publish3NewFanoutLimited => showcase(
                "publish-3-new-fanout-limited",
                Kind::PublishMessage,
                "fanout a: nothing -> {any 2 of {1, 2, 3}}, last published at 0ms",
            ),
            Self::Publish3Nobody => {
                showcase("publish-3-nobody", Kind::PublishMessage, "Publish_message { \"to_publish\" = ( ) }")
            }
            Self::Join1Joined => showcase("join-1-joined", Kind::AlreadyJoined, "no change"),
            Self::Join2All => showcase("join-2-all", Kind::JoiningTopic, "mesh a: nothing -> {1}"),
            Self::Join2Limited => {
                showcase("join-2-limited", Kind::JoiningTopic, "mesh a: nothing -> {any 2 of {1, 2, 3}}")
            }
            Self::Join2Fanout => showcase("join-2-fanout", Kind::JoiningTopic, "mesh a: nothing -> {1}"),
            Self::Join2FanoutUnwelcome => showcase("join-2-fanout-unwelcome", Kind::JoiningTopic, "Joining_topic ( 3)"),
            Self::Join2EndedBackoff => showcase("join-2-ended-backoff", Kind::JoiningTopic, "Joining_topic ( )"),
            Self::Join3Score => showcase("join-3-score", Kind::Heartbeat, "score 1: 0 -> 2 = a(P1 2)"),
            Self::Leave1NotJoined => showcase("leave-1-not-joined", Kind::NotJoined, "no change"),
            Self::Leave2Prune => {
                showcase("leave-2-prune", Kind::LeavingTopic, "backoff a 1: nothing -> until 14000ms, 10000ms left")
            }
            Self::Leave2NoPx => showcase(
                "leave-2-no-px",
                Kind::LeavingTopic,
                "Leaving_topic { \"to_prune\" = ( 1 2); \"noPX_peers\" = ( 2) }",
            ),
            Self::Leave2Deficit => {
                showcase("leave-2-deficit", Kind::LeavingTopic, "score 1: 1 = a(P1 5 + P3 -4) -> -4 = a(P3b -4)")
            }
            Self::ApplicationScoreSet => {
                showcase("application-score-set", Kind::SetApplicationScore, "score 1: 0 -> 25 = P5 25")
            }
            Self::ApplicationScoreRetained => {
                showcase("application-score-retained", Kind::SetApplicationScore, "score 1: 0 -> 25 = P5 25")
            }
            Self::ApplicationScoreUnknown => {
                showcase("application-score-unknown", Kind::SetApplicationScore, "no change")
            }
            Self::Heartbeat1Tick => showcase("heartbeat-1-tick", Kind::Heartbeat, "heartbeat_ticks: 0 -> 1"),
            Self::Heartbeat2Backoff => showcase(
                "heartbeat-2-backoff",
                Kind::Heartbeat,
                "backoff a 1: until 10000ms, ended 2000ms ago -> nothing",
            ),
            Self::Heartbeat2BackoffTicks => showcase(
                "heartbeat-2-backoff-ticks",
                Kind::Heartbeat,
                "backoff a 1: until 10000ms, ended 9000ms ago -> nothing",
            ),
            Self::Heartbeat2Regraft => showcase("heartbeat-2-regraft", Kind::Heartbeat, "mesh a: {} -> {1}"),
            Self::Heartbeat2Refresh => {
                showcase("heartbeat-2-refresh", Kind::Heartbeat, "score 1: -39 = a(P2 2 + P4 -1) + P7 -40 -> ")
            }
            Self::Heartbeat2RefreshMesh => showcase(
                "heartbeat-2-refresh-mesh",
                Kind::Heartbeat,
                "score 1: -2.25 = a(P3b -2.25) -> -1.125 = a(P3b -1.125)",
            ),
            Self::Heartbeat2RefreshTicks => {
                showcase("heartbeat-2-refresh-ticks", Kind::Heartbeat, "score 1: 0 -> 2 = a(P1 2)")
            }
            Self::Heartbeat2DecayZero => {
                showcase("heartbeat-2-decay-zero", Kind::Heartbeat, "score 1: 0.125 = a(P2 0.125) -> 0")
            }
            Self::Heartbeat2Activation => showcase(
                "heartbeat-2-activation",
                Kind::Heartbeat,
                "score 1: 4.999 = a(P1 4.999) -> 1 = a(P1 5 + P3 -4)",
            ),
            Self::Heartbeat2Retained => {
                showcase("heartbeat-2-retained", Kind::Heartbeat, "score 1: -10 = P5 -10 -> nothing")
            }
            Self::Heartbeat2Counters => {
                showcase("heartbeat-2-counters", Kind::Heartbeat, "ihave_per_heartbeat 1: 1 -> nothing")
            }
            Self::Heartbeat3aNegative => {
                showcase("heartbeat-3a-negative", Kind::Heartbeat, "to_prune\" = ( (1, ( a))); \"noPX_peers\" = ( 1) }")
            }
            Self::Heartbeat3aDeficit => {
                showcase("heartbeat-3a-deficit", Kind::Heartbeat, "score 1: 0 -> -9 = a(P3b -9)")
            }
            Self::Heartbeat3bFill => {
                showcase("heartbeat-3b-fill", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( (1, ( a)))")
            }
            Self::Heartbeat3bBackedOff => {
                showcase("heartbeat-3b-backed-off", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )")
            }
            Self::Heartbeat3bLimited => {
                showcase("heartbeat-3b-limited", Kind::Heartbeat, "mesh a: {} -> {any 2 of {1, 2, 3}}")
            }
            Self::Heartbeat3bEnough => {
                showcase("heartbeat-3b-enough", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )")
            }
            Self::Heartbeat3cBest => showcase("heartbeat-3c-best", Kind::Heartbeat, "mesh a: {1, 2, 3} -> {1, 3}"),
            Self::Heartbeat3cOutbound => {
                showcase("heartbeat-3c-outbound", Kind::Heartbeat, "mesh a: {1, 2, 3} -> {1, 3}")
            }
            Self::Heartbeat3cOthers => {
                showcase("heartbeat-3c-others", Kind::Heartbeat, "mesh a: {1, 2, 3} -> {1, any 1 of {2, 3}}")
            }
            Self::Heartbeat3cHigh => {
                showcase("heartbeat-3c-high", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( ); \"to_prune\" = ( )")
            }
            Self::Heartbeat3dOutbound => showcase("heartbeat-3d-outbound", Kind::Heartbeat, "mesh a: {1} -> {1, 3}"),
            Self::Heartbeat3dLimited => {
                showcase("heartbeat-3d-limited", Kind::Heartbeat, "mesh a: {1} -> {1, any 1 of {2, 3}}")
            }
            Self::Heartbeat3dUnfit => showcase("heartbeat-3d-unfit", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )"),
            Self::Heartbeat3dBelowLow => {
                showcase("heartbeat-3d-below-low", Kind::Heartbeat, "mesh a: {1} -> {1, any 1 of {2, 3, 4}}")
            }
            Self::Heartbeat3eOpportunistic => {
                showcase("heartbeat-3e-opportunistic", Kind::Heartbeat, "mesh a: {1, 2} -> {1, 2, 3}")
            }
            Self::Heartbeat3eLimited => {
                showcase("heartbeat-3e-limited", Kind::Heartbeat, "mesh a: {1, 2} -> {1, 2, any 1 of {3, 4}}")
            }
            Self::Heartbeat3eDirect => {
                showcase("heartbeat-3e-direct", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )")
            }
            Self::Heartbeat3eBackedOff => {
                showcase("heartbeat-3e-backed-off", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )")
            }
            Self::Heartbeat3eTicks => showcase("heartbeat-3e-ticks", Kind::Heartbeat, "mesh a: {1, 2} -> {1, 2, 3}"),
            Self::Heartbeat3eMedian => {
                showcase("heartbeat-3e-median", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )")
            }
            Self::Heartbeat3eAlone => showcase("heartbeat-3e-alone", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( )"),
            Self::Heartbeat3eAfter3d => showcase("heartbeat-3e-after-3d", Kind::Heartbeat, "score 1: 0 -> 1 = a(P1 1)"),
            Self::Heartbeat4Grafted => showcase("heartbeat-4-grafted", Kind::Heartbeat, "score 1: 0 -> 1 = a(P1 1)"),
            Self::Heartbeat4Regrafted => {
                showcase("heartbeat-4-regrafted", Kind::Heartbeat, "score 1: 0 -> -4 = a(P3 -4)")
            }
            Self::Heartbeat5Expired => {
                showcase("heartbeat-5-expired", Kind::Heartbeat, "fanout a: {1}, last published at 0ms -> nothing")
            }
            Self::Heartbeat5LowScore => showcase(
                "heartbeat-5-low-score",
                Kind::Heartbeat,
                "fanout a: {1}, last published at 0ms -> {}, last published at 0ms",
            ),
            Self::Heartbeat5Fill => showcase(
                "heartbeat-5-fill",
                Kind::Heartbeat,
                "fanout a: {1}, last published at 0ms -> {1, 2}, last published at 0ms",
            ),
            Self::Heartbeat5Limited => showcase(
                "heartbeat-5-limited",
                Kind::Heartbeat,
                "fanout a: {1}, last published at 0ms -> {1, any 1 of {2, 3}}, last published at 0ms",
            ),
            Self::Heartbeat6History => showcase("heartbeat-6-history", Kind::Heartbeat, "first_seen 7: 0ms -> nothing"),
            Self::Heartbeat7Topics => {
                showcase("heartbeat-7-topics", Kind::Heartbeat, "Heartbeat { \"to_graft\" = ( (1, ( a b)))")
            }
            Self::PxPeersOffered => showcase("px-peers-offered", Kind::PxPeers, "Px_peers [any 2 of {1, 2}]"),
            Self::PxPeersNoneForIt => showcase("px-peers-none-for-it", Kind::PxPeers, "Px_peers []"),
            Self::PxPeersOff => showcase("px-peers-off", Kind::PxPeers, "Px_peers []"),
            Self::PxPeersNegative => showcase("px-peers-negative", Kind::PxPeers, "Px_peers [1]"),
            Self::PxPeersLimited => showcase("px-peers-limited", Kind::PxPeers, "Px_peers [any 2 of {1, 2, 3}]"),
            Self::GossipMesh => {
                showcase("gossip-mesh", Kind::GossipMessages, "Gossip_messages [{ peer=2; topic=a; message_ids=[7] }]")
            }
            Self::GossipFanout => showcase(
                "gossip-fanout",
                Kind::GossipMessages,
                "Gossip_messages [{ peer=2; topic=a; message_ids=[7] }]",
            ),
            Self::GossipLazy => showcase(
                "gossip-lazy",
                Kind::GossipMessages,
                "Gossip_messages [{ peer=any 1 of {1, 2}; topic=a; message_ids=[7] }]",
            ),
            Self::GossipFactor => showcase(
                "gossip-factor",
                Kind::GossipMessages,
                "Gossip_messages [{ peer=any 2 of {1, 2, 3}; topic=a; message_ids=[7] }]",
            ),
            Self::GossipIdsLimited => {
                showcase("gossip-ids-limited", Kind::GossipMessages, "message_ids=[any 2 of [5, 6, 7]]")
            }
            Self::GossipRepetitions => showcase("gossip-repetitions", Kind::GossipMessages, "message_ids=[7;7]"),
            Self::GossipNothing => showcase("gossip-nothing", Kind::GossipMessages, "Gossip_messages []"),
            Self::ScoreP1Cap => showcase("score-p1-cap", Kind::Heartbeat, "score 1: 4 = a(P1 4) -> 6 = a(P1 6)"),
            Self::ScoreP2Cap => showcase("score-p2-cap", Kind::RouteMessage, "Route_message"),
            Self::ScoreP3Cap => showcase(
                "score-p3-cap",
                Kind::RouteMessage,
                "score 1: 5 = a(P1 5 + P2 1 + P3 -1) -> 6 = a(P1 5 + P2 2 + P3 -1)",
            ),
            Self::ScoreP3Kept => {
                showcase("score-p3-kept", Kind::Heartbeat, "score 1: 1 = a(P2 1) -> 4.5 = a(P1 5 + P2 0.5 + P3 -1)")
            }
            Self::ScoreP3NoDeficit => {
                showcase("score-p3-no-deficit", Kind::RouteMessage, "score 1: 8 = a(P1 5 + P2 3) -> 9 = a(P1 5 + P2 4)")
            }
            Self::ScoreP4Squared => {
                showcase("score-p4-squared", Kind::InvalidMessage, "score 1: -4 = a(P4 -4) -> -9 = a(P4 -9)")
            }
            Self::ScoreP7Threshold => showcase("score-p7-threshold", Kind::PeerBackedOff, "score 1: 0 -> -10 = P7 -10"),
            Self::ScoreTopicCap => showcase(
                "score-topic-cap",
                Kind::RouteMessage,
                "score 1: 11 = a(P2 1) + P5 10 -> 11.5 = min(1.5, a(P2 1) + b(P2 1)) + P5 10",
            ),
            Self::ScoreFamily => {
                showcase("score-family", Kind::RouteMessage, "score 1: 1 = a(P2 1) -> 3 = a(P2 1) + 0.5 b(P2 4)")
            }
        }
    }
}
