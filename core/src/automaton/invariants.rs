//! What is true of the state between two inputs. Debug builds check it; release builds do not contain this file.

use super::{
    Automaton,
    intern::Interner,
    members::Members,
    slots::{PeerSlot, Slot, TopicSlot},
    topics::{Audience, Fanout, TopicState},
};
use crate::Identifiers;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// Decides after which inputs the state is checked.
///
/// A check visits each item of the state. If the last check visited at most [`SMALL`] items, the state is checked after
/// every input. A larger state is checked when the inputs since the last check, times [`ITEMS_PER_INPUT`], reach its
/// number of items. So the cost of the checks for each input is bounded. The schedule depends only on the inputs.
#[derive(Clone, Default)]
pub(crate) struct CheckSchedule {
    /// The inputs since the last check.
    unchecked: usize,
    /// The number of items that the last check visited.
    items: usize,
}

/// The greatest number of items of a state that is checked after every input.
const SMALL: usize = 250;

/// The number of items that the checks of a larger state visit for each input, on average.
const ITEMS_PER_INPUT: usize = 10;

impl CheckSchedule {
    pub(crate) fn count_input(&mut self) {
        self.unchecked = self.unchecked.saturating_add(1);
    }

    fn is_due(&self) -> bool {
        self.unchecked > 0 && (self.items <= SMALL || self.unchecked.saturating_mul(ITEMS_PER_INPUT) >= self.items)
    }
}

impl<I: Identifiers, A> Automaton<I, A> {
    /// Checks the state that the last input left, if a check is due.
    pub(crate) fn check_invariants_if_due(&mut self) {
        if self.check_schedule.is_due() {
            self.check_now();
        }
    }

    pub(crate) fn check_now(&mut self) {
        self.check_schedule = CheckSchedule { unchecked: 0, items: self.check_state() };
    }

    /// Checks every invariant of the state. Returns the number of items that were visited.
    fn check_state(&self) -> usize {
        self.peers.check_invariants();
        self.topics.check_invariants();
        let subscriptions = self.check_connections();
        let members = self.check_topics();
        let references = self.check_references();
        self.check_counters();
        let (scores, messages) = (self.check_scores(), self.check_messages());
        self.peers.len() + self.topics.len() + subscriptions + members + references + scores + messages
    }

    /// The subscriptions of peers and the subscribers of topics mirror each other.
    fn check_connections(&self) -> usize {
        let mut subscriptions = 0;
        let mut outbound: BTreeMap<TopicSlot, usize> = BTreeMap::new();
        let mut direct: BTreeMap<TopicSlot, usize> = BTreeMap::new();
        for (peer, name, state) in self.peers.iter_slots() {
            assert!(!state.is_unused(), "a peer that nothing holds was not released");
            let Some(connection) = &state.connection else { continue };
            let topics = &connection.topics;
            assert!(topics.is_sorted_by(|a, b| a.topic < b.topic), "subscriptions ascend by slot");
            subscriptions += topics.len();
            for subscription in topics {
                let topic = &self.topics[subscription.topic];
                let subscriber = topic.subscribers.get(subscription.position as usize);
                assert!(subscriber == Some(&peer), "a subscription has the index of the peer in the subscribers");
                *outbound.entry(subscription.topic).or_default() += usize::from(connection.counts_as_outbound());
                *direct.entry(subscription.topic).or_default() += usize::from(connection.is_direct);
                assert!(topic.direct.contains(name) == connection.is_direct, "direct subscribers are listed");
            }
        }
        // Each subscription points to a subscriber of its own, so equal sums mean that there are no other subscribers.
        let subscribers: usize = self.topics.iter().map(|(_, state)| state.subscribers.len()).sum();
        assert!(subscribers == subscriptions, "every subscriber has a subscription");
        for (topic, _, state) in self.topics.iter_slots() {
            let counted = |counts: &BTreeMap<TopicSlot, usize>| counts.get(&topic).copied().unwrap_or_default();
            assert!(state.outbound == counted(&outbound), "the outbound subscribers are counted right");
            assert!(state.direct.len() == counted(&direct), "only direct subscribers are listed as direct");
            self.check_names(&state.direct);
        }
        subscriptions
    }

    /// Mesh and fanout peers subscribe and are not direct; the lists of topics agree with the topics.
    fn check_topics(&self) -> usize {
        let mut items = 0;
        let (mut joined, mut fanouts) = (0, 0);
        for (topic, _, state) in self.topics.iter_slots() {
            assert!(!state.is_unused(), "a topic that nothing holds was not released");
            let TopicState { audience, backoff, gossip, is_tracked, .. } = state;
            items += backoff.len() + gossip.len();
            let members = match audience {
                Audience::Absent => continue,
                Audience::Mesh(members) => {
                    joined += 1;
                    assert!(*is_tracked, "a joined topic is tracked");
                    assert!(self.topics.position_in(&self.joined, topic).is_ok(), "a joined topic is listed");
                    members
                }
                Audience::Fanout(Fanout { peers, last_published_time }) => {
                    fanouts += 1;
                    assert!(*last_published_time <= self.now, "a fanout was published to in the past");
                    assert!(self.topics.position_in(&self.fanouts, topic).is_ok(), "a topic with a fanout is listed");
                    peers
                }
            };
            items += members.len();
            self.check_names(members);
            for slot in members.slots() {
                let connection = self.peers[slot].connection.as_ref().expect("mesh and fanout peers are connected");
                assert!(connection.subscribes_to(topic), "mesh and fanout peers subscribe to the topic");
                assert!(!connection.is_direct, "mesh and fanout peers are not direct");
            }
        }
        for (list, expected) in [(&self.joined, joined), (&self.fanouts, fanouts)] {
            let ascends = list.is_sorted_by(|a, b| self.topics.name(*a) < self.topics.name(*b));
            assert!(
                ascends && list.len() == expected,
                "the lists of joined topics and fanouts ascend without repetition"
            );
        }
        items
    }

    /// A set of peers ascends by name, and the slot of each member is that of its name.
    fn check_names(&self, members: &Members<I::Peer>) {
        assert!(members.iter().is_sorted_by(|a, b| a.peer < b.peer), "members ascend by name");
        let is_named = members.iter().all(|member| *self.peers.name(member.slot) == member.peer);
        assert!(is_named, "the slot of a member is that of its name");
    }

    /// The references of each peer are its backoffs, its access counters and its records as a sender.
    fn check_references(&self) -> usize {
        let backoffs = self.topics.iter().flat_map(|(_, state)| state.backoff.keys().copied());
        let accesses = self.messages.messages().flat_map(|(_, cached)| cached.accesses().map(|(peer, _)| peer));
        let mut references: BTreeMap<PeerSlot, usize> = BTreeMap::new();
        let senders = self.messages.senders().flat_map(|(_, senders)| senders.iter());
        for peer in backoffs.chain(accesses).chain(senders) {
            *references.entry(peer).or_default() += 1;
        }
        for (peer, _, state) in self.peers.iter_slots() {
            let expected = references.remove(&peer).unwrap_or_default();
            assert!(state.references == expected, "a peer has as many references as backoffs and access counters");
        }
        assert!(references.is_empty(), "backoffs and access counters refer to peers in use");
        self.peers.len()
    }

    /// The peers with counters are those listed for the next reset.
    fn check_counters(&self) {
        let counted: BTreeSet<PeerSlot> = self.counted.iter().copied().collect();
        assert!(counted.len() == self.counted.len(), "a peer is listed once for the reset of its counters");
        for (peer, _, state) in self.peers.iter_slots() {
            assert!(counted.contains(&peer) == (state.ihaves > 0), "a peer that sent an IHave is listed for the reset");
            assert!(state.ihaves > 0 || state.iwants == 0, "messages are requested only after an IHave");
        }
    }

    /// Records, the list of decaying records and the tracked topics agree.
    fn check_scores(&self) -> usize {
        let mut counters = 0;
        let mut decaying = 0;
        let mut references: BTreeMap<TopicSlot, u32> = BTreeMap::new();
        for (peer, _, state) in self.peers.iter_slots() {
            let Some(record) = &state.record else {
                assert!(state.connection.is_none(), "a connected peer has a score record");
                continue;
            };
            assert!(state.connection.is_none() == record.has_expiry(), "only disconnected peers have an expiry");
            decaying += usize::from(record.decaying_index.is_some());
            counters += record.topics.len();
            self.scores.check_record(peer, record);
            for counters in &record.topics {
                *references.entry(counters.topic).or_default() += 1;
            }
        }
        self.scores.check_lists(&self.topics, decaying, &references);
        counters
    }

    /// The windows of the cache agree with each other and with the ids to announce of each topic.
    fn check_messages(&self) -> usize {
        let announced = self.messages.check_invariants(self.heartbeat_ticks);
        let mut by_topic: BTreeMap<TopicSlot, Vec<&I::MessageId>> = BTreeMap::new();
        for (topic, id) in announced {
            by_topic.entry(topic).or_default().push(id);
        }
        for (topic, _, state) in self.topics.iter_slots() {
            let expected = by_topic.remove(&topic).unwrap_or_default();
            assert!(state.gossip.iter().eq(expected), "a topic announces the ids that were added under it");
        }
        assert!(by_topic.is_empty(), "announced messages refer to topics in use");
        self.messages.len()
    }
}

impl<S: Slot, K, V> Interner<S, K, V> {
    /// The slots in use with their names and states.
    fn iter_slots(&self) -> impl Iterator<Item = (S, &K, &V)> {
        let entries = self.entries().iter().enumerate();
        entries.filter_map(|(index, entry)| entry.as_ref().map(|(name, value)| (S::new(index), name, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AcceptEverything, AddPeer, Graft, Ihave, Iwant, Join, Limits, PublishMessage, ReceiveMessage, RemovePeer,
        Subscribe, Time,
    };
    use std::{panic, string::String, vec};

    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Numbers;

    impl Identifiers for Numbers {
        type Peer = u64;
        type Topic = u64;
        type MessageId = u64;
        type Message = u64;
    }

    type Node = Automaton<Numbers, AcceptEverything>;

    const NOW: Time = Time::ZERO;

    /// Topic 1 is joined and topic 2 has a fanout. Every list of the state has an entry.
    fn node() -> Node {
        let mut node: Node = Automaton::new(1, Limits::default(), AcceptEverything).expect("the limits are allowed");
        for peer in 0..10 {
            node.add_peer(NOW, AddPeer { peer, direct: peer == 9, outbound: peer % 2 == 0, bootstrap: false });
            node.subscribe(NOW, Subscribe { peer, topic: 1 + peer % 2 });
            node.subscribe(NOW, Subscribe { peer, topic: 1 });
        }
        node.join(NOW, Join { topic: 1 });
        for message_id in 0..5 {
            node.receive_message(
                NOW,
                ReceiveMessage { sender: message_id, topic: 1, message_id, message: 0, batch: false },
            );
        }
        node.publish_message(NOW, PublishMessage { topic: 2, message_id: 5, message: 0 });
        node.iwant(NOW, Iwant { peer: 3, message_ids: vec![1] });
        node.ihave(NOW, Ihave { peer: 3, topic: 1, message_ids: vec![6] });
        node.graft(NOW, Graft { peer: 9, topic: 1 });
        node.remove_peer(NOW, RemovePeer { peer: 8 });
        node
    }

    fn topic(node: &mut Node, name: u64) -> &mut TopicState<Numbers> {
        let slot = node.topics.find(&name).expect("the topic is in use");
        &mut node.topics[slot]
    }

    /// Changes one thing in a state, checks that the state then contradicts itself, and returns the reason.
    #[track_caller]
    fn contradiction(change: fn(&mut Node)) -> String {
        let mut node = node();
        node.check_now();
        change(&mut node);
        let panic = panic::catch_unwind(panic::AssertUnwindSafe(|| node.check_now())).expect_err("a contradiction");
        let message = panic.downcast_ref::<&str>().map(|message| String::from(*message));
        message.or_else(|| panic.downcast_ref::<String>().cloned()).expect("a message")
    }

    #[test]
    fn subscriptions_and_subscribers_mirror_each_other() {
        let moved = contradiction(|node| topic(node, 1).subscribers.swap(0, 1));
        assert_eq!(moved, "a subscription has the index of the peer in the subscribers");
        let added = contradiction(|node| {
            let peer = node.peers.find(&0).expect("connected");
            topic(node, 2).subscribers.push(peer);
        });
        assert_eq!(added, "every subscriber has a subscription");
        let counted = contradiction(|node| topic(node, 1).outbound += 1);
        assert_eq!(counted, "the outbound subscribers are counted right");
    }

    #[test]
    fn mesh_peers_subscribe_and_are_not_direct() {
        let direct = contradiction(|node| {
            let peer = node.peers.find(&9).expect("connected");
            topic(node, 1).mesh_mut().expect("joined").insert(&9, peer);
        });
        assert_eq!(direct, "mesh and fanout peers are not direct");
        let foreign = contradiction(|node| {
            let peer = node.peers.find(&0).expect("connected");
            topic(node, 2).members_mut().expect("a fanout").insert(&0, peer);
        });
        assert_eq!(foreign, "mesh and fanout peers subscribe to the topic");
        let misnamed = contradiction(|node| {
            let peer = node.peers.find(&0).expect("connected");
            topic(node, 1).mesh_mut().expect("joined").insert(&77, peer);
        });
        assert_eq!(misnamed, "the slot of a member is that of its name");
    }

    #[test]
    fn topics_with_a_mesh_or_a_fanout_are_listed() {
        assert_eq!(contradiction(|node| node.joined.clear()), "a joined topic is listed");
        assert_eq!(contradiction(|node| node.fanouts.clear()), "a topic with a fanout is listed");
        assert_eq!(contradiction(|node| topic(node, 1).is_tracked = false), "a joined topic is tracked");
    }

    #[test]
    fn references_are_backoffs_and_access_counters() {
        let counted = "a peer has as many references as backoffs and access counters";
        assert_eq!(contradiction(|node| topic(node, 1).backoff.clear()), counted);
        let more = contradiction(|node| node.peers.values_mut().for_each(|state| state.references += 1));
        assert_eq!(more, counted);
    }

    #[test]
    fn a_peer_or_topic_that_nothing_holds_is_released() {
        let peer = contradiction(|node| _ = node.peers.intern(&77));
        assert_eq!(peer, "a peer that nothing holds was not released");
        let topic = contradiction(|node| _ = node.topics.intern(&77));
        assert_eq!(topic, "a topic that nothing holds was not released");
    }

    #[test]
    fn counters_are_listed_for_their_reset() {
        assert_eq!(contradiction(|node| node.counted.clear()), "a peer that sent an IHave is listed for the reset");
    }

    #[test]
    fn records_are_listed_while_they_decay() {
        let unlisted = contradiction(|node| {
            let peer = node.peers.find(&0).expect("connected");
            node.peers[peer].record.as_mut().expect("a record").decaying_index = None;
        });
        assert_eq!(unlisted, "a record that a refresh can change is listed");
        let moved = contradiction(|node| {
            let peer = node.peers.find(&0).expect("connected");
            node.peers[peer].record.as_mut().expect("a record").decaying_index = Some(1000);
        });
        assert_eq!(moved, "a decaying record has its index in the list");
        let expires = contradiction(|node| {
            let peer = node.peers.find(&8).expect("retained");
            node.peers[peer].record.as_mut().expect("a record").connect();
        });
        assert_eq!(expires, "only disconnected peers have an expiry");
    }

    #[test]
    fn topics_announce_the_messages_of_the_window() {
        let dropped = contradiction(|node| _ = topic(node, 1).gossip.pop_front());
        assert_eq!(dropped, "a topic announces the ids that were added under it");
    }

    #[test]
    fn small_states_are_checked_after_every_input_and_large_ones_at_a_bounded_cost() {
        let mut schedule = CheckSchedule { unchecked: 0, items: SMALL };
        assert!(!schedule.is_due(), "nothing happened since the last check");
        schedule.count_input();
        assert!(schedule.is_due());
        let mut schedule = CheckSchedule { unchecked: 0, items: 100 * ITEMS_PER_INPUT };
        for _ in 0..99 {
            schedule.count_input();
            assert!(!schedule.is_due());
        }
        schedule.count_input();
        assert!(schedule.is_due());
    }
}
