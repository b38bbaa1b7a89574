//! The application of a trace: its answers are set step by step.

use gossipsub_automaton::{
    Action, Application, Validity,
    trace_format::{Tagged, tagged, unknown_kind},
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
    /// What the validity check says of a message id, with or without its message.
    Validity {
        /// The id.
        message_id: MessageId,
        /// The answer.
        validity: Validity,
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
    /// Whether each peer and action that was mentioned is accepted.
    pub peer_filter: BTreeMap<(Peer, FilteredAction), bool>,
}

impl Environment {
    /// Makes a change.
    pub fn apply(&mut self, change: &EnvironmentChange) {
        match *change {
            EnvironmentChange::Validity { message_id, validity } => {
                self.validity.insert(message_id, validity);
            }
            EnvironmentChange::PeerFilter { peer, action, accept } => {
                self.peer_filter.insert((peer, action), accept);
            }
        }
    }
}

impl Application<TraceIds> for Environment {
    fn validity(&self, message_id: &MessageId, _: Option<&Message>) -> Validity {
        self.validity.get(message_id).copied().unwrap_or(Validity::Valid)
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

        match kind {
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
