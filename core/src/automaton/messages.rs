//! Messages: those that peers send, and those that we publish.

use super::{
    Automaton,
    members::Members,
    message_cache::{Addition, Lookup},
    slots::{PeerSlot, TopicSlot},
    topics::{Audience, Fanout},
};
use crate::{
    Application, Identifiers, PublishMessage, PublishMessageOutput, ReceiveMessage, ReceiveMessageOutput, Time,
    Validity, vocabulary::count,
};

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A peer sent us a message.
    ///
    /// Checked in this order: (1) whether the topic is joined, (2) whether the id was seen, which may count as a
    /// delivery of the sender (P3), and (3) whether the application finds the message valid. An invalid message is
    /// counted in the sender's score (P4). (4) A valid message is cached. It goes to the mesh without the sender, and
    /// to the direct peers of the topic.
    ///
    /// A message for a batch is checked by its id only. If that is valid, nothing changes before
    /// [`apply_batch`](Self::apply_batch).
    pub fn receive_message(&mut self, now: Time, input: ReceiveMessage<I>) -> ReceiveMessageOutput<I> {
        let now = self.observe(now);
        // (1) The topic is not joined.
        let Some(topic) = self.topics.joined(&input.topic).map(|(topic, _)| topic) else {
            return ReceiveMessageOutput::NotSubscribed;
        };
        let sender_slot = self.peers.find(&input.sender);
        // (2) The id was seen.
        let lookup = self.messages.look_up(&input.message_id);
        if let Some(first_seen) = self.messages.first_seen(lookup) {
            // A repetition by a recorded sender counts for nothing.
            if let Some(sender) = sender_slot.filter(|sender| !self.is_recorded_sender(lookup, *sender)) {
                self.scores.duplicate(&mut self.peers, sender, topic, first_seen, now);
            }
            return ReceiveMessageOutput::AlreadyReceived;
        }
        // Taken apart only here, as most messages were seen.
        let ReceiveMessage { sender, topic: _, message_id, message, batch } = input;
        let is_for_batch = batch && self.switches.has_batches;
        // (3) The application cannot tell, or it finds the message outdated or invalid.
        let validity = if self.switches.validates_ids_first {
            match self.application.validity(&message_id, None) {
                Validity::Valid if is_for_batch => {
                    let to_route = self.topics[topic].recipients(Some(&sender));
                    return ReceiveMessageOutput::ToIncludeInBatch { to_route };
                }
                Validity::Valid => self.application.validity(&message_id, Some(&message)),
                refused => refused,
            }
        } else {
            self.application.validity(&message_id, Some(&message))
        };
        match validity {
            Validity::Valid => {}
            Validity::Outdated if self.switches.tells_outdated_messages => return ReceiveMessageOutput::Outdated,
            Validity::Unknown | Validity::Outdated => return ReceiveMessageOutput::UnknownValidity,
            Validity::Invalid => {
                if let Some(sender) = sender_slot {
                    self.scores.invalid(&mut self.peers, sender, topic);
                }
                return ReceiveMessageOutput::InvalidMessage;
            }
        }
        // (4) The message is new and valid.
        let to_route = self.topics[topic].recipients(Some(&sender));
        if let Some(sender) = sender_slot {
            self.scores.first_delivery(&mut self.peers, sender, topic);
        }
        // Last, because it is likely a cache miss and nothing below needs its result.
        self.cache(now, topic, lookup, message_id, message, Some(&sender));
        ReceiveMessageOutput::RouteMessage { to_route }
    }

    /// We publish a message.
    ///
    /// (1) An id that was seen is not published again. Otherwise (2) the message is cached. (3) It goes to the mesh, or
    /// to the fanout if the topic is not joined. A topic without a fanout gets one, of random subscribers that are not
    /// direct and have a score of at least `publish_threshold`. (4) The message also goes to the direct peers of the
    /// topic.
    pub fn publish_message(&mut self, now: Time, input: PublishMessage<I>) -> PublishMessageOutput<I> {
        let now = self.observe(now);
        let PublishMessage { topic, message_id, message } = input;
        // (1) The id was seen.
        let lookup = self.messages.look_up(&message_id);
        if self.messages.first_seen(lookup).is_some() {
            return PublishMessageOutput::AlreadyPublished;
        }
        // (2) The message is cached.
        let topic = self.topics.intern(&topic);
        self.cache(now, topic, lookup, message_id, message, None);
        // (3) It goes to the mesh or to the fanout. A topic with neither gets a fanout.
        match &mut self.topics[topic].audience {
            Audience::Mesh(_) => {}
            Audience::Fanout(Fanout { peers, last_published_time }) => {
                // An empty fanout keeps its time and is not filled up (Q6).
                if !peers.is_empty() {
                    *last_published_time = now;
                }
            }
            Audience::Absent => self.make_fanout(now, topic),
        }
        // (4) It also goes to the direct peers.
        PublishMessageOutput::PublishMessage { to_publish: self.topics[topic].recipients(None) }
    }

    /// Makes a fanout of random subscribers. If none is eligible, the topic gets no fanout.
    fn make_fanout(&mut self, now: Time, topic: TopicSlot) {
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let chosen = choice.some_of(&topics[topic].subscribers, count(limits.degree_optimal), |peer| {
            !peers[peer].is_direct() && scores.score(peers, peer) >= limits.publish_threshold
        });
        if chosen.is_empty() {
            return;
        }
        let mut members = Members::default();
        for peer in chosen {
            members.insert(peers.name(peer), peer);
        }
        topics[topic].audience = Audience::Fanout(Fanout { peers: members, last_published_time: now });
        topics.list(&mut self.fanouts, topic);
    }

    /// Adds a message whose id was looked up to the cache, and its id to those to announce in the topic. Records the sender, if the behaviour
    /// does so.
    pub(crate) fn cache(
        &mut self,
        now: Time,
        topic: TopicSlot,
        lookup: Lookup,
        message_id: I::MessageId,
        message: I::Message,
        sender: Option<&I::Peer>,
    ) {
        self.topics[topic].gossip.push_back(message_id.clone());
        let sender = sender.filter(|_| self.switches.records_senders).map(|sender| self.peers.intern(sender));
        let addition = Addition { now, tick: self.heartbeat_ticks, topic, sender };
        self.messages.add(addition, lookup, message_id, message, &mut self.peers);
    }

    /// Whether a peer is recorded as a sender of an id.
    fn is_recorded_sender(&self, lookup: Lookup, sender: PeerSlot) -> bool {
        self.switches.records_senders
            && self.messages.senders_of(lookup).is_some_and(|senders| senders.contains(sender))
    }
}
