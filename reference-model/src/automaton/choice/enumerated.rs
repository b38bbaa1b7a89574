//! Every allowed choice in turn, for a search that leaves none out.

use super::{Choice, OverfullMesh, Pick, Violation};
use crate::enumeration::Enumeration;
use gossipsub_automaton::trace_ids::{Peer, Topic};
use std::collections::BTreeSet;

/// Makes every allowed choice in turn: one run of a step from the same state for each. Never refuses.
///
/// The number of runs grows with the factorial of the number of candidates, so the states must be small.
#[derive(Clone, Debug, Default)]
pub struct EnumeratedChoices(Enumeration);

impl EnumeratedChoices {
    /// Goes on to the next run. False after the last one.
    #[must_use]
    pub fn advance(&mut self) -> bool {
        self.0.advance()
    }
}

impl Choice for EnumeratedChoices {
    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation> {
        let positions = 0..pick.from.len();
        Ok(if pick.point.is_ordered() {
            self.0.arrange(positions, pick.count)
        } else {
            self.0.combine(positions, pick.count)
        })
    }

    fn keep(&mut self, _: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let kept = self.0.combine_allowed(&mesh.peers.keys().copied(), mesh.keep, |part| mesh.may_keep(part));
        Ok(kept.expect("some part of an over-full mesh may be kept"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The choices of all runs.
    fn all<T>(mut choose: impl FnMut(&mut EnumeratedChoices) -> T) -> Vec<T> {
        let mut enumerated = EnumeratedChoices::default();
        let mut chosen = vec![choose(&mut enumerated)];
        while enumerated.advance() {
            chosen.push(choose(&mut enumerated));
        }
        chosen
    }

    #[test]
    fn every_allowed_part_of_an_overfull_mesh_is_kept() {
        let peers = [(1, 2.0), (2, 1.0), (3, 1.0), (4, 0.0)];
        let peers = peers.into_iter().map(|(peer, score)| (Peer(peer), (score, false))).collect();
        let mesh = OverfullMesh { peers, keep: 2, best: 2, outbound: 0 };
        let kept = all(|enumerated| enumerated.keep(&Topic::new(), &mesh).expect("an enumerated choice is allowed"));
        assert_eq!(kept, [BTreeSet::from([Peer(1), Peer(2)]), BTreeSet::from([Peer(1), Peer(3)])]);
    }
}
