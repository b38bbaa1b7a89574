//! The history of an automaton: everything that its inputs and outputs tell, without views.

use crate::automaton::Environment;
use gossipsub_automaton::{
    AddPeerOutput, ApplyBatchOutput, BatchedMessageOutput, IhaveOutput, Input, IwantOutput, JoinOutput, LeaveOutput,
    Limits, Output, PublishMessageOutput, ReceiveMessageOutput, RoutedMessage, Time,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the answers up to a step tell.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub(super) environment: Environment,
    /// The connected peers, and whether each is direct.
    pub(super) connected: BTreeMap<Peer, bool>,
    /// When each peer that is not connected was last removed.
    pub(super) removed: BTreeMap<Peer, Time>,
    pub(super) joined: BTreeSet<Topic>,
    /// The number of heartbeats so far.
    pub(super) ticks: u64,
    /// The cached messages.
    pub(super) cached: BTreeMap<MessageId, Cached>,
    /// The ids that count as seen, each with the number of heartbeats before it was seen.
    pub(super) seen: BTreeMap<MessageId, u64>,
    /// The senders of the messages by which each of them was added.
    pub(super) senders: BTreeMap<MessageId, BTreeSet<Peer>>,
    /// The number of IHAVEs of each peer that were processed since the last heartbeat.
    pub(super) heard: BTreeMap<Peer, u64>,
    /// The number of ids that were requested from each peer since the last heartbeat.
    pub(super) requested: BTreeMap<Peer, u64>,
}

/// A cached message.
#[derive(Clone, Debug, Default)]
pub(super) struct Cached {
    /// The number of heartbeats before it was last added.
    added: u64,
    /// How often each peer got it by IWANT.
    pub(super) sent: BTreeMap<Peer, u64>,
}

impl History {
    /// Learns from an answer.
    pub(super) fn learn(
        &mut self,
        limits: &Limits<TraceIds>,
        now: Time,
        input: &Input<TraceIds>,
        output: &Output<TraceIds>,
    ) {
        match (input, output) {
            (Input::AddPeer(input), Output::AddPeer(AddPeerOutput::PeerAdded)) => {
                self.connected.insert(input.peer, input.direct);
                self.removed.remove(&input.peer);
            }
            (Input::RemovePeer(input), _) => {
                self.connected.remove(&input.peer);
                self.removed.insert(input.peer, now);
            }
            (Input::Join(input), Output::Join(JoinOutput::JoiningTopic { .. })) => {
                self.joined.insert(input.topic.clone());
            }
            (Input::Leave(input), Output::Leave(LeaveOutput::LeavingTopic { .. })) => {
                self.joined.remove(&input.topic);
            }
            (Input::PublishMessage(input), Output::PublishMessage(PublishMessageOutput::PublishMessage { .. })) => {
                self.remember(input.message_id, None);
            }
            (Input::ReceiveMessage(input), Output::ReceiveMessage(ReceiveMessageOutput::RouteMessage { .. })) => {
                self.remember(input.message_id, Some(input.sender));
            }
            (Input::ApplyBatch(input), Output::ApplyBatch(ApplyBatchOutput::BatchResult { results })) => {
                for (batched, result) in input.batch.iter().zip(results) {
                    if matches!(result, BatchedMessageOutput::RouteMessage { .. }) {
                        self.remember(batched.message_id, Some(batched.sender));
                    }
                }
            }
            (Input::Iwant(input), Output::Iwant(IwantOutput::OnIwantMessagesToRoute { routed_message_ids })) => {
                for (id, routed) in routed_message_ids {
                    if let (RoutedMessage::Message { .. }, Some(cached)) = (routed, self.cached.get_mut(id)) {
                        *cached.sent.entry(input.peer).or_insert(0) += 1;
                    }
                }
            }
            (Input::Ihave(input), Output::Ihave(output)) => self.hear(input.peer, output),
            (Input::Heartbeat, _) => self.tick(limits),
            _ => {}
        }
    }

    fn remember(&mut self, id: MessageId, sender: Option<Peer>) {
        self.senders.entry(id).or_default().extend(sender);
        self.cached.entry(id).or_default().added = self.ticks;
        self.seen.insert(id, self.ticks);
    }

    fn hear(&mut self, peer: Peer, output: &IhaveOutput<TraceIds>) {
        match output {
            IhaveOutput::IhaveFromPeerWithLowScore { .. } | IhaveOutput::TooManyRecvIhaveMessages { .. } => return,
            IhaveOutput::MessageRequestedMessageIds { message_ids } => {
                *self.requested.entry(peer).or_insert(0) += message_ids.len() as u64;
            }
            IhaveOutput::TooManySentIwantMessages { .. }
            | IhaveOutput::MessageTopicNotTracked
            | IhaveOutput::InvalidMessageId => {}
        }
        *self.heard.entry(peer).or_insert(0) += 1;
    }

    fn tick(&mut self, limits: &Limits<TraceIds>) {
        self.ticks += 1;
        let ticks = self.ticks;
        self.cached.retain(|_, cached| ticks - cached.added < limits.history_length);
        self.seen.retain(|_, seen| ticks - *seen < limits.seen_history_length);
        self.senders.retain(|id, _| self.seen.contains_key(id));
        self.heard.clear();
        self.requested.clear();
    }

    pub(super) fn is_direct(&self, peer: Peer) -> bool {
        self.connected.get(&peer) == Some(&true)
    }
}
