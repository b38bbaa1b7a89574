//! The messages that a node sends for the output of an input.

use crate::{
    ApplyBatchOutput, BatchedMessageOutput, GraftOutput, HeartbeatOutput, Identifiers, IhaveOutput, Input, IwantOutput,
    JoinOutput, LeaveOutput, Output, PeerSet, PublishMessageOutput, ReceiveMessageOutput, RoutedMessage,
    SelectGossipMessagesOutput, SortedSet, Span,
};
use alloc::vec::Vec;

/// A message to a peer, in the terms of the automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outgoing<'a, I: Identifiers> {
    /// We subscribe to a topic.
    Subscribe {
        /// The topic.
        topic: &'a I::Topic,
    },
    /// We unsubscribe from a topic.
    Unsubscribe {
        /// The topic.
        topic: &'a I::Topic,
    },
    /// The peer is in our mesh.
    Graft {
        /// The topic of the mesh.
        topic: &'a I::Topic,
    },
    /// The peer is not in our mesh.
    Prune {
        /// The topic of the mesh.
        topic: &'a I::Topic,
        /// Peers that the peer may connect to instead.
        px: &'a [I::Peer],
        /// How long the peer must not graft us.
        backoff: Span,
    },
    /// We have messages.
    Ihave {
        /// Their topic.
        topic: &'a I::Topic,
        /// Their ids.
        message_ids: &'a [I::MessageId],
    },
    /// We want messages.
    Iwant {
        /// Their ids.
        message_ids: &'a [I::MessageId],
    },
    /// A message.
    Message {
        /// Its topic. Absent in an answer to an IWant, which names no topic. The id or the message then has the topic.
        topic: Option<&'a I::Topic>,
        /// Its id.
        message_id: &'a I::MessageId,
        /// Its payload.
        message: &'a I::Message,
    },
}

/// The recipients of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To<'a, I: Identifiers> {
    /// Every connected peer.
    Everyone,
    /// One peer.
    Peer(&'a I::Peer),
}

/// What the mapping needs from the node, in addition to the output.
pub trait Node<I: Identifiers> {
    /// The topics that we joined, which are announced to a new peer.
    fn joined(&mut self) -> Vec<I::Topic>;
    /// The peers to offer with a prune: the result of the query [`SelectPxPeers`](crate::SelectPxPeers).
    fn px(&mut self, peer_to_prune: &I::Peer, topic: &I::Topic, no_px_peers: &PeerSet<I>) -> Vec<I::Peer>;
    /// The limit `prune_backoff`.
    fn prune_backoff(&self) -> Span;
    /// The limit `unsubscribe_backoff`.
    fn unsubscribe_backoff(&self) -> Span;
}

impl<'a, I: Identifiers> Outgoing<'a, I> {
    /// The peer and the message that cause this input. `None` if the input is not caused by a message.
    #[must_use]
    pub fn from_input(input: &'a Input<I>) -> Option<(&'a I::Peer, Self)> {
        Some(match input {
            Input::Subscribe(input) => (&input.peer, Self::Subscribe { topic: &input.topic }),
            Input::Unsubscribe(input) => (&input.peer, Self::Unsubscribe { topic: &input.topic }),
            Input::Graft(input) => (&input.peer, Self::Graft { topic: &input.topic }),
            Input::Prune(input) => {
                (&input.peer, Self::Prune { topic: &input.topic, px: &input.px, backoff: input.backoff })
            }
            Input::Ihave(input) => (&input.peer, Self::Ihave { topic: &input.topic, message_ids: &input.message_ids }),
            Input::Iwant(input) => (&input.peer, Self::Iwant { message_ids: &input.message_ids }),
            Input::ReceiveMessage(input) => (
                &input.sender,
                Self::Message { topic: Some(&input.topic), message_id: &input.message_id, message: &input.message },
            ),
            _ => return None,
        })
    }
}

/// Calls `send` for each message to send for an output of an input, in order.
///
/// A refused graft is answered by a prune, as go-libp2p-pubsub does. There is no answer if the topic is not joined or
/// the peer is not connected. The prune offers peers only if the mesh is full. Announcements are the result of the
/// query [`Input::SelectGossipMessages`]. Announcements and requests without ids are not sent.
pub fn outgoing<I: Identifiers>(
    input: &Input<I>,
    output: &Output<I>,
    node: &mut impl Node<I>,
    mut send: impl FnMut(To<'_, I>, Outgoing<'_, I>),
) {
    match (input, output) {
        (Input::AddPeer(input), Output::AddPeer(crate::AddPeerOutput::PeerAdded)) => {
            for topic in &node.joined() {
                send(To::Peer(&input.peer), Outgoing::Subscribe { topic });
            }
        }
        (Input::Join(input), Output::Join(JoinOutput::JoiningTopic { to_graft })) => {
            send(To::Everyone, Outgoing::Subscribe { topic: &input.topic });
            for peer in to_graft {
                send(To::Peer(peer), Outgoing::Graft { topic: &input.topic });
            }
        }
        (Input::Leave(input), Output::Leave(LeaveOutput::LeavingTopic { to_prune, no_px_peers })) => {
            send(To::Everyone, Outgoing::Unsubscribe { topic: &input.topic });
            let backoff = node.unsubscribe_backoff();
            for peer in to_prune {
                let px = node.px(peer, &input.topic, no_px_peers);
                send(To::Peer(peer), Outgoing::Prune { topic: &input.topic, px: &px, backoff });
            }
        }
        (Input::Graft(input), Output::Graft(output)) => {
            let px = match output {
                GraftOutput::PeerFiltered
                | GraftOutput::GraftingDirectPeer
                | GraftOutput::GraftingPeerWithNegativeScore
                | GraftOutput::PeerBackedOff => Vec::new(),
                GraftOutput::MeshFull => node.px(&input.peer, &input.topic, &SortedSet::new()),
                GraftOutput::UnsubscribedTopic
                | GraftOutput::PeerAlreadyInMesh
                | GraftOutput::UnexpectedGraftingPeer
                | GraftOutput::GraftingSuccessfully => return,
            };
            let backoff = node.prune_backoff();
            send(To::Peer(&input.peer), Outgoing::Prune { topic: &input.topic, px: &px, backoff });
        }
        (Input::Ihave(input), Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids }))
            if !message_ids.is_empty() =>
        {
            send(To::Peer(&input.peer), Outgoing::Iwant { message_ids });
        }
        (Input::Iwant(input), Output::Iwant(IwantOutput::OnIwantMessagesToRoute { routed_message_ids })) => {
            for (message_id, routed) in routed_message_ids {
                if let RoutedMessage::Message { message } = routed {
                    send(To::Peer(&input.peer), Outgoing::Message { topic: None, message_id, message });
                }
            }
        }
        (Input::PublishMessage(input), Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish })) => {
            let (message_id, message) = (&input.message_id, &input.message);
            for peer in to_publish {
                send(To::Peer(peer), Outgoing::Message { topic: Some(&input.topic), message_id, message });
            }
        }
        (Input::ReceiveMessage(input), Output::ReceiveMessage(ReceiveMessageOutput::RouteMessage { to_route })) => {
            let (message_id, message) = (&input.message_id, &input.message);
            for peer in to_route {
                send(To::Peer(peer), Outgoing::Message { topic: Some(&input.topic), message_id, message });
            }
        }
        (Input::ApplyBatch(input), Output::ApplyBatch(ApplyBatchOutput::BatchResult { results })) => {
            for (batched, result) in input.batch.iter().zip(results) {
                let BatchedMessageOutput::RouteMessage { to_route } = result else { continue };
                let (message_id, message) = (&batched.message_id, &batched.message);
                for peer in to_route {
                    send(To::Peer(peer), Outgoing::Message { topic: Some(&batched.topic), message_id, message });
                }
            }
        }
        (Input::Heartbeat, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers })) => {
            for (peer, topics) in to_graft {
                for topic in topics {
                    send(To::Peer(peer), Outgoing::Graft { topic });
                }
            }
            let backoff = node.prune_backoff();
            for (peer, topics) in to_prune {
                for topic in topics {
                    let px = node.px(peer, topic, no_px_peers);
                    send(To::Peer(peer), Outgoing::Prune { topic, px: &px, backoff });
                }
            }
        }
        (
            Input::SelectGossipMessages,
            Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }),
        ) => {
            for ihave in ihaves.iter().filter(|ihave| !ihave.message_ids.is_empty()) {
                let announcement = Outgoing::Ihave { topic: &ihave.topic, message_ids: &ihave.message_ids };
                send(To::Peer(&ihave.peer), announcement);
            }
        }
        _ => {}
    }
}
