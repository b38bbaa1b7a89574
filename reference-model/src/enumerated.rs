//! Every allowed choice in turn, for a search that leaves none out.

use crate::{Choice, Grafts, OverfullMesh, Pick, Point};
use gossipsub_automaton::trace_ids::{MessageId, Peer, Topic};
use std::{collections::BTreeSet, convert::Infallible};

/// Makes every allowed choice in turn: one run of a step from the same state for each; never refuses.
///
/// The number of runs grows with the factorial of what there is to choose from: this is for small states.
#[derive(Clone, Debug, Default)]
pub struct Enumerated {
    /// The open decisions of this run: which option is taken, of how many.
    decisions: Vec<(usize, usize)>,
    /// How many of them are made.
    made: usize,
}

impl Enumerated {
    /// Goes on to the next run. False where the last one was made.
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

    /// One of so many options. Where there is but one, nothing is decided.
    fn decide(&mut self, of: usize) -> usize {
        if of <= 1 {
            return 0;
        }
        if self.made == self.decisions.len() {
            self.decisions.push((0, of));
        }
        let option = self.decisions.get(self.made).map_or(0, |(option, _)| *option);
        self.made += 1;
        option
    }

    /// The members at `count` positions, in their order.
    fn choose<T: Copy>(&mut self, from: impl ExactSizeIterator<Item = T>, count: usize) -> Vec<T> {
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

    fn choose_peers(&mut self, pick: &Pick) -> BTreeSet<Peer> {
        self.choose(pick.from.iter().copied(), pick.count).into_iter().collect()
    }
}

impl Choice for Enumerated {
    type Refusal = Infallible;

    fn peers(&mut self, _: Point<'_>, pick: &Pick) -> Result<BTreeSet<Peer>, Infallible> {
        Ok(self.choose_peers(pick))
    }

    fn ordered_peers(&mut self, _: Point<'_>, pick: &Pick) -> Result<Vec<Peer>, Infallible> {
        Ok(self.arrange(pick.from.iter().copied(), pick.count))
    }

    fn message_ids(&mut self, _: Point<'_>, from: &[MessageId], count: usize) -> Result<Vec<MessageId>, Infallible> {
        Ok(self.arrange(from.iter().copied(), count))
    }

    fn px(&mut self, from: &[Peer], count: usize) -> Result<BTreeSet<Peer>, Infallible> {
        Ok(self.choose(from.iter().copied(), count).into_iter().collect())
    }

    fn kept(&mut self, _: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Infallible> {
        let mut parts = Self::default();
        let mut allowed = Vec::new();
        loop {
            let part = parts.choose(mesh.peers.keys().copied(), mesh.keep).into_iter().collect();
            if mesh.may_keep(&part) {
                allowed.push(part);
            }
            if !parts.advance() {
                break;
            }
        }
        let option = self.decide(allowed.len());
        Ok(allowed.into_iter().nth(option).unwrap_or_default())
    }

    fn grafts(&mut self, grafts: &Grafts<'_>) -> Result<(BTreeSet<Peer>, BTreeSet<Peer>), Infallible> {
        let first = grafts.first.as_ref().map(|(_, pick)| self.choose_peers(pick)).unwrap_or_default();
        let opportunistic = self.choose_peers(&(grafts.opportunistic)(&first));
        Ok((first, opportunistic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What all runs choose.
    fn all<T>(mut choose: impl FnMut(&mut Enumerated) -> T) -> Vec<T> {
        let mut enumerated = Enumerated::default();
        let mut chosen = vec![choose(&mut enumerated)];
        while enumerated.advance() {
            chosen.push(choose(&mut enumerated));
        }
        chosen
    }

    #[test]
    fn every_part_is_chosen_once() {
        let chosen = all(|enumerated| enumerated.choose([1, 2, 3].into_iter(), 2));
        assert_eq!(chosen, [[1, 2], [1, 3], [2, 3]]);
        assert_eq!(all(|enumerated| enumerated.choose([1, 2].into_iter(), 2)), [[1, 2]]);
        assert_eq!(all(|enumerated| enumerated.choose([1, 2].into_iter(), 0).len()), [0]);
    }

    #[test]
    fn every_order_is_chosen_once() {
        let chosen = all(|enumerated| enumerated.arrange([1, 2, 3].into_iter(), 2));
        assert_eq!(chosen, [[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]);
    }

    #[test]
    fn several_choices_of_a_run_are_combined() {
        let two = |enumerated: &mut Enumerated| (enumerated.decide(2), enumerated.decide(3));
        assert_eq!(all(two), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
    }

    #[test]
    fn of_an_overfull_mesh_every_allowed_part_is_kept() {
        let peers = [(1, 2.0), (2, 1.0), (3, 1.0), (4, 0.0)];
        let peers = peers.into_iter().map(|(peer, score)| (Peer(peer), (score, false))).collect();
        let mesh = OverfullMesh { peers, keep: 2, best: 2, outbound: 0 };
        let kept = all(|enumerated| enumerated.kept(&Topic::new(), &mesh).unwrap_or_default());
        assert_eq!(kept, [BTreeSet::from([Peer(1), Peer(2)]), BTreeSet::from([Peer(1), Peer(3)])]);
    }
}
