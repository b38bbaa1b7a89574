//! The source of the generator's choices.

use arbitrary::Unstructured;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// A source of choices.
pub trait Draw {
    /// A number below `bound`; 0 if the bound is 0.
    fn below(&mut self, bound: u64) -> u64;

    /// True with probability 1 / `times`.
    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A number from `low` to `high`, both included.
    fn between(&mut self, low: u64, high: u64) -> u64 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// One of these, each as likely as any other.
    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T>
    where
        Self: Sized,
    {
        let index = self.below(from.len() as u64);
        from.get(usize::try_from(index).ok()?)
    }

    /// The index of one of these weights, with the probability of its weight; 0 if all weights are 0.
    fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

/// Random numbers: the same ones on every machine for the same seed and case.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The numbers of one case of a campaign.
    #[must_use]
    pub fn of_case(seed: u64, case: u64) -> Self {
        let mut key = [0; 32];
        for (target, source) in key.iter_mut().zip(seed.to_le_bytes().into_iter().chain(case.to_le_bytes())) {
            *target = source;
        }
        Self(ChaCha8Rng::from_seed(key))
    }
}

impl Draw for Random {
    fn below(&mut self, bound: u64) -> u64 {
        // The high half of a product: a bias below 2^-32 does not matter to a generator.
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }
}

/// The bytes of a fuzzer or of a property test. Each step draws from a record of its own, so deleting a record deletes a
/// step.
#[derive(Debug)]
pub struct Bytes<'a>(Unstructured<'a>);

impl<'a> Bytes<'a> {
    /// How many bytes the limits and the world draw from.
    pub const HEAD: usize = 8 * Self::RECORD;

    /// How many bytes a step draws from.
    pub const RECORD: usize = 16;

    /// Draws from these bytes; once they are used up, all draws are 0.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }
}

impl Draw for Bytes<'_> {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.int_in_range(0..=bound.saturating_sub(1)).unwrap_or(0)
    }
}
