//! Backoffs: the times until which a peer must not be grafted in a topic.

use super::{
    capacity::excess,
    peers::Peers,
    slots::{PeerSlot, TopicSlot},
    topics::Topics,
};
use crate::{Automaton, Identifiers, Span, Time};

/// Backs a peer off until a time. A backoff that ends later stays.
pub(crate) fn back_off<I: Identifiers>(
    peers: &mut Peers<I>,
    topics: &mut Topics<I>,
    topic: TopicSlot,
    peer: PeerSlot,
    until: Time,
) {
    let entry = topics[topic].backoff.entry(peer).or_insert_with(|| {
        peers[peer].references += 1;
        until
    });
    *entry = until.max(*entry);
}

impl<I: Identifiers, A> Automaton<I, A> {
    /// Drops the backoffs that ended at least two heartbeat intervals ago.
    pub(crate) fn clean_backoffs(&mut self, now: Time) {
        let Self { peers, topics, limits, .. } = self;
        for topic in topics.slots() {
            let backoff = &mut topics[topic].backoff;
            if backoff.is_empty() {
                continue;
            }
            backoff.retain(|peer, until| {
                let is_kept = !ended(*until, limits.heartbeat_interval, now);
                if !is_kept {
                    peers.dereference(*peer);
                }
                is_kept
            });
            if let Some(enough) = excess(backoff.len(), backoff.capacity()) {
                backoff.shrink_to(enough);
            }
            topics.release_unused(topic);
        }
    }
}

/// Whether a backoff ended at least two heartbeat intervals ago. The sum is exact, so a saturated deadline never ends.
fn ended(until: Time, heartbeat_interval: Span, now: Time) -> bool {
    until.plus_exact(heartbeat_interval) + u128::from(heartbeat_interval.as_millis()) <= u128::from(now.as_millis())
}
