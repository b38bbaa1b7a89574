//! The types of peers, topics, message ids and messages, which the network chooses.

use core::{fmt::Debug, hash::Hash};

/// A name that can be copied, compared, ordered and hashed.
///
/// The natural order is observable: sets in outputs are sorted by it, and scores are summed in the order of topics.
pub trait Identifier: Clone + Debug + Ord + Hash {}

impl<T: Clone + Debug + Ord + Hash> Identifier for T {}

/// The four types of a network, under one name.
///
/// ```
/// use gossipsub_automaton::Identifiers;
/// use std::sync::Arc;
///
/// #[derive(Clone, Debug, PartialEq, Eq)]
/// struct MyNetwork;
///
/// impl Identifiers for MyNetwork {
///     type Peer = [u8; 20];
///     type Topic = Arc<str>;
///     type MessageId = [u8; 32];
///     type Message = Arc<[u8]>;
/// }
/// ```
pub trait Identifiers: Clone + Debug + Eq + 'static {
    /// A peer, as the transport authenticated it.
    type Peer: Identifier;
    /// A topic.
    type Topic: Identifier;
    /// A message id. Whether a message was seen is decided by its id alone.
    type MessageId: Identifier;
    /// The payload of a message. The automaton only stores and clones it.
    type Message: Clone + Debug + Eq;
}
