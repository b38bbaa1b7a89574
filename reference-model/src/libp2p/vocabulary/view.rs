//! The state that an implementation shows after a step.

use super::{Peer, Topic, serial};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Parts of the state after a step. A part that is absent is not shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The members of the fanout of each topic that was published to and is not joined.
    #[serde(default, deserialize_with = "serial::present_peers_by_topic", skip_serializing_if = "Option::is_none")]
    pub fanout: Option<BTreeMap<Topic, BTreeSet<Peer>>>,
    /// The members of the mesh of each joined topic.
    #[serde(default, deserialize_with = "serial::present_peers_by_topic", skip_serializing_if = "Option::is_none")]
    pub mesh: Option<BTreeMap<Topic, BTreeSet<Peer>>>,
    /// The score of each connected peer.
    #[serde(default, deserialize_with = "serial::present_by_peer", skip_serializing_if = "Option::is_none")]
    pub scores: Option<BTreeMap<Peer, f64>>,
    /// The connected peers that announced each topic; topics without such peers are left out.
    #[serde(default, deserialize_with = "serial::present_peers_by_topic", skip_serializing_if = "Option::is_none")]
    pub subscribed: Option<BTreeMap<Topic, BTreeSet<Peer>>>,
}
