//! The recorded senders of an id that counts as seen.

use super::slots::{PeerSlot, Renumbering};
use alloc::boxed::Box;

/// A set of peers, which nearly always has one member or none.
#[derive(Clone, Default)]
pub(crate) enum Senders {
    #[default]
    Empty,
    One(PeerSlot),
    /// In no particular order.
    Several(Box<[PeerSlot]>),
}

impl Senders {
    /// Adds a peer. Returns whether it was not in the set.
    pub(crate) fn insert(&mut self, peer: PeerSlot) -> bool {
        if self.contains(peer) {
            return false;
        }
        match self {
            Self::Empty => *self = Self::One(peer),
            Self::One(first) => *self = Self::Several(Box::new([*first, peer])),
            Self::Several(peers) => *peers = peers.iter().copied().chain([peer]).collect(),
        }
        true
    }

    pub(crate) fn contains(&self, peer: PeerSlot) -> bool {
        self.as_slice().contains(&peer)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = PeerSlot> {
        self.as_slice().iter().copied()
    }

    pub(crate) fn renumber(&mut self, renumbering: &Renumbering<PeerSlot>) {
        match self {
            Self::Empty => {}
            Self::One(peer) => renumbering.apply(peer),
            Self::Several(peers) => renumbering.apply_to_all(peers.iter_mut()),
        }
    }

    const fn as_slice(&self) -> &[PeerSlot] {
        match self {
            Self::Empty => &[],
            Self::One(peer) => core::slice::from_ref(peer),
            Self::Several(peers) => peers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automaton::slots::Slot;
    use std::vec::Vec;

    #[test]
    fn a_set_has_each_peer_once() {
        let mut senders = Senders::default();
        let peers: Vec<PeerSlot> = (0..3).map(PeerSlot::new).collect();
        for peer in &peers {
            assert!(senders.insert(*peer) && !senders.insert(*peer) && senders.contains(*peer));
        }
        assert_eq!(senders.iter().collect::<Vec<_>>(), peers);
    }
}
