//! The messages between nodes, in the terms of the automaton.

use super::WorkerIdentifiers;
use crate::{
    DisplayIdentifiers, Graft, Identifiers, Ihave, Input, Iwant, Prune, PruneBackoff, ReceiveMessage, Subscribe,
    Unsubscribe,
    vocabulary::text::{Line, List},
};
use alloc::vec::Vec;
use core::fmt::{self, Display, Formatter};

/// A message between two nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerMessage<I: Identifiers> {
    /// The sender subscribes to a topic.
    Subscribe {
        /// The topic.
        topic: I::Topic,
    },
    /// The sender unsubscribes from a topic.
    Unsubscribe {
        /// The topic.
        topic: I::Topic,
    },
    /// The recipient is in the sender's mesh.
    Graft {
        /// The topic of the mesh.
        topic: I::Topic,
    },
    /// The recipient is not in the sender's mesh.
    Prune {
        /// The topic of the mesh.
        topic: I::Topic,
        /// Peers that the recipient may connect to instead.
        px: Vec<I::Peer>,
        /// How long the recipient must not graft the sender.
        backoff: PruneBackoff,
    },
    /// The sender has messages.
    Ihave {
        /// Their topic.
        topic: I::Topic,
        /// Their ids.
        message_ids: Vec<I::MessageId>,
    },
    /// The sender wants messages.
    Iwant {
        /// Their ids.
        message_ids: Vec<I::MessageId>,
    },
    /// A message of an application.
    Message {
        /// Its topic. Absent in an answer to an IWant if message ids have no topic.
        topic: Option<I::Topic>,
        /// Its id.
        message_id: I::MessageId,
        /// Its payload.
        message: I::Message,
    },
    /// The connection is alive. Means nothing else.
    Ping,
}

impl<I: Identifiers> PeerMessage<I> {
    /// The peer and the message that cause this input. `None` if the input is not caused by a message.
    #[must_use]
    pub fn from_input(input: Input<I>) -> Option<(I::Peer, Self)> {
        Some(match input {
            Input::Subscribe(Subscribe { peer, topic }) => (peer, Self::Subscribe { topic }),
            Input::Unsubscribe(Unsubscribe { peer, topic }) => (peer, Self::Unsubscribe { topic }),
            Input::Graft(Graft { peer, topic }) => (peer, Self::Graft { topic }),
            Input::Prune(Prune { peer, topic, px, backoff }) => (peer, Self::Prune { topic, px, backoff }),
            Input::Ihave(Ihave { peer, topic, message_ids }) => (peer, Self::Ihave { topic, message_ids }),
            Input::Iwant(Iwant { peer, message_ids }) => (peer, Self::Iwant { message_ids }),
            Input::ReceiveMessage(ReceiveMessage { sender, topic, message_id, message, batch: _ }) => {
                (sender, Self::Message { topic: Some(topic), message_id, message })
            }
            _ => return None,
        })
    }

    /// Whether a bootstrap peer has no use for the message.
    pub(super) const fn is_useless_to_bootstrap_peers(&self) -> bool {
        matches!(self, Self::Message { .. } | Self::Ihave { .. } | Self::Iwant { .. })
    }
}

impl<I: WorkerIdentifiers> PeerMessage<I> {
    /// The input for a message that `sender` sent. `None` for a ping, and for a message without a topic whose id has none
    /// either.
    #[must_use]
    pub fn into_input(self, sender: I::Peer) -> Option<Input<I>> {
        let peer = sender;
        Some(match self {
            Self::Subscribe { topic } => Subscribe { peer, topic }.into(),
            Self::Unsubscribe { topic } => Unsubscribe { peer, topic }.into(),
            Self::Graft { topic } => Graft { peer, topic }.into(),
            Self::Prune { topic, px, backoff } => Prune { peer, topic, px, backoff }.into(),
            Self::Ihave { topic, message_ids } => Ihave { peer, topic, message_ids }.into(),
            Self::Iwant { message_ids } => Iwant { peer, message_ids }.into(),
            Self::Message { topic, message_id, message } => {
                let topic = topic.or_else(|| I::topic_of(&message_id))?;
                ReceiveMessage { sender: peer, topic, message_id, message, batch: false }.into()
            }
            Self::Ping => return None,
        })
    }
}

impl<I: DisplayIdentifiers> Display for PeerMessage<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscribe { topic } => write!(f, "Subscribe {{ topic={} }}", Line(topic)),
            Self::Unsubscribe { topic } => write!(f, "Unsubscribe {{ topic={} }}", Line(topic)),
            Self::Graft { topic } => write!(f, "Graft {{ topic={} }}", Line(topic)),
            Self::Prune { topic, px, backoff } => {
                write!(f, "Prune {{ topic={}; px={}; backoff={backoff} }}", Line(topic), List(px, ";"))
            }
            Self::Ihave { topic, message_ids } => {
                write!(f, "IHave {{ topic={}; message_ids={} }}", Line(topic), List(message_ids, ";"))
            }
            Self::Iwant { message_ids } => write!(f, "IWant {{ message_ids={} }}", List(message_ids, ";")),
            Self::Message { topic, message_id, message } => {
                f.write_str("Message { ")?;
                if let Some(topic) = topic {
                    write!(f, "topic={}; ", Line(topic))?;
                }
                write!(f, "message_id={}; message={} }}", Line(message_id), Line(message))
            }
            Self::Ping => f.write_str("Ping"),
        }
    }
}
