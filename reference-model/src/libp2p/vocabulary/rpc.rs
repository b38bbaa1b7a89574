//! The parts of an RPC.

use super::{MessageId, Peer, Topic, serial};
use serde::{Deserialize, Serialize};

/// An RPC that a peer sends to the node. Its lists keep their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rpc {
    /// Announcements of topics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<Subscription>,
    /// Messages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// Advertised message ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ihave: Vec<Ihave>,
    /// Requested message ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub iwant: Vec<Vec<MessageId>>,
    /// Topics in whose mesh the peer put the node.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub graft: Vec<Topic>,
    /// Topics from whose mesh the peer took the node.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prune: Vec<Prune>,
    /// Message ids that the peer has already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub idontwant: Vec<Vec<MessageId>>,
}

/// The announcement that a peer subscribes to a topic, or does so no longer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The topic.
    pub topic: Topic,
    /// Whether it subscribes.
    pub subscribe: bool,
}

/// A message. Its data is a function of its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The topic.
    pub topic: Topic,
    /// The id.
    pub message_id: MessageId,
}

/// Message ids that are advertised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ihave {
    /// The topic.
    pub topic: Topic,
    /// The ids, in the order of the RPC; sorted in an output.
    pub message_ids: Vec<MessageId>,
}

/// A PRUNE.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prune {
    /// The topic.
    pub topic: Topic,
    /// The backoff in seconds, if there is one.
    #[serde(deserialize_with = "seconds")]
    pub backoff: Option<u64>,
    /// The peers that the pruned peer may connect to, in the order of the RPC; sorted in an output.
    pub peers: Vec<Peer>,
}

fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Seconds(#[serde(deserialize_with = "serial::unsigned")] u64);

    Option::<Seconds>::deserialize(deserializer).map(|seconds| seconds.map(|Seconds(seconds)| seconds))
}

impl serial::Keyed for Subscription {
    type Key<'a> = (&'a Topic, bool);

    fn key(&self) -> Self::Key<'_> {
        (&self.topic, self.subscribe)
    }
}

impl serial::Keyed for Message {
    type Key<'a> = (&'a Topic, MessageId);

    fn key(&self) -> Self::Key<'_> {
        (&self.topic, self.message_id)
    }
}

impl serial::Keyed for Ihave {
    const REPEATS: bool = false;
    type Key<'a> = &'a Topic;

    fn key(&self) -> Self::Key<'_> {
        &self.topic
    }
}

impl serial::Keyed for Prune {
    type Key<'a> = (&'a Topic, Option<u64>);

    fn key(&self) -> Self::Key<'_> {
        (&self.topic, self.backoff)
    }
}
