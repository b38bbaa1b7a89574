//! The choice of heartbeat 3c: which peers of an over-full mesh are kept.

use gossipsub_automaton::trace_ids::Peer;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// A mesh of more than `degree_high` peers, of which `keep` are kept.
#[derive(Clone, Debug)]
pub struct OverfullMesh {
    /// The peers, each with its score and whether it is outbound.
    pub peers: BTreeMap<Peer, (f64, bool)>,
    /// The number of peers that are kept: `degree_optimal`.
    pub keep: usize,
    /// The number of the best by score that are kept: `degree_score`.
    pub best: usize,
    /// The number of outbound peers that are kept, or all if there are fewer: `degree_out`.
    pub outbound: usize,
}

impl OverfullMesh {
    /// Whether these peers may be kept (heartbeat 3c).
    #[must_use]
    pub fn may_keep(&self, kept: &BTreeSet<Peer>) -> bool {
        kept.len() == self.keep
            && kept.iter().all(|peer| self.peers.contains_key(peer))
            && self.has_the_best(kept)
            && self.outbound_of(kept) >= self.outbound_of(self.peers.keys()).min(self.outbound)
    }

    /// Whether these are every peer whose score is above s, and in all at least `best` peers with a score of s or more.
    /// s is the `best`-th highest score.
    fn has_the_best(&self, kept: &BTreeSet<Peer>) -> bool {
        let mut scores: Vec<f64> = self.peers.values().map(|(score, _)| *score).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let Some(s) = self.best.checked_sub(1).and_then(|last| scores.get(last).copied()) else {
            return true;
        };
        let kept_from = |bound: &dyn Fn(f64) -> bool| {
            kept.iter().filter(|peer| self.peers.get(peer).is_some_and(|(score, _)| bound(*score))).count()
        };
        let above = self.peers.values().filter(|(score, _)| *score > s).count();
        kept_from(&|score| score > s) == above && kept_from(&|score| score >= s) >= self.best
    }

    /// The number of outbound peers among these.
    pub(in crate::automaton) fn outbound_of<'a>(&self, peers: impl IntoIterator<Item = &'a Peer>) -> usize {
        peers.into_iter().filter(|peer| self.peers.get(peer).is_some_and(|(_, outbound)| *outbound)).count()
    }
}

impl fmt::Display for OverfullMesh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {{", self.keep)?;
        for (index, (peer, (score, outbound))) in self.peers.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{peer} (score {score:?}{})", if *outbound { ", outbound" } else { "" })?;
        }
        let outbound = self.outbound_of(self.peers.keys()).min(self.outbound);
        write!(f, "}} with the best {} by score and at least {outbound} outbound", self.best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mesh(peers: &[(u64, f64, bool)], keep: usize, best: usize, outbound: usize) -> OverfullMesh {
        let peers = peers.iter().map(|(peer, score, outbound)| (Peer(*peer), (*score, *outbound))).collect();
        OverfullMesh { peers, keep, best, outbound }
    }

    fn set(peers: &[u64]) -> BTreeSet<Peer> {
        peers.iter().copied().map(Peer).collect()
    }

    #[test]
    fn the_best_are_kept_and_ties_are_free() {
        let mesh = mesh(&[(1, 3.0, false), (2, 2.0, false), (3, 2.0, false), (4, 1.0, false)], 2, 2, 0);
        assert!(mesh.may_keep(&set(&[1, 2])) && mesh.may_keep(&set(&[1, 3])));
        assert!(!mesh.may_keep(&set(&[1, 4])), "one of the tied is needed");
        assert!(!mesh.may_keep(&set(&[2, 3])), "the one above the tie is needed");
        assert!(!mesh.may_keep(&set(&[1, 2, 3])), "too many");
        assert!(!mesh.may_keep(&set(&[1, 9])), "not of the mesh");
    }

    #[test]
    fn both_zeros_tie() {
        let mesh = mesh(&[(1, 0.0, false), (2, -0.0, false), (3, -1.0, false)], 1, 1, 0);
        assert!(mesh.may_keep(&set(&[1])) && mesh.may_keep(&set(&[2])) && !mesh.may_keep(&set(&[3])));
    }

    #[test]
    fn outbound_peers_are_kept_as_far_as_there_are_any() {
        let mesh = mesh(&[(1, 3.0, false), (2, 2.0, false), (3, 1.0, true), (4, 1.0, false)], 3, 1, 2);
        assert!(mesh.may_keep(&set(&[1, 3, 4])));
        assert!(!mesh.may_keep(&set(&[1, 2, 4])));
    }

    #[test]
    fn without_a_best_any_peer_may_be_kept() {
        assert!(mesh(&[(1, 3.0, false), (2, 2.0, false)], 1, 0, 0).may_keep(&set(&[2])));
    }
}
