//! The minimum count of each row, so that a change of the generator cannot lose coverage unnoticed.

use super::Coverage;
use crate::engine;
use gossipsub_automaton::Behaviour;

/// The minimum counts of a million steps over all profiles, in the form of the table that `check --report` prints: a third
/// of the counts of long campaigns.
const MINIMUM_COUNTS: &str = include_str!("minimum_counts.txt");

/// Shorter campaigns are not judged.
const JUDGED_FROM: u64 = 1_000_000;

/// The rows that a campaign of this many steps reached less often than it must. Empty if it was too short.
pub(super) fn below_minimum(coverage: &Coverage, steps: u64) -> Vec<String> {
    if steps < JUDGED_FROM {
        return Vec::new();
    }
    let rows = engine::Coverage::rows(coverage);
    if coverage.behaviour != Behaviour::default() {
        // The minimum counts are those of the default behaviour. Of the others, each row must be reached.
        let missing = rows.iter().filter(|(_, count)| *count == 0);
        return missing.map(|(name, _)| format!("{name}: not reached in {steps} steps")).collect();
    }
    let mut below = Vec::new();
    for (name, minimum) in minimum_counts() {
        let reached = rows.iter().find(|(row, _)| *row == name).map_or(0, |(_, count)| *count);
        let required = u128::from(minimum) * u128::from(steps) / u128::from(JUDGED_FROM);
        if u128::from(reached) < required {
            below.push(format!("{name}: reached {reached} times in {steps} steps, expected at least {required}"));
        }
    }
    below
}

fn minimum_counts() -> impl Iterator<Item = (&'static str, u64)> {
    MINIMUM_COUNTS.lines().filter_map(|line| {
        let (count, name) = line.trim_start().split_once("  ")?;
        Some((name, count.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_minimum_above_zero() {
        let coverage = Coverage::default();
        let rows: Vec<&str> = engine::Coverage::rows(&coverage).into_iter().map(|(name, _)| name).collect();
        let minimums: Vec<&str> = minimum_counts().filter(|(_, count)| *count > 0).map(|(name, _)| name).collect();
        assert_eq!(minimums, rows);
    }

    #[test]
    fn coverage_without_a_hit_is_below_every_minimum() {
        let coverage = Coverage::default();
        assert_eq!(below_minimum(&coverage, JUDGED_FROM).len(), engine::Coverage::rows(&coverage).len());
        assert_eq!(below_minimum(&coverage, JUDGED_FROM - 1), Vec::<String>::new());
    }
}
