//! Peers, topics, message ids and protocols, as the trace format names them.

use super::serial;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, sync::Arc};

/// A peer: an integer up to 2^53 - 1. Peer 0 is the node itself, and stands for a peer that an adapter does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Peer(pub u64);

/// A message id: an integer up to 2^53 - 1. In outputs, -1 stands for a message that an adapter does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MessageId(pub i64);

/// A topic: any string, ordered by its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(Arc<str>);

/// The protocol that a peer speaks, in order of age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// Floodsub: no mesh and no control messages.
    #[serde(rename = "/floodsub/1.0.0")]
    Floodsub,
    /// Gossipsub v1.0: PRUNE has neither a backoff nor peers.
    #[serde(rename = "/meshsub/1.0.0")]
    Gossipsub10,
    /// Gossipsub v1.1.
    #[serde(rename = "/meshsub/1.1.0")]
    Gossipsub11,
    /// Gossipsub v1.2: IDONTWANT.
    #[serde(rename = "/meshsub/1.2.0")]
    Gossipsub12,
}

impl Peer {
    /// The node itself.
    pub const NODE: Self = Self(0);
}

impl MessageId {
    /// A message that an adapter does not know.
    pub const UNKNOWN: Self = Self(-1);
}

impl Topic {
    /// The topic of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl Protocol {
    /// Whether the peer speaks gossipsub of any version.
    #[must_use]
    pub fn is_gossipsub(self) -> bool {
        self >= Self::Gossipsub10
    }

    /// Whether a PRUNE to the peer may carry a backoff and peers: since v1.1.
    #[must_use]
    pub fn has_backoff(self) -> bool {
        self >= Self::Gossipsub11
    }

    /// Whether the peer knows IDONTWANT: since v1.2.
    #[must_use]
    pub fn has_idontwant(self) -> bool {
        self >= Self::Gossipsub12
    }
}

impl From<&str> for Topic {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self(name.into()))
    }
}

impl<'de> Deserialize<'de> for Peer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serial::unsigned(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serial::signed(deserializer)? {
            number if number < Self::UNKNOWN.0 => {
                Err(D::Error::custom(format_args!("a message id is an integer from -1 to 2^53 - 1, found {number}")))
            }
            number => Ok(Self(number)),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Floodsub => "floodsub",
            Self::Gossipsub10 => "gossipsub v1.0",
            Self::Gossipsub11 => "gossipsub v1.1",
            Self::Gossipsub12 => "gossipsub v1.2",
        })
    }
}
