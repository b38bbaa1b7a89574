//! The gossipsub automaton of the Octez and Mavryk data-availability layers, without I/O and without a clock.
//!
//! An [`Automaton`] keeps the state of one node of a gossipsub network: connections, subscriptions, meshes, scores and
//! recent messages. The node keeps the network, the clock and the timer:
//!
//! - Every event is one of fifteen inputs. Each has a method of its name, from [`add_peer`] to [`heartbeat`], and
//!   [`step`] takes any [`Input`]. The documentation of a method has its checks in their order.
//! - Each method returns an enum of its own, such as [`GraftOutput`], with the messages to send or the reason for a
//!   refusal.
//! - A [`Worker`](worker::Worker) makes messages of the outputs, as the nodes of these networks do. Start there to write
//!   a node.
//! - The query [`select_px_peers`] returns the peers to offer with a prune. The query [`select_gossip_messages`] returns
//!   the announcements to send after a heartbeat.
//! - The [`Application`] decides which messages are valid and which peers are accepted. The [`Limits`] have every number
//!   that a rule refers to.
//!
//! An automaton is generic over the network's [`Identifiers`], and deterministic: the same seed, limits and inputs give
//! the same outputs. [`Automaton::view`] returns the whole state as plain data. With the feature `serde`, the
//! serialized form of inputs, outputs and views is the trace format.
//!
//! # Behaviours
//!
//! The automaton of Octez has changed since that of Mavryk parted from it. [`Automaton::new`] behaves as Mavryk's, and
//! [`Automaton::with_behaviour`] as a version of Octez's. The [`Switches`] of a [`Behaviour`] name each difference.
//!
//! # Costs
//!
//! The cost of a message does not depend on the number of subscribers of its topic. A duplicate costs one lookup of its
//! id and one of its sender. The cost of a heartbeat is proportional to the meshes, to the score records with counters,
//! and to the messages that leave the cache. State that leaves the view is freed at once. Its capacity is released
//! within a few heartbeats.
//!
//! # Debug builds
//!
//! With debug assertions, the automaton checks the invariants of its state after the inputs, and panics if the state
//! contradicts itself. Release builds do not check them.
//!
//! # Two automata against each other
//!
//! ```
//! use gossipsub_automaton::{
//!     AcceptEverything, AddPeer, Automaton, Graft, GraftOutput, Identifiers, Join, JoinOutput, Limits, PublishMessage,
//!     PublishMessageOutput, ReceiveMessage, ReceiveMessageOutput, Subscribe, Time,
//! };
//!
//! #[derive(Clone, Debug, PartialEq, Eq)]
//! struct Example;
//!
//! impl Identifiers for Example {
//!     type Peer = &'static str;
//!     type Topic = &'static str;
//!     type MessageId = u64;
//!     type Message = String;
//! }
//!
//! # fn main() -> Result<(), gossipsub_automaton::LimitsError> {
//! let mut alice: Automaton<Example, _> = Automaton::new(1, Limits::default(), AcceptEverything)?;
//! let mut bob: Automaton<Example, _> = Automaton::new(2, Limits::default(), AcceptEverything)?;
//! let now = Time::ZERO;
//!
//! // Alice dials Bob, who joined the topic before. Bob announces his subscription.
//! bob.join(now, Join { topic: "news" });
//! alice.add_peer(now, AddPeer { peer: "bob", direct: false, outbound: true, bootstrap: false });
//! bob.add_peer(now, AddPeer { peer: "alice", direct: false, outbound: false, bootstrap: false });
//! alice.subscribe(now, Subscribe { peer: "bob", topic: "news" });
//!
//! // Alice joins, too. Bob is in her mesh at once, and her graft puts her into his.
//! let JoinOutput::JoiningTopic { to_graft } = alice.join(now, Join { topic: "news" }) else { unreachable!() };
//! assert_eq!(to_graft.as_slice(), ["bob"]);
//! let grafted = bob.graft(now, Graft { peer: "alice", topic: "news" });
//! assert_eq!(grafted, GraftOutput::GraftingSuccessfully);
//!
//! // Alice publishes a message, which goes to Bob. Bob has no other peer to route it to.
//! let message = String::from("hello");
//! let published = alice.publish_message(now, PublishMessage { topic: "news", message_id: 7, message: message.clone() });
//! assert_eq!(published, PublishMessageOutput::PublishMessage { to_publish: ["bob"].into_iter().collect() });
//! let received = ReceiveMessage { sender: "alice", topic: "news", message_id: 7, message, batch: false };
//! let routed = bob.receive_message(now, received.clone());
//! assert_eq!(routed, ReceiveMessageOutput::RouteMessage { to_route: [].into_iter().collect() });
//! assert_eq!(bob.receive_message(now, received), ReceiveMessageOutput::AlreadyReceived);
//!
//! // A second later both do their maintenance. The meshes are small, but there is no other peer to graft.
//! let now = Time::from_millis(1000);
//! alice.heartbeat(now);
//! bob.heartbeat(now);
//! assert!(alice.in_mesh(&"news", &"bob") && bob.in_mesh(&"news", &"alice"));
//! # Ok(())
//! # }
//! ```
//!
//! [`add_peer`]: Automaton::add_peer
//! [`heartbeat`]: Automaton::heartbeat
//! [`step`]: Automaton::step
//! [`select_px_peers`]: Automaton::select_px_peers
//! [`select_gossip_messages`]: Automaton::select_gossip_messages
#![warn(clippy::indexing_slicing, clippy::unwrap_used)]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod automaton;
mod vocabulary;
#[cfg(any(feature = "dal", feature = "libp2p"))]
pub mod wire;
pub mod worker;

#[doc(hidden)]
pub use automaton::Footprint;
pub use automaton::{Automaton, CachedId, Connections, PeerQuery};
pub use vocabulary::{
    AcceptEverything, Action, AddPeer, AddPeerOutput, Application, ApplyBatch, ApplyBatchOutput, BatchedMessage,
    BatchedMessageOutput, Behaviour, CachedMessage, Connection, DisplayIdentifiers, Fanout, Finite, Graft, GraftOutput,
    HeartbeatOutput, Identifier, Identifiers, Ihave, IhaveOutput, Input, InputKind, InputText, Iwant, IwantOutput,
    Join, JoinOutput, Leave, LeaveOutput, Limits, LimitsError, MapText, MeshStatus, NotFinite, Output, OutputKind,
    PartialView, PeerSet, PeerStatus, Prune, PruneBackoff, PruneOutput, PublishMessage, PublishMessageOutput,
    ReceiveMessage, ReceiveMessageOutput, RemovePeer, RemovePeerOutput, RoutedMessage, Score, ScoreLimits, ScoreRecord,
    SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput, SetApplicationScore, SetApplicationScoreOutput,
    SetText, SortedSet, Span, Subscribe, SubscribeOutput, Switches, Time, TopicCounters, TopicParameters,
    TopicScoreLimits, TopicsByPeer, Unsubscribe, UnsubscribeOutput, Validity, View, WeightedTopicParameters, Window,
    trace_ids,
};
#[cfg(feature = "serde")]
pub use vocabulary::{DeserializableIdentifiers, LARGEST_INTEGER, SerializableIdentifiers};

/// Helpers for readers of the trace format, in addition to the `serde` traits of the vocabulary.
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod trace_format {
    pub use crate::vocabulary::serial::{Strict, Tagged, strict, tagged, unknown_kind};
}
