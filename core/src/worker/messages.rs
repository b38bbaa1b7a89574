//! Messages of applications: those that peers send, and those that the application publishes.

use super::{NodeAction, PeerMessage, Worker, WorkerIdentifiers};
use crate::{
    Application, ApplyBatch, ApplyBatchOutput, BatchedMessage, BatchedMessageOutput, PeerSet, PublishMessage,
    PublishMessageOutput, ReceiveMessage, ReceiveMessageOutput, Time, Validity,
};
use alloc::vec::Vec;

impl<I: WorkerIdentifiers, A: Application<I>> Worker<I, A> {
    /// A peer sent a message, or a stored message of unknown validity is received again.
    pub(super) fn handle_message(&mut self, now: Time, input: ReceiveMessage<I>, actions: &mut Vec<NodeAction<I>>) {
        let input = ReceiveMessage { batch: self.batching.is_some(), ..input };
        let result = match self.automaton.receive_message(now, input.clone()) {
            ReceiveMessageOutput::AlreadyReceived | ReceiveMessageOutput::NotSubscribed => return,
            ReceiveMessageOutput::ToIncludeInBatch { to_route } => {
                let collected_for = self.batching.expect("messages are received for batches only if there are batches");
                return self.pending_batch.include(now, collected_for, input, to_route);
            }
            ReceiveMessageOutput::RouteMessage { to_route } => BatchedMessageOutput::RouteMessage { to_route },
            ReceiveMessageOutput::Outdated => BatchedMessageOutput::Outdated,
            ReceiveMessageOutput::UnknownValidity => BatchedMessageOutput::UnknownValidity,
            ReceiveMessageOutput::InvalidMessage => BatchedMessageOutput::InvalidMessage,
        };
        self.settle(input, result, actions);
    }

    /// The messages of a batch are validated together. The result of each is handled as if the message was received
    /// alone.
    pub(super) fn handle_batch(&mut self, now: Time, batch: Vec<BatchedMessage<I>>, actions: &mut Vec<NodeAction<I>>) {
        let received = batch.iter().cloned().map(|batched| {
            let BatchedMessage { sender, topic, message_id, message, to_route: _ } = batched;
            ReceiveMessage { sender, topic, message_id, message, batch: true }
        });
        let received: Vec<ReceiveMessage<I>> = received.collect();
        let ApplyBatchOutput::BatchResult { results } = self.automaton.apply_batch(now, ApplyBatch { batch });
        for (message, result) in received.into_iter().zip(results) {
            self.settle(message, result, actions);
        }
    }

    /// Routes a valid message and delivers it if its topic is joined. Stores a message of unknown validity.
    fn settle(
        &mut self,
        received: ReceiveMessage<I>,
        result: BatchedMessageOutput<I>,
        actions: &mut Vec<NodeAction<I>>,
    ) {
        self.statistics.count_received(&result);
        match result {
            BatchedMessageOutput::Outdated | BatchedMessageOutput::InvalidMessage => {}
            BatchedMessageOutput::UnknownValidity => {
                if self.switches.stores_unknown_messages {
                    self.unknown_messages.insert(received);
                }
            }
            BatchedMessageOutput::RouteMessage { to_route } => {
                let ReceiveMessage { sender: _, topic, message_id, message, batch: _ } = received;
                self.send_message(to_route, &topic, &message_id, &message, actions);
                if self.automaton.has_joined(&topic) {
                    actions.push(NodeAction::Deliver { topic, message_id, message });
                }
            }
        }
    }

    /// Receives the stored messages again, by ascending ids, up to the first whose validity is still unknown by its id.
    /// Outdated messages are dropped.
    ///
    /// A message whose id is valid and whose payload is of unknown validity is stored again, and is next received after
    /// the next heartbeat. The original would receive it again and again.
    pub(super) fn receive_unknown_messages(&mut self, now: Time, actions: &mut Vec<NodeAction<I>>) {
        let mut last: Option<I::MessageId> = None;
        while let Some(message_id) = self.unknown_messages.next(last.as_ref()).cloned() {
            let validity = self.automaton.application().validity(&message_id, None);
            if validity == Validity::Unknown {
                break;
            }
            let message = self.unknown_messages.remove(&message_id).expect("the id was just found");
            if validity != Validity::Outdated {
                self.handle_message(now, message, actions);
            }
            last = Some(message_id);
        }
    }

    /// The application publishes a message. It is not delivered to the application itself.
    pub(super) fn handle_publication(&mut self, now: Time, input: PublishMessage<I>, actions: &mut Vec<NodeAction<I>>) {
        let PublishMessage { topic, message_id, message } = input.clone();
        match self.automaton.publish_message(now, input) {
            PublishMessageOutput::AlreadyPublished => {}
            PublishMessageOutput::PublishMessage { to_publish } => {
                self.send_message(to_publish, &topic, &message_id, &message, actions);
            }
        }
    }

    fn send_message(
        &mut self,
        to: PeerSet<I>,
        topic: &I::Topic,
        message_id: &I::MessageId,
        message: &I::Message,
        actions: &mut Vec<NodeAction<I>>,
    ) {
        for peer in to {
            let topic = Some(topic.clone());
            let (message_id, message) = (message_id.clone(), message.clone());
            self.send(peer, PeerMessage::Message { topic, message_id, message }, actions);
        }
    }
}
