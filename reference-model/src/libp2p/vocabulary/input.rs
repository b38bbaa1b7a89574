//! What a router is told in one step.

use super::{MessageId, Peer, Protocol, Rpc, Topic, serial};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::fmt;

/// What the router is told in one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Input {
    /// A peer is connected, and both streams are open.
    Connect {
        /// The peer.
        peer: Peer,
        /// Whether the node dialled.
        outbound: bool,
        /// Whether the peer is a direct peer, from before this connection until a `connect` without.
        direct: bool,
        /// What it speaks.
        protocol: Protocol,
        /// Its address, for P6. The peer's number if it is absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        ip: Option<u64>,
    },
    /// The connection of a peer is gone.
    Disconnect {
        /// The peer.
        peer: Peer,
    },
    /// An RPC arrives.
    Rpc {
        /// The sender.
        peer: Peer,
        /// The RPC.
        rpc: Rpc,
    },
    /// Several RPCs lie in the stream before the node reads the first.
    Rpcs {
        /// The sender.
        peer: Peer,
        /// The RPCs, in order.
        rpcs: Vec<Rpc>,
    },
    /// The application subscribes to a topic.
    Join {
        /// The topic.
        topic: Topic,
    },
    /// The application unsubscribes from a topic.
    Leave {
        /// The topic.
        topic: Topic,
    },
    /// The application publishes a message.
    Publish {
        /// The topic.
        topic: Topic,
        /// The message.
        message_id: MessageId,
    },
    /// With validation `asked`, the answer of the application about the first copy of a message.
    Validated {
        /// The message.
        message_id: MessageId,
        /// The answer.
        verdict: Verdict,
    },
    /// The application sets P5 of a peer.
    SetApplicationScore {
        /// The peer.
        peer: Peer,
        /// P5 from now on.
        #[serde(serialize_with = "serial::write_finite")]
        score: f64,
    },
    /// The clock goes to the next heartbeat, which runs.
    Heartbeat,
}

/// The answer of a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The message is valid.
    Accept,
    /// The message is invalid, and its senders are penalized.
    Reject,
    /// The message is neither delivered nor forwarded, without a penalty.
    Ignore,
}

/// The kinds of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// [`Input::Connect`].
    Connect,
    /// [`Input::Disconnect`].
    Disconnect,
    /// [`Input::Rpc`].
    Rpc,
    /// [`Input::Rpcs`].
    Rpcs,
    /// [`Input::Join`].
    Join,
    /// [`Input::Leave`].
    Leave,
    /// [`Input::Publish`].
    Publish,
    /// [`Input::Validated`].
    Validated,
    /// [`Input::SetApplicationScore`].
    SetApplicationScore,
    /// [`Input::Heartbeat`].
    Heartbeat,
}

impl InputKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Connect,
        Self::Disconnect,
        Self::Rpc,
        Self::Rpcs,
        Self::Join,
        Self::Leave,
        Self::Publish,
        Self::Validated,
        Self::SetApplicationScore,
        Self::Heartbeat,
    ];

    /// Its name in the trace format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Rpc => "rpc",
            Self::Rpcs => "rpcs",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Publish => "publish",
            Self::Validated => "validated",
            Self::SetApplicationScore => "set_application_score",
            Self::Heartbeat => "heartbeat",
        }
    }
}

impl fmt::Display for InputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Input {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> InputKind {
        match self {
            Self::Connect { .. } => InputKind::Connect,
            Self::Disconnect { .. } => InputKind::Disconnect,
            Self::Rpc { .. } => InputKind::Rpc,
            Self::Rpcs { .. } => InputKind::Rpcs,
            Self::Join { .. } => InputKind::Join,
            Self::Leave { .. } => InputKind::Leave,
            Self::Publish { .. } => InputKind::Publish,
            Self::Validated { .. } => InputKind::Validated,
            Self::SetApplicationScore { .. } => InputKind::SetApplicationScore,
            Self::Heartbeat => InputKind::Heartbeat,
        }
    }
}

/// The fields of every kind of input in one object, so that the path of an error in one of them is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    kind: InputKind,
    #[serde(default, deserialize_with = "remote_peer")]
    peer: Option<Peer>,
    #[serde(default, deserialize_with = "serial::present")]
    outbound: Option<bool>,
    #[serde(default, deserialize_with = "serial::present")]
    direct: Option<bool>,
    #[serde(default, deserialize_with = "serial::present")]
    protocol: Option<Protocol>,
    #[serde(default, deserialize_with = "present_address")]
    ip: Option<u64>,
    #[serde(default, deserialize_with = "remote_rpc")]
    rpc: Option<Rpc>,
    #[serde(default, deserialize_with = "remote_rpcs")]
    rpcs: Option<Vec<Rpc>>,
    #[serde(default, deserialize_with = "serial::present")]
    topic: Option<Topic>,
    #[serde(default, deserialize_with = "known_message")]
    message_id: Option<MessageId>,
    #[serde(default, deserialize_with = "serial::present")]
    verdict: Option<Verdict>,
    #[serde(default, deserialize_with = "serial::present")]
    score: Option<f64>,
}

/// Peer 0 is the node itself, which no input names.
fn remote_peer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Peer>, D::Error> {
    match Peer::deserialize(deserializer)? {
        Peer::NODE => Err(D::Error::custom("expected a remote peer, found 0, which is the node itself")),
        peer => Ok(Some(peer)),
    }
}

fn known_message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<MessageId>, D::Error> {
    match MessageId::deserialize(deserializer)? {
        MessageId::UNKNOWN => Err(D::Error::custom("expected a message id, found -1, which only outputs have")),
        id => Ok(Some(id)),
    }
}

fn present_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    serial::unsigned(deserializer).map(Some)
}

fn remote_rpc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Rpc>, D::Error> {
    let rpc = Rpc::deserialize(deserializer)?;
    rpc.check_identifiers().map_err(D::Error::custom)?;
    Ok(Some(rpc))
}

fn remote_rpcs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Rpc>>, D::Error> {
    let rpcs = Vec::<Rpc>::deserialize(deserializer)?;
    rpcs.iter().try_for_each(Rpc::check_identifiers).map_err(D::Error::custom)?;
    Ok(Some(rpcs))
}

impl Rpc {
    /// An RPC of an input names known messages and remote peers only.
    fn check_identifiers(&self) -> Result<(), &'static str> {
        let ids = (self.messages.iter().map(|message| &message.message_id))
            .chain(self.ihave.iter().flat_map(|ihave| &ihave.message_ids))
            .chain(self.iwant.iter().flatten())
            .chain(self.idontwant.iter().flatten());
        if ids.into_iter().any(|id| *id == MessageId::UNKNOWN) {
            return Err("expected message ids, found -1, which only outputs have");
        }
        if self.prune.iter().flat_map(|prune| &prune.peers).any(|peer| *peer == Peer::NODE) {
            return Err("expected remote peers, found 0, which is the node itself");
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::deserialize(deserializer)?;
        let input = fields.take_input().map_err(D::Error::missing_field)?;
        match fields.first_left() {
            Some(name) => Err(D::Error::custom(format_args!("a {} has no field `{name}`", fields.kind))),
            None => Ok(input),
        }
    }
}

impl Fields {
    /// Takes the fields of the kind out; the name of the field that is missing otherwise.
    fn take_input(&mut self) -> Result<Input, &'static str> {
        fn field<T>(field: &mut Option<T>, name: &'static str) -> Result<T, &'static str> {
            field.take().ok_or(name)
        }

        Ok(match self.kind {
            InputKind::Connect => Input::Connect {
                peer: field(&mut self.peer, "peer")?,
                outbound: field(&mut self.outbound, "outbound")?,
                direct: field(&mut self.direct, "direct")?,
                protocol: field(&mut self.protocol, "protocol")?,
                ip: self.ip.take(),
            },
            InputKind::Disconnect => Input::Disconnect { peer: field(&mut self.peer, "peer")? },
            InputKind::Rpc => Input::Rpc { peer: field(&mut self.peer, "peer")?, rpc: field(&mut self.rpc, "rpc")? },
            InputKind::Rpcs => {
                Input::Rpcs { peer: field(&mut self.peer, "peer")?, rpcs: field(&mut self.rpcs, "rpcs")? }
            }
            InputKind::Join => Input::Join { topic: field(&mut self.topic, "topic")? },
            InputKind::Leave => Input::Leave { topic: field(&mut self.topic, "topic")? },
            InputKind::Publish => Input::Publish {
                topic: field(&mut self.topic, "topic")?,
                message_id: field(&mut self.message_id, "message_id")?,
            },
            InputKind::Validated => Input::Validated {
                message_id: field(&mut self.message_id, "message_id")?,
                verdict: field(&mut self.verdict, "verdict")?,
            },
            InputKind::SetApplicationScore => Input::SetApplicationScore {
                peer: field(&mut self.peer, "peer")?,
                score: field(&mut self.score, "score")?,
            },
            InputKind::Heartbeat => Input::Heartbeat,
        })
    }

    /// The first field that does not belong to the kind.
    fn first_left(&self) -> Option<&'static str> {
        let fields = [
            ("peer", self.peer.is_some()),
            ("outbound", self.outbound.is_some()),
            ("direct", self.direct.is_some()),
            ("protocol", self.protocol.is_some()),
            ("ip", self.ip.is_some()),
            ("rpc", self.rpc.is_some()),
            ("rpcs", self.rpcs.is_some()),
            ("topic", self.topic.is_some()),
            ("message_id", self.message_id.is_some()),
            ("verdict", self.verdict.is_some()),
            ("score", self.score.is_some()),
        ];
        fields.into_iter().find_map(|(name, left)| left.then_some(name))
    }
}
