//! Meshes: grafts and prunes of peers, and topics that the application joins and leaves.

use super::{Convention, NodeAction, Origin, PeerMessage, Worker, WorkerIdentifiers};
use crate::{Application, Graft, GraftOutput, Join, JoinOutput, Leave, LeaveOutput, PeerSet, Prune, PruneOutput, Time};
use alloc::vec::Vec;

impl<I: WorkerIdentifiers, A: Application<I>> Worker<I, A> {
    /// A peer put us into its mesh. A refusal that backs the peer off is answered by a prune, which offers other peers
    /// only if the mesh is full.
    pub(super) fn handle_graft(&mut self, now: Time, input: Graft<I>, actions: &mut Vec<NodeAction<I>>) {
        let Graft { peer, topic } = input.clone();
        let output = self.automaton.graft(now, input);
        self.statistics.count_graft(&output);
        let px = match output {
            GraftOutput::GraftingSuccessfully
            | GraftOutput::PeerAlreadyInMesh
            | GraftOutput::UnexpectedGraftingPeer => return,
            GraftOutput::UnsubscribedTopic if self.convention == Convention::Libp2p => return,
            GraftOutput::UnsubscribedTopic
            | GraftOutput::PeerFiltered
            | GraftOutput::GraftingDirectPeer
            | GraftOutput::GraftingPeerWithNegativeScore
            | GraftOutput::PeerBackedOff => Vec::new(),
            GraftOutput::MeshFull => self.select_px(&peer, &topic, &PeerSet::<I>::new()),
        };
        let backoff = self.automaton.limits().prune_backoff.into();
        self.send(peer, PeerMessage::Prune { topic, px, backoff }, actions);
    }

    /// A peer removed us from its mesh. We connect to the peers that are chosen among those that it offers, and forget
    /// the others.
    pub(super) fn handle_prune(&mut self, now: Time, input: Prune<I>, actions: &mut Vec<NodeAction<I>>) {
        let (from, px) = (input.peer.clone(), input.px.clone());
        let output = self.automaton.prune(now, input);
        self.statistics.count_prune(&output);
        let forget = |peer| NodeAction::Forget { peer, origin: from.clone() };
        let PruneOutput::Px { peers } = output else {
            // Each offer, in its order and with repetitions.
            return actions.extend(px.into_iter().map(forget));
        };
        let tick = self.automaton.heartbeat_ticks();
        let is_dialled = |peer: &I::Peer| {
            !self.switches.filters_offered_peers
                || (!self.automaton.is_connected(peer)
                    && *peer != self.identity
                    && self.reconnection.may_dial(peer, tick))
        };
        let dialled: PeerSet<I> = peers.into_iter().filter(is_dialled).collect();
        for peer in &dialled {
            actions.push(NodeAction::Connect { peer: peer.clone(), origin: Origin::Px { from: from.clone() } });
        }
        let offered = PeerSet::<I>::from(px);
        actions.extend(offered.into_iter().filter(|peer| !dialled.contains(peer)).map(forget));
    }

    /// Announces the subscription to all peers before the grafts: a peer refuses the graft of a peer that does not
    /// subscribe.
    pub(super) fn handle_join(&mut self, now: Time, input: Join<I>, actions: &mut Vec<NodeAction<I>>) {
        let topic = input.topic.clone();
        let JoinOutput::JoiningTopic { to_graft } = self.automaton.join(now, input) else { return };
        self.statistics.topics = self.statistics.topics.saturating_add(1);
        self.send_to_all(&PeerMessage::Subscribe { topic: topic.clone() }, actions);
        for peer in to_graft {
            self.send(peer, PeerMessage::Graft { topic: topic.clone() }, actions);
        }
    }

    /// Prunes the mesh and announces the end of the subscription, in the order of the convention.
    pub(super) fn handle_leave(&mut self, now: Time, input: Leave<I>, actions: &mut Vec<NodeAction<I>>) {
        let topic = input.topic.clone();
        let LeaveOutput::LeavingTopic { to_prune, no_px_peers } = self.automaton.leave(now, input) else { return };
        self.statistics.topics = self.statistics.topics.saturating_sub(1);
        let unsubscribe = PeerMessage::Unsubscribe { topic: topic.clone() };
        if self.convention == Convention::Libp2p {
            self.send_to_all(&unsubscribe, actions);
        }
        let backoff = self.automaton.limits().unsubscribe_backoff.into();
        for peer in to_prune {
            let px = self.select_px(&peer, &topic, &no_px_peers);
            self.send(peer, PeerMessage::Prune { topic: topic.clone(), px, backoff }, actions);
        }
        if self.convention == Convention::Dal {
            self.send_to_all(&unsubscribe, actions);
        }
    }
}
