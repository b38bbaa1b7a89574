//! The periodic maintenance.

use super::{NodeAction, Origin, PeerMessage, Worker, WorkerIdentifiers, reconnection::RECONNECT_TICKS};
use crate::{Application, HeartbeatOutput, Ihave, PeerQuery, SelectGossipMessagesOutput, Time};
use alloc::vec::Vec;

impl<I: WorkerIdentifiers, A: Application<I>> Worker<I, A> {
    /// Sends pings, grafts, prunes and announcements, in this order, and then connects to peers that are gone.
    pub(super) fn handle_heartbeat(&mut self, now: Time, actions: &mut Vec<NodeAction<I>>) {
        let HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers } = self.automaton.heartbeat(now);
        let tick = self.automaton.heartbeat_ticks();
        if self.ping_interval.is_some_and(|interval| tick.is_multiple_of(interval.get())) {
            for peer in self.automaton.connected_peers(&PeerQuery::default()) {
                self.send(peer, PeerMessage::Ping, actions);
            }
        }
        for (peer, topics) in to_graft {
            for topic in topics {
                self.send(peer.clone(), PeerMessage::Graft { topic }, actions);
            }
        }
        let backoff = self.automaton.limits().prune_backoff.into();
        for (peer, topics) in to_prune {
            for topic in topics {
                let px = self.select_px(&peer, &topic, &no_px_peers);
                self.send(peer.clone(), PeerMessage::Prune { topic, px, backoff }, actions);
            }
        }
        let SelectGossipMessagesOutput::GossipMessages { ihaves } = self.automaton.select_gossip_messages();
        for Ihave { peer, topic, message_ids } in ihaves {
            if !message_ids.is_empty() {
                self.send(peer, PeerMessage::Ihave { topic, message_ids }, actions);
            }
        }
        if tick.is_multiple_of(RECONNECT_TICKS) {
            self.reconnect(tick, actions);
        }
        self.reconnection.forget_unreachable_points(tick);
    }

    /// Connects to the trusted peers that are not connected, in descending order, and to the reconnect points.
    fn reconnect(&self, tick: u64, actions: &mut Vec<NodeAction<I>>) {
        let Self { automaton, reconnection, .. } = self;
        let gone = |peer: &&I::Peer| !automaton.is_connected(peer) && reconnection.may_dial(peer, tick);
        for peer in reconnection.trusted.iter().rev().filter(gone) {
            actions.push(NodeAction::Connect { peer: peer.clone(), origin: Origin::Trusted });
        }
        for point in reconnection.points.iter().filter(|point| reconnection.may_dial_point(point, tick)) {
            actions.push(NodeAction::ConnectPoint { point: point.clone() });
        }
    }
}
