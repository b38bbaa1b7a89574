//! The whole state in a form in which states that answer alike are equal: for a search that is not to meet one twice.

use crate::Model;
use gossipsub_automaton::{Connection, Fanout, Time};
use std::hash::{Hash, Hasher};

impl<A> Model<A> {
    /// Feeds all that later answers depend on to a hasher, but for the limits and the application.
    ///
    /// Times count from now, message slots from the newest, and heartbeats by their place in the cycles of the cleanups
    /// and of opportunistic grafting. Every rule compares a time with another, and none with zero: so models with the
    /// same limits, application and hash answer alike, and reach the same hashes, as long as no time saturates.
    pub fn hash_state(&self, hasher: &mut impl Hasher) {
        let Self {
            limits,
            application: _,
            now,
            heartbeat_ticks,
            connections,
            mesh,
            fanout,
            backoff,
            scores,
            ihave_per_heartbeat,
            iwant_per_heartbeat,
            message_cache,
        } = self;
        for cycle in [limits.backoff_cleanup_ticks, limits.score_cleanup_ticks, limits.opportunistic_graft_ticks] {
            (heartbeat_ticks % cycle).hash(hasher);
        }
        connections.len().hash(hasher);
        for (peer, Connection { topics, direct, outbound }) in connections {
            (peer, topics, direct, outbound).hash(hasher);
        }
        mesh.hash(hasher);
        fanout.len().hash(hasher);
        for (topic, Fanout { peers, last_published_time }) in fanout {
            (topic, peers, from_now(*now, *last_published_time)).hash(hasher);
        }
        backoff.entries().len().hash(hasher);
        for (topic, entries) in backoff.entries() {
            (topic, entries.len()).hash(hasher);
            for (peer, end) in entries {
                (peer, from_now(*now, *end)).hash(hasher);
            }
        }
        scores.hash_state(*now, hasher);
        ihave_per_heartbeat.hash(hasher);
        iwant_per_heartbeat.hash(hasher);
        message_cache.hash_state(*now, hasher);
    }
}

/// How many milliseconds after now a time is.
pub(crate) fn from_now(now: Time, time: Time) -> i128 {
    i128::from(time.as_millis()) - i128::from(now.as_millis())
}
