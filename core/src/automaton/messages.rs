//! Messages: those that peers send, and those that we publish.

use super::{
    intern::TopicSlot,
    members::Members,
    topics::{Audience, Fanout},
};
use crate::{
    Application, Automaton, Identifiers, PublishMessage, PublishMessageOutput, ReceiveMessage, ReceiveMessageOutput,
    Time, Validity, vocabulary::count,
};

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A peer sent us a message.
    ///
    /// Checked in this order: (1) whether the topic is joined, (2) whether the id was seen, which may count as a
    /// delivery of the sender, and (3) whether the application finds it valid; the sender pays for an invalid one.
    /// Then (4) the message is cached and goes to the mesh without the sender, and to the direct peers of the topic.
    pub fn receive_message(&mut self, now: Time, input: ReceiveMessage<I>) -> ReceiveMessageOutput<I> {
        let now = self.observe(now);
        let ReceiveMessage { sender, topic, message_id, message } = input;
        let Some(topic) = self.joined(&topic).map(|(topic, _)| topic) else {
            return ReceiveMessageOutput::NotSubscribed; // (1)
        };
        let sender_slot = self.peers.find(&sender);
        if let Some(first_seen) = self.messages.first_seen(&message_id) {
            if let Some(sender) = sender_slot {
                self.scores.duplicate(&mut self.peers[sender], topic, first_seen, now);
            }
            return ReceiveMessageOutput::AlreadyReceived; // (2)
        }
        match self.application.validity(&message_id, Some(&message)) {
            Validity::Valid => {}
            Validity::Unknown | Validity::Outdated => return ReceiveMessageOutput::UnknownValidity, // (3)
            Validity::Invalid => {
                if let Some(sender) = sender_slot {
                    self.scores.invalid(&mut self.peers[sender], sender, topic);
                }
                return ReceiveMessageOutput::InvalidMessage; // (3)
            }
        }
        let to_route = self.topics[topic].recipients(Some(&sender)); // (4)
        if let Some(sender) = sender_slot {
            self.scores.first_delivery(&mut self.peers[sender], sender, topic);
        }
        self.cache(now, topic, message_id, message); // last: it waits for memory, and nothing here waits for it
        ReceiveMessageOutput::RouteMessage { to_route }
    }

    /// We publish a message.
    ///
    /// (1) An id that was seen is not published again. Else (2) the message is cached and (3) goes to the mesh; or, if
    /// the topic is not joined, to its fanout, which is made where there is none, of random subscribers that are not
    /// direct and have a score of `publish_threshold` or more. (4) It also goes to the direct peers of the topic.
    pub fn publish_message(&mut self, now: Time, input: PublishMessage<I>) -> PublishMessageOutput<I> {
        let now = self.observe(now);
        let PublishMessage { topic, message_id, message } = input;
        if self.messages.first_seen(&message_id).is_some() {
            return PublishMessageOutput::AlreadyPublished; // (1)
        }
        let topic = self.topics.intern(&topic);
        self.cache(now, topic, message_id, message); // (2)
        match &mut self.topics[topic].audience {
            Audience::Mesh(_) => {} // (3)
            Audience::Fanout(Fanout { peers, last_published_time }) => {
                // An empty fanout is neither touched nor filled up (Q6).
                if !peers.is_empty() {
                    *last_published_time = now;
                }
            }
            Audience::Nobody => self.make_fanout(now, topic),
        }
        PublishMessageOutput::PublishMessage { to_publish: self.topics[topic].recipients(None) } // (4)
    }

    /// Makes a fanout of random subscribers, if any are eligible.
    fn make_fanout(&mut self, now: Time, topic: TopicSlot) {
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let chosen = choice.some_of(&topics[topic].subscribers, count(limits.degree_optimal), |peer| {
            !peers[peer].is_direct() && scores.score(&mut peers[peer]) >= limits.publish_threshold
        });
        if chosen.is_empty() {
            return;
        }
        let mut members = Members::default();
        for peer in chosen {
            members.insert(peers.name(peer), peer);
        }
        topics[topic].audience = Audience::Fanout(Fanout { peers: members, last_published_time: now });
        if let Err(position) = topics.position_in(&self.fanouts, topic) {
            self.fanouts.insert(position, topic);
        }
    }

    /// Adds a message to the cache.
    fn cache(&mut self, now: Time, topic: TopicSlot, message_id: I::MessageId, message: I::Message) {
        self.topics[topic].gossip.push_back(message_id.clone());
        self.messages.add(now, self.heartbeat_ticks, topic, message_id, message);
    }
}
