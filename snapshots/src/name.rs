//! Names of chosen members: the choice itself, `any 2 of {1, 2, 3}`, in place of the members that were chosen.

use gossipsub_automaton::{
    Identifiers,
    trace_ids::{Message, MessageId, Peer, Topic},
};
use std::{collections::BTreeSet, fmt};

/// The identifiers of the trace format, where a peer or a message id may stand for a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named;

impl Identifiers for Named {
    type Peer = Name<Peer>;
    type Topic = Topic;
    type MessageId = Name<MessageId>;
    type Message = Message;
}

/// The name of one, or of all that a choice gave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Name<T> {
    /// Itself: nothing was left to chance.
    Known(T),
    /// One or more chosen members, by their candidates.
    OpenChoices(String),
}

impl<T: fmt::Display> fmt::Display for Name<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(known) => known.fmt(f),
            Self::OpenChoices(choice) => f.write_str(choice),
        }
    }
}

/// `{1, any 2 of {2, 3, 4}}`
pub(crate) fn braces<T: fmt::Display>(names: &BTreeSet<T>) -> String {
    format!("{{{}}}", joined(names))
}

/// `[1, 2, 2]`
pub(crate) fn brackets<T: fmt::Display>(list: &[T]) -> String {
    format!("[{}]", joined(list))
}

fn joined<T: fmt::Display>(members: impl IntoIterator<Item = T>) -> String {
    let members: Vec<String> = members.into_iter().map(|member| member.to_string()).collect();
    members.join(", ")
}
