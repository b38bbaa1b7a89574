//! The vocabulary: inputs, outputs, limits, scores and views as plain data, with their printed and serialized forms.
//!
//! It is shared by the automaton, its reference model and the harness. It decides nothing about the state of a node.

mod application;
mod behaviour;
mod identifiers;
mod input;
mod kind;
mod limits;
mod output;
mod score;
mod score_record;
#[cfg(feature = "serde")]
pub(crate) mod serial;
mod sorted_set;
pub(crate) mod text;
mod time;
pub mod trace_ids;
mod view;

pub use application::{AcceptEverything, Action, Application, Validity};
pub use behaviour::{Behaviour, Switches};
pub use identifiers::{Identifier, Identifiers};
pub use input::{
    AddPeer, ApplyBatch, BatchedMessage, Graft, Ihave, Input, Iwant, Join, Leave, Prune, PublishMessage,
    ReceiveMessage, RemovePeer, SelectPxPeers, SetApplicationScore, Subscribe, Unsubscribe,
};
pub use kind::{InputKind, OutputKind};
pub(crate) use limits::count;
pub use limits::{Limits, LimitsError, ScoreLimits, TopicParameters, TopicScoreLimits, WeightedTopicParameters};
pub use output::{
    AddPeerOutput, ApplyBatchOutput, BatchedMessageOutput, GraftOutput, HeartbeatOutput, IhaveOutput, IwantOutput,
    JoinOutput, LeaveOutput, Output, PeerSet, PruneOutput, PublishMessageOutput, ReceiveMessageOutput,
    RemovePeerOutput, RoutedMessage, SelectGossipMessagesOutput, SelectPxPeersOutput, SetApplicationScoreOutput,
    SubscribeOutput, TopicsByPeer, UnsubscribeOutput,
};
pub use score::{Finite, NotFinite, Score};
pub use score_record::{MeshStatus, PeerStatus, ScoreRecord, TopicCounters};
#[cfg(feature = "serde")]
pub use serial::{DeserializableIdentifiers, LARGEST_INTEGER, SerializableIdentifiers};
pub use sorted_set::SortedSet;
pub use text::{DisplayIdentifiers, InputText, MapText, SetText};
pub use time::{PruneBackoff, Span, Time, Window};
pub use view::{CachedMessage, Connection, Fanout, PartialView, View};
