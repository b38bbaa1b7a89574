//! The application of a trace: its answers are set step by step.

use gossipsub_automaton::{
    Action, Application, BatchedMessage, Behaviour, Validity,
    trace_format::{Tagged, strict, tagged, unknown_kind},
    trace_ids::{Message, MessageId, Peer, TraceIds},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IntoDeserializer, value::StringDeserializer},
};
use std::collections::BTreeMap;

/// A change of the application's answers, from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EnvironmentChange {
    /// What the validity check says of a message id, with or without its message. With its message, only if no
    /// [`Self::MessageValidity`] says something else.
    Validity {
        /// The id.
        message_id: MessageId,
        /// The answer.
        validity: Validity,
    },
    /// What the validity check says of a message id with its message.
    MessageValidity {
        /// The id.
        message_id: MessageId,
        /// The answer.
        validity: Validity,
    },
    /// How many verdicts on a batch there are beyond one for each message. Negative for missing ones.
    BatchVerdicts {
        /// The difference.
        off_by: i64,
    },
    /// What the peer filter says, for every message id.
    PeerFilter {
        /// The peer that is filtered.
        peer: Peer,
        /// In which action.
        action: FilteredAction,
        /// The answer.
        accept: bool,
    },
}

impl EnvironmentChange {
    /// The name of its kind in the trace format.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Validity { .. } => "validity",
            Self::MessageValidity { .. } => "message_validity",
            Self::BatchVerdicts { .. } => "batch_verdicts",
            Self::PeerFilter { .. } => "peer_filter",
        }
    }

    /// The first behaviour that knows of it.
    #[must_use]
    pub const fn since(&self) -> Behaviour {
        match self {
            Self::Validity { .. } | Self::PeerFilter { .. } => Behaviour::Mavryk,
            Self::MessageValidity { .. } => Behaviour::Octez22,
            Self::BatchVerdicts { .. } => Behaviour::Octez24,
        }
    }
}

/// The actions that a peer filter decides on, for every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilteredAction {
    /// The peer announced a message.
    Ihave,
    /// The peer requests a message.
    Iwant,
    /// The peer wants to be in our mesh.
    Graft,
}

impl From<Action<'_, TraceIds>> for FilteredAction {
    fn from(action: Action<'_, TraceIds>) -> Self {
        match action {
            Action::Ihave(_) => Self::Ihave,
            Action::Iwant(_) => Self::Iwant,
            Action::Graft => Self::Graft,
        }
    }
}

/// The application's answers at some point of a trace. Ids that were not mentioned are valid; other peers and actions are
/// accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Environment {
    /// The validity of each message id that was mentioned.
    pub validity: BTreeMap<MessageId, Validity>,
    /// The validity of each message id with its message, if it was mentioned.
    pub message_validity: BTreeMap<MessageId, Validity>,
    /// How many verdicts on a batch there are beyond one for each message.
    pub batch_verdicts_off_by: i64,
    /// Whether each peer and action that was mentioned is accepted.
    pub peer_filter: BTreeMap<(Peer, FilteredAction), bool>,
}

/// The most verdicts that are added to those on a batch.
const MOST_EXTRA_VERDICTS: i64 = 1 << 16;

impl Environment {
    /// Makes a change.
    pub fn apply(&mut self, change: &EnvironmentChange) {
        match *change {
            EnvironmentChange::Validity { message_id, validity } => {
                self.validity.insert(message_id, validity);
            }
            EnvironmentChange::MessageValidity { message_id, validity } => {
                self.message_validity.insert(message_id, validity);
            }
            EnvironmentChange::BatchVerdicts { off_by } => self.batch_verdicts_off_by = off_by,
            EnvironmentChange::PeerFilter { peer, action, accept } => {
                self.peer_filter.insert((peer, action), accept);
            }
        }
    }
}

impl Application<TraceIds> for Environment {
    fn validity(&self, message_id: &MessageId, message: Option<&Message>) -> Validity {
        let of_message = message.and_then(|_| self.message_validity.get(message_id));
        of_message.or_else(|| self.validity.get(message_id)).copied().unwrap_or(Validity::Valid)
    }

    fn batch_validity(&self, batch: &[BatchedMessage<TraceIds>]) -> Vec<Validity> {
        let verdict = |batched: &BatchedMessage<_>| self.validity(&batched.message_id, Some(&batched.message));
        let mut verdicts: Vec<Validity> = batch.iter().map(verdict).collect();
        // More verdicts than anything distinguishes cost nothing.
        let off_by = self.batch_verdicts_off_by.clamp(-MOST_EXTRA_VERDICTS, MOST_EXTRA_VERDICTS);
        let length = (batch.len() as u64).saturating_add_signed(off_by);
        verdicts.resize(usize::try_from(length).unwrap_or(usize::MAX), Validity::Valid);
        verdicts
    }

    fn peer_filter(&self, peer: &Peer, action: Action<'_, TraceIds>) -> bool {
        self.peer_filter.get(&(*peer, action.into())).copied().unwrap_or(true)
    }
}

impl<'de> Tagged<'de> for EnvironmentChange {
    const WHAT: &'static str = "a change of the environment";

    fn from_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct OfMessage {
            message_id: MessageId,
            #[serde(deserialize_with = "name")]
            validity: Validity,
        }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct OfPeer {
            peer: Peer,
            #[serde(deserialize_with = "name")]
            action: FilteredAction,
            accept: bool,
        }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct OffBy {
            #[serde(deserialize_with = "strict")]
            off_by: i64,
        }

        match kind {
            "message_validity" => OfMessage::deserialize(fields)
                .map(|OfMessage { message_id, validity }| Self::MessageValidity { message_id, validity }),
            "batch_verdicts" => OffBy::deserialize(fields).map(|OffBy { off_by }| Self::BatchVerdicts { off_by }),
            "validity" => OfMessage::deserialize(fields)
                .map(|OfMessage { message_id, validity }| Self::Validity { message_id, validity }),
            "peer_filter" => OfPeer::deserialize(fields).map(|OfPeer { peer, action, accept }| Self::PeerFilter {
                peer,
                action,
                accept,
            }),
            _ => Err(unknown_kind::<Self, _>(kind)),
        }
    }
}

impl<'de> Deserialize<'de> for EnvironmentChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged(deserializer)
    }
}

/// Reads the name of a variant from a string. A derived implementation would accept `{"valid": null}` as well.
fn name<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let name: StringDeserializer<D::Error> = String::deserialize(deserializer)?.into_deserializer();
    T::deserialize(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_is_valid_and_accepted() {
        let environment = Environment::default();
        assert_eq!(environment.validity(&MessageId(1), None), Validity::Valid);
        assert!(environment.peer_filter(&Peer(1), Action::Graft));
    }

    #[test]
    fn the_last_change_holds() {
        let mut environment = Environment::default();
        for validity in [Validity::Invalid, Validity::Unknown] {
            environment.apply(&EnvironmentChange::Validity { message_id: MessageId(7), validity });
        }
        assert_eq!(environment.validity(&MessageId(7), Some(&"m".into())), Validity::Unknown);
        assert_eq!(environment.validity(&MessageId(8), None), Validity::Valid);
    }

    #[test]
    fn a_peer_is_filtered_by_action_whatever_the_message() {
        let mut environment = Environment::default();
        let (peer, action) = (Peer(3), FilteredAction::Ihave);
        environment.apply(&EnvironmentChange::PeerFilter { peer, action, accept: false });
        assert!(!environment.peer_filter(&peer, Action::Ihave(&MessageId(1))));
        assert!(!environment.peer_filter(&peer, Action::Ihave(&MessageId(2))));
        assert!(environment.peer_filter(&peer, Action::Iwant(&MessageId(1))));
        assert!(environment.peer_filter(&Peer(4), Action::Ihave(&MessageId(1))));
        environment.apply(&EnvironmentChange::PeerFilter { peer, action, accept: true });
        assert!(environment.peer_filter(&peer, Action::Ihave(&MessageId(1))));
    }
}
