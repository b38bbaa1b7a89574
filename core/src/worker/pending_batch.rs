//! The messages that are collected for the next batch.

use super::WorkerIdentifiers;
use crate::{BatchedMessage, PeerSet, ReceiveMessage, SortedSet, Span, Time};
use alloc::{
    collections::{BTreeMap, btree_map::Entry},
    vec::Vec,
};

/// What makes two messages of a batch the same. Batches are in this order.
type Content<I> =
    (<I as crate::Identifiers>::Topic, <I as crate::Identifiers>::MessageId, <I as crate::Identifiers>::Message);

/// The messages of the next batch, with the time at which it is due.
#[derive(Clone, Debug)]
pub(super) struct PendingBatch<I: WorkerIdentifiers> {
    messages: BTreeMap<Content<I>, Credit<I>>,
    due: Option<Time>,
}

/// The sender that a message is credited to, and the peers to route the message to.
#[derive(Clone, Debug)]
struct Credit<I: WorkerIdentifiers> {
    sender: I::Peer,
    to_route: PeerSet<I>,
}

impl<I: WorkerIdentifiers> PendingBatch<I> {
    pub(super) const fn new() -> Self {
        Self { messages: BTreeMap::new(), due: None }
    }

    /// When the batch is due, if it has messages.
    pub(super) const fn due(&self) -> Option<Time> {
        self.due
    }

    /// Adds a message. The first message of a batch starts its time.
    ///
    /// A repetition goes only to the peers that both would go to, and is credited to its sender. If no such peer was left
    /// before, the earlier sender keeps the credit.
    pub(super) fn include(&mut self, now: Time, collected_for: Span, message: ReceiveMessage<I>, to_route: PeerSet<I>) {
        self.due.get_or_insert(now + collected_for);
        let ReceiveMessage { sender, topic, message_id, message, batch: _ } = message;
        match self.messages.entry((topic, message_id, message)) {
            Entry::Vacant(entry) => drop(entry.insert(Credit { sender, to_route })),
            Entry::Occupied(mut entry) => {
                let credit = entry.get_mut();
                if !credit.to_route.is_empty() {
                    let common = to_route.iter().filter(|peer| credit.to_route.contains(peer)).cloned().collect();
                    *credit = Credit { sender, to_route: SortedSet::from_ascending(common) };
                }
            }
        }
    }

    /// Empties the batch and returns its messages.
    pub(super) fn take(&mut self) -> Vec<BatchedMessage<I>> {
        let Self { messages, due } = core::mem::replace(self, Self::new());
        debug_assert!(due.is_some() != messages.is_empty(), "a batch with messages is due");
        let batched = messages.into_iter().map(|((topic, message_id, message), Credit { sender, to_route })| {
            BatchedMessage { sender, topic, message_id, message, to_route }
        });
        batched.collect()
    }
}
