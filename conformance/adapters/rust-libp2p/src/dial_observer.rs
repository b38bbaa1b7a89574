//! The gossipsub behaviour, and a record of the peers that it wants to dial.
//!
//! The swarm reports no event for a dial without addresses, and those are all that gossipsub asks for.

use std::task::{Context, Poll};

use libp2p_core::transport::PortUse;
use libp2p_core::{Endpoint, Multiaddr, PeerId};
use libp2p_gossipsub::{Behaviour, Event};
use libp2p_swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};

pub(crate) struct DialObserver {
    pub(crate) gossipsub: Behaviour,
    dials: Vec<PeerId>,
}

impl DialObserver {
    pub(crate) fn new(gossipsub: Behaviour) -> Self {
        Self { gossipsub, dials: Vec::new() }
    }

    /// The dials since the last call.
    pub(crate) fn take_dials(&mut self) -> Vec<PeerId> {
        std::mem::take(&mut self.dials)
    }
}

impl NetworkBehaviour for DialObserver {
    type ConnectionHandler = <Behaviour as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = Event;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.gossipsub.handle_pending_inbound_connection(connection, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gossipsub.handle_established_inbound_connection(connection, peer, local, remote)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        endpoint: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.gossipsub.handle_pending_outbound_connection(connection, peer, addresses, endpoint)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        endpoint: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gossipsub.handle_established_outbound_connection(connection, peer, address, endpoint, port_use)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        self.gossipsub.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        self.gossipsub.on_connection_handler_event(peer, connection, event);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Event, THandlerInEvent<Self>>> {
        let poll = self.gossipsub.poll(context);
        if let Poll::Ready(ToSwarm::Dial { opts }) = &poll {
            self.dials.extend(opts.get_peer_id());
        }
        poll
    }
}
