//! The interface of the application: message validity and the peer filter.

use crate::{BatchedMessage, Identifiers};
use alloc::vec::Vec;

/// The decisions that the automaton leaves to the application.
///
/// The automaton calls these methods while it handles an input. An answer may depend on the arguments and on the
/// application's own state.
pub trait Application<I: Identifiers> {
    /// Whether a message is valid. `message` is absent if only the id is to be looked at, as in an IHave.
    ///
    /// `mavryk` asks for a received message once, with its payload. Later behaviours ask for its id first, and then, if
    /// that is valid, for its payload. The two answers need not agree.
    fn validity(&self, message_id: &I::MessageId, message: Option<&I::Message>) -> Validity;

    /// Whether each message of a batch is valid, in order. The ids are not asked for again.
    ///
    /// An answer of another length than the batch counts as unknown for each message.
    fn batch_validity(&self, batch: &[BatchedMessage<I>]) -> Vec<Validity> {
        batch.iter().map(|batched| self.validity(&batched.message_id, Some(&batched.message))).collect()
    }

    /// Whether to accept this action of a peer.
    fn peer_filter(&self, peer: &I::Peer, action: Action<'_, I>) -> bool;
}

/// The validity of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Validity {
    /// The message is requested, cached and routed.
    Valid,
    /// The application cannot tell. The message is dropped without a penalty.
    Unknown,
    /// The message is too old. It is dropped without a penalty.
    Outdated,
    /// The message is dropped and counted in the sender's score (P4).
    Invalid,
}

/// An action of a peer that the peer filter accepts or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a, I: Identifiers> {
    /// The peer announced this message, and we may request it.
    Ihave(&'a I::MessageId),
    /// The peer requests this message.
    Iwant(&'a I::MessageId),
    /// The peer wants to be in our mesh.
    Graft,
}

/// An application that finds every message valid and accepts every action.
#[derive(Clone, Copy, Debug, Default)]
pub struct AcceptEverything;

impl<I: Identifiers> Application<I> for AcceptEverything {
    fn validity(&self, _: &I::MessageId, _: Option<&I::Message>) -> Validity {
        Validity::Valid
    }

    fn peer_filter(&self, _: &I::Peer, _: Action<'_, I>) -> bool {
        true
    }
}
