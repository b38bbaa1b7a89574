//! The RPC trace format, version 1: the lines that the adapter reads and answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The value of the header's field `format`.
pub(crate) const NAME: &str = "gossipsub-rpc-trace";

/// An integer of the format: any up to 2^53 - 1, so that every JSON reader keeps it exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "u64")]
pub(crate) struct Integer(pub(crate) u64);

impl TryFrom<u64> for Integer {
    type Error = String;

    fn try_from(value: u64) -> Result<Self, String> {
        if value < 1 << 53 { Ok(Self(value)) } else { Err(format!("{value} is not below 2^53")) }
    }
}

/// A span of whole milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Milliseconds(Integer);

impl Milliseconds {
    pub(crate) fn span(self) -> Duration {
        Duration::from_millis(self.0.0)
    }
}

pub(crate) type PeerNumber = Integer;

pub(crate) type MessageNumber = Integer;

/// The first line of a sequence.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    pub(crate) format: String,
    pub(crate) version: u64,
    #[serde(default)]
    pub(crate) seed: u64,
    pub(crate) parameters: Parameters,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    #[serde(rename = "D")]
    pub(crate) degree: u32,
    #[serde(rename = "D_low")]
    pub(crate) degree_low: u32,
    #[serde(rename = "D_high")]
    pub(crate) degree_high: u32,
    #[serde(rename = "D_score")]
    pub(crate) degree_score: u32,
    #[serde(rename = "D_out")]
    pub(crate) degree_out: u32,
    #[serde(rename = "D_lazy")]
    pub(crate) degree_lazy: u32,
    pub(crate) gossip_factor: f64,
    pub(crate) heartbeat_interval: Milliseconds,
    pub(crate) fanout_ttl: Milliseconds,
    pub(crate) seen_ttl: Milliseconds,
    pub(crate) prune_backoff: Milliseconds,
    pub(crate) unsubscribe_backoff: Milliseconds,
    pub(crate) graft_flood_threshold: Milliseconds,
    pub(crate) iwant_followup_time: Milliseconds,
    pub(crate) history_length: u32,
    pub(crate) history_gossip: u32,
    pub(crate) max_ihave_length: u32,
    pub(crate) max_ihave_messages: u32,
    pub(crate) gossip_retransmission: u32,
    pub(crate) flood_publish: bool,
    pub(crate) do_px: bool,
    pub(crate) px_peers: u32,
    pub(crate) opportunistic_graft_ticks: u32,
    pub(crate) opportunistic_graft_peers: u32,
    pub(crate) validation: Validation,
    // Required, though it may be null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) scoring: Option<Scoring>,
}

/// Who decides whether a message is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Validation {
    /// Every message is accepted at its arrival.
    Automatic,
    /// The application: a message waits for a step `validated`.
    Asked,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scoring {
    pub(crate) thresholds: Thresholds,
    pub(crate) topics: BTreeMap<String, TopicScoring>,
    pub(crate) topic_score_cap: f64,
    pub(crate) app_specific_weight: f64,
    pub(crate) ip_colocation_factor_weight: f64,
    pub(crate) ip_colocation_factor_threshold: f64,
    pub(crate) behaviour_penalty_weight: f64,
    pub(crate) behaviour_penalty_threshold: f64,
    pub(crate) behaviour_penalty_decay: f64,
    pub(crate) decay_to_zero: f64,
    pub(crate) decay_interval: Milliseconds,
    pub(crate) retain_score: Milliseconds,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Thresholds {
    pub(crate) gossip: f64,
    pub(crate) publish: f64,
    pub(crate) graylist: f64,
    pub(crate) accept_px: f64,
    pub(crate) opportunistic_graft: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicScoring {
    pub(crate) topic_weight: f64,
    pub(crate) time_in_mesh_weight: f64,
    pub(crate) time_in_mesh_quantum: Milliseconds,
    pub(crate) time_in_mesh_cap: f64,
    pub(crate) first_message_deliveries_weight: f64,
    pub(crate) first_message_deliveries_decay: f64,
    pub(crate) first_message_deliveries_cap: f64,
    pub(crate) mesh_message_deliveries_weight: f64,
    pub(crate) mesh_message_deliveries_decay: f64,
    pub(crate) mesh_message_deliveries_threshold: f64,
    pub(crate) mesh_message_deliveries_cap: f64,
    pub(crate) mesh_message_deliveries_activation: Milliseconds,
    pub(crate) mesh_message_deliveries_window: Milliseconds,
    pub(crate) mesh_failure_penalty_weight: f64,
    pub(crate) mesh_failure_penalty_decay: f64,
    pub(crate) invalid_message_deliveries_weight: f64,
    pub(crate) invalid_message_deliveries_decay: f64,
}

/// Any later line of a sequence.
#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    pub(crate) now: Integer,
    pub(crate) input: Input,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Input {
    Connect { peer: PeerNumber, outbound: bool, direct: bool, protocol: String, ip: Option<Integer> },
    Disconnect { peer: PeerNumber },
    Rpc { peer: PeerNumber, rpc: Rpc },
    Rpcs { peer: PeerNumber, rpcs: Vec<Rpc> },
    Join { topic: String },
    Leave { topic: String },
    Publish { topic: String, message_id: MessageNumber },
    Validated { message_id: MessageNumber, verdict: Verdict },
    SetApplicationScore { peer: PeerNumber, score: f64 },
    Heartbeat {},
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Accept,
    Reject,
    Ignore,
}

/// One RPC that a peer sends.
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub(crate) struct Rpc {
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) messages: Vec<ReceivedMessage>,
    pub(crate) ihave: Vec<ReceivedIHave>,
    pub(crate) iwant: Vec<Vec<MessageNumber>>,
    pub(crate) graft: Vec<String>,
    pub(crate) prune: Vec<ReceivedPrune>,
    pub(crate) idontwant: Vec<Vec<MessageNumber>>,
}

impl<'de> Deserialize<'de> for Rpc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Serde would read a list as the fields in their order, and an empty list as an RPC without parts.
        let object = Map::deserialize(deserializer)?;
        Self::deserialize(Value::Object(object)).map_err(D::Error::custom)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub(crate) struct Subscription {
    // The derived order is that of the format: by topic, then by `subscribe`.
    pub(crate) topic: String,
    pub(crate) subscribe: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReceivedMessage {
    pub(crate) topic: String,
    pub(crate) message_id: MessageNumber,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReceivedIHave {
    pub(crate) topic: String,
    pub(crate) message_ids: Vec<MessageNumber>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReceivedPrune {
    pub(crate) topic: String,
    pub(crate) backoff: Option<u64>,
    #[serde(default)]
    pub(crate) peers: Vec<PeerNumber>,
}

/// The adapter's answer to a line.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Ready { ready: bool, implementation: &'static str, supports: &'static [&'static str] },
    Step { output: Output, view: View },
    Crash { output: Output },
    Unsupported { unsupported: String },
    Error { error: String },
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Output {
    Sent(Sent),
    Crashed { text: String },
}

/// What the node did in one step.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Sent {
    pub(crate) to: BTreeMap<u64, SentToPeer>,
    pub(crate) delivered: Vec<Delivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<Vec<Delivery>>,
    pub(crate) dial: BTreeSet<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) closed: BTreeSet<u64>,
}

/// Message numbers are -1 here if the id is that of no message of the format; peers are then 0.
pub(crate) type SentMessageNumber = i64;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Delivery {
    pub(crate) peer: u64,
    pub(crate) topic: String,
    pub(crate) message_id: SentMessageNumber,
}

/// All that was written to one peer in one step; each list is sorted.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(crate) struct SentToPeer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) subscriptions: Vec<Subscription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) messages: Vec<SentMessage>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) graft: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) prune: Vec<SentPrune>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ihave: Vec<SentIHave>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) iwant: Vec<SentMessageNumber>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) idontwant: Vec<SentMessageNumber>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct SentMessage {
    pub(crate) topic: String,
    pub(crate) message_id: SentMessageNumber,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct SentPrune {
    pub(crate) topic: String,
    pub(crate) backoff: Option<u64>,
    pub(crate) peers: Vec<u64>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct SentIHave {
    pub(crate) topic: String,
    pub(crate) message_ids: Vec<SentMessageNumber>,
}

/// The state after a step, as far as the implementation shows it.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    pub(crate) mesh: BTreeMap<String, BTreeSet<u64>>,
    pub(crate) subscribed: BTreeMap<String, BTreeSet<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scores: Option<BTreeMap<u64, f64>>,
}

/// A line of input.
pub(crate) enum Line {
    Header(Box<Header>),
    Step(Step),
}

impl Line {
    /// Reads a line. A line with a field `format` is a header, any other line is a step.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, InvalidLine> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| InvalidLine { is_header: false, error: format!("not JSON: {error}") })?;
        let is_header = value.get("format").is_some();
        let line =
            if is_header { read_header(value).map(|header| Self::Header(Box::new(header))) } else { read_step(value) };
        line.map_err(|error| InvalidLine { is_header, error })
    }
}

/// Why a line is neither a header nor a step.
pub(crate) struct InvalidLine {
    /// An invalid header ends the sequence before it, an invalid step does not.
    pub(crate) is_header: bool,
    pub(crate) error: String,
}

fn read_header(value: Value) -> Result<Header, String> {
    let header: Header = serde_json::from_value(value).map_err(|error| format!("header: {error}"))?;
    if header.format != NAME {
        return Err(format!("header: format: expected `{NAME}`, found `{}`", header.format));
    }
    if header.version != 1 {
        return Err(format!("header: version: expected 1, found {}", header.version));
    }
    Ok(header)
}

fn read_step(value: Value) -> Result<Line, String> {
    serde_json::from_value(value).map(Line::Step).map_err(|error| format!("step: {error}"))
}
