//! The gossipsub automaton of the Octez and Mavryk data-availability layers, without I/O and without a clock.
//!
//! This crate holds the vocabulary: [`Input`]s, [`Output`]s, [`Limits`], [`Time`] and [`Span`], the [`Application`]'s
//! hooks, and the [`View`] of a state. All of it is generic over the network's [`Identifiers`]. With the feature
//! `serde`, its serialized form is the trace format.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod application;
mod display;
mod identifiers;
mod input;
mod kind;
mod limits;
mod output;
pub mod plain;
mod score;
#[cfg(feature = "serde")]
mod serial;
mod sorted_set;
mod time;
mod view;

pub use application::{AcceptEverything, Action, Application, Validity};
pub use display::DisplayIdentifiers;
pub use identifiers::{Identifier, Identifiers};
pub use input::{
    AddPeer, Graft, Ihave, Input, Iwant, Join, Leave, Prune, PublishMessage, ReceiveMessage, RemovePeer, SelectPxPeers,
    SetApplicationScore, Subscribe, Unsubscribe,
};
pub use kind::{InputKind, OutputKind};
pub use limits::{Limits, LimitsError, ScoreLimits, TopicParameters, TopicScoreLimits, WeightedTopicParameters};
pub use output::{
    AddPeerOutput, GraftOutput, HeartbeatOutput, IhaveOutput, IwantOutput, JoinOutput, LeaveOutput, Output, PeerSet,
    PruneOutput, PublishMessageOutput, ReceiveMessageOutput, RemovePeerOutput, RoutedMessage,
    SelectGossipMessagesOutput, SelectPxPeersOutput, SetApplicationScoreOutput, SubscribeOutput, TopicsByPeer,
    UnsubscribeOutput,
};
pub use score::{Finite, NotFinite, Score};
#[cfg(feature = "serde")]
pub use serial::{
    DeserializableIdentifiers, LARGEST_INTEGER, SerializableIdentifiers, Strict, Tagged, strict, tagged, unknown_kind,
};
pub use sorted_set::SortedSet;
pub use time::{Span, Time, Window};
pub use view::{CachedMessage, Connection, Fanout, PartialView, View};
