//! The table of all rules of the page `BEHAVIOUR.md`, in its order.

use crate::Rule;
use gossipsub_automaton::{Behaviour, OutputKind};

/// What the model reports of a rule when it applies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// Whether the condition of the rule holds.
    Check,
    /// Whether the condition holds, and how a value compares with its limit.
    Comparison,
    /// How many members are chosen of how many candidates.
    Choice,
}

/// Defines the rules: name, sentence, what the model reports, and the output that the rule gives, if it gives one.
macro_rules! rules {
    ($($id:ident = $name:literal, $sentence:literal, [$($report:ident),*] $(=> $output:ident)?;)*) => {
        /// Identifies a rule of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum RuleId {
            $(#[doc = concat!("`", $name, "`: ", $sentence, ".")] $id,)*
        }

        /// The rules of the page, in its order.
        pub static RULES: &[Rule] =
            &[$(Rule { index: RuleId::$id as usize, name: $name, sentence: $sentence },)*];

        impl RuleId {
            /// All rules, in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$id,)*];

            /// What the model reports of this rule. Empty if the rule neither decides nor chooses.
            #[must_use]
            pub const fn reports(self) -> &'static [Report] {
                match self { $(Self::$id => &[$(Report::$report),*],)* }
            }

            /// The rule that gives an output of this kind.
            #[must_use]
            pub const fn of(output: OutputKind) -> Self {
                match output { $($(OutputKind::$output => Self::$id,)?)* }
            }
        }

        /// The rule that gives an output of this kind: the input, the number of the check, and its condition.
        #[must_use]
        pub const fn rule_of(output: OutputKind) -> &'static str {
            match output { $($(OutputKind::$output => concat!($name, ": ", $sentence),)?)* }
        }
    };
}

rules! {
    // Score records
    ScoreP1 = "score (P1)", "p1 is the time in the mesh, or 0 if the peer is inactive", [];
    ScoreP2 = "score (P2)", "p2 is the weighted count of first deliveries", [];
    ScoreP3 = "score (P3)", "p3 is the weighted square of the deficit of mesh deliveries", [];
    ScoreP3b = "score (P3b)", "p3b is the weighted sum of mesh failures", [];
    ScoreP4 = "score (P4)", "p4 is the weighted square of the count of invalid messages", [];
    ScoreP5 = "score (P5)", "p5 is the weighted score that the application set", [];
    ScoreP7 = "score (P7)", "p7 is the weighted square of the excess of the behaviour penalty", [];
    ScoreValue = "score (value)", "the value is the capped sum over the topics, plus p5, plus p7", [];
    ScoreConnect = "score (connect)", "a record is created, or a retained one is connected with all its counters", [];
    ScoreGraft = "score (graft)", "the peer is active in the topic since now", [];
    ScorePrune = "score (prune)", "the deficit becomes a mesh failure and the peer is inactive", [];
    FirstDelivery = "score (first delivery)", "first_message_deliveries grows by one, up to its cap", [Comparison];
    Duplicate = "score (duplicate)", "the duplicate comes within mesh_message_deliveries_window", [Check];
    MeshDelivery1 = "score (mesh delivery 1)", "the peer is active in the topic", [Check];
    MeshDelivery2 = "score (mesh delivery 2)", "mesh_message_deliveries grows by one, up to its cap", [Comparison];
    ScoreInvalid = "score (invalid)", "the count of invalid messages grows by one", [];
    ScorePenalty = "score (penalty)", "the behaviour penalty grows by one", [];
    Refresh1 = "score (refresh 1)", "the record of a disconnected peer has expired", [Comparison];
    Refresh2 = "score (refresh 2)", "the time in the mesh has reached mesh_message_deliveries_activation", [Comparison];
    Refresh3 = "score (refresh 3)", "a decayed counter is below decay_zero", [Comparison];
    Disconnect1 = "score (disconnect 1)", "the value is above zero", [Comparison];
    Disconnect2 = "score (disconnect 2)", "the record is retained until retain_duration from now", [];

    // Message cache
    Cache1 = "cache (1)", "a message goes into the newest slot of both windows", [];
    Cache2 = "cache (2)", "the message is still cached", [Check];
    Cache3 = "cache (3)", "a shift drops the slots that are as old as their window is long", [];
    Cache4 = "cache (4)", "the gossip ids are those of the newest history_gossip_length slots", [];

    // Backoffs
    Backoff1 = "backoff (1)", "the entry ends later than now and the span", [Comparison];

    // Connections
    AddPeer1 = "add_peer (1)", "the peer is connected", [Check] => PeerAlreadyKnown;
    AddPeer2 = "add_peer (2)", "the peer is not connected", [] => PeerAdded;
    RemovePeer1 = "remove_peer (1)", "the peer leaves, whether it is connected or not", [] => RemovingPeer;
    Subscribe1 = "subscribe (1)", "the peer is not connected", [Check] => SubscribeToUnknownPeer;
    Subscribe1a = "subscribe (1a)", "the peer has max_topics_per_peer other topics or more", [Check]
        => SubscribeIgnoredTopicLimitExceeded;
    Subscribe2 = "subscribe (2)", "the peer is connected", [] => Subscribed;
    Unsubscribe1 = "unsubscribe (1)", "the peer is not connected", [Check] => UnsubscribeFromUnknownPeer;
    Unsubscribe2 = "unsubscribe (2)", "the peer is connected", [] => Unsubscribed;

    // Gossip
    Ihave1 = "ihave (1)", "the peer's score is below gossip_threshold", [Comparison] => IhaveFromPeerWithLowScore;
    Ihave2 = "ihave (2)", "the peer sent more than max_recv_ihave_per_heartbeat since the last heartbeat", [Comparison]
        => TooManyRecvIhaveMessages;
    Ihave3 = "ihave (3)", "max_sent_iwant_per_heartbeat ids were requested from the peer since the last heartbeat",
        [Comparison] => TooManySentIwantMessages;
    Ihave4 = "ihave (4)", "the topic is not joined", [Check] => MessageTopicNotTracked;
    Ihave5a = "ihave (5a)", "an id is invalid", [Check] => InvalidMessageId;
    Ihave5b = "ihave (5b)", "an id is unknown or outdated", [Check];
    Ihave5c = "ihave (5c)", "an id counts as seen", [Check];
    Ihave5d = "ihave (5d)", "the peer filter refuses an id", [Check];
    Ihave6 = "ihave (6)", "no id is left", [Check];
    Ihave7 = "ihave (7)", "as many of the ids as may still be requested are chosen", [Choice]
        => MessageRequestedMessageIds;
    Iwant1 = "iwant (1)", "the peer's score is below gossip_threshold", [Comparison] => IwantFromPeerWithLowScore;
    Iwant2 = "iwant (2)", "each id is answered in order", [] => OnIwantMessagesToRoute;
    Iwant2a = "iwant (2a)", "the id is not cached", [Check];
    Iwant2b = "iwant (2b)", "the peer asked for the message more than max_gossip_retransmission times", [Comparison];
    Iwant2c = "iwant (2c)", "the peer filter refuses the id", [Check];

    // Mesh
    Graft1 = "graft (1)", "the peer filter refuses", [Check] => PeerFiltered;
    Graft2 = "graft (2)", "the topic is not joined", [Check] => UnsubscribedTopic;
    Graft3 = "graft (3)", "the peer is in the mesh", [Check] => PeerAlreadyInMesh;
    Graft4 = "graft (4)", "the peer is not connected", [Check] => UnexpectedGraftingPeer;
    Graft5 = "graft (5)", "the peer is direct", [Check] => GraftingDirectPeer;
    Graft6 = "graft (6)", "the peer is backed off until after now", [Comparison] => PeerBackedOff;
    Graft6a = "graft (6a)", "the graft comes within graft_flood_threshold of the prune", [Comparison];
    Graft7 = "graft (7)", "the peer's score is below zero", [Comparison] => GraftingPeerWithNegativeScore;
    Graft8 = "graft (8)", "the peer is not outbound, and the mesh has degree_high peers or more", [Comparison]
        => MeshFull;
    Graft8b = "graft (8b)", "the peer has max_topics_per_peer other topics or more", [Check];
    Graft9 = "graft (9)", "no check failed", [] => GraftingSuccessfully;
    Prune1 = "prune (1)", "the topic is not joined", [Check] => PruneTopicNotTracked;
    Prune2 = "prune (2)", "the peer is not in the mesh", [Check] => PeerNotInMesh;
    Prune3 = "prune (3)", "the peer leaves the mesh and is backed off for the given span", [];
    Prune4 = "prune (4)", "the peer's score after the prune is below accept_px_threshold", [Comparison]
        => IgnorePxScoreTooLow;
    Prune5 = "prune (5)", "peers are chosen of those that were offered", [Choice] => Px;
    Prune5a = "prune (5a)", "no peer is chosen of those that were offered", [Check] => NoPx;

    // Messages
    ReceiveMessage1 = "receive_message (1)", "the topic is not joined", [Check] => NotSubscribed;
    ReceiveMessage2 = "receive_message (2)", "the id counts as seen", [Check] => AlreadyReceived;
    ReceiveMessage2a = "receive_message (2a)", "the sender is a recorded sender of the id", [Check];
    ReceiveMessage3 = "receive_message (3)", "the message is outdated", [Check] => Outdated;
    ReceiveMessage3a = "receive_message (3a)", "the message's validity is unknown or outdated", [Check]
        => UnknownValidity;
    ReceiveMessage3b = "receive_message (3b)", "the message is invalid", [Check] => InvalidMessage;
    ReceiveMessage3c = "receive_message (3c)", "the message is for a batch", [Check] => ToIncludeInBatch;
    ReceiveMessage4 = "receive_message (4)", "no check failed", [] => RouteMessage;
    ApplyBatch1 = "apply_batch (1)", "the application gives more or fewer verdicts than there are messages", [Check];
    ApplyBatch2 = "apply_batch (2)", "the messages are handled in their order", [] => BatchResult;
    ApplyBatch3 = "apply_batch (3)", "the message's verdict is unknown or outdated", [Check];
    ApplyBatch3a = "apply_batch (3a)", "the message's verdict is invalid", [Check];
    ApplyBatch4 = "apply_batch (4)", "the message's verdict is valid", [];
    PublishMessage1 = "publish_message (1)", "the id counts as seen", [Check] => AlreadyPublished;
    PublishMessage2 = "publish_message (2)", "the message goes into the cache", [];
    PublishMessage3 = "publish_message (3)", "the peers are those of the mesh, of the fanout or of a new fanout", [Choice];
    PublishMessage3a = "publish_message (3a)", "the topic is joined", [Check];
    PublishMessage3b = "publish_message (3b)", "the topic has a fanout", [Check];
    PublishMessage3c = "publish_message (3c)", "the fanout is empty", [Check];
    PublishMessage3d = "publish_message (3d)", "a subscribed peer is direct", [Check];
    PublishMessage3e = "publish_message (3e)", "a subscribed peer's score is below publish_threshold", [Comparison];
    PublishMessage3f = "publish_message (3f)", "no peer is chosen", [Check];
    PublishMessage4 = "publish_message (4)", "the id does not count as seen", [] => PublishMessage;

    // Topics
    Join1 = "join (1)", "the topic is joined", [Check] => AlreadyJoined;
    Join2 = "join (2)", "peers are chosen beside those of the fanout, up to degree_optimal in all", [Choice];
    Join2a = "join (2a)", "a peer is backed off", [Check];
    Join2b = "join (2b)", "a peer's score is below zero", [Comparison];
    Join2c = "join (2c)", "a subscribed peer is direct", [Check];
    Join2d = "join (2d)", "a subscribed peer is kept from the fanout", [Check];
    Join3 = "join (3)", "the topic is not joined", [] => JoiningTopic;
    Leave1 = "leave (1)", "the topic is not joined", [Check] => NotJoined;
    Leave2 = "leave (2)", "the topic is joined", [] => LeavingTopic;
    Leave2a = "leave (2a)", "the score of a peer of the mesh is below zero", [Comparison];
    SetApplicationScore1 = "set_application_score (1)", "the peer has no score record", [Check];
    SetApplicationScore2 = "set_application_score (2)", "the output is always the same", [] => SetApplicationScore;

    // Heartbeat
    Heartbeat1 = "heartbeat 1", "heartbeats are counted", [];
    Heartbeat2a = "heartbeat 2a", "it is time to clean up backoffs", [Check];
    Heartbeat2b = "heartbeat 2b", "a backoff ended two heartbeat intervals ago or earlier", [Comparison];
    Heartbeat2c = "heartbeat 2c", "it is time to refresh scores", [Check];
    Heartbeat2d = "heartbeat 2d", "the counters of all peers are reset", [];
    Heartbeat3a = "heartbeat 3a", "the score of a peer of the mesh is below zero", [Comparison];
    Heartbeat3b = "heartbeat 3b", "the mesh has fewer than degree_low peers", [Comparison, Choice];
    Heartbeat3c = "heartbeat 3c", "the mesh has more than degree_high peers", [Comparison, Choice];
    Heartbeat3d1 = "heartbeat 3d1", "the mesh has degree_low peers or more", [Comparison];
    Heartbeat3d = "heartbeat 3d", "the mesh has fewer than degree_out outbound peers", [Comparison, Choice];
    Heartbeat3d2 = "heartbeat 3d2", "a candidate is outbound", [Check];
    Heartbeat3e1 = "heartbeat 3e1", "it is time for opportunistic grafts", [Check];
    Heartbeat3e2 = "heartbeat 3e2", "the mesh has more than one peer", [Comparison];
    Heartbeat3e3 = "heartbeat 3e3", "the median score is below opportunistic_graft_threshold", [Comparison];
    Heartbeat3e4 = "heartbeat 3e4", "a subscribed peer's score is above the median", [Comparison];
    Heartbeat3e5 = "heartbeat 3e5", "a subscribed peer was pruned from the topic in this heartbeat", [Check];
    Heartbeat3e = "heartbeat 3e", "peers are grafted opportunistically", [Choice];
    Candidate1 = "candidate (1)", "a subscribed peer is in the mesh", [Check];
    Candidate2 = "candidate (2)", "a subscribed peer is backed off", [Check];
    Candidate3 = "candidate (3)", "a subscribed peer is direct", [Check];
    Candidate4 = "candidate (4)", "a subscribed peer's score is below zero", [Comparison];
    Heartbeat4 = "heartbeat 4", "the pruned are backed off and leave the mesh, and the grafted join it", [];
    Heartbeat5a = "heartbeat 5a", "the fanout was last published to more than fanout_ttl ago", [Comparison];
    Heartbeat5b = "heartbeat 5b", "a peer of the fanout is not subscribed", [Check];
    Heartbeat5c = "heartbeat 5c", "the score of a peer of the fanout is below publish_threshold", [Comparison];
    Heartbeat5d = "heartbeat 5d", "a subscribed peer is in the fanout", [Check];
    Heartbeat5e = "heartbeat 5e", "a subscribed peer is direct", [Check];
    Heartbeat5f = "heartbeat 5f", "a subscribed peer's score is below publish_threshold", [Comparison];
    Heartbeat5 = "heartbeat 5", "the fanout is filled up to degree_optimal", [Choice];
    Heartbeat6 = "heartbeat 6", "the message cache is shifted and the pruned lose their place in the mesh", [];
    Heartbeat7 = "heartbeat 7", "grafts and prunes are grouped by peer", [] => Heartbeat;

    // Queries
    SelectPxPeers1 = "select_px_peers (1)", "do_px is off", [Check];
    SelectPxPeers2 = "select_px_peers (2)", "the peer to prune is one of no_px_peers", [Check];
    SelectPxPeers3a = "select_px_peers (3a)", "a subscribed peer is the peer to prune", [Check];
    SelectPxPeers3b = "select_px_peers (3b)", "a subscribed peer's score is below zero", [Comparison];
    SelectPxPeers3 = "select_px_peers (3)", "up to peers_to_px peers are chosen in any order", [Choice] => PxPeers;
    SelectGossipMessages1 = "select_gossip_messages (1)", "the topic has no gossip ids", [Check];
    SelectGossipMessages2 = "select_gossip_messages (2)", "peers are chosen for gossip", [Choice];
    SelectGossipMessages2a = "select_gossip_messages (2a)", "a subscribed peer is direct", [Check];
    SelectGossipMessages2b = "select_gossip_messages (2b)", "a subscribed peer's score is below gossip_threshold",
        [Comparison];
    SelectGossipMessages2c = "select_gossip_messages (2c)", "a subscribed peer is in the mesh or the fanout", [Check];
    SelectGossipMessages2d = "select_gossip_messages (2d)", "gossip_factor gives more peers than degree_lazy",
        [Comparison];
    SelectGossipMessages3 = "select_gossip_messages (3)", "ids are chosen for each of these peers", [Choice]
        => GossipMessages;
}

impl RuleId {
    /// The first behaviour with the rule.
    #[must_use]
    pub const fn since(self) -> Behaviour {
        match self {
            Self::ReceiveMessage2a | Self::ReceiveMessage3 => Behaviour::Octez22,
            Self::ReceiveMessage3c
            | Self::ApplyBatch1
            | Self::ApplyBatch2
            | Self::ApplyBatch3
            | Self::ApplyBatch3a
            | Self::ApplyBatch4 => Behaviour::Octez24,
            Self::Subscribe1a | Self::Graft8b => Behaviour::OctezNext,
            _ => Behaviour::Mavryk,
        }
    }

    /// The rule of the page.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "the table has a row for each identifier")]
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }
}
