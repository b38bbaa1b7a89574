//! What an external implementation says of itself in answer to a header.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The answer of an external implementation to a header that it accepts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// Its name and version.
    pub implementation: String,
    /// What it can do beyond the minimum. Names that this crate does not know are kept.
    #[serde(default)]
    pub supports: BTreeSet<Capability>,
    /// The parameters that it has with this value only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fixed: BTreeMap<String, Value>,
    /// The parameters that it has no counterpart for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ignored: BTreeSet<String>,
}

/// Something that not every implementation can do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Capability {
    /// Parameters `scoring` other than null.
    #[serde(rename = "scoring")]
    Scoring,
    /// Peer exchange.
    #[serde(rename = "px")]
    PeerExchange,
    /// IDONTWANT.
    #[serde(rename = "idontwant")]
    Idontwant,
    /// Flood publishing.
    #[serde(rename = "flood_publish")]
    FloodPublish,
    /// Direct peers.
    #[serde(rename = "direct")]
    Direct,
    /// Peers that speak floodsub.
    #[serde(rename = "floodsub")]
    Floodsub,
    /// The input `set_application_score`.
    #[serde(rename = "application_score")]
    ApplicationScore,
    /// Validation `asked`.
    #[serde(rename = "validation.asked")]
    ValidationAsked,
    /// The verdict `ignore`.
    #[serde(rename = "validation.ignore")]
    ValidationIgnore,
    /// Addresses of peers, for P6.
    #[serde(rename = "ip")]
    Ip,
    /// The input `rpcs`.
    #[serde(rename = "rpcs")]
    Rpcs,
    /// `max_ihave_messages`, `max_ihave_length` and `gossip_retransmission` can be set.
    #[serde(rename = "limits")]
    Limits,
    /// Backoffs that are not whole seconds.
    #[serde(rename = "backoff.milliseconds")]
    BackoffMilliseconds,
    /// The mesh in views.
    #[serde(rename = "view.mesh")]
    ViewMesh,
    /// The fanout in views.
    #[serde(rename = "view.fanout")]
    ViewFanout,
    /// The topics of peers in views.
    #[serde(rename = "view.subscribed")]
    ViewSubscribed,
    /// The scores in views.
    #[serde(rename = "view.scores")]
    ViewScores,
    /// A name that this crate does not know.
    #[serde(untagged)]
    Other(String),
}
