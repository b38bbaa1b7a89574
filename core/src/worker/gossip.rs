//! Announcements and requests of peers.

use super::{NodeAction, PeerMessage, Worker, WorkerIdentifiers, statistics::count};
use crate::{Application, Ihave, IhaveOutput, Iwant, IwantOutput, RoutedMessage, Time};
use alloc::vec::Vec;

impl<I: WorkerIdentifiers, A: Application<I>> Worker<I, A> {
    /// A peer announced messages. Those that we want are requested.
    pub(super) fn handle_ihave(&mut self, now: Time, input: Ihave<I>, actions: &mut Vec<NodeAction<I>>) {
        let peer = input.peer.clone();
        let IhaveOutput::MessageRequestedMessageIds { message_ids } = self.automaton.ihave(now, input) else { return };
        let requested = u64::try_from(message_ids.len()).unwrap_or(u64::MAX);
        self.statistics.received_ihaves = self.statistics.received_ihaves.saturating_add(requested);
        if !message_ids.is_empty() {
            self.send(peer, PeerMessage::Iwant { message_ids }, actions);
        }
    }

    /// A peer requested messages. Those that are found are sent, by ascending ids.
    pub(super) fn handle_iwant(&mut self, now: Time, input: Iwant<I>, actions: &mut Vec<NodeAction<I>>) {
        let peer = input.peer.clone();
        let IwantOutput::OnIwantMessagesToRoute { routed_message_ids } = self.automaton.iwant(now, input) else {
            return;
        };
        for (message_id, routed) in routed_message_ids {
            let RoutedMessage::Message { message } = routed else { continue };
            count(&mut self.statistics.received_iwants);
            let topic = I::topic_of(&message_id);
            self.send(peer.clone(), PeerMessage::Message { topic, message_id, message }, actions);
        }
    }
}
