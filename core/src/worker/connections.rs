//! Connections that open and close.

use super::{NodeAction, PeerMessage, Worker, WorkerIdentifiers};
use crate::{AddPeer, AddPeerOutput, Application, RemovePeer, Time};
use alloc::vec::Vec;

impl<I: WorkerIdentifiers, A: Application<I>> Worker<I, A> {
    /// Announces our topics to a new peer, in descending order. Nothing changes if the peer is connected already.
    pub(super) fn handle_connection(
        &mut self,
        now: Time,
        input: AddPeer<I>,
        trusted: bool,
        actions: &mut Vec<NodeAction<I>>,
    ) {
        let (peer, bootstrap) = (input.peer.clone(), input.bootstrap);
        match self.automaton.add_peer(now, input) {
            AddPeerOutput::PeerAlreadyKnown => return,
            AddPeerOutput::PeerAdded => {}
        }
        self.statistics.connections = self.statistics.connections.saturating_add(1);
        if bootstrap {
            self.statistics.bootstrap_connections = self.statistics.bootstrap_connections.saturating_add(1);
            self.bootstrap_peers.replace(peer.clone());
        }
        if trusted {
            self.reconnection.trusted.replace(peer.clone());
        }
        for topic in self.automaton.our_topics().into_iter().rev() {
            self.send(peer.clone(), PeerMessage::Subscribe { topic }, actions);
        }
    }

    pub(super) fn handle_disconnection(&mut self, now: Time, peer: I::Peer) {
        // Also for a peer that was not connected, as in the original.
        self.statistics.connections = self.statistics.connections.saturating_sub(1);
        if self.bootstrap_peers.remove(&peer) {
            self.statistics.bootstrap_connections = self.statistics.bootstrap_connections.saturating_sub(1);
        }
        self.automaton.remove_peer(now, RemovePeer { peer });
    }
}
