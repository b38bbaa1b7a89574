//! Section 6: the inputs but the heartbeat. The checks of an input run in their order. The first that holds gives the
//! output.

use crate::automaton::{
    Candidates, ChoicePoint, MarkId, Model, Pick, RuleId, Violation, choice::Braces, context::Context,
};
use gossipsub_automaton::{
    Action, AddPeer, AddPeerOutput, Application, ApplyBatch, ApplyBatchOutput, BatchedMessage, BatchedMessageOutput,
    Connection, Fanout, Graft, GraftOutput, Ihave, IhaveOutput, Iwant, IwantOutput, Join, JoinOutput, Leave,
    LeaveOutput, Prune, PruneOutput, PublishMessage, PublishMessageOutput, ReceiveMessage, ReceiveMessageOutput,
    RemovePeer, RemovePeerOutput, RoutedMessage, Score, SetApplicationScore, SetApplicationScoreOutput, Subscribe,
    SubscribeOutput, Unsubscribe, UnsubscribeOutput, Validity,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

impl<A: Application<TraceIds>> Model<A> {
    /// `add_peer`
    pub(super) fn add_peer(&mut self, input: &AddPeer<TraceIds>, context: &mut Context<'_>) -> AddPeerOutput {
        let AddPeer { peer, direct, outbound, bootstrap } = *input;
        // (1) The peer is connected.
        if context.check(RuleId::AddPeer1, self.connections.contains_key(&peer), &peer) {
            return AddPeerOutput::PeerAlreadyKnown;
        }
        // (2) The peer is not connected.
        let bootstrap = bootstrap && self.switches.has_bootstrap_flag;
        self.connections.insert(peer, Connection { topics: BTreeSet::new(), direct, outbound, bootstrap });
        self.scores.connect(peer, context);
        AddPeerOutput::PeerAdded
    }

    /// `remove_peer`. Backoffs, heartbeat counters and access counters stay.
    pub(super) fn remove_peer(&mut self, input: &RemovePeer<TraceIds>, context: &mut Context<'_>) -> RemovePeerOutput {
        let RemovePeer { peer } = input;
        // (1) The peer leaves, whether it is connected or not.
        for mesh in self.mesh.values_mut() {
            mesh.remove(peer);
        }
        for fanout in self.fanout.values_mut() {
            fanout.peers.remove(peer);
        }
        self.connections.remove(peer);
        self.scores.disconnect(*peer, self.now, context);
        RemovePeerOutput::RemovingPeer
    }

    /// `subscribe`. The mesh does not change.
    pub(super) fn subscribe(&mut self, input: &Subscribe<TraceIds>, context: &mut Context<'_>) -> SubscribeOutput {
        let Subscribe { peer, topic } = input;
        // (1) The peer is not connected.
        let connection = self.connections.get_mut(peer);
        let Some(connection) = context.check_missing(RuleId::Subscribe1, connection, peer) else {
            return SubscribeOutput::SubscribeToUnknownPeer;
        };
        // (1a) The peer has max_topics_per_peer other topics or more.
        if let Some(max) = self.limits.max_topics_per_peer.filter(|_| self.switches.limits_topics)
            && context.check(RuleId::Subscribe1a, has_too_many_topics(connection, topic, max), topic)
        {
            return SubscribeOutput::SubscribeIgnoredTopicLimitExceeded;
        }
        // (2) The peer is connected.
        connection.topics.insert(topic.clone());
        SubscribeOutput::Subscribed
    }

    /// `unsubscribe`. No backoff.
    pub(super) fn unsubscribe(
        &mut self,
        input: &Unsubscribe<TraceIds>,
        context: &mut Context<'_>,
    ) -> UnsubscribeOutput {
        let Unsubscribe { peer, topic } = input;
        // (1) The peer is not connected.
        let connection = self.connections.get_mut(peer);
        let Some(connection) = context.check_missing(RuleId::Unsubscribe1, connection, peer) else {
            return UnsubscribeOutput::UnsubscribeFromUnknownPeer;
        };
        // (2) The peer is connected.
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

    /// `ihave`
    pub(super) fn ihave(
        &mut self,
        input: &Ihave<TraceIds>,
        context: &mut Context<'_>,
    ) -> Result<IhaveOutput<TraceIds>, Violation> {
        let Ihave { peer, topic, message_ids } = input;
        // (1) The peer's score is below gossip_threshold. A peer without a record passes.
        if let Some((score, threshold)) = self.score_below_gossip_threshold(RuleId::Ihave1, *peer, context) {
            return Ok(IhaveOutput::IhaveFromPeerWithLowScore { score, threshold });
        }
        // (2) The peer sent more than max_recv_ihave_per_heartbeat since the last heartbeat.
        let count = self.ihave_per_heartbeat.entry(*peer).or_insert(0);
        *count = count.saturating_add(1);
        let max = self.limits.max_recv_ihave_per_heartbeat;
        if context.is_above(RuleId::Ihave2, ("IHaves", *count), ("max_recv_ihave_per_heartbeat", max)) {
            return Ok(IhaveOutput::TooManyRecvIhaveMessages { count: *count, max });
        }
        // (3) max_sent_iwant_per_heartbeat ids were requested from the peer since the last heartbeat.
        let requested = self.requested_of(*peer);
        let max = self.limits.max_sent_iwant_per_heartbeat;
        if context.has_reached(RuleId::Ihave3, ("requested ids", requested), ("max_sent_iwant_per_heartbeat", max)) {
            return Ok(IhaveOutput::TooManySentIwantMessages { count: requested, max });
        }
        // (4) The topic is not joined.
        if context.check(RuleId::Ihave4, !self.mesh.contains_key(topic), topic) {
            return Ok(IhaveOutput::MessageTopicNotTracked);
        }
        let mut left: Vec<MessageId> = Vec::new();
        for id in message_ids {
            let validity = self.application.validity(id, None);
            // (5a) An id is invalid.
            if context.check(RuleId::Ihave5a, validity == Validity::Invalid, id) {
                self.scores.invalid(*peer, topic);
                return Ok(IhaveOutput::InvalidMessageId);
            }
            let is_dropped = match validity {
                Validity::Unknown => !self.switches.requests_unknown_ids,
                validity => validity != Validity::Valid,
            };
            let is_left =
                // (5b) An id is unknown or outdated.
                !context.check(RuleId::Ihave5b, is_dropped, id)
                // (5c) An id counts as seen.
                && !context.check(RuleId::Ihave5c, self.message_cache.is_seen(*id), id)
                // (5d) The peer filter refuses an id.
                && !context.check(RuleId::Ihave5d, !self.application.peer_filter(peer, Action::Ihave(id)), id);
            if is_left {
                left.push(*id);
            }
        }
        // (6) No id is left.
        if context.check(RuleId::Ihave6, left.is_empty(), &Braces(message_ids)) {
            context.mark(MarkId::IhaveEmpty, message_ids.is_empty());
            let all_seen = message_ids.iter().all(|id| self.message_cache.is_seen(*id));
            context.mark(MarkId::IhaveAllSeen, !message_ids.is_empty() && all_seen);
            return Ok(IhaveOutput::MessageRequestedMessageIds { message_ids: left });
        }
        // (7) As many of the ids as may still be requested are chosen. The list keeps its repetitions.
        let pick = Pick::up_to(max - requested, Candidates::MessageIds(left), ChoicePoint::Requested);
        let message_ids = context.choose_message_ids(&pick)?;
        self.iwant_per_heartbeat.insert(*peer, requested.saturating_add(message_ids.len() as u64));
        Ok(IhaveOutput::MessageRequestedMessageIds { message_ids })
    }

    /// `iwant`
    pub(super) fn iwant(&mut self, input: &Iwant<TraceIds>, context: &mut Context<'_>) -> IwantOutput<TraceIds> {
        let Iwant { peer, message_ids } = input;
        // (1) The peer's score is below gossip_threshold. A peer without a record passes.
        if let Some((score, threshold)) = self.score_below_gossip_threshold(RuleId::Iwant1, *peer, context) {
            return IwantOutput::IwantFromPeerWithLowScore { score, threshold };
        }
        // (2) Each id is answered in order. An id that is repeated shows its last answer.
        let answers = message_ids.iter().map(|id| (*id, self.routed_message(*peer, *id, context)));
        IwantOutput::OnIwantMessagesToRoute { routed_message_ids: answers.collect() }
    }

    /// The answer to one id of an `iwant`. The counter moves even if the answer is not the message.
    fn routed_message(&mut self, peer: Peer, id: MessageId, context: &mut Context<'_>) -> RoutedMessage<TraceIds> {
        // (2a) The id is not cached.
        let request = context.check_missing(RuleId::Iwant2a, self.message_cache.request(id, peer), &id);
        let Some((message, counter)) = request else {
            return RoutedMessage::NotFound;
        };
        // (2b) The peer asked for the message more than max_gossip_retransmission times.
        let max = self.limits.max_gossip_retransmission;
        if context.is_above(RuleId::Iwant2b, ("requests", counter), ("max_gossip_retransmission", max)) {
            return RoutedMessage::TooManyRequests;
        }
        // (2c) The peer filter refuses the id.
        if context.check(RuleId::Iwant2c, !self.application.peer_filter(&peer, Action::Iwant(&id)), &id) {
            return RoutedMessage::Ignored;
        }
        RoutedMessage::Message { message: message.clone() }
    }

    /// The score of a peer that has a record below `gossip_threshold`, and the threshold.
    fn score_below_gossip_threshold(
        &self,
        rule: RuleId,
        peer: Peer,
        context: &mut Context<'_>,
    ) -> Option<(Score, Score)> {
        let threshold = self.limits.gossip_threshold;
        let score = self.scores.value(peer)?;
        context
            .is_below(rule, ("score", score.value()), ("gossip_threshold", threshold))
            .then(|| (score, threshold.into()))
    }

    /// `graft`
    pub(super) fn graft(&mut self, input: &Graft<TraceIds>, context: &mut Context<'_>) -> GraftOutput {
        let Graft { peer, topic } = input;
        // (1) The peer filter refuses. It backs off also a peer that is not connected (Q3).
        if context.check(RuleId::Graft1, !self.application.peer_filter(peer, Action::Graft), peer) {
            context.mark(MarkId::GraftFilteredUnknown, !self.connections.contains_key(peer));
            return self.refuse_graft(input, GraftOutput::PeerFiltered, context);
        }
        // (2) The topic is not joined. It backs off also a peer that is not connected (Q3).
        let Some(mesh) = context.check_missing(RuleId::Graft2, self.mesh.get(topic), topic) else {
            context.mark(MarkId::GraftUnsubscribedUnknown, !self.connections.contains_key(peer));
            return self.refuse_graft(input, GraftOutput::UnsubscribedTopic, context);
        };
        // (3) The peer is in the mesh.
        if context.check(RuleId::Graft3, mesh.contains(peer), peer) {
            return GraftOutput::PeerAlreadyInMesh;
        }
        // (4) The peer is not connected.
        let connection = self.connections.get_mut(peer);
        let Some(connection) = context.check_missing(RuleId::Graft4, connection, peer) else {
            return GraftOutput::UnexpectedGraftingPeer;
        };
        // (5) The peer is direct.
        if context.check(RuleId::Graft5, connection.direct, peer) {
            return self.refuse_graft(input, GraftOutput::GraftingDirectPeer, context);
        }
        // (6) The peer is backed off until after now.
        if let Some(end) = self.backoff.end(topic, *peer)
            && context.is_below(RuleId::Graft6, ("now", self.now), ("the end of the backoff", end))
        {
            self.scores.penalty(*peer);
            // (6a) The graft comes within graft_flood_threshold of the prune. Both sides of
            // now < (end - prune_backoff) + graft_flood_threshold grow by prune_backoff, so that no difference is below zero.
            let now_and_backoff = self.now.plus_exact(self.limits.prune_backoff);
            let end_and_threshold = end.plus_exact(self.limits.graft_flood_threshold);
            if context.is_below(
                RuleId::Graft6a,
                ("now + prune_backoff", now_and_backoff),
                ("the end of the backoff + graft_flood_threshold", end_and_threshold),
            ) {
                self.scores.penalty(*peer);
            }
            return self.refuse_graft(input, GraftOutput::PeerBackedOff, context);
        }
        // (7) The peer's score is below zero.
        let score = self.scores.value(*peer).unwrap_or(Score::ZERO).value();
        if context.is_below(RuleId::Graft7, ("score", score), ("the least score", 0.0)) {
            return self.refuse_graft(input, GraftOutput::GraftingPeerWithNegativeScore, context);
        }
        // (8) The peer is not outbound, and the mesh has degree_high peers or more.
        let size = (mesh.len() as u64).cmp(&self.limits.degree_high);
        let is_full = !connection.outbound && size.is_ge();
        context.mark(MarkId::GraftOutboundFull, connection.outbound && size.is_ge());
        let operands = format_args!(
            "mesh {} against degree_high {}, outbound {}",
            mesh.len(),
            self.limits.degree_high,
            connection.outbound
        );
        if context.decide(RuleId::Graft8, is_full, Some(size), &operands) {
            return self.refuse_graft(input, GraftOutput::MeshFull, context);
        }
        // (8b) The peer has max_topics_per_peer other topics or more.
        if let Some(max) = self.limits.max_topics_per_peer.filter(|_| self.switches.limits_topics)
            && context.check(RuleId::Graft8b, has_too_many_topics(connection, topic, max), topic)
        {
            return self.refuse_graft(input, GraftOutput::PeerFiltered, context);
        }
        // (9) No check failed.
        connection.topics.insert(topic.clone());
        self.scores.graft(*peer, topic, self.now);
        self.mesh.entry(topic.clone()).or_default().insert(*peer);
        GraftOutput::GraftingSuccessfully
    }

    /// Refuses a graft with a backoff.
    fn refuse_graft(
        &mut self,
        input: &Graft<TraceIds>,
        refusal: GraftOutput,
        context: &mut Context<'_>,
    ) -> GraftOutput {
        self.backoff.back_off(&input.topic, input.peer, self.now, self.limits.prune_backoff, context);
        refusal
    }

    /// `prune`
    pub(super) fn prune(
        &mut self,
        input: &Prune<TraceIds>,
        context: &mut Context<'_>,
    ) -> Result<PruneOutput<TraceIds>, Violation> {
        let Prune { peer, topic, px, backoff } = input;
        // (1) The topic is not joined.
        let Some(mesh) = context.check_missing(RuleId::Prune1, self.mesh.get_mut(topic), topic) else {
            return Ok(PruneOutput::PruneTopicNotTracked);
        };
        // (2) The peer is not in the mesh.
        if context.check(RuleId::Prune2, !mesh.contains(peer), peer) {
            return Ok(PruneOutput::PeerNotInMesh);
        }
        // (3) The peer leaves the mesh and is backed off for the given span.
        mesh.remove(peer);
        self.backoff.back_off(topic, *peer, self.now, *backoff, context);
        self.scores.prune(*peer, topic);
        // (4) The peer's score after the prune is below accept_px_threshold.
        let score = self.scores.value(*peer).unwrap_or(Score::ZERO);
        let threshold = self.limits.accept_px_threshold;
        if context.is_below(RuleId::Prune4, ("score", score.value()), ("accept_px_threshold", threshold)) {
            return Ok(PruneOutput::IgnorePxScoreTooLow { score });
        }
        // (5) Peers are chosen of those that were offered. They are positions of the list, which may repeat a peer.
        context.mark(MarkId::PruneEmptyList, px.is_empty());
        context.mark(MarkId::PruneRepeatedPeer, px.iter().collect::<BTreeSet<_>>().len() < px.len());
        let pick = Pick::up_to(self.limits.peers_to_px, px.iter().copied().collect(), ChoicePoint::Px);
        let peers = context.choose_peers(&pick)?;
        // (5a) No peer is chosen of those that were offered.
        if context.check(RuleId::Prune5a, peers.is_empty(), &Braces(&peers)) {
            return Ok(PruneOutput::NoPx);
        }
        Ok(PruneOutput::Px { peers: peers.into() })
    }

    /// `receive_message`
    pub(super) fn receive_message(
        &mut self,
        input: &ReceiveMessage<TraceIds>,
        context: &mut Context<'_>,
    ) -> ReceiveMessageOutput<TraceIds> {
        let ReceiveMessage { sender, topic, message_id, message, batch } = input;
        // (1) The topic is not joined.
        let Some(mesh) = context.check_missing(RuleId::ReceiveMessage1, self.mesh.get(topic), topic) else {
            return ReceiveMessageOutput::NotSubscribed;
        };
        // (2) The id counts as seen.
        let first_seen = self.message_cache.first_seen_at(*message_id);
        context.check(RuleId::ReceiveMessage2, first_seen.is_some(), message_id);
        if let Some(first_seen) = first_seen {
            context.mark(MarkId::ReceiveDuplicateInMesh, mesh.contains(sender));
            // (2a) The sender is a recorded sender of the id.
            if !self.switches.records_senders
                || !context.check(RuleId::ReceiveMessage2a, self.message_cache.is_sender(*message_id, *sender), sender)
            {
                self.scores.duplicate(*sender, topic, first_seen, self.now, context);
            }
            return ReceiveMessageOutput::AlreadyReceived;
        }
        // The message goes to the direct peers, the sender included if it is one (Q4).
        let others = mesh.iter().copied().filter(|peer| peer != sender);
        let to_route = others.chain(self.subscribed_direct(topic)).collect();
        if self.switches.validates_ids_first {
            if let Some(refusal) = self.refuse_message(self.application.validity(message_id, None), input, context) {
                return refusal;
            }
            // (3c) The message is for a batch. Nothing changes before the batch is applied.
            if self.switches.has_batches && context.check(RuleId::ReceiveMessage3c, *batch, message_id) {
                return ReceiveMessageOutput::ToIncludeInBatch { to_route };
            }
        }
        if let Some(refusal) = self.refuse_message(self.application.validity(message_id, Some(message)), input, context)
        {
            return refusal;
        }
        // (4) No check failed.
        let recorded = self.switches.records_senders.then_some(*sender);
        self.message_cache.add(topic, *message_id, message, self.now, recorded, context);
        self.scores.first_delivery(*sender, topic, context);
        context.mark(MarkId::ReceiveFromDirect, self.is_direct(*sender));
        context.mark(MarkId::ReceiveFromStranger, !self.connections.contains_key(sender));
        ReceiveMessageOutput::RouteMessage { to_route }
    }

    /// The refusal of a received message that is not valid.
    fn refuse_message(
        &mut self,
        validity: Validity,
        input: &ReceiveMessage<TraceIds>,
        context: &mut Context<'_>,
    ) -> Option<ReceiveMessageOutput<TraceIds>> {
        let ReceiveMessage { sender, topic, message_id, .. } = input;
        // (3) The message is outdated.
        if self.switches.tells_outdated_messages
            && context.check(RuleId::ReceiveMessage3, validity == Validity::Outdated, message_id)
        {
            return Some(ReceiveMessageOutput::Outdated);
        }
        // (3a) The message's validity is unknown or outdated.
        let is_unknown = matches!(validity, Validity::Unknown | Validity::Outdated);
        if context.check(RuleId::ReceiveMessage3a, is_unknown, message_id) {
            return Some(ReceiveMessageOutput::UnknownValidity);
        }
        // (3b) The message is invalid.
        if context.check(RuleId::ReceiveMessage3b, validity == Validity::Invalid, message_id) {
            self.scores.invalid(*sender, topic);
            return Some(ReceiveMessageOutput::InvalidMessage);
        }
        None
    }

    /// `apply_batch`. It checks the verdicts only (B1).
    pub(super) fn apply_batch(
        &mut self,
        input: &ApplyBatch<TraceIds>,
        context: &mut Context<'_>,
    ) -> ApplyBatchOutput<TraceIds> {
        let ApplyBatch { batch } = input;
        let verdicts = self.application.batch_validity(batch);
        // (1) The application gives more or fewer verdicts than there are messages.
        let operands = format_args!("{} verdicts for {} messages", verdicts.len(), batch.len());
        if context.check(RuleId::ApplyBatch1, verdicts.len() != batch.len(), &operands) {
            let results = batch.iter().map(|_| BatchedMessageOutput::UnknownValidity).collect();
            return ApplyBatchOutput::BatchResult { results };
        }
        // (2) The messages are handled in their order. Each finds the state that those before it left.
        let results = batch.iter().zip(verdicts);
        let results = results.map(|(batched, verdict)| self.apply_message(batched, verdict, context)).collect();
        ApplyBatchOutput::BatchResult { results }
    }

    /// The result for one message of a batch.
    fn apply_message(
        &mut self,
        batched: &BatchedMessage<TraceIds>,
        verdict: Validity,
        context: &mut Context<'_>,
    ) -> BatchedMessageOutput<TraceIds> {
        let BatchedMessage { sender, topic, message_id, message, to_route } = batched;
        // (3) The message's verdict is unknown or outdated.
        let is_dropped = matches!(verdict, Validity::Unknown | Validity::Outdated);
        if context.check(RuleId::ApplyBatch3, is_dropped, message_id) {
            return match verdict {
                Validity::Outdated => BatchedMessageOutput::Outdated,
                _ => BatchedMessageOutput::UnknownValidity,
            };
        }
        // (3a) The message's verdict is invalid. The topic may have been left (B5).
        if context.check(RuleId::ApplyBatch3a, verdict == Validity::Invalid, message_id) {
            self.scores.invalid(*sender, topic);
            return BatchedMessageOutput::InvalidMessage;
        }
        // (4) The message's verdict is valid. The peers to route it to are those that the batch names (B3).
        context.mark(MarkId::BatchTopicNotJoined, !self.mesh.contains_key(topic));
        context.mark(MarkId::BatchSenderNotConnected, !self.connections.contains_key(sender));
        context.mark(MarkId::BatchSeenId, self.message_cache.is_seen(*message_id));
        let recorded = self.switches.records_senders.then_some(*sender);
        self.message_cache.add(topic, *message_id, message, self.now, recorded, context);
        self.scores.first_delivery(*sender, topic, context);
        BatchedMessageOutput::RouteMessage { to_route: to_route.clone() }
    }

    /// `publish_message`
    pub(super) fn publish_message(
        &mut self,
        input: &PublishMessage<TraceIds>,
        context: &mut Context<'_>,
    ) -> Result<PublishMessageOutput<TraceIds>, Violation> {
        let PublishMessage { topic, message_id, message } = input;
        // (1) The id counts as seen.
        if context.check(RuleId::PublishMessage1, self.message_cache.is_seen(*message_id), message_id) {
            return Ok(PublishMessageOutput::AlreadyPublished);
        }
        // (2) The message goes into the cache.
        self.message_cache.add(topic, *message_id, message, self.now, None, context);
        // (3) The peers are those of the mesh, of the fanout or of a new fanout.
        let peers = self.peers_to_publish_to(topic, context)?;
        // (4) The id does not count as seen.
        let to_publish: BTreeSet<Peer> = peers.into_iter().chain(self.subscribed_direct(topic)).collect();
        context.mark(MarkId::PublishToNobody, to_publish.is_empty());
        Ok(PublishMessageOutput::PublishMessage { to_publish: to_publish.into() })
    }

    /// `publish_message` (3)
    fn peers_to_publish_to(&mut self, topic: &Topic, context: &mut Context<'_>) -> Result<BTreeSet<Peer>, Violation> {
        let mesh = self.mesh.get(topic);
        // (3a) The topic is joined.
        context.check(RuleId::PublishMessage3a, mesh.is_some(), topic);
        if let Some(mesh) = mesh {
            return Ok(mesh.clone());
        }
        let fanout = self.fanout.get_mut(topic);
        // (3b) The topic has a fanout.
        context.check(RuleId::PublishMessage3b, fanout.is_some(), topic);
        if let Some(fanout) = fanout {
            // (3c) The fanout is empty. It keeps its time, and is not refilled (Q6).
            if !context.check(RuleId::PublishMessage3c, fanout.peers.is_empty(), &Braces(&fanout.peers)) {
                fanout.last_published_time = self.now;
            }
            return Ok(fanout.peers.clone());
        }
        let threshold = self.limits.publish_threshold;
        let candidates = self.subscribed(topic).filter(|peer| {
            // (3d) A subscribed peer is direct.
            !context.check(RuleId::PublishMessage3d, self.is_direct(*peer), peer)
                // (3e) A subscribed peer's score is below publish_threshold.
                && !context.is_below(
                    RuleId::PublishMessage3e,
                    ("score", self.score(*peer)),
                    ("publish_threshold", threshold),
                )
        });
        let candidates = candidates.collect();
        let pick = Pick::up_to(self.limits.degree_optimal, candidates, ChoicePoint::NewFanout(topic));
        let peers = context.choose_peers(&pick)?;
        // (3f) No peer is chosen. No fanout is made.
        if !context.check(RuleId::PublishMessage3f, peers.is_empty(), &Braces(&peers)) {
            self.fanout.insert(topic.clone(), Fanout { peers: peers.clone(), last_published_time: self.now });
        }
        Ok(peers)
    }

    /// `join`
    pub(super) fn join(
        &mut self,
        input: &Join<TraceIds>,
        context: &mut Context<'_>,
    ) -> Result<JoinOutput<TraceIds>, Violation> {
        let Join { topic } = input;
        // (1) The topic is joined.
        if context.check(RuleId::Join1, self.mesh.contains_key(topic), topic) {
            return Ok(JoinOutput::AlreadyJoined);
        }
        let fanout = self.fanout.get(topic).map(|fanout| fanout.peers.clone()).unwrap_or_default();
        let mut mesh = fanout.clone();
        mesh.retain(|peer| self.is_welcome(topic, *peer, context));
        context.mark(MarkId::JoinKeepsFanoutPeers, !mesh.is_empty());
        context.mark(MarkId::JoinDropsFanoutPeers, mesh != fanout);
        let others = self.subscribed(topic).filter(|peer| {
            // (2c) A subscribed peer is direct.
            !context.check(RuleId::Join2c, self.is_direct(*peer), peer)
                && self.is_welcome(topic, *peer, context)
                // (2d) A subscribed peer is kept from the fanout.
                && !context.check(RuleId::Join2d, mesh.contains(peer), peer)
        });
        // (2) Peers are chosen beside those of the fanout, up to degree_optimal in all.
        let missing = self.limits.degree_optimal.saturating_sub(mesh.len() as u64);
        let pick = Pick::up_to(missing, others.collect(), ChoicePoint::Joined(topic));
        mesh.extend(context.choose_peers(&pick)?);
        // (3) The topic is not joined.
        for peer in &mesh {
            self.scores.graft(*peer, topic, self.now);
        }
        self.mesh.insert(topic.clone(), mesh.clone());
        self.fanout.remove(topic);
        Ok(JoinOutput::JoiningTopic { to_graft: mesh.into() })
    }

    /// Whether a peer may be in the new mesh of a topic.
    fn is_welcome(&self, topic: &Topic, peer: Peer, context: &mut Context<'_>) -> bool {
        // (2a) A peer is backed off.
        !context.check(RuleId::Join2a, self.backoff.is_backed_off(topic, peer), &peer)
            // (2b) A peer's score is below zero.
            && !context.is_below(RuleId::Join2b, ("score", self.score(peer)), ("the least score", 0.0))
    }

    /// `leave`
    pub(super) fn leave(&mut self, input: &Leave<TraceIds>, context: &mut Context<'_>) -> LeaveOutput<TraceIds> {
        let Leave { topic } = input;
        // (1) The topic is not joined.
        let Some(mesh) = context.check_missing(RuleId::Leave1, self.mesh.remove(topic), topic) else {
            return LeaveOutput::NotJoined;
        };
        // (2) The topic is joined.
        let mut no_px_peers = mesh.clone();
        // (2a) The score of a peer of the mesh is below zero.
        no_px_peers
            .retain(|peer| context.is_below(RuleId::Leave2a, ("score", self.score(*peer)), ("the least score", 0.0)));
        for peer in &mesh {
            self.backoff.back_off(topic, *peer, self.now, self.limits.unsubscribe_backoff, context);
            self.scores.prune(*peer, topic);
        }
        LeaveOutput::LeavingTopic { to_prune: mesh.into(), no_px_peers: no_px_peers.into() }
    }

    /// `set_application_score`
    pub(super) fn set_application_score(
        &mut self,
        input: &SetApplicationScore<TraceIds>,
        context: &mut Context<'_>,
    ) -> SetApplicationScoreOutput {
        // (1) The peer has no score record.
        if !context.check(RuleId::SetApplicationScore1, self.scores.value(input.peer).is_none(), &input.peer) {
            self.scores.set_application_score(input.peer, input.score.value());
        }
        // (2) The output is always the same.
        SetApplicationScoreOutput::SetApplicationScore
    }
}

/// Whether a peer has `max` topics or more, and this topic is not one of them.
fn has_too_many_topics(connection: &Connection<TraceIds>, topic: &Topic, max: u64) -> bool {
    connection.topics.len() as u64 >= max && !connection.topics.contains(topic)
}
