//! Which peers and addresses a node dials by itself, and when an unreachable address may be dialled again.

use super::WorkerIdentifiers;
use alloc::collections::{BTreeMap, BTreeSet};

/// The number of heartbeats between two attempts to connect to trusted peers and reconnect points.
pub(super) const RECONNECT_TICKS: u64 = 15;

/// The number of heartbeats after which all unreachable addresses are forgotten.
const FORGET_TICKS: u64 = 21_600;

/// The peers and addresses to connect to, and the addresses that could not be dialled.
#[derive(Clone, Debug)]
pub(super) struct Reconnection<I: WorkerIdentifiers> {
    /// Every peer that was connected and trusted.
    pub(super) trusted: BTreeSet<I::Peer>,
    pub(super) points: BTreeSet<I::Point>,
    /// The heartbeat from which an address may be dialled again.
    unreachable: BTreeMap<I::Point, u64>,
}

impl<I: WorkerIdentifiers> Reconnection<I> {
    pub(super) const fn new(points: BTreeSet<I::Point>) -> Self {
        Self { trusted: BTreeSet::new(), points, unreachable: BTreeMap::new() }
    }

    /// An address could not be dialled: it may be dialled again 5 heartbeats later.
    ///
    /// The second time, and each time after that, the delay is twice the *number* of the heartbeat from which it could
    /// be dialled before, and at most 300. That is the rule of the original, so the delay is nearly always 300.
    pub(super) fn mark_unreachable(&mut self, point: I::Point, tick: u64) {
        let next = self
            .unreachable
            .entry(point)
            .and_modify(|next| *next = tick.saturating_add(next.saturating_mul(2).min(300)));
        next.or_insert(tick.saturating_add(5));
    }

    pub(super) fn may_dial_point(&self, point: &I::Point, tick: u64) -> bool {
        self.unreachable.get(point).is_none_or(|next| *next <= tick)
    }

    /// Whether the address of a peer may be dialled. A peer without an address may.
    pub(super) fn may_dial(&self, peer: &I::Peer, tick: u64) -> bool {
        self.unreachable.is_empty() || I::point_of(peer).is_none_or(|point| self.may_dial_point(&point, tick))
    }

    /// Every 6 hours of heartbeats, all addresses may be dialled again.
    pub(super) fn forget_unreachable_points(&mut self, tick: u64) {
        if tick.is_multiple_of(FORGET_TICKS) {
            self.unreachable.clear();
        }
    }

    /// The unreachable addresses, each with the number of heartbeats until it may be dialled again.
    pub(super) fn unreachable(&self, tick: u64) -> impl Iterator<Item = (&I::Point, u64)> {
        self.unreachable.iter().map(move |(point, next)| (point, next.saturating_sub(tick)))
    }
}
