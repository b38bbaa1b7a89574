//! Section 6: the inputs but the heartbeat. Checks run in the order given; the first that fails gives the output.

use crate::{Choice, Model, Pick, Point, choice::at_most};
use gossipsub_automaton::{
    Action, AddPeer, AddPeerOutput, Application, Connection, Fanout, Graft, GraftOutput, Ihave, IhaveOutput, Iwant,
    IwantOutput, Join, JoinOutput, Leave, LeaveOutput, Prune, PruneOutput, PublishMessage, PublishMessageOutput,
    ReceiveMessage, ReceiveMessageOutput, RemovePeer, RemovePeerOutput, RoutedMessage, Score, SetApplicationScore,
    SetApplicationScoreOutput, Subscribe, SubscribeOutput, Unsubscribe, UnsubscribeOutput, Validity,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

impl<A: Application<TraceIds>> Model<A> {
    /// Rule `add_peer`.
    pub(crate) fn add_peer(&mut self, input: &AddPeer<TraceIds>) -> AddPeerOutput {
        let AddPeer { peer, direct, outbound } = *input;
        if self.connections.contains_key(&peer) {
            return AddPeerOutput::PeerAlreadyKnown;
        }
        self.connections.insert(peer, Connection { topics: BTreeSet::new(), direct, outbound });
        self.scores.connect(peer);
        AddPeerOutput::PeerAdded
    }

    /// Rule `remove_peer`. Backoffs, heartbeat counters and access counters stay.
    pub(crate) fn remove_peer(&mut self, input: &RemovePeer<TraceIds>) -> RemovePeerOutput {
        let RemovePeer { peer } = input;
        for mesh in self.mesh.values_mut() {
            mesh.remove(peer);
        }
        for fanout in self.fanout.values_mut() {
            fanout.peers.remove(peer);
        }
        self.connections.remove(peer);
        self.scores.disconnect(*peer, self.now);
        RemovePeerOutput::RemovingPeer
    }

    /// Rule `subscribe`. The mesh does not change.
    pub(crate) fn subscribe(&mut self, input: &Subscribe<TraceIds>) -> SubscribeOutput {
        let Subscribe { peer, topic } = input;
        let Some(connection) = self.connections.get_mut(peer) else {
            return SubscribeOutput::SubscribeToUnknownPeer;
        };
        connection.topics.insert(topic.clone());
        SubscribeOutput::Subscribed
    }

    /// Rule `unsubscribe`. No backoff.
    pub(crate) fn unsubscribe(&mut self, input: &Unsubscribe<TraceIds>) -> UnsubscribeOutput {
        let Unsubscribe { peer, topic } = input;
        let Some(connection) = self.connections.get_mut(peer) else {
            return UnsubscribeOutput::UnsubscribeFromUnknownPeer;
        };
        connection.topics.remove(topic);
        self.scores.prune(*peer, topic);
        if let Some(mesh) = self.mesh.get_mut(topic) {
            mesh.remove(peer);
        }
        if let Some(fanout) = self.fanout.get_mut(topic) {
            fanout.peers.remove(peer);
        }
        UnsubscribeOutput::Unsubscribed
    }

    /// Rules `ihave` (1) to (7).
    pub(crate) fn ihave<C: Choice>(
        &mut self,
        input: &Ihave<TraceIds>,
        choice: &mut C,
    ) -> Result<IhaveOutput<TraceIds>, C::Refusal> {
        let Ihave { peer, topic, message_ids } = input;
        // (1)
        if let Some((score, threshold)) = self.score_below_gossip_threshold(*peer) {
            return Ok(IhaveOutput::IhaveFromPeerWithLowScore { score, threshold });
        }
        // (2)
        let count = self.ihave_per_heartbeat.entry(*peer).or_insert(0);
        *count = count.saturating_add(1);
        if *count > self.limits.max_recv_ihave_per_heartbeat {
            let max = self.limits.max_recv_ihave_per_heartbeat;
            return Ok(IhaveOutput::TooManyRecvIhaveMessages { count: *count, max });
        }
        // (3)
        let requested = self.iwant_per_heartbeat.get(peer).copied().unwrap_or(0);
        let max = self.limits.max_sent_iwant_per_heartbeat;
        if requested >= max {
            return Ok(IhaveOutput::TooManySentIwantMessages { count: requested, max });
        }
        // (4)
        if !self.mesh.contains_key(topic) {
            return Ok(IhaveOutput::MessageTopicNotTracked);
        }
        // (5)
        let mut kept: Vec<MessageId> = Vec::new();
        for id in message_ids {
            match self.application.validity(id, None) {
                Validity::Invalid => {
                    self.scores.invalid(*peer, topic);
                    return Ok(IhaveOutput::InvalidMessageId);
                }
                Validity::Unknown | Validity::Outdated => {}
                Validity::Valid => {
                    if !self.message_cache.is_seen(*id) && self.application.peer_filter(peer, Action::Ihave(id)) {
                        kept.push(*id);
                    }
                }
            }
        }
        // (6)
        if kept.is_empty() {
            return Ok(IhaveOutput::MessageRequestedMessageIds { message_ids: Vec::new() });
        }
        // (7)
        let n = at_most(max - requested, kept.len());
        let message_ids = choice.message_ids(Point::Requested, &kept, n)?;
        self.iwant_per_heartbeat.insert(*peer, requested.saturating_add(n as u64));
        Ok(IhaveOutput::MessageRequestedMessageIds { message_ids })
    }

    /// Rules `iwant` (1) and (2). An id asked for twice shows its last answer.
    pub(crate) fn iwant(&mut self, input: &Iwant<TraceIds>) -> IwantOutput<TraceIds> {
        let Iwant { peer, message_ids } = input;
        // (1)
        if let Some((score, threshold)) = self.score_below_gossip_threshold(*peer) {
            return IwantOutput::IwantFromPeerWithLowScore { score, threshold };
        }
        // (2)
        let routed_message_ids = message_ids.iter().map(|id| (*id, self.routed_message(*peer, *id))).collect();
        IwantOutput::OnIwantMessagesToRoute { routed_message_ids }
    }

    /// One id of rule `iwant` (2). The counter moves even where the answer is not the message.
    fn routed_message(&mut self, peer: Peer, id: MessageId) -> RoutedMessage<TraceIds> {
        let Some((message, counter)) = self.message_cache.request(id, peer) else {
            return RoutedMessage::NotFound;
        };
        if counter > self.limits.max_gossip_retransmission {
            RoutedMessage::TooManyRequests
        } else if self.application.peer_filter(&peer, Action::Iwant(&id)) {
            RoutedMessage::Message { message: message.clone() }
        } else {
            RoutedMessage::Ignored
        }
    }

    /// The score of a peer that has a record below `gossip_threshold`, and the threshold.
    fn score_below_gossip_threshold(&self, peer: Peer) -> Option<(Score, Score)> {
        let threshold = self.limits.gossip_threshold;
        self.scores.value(peer).filter(|score| score.value() < threshold).map(|score| (score, threshold.into()))
    }

    /// Rules `graft` (1) to (9).
    pub(crate) fn graft(&mut self, input: &Graft<TraceIds>) -> GraftOutput {
        let Graft { peer, topic } = input;
        // (1)
        if !self.application.peer_filter(peer, Action::Graft) {
            return self.back_off(input, GraftOutput::PeerFiltered);
        }
        // (2)
        let Some(mesh) = self.mesh.get(topic) else {
            return self.back_off(input, GraftOutput::UnsubscribedTopic);
        };
        // (3)
        if mesh.contains(peer) {
            return GraftOutput::PeerAlreadyInMesh;
        }
        // (4)
        let Some(connection) = self.connections.get(peer) else {
            return GraftOutput::UnexpectedGraftingPeer;
        };
        // (5)
        if connection.direct {
            return self.back_off(input, GraftOutput::GraftingDirectPeer);
        }
        // (6)
        if let Some(end) = self.backoff.end(topic, *peer).filter(|end| self.now < *end) {
            self.scores.penalty(*peer);
            // now < (end - prune_backoff) + graft_flood_threshold, without a difference that could be below zero
            if self.now.plus_exact(self.limits.prune_backoff) < end.plus_exact(self.limits.graft_flood_threshold) {
                self.scores.penalty(*peer);
            }
            return self.back_off(input, GraftOutput::PeerBackedOff);
        }
        // (7)
        if self.score(*peer) < 0.0 {
            return self.back_off(input, GraftOutput::GraftingPeerWithNegativeScore);
        }
        // (8)
        if !connection.outbound && mesh.len() as u64 >= self.limits.degree_high {
            return self.back_off(input, GraftOutput::MeshFull);
        }
        // (9)
        self.scores.graft(*peer, topic, self.now);
        self.mesh.entry(topic.clone()).or_default().insert(*peer);
        self.connections.entry(*peer).and_modify(|connection| {
            connection.topics.insert(topic.clone());
        });
        GraftOutput::GraftingSuccessfully
    }

    /// Refuses a graft with a backoff, also for a peer that is not connected (Q3).
    fn back_off(&mut self, input: &Graft<TraceIds>, refusal: GraftOutput) -> GraftOutput {
        self.backoff.back_off(&input.topic, input.peer, self.now, self.limits.prune_backoff);
        refusal
    }

    /// Rules `prune` (1) to (5).
    pub(crate) fn prune<C: Choice>(
        &mut self,
        input: &Prune<TraceIds>,
        choice: &mut C,
    ) -> Result<PruneOutput<TraceIds>, C::Refusal> {
        let Prune { peer, topic, px, backoff } = input;
        // (1)
        let Some(mesh) = self.mesh.get_mut(topic) else {
            return Ok(PruneOutput::PruneTopicNotTracked);
        };
        // (2), (3)
        if !mesh.remove(peer) {
            return Ok(PruneOutput::PeerNotInMesh);
        }
        self.backoff.back_off(topic, *peer, self.now, *backoff);
        self.scores.prune(*peer, topic);
        // (4)
        let score = self.scores.value(*peer).unwrap_or(Score::ZERO);
        if score.value() < self.limits.accept_px_threshold {
            return Ok(PruneOutput::IgnorePxScoreTooLow { score });
        }
        // (5)
        let peers = choice.px(px, at_most(self.limits.peers_to_px, px.len()))?;
        Ok(if peers.is_empty() { PruneOutput::NoPx } else { PruneOutput::Px { peers: peers.into() } })
    }

    /// Rules `receive_message` (1) to (4).
    pub(crate) fn receive_message(&mut self, input: &ReceiveMessage<TraceIds>) -> ReceiveMessageOutput<TraceIds> {
        let ReceiveMessage { sender, topic, message_id, message } = input;
        // (1)
        let Some(mesh) = self.mesh.get(topic) else {
            return ReceiveMessageOutput::NotSubscribed;
        };
        // (2)
        if let Some(first_seen) = self.message_cache.first_seen_at(*message_id) {
            self.scores.duplicate(*sender, topic, first_seen, self.now);
            return ReceiveMessageOutput::AlreadyReceived;
        }
        // (3)
        match self.application.validity(message_id, Some(message)) {
            Validity::Unknown | Validity::Outdated => return ReceiveMessageOutput::UnknownValidity,
            Validity::Invalid => {
                self.scores.invalid(*sender, topic);
                return ReceiveMessageOutput::InvalidMessage;
            }
            Validity::Valid => {}
        }
        // (4) The direct peers, the sender included if it is one (Q4).
        self.message_cache.add(topic, *message_id, message, self.now);
        self.scores.first_delivery(*sender, topic);
        let others = mesh.iter().copied().filter(|peer| peer != sender);
        ReceiveMessageOutput::RouteMessage { to_route: others.chain(self.subscribed_direct(topic)).collect() }
    }

    /// Rules `publish_message` (1) to (4).
    pub(crate) fn publish_message<C: Choice>(
        &mut self,
        input: &PublishMessage<TraceIds>,
        choice: &mut C,
    ) -> Result<PublishMessageOutput<TraceIds>, C::Refusal> {
        let PublishMessage { topic, message_id, message } = input;
        // (1)
        if self.message_cache.is_seen(*message_id) {
            return Ok(PublishMessageOutput::AlreadyPublished);
        }
        // (2)
        self.message_cache.add(topic, *message_id, message, self.now);
        // (3)
        let peers = if let Some(mesh) = self.mesh.get(topic) {
            mesh.clone()
        } else if let Some(fanout) = self.fanout.get_mut(topic) {
            // An empty fanout keeps its time, and is not refilled (Q6).
            if !fanout.peers.is_empty() {
                fanout.last_published_time = self.now;
            }
            fanout.peers.clone()
        } else {
            self.new_fanout(topic, choice)?
        };
        // (4)
        let to_publish = peers.into_iter().chain(self.subscribed_direct(topic)).collect();
        Ok(PublishMessageOutput::PublishMessage { to_publish })
    }

    /// The last case of rule `publish_message` (3). Where nobody will do, no fanout is made.
    fn new_fanout<C: Choice>(&mut self, topic: &Topic, choice: &mut C) -> Result<BTreeSet<Peer>, C::Refusal> {
        let candidates = self
            .subscribed(topic)
            .filter(|peer| !self.is_direct(*peer) && self.score(*peer) >= self.limits.publish_threshold)
            .collect();
        let beside = self.subscribed_direct(topic).collect();
        let pick = Pick { beside, ..Pick::up_to(self.limits.degree_optimal, candidates) };
        let peers = choice.peers(Point::NewFanout(topic), &pick)?;
        if !peers.is_empty() {
            self.fanout.insert(topic.clone(), Fanout { peers: peers.clone(), last_published_time: self.now });
        }
        Ok(peers)
    }

    /// Rules `join` (1) to (3).
    pub(crate) fn join<C: Choice>(
        &mut self,
        input: &Join<TraceIds>,
        choice: &mut C,
    ) -> Result<JoinOutput<TraceIds>, C::Refusal> {
        let Join { topic } = input;
        // (1)
        if self.mesh.contains_key(topic) {
            return Ok(JoinOutput::AlreadyJoined);
        }
        // (2)
        let welcome = |peer: &Peer| !self.backoff.is_backed_off(topic, *peer) && self.score(*peer) >= 0.0;
        let fanout = self.fanout.get(topic).map(|fanout| fanout.peers.clone()).unwrap_or_default();
        let keep: BTreeSet<Peer> = fanout.into_iter().filter(welcome).collect();
        let others = self
            .subscribed(topic)
            .filter(|peer| !self.is_direct(*peer) && welcome(peer) && !keep.contains(peer))
            .collect();
        let missing = self.limits.degree_optimal.saturating_sub(keep.len() as u64);
        let pick = Pick { beside: keep, ..Pick::up_to(missing, others) };
        let mut mesh = choice.peers(Point::Joined(topic), &pick)?;
        mesh.extend(pick.beside);
        // (3)
        for peer in &mesh {
            self.scores.graft(*peer, topic, self.now);
        }
        self.mesh.insert(topic.clone(), mesh.clone());
        self.fanout.remove(topic);
        Ok(JoinOutput::JoiningTopic { to_graft: mesh.into() })
    }

    /// Rules `leave` (1) and (2).
    pub(crate) fn leave(&mut self, input: &Leave<TraceIds>) -> LeaveOutput<TraceIds> {
        let Leave { topic } = input;
        // (1)
        let Some(mesh) = self.mesh.remove(topic) else {
            return LeaveOutput::NotJoined;
        };
        // (2)
        let no_px_peers = mesh.iter().copied().filter(|peer| self.score(*peer) < 0.0).collect();
        for peer in &mesh {
            self.backoff.back_off(topic, *peer, self.now, self.limits.unsubscribe_backoff);
            self.scores.prune(*peer, topic);
        }
        LeaveOutput::LeavingTopic { to_prune: mesh.into(), no_px_peers }
    }

    /// Rule `set_application_score`.
    pub(crate) fn set_application_score(&mut self, input: &SetApplicationScore<TraceIds>) -> SetApplicationScoreOutput {
        self.scores.set_application_score(input.peer, input.score.value());
        SetApplicationScoreOutput::SetApplicationScore
    }
}
