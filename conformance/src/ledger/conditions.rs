//! Which cells a step reaches: read from the model before and after it.

use super::{Cell, Ledger};
use crate::{checker::Observer, trace::Environment};
use gossipsub_automaton::{
    Action, Application, Graft, HeartbeatOutput, Ihave, Input, IwantOutput, LeaveOutput, Output, PruneOutput,
    PublishMessageOutput, RoutedMessage, Score, Time, Validity,
    trace_ids::{MessageId, Peer, TraceIds},
};
use gossipsub_reference_model::{Model, Point};
use std::cmp::Ordering;

impl Ledger {
    /// The score of a peer that has a record, against `gossip_threshold`.
    fn gossip_score(&mut self, model: &Model<Environment>, peer: Peer) {
        if let Some(score) = model.score_of(peer) {
            let cells = [Cell::GossipScoreBelow, Cell::GossipScoreAt, Cell::GossipScoreAbove];
            self.side(score.value(), model.limits().gossip_threshold, cells);
        }
    }

    fn before_ihave(&mut self, model: &Model<Environment>, ihave: &Ihave<TraceIds>) {
        let Ihave { peer, topic, message_ids } = ihave;
        self.gossip_score(model, *peer);
        let limits = model.limits();
        let received = model.ihaves_of(*peer).saturating_add(1);
        let cells = [Cell::IhaveRecvBelow, Cell::IhaveRecvAt, Cell::IhaveRecvAbove];
        self.side(received, limits.max_recv_ihave_per_heartbeat, cells);
        let at = Cell::IhaveSentAt;
        self.side(model.requested_of(*peer), limits.max_sent_iwant_per_heartbeat, [Cell::IhaveSentBelow, at, at]);
        if !model.mesh().contains_key(topic) {
            return;
        }
        self.hit_if(message_ids.is_empty(), Cell::IhaveEmpty);
        let is_seen = |id: &MessageId| model.first_seen_at(*id).is_some();
        self.hit_if(!message_ids.is_empty() && message_ids.iter().all(is_seen), Cell::IhaveAllSeen);
        let application = model.application();
        for id in message_ids {
            let validity = application.validity(id, None);
            self.hit_if(matches!(validity, Validity::Unknown | Validity::Outdated), Cell::IhaveUnknown);
            self.hit_if(!application.peer_filter(peer, Action::Ihave(id)), Cell::IhaveFiltered);
        }
    }

    fn before_graft(&mut self, model: &Model<Environment>, now: Time, graft: &Graft<TraceIds>) {
        let Graft { peer, topic } = graft;
        let connection = model.connections().get(peer);
        if !model.application().peer_filter(peer, Action::Graft) {
            return self.hit_if(connection.is_none(), Cell::GraftFilteredUnknown);
        }
        let Some(mesh) = model.mesh().get(topic) else {
            return self.hit_if(connection.is_none(), Cell::GraftUnsubscribedUnknown);
        };
        let Some(connection) = connection.filter(|connection| !connection.direct && !mesh.contains(peer)) else {
            return;
        };
        let limits = model.limits();
        if let Some(end) = model.backoff().get(topic).and_then(|entries| entries.get(peer)) {
            self.side(now, *end, [Cell::GraftBeforeEnd, Cell::GraftAtEnd, Cell::GraftAfterEnd]);
            if now < *end {
                let flood = now.plus_exact(limits.prune_backoff) < end.plus_exact(limits.graft_flood_threshold);
                return self.hit(if flood { Cell::GraftFlood } else { Cell::GraftNoFlood });
            }
        }
        let score = model.score_of(*peer).unwrap_or(Score::ZERO).value();
        self.hit_if(is(score, 0.0), Cell::GraftScoreZero);
        let size = mesh.len() as u64;
        self.side(size, limits.degree_high, [Cell::GraftMeshBelow, Cell::GraftMeshAt, Cell::GraftMeshAbove]);
        self.hit_if(connection.outbound && size >= limits.degree_high, Cell::GraftOutboundFull);
    }

    fn before_heartbeat(&mut self, model: &Model<Environment>, now: Time) {
        let limits = model.limits();
        for mesh in model.mesh().values() {
            let size = mesh.len() as u64;
            self.hit_if(size < limits.degree_low, Cell::HeartbeatMeshBelowLow);
            self.hit_if(size == limits.degree_low, Cell::HeartbeatMeshAtLow);
            self.hit_if(size == limits.degree_high, Cell::HeartbeatMeshAtHigh);
            self.hit_if(size > limits.degree_high, Cell::HeartbeatMeshAboveHigh);
        }
        let mut meshes = model.mesh().values();
        let shares = meshes.next().is_some_and(|first| meshes.any(|other| !first.is_disjoint(other)));
        self.hit_if(shares, Cell::HeartbeatTwoTopics);
        for fanout in model.fanout().values() {
            let end = fanout.last_published_time + limits.fanout_ttl;
            self.hit_if(end < now, Cell::HeartbeatFanoutExpires);
            self.hit_if(end == now, Cell::HeartbeatFanoutAtTtl);
        }
        let tick = model.heartbeat_ticks().saturating_add(1);
        let slack = limits.heartbeat_interval.doubled();
        let cleanup = tick.is_multiple_of(limits.backoff_cleanup_ticks);
        for end in model.backoff().values().flat_map(|entries| entries.values()) {
            let is_dropped = cleanup && end.plus_exact(slack) <= u128::from(now.as_millis());
            self.hit_if(is_dropped, Cell::HeartbeatBackoffDropped);
            self.hit_if(!is_dropped && *end <= now, Cell::HeartbeatEndedBackoff);
        }
        let refresh = tick.is_multiple_of(limits.score_cleanup_ticks);
        self.hit_if(refresh && model.record_expiries().any(|expiry| expiry <= now), Cell::HeartbeatRecordExpires);
    }
}

/// Equal as numbers are: both zeros are.
fn is(score: f64, threshold: f64) -> bool {
    score.partial_cmp(&threshold) == Some(Ordering::Equal)
}

impl Observer for Ledger {
    fn before(&mut self, model: &Model<Environment>, now: Time, input: &Input<TraceIds>) {
        match input {
            Input::Ihave(ihave) => self.before_ihave(model, ihave),
            Input::Iwant(iwant) => {
                self.gossip_score(model, iwant.peer);
                let max = model.limits().max_gossip_retransmission;
                for id in &iwant.message_ids {
                    let requests = model.requests_for(*id, iwant.peer).saturating_add(1);
                    let cells = [Cell::IwantBelow, Cell::IwantAt, Cell::IwantTooMany];
                    self.side(requests, max, cells);
                }
            }
            Input::Graft(graft) => self.before_graft(model, now, graft),
            Input::Prune(prune) => {
                let mut px = prune.px.clone();
                px.sort_unstable();
                self.hit_if(px.is_empty(), Cell::PruneEmptyList);
                self.hit_if(px.windows(2).any(|pair| pair.first() == pair.last()), Cell::PruneRepeated);
            }
            Input::ReceiveMessage(message) => {
                let sender = model.connections().get(&message.sender);
                self.hit_if(sender.is_none(), Cell::ReceiveFromStranger);
                self.hit_if(sender.is_some_and(|sender| sender.direct), Cell::ReceiveFromDirect);
                let seen = model.first_seen_at(message.message_id);
                let mesh = model.mesh().get(&message.topic);
                if let (Some(seen), Some(mesh)) = (seen, mesh) {
                    let parameters = model.limits().score_limits.topics.of(&message.topic).0;
                    let within = parameters.mesh_message_deliveries_window.holds(seen, now);
                    self.hit(if within { Cell::ReceiveInWindow } else { Cell::ReceiveAfterWindow });
                    self.hit_if(mesh.contains(&message.sender), Cell::ReceiveDuplicateInMesh);
                }
            }
            Input::PublishMessage(message) => {
                let fanout = model.fanout().get(&message.topic);
                self.hit_if(model.mesh().contains_key(&message.topic), Cell::PublishMesh);
                self.hit_if(fanout.is_some_and(|fanout| !fanout.peers.is_empty()), Cell::PublishFanout);
                self.hit_if(fanout.is_some_and(|fanout| fanout.peers.is_empty()), Cell::PublishEmptyFanout);
            }
            Input::Heartbeat => self.before_heartbeat(model, now),
            Input::RemovePeer(remove) => {
                let score = model.score_of(remove.peer);
                let connected = model.connections().contains_key(&remove.peer);
                self.hit_if(score.is_some() && !connected, Cell::RemoveRetained);
                self.hit_if(score.is_some_and(|score| score.value() > 0.0), Cell::RemoveForgotten);
            }
            Input::AddPeer(add) => {
                let connected = model.connections().contains_key(&add.peer);
                self.hit_if(model.score_of(add.peer).is_some() && !connected, Cell::AddRetained);
            }
            Input::Join(join) => {
                if let Some(fanout) = model.fanout().get(&join.topic) {
                    let keeps = |peer: &Peer| {
                        let backoff = model.backoff().get(&join.topic);
                        backoff.is_none_or(|entries| !entries.contains_key(peer))
                            && model.score_of(*peer).is_none_or(|score| score.value() >= 0.0)
                    };
                    self.hit_if(fanout.peers.iter().any(keeps), Cell::JoinFromFanout);
                    self.hit_if(!fanout.peers.iter().all(keeps), Cell::JoinDropsFanout);
                }
            }
            Input::Subscribe(_)
            | Input::Unsubscribe(_)
            | Input::Leave(_)
            | Input::SetApplicationScore(_)
            | Input::SelectPxPeers(_)
            | Input::SelectGossipMessages => {}
        }
    }

    fn chosen(&mut self, point: Point<'_>, taken: usize, of: usize) {
        let [none, some, all] = match point {
            Point::Requested => [Cell::ChoiceRequestedSome, Cell::ChoiceRequestedSome, Cell::ChoiceRequestedAll],
            Point::NewFanout(_) => [Cell::ChoiceNewFanoutNone, Cell::ChoiceNewFanoutSome, Cell::ChoiceNewFanoutAll],
            Point::Joined(_) => [Cell::ChoiceJoinedNone, Cell::ChoiceJoinedSome, Cell::ChoiceJoinedAll],
            Point::Px => [Cell::ChoicePxNone, Cell::ChoicePxSome, Cell::ChoicePxAll],
            Point::Fill(_) => [Cell::ChoiceFillNone, Cell::ChoiceFillSome, Cell::ChoiceFillAll],
            Point::Kept(_) => [Cell::ChoiceKeptNone, Cell::ChoiceKeptSome, Cell::ChoiceKeptSome],
            Point::Outbound(_) => [Cell::ChoiceOutboundNone, Cell::ChoiceOutboundSome, Cell::ChoiceOutboundAll],
            Point::Opportunistic(_) => {
                [Cell::ChoiceOpportunisticNone, Cell::ChoiceOpportunisticSome, Cell::ChoiceOpportunisticAll]
            }
            Point::Fanout(_) => [Cell::ChoiceFanoutNone, Cell::ChoiceFanoutSome, Cell::ChoiceFanoutAll],
            Point::PxPeers => [Cell::ChoicePxPeersNone, Cell::ChoicePxPeersSome, Cell::ChoicePxPeersAll],
            Point::GossipPeers(_) => {
                [Cell::ChoiceGossipPeersNone, Cell::ChoiceGossipPeersSome, Cell::ChoiceGossipPeersAll]
            }
            Point::GossipIds(..) => [Cell::ChoiceGossipIdsNone, Cell::ChoiceGossipIdsSome, Cell::ChoiceGossipIdsAll],
        };
        self.hit(if taken == 0 {
            none
        } else if taken < of {
            some
        } else {
            all
        });
    }

    fn after(&mut self, model: &Model<Environment>, _: Time, input: &Input<TraceIds>, output: &Output<TraceIds>) {
        if let Some(count) = self.outputs.get_mut(output.kind() as usize) {
            *count += 1;
        }
        match (input, output) {
            (_, Output::Iwant(IwantOutput::OnIwantMessagesToRoute { routed_message_ids })) => {
                for routed in routed_message_ids.values() {
                    match routed {
                        RoutedMessage::Message { .. } => self.hit(Cell::IwantMessage),
                        RoutedMessage::NotFound => self.hit(Cell::IwantNotFound),
                        RoutedMessage::Ignored => self.hit(Cell::IwantIgnored),
                        RoutedMessage::TooManyRequests => {}
                    }
                }
            }
            (_, Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish })) => {
                self.hit_if(to_publish.is_empty(), Cell::PublishNobody);
            }
            (_, Output::Leave(LeaveOutput::LeavingTopic { no_px_peers, .. })) => {
                self.hit_if(!no_px_peers.is_empty(), Cell::LeaveNoPx);
            }
            (Input::Prune(prune), Output::Prune(PruneOutput::NoPx | PruneOutput::Px { .. })) => {
                let score = model.score_of(prune.peer).unwrap_or(Score::ZERO).value();
                self.hit_if(is(score, model.limits().accept_px_threshold), Cell::PruneScoreAt);
            }
            (_, Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers })) => {
                self.hit_if(!no_px_peers.is_empty(), Cell::HeartbeatPrunesNegative);
                self.hit_if(to_graft.keys().any(|peer| to_prune.contains_key(peer)), Cell::HeartbeatGraftsAndPrunes);
                self.hit_if(model.fanout().values().any(|fanout| fanout.peers.is_empty()), Cell::HeartbeatEmptyFanout);
            }
            _ => {}
        }
    }
}
