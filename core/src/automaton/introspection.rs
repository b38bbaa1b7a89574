//! Reading the state: these methods change nothing, and a node can be driven without them.

use super::{Automaton, peers::PeerState, senders::Senders, topics::TopicState};
use crate::{Behaviour, CachedMessage, Connection, Fanout, Identifiers, Limits, Score, SortedSet, Time, View};
use alloc::{collections::BTreeMap, vec::Vec};

/// A filter of connected peers. The default passes all of them.
#[derive(Clone, Debug)]
pub struct PeerQuery<'a, I: Identifiers> {
    /// `true` passes only direct peers, `false` only the others.
    pub direct: Option<bool>,
    /// Passes only the subscribers of this topic.
    pub subscribed_to: Option<&'a I::Topic>,
    /// Passes only the peers with at least this score.
    pub score_at_least: Option<f64>,
}

impl<I: Identifiers> Default for PeerQuery<'_, I> {
    fn default() -> Self {
        Self { direct: None, subscribed_to: None, score_at_least: None }
    }
}

impl<I: Identifiers, A> Automaton<I, A> {
    /// The application.
    pub const fn application(&self) -> &A {
        &self.application
    }

    /// The application, to change its answers.
    pub const fn application_mut(&mut self) -> &mut A {
        &mut self.application
    }

    /// The limits that the automaton was constructed with.
    pub const fn limits(&self) -> &Limits<I> {
        &self.limits
    }

    /// The connected peers that pass a filter.
    pub fn connected_peers(&self, filter: &PeerQuery<'_, I>) -> SortedSet<I::Peer> {
        let PeerQuery { direct, subscribed_to, score_at_least } = filter;
        let topic = subscribed_to.map(|topic| self.topics.find(topic));
        let passes = |state: &PeerState| {
            state.connection.as_ref().is_some_and(|connection| {
                direct.is_none_or(|direct| connection.is_direct == direct)
                    && topic.is_none_or(|topic| topic.is_some_and(|topic| connection.subscribes_to(topic)))
                    && score_at_least.is_none_or(|score| self.value(state) >= score)
            })
        };
        self.peers.iter().filter(|(_, state)| passes(state)).map(|(peer, _)| peer.clone()).collect()
    }

    /// The mesh of a topic, if the topic is joined.
    pub fn mesh_peers(&self, topic: &I::Topic) -> Option<SortedSet<I::Peer>> {
        self.topics.joined(topic).map(|(_, mesh)| mesh.to_set())
    }

    /// The fanout of a topic, if there is one.
    pub fn fanout_peers(&self, topic: &I::Topic) -> Option<SortedSet<I::Peer>> {
        let topic = self.topics.find(topic)?;
        self.topics[topic].fanout().map(|fanout| fanout.peers.to_set())
    }

    /// The topics that we joined.
    pub fn our_topics(&self) -> SortedSet<I::Topic> {
        SortedSet::from_ascending(self.joined.iter().map(|topic| self.topics.name(*topic).clone()).collect())
    }

    /// The topics that a peer subscribes to. Empty if the peer is not connected.
    pub fn topics_of(&self, peer: &I::Peer) -> SortedSet<I::Topic> {
        let connection = self.peer(peer).and_then(|state| state.connection.as_ref());
        let topics = connection.into_iter().flat_map(|connection| &connection.topics);
        topics.map(|subscription| self.topics.name(subscription.topic).clone()).collect()
    }

    /// The score of a peer, if it has a score record. For the rules, the score of a peer without a record is 0.
    pub fn score(&self, peer: &I::Peer) -> Option<Score> {
        let record = self.peer(peer)?.record.as_ref()?;
        Some(Score::from(self.scores.value(record)))
    }

    /// How many IHaves a peer sent since the last heartbeat.
    pub fn ihaves_of(&self, peer: &I::Peer) -> u64 {
        self.peer(peer).map_or(0, |state| state.ihaves)
    }

    /// How many messages were requested from a peer since the last heartbeat.
    pub fn iwants_of(&self, peer: &I::Peer) -> u64 {
        self.peer(peer).map_or(0, |state| state.iwants)
    }

    /// The time until which a peer is backed off in a topic. It may have passed: a backoff stays until a cleanup.
    pub fn backoff(&self, topic: &I::Topic, peer: &I::Peer) -> Option<Time> {
        let (topic, peer) = (self.topics.find(topic)?, self.peers.find(peer)?);
        self.topics[topic].backoff.get(&peer).copied()
    }

    /// Whether we joined a topic.
    pub fn has_joined(&self, topic: &I::Topic) -> bool {
        self.topics.joined(topic).is_some()
    }

    /// Whether a peer is in the mesh of a topic.
    pub fn in_mesh(&self, topic: &I::Topic, peer: &I::Peer) -> bool {
        self.topics.joined(topic).is_some_and(|(_, mesh)| mesh.contains(peer))
    }

    /// Whether a peer is connected.
    pub fn is_connected(&self, peer: &I::Peer) -> bool {
        self.peer(peer).is_some_and(|state| state.connection.is_some())
    }

    /// Whether a peer is connected and direct.
    pub fn is_direct(&self, peer: &I::Peer) -> bool {
        self.peer(peer).is_some_and(PeerState::is_direct)
    }

    /// Whether a peer is connected and we opened the connection.
    pub fn is_outbound(&self, peer: &I::Peer) -> bool {
        self.peer(peer).is_some_and(PeerState::is_outbound)
    }

    /// Whether a peer is connected and flagged as a bootstrap peer.
    pub fn is_bootstrap(&self, peer: &I::Peer) -> bool {
        self.peer(peer).and_then(|state| state.connection.as_ref()).is_some_and(|connection| connection.is_bootstrap)
    }

    /// When a message id was first seen, if it counts as seen.
    pub fn first_seen(&self, message_id: &I::MessageId) -> Option<Time> {
        self.messages.first_seen(self.messages.look_up(message_id))
    }

    /// The recorded senders of a message id. Empty if the id does not count as seen, and in `mavryk`.
    pub fn senders_of(&self, message_id: &I::MessageId) -> SortedSet<I::Peer> {
        let senders = self.messages.senders_of(self.messages.look_up(message_id));
        senders.into_iter().flat_map(|senders| self.names_of(senders)).collect()
    }

    /// The number of heartbeats so far.
    pub const fn heartbeat_ticks(&self) -> u64 {
        self.heartbeat_ticks
    }

    /// The behaviour that the automaton was constructed with.
    pub const fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// The ids of the cached messages by their ages in heartbeats, each list in the order in which the messages were
    /// added. An id that was added twice is listed twice.
    pub fn cached_message_ids(&self) -> BTreeMap<u64, Vec<I::MessageId>> {
        let mut slots: BTreeMap<u64, Vec<I::MessageId>> = BTreeMap::new();
        for (age, id) in self.messages.ids_by_age(self.heartbeat_ticks) {
            slots.entry(age).or_default().push(id.clone());
        }
        slots
    }

    /// The lengths and capacities of the state, for tests of bounded memory.
    #[doc(hidden)]
    pub fn footprint(&self) -> Footprint {
        let lists = self.topics.iter().flat_map(|(_, TopicState { subscribers, backoff, gossip, .. })| {
            [
                (subscribers.len(), subscribers.capacity()),
                (backoff.len(), backoff.capacity()),
                (gossip.len(), gossip.capacity()),
            ]
        });
        let (list, list_capacity) =
            lists.max_by_key(|(len, capacity)| capacity.saturating_sub(*len)).unwrap_or_default();
        Footprint {
            peers: self.peers.len(),
            peer_capacity: self.peers.capacity(),
            topics: self.topics.len(),
            topic_capacity: self.topics.capacity(),
            message_ids: self.messages.len(),
            message_id_capacity: self.messages.capacity(),
            scores: self.scores.len(),
            score_capacity: self.scores.capacity(),
            list,
            list_capacity,
        }
    }

    /// The whole observable state as plain data, with clones of all names and payloads. A node that shows its state reads
    /// it in place instead: [`connections`](Self::connections), [`meshes`](Self::meshes), [`fanouts`](Self::fanouts),
    /// [`backoffs`](Self::backoffs), [`scores`](Self::scores), [`announced`](Self::announced) and
    /// [`cached_ids`](Self::cached_ids).
    pub fn view(&self) -> View<I> {
        let counters = |counter: fn(&PeerState) -> u64| {
            let counters = self.peers.iter().map(|(peer, state)| (peer.clone(), counter(state)));
            counters.filter(|(_, count)| *count > 0).collect()
        };
        let records = self.peers.iter().filter_map(|(peer, state)| Some((peer, state.record.as_ref()?)));
        View {
            heartbeat_ticks: self.heartbeat_ticks,
            connections: self.view_connections(),
            mesh: self.by_topic(|state| Some(state.mesh()?.names().cloned().collect())),
            fanout: self.by_topic(|state| {
                let fanout = state.fanout()?;
                let peers = fanout.peers.names().cloned().collect();
                Some(Fanout { peers, last_published_time: fanout.last_published_time })
            }),
            backoff: self.by_topic(|state| {
                let backoff = state.backoff.iter().map(|(peer, until)| (self.peers.name(*peer).clone(), *until));
                (!state.backoff.is_empty()).then(|| backoff.collect())
            }),
            scores: records.map(|(peer, record)| (peer.clone(), Score::from(self.scores.value(record)))).collect(),
            ihave_per_heartbeat: counters(|state| state.ihaves),
            iwant_per_heartbeat: counters(|state| state.iwants),
            message_cache: self.view_messages(),
            first_seen: self.messages.seen().map(|(id, first_seen)| (id.clone(), first_seen)).collect(),
            gossip_ids: self.by_topic(|state| {
                let mut ids: Vec<I::MessageId> = state.gossip.iter().cloned().collect();
                ids.sort_unstable();
                state.members().map(|_| ids)
            }),
            senders: self.switches.records_senders.then(|| {
                self.messages.senders().map(|(id, senders)| (id.clone(), self.names_of(senders).collect())).collect()
            }),
            score_records: None,
        }
    }

    fn names_of(&self, senders: &Senders) -> impl Iterator<Item = I::Peer> {
        senders.iter().map(|peer| self.peers.name(peer).clone())
    }

    fn view_connections(&self) -> BTreeMap<I::Peer, Connection<I>> {
        self.connections().iter().map(|(peer, connection)| (peer.clone(), connection)).collect()
    }

    /// The connection of a peer as plain data.
    pub(super) fn describe_connection(&self, state: &PeerState) -> Option<Connection<I>> {
        let connection = state.connection.as_ref()?;
        let topics = connection.topics.iter().map(|subscription| self.topics.name(subscription.topic).clone());
        let (direct, outbound, bootstrap) = (connection.is_direct, connection.is_outbound, connection.is_bootstrap);
        Some(Connection { topics: topics.collect(), direct, outbound, bootstrap })
    }

    fn view_messages(&self) -> BTreeMap<I::MessageId, CachedMessage<I>> {
        let messages = self.messages.messages().map(|(id, cached)| {
            let accesses = cached.accesses().map(|(peer, count)| (self.peers.name(peer).clone(), count));
            let access_counters = accesses.collect();
            (id.clone(), CachedMessage { message: cached.message.clone(), access_counters })
        });
        messages.collect()
    }

    fn by_topic<V>(&self, value: impl Fn(&TopicState<I>) -> Option<V>) -> BTreeMap<I::Topic, V> {
        self.topics.iter().filter_map(|(topic, state)| Some((topic.clone(), value(state)?))).collect()
    }

    pub(super) fn peer(&self, peer: &I::Peer) -> Option<&PeerState> {
        self.peers.find(peer).map(|slot| &self.peers[slot])
    }

    fn value(&self, state: &PeerState) -> f64 {
        state.record.as_ref().map_or(0.0, |record| self.scores.value(record))
    }
}

/// The lengths and capacities of the state.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    pub peers: usize,
    pub peer_capacity: usize,
    pub topics: usize,
    pub topic_capacity: usize,
    pub message_ids: usize,
    pub message_id_capacity: usize,
    pub scores: usize,
    pub score_capacity: usize,
    /// Of the list of a topic with the most unused capacity.
    pub list: usize,
    pub list_capacity: usize,
}
