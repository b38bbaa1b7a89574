//! The minimum count of each row, so that a change of the generator cannot lose coverage unnoticed.

use crate::engine::CoverageRows;
use gossipsub_automaton::Behaviour;

/// The minimum counts of a million steps over all profiles of a behaviour, in the form of the table that `check --report`
/// prints: a third of the counts of long campaigns.
const fn minimum_counts_of(behaviour: Behaviour) -> &'static str {
    match behaviour {
        Behaviour::Mavryk => include_str!("minimum_counts/mavryk.txt"),
        Behaviour::Octez22 => include_str!("minimum_counts/octez-22.txt"),
        Behaviour::Octez24 => include_str!("minimum_counts/octez-24.txt"),
        Behaviour::OctezNext => include_str!("minimum_counts/octez-next.txt"),
    }
}

/// Shorter campaigns are not judged.
const JUDGED_FROM: u64 = 1_000_000;

/// The rows that a campaign of this many steps reached less often than it must. Empty if it was too short.
pub(super) fn below_minimum(behaviour: Behaviour, rows: &CoverageRows, steps: u64) -> Vec<String> {
    if steps < JUDGED_FROM {
        return Vec::new();
    }
    let mut below = Vec::new();
    for (name, minimum) in minimum_counts(behaviour) {
        let reached = rows.count(name);
        let required = u128::from(minimum) * u128::from(steps) / u128::from(JUDGED_FROM);
        if u128::from(reached) < required {
            below.push(format!("{name}: reached {reached} times in {steps} steps, expected at least {required}"));
        }
    }
    below
}

fn minimum_counts(behaviour: Behaviour) -> impl Iterator<Item = (&'static str, u64)> {
    minimum_counts_of(behaviour).lines().filter_map(|line| {
        let (count, name) = line.trim_start().split_once("  ")?;
        Some((name, count.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{automaton::AutomatonFamily, engine};

    fn rows_of(behaviour: Behaviour) -> CoverageRows {
        CoverageRows::of::<AutomatonFamily>(&engine::Coverage::of_variant(behaviour))
    }

    #[test]
    fn every_row_of_a_behaviour_has_a_minimum_above_zero() {
        for behaviour in Behaviour::ALL {
            let CoverageRows(rows) = rows_of(*behaviour);
            let rows: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
            let minimums = minimum_counts(*behaviour).filter(|(_, count)| *count > 0);
            assert_eq!(minimums.map(|(name, _)| name).collect::<Vec<_>>(), rows, "{behaviour}");
        }
    }

    #[test]
    fn coverage_without_a_hit_is_below_every_minimum() {
        for behaviour in Behaviour::ALL {
            let rows = rows_of(*behaviour);
            assert_eq!(below_minimum(*behaviour, &rows, JUDGED_FROM).len(), rows.0.len());
            assert_eq!(below_minimum(*behaviour, &rows, JUDGED_FROM - 1), Vec::<String>::new());
        }
    }
}
