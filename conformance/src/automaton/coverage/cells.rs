//! What there is to reach beside the outputs.

/// Defines the cells of the ledger, each with the words that a report shows.
macro_rules! cells {
    ($($cell:ident = $text:literal,)*) => {
        /// Something that can be reached.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Cell {
            $(#[doc = concat!("`", $text, "`")] $cell,)*
        }

        impl Cell {
            /// All that can be reached beside the outputs.
            pub const ALL: &[Self] = &[$(Self::$cell,)*];

            /// What is reached, in words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$cell => $text,)* }
            }
        }
    };
}

cells! {
    IhaveEmpty = "ihave (6): an empty list",
    IhaveAllSeen = "ihave (6): all ids are seen",
    IhaveUnknown = "ihave (6): an id is unknown or outdated",
    IhaveFiltered = "ihave (6): the filter refuses",
    IhaveRecvBelow = "ihave (2): below max_recv_ihave_per_heartbeat",
    IhaveRecvAt = "ihave (2): at max_recv_ihave_per_heartbeat",
    IhaveRecvAbove = "ihave (2): above max_recv_ihave_per_heartbeat",
    IhaveSentBelow = "ihave (3): below max_sent_iwant_per_heartbeat",
    IhaveSentAt = "ihave (3): at max_sent_iwant_per_heartbeat",
    IwantMessage = "iwant (2): the message",
    IwantNotFound = "iwant (2): not found",
    IwantIgnored = "iwant (2): ignored",
    IwantTooMany = "iwant (2): too many requests",
    IwantBelow = "iwant (2): below max_gossip_retransmission",
    IwantAt = "iwant (2): at max_gossip_retransmission",
    GossipScoreBelow = "ihave, iwant (1): a score below gossip_threshold",
    GossipScoreAt = "ihave, iwant (1): a score at gossip_threshold",
    GossipScoreAbove = "ihave, iwant (1): a score above gossip_threshold",
    GraftFilteredUnknown = "graft (1): of a peer that is not connected",
    GraftUnsubscribedUnknown = "graft (2): of a peer that is not connected",
    GraftBeforeEnd = "graft (6): before the end of a backoff",
    GraftAtEnd = "graft (6): at the end of a backoff",
    GraftAfterEnd = "graft (6): after the end of a backoff",
    GraftFlood = "graft (6): within the flood threshold",
    GraftNoFlood = "graft (6): after the flood threshold",
    GraftScoreZero = "graft (7): a score of zero",
    GraftMeshBelow = "graft (8): a mesh below degree_high",
    GraftMeshAt = "graft (8): a mesh at degree_high",
    GraftMeshAbove = "graft (8): a mesh above degree_high",
    GraftOutboundFull = "graft (8): an outbound peer into a full mesh",
    PruneEmptyList = "prune (5): an empty list",
    PruneRepeated = "prune (5): a list that repeats a peer",
    PruneScoreAt = "prune (4): a score at accept_px_threshold",
    ReceiveDuplicateInMesh = "receive_message (2): a duplicate by a mesh peer",
    ReceiveInWindow = "receive_message (2): a duplicate within the window",
    ReceiveAfterWindow = "receive_message (2): a duplicate after the window",
    ReceiveFromDirect = "receive_message (4): the sender is direct (Q4)",
    ReceiveFromStranger = "receive_message (4): the sender is not connected",
    PublishMesh = "publish_message (3): to the mesh",
    PublishFanout = "publish_message (3): to a fanout",
    PublishEmptyFanout = "publish_message (3): to an empty fanout (Q6)",
    PublishNobody = "publish_message (3): to nobody",
    JoinFromFanout = "join (2): peers of the fanout are kept",
    JoinDropsFanout = "join (2): peers of the fanout are not kept",
    LeaveNoPx = "leave (2): a peer with a negative score",
    HeartbeatMeshBelowLow = "heartbeat 3b: a mesh below degree_low",
    HeartbeatMeshAtLow = "heartbeat 3b: a mesh at degree_low",
    HeartbeatMeshAtHigh = "heartbeat 3c: a mesh at degree_high",
    HeartbeatMeshAboveHigh = "heartbeat 3c: a mesh above degree_high",
    HeartbeatPrunesNegative = "heartbeat 3a: a peer with a negative score",
    HeartbeatGraftsAndPrunes = "heartbeat 3: a peer grafted in one topic and pruned in another",
    HeartbeatTwoTopics = "heartbeat 3: two joined topics that share peers",
    HeartbeatFanoutExpires = "heartbeat 5: a fanout expires",
    HeartbeatFanoutAtTtl = "heartbeat 5: a fanout at fanout_ttl",
    HeartbeatEmptyFanout = "heartbeat 5: a fanout is left empty",
    HeartbeatBackoffDropped = "heartbeat 2: a backoff is dropped",
    HeartbeatEndedBackoff = "heartbeat 2: an ended backoff stays (Q1)",
    HeartbeatRecordExpires = "heartbeat 2: a record expires",
    RemoveRetained = "remove_peer: a peer that is retained (Q2)",
    RemoveForgotten = "remove_peer: a record with a positive score",
    AddRetained = "add_peer: a peer that is retained",
    ChoiceRequestedSome = "choice of ids to request: some",
    ChoiceRequestedAll = "choice of ids to request: all",
    ChoiceNewFanoutNone = "choice of a new fanout: none",
    ChoiceNewFanoutSome = "choice of a new fanout: some",
    ChoiceNewFanoutAll = "choice of a new fanout: all",
    ChoiceJoinedNone = "choice at a join: none",
    ChoiceJoinedSome = "choice at a join: some",
    ChoiceJoinedAll = "choice at a join: all",
    ChoicePxNone = "choice of px peers: none",
    ChoicePxSome = "choice of px peers: some",
    ChoicePxAll = "choice of px peers: all",
    ChoiceFillNone = "choice to fill a mesh: none",
    ChoiceFillSome = "choice to fill a mesh: some",
    ChoiceFillAll = "choice to fill a mesh: all",
    ChoiceKeptNone = "choice of a mesh to keep: none",
    ChoiceKeptSome = "choice of a mesh to keep: some",
    ChoiceOutboundNone = "choice of outbound peers: none",
    ChoiceOutboundSome = "choice of outbound peers: some",
    ChoiceOutboundAll = "choice of outbound peers: all",
    ChoiceOpportunisticNone = "choice of opportunistic grafts: none",
    ChoiceOpportunisticSome = "choice of opportunistic grafts: some",
    ChoiceOpportunisticAll = "choice of opportunistic grafts: all",
    ChoiceFanoutNone = "choice to fill a fanout: none",
    ChoiceFanoutSome = "choice to fill a fanout: some",
    ChoiceFanoutAll = "choice to fill a fanout: all",
    ChoicePxPeersNone = "choice of peers to offer: none",
    ChoicePxPeersSome = "choice of peers to offer: some",
    ChoicePxPeersAll = "choice of peers to offer: all",
    ChoiceGossipPeersNone = "choice of peers to gossip to: none",
    ChoiceGossipPeersSome = "choice of peers to gossip to: some",
    ChoiceGossipPeersAll = "choice of peers to gossip to: all",
    ChoiceGossipIdsNone = "choice of ids to gossip: none",
    ChoiceGossipIdsSome = "choice of ids to gossip: some",
    ChoiceGossipIdsAll = "choice of ids to gossip: all",
}
