//! What a router does in one step.

use super::{Ihave, Message, MessageId, Peer, Prune, Subscription, Topic, serial};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeMap};
use std::{collections::BTreeMap, fmt};

/// What the router does in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// It sends, delivers and dials.
    Sent(Sent),
    /// An exception or a panic left the implementation. The sequence ends.
    Crashed {
        /// What it says.
        text: String,
    },
}

/// What is sent, delivered and dialled in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// All that is written to each peer, merged.
    pub to: BTreeMap<Peer, Parts>,
    /// What the application gets: a multiset.
    pub delivered: Vec<Delivery>,
    /// With validation `asked`, what the application is asked to validate: a multiset.
    pub asked: Option<Vec<Delivery>>,
    /// The peers that the router wants to connect to, and is not connected to: a multiset.
    pub dial: Vec<Peer>,
    /// Why the call of the application was refused.
    pub refused: Option<Refusal>,
    /// The peers whose connection the router closed. They count as disconnected.
    pub closed: Vec<Peer>,
}

/// All that is written to one peer in one step. Every list is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Announcements of topics, sorted by topic and `subscribe`.
    #[serde(default, deserialize_with = "serial::sorted_part", skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<Subscription>,
    /// Messages, sorted by topic and id.
    #[serde(default, deserialize_with = "serial::sorted_part", skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// Topics that are grafted.
    #[serde(default, deserialize_with = "serial::multiset_part", skip_serializing_if = "Vec::is_empty")]
    pub graft: Vec<Topic>,
    /// Topics that are pruned, sorted by topic and backoff.
    #[serde(default, deserialize_with = "serial::sorted_part", skip_serializing_if = "Vec::is_empty")]
    pub prune: Vec<Prune>,
    /// Advertised ids, one entry a topic.
    #[serde(default, deserialize_with = "serial::sorted_part", skip_serializing_if = "Vec::is_empty")]
    pub ihave: Vec<Ihave>,
    /// Requested ids.
    #[serde(default, deserialize_with = "serial::multiset_part", skip_serializing_if = "Vec::is_empty")]
    pub iwant: Vec<MessageId>,
    /// Ids that the node has already.
    #[serde(default, deserialize_with = "serial::multiset_part", skip_serializing_if = "Vec::is_empty")]
    pub idontwant: Vec<MessageId>,
}

/// A message that is handed to the application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Who sent it; peer 0 is the node itself.
    pub peer: Peer,
    /// The topic.
    pub topic: Topic,
    /// The id.
    pub message_id: MessageId,
}

/// Why a call of the application was refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Refusal {
    /// The message was published or received before.
    Duplicate,
    /// There is no peer to send it to.
    NoPeers,
    /// Any other reason, in the words of the implementation.
    Other(String),
}

/// The fields of every kind of output in one object, so that the path of an error in one of them is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    kind: Kind,
    #[serde(default, deserialize_with = "present_parts")]
    to: Option<BTreeMap<Peer, Parts>>,
    #[serde(default, deserialize_with = "present_deliveries")]
    delivered: Option<Vec<Delivery>>,
    #[serde(default, deserialize_with = "present_deliveries")]
    asked: Option<Vec<Delivery>>,
    #[serde(default, deserialize_with = "present_peers")]
    dial: Option<Vec<Peer>>,
    #[serde(default, deserialize_with = "serial::present")]
    refused: Option<Refusal>,
    #[serde(default, deserialize_with = "present_peers")]
    closed: Option<Vec<Peer>>,
    #[serde(default, deserialize_with = "serial::present")]
    text: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Sent,
    Crashed,
}

fn present_parts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeMap<Peer, Parts>>, D::Error> {
    let to: BTreeMap<Peer, Parts> = serial::by_peer(deserializer)?;
    match to.iter().find(|(_, parts)| parts.is_empty()) {
        Some((peer, _)) => {
            Err(D::Error::custom(format_args!("nothing is sent to peer {peer}, which is left out then")))
        }
        None => Ok(Some(to)),
    }
}

fn present_deliveries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Delivery>>, D::Error> {
    serial::sorted_array(deserializer).map(Some)
}

fn present_peers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Peer>>, D::Error> {
    serial::multiset(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { kind, to, delivered, asked, dial, refused, closed, text } = Fields::deserialize(deserializer)?;
        match kind {
            Kind::Sent if text.is_some() => Err(D::Error::unknown_field("text", FIELDS_OF_SENT)),
            Kind::Sent => Ok(Self::Sent(Sent {
                to: to.ok_or_else(|| D::Error::missing_field("to"))?,
                delivered: delivered.ok_or_else(|| D::Error::missing_field("delivered"))?,
                asked,
                dial: dial.ok_or_else(|| D::Error::missing_field("dial"))?,
                refused,
                closed: closed.unwrap_or_default(),
            })),
            Kind::Crashed => match text {
                Some(text) => Ok(Self::Crashed { text }),
                None => Err(D::Error::missing_field("text")),
            },
        }
    }
}

const FIELDS_OF_SENT: &[&str] = &["kind", "to", "delivered", "asked", "dial", "refused", "closed"];

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        match self {
            Self::Sent(Sent { to, delivered, asked, dial, refused, closed }) => {
                object.serialize_entry("kind", &Kind::Sent)?;
                object.serialize_entry("to", to)?;
                object.serialize_entry("delivered", delivered)?;
                if let Some(asked) = asked {
                    object.serialize_entry("asked", asked)?;
                }
                object.serialize_entry("dial", dial)?;
                if let Some(refused) = refused {
                    object.serialize_entry("refused", refused)?;
                }
                if !closed.is_empty() {
                    object.serialize_entry("closed", closed)?;
                }
            }
            Self::Crashed { text } => {
                object.serialize_entry("kind", &Kind::Crashed)?;
                object.serialize_entry("text", text)?;
            }
        }
        object.end()
    }
}

impl Parts {
    /// Whether nothing is sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { subscriptions, messages, graft, prune, ihave, iwant, idontwant } = self;
        subscriptions.is_empty()
            && messages.is_empty()
            && graft.is_empty()
            && prune.is_empty()
            && ihave.is_empty()
            && iwant.is_empty()
            && idontwant.is_empty()
    }

    /// Sorts every list.
    pub fn sort(&mut self) {
        self.subscriptions.sort();
        self.messages.sort();
        self.graft.sort();
        for prune in &mut self.prune {
            prune.peers.sort();
        }
        self.prune.sort();
        for ihave in &mut self.ihave {
            ihave.message_ids.sort();
        }
        self.ihave.sort();
        self.iwant.sort();
        self.idontwant.sort();
    }
}

impl serial::Keyed for Delivery {
    type Key<'a> = (Peer, &'a Topic, MessageId);

    fn key(&self) -> Self::Key<'_> {
        (self.peer, &self.topic, self.message_id)
    }
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        match text.as_str() {
            "duplicate" => Self::Duplicate,
            "no peers" => Self::NoPeers,
            _ => Self::Other(text),
        }
    }
}

impl From<Refusal> for String {
    fn from(refusal: Refusal) -> Self {
        refusal.to_string()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duplicate => "duplicate",
            Self::NoPeers => "no peers",
            Self::Other(text) => text,
        })
    }
}
