//! Batches of messages that peers sent.

use super::{Automaton, slots::TopicSlot};
use crate::{
    Application, ApplyBatch, ApplyBatchOutput, BatchedMessage, BatchedMessageOutput, Identifiers, Time, Validity,
};

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// Messages that were received for a batch are validated together.
    ///
    /// The application gives a verdict on each. (1) If it gives more or fewer verdicts than there are messages, the
    /// validity of each is unknown, and nothing changes. (2) A valid message is cached and routed to the peers that the
    /// batch names. An invalid one is counted in its sender's score (P4).
    ///
    /// Nothing else is checked: the topic may have been left, the sender removed and the id seen since the message was
    /// received.
    pub fn apply_batch(&mut self, now: Time, input: ApplyBatch<I>) -> ApplyBatchOutput<I> {
        let now = self.observe(now);
        let ApplyBatch { batch } = input;
        // (1) The application gave more or fewer verdicts.
        let verdicts = self.application.batch_validity(&batch);
        if verdicts.len() != batch.len() {
            let results = batch.iter().map(|_| BatchedMessageOutput::UnknownValidity).collect();
            return ApplyBatchOutput::BatchResult { results };
        }
        // (2) The messages in their order, each on the state that those before it left.
        let results = batch.into_iter().zip(verdicts);
        let results = results.map(|(batched, validity)| self.apply_message(now, batched, validity)).collect();
        ApplyBatchOutput::BatchResult { results }
    }

    fn apply_message(&mut self, now: Time, batched: BatchedMessage<I>, validity: Validity) -> BatchedMessageOutput<I> {
        let BatchedMessage { sender, topic, message_id, message, to_route } = batched;
        match validity {
            Validity::Outdated => BatchedMessageOutput::Outdated,
            Validity::Unknown => BatchedMessageOutput::UnknownValidity,
            Validity::Valid => {
                let topic = self.topics.intern(&topic);
                let lookup = self.messages.look_up(&message_id);
                self.cache(now, topic, lookup, message_id, message, Some(&sender));
                self.score_of_any_topic(&sender, topic, true);
                BatchedMessageOutput::RouteMessage { to_route }
            }
            Validity::Invalid => {
                let topic = self.topics.intern(&topic);
                self.score_of_any_topic(&sender, topic, false);
                BatchedMessageOutput::InvalidMessage
            }
        }
    }

    /// Counts a first delivery or an invalid message of a peer in a topic, which may be one that we left or never
    /// joined. Releases the topic if nothing holds it.
    fn score_of_any_topic(&mut self, peer: &I::Peer, topic: TopicSlot, is_delivery: bool) {
        let Self { peers, topics, scores, .. } = self;
        let scored = peers.find(peer).filter(|peer| peers[*peer].record.is_some());
        if let Some(peer) = scored {
            // Records have counters only for tracked topics. The counters keep the topic tracked.
            if !topics[topic].is_tracked {
                scores.track(topics, topic);
            }
            if is_delivery {
                scores.first_delivery(peers, peer, topic);
            } else {
                scores.invalid(peers, peer, topic);
            }
        }
        topics.release_unused(topic);
    }
}
