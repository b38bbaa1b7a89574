//! Random choices: every possible result is equally likely.

use alloc::vec::Vec;
use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng, SeedableRng},
};

/// The source of all random choices of an automaton. The same seed gives the same choices on every machine.
#[derive(Clone)]
pub(crate) struct Choice(Pcg64Mcg);

/// The greatest number to choose by trial and error, because the search of a candidate among the chosen is linear.
const FEW: usize = 16;

impl Choice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// A number below `bound`, which is not 0: the upper half of a product. Probabilities differ by at most 2^-64.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "below a usize")]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// Brings `count` elements of the list, or all, to its front: a random choice in random order. Returns that part.
    pub(crate) fn shuffle_front<'a, T>(&mut self, list: &'a mut [T], count: usize) -> &'a mut [T] {
        let count = count.min(list.len());
        // The last element has one place left, which needs no random number.
        for index in 0..count.min(list.len().saturating_sub(1)) {
            list.swap(index, index + self.below(list.len() - index));
        }
        list.split_at_mut(count).0
    }

    /// Keeps `count` elements of the list, or all: a random choice in random order.
    pub(crate) fn keep_some<T>(&mut self, list: &mut Vec<T>, count: usize) {
        let count = self.shuffle_front(list, count).len();
        list.truncate(count);
    }

    /// Chooses `count` eligible elements of the list, or all of them, in random order. The list has no repetitions.
    ///
    /// It first tries single elements at random, which is fast if many are eligible. It looks at the whole list only if
    /// too few were found. Each eligible element is as likely as any other to be found by the first part and to be
    /// chosen by the second.
    pub(crate) fn some_of<T: Copy + PartialEq>(
        &mut self,
        list: &[T],
        count: usize,
        mut is_eligible: impl FnMut(T) -> bool,
    ) -> Vec<T> {
        let mut chosen = Vec::new();
        if count == 0 {
            return chosen;
        }
        if count <= FEW {
            for _ in 0..list.len() / 2 {
                let &candidate = list.get(self.below(list.len())).expect("the index is below the length");
                if !chosen.contains(&candidate) && is_eligible(candidate) {
                    chosen.push(candidate);
                    if chosen.len() == count {
                        return chosen;
                    }
                }
            }
        }
        let rest = list.iter().copied().filter(|candidate| !chosen.contains(candidate) && is_eligible(*candidate));
        let mut rest: Vec<T> = rest.collect();
        self.keep_some(&mut rest, count - chosen.len());
        chosen.append(&mut rest);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn every_choice_is_equally_likely() {
        let mut choice = Choice::new(1);
        let list: Vec<u8> = (0..10).collect();
        for count in [2, 3, 5, 7] {
            let mut times = vec![0_u32; 10];
            for _ in 0..20_000 {
                let chosen = choice.some_of(&list, count, |x| x % 2 == 1 || x == 4);
                assert_eq!(chosen.len(), count.min(6));
                for x in chosen {
                    *times.get_mut(usize::from(x)).expect("a member") += 1;
                }
            }
            let expected = f64::from(u32::try_from(20_000 * count.min(6)).expect("small")) / 6.0;
            for (x, times) in times.into_iter().enumerate() {
                let expected = if x % 2 == 1 || x == 4 { expected } else { 0.0 };
                assert!((f64::from(times) - expected).abs() <= 600.0, "{x} was chosen {times} times of {expected}");
            }
        }
    }

    #[test]
    fn numbers_below_a_bound_reach_all_of_them() {
        let mut choice = Choice::new(2);
        let mut seen = [false; 7];
        for _ in 0..200 {
            *seen.get_mut(choice.below(7)).expect("below the bound") = true;
        }
        assert_eq!(seen, [true; 7]);
        assert_eq!(choice.below(1), 0);
    }
}
