//! Delivery records: who sent copies of a message, and what became of it.

use super::vocabulary::{MessageId, Peer};
use gossipsub_automaton::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// How long a record lives.
const LIFE: Span = Span::from_secs(120);

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Status {
    /// There is no verdict yet.
    Unknown,
    /// It was accepted at this time.
    Valid(Time),
    /// It was rejected.
    Invalid,
    /// It was ignored.
    Ignored,
}

/// What is known of a message.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(super) struct DeliveryRecord {
    pub(super) status: Status,
    /// The peers that sent another copy.
    pub(super) peers: BTreeSet<Peer>,
    end: Time,
}

/// The records of the last messages.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub(super) struct DeliveryRecords(BTreeMap<MessageId, DeliveryRecord>);

impl DeliveryRecords {
    /// The record of a message, made if it is missing.
    pub(super) fn record(&mut self, id: MessageId, now: Time) -> &mut DeliveryRecord {
        self.0.entry(id).or_insert_with(|| DeliveryRecord {
            status: Status::Unknown,
            peers: BTreeSet::new(),
            end: now + LIFE,
        })
    }

    /// Time passes.
    pub(super) fn advance(&mut self, now: Time) {
        self.0.retain(|_, record| now < record.end);
    }

    /// When each valid message was accepted.
    pub(super) fn validations(&self) -> impl Iterator<Item = (MessageId, Time)> {
        self.0.iter().filter_map(|(id, record)| match record.status {
            Status::Valid(time) => Some((*id, time)),
            _ => None,
        })
    }
}
