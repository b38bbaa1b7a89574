//! What the automaton asks of the application that embeds it.

use crate::Identifiers;

/// The application's answers to the automaton's questions.
///
/// The automaton may ask at any point of an input; answers depend on the arguments and on the application's own state.
pub trait Application<I: Identifiers> {
    /// Whether a message is valid, judged by its id and, where the automaton has it, the message itself.
    fn validity(&self, message_id: &I::MessageId, message: Option<&I::Message>) -> Validity;

    /// Whether to serve this peer in this action.
    fn peer_filter(&self, peer: &I::Peer, action: Action<'_, I>) -> bool;
}

/// What the application says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Validity {
    /// To be requested, cached and routed.
    Valid,
    /// The application cannot tell: dropped without a penalty.
    Unknown,
    /// Too old to matter: dropped without a penalty.
    Outdated,
    /// Dropped, and the sender pays for it (P4).
    Invalid,
}

/// What a peer filter is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a, I: Identifiers> {
    /// The peer announced this message, and we may request it.
    Ihave(&'a I::MessageId),
    /// The peer requests this message.
    Iwant(&'a I::MessageId),
    /// The peer wants to be in our mesh.
    Graft,
}

/// Accepts everything from everybody.
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
