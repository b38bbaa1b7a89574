//! Backoffs: until when not to graft a peer in a topic.

use super::{
    capacity::excess,
    connections::Peers,
    intern::{PeerSlot, TopicSlot},
    topics::Topics,
};
use crate::{Automaton, Identifiers, Span, Time};

/// Backs a peer off for a span. No backoff is ever shortened.
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
    /// Drops the backoffs that ended two heartbeats ago or more.
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

/// Whether a backoff ended two heartbeats ago or more. The sum is exact.
fn ended(until: Time, heartbeat_interval: Span, now: Time) -> bool {
    until.plus_exact(heartbeat_interval) + u128::from(heartbeat_interval.as_millis()) <= u128::from(now.as_millis())
}
