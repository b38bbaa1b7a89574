//! Small sets of peers in their natural order: meshes, fanouts, and the direct peers of a topic.

use super::{
    capacity::trim,
    slots::{PeerSlot, Renumbering},
};
use crate::SortedSet;
use alloc::vec::Vec;

/// A peer by name and by slot.
#[derive(Clone)]
pub(crate) struct Member<P> {
    pub(crate) peer: P,
    pub(crate) slot: PeerSlot,
}

/// A set of peers, ascending.
#[derive(Clone)]
pub(crate) struct Members<P>(Vec<Member<P>>);

impl<P> Default for Members<P> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Ord + Clone> Members<P> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, peer: &P) -> bool {
        self.position(peer).is_ok()
    }

    fn position(&self, peer: &P) -> Result<usize, usize> {
        self.0.binary_search_by(|member| member.peer.cmp(peer))
    }

    pub(crate) fn insert(&mut self, peer: &P, slot: PeerSlot) {
        if let Err(position) = self.position(peer) {
            self.0.insert(position, Member { peer: peer.clone(), slot });
        }
    }

    /// Removes a peer. Returns whether it was a member.
    pub(crate) fn remove(&mut self, peer: &P) -> bool {
        let position = self.position(peer);
        if let Ok(position) = position {
            self.0.remove(position);
            trim(&mut self.0);
        }
        position.is_ok()
    }

    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(PeerSlot) -> bool) {
        self.0.retain(|member| is_kept(member.slot));
        trim(&mut self.0);
    }

    pub(crate) fn iter(&self) -> core::slice::Iter<'_, Member<P>> {
        self.0.iter()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &P> {
        self.0.iter().map(|member| &member.peer)
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = PeerSlot> {
        self.0.iter().map(|member| member.slot)
    }

    pub(crate) fn to_set(&self) -> SortedSet<P> {
        SortedSet::from_ascending(self.names().cloned().collect())
    }

    pub(crate) fn renumber(&mut self, renumbering: &Renumbering<PeerSlot>) {
        renumbering.apply_to_all(self.0.iter_mut().map(|member| &mut member.slot));
    }

    /// The union of these without `except` and of the others. The two sets have no member in common.
    pub(crate) fn union_except(&self, others: &Self, except: Option<&P>) -> SortedSet<P> {
        let except = except.and_then(|peer| self.position(peer).ok()).unwrap_or(self.len());
        let (before, after) = self.0.split_at(except);
        let after = after.split_first().map_or(after, |(_, after)| after);
        let members = before.iter().chain(after).map(|member| &member.peer);
        if others.is_empty() {
            return SortedSet::from_ascending(members.cloned().collect());
        }
        let mut union = Vec::with_capacity(self.len() + others.len());
        let mut others = others.names().peekable();
        for member in members {
            while let Some(other) = others.next_if(|other| *other < member) {
                union.push(other.clone());
            }
            union.push(member.clone());
        }
        union.extend(others.cloned());
        SortedSet::from_ascending(union)
    }
}
