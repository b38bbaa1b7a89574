//! A hash of the whole state, equal for states that answer alike, for a search that visits each state once.

use crate::automaton::{
    Model,
    message_cache::{Addition, FirstSight, MessageCache},
    score::{Record, Scores, TopicRecord},
};
use gossipsub_automaton::{CachedMessage, Connection, Fanout, MeshStatus, PeerStatus, Time};
use std::hash::{Hash, Hasher};

impl<A> Model<A> {
    /// Feeds to a hasher all that later answers depend on, but for the limits and the application.
    ///
    /// Times count from now, message slots from the newest, and heartbeats by their place in the cycles of the cleanups
    /// and of opportunistic grafting. Every rule compares a time with another, and none with zero. So models with the
    /// same limits, application and hash answer alike, and reach the same hashes, as long as no time saturates.
    pub fn hash_state(&self, hasher: &mut impl Hasher) {
        let Self {
            limits,
            behaviour: _,
            switches: _,
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
        for (peer, Connection { topics, direct, outbound, bootstrap }) in connections {
            (peer, topics, direct, outbound, bootstrap).hash(hasher);
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
        hash_scores(scores, *now, hasher);
        ihave_per_heartbeat.hash(hasher);
        iwant_per_heartbeat.hash(hasher);
        hash_message_cache(message_cache, *now, hasher);
    }
}

/// The records: floats by their bits, times from now.
fn hash_scores(scores: &Scores, now: Time, hasher: &mut impl Hasher) {
    scores.records.len().hash(hasher);
    for (peer, Record { behaviour_penalty, application_score, status, topics }) in &scores.records {
        let expiry = match status {
            PeerStatus::Connected => None,
            PeerStatus::Disconnected { expires } => Some(from_now(now, *expires)),
        };
        (peer, behaviour_penalty.to_bits(), application_score.to_bits(), expiry, topics.len()).hash(hasher);
        for (topic, record) in topics {
            topic.hash(hasher);
            hash_topic_record(record, now, hasher);
        }
    }
}

fn hash_topic_record(record: &TopicRecord, now: Time, hasher: &mut impl Hasher) {
    let TopicRecord {
        mesh_status,
        first_message_deliveries,
        mesh_message_deliveries,
        mesh_message_deliveries_active,
        mesh_failure_penalty,
        invalid_messages,
    } = record;
    let active = match mesh_status {
        MeshStatus::Inactive => None,
        MeshStatus::Active { since, during } => Some((from_now(now, *since), during)),
    };
    (active, mesh_message_deliveries_active).hash(hasher);
    for counter in [first_message_deliveries, mesh_message_deliveries, mesh_failure_penalty, invalid_messages] {
        counter.to_bits().hash(hasher);
    }
}

/// The windows: slots by their age, times from now.
fn hash_message_cache(cache: &MessageCache, now: Time, hasher: &mut impl Hasher) {
    cache.additions.len().hash(hasher);
    for Addition { slot, topic, message_id } in &cache.additions {
        (cache.shifts - slot, topic, message_id).hash(hasher);
    }
    cache.messages.len().hash(hasher);
    for (message_id, CachedMessage { message, access_counters }) in &cache.messages {
        (message_id, message, access_counters).hash(hasher);
    }
    cache.seen.len().hash(hasher);
    for (message_id, FirstSight { slot, time, senders }) in &cache.seen {
        (message_id, cache.shifts - slot, from_now(now, *time), senders).hash(hasher);
    }
}

/// The milliseconds from now to a time.
fn from_now(now: Time, time: Time) -> i128 {
    i128::from(time.as_millis()) - i128::from(now.as_millis())
}
