//! What a node decides about its worker.

use super::{Convention, WorkerIdentifiers};
use crate::Span;
use alloc::collections::BTreeSet;
use core::num::NonZeroU64;

/// The configuration of a [`Worker`](super::Worker).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerConfiguration<I: WorkerIdentifiers> {
    /// The node itself, which is never dialled.
    pub identity: I::Peer,
    /// Which messages are sent where the networks differ.
    pub convention: Convention,
    /// The addresses of bootstrap nodes. The node dials them every 15 heartbeats.
    pub reconnect_points: BTreeSet<I::Point>,
    /// How long received messages are collected before they are validated together. `None` validates each message when
    /// it is received. Behaviours without batches ignore it. Octez has 100 ms.
    pub batching: Option<Span>,
    /// The number of heartbeats between two pings. `None` sends no pings. Behaviours without pings ignore it. It is the
    /// limit `heartbeat_ping_interval` of Octez.
    pub ping_interval: Option<NonZeroU64>,
}

impl<I: WorkerIdentifiers> WorkerConfiguration<I> {
    /// A node of the data-availability layers without reconnect points, batches and pings.
    #[must_use]
    pub const fn new(identity: I::Peer) -> Self {
        Self {
            identity,
            convention: Convention::Dal,
            reconnect_points: BTreeSet::new(),
            batching: None,
            ping_interval: None,
        }
    }
}
