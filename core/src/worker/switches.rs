//! The differences between the workers of the networks.

use crate::Behaviour;

/// Which messages the node sends in two cases in which the networks differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention {
    /// As the data-availability nodes of Octez and Mavryk.
    ///
    /// - After leaving a topic, prunes are sent before the Unsubscribes. So the remote peer still has us in its mesh when
    ///   the prune comes: it backs us off and takes our offer of other peers.
    /// - A graft in a topic that is not joined is answered by a prune, because the automaton backs the peer off.
    /// - A trusted peer counts as outbound, even if it opened the connection.
    #[default]
    Dal,
    /// As go-libp2p-pubsub.
    ///
    /// - After leaving a topic, the Unsubscribes are sent before the prunes.
    /// - A graft in a topic that is not joined is not answered.
    /// - A peer is outbound if we opened the connection.
    /// - No pings are sent: the RPC of libp2p has none.
    Libp2p,
}

/// The differences between the worker of a behaviour and that of [`Behaviour::Mavryk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each difference is on or off by itself")]
pub struct WorkerSwitches {
    /// Since Octez v21.0: messages of unknown validity are stored, and received again after a heartbeat.
    pub stores_unknown_messages: bool,
    /// Since Octez v21.1: an offered peer is not dialled if it is connected, is the node itself, or has an unreachable
    /// address.
    pub filters_offered_peers: bool,
    /// Since Octez v21.4: heartbeats send pings.
    pub pings: bool,
    /// Since the development branch of August 2026: the queue of events drops messages of peers when it is long.
    pub bounds_queue: bool,
}

const MAVRYK: WorkerSwitches =
    WorkerSwitches { stores_unknown_messages: false, filters_offered_peers: false, pings: false, bounds_queue: false };

const OCTEZ_22: WorkerSwitches =
    WorkerSwitches { stores_unknown_messages: true, filters_offered_peers: true, pings: true, ..MAVRYK };

const OCTEZ_NEXT: WorkerSwitches = WorkerSwitches { bounds_queue: true, ..OCTEZ_22 };

impl Behaviour {
    /// The differences of the worker from that of [`Behaviour::Mavryk`].
    #[must_use]
    pub const fn worker_switches(self) -> WorkerSwitches {
        match self {
            Self::Mavryk => MAVRYK,
            // Octez v23.3 added batches, which are a switch of the automaton: `Switches::has_batches`.
            Self::Octez22 | Self::Octez24 => OCTEZ_22,
            Self::OctezNext => OCTEZ_NEXT,
        }
    }
}
