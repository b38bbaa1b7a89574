//! Choices drawn at random, for a model that runs by itself.

use crate::{Choice, Grafts, OverfullMesh, Pick, Point};
use gossipsub_automaton::trace_ids::{MessageId, Peer, Topic};
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64Mcg;
use std::{collections::BTreeSet, convert::Infallible};

/// Draws every choice; never refuses.
#[derive(Clone, Debug)]
pub struct Drawn {
    rng: Pcg64Mcg,
}

impl Drawn {
    /// The same seed draws the same choices on every machine.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { rng: Pcg64Mcg::seed_from_u64(seed) }
    }

    /// The members at `count` positions, in random order.
    fn draw<T: Clone>(&mut self, from: impl IntoIterator<Item = T>, count: usize) -> Vec<T> {
        let mut members: Vec<T> = from.into_iter().collect();
        let (drawn, _) = members.partial_shuffle(&mut self.rng, count);
        drawn.to_vec()
    }

    fn draw_peers(&mut self, pick: &Pick) -> Vec<Peer> {
        self.draw(pick.from.iter().copied(), pick.count)
    }
}

impl Choice for Drawn {
    type Refusal = Infallible;

    fn peers(&mut self, _: Point<'_>, pick: &Pick) -> Result<BTreeSet<Peer>, Infallible> {
        Ok(self.draw_peers(pick).into_iter().collect())
    }

    fn ordered_peers(&mut self, _: Point<'_>, pick: &Pick) -> Result<Vec<Peer>, Infallible> {
        Ok(self.draw_peers(pick))
    }

    fn message_ids(&mut self, _: Point<'_>, from: &[MessageId], count: usize) -> Result<Vec<MessageId>, Infallible> {
        Ok(self.draw(from.iter().copied(), count))
    }

    fn px(&mut self, from: &[Peer], count: usize) -> Result<BTreeSet<Peer>, Infallible> {
        Ok(self.draw(from.iter().copied(), count).into_iter().collect())
    }

    fn kept(&mut self, _: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Infallible> {
        let mut peers =
            self.draw(mesh.peers.iter().map(|(peer, (score, outbound))| (*peer, *score, *outbound)), mesh.peers.len());
        // Stable: ties stay in their random order.
        peers.sort_by(|(_, a, _), (_, b, _)| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
        let others = peers.split_off(mesh.best.min(peers.len()));
        let best = peers;
        let others = self.draw(others.iter().copied(), others.len());
        let outbound_best = best.iter().filter(|(_, _, outbound)| *outbound).count();
        // Outbound peers first, as many as are missing; then whoever comes.
        let mut missing = mesh.outbound.saturating_sub(outbound_best);
        let (first, then): (Vec<_>, Vec<_>) = others.into_iter().partition(|(_, _, outbound)| {
            let wanted = *outbound && missing > 0;
            missing -= usize::from(wanted);
            wanted
        });
        Ok(best.into_iter().chain(first).chain(then).map(|(peer, _, _)| peer).take(mesh.keep).collect())
    }

    fn grafts(&mut self, grafts: &Grafts<'_>) -> Result<(BTreeSet<Peer>, BTreeSet<Peer>), Infallible> {
        let first = grafts.first.as_ref().map(|(_, pick)| self.draw_peers(pick).into_iter().collect());
        let first = first.unwrap_or_default();
        let opportunistic = self.draw_peers(&(grafts.opportunistic)(&first)).into_iter().collect();
        Ok((first, opportunistic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_of_an_overfull_mesh_is_allowed() {
        let mut drawn = Drawn::from_seed(1);
        for round in 0_u32..500 {
            let size = round % 9 + 4;
            let peers =
                (0..size).map(|peer| (Peer(u64::from(peer)), (f64::from(round % 3 * (peer % 4)), peer % 3 == 0)));
            let mesh = OverfullMesh { peers: peers.collect(), keep: 4, best: 2, outbound: 2 };
            let Ok(kept) = drawn.kept(&Topic::new(), &mesh);
            assert!(mesh.may_keep(&kept), "{mesh}: {kept:?}");
        }
    }
}
