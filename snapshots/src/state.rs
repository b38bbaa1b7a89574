//! The state as a list of facts, so that two states can be compared line by line.

use crate::{
    choices::OpenChoices,
    name::{braces, brackets},
    score,
};
use gossipsub_automaton::{
    CachedMessage, Connection, Fanout, Score, ScoreLimits, Time, View,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use gossipsub_reference_model::automaton::ScoreParts;
use std::collections::{BTreeMap, BTreeSet};

/// All that is known of a state. Whatever is not there is nothing.
pub(crate) type State = BTreeMap<Fact, Value>;

/// The subject of a fact, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    HeartbeatTicks,
    Connection(Peer),
    Mesh(Topic),
    Fanout(Topic),
    Backoff(Topic, Peer),
    Score(Peer),
    IhavePerHeartbeat(Peer),
    IwantPerHeartbeat(Peer),
    MessageCache(u64),
    AccessCounter(u64, Peer),
    FirstSeen(u64),
    Senders(u64),
    GossipIds(Topic),
}

/// What is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Peers(BTreeSet<Peer>),
    Fanout(Fanout<TraceIds>),
    Until(Time),
}

/// The facts of a state. `parts` gives the parts of a peer's score, if they are known.
pub(crate) fn state(
    view: View<TraceIds>,
    limits: &ScoreLimits<TraceIds>,
    parts: impl Fn(Peer, Score) -> Option<ScoreParts>,
) -> State {
    let score =
        |(peer, value): (Peer, Score)| (Fact::Score(peer), score::text(value, parts(peer, value).as_ref(), limits));
    let texts = std::iter::once((Fact::HeartbeatTicks, view.heartbeat_ticks.to_string()))
        .chain(view.connections.iter().map(|(peer, known)| (Fact::Connection(*peer), connection(known))))
        .chain(view.scores.into_iter().map(score))
        .chain(counters(view.ihave_per_heartbeat, Fact::IhavePerHeartbeat))
        .chain(counters(view.iwant_per_heartbeat, Fact::IwantPerHeartbeat))
        .chain(view.message_cache.into_iter().flat_map(|(id, cached)| message(id.0, cached)))
        .chain(view.first_seen.into_iter().map(|(id, time)| (Fact::FirstSeen(id.0), time.to_string())))
        .chain(view.gossip_ids.into_iter().filter(|(_, ids)| !ids.is_empty()).map(|(t, ids)| gossip(t, &ids)))
        .map(|(fact, text)| (fact, Value::Text(text)));
    let backoffs = view.backoff.into_iter().flat_map(|(topic, ends)| {
        ends.into_iter().map(move |(peer, end)| (Fact::Backoff(topic.clone(), peer), Value::Until(end)))
    });
    let senders = view.senders.into_iter().flatten().map(|(id, peers)| (Fact::Senders(id.0), Value::Peers(peers)));
    texts
        .chain(senders)
        .chain(view.mesh.into_iter().map(|(topic, peers)| (Fact::Mesh(topic), Value::Peers(peers))))
        .chain(view.fanout.into_iter().map(|(topic, fanout)| (Fact::Fanout(topic), Value::Fanout(fanout))))
        .chain(backoffs)
        .collect()
}

fn connection(Connection { topics, direct, outbound, bootstrap }: &Connection<TraceIds>) -> String {
    let direct = if *direct { "direct, " } else { "" };
    let outbound = if *outbound { "outbound, " } else { "" };
    let bootstrap = if *bootstrap { "bootstrap, " } else { "" };
    format!("{direct}{outbound}{bootstrap}topics {}", braces(topics))
}

fn counters(counts: BTreeMap<Peer, u64>, fact: fn(Peer) -> Fact) -> impl Iterator<Item = (Fact, String)> {
    counts.into_iter().map(move |(peer, count)| (fact(peer), count.to_string()))
}

fn message(id: u64, CachedMessage { message, access_counters }: CachedMessage<TraceIds>) -> Vec<(Fact, String)> {
    let counters = access_counters.into_iter().map(|(peer, count)| (Fact::AccessCounter(id, peer), count.to_string()));
    std::iter::once((Fact::MessageCache(id), message)).chain(counters).collect()
}

fn gossip(topic: Topic, ids: &[MessageId]) -> (Fact, String) {
    (Fact::GossipIds(topic), brackets(ids))
}

impl Fact {
    /// In the words of the trace format's view.
    pub(crate) fn text(&self, open: &OpenChoices) -> String {
        let of = |name: &str, peer: &Peer| format!("{name} {}", open.peer(*peer));
        match self {
            Self::HeartbeatTicks => "heartbeat_ticks".into(),
            Self::Connection(peer) => of("connection", peer),
            Self::Mesh(topic) => format!("mesh {topic}"),
            Self::Fanout(topic) => format!("fanout {topic}"),
            Self::Backoff(topic, peer) => of(&format!("backoff {topic}"), peer),
            Self::Score(peer) => of("score", peer),
            Self::IhavePerHeartbeat(peer) => of("ihave_per_heartbeat", peer),
            Self::IwantPerHeartbeat(peer) => of("iwant_per_heartbeat", peer),
            Self::MessageCache(id) => format!("message_cache {id}"),
            Self::AccessCounter(id, peer) => of(&format!("access_counter {id}"), peer),
            Self::FirstSeen(id) => format!("first_seen {id}"),
            Self::Senders(id) => format!("senders {id}"),
            Self::GossipIds(topic) => format!("gossip_ids {topic}"),
        }
    }
}

impl Value {
    /// With what is left of a backoff now.
    pub(crate) fn text(&self, now: Time, open: &OpenChoices) -> String {
        let peers = |peers: &BTreeSet<Peer>| braces(&open.peers::<BTreeSet<_>>(peers.iter().copied()));
        match self {
            Self::Text(text) => text.clone(),
            Self::Peers(members) => peers(members),
            Self::Fanout(fanout) => {
                format!("{}, last published at {}", peers(&fanout.peers), fanout.last_published_time)
            }
            Self::Until(end) if now < *end => format!("until {end}, {} left", end.since(now)),
            Self::Until(end) => format!("until {end}, ended {} ago", now.since(*end)),
        }
    }
}
