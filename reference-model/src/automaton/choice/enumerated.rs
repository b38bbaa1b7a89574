//! Every allowed choice in turn, for a search that leaves none out.

use super::{Choice, OverfullMesh, Pick, Violation};
use gossipsub_automaton::trace_ids::{Peer, Topic};
use std::collections::BTreeSet;

/// Makes every allowed choice in turn: one run of a step from the same state for each. Never refuses.
///
/// The number of runs grows with the factorial of the number of candidates, so the states must be small.
#[derive(Clone, Debug, Default)]
pub struct EnumeratedChoices {
    /// The decisions of this run that have more than one option: the option taken, and the number of options.
    decisions: Vec<(usize, usize)>,
    /// The number of decisions that this run has made.
    made: usize,
}

impl EnumeratedChoices {
    /// Goes on to the next run. False after the last one.
    #[must_use]
    pub fn advance(&mut self) -> bool {
        self.made = 0;
        while let Some((option, of)) = self.decisions.pop() {
            if option + 1 < of {
                self.decisions.push((option + 1, of));
                return true;
            }
        }
        false
    }

    /// The option that this run takes, of `of`. A single option is no decision.
    fn decide(&mut self, of: usize) -> usize {
        if of <= 1 {
            return 0;
        }
        if self.made == self.decisions.len() {
            self.decisions.push((0, of));
        }
        let (option, _) = self.decisions.get(self.made).expect("a decision is added before it is taken");
        self.made += 1;
        *option
    }

    /// The members at `count` positions, in their order.
    fn combine<T: Copy>(&mut self, from: impl ExactSizeIterator<Item = T>, count: usize) -> Vec<T> {
        let mut chosen = Vec::new();
        let mut left = from.len();
        for member in from {
            let missing = count - chosen.len();
            if missing > 0 && (missing >= left || self.decide(2) == 0) {
                chosen.push(member);
            }
            left -= 1;
        }
        chosen
    }

    /// The members at `count` positions, in any order.
    fn arrange<T: Copy>(&mut self, from: impl Iterator<Item = T>, count: usize) -> Vec<T> {
        let mut left: Vec<T> = from.collect();
        (0..count.min(left.len())).map(|_| left.remove(self.decide(left.len()))).collect()
    }
}

impl Choice for EnumeratedChoices {
    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation> {
        let positions = 0..pick.from.len();
        Ok(if pick.point.is_ordered() {
            self.arrange(positions, pick.count)
        } else {
            self.combine(positions, pick.count)
        })
    }

    fn keep(&mut self, _: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let mut parts = Self::default();
        let mut allowed = Vec::new();
        loop {
            let part = parts.combine(mesh.peers.keys().copied(), mesh.keep).into_iter().collect();
            if mesh.may_keep(&part) {
                allowed.push(part);
            }
            if !parts.advance() {
                break;
            }
        }
        let option = self.decide(allowed.len());
        Ok(allowed.into_iter().nth(option).expect("some part of an over-full mesh may be kept"))
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
    fn every_combination_is_chosen_once() {
        let chosen = all(|enumerated| enumerated.combine([1, 2, 3].into_iter(), 2));
        assert_eq!(chosen, [[1, 2], [1, 3], [2, 3]]);
        assert_eq!(all(|enumerated| enumerated.combine([1, 2].into_iter(), 2)), [[1, 2]]);
        assert_eq!(all(|enumerated| enumerated.combine([1, 2].into_iter(), 0).len()), [0]);
    }

    #[test]
    fn every_order_is_chosen_once() {
        let chosen = all(|enumerated| enumerated.arrange([1, 2, 3].into_iter(), 2));
        assert_eq!(chosen, [[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]);
    }

    #[test]
    fn several_choices_of_a_run_are_combined() {
        let two = |enumerated: &mut EnumeratedChoices| (enumerated.decide(2), enumerated.decide(3));
        assert_eq!(all(two), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
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
