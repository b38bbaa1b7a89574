//! The worker: what a node does with the outputs of its automaton.
//!
//! A [`Worker`] has an [`Automaton`], and does no I/O. The node gives it each [`Event`] with the time,
//! and does the [`NodeAction`]s that the worker returns, in their order: send a message, deliver a message to the
//! application, connect to a peer or to an address, forget an offered address. The worker asks the queries of the
//! automaton by itself.
//!
//! The worker of a [`Behaviour`](crate::Behaviour) does what the node of that network does, message for message:
//! [`WorkerSwitches`] has the differences. [`Convention::Libp2p`] sends in the order of go-libp2p-pubsub instead.
//!
//! ```
//! use gossipsub_automaton::{
//!     AcceptEverything, Automaton, Limits, Time, trace_ids::{MessageId, Peer, TraceIds},
//!     worker::{NodeAction, Event, PeerMessage, Worker, WorkerConfiguration},
//! };
//!
//! let automaton: Automaton<TraceIds, _> = Automaton::new(1, Limits::dal_node(), AcceptEverything)?;
//! let mut worker = Worker::new(automaton, WorkerConfiguration::new(Peer(0)));
//! let mut actions = Vec::new();
//! let now = Time::ZERO;
//!
//! // The node joins a topic. A peer that connects is told.
//! worker.handle(now, Event::Join { topic: "news".into() }, &mut actions);
//! assert!(actions.is_empty());
//! let connected =
//!     Event::Connected { peer: Peer(1), direct: false, outbound: false, trusted: false, bootstrap: false };
//! worker.handle(now, connected, &mut actions);
//! let subscribe = PeerMessage::Subscribe { topic: "news".into() };
//! assert_eq!(actions.drain(..).collect::<Vec<_>>(), [NodeAction::Send { to: Peer(1), message: subscribe }]);
//!
//! // The peer sends a message, which goes to the application.
//! let (topic, message_id, message) = (Some("news".into()), MessageId(7), "hello".into());
//! let message = PeerMessage::Message { topic, message_id, message };
//! worker.handle(now, Event::Received { from: Peer(1), message }, &mut actions);
//! assert!(matches!(&actions[..], [NodeAction::Deliver { message, .. }] if message == "hello"));
//! assert_eq!(worker.statistics().received_valid_messages, 1);
//! # Ok::<(), gossipsub_automaton::LimitsError>(())
//! ```
//!
//! # Time and queues
//!
//! The node calls [`Event::Heartbeat`] every `heartbeat_interval`. With
//! [`batching`](WorkerConfiguration::batching), it calls [`Worker::take_batch`] at the time of [`Worker::batch_due`],
//! and handles the batch as an [`Event::ProcessBatch`]. A node that does not handle events at once keeps them in an
//! [`EventQueue`].

mod action;
mod configuration;
mod connections;
mod event;
mod gossip;
mod heartbeat;
mod identifiers;
mod mesh;
mod message;
mod messages;
mod pending_batch;
mod queue;
mod reconnection;
mod statistics;
mod switches;
mod unknown_messages;

pub use action::{NodeAction, Origin};
pub use configuration::WorkerConfiguration;
pub use event::Event;
pub use identifiers::WorkerIdentifiers;
pub use message::PeerMessage;
pub use queue::EventQueue;
pub use statistics::Statistics;
pub use switches::{Convention, WorkerSwitches};

use crate::{
    Application, Automaton, BatchedMessage, Input, PeerQuery, PeerSet, SelectPxPeers, SelectPxPeersOutput, Span, Time,
};
use alloc::{collections::BTreeSet, vec::Vec};
use core::num::NonZeroU64;
use pending_batch::PendingBatch;
use reconnection::Reconnection;
use unknown_messages::UnknownMessages;

/// An automaton, and what a node does with its outputs.
#[derive(Clone)]
pub struct Worker<I: WorkerIdentifiers, A> {
    automaton: Automaton<I, A>,
    switches: WorkerSwitches,
    identity: I::Peer,
    convention: Convention,
    /// How long received messages are collected. Absent if the behaviour has no batches.
    batching: Option<Span>,
    /// Absent if the behaviour has no pings.
    ping_interval: Option<NonZeroU64>,
    /// The connected peers that are bootstrap nodes.
    bootstrap_peers: BTreeSet<I::Peer>,
    reconnection: Reconnection<I>,
    unknown_messages: UnknownMessages<I>,
    pending_batch: PendingBatch<I>,
    statistics: Statistics,
}

impl<I: WorkerIdentifiers, A: Application<I>> Worker<I, A> {
    /// A worker with the behaviour of its automaton.
    ///
    /// The automaton is new: the worker knows only the connections that it is told of.
    pub fn new(automaton: Automaton<I, A>, configuration: WorkerConfiguration<I>) -> Self {
        let WorkerConfiguration { identity, convention, reconnect_points, batching, ping_interval } = configuration;
        let switches = automaton.behaviour().worker_switches();
        Self {
            batching: batching.filter(|_| automaton.behaviour().switches().has_batches),
            ping_interval: ping_interval.filter(|_| switches.pings && convention == Convention::Dal),
            automaton,
            switches,
            identity,
            convention,
            bootstrap_peers: BTreeSet::new(),
            reconnection: Reconnection::new(reconnect_points),
            unknown_messages: UnknownMessages::new(),
            pending_batch: PendingBatch::new(),
            statistics: Statistics::default(),
        }
    }

    /// Handles an event. Adds the actions of the node to `actions`, which the caller empties.
    pub fn handle(&mut self, now: Time, event: Event<I>, actions: &mut Vec<NodeAction<I>>) {
        match event {
            Event::Connected { peer, direct, outbound, trusted, bootstrap } => {
                let outbound = match self.convention {
                    Convention::Dal => trusted,
                    Convention::Libp2p => outbound,
                };
                let input = crate::AddPeer { peer, direct, outbound, bootstrap };
                self.handle_connection(now, input, trusted, actions);
            }
            Event::Disconnected { peer } => self.handle_disconnection(now, peer),
            Event::Received { from, message } => {
                if let Some(input) = message.into_input(from) {
                    self.handle_input(now, input, actions);
                }
            }
            Event::Publish { topic, message_id, message } => {
                self.handle_publication(now, crate::PublishMessage { topic, message_id, message }, actions);
            }
            Event::Join { topic } => self.handle_join(now, crate::Join { topic }, actions),
            Event::Leave { topic } => self.handle_leave(now, crate::Leave { topic }, actions),
            Event::Heartbeat => {
                self.handle_heartbeat(now, actions);
                self.receive_unknown_messages(now, actions);
            }
            Event::ProcessBatch { batch } => self.handle_batch(now, batch, actions),
            Event::Unreachable { point } => {
                if self.switches.filters_offered_peers {
                    self.reconnection.mark_unreachable(point, self.automaton.heartbeat_ticks());
                }
            }
        }
    }

    /// Handles the input for a message that a peer sent.
    fn handle_input(&mut self, now: Time, input: Input<I>, actions: &mut Vec<NodeAction<I>>) {
        match input {
            Input::ReceiveMessage(input) => self.handle_message(now, input, actions),
            Input::Graft(input) => self.handle_graft(now, input, actions),
            Input::Prune(input) => self.handle_prune(now, input, actions),
            Input::Ihave(input) => self.handle_ihave(now, input, actions),
            Input::Iwant(input) => self.handle_iwant(now, input, actions),
            Input::Subscribe(input) => drop(self.automaton.subscribe(now, input)),
            Input::Unsubscribe(input) => drop(self.automaton.unsubscribe(now, input)),
            other => unreachable!("no peer causes the input {:?}", other.kind()),
        }
    }

    /// When the pending batch is due, if it has messages.
    pub const fn batch_due(&self) -> Option<Time> {
        self.pending_batch.due()
    }

    /// Takes the pending batch, to be handled as an [`Event::ProcessBatch`]. The next message starts another one.
    pub fn take_batch(&mut self) -> Vec<BatchedMessage<I>> {
        self.pending_batch.take()
    }

    /// The automaton, to read its state.
    pub const fn automaton(&self) -> &Automaton<I, A> {
        &self.automaton
    }

    /// The application, to change its answers.
    pub const fn application_mut(&mut self) -> &mut A {
        self.automaton.application_mut()
    }

    /// Sets the application's component of a peer's score (P5).
    pub fn set_application_score(&mut self, now: Time, input: crate::SetApplicationScore<I>) {
        self.automaton.set_application_score(now, input);
    }

    /// The counts since the start.
    pub const fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Replaces the addresses of bootstrap nodes, such as after another look-up of their names. In `mavryk` they are
    /// fixed.
    pub fn set_reconnect_points(&mut self, points: BTreeSet<I::Point>) {
        self.reconnection.points = points;
    }

    /// The addresses that could not be dialled, each with the time until it may be dialled again.
    pub fn unreachable_points(&self) -> impl Iterator<Item = (&I::Point, Span)> {
        let interval = self.automaton.limits().heartbeat_interval;
        let unreachable = self.reconnection.unreachable(self.automaton.heartbeat_ticks());
        unreachable.map(move |(point, ticks)| (point, interval * ticks))
    }

    /// The number of stored messages of unknown validity.
    pub fn unknown_messages(&self) -> usize {
        self.unknown_messages.len()
    }

    /// Sends a message, unless the recipient is a bootstrap peer that has no use for it. Such a message is not counted.
    fn send(&mut self, to: I::Peer, message: PeerMessage<I>, actions: &mut Vec<NodeAction<I>>) {
        if message.is_useless_to_bootstrap_peers() && self.bootstrap_peers.contains(&to) {
            return;
        }
        self.statistics.count_sent(&message);
        actions.push(NodeAction::Send { to, message });
    }

    /// Sends a message to every connected peer, in descending order.
    fn send_to_all(&mut self, message: &PeerMessage<I>, actions: &mut Vec<NodeAction<I>>) {
        for peer in self.automaton.connected_peers(&PeerQuery::default()).into_iter().rev() {
            self.send(peer, message.clone(), actions);
        }
    }

    /// The peers to offer with a prune.
    fn select_px(&mut self, peer_to_prune: &I::Peer, topic: &I::Topic, no_px_peers: &PeerSet<I>) -> Vec<I::Peer> {
        let (peer_to_prune, topic, no_px_peers) = (peer_to_prune.clone(), topic.clone(), no_px_peers.clone());
        let SelectPxPeersOutput::PxPeers { peers } =
            self.automaton.select_px_peers(SelectPxPeers { peer_to_prune, topic, no_px_peers });
        peers
    }
}
