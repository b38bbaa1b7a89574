//! The store of messages of unknown validity.

use crate::{Identifiers, ReceiveMessage};
use alloc::collections::BTreeMap;

/// Messages whose validity the application could not tell, by message id.
///
/// The application can tell the validity of the least id first: an id of the data-availability layers starts with its
/// level, and a message is of unknown validity if its level is in the future.
#[derive(Clone, Debug)]
pub(super) struct UnknownMessages<I: Identifiers>(BTreeMap<I::MessageId, ReceiveMessage<I>>);

impl<I: Identifiers> UnknownMessages<I> {
    /// The greatest number of messages.
    const CAPACITY: usize = 10_000;

    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Stores a message. The first message of an id stays. A new id takes the place of the greatest one if the store is
    /// full, even if the new one is greater.
    pub(super) fn insert(&mut self, message: ReceiveMessage<I>) {
        if self.0.contains_key(&message.message_id) {
            return;
        }
        if self.0.len() >= Self::CAPACITY {
            self.0.pop_last();
        }
        self.0.insert(message.message_id.clone(), message);
    }

    /// The least id above `after`.
    pub(super) fn next(&self, after: Option<&I::MessageId>) -> Option<&I::MessageId> {
        use core::ops::Bound::{Excluded, Unbounded};
        let range = (after.map_or(Unbounded, Excluded), Unbounded);
        self.0.range::<I::MessageId, _>(range).next().map(|(message_id, _)| message_id)
    }

    pub(super) fn remove(&mut self, message_id: &I::MessageId) -> Option<ReceiveMessage<I>> {
        self.0.remove(message_id)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
