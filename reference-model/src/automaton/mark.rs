//! The table of special cases that the model reports beside the outcomes of its checks.

use crate::Mark;
use gossipsub_automaton::Behaviour;

/// Defines the marks: each with the rule and the special case, as coverage shows them.
macro_rules! marks {
    ($($id:ident = $name:literal;)*) => {
        /// Identifies a special case of a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum MarkId {
            $(#[doc = concat!("`", $name, "`")] $id,)*
        }

        /// All special cases.
        pub static MARKS: &[Mark] = &[$(Mark { index: MarkId::$id as usize, name: $name },)*];
    };
}

marks! {
    AddPeerRetained = "add_peer: a peer that is retained";
    RemovePeerRetained = "remove_peer: a peer that is retained (Q2)";
    IhaveEmpty = "ihave (6): an empty list";
    IhaveAllSeen = "ihave (6): all ids are seen";
    GraftFilteredUnknown = "graft (1): of a peer that is not connected";
    GraftUnsubscribedUnknown = "graft (2): of a peer that is not connected";
    GraftOutboundFull = "graft (8): an outbound peer into a full mesh";
    PruneEmptyList = "prune (5): an empty list";
    PruneRepeatedPeer = "prune (5): a list that repeats a peer";
    ReceiveDuplicateInMesh = "receive_message (2): a duplicate by a mesh peer";
    ReceiveFromDirect = "receive_message (4): the sender is direct (Q4)";
    ReceiveFromStranger = "receive_message (4): the sender is not connected";
    PublishToNobody = "publish_message (3): to nobody";
    JoinKeepsFanoutPeers = "join (2): peers of the fanout are kept";
    JoinDropsFanoutPeers = "join (2): peers of the fanout are not kept";
    HeartbeatEndedBackoff = "heartbeat 2: an ended backoff stays (Q1)";
    HeartbeatSharedPeers = "heartbeat 3: two joined topics that share peers";
    HeartbeatNewPeersOnly = "heartbeat 3e: the mesh counts only the new outbound peers (Q5)";
    HeartbeatGraftsAndPrunes = "heartbeat 3: a peer grafted in one topic and pruned in another";
    HeartbeatEmptyFanout = "heartbeat 5: a fanout is left empty";
    BatchTopicNotJoined = "apply_batch (4): the topic is not joined (B1)";
    BatchSenderNotConnected = "apply_batch (4): the sender is not connected (B1)";
    BatchSeenId = "apply_batch (4): the id counts as seen (B1, B2)";
}

impl MarkId {
    /// The first behaviour that can meet the special case.
    #[must_use]
    pub const fn since(self) -> Behaviour {
        match self {
            Self::BatchTopicNotJoined | Self::BatchSenderNotConnected | Self::BatchSeenId => Behaviour::Octez24,
            _ => Behaviour::Mavryk,
        }
    }

    /// The special case.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "the table has a row for each identifier")]
    pub fn mark(self) -> &'static Mark {
        &MARKS[self as usize]
    }
}
