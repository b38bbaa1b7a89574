//! Choices drawn at random, for a model that runs by itself.

use super::{Choice, OverfullMesh, Pick, Violation};
use gossipsub_automaton::trace_ids::{Peer, Topic};
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64Mcg;
use std::{cmp::Ordering, collections::BTreeSet};

/// Draws every choice at random. Never refuses.
#[derive(Clone, Debug)]
pub struct RandomChoices {
    rng: Pcg64Mcg,
}

impl RandomChoices {
    /// The same seed draws the same choices on every machine.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { rng: Pcg64Mcg::seed_from_u64(seed) }
    }

    /// `count` of the members, in random order.
    fn draw<T: Copy>(&mut self, members: impl IntoIterator<Item = T>, count: usize) -> Vec<T> {
        let mut members: Vec<T> = members.into_iter().collect();
        let (drawn, _) = members.partial_shuffle(&mut self.rng, count);
        drawn.to_vec()
    }
}

impl Choice for RandomChoices {
    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation> {
        Ok(self.draw(0..pick.from.len(), pick.count))
    }

    fn keep(&mut self, _: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation> {
        let mut peers =
            self.draw(mesh.peers.iter().map(|(peer, (score, outbound))| (*peer, *score, *outbound)), mesh.peers.len());
        // The sort is stable: peers with equal scores stay in their random order.
        peers.sort_by(|(_, a, _), (_, b, _)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
        let others = peers.split_off(mesh.best.min(peers.len()));
        let best = peers;
        let others = self.draw(others.iter().copied(), others.len());
        let outbound_best = best.iter().filter(|(_, _, outbound)| *outbound).count();
        // Outbound peers first, as many as are missing; then the rest in their random order.
        let mut missing = mesh.outbound.saturating_sub(outbound_best);
        let (first, then): (Vec<_>, Vec<_>) = others.into_iter().partition(|(_, _, outbound)| {
            let wanted = *outbound && missing > 0;
            missing -= usize::from(wanted);
            wanted
        });
        Ok(best.into_iter().chain(first).chain(then).map(|(peer, _, _)| peer).take(mesh.keep).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_is_kept_of_an_overfull_mesh_is_allowed() {
        let mut choices = RandomChoices::from_seed(1);
        for round in 0_u32..500 {
            let size = round % 9 + 4;
            let peers =
                (0..size).map(|peer| (Peer(u64::from(peer)), (f64::from(round % 3 * (peer % 4)), peer % 3 == 0)));
            let mesh = OverfullMesh { peers: peers.collect(), keep: 4, best: 2, outbound: 2 };
            let kept = choices.keep(&Topic::new(), &mesh).expect("a random choice is allowed");
            assert!(mesh.may_keep(&kept), "{mesh}: {kept:?}");
        }
    }
}
