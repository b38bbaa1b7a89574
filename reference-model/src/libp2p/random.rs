//! Choices drawn at random, for a model that runs by itself.

use super::{choice::Selection, mesh::OverfullMesh, vocabulary::Peer};
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeSet;

/// Draws every choice at random.
#[derive(Clone, Debug)]
pub struct Random {
    rng: Pcg64Mcg,
}

impl Random {
    /// The same seed draws the same choices on every machine.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { rng: Pcg64Mcg::seed_from_u64(seed) }
    }
}

impl Selection for Random {
    fn select<T: Copy>(&mut self, from: impl ExactSizeIterator<Item = T>, count: usize) -> Vec<T> {
        let mut members: Vec<T> = from.collect();
        let (drawn, _) = members.partial_shuffle(&mut self.rng, count);
        drawn.to_vec()
    }

    fn select_kept(&mut self, mesh: &OverfullMesh<'_>) -> BTreeSet<Peer> {
        let mut order = self.select(mesh.members.iter(), mesh.members.len());
        // The sort is stable: members with equal scores stay in random order.
        order.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score));
        let others = order.split_off(mesh.best.min(order.len()));
        let best = order;
        let mut others = self.select(others.iter().copied(), others.len());
        let outbound_best = best.iter().filter(|(_, standing)| standing.outbound).count();
        let missing = mesh.outbound.saturating_sub(outbound_best);
        // As many outbound members as are missing come first.
        let mut outbound_seen = 0;
        others.sort_by_cached_key(|(_, standing)| {
            outbound_seen += usize::from(standing.outbound);
            !(standing.outbound && outbound_seen <= missing)
        });
        best.into_iter().chain(others).take(mesh.degree).map(|(peer, _)| *peer).collect()
    }
}
