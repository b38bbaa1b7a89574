//! Shares of a campaign.

use std::{
    fmt::{self, Display, Formatter},
    num::NonZeroU64,
    str::FromStr,
};

/// One of several disjoint shares of a campaign: together they are the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Which share, from 1.
    pub number: NonZeroU64,
    /// Of how many.
    pub of: NonZeroU64,
}

impl Shard {
    /// The whole campaign.
    pub const WHOLE: Self = Self { number: NonZeroU64::MIN, of: NonZeroU64::MIN };

    /// The share of an index, from 0.
    ///
    /// # Errors
    /// If the index is not below the number of shares.
    pub fn of_index(index: u64, of: u64) -> Result<Self, NoShard> {
        let number = index.checked_add(1).and_then(NonZeroU64::new).ok_or(NoShard)?;
        let of = NonZeroU64::new(of).ok_or(NoShard)?;
        if number <= of { Ok(Self { number, of }) } else { Err(NoShard) }
    }

    /// The index in the campaign of our case of this index.
    ///
    /// Each share has one of `of` consecutive cases. Which one moves on by one as soon as the same profiles would come
    /// again, so that every share has cases of every profile.
    pub(super) const fn case(self, index: u64, profiles: u64) -> u64 {
        let of = self.of.get();
        let turns = index / (profiles / greatest_common_divisor(profiles, of));
        let place = (self.number.get() - 1 + turns % of) % of;
        index.saturating_mul(of).saturating_add(place)
    }

    /// How many of this many cases of the campaign are ours.
    #[must_use]
    pub fn share_of(self, cases: u64, profiles: u64) -> u64 {
        let of = self.of.get();
        let whole = cases / of;
        whole + u64::from(self.case(whole, profiles) < cases)
    }
}

const fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A share that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shard is K/N with 1 <= K <= N, such as 2/4")]
pub struct NoShard;

impl FromStr for Shard {
    type Err = NoShard;

    /// `2/4` is the second of four.
    fn from_str(text: &str) -> Result<Self, NoShard> {
        let (number, of) = text.split_once('/').ok_or(NoShard)?;
        let (number, of): (NonZeroU64, u64) = (number.parse().map_err(|_| NoShard)?, of.parse().map_err(|_| NoShard)?);
        Self::of_index(number.get() - 1, of)
    }
}

impl Display for Shard {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn shares_are_disjoint_and_each_has_every_profile() {
        for (profiles, of) in [(8, 4), (8, 8), (8, 3), (1, 2), (6, 4), (8, 16), (5, 1)] {
            let mut all = BTreeSet::new();
            let cases = 4 * profiles * of;
            for number in 1..=of {
                let shard: Shard = format!("{number}/{of}").parse().expect("a shard");
                let ours: Vec<u64> =
                    (0..cases).map(|index| shard.case(index, profiles)).take_while(|case| *case < cases).collect();
                assert_eq!(ours.len() as u64, shard.share_of(cases, profiles));
                let first = ours.iter().take(usize::try_from(profiles).expect("a few"));
                let reached: BTreeSet<u64> = first.map(|case| case % profiles).collect();
                assert_eq!(reached.len() as u64, profiles, "{shard} of {profiles} profiles: {ours:?}");
                all.extend(ours);
            }
            assert_eq!(all, (0..cases).collect(), "{of} shares of {profiles} profiles");
        }
    }

    #[test]
    fn an_index_counts_from_zero() {
        assert_eq!(Shard::of_index(1, 4), "2/4".parse());
        assert_eq!(Shard::of_index(4, 4), Err(NoShard));
        assert_eq!(Shard::of_index(0, 0), Err(NoShard));
        assert_eq!(Shard::of_index(u64::MAX, u64::MAX), Err(NoShard));
    }
}
