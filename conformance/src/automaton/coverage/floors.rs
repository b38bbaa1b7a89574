//! How often each row of the ledger is reached at least, so that a change of the generator cannot silently lose ground.

use super::Ledger;
use crate::engine::Coverage;

/// Floors for a million steps over all profiles, in the form of the table that `check --report` prints: a third of what
/// long runs reach.
const FLOORS: &str = include_str!("floors.txt");

/// Runs of fewer steps are too short to be judged.
pub const JUDGED_FROM: u64 = 1_000_000;

/// The rows that a run of so many steps reached less often than it has to; none where it was too short.
#[must_use]
pub fn below_floor(ledger: &Ledger, steps: u64) -> Vec<String> {
    if steps < JUDGED_FROM {
        return Vec::new();
    }
    let mut below = Vec::new();
    for (name, floor) in floors() {
        let reached = ledger.rows().into_iter().find(|(row, _)| *row == name).map_or(0, |(_, count)| count);
        let required = u128::from(floor) * u128::from(steps) / u128::from(JUDGED_FROM);
        if u128::from(reached) < required {
            below.push(format!("{name}: reached {reached} times in {steps} steps, and {required} are required"));
        }
    }
    below
}

fn floors() -> impl Iterator<Item = (&'static str, u64)> {
    FLOORS.lines().filter_map(|line| {
        let (floor, name) = line.trim_start().split_once("  ")?;
        Some((name, floor.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_floor_above_zero() {
        let rows: Vec<&str> = Ledger::default().rows().into_iter().map(|(name, _)| name).collect();
        let floors: Vec<&str> = floors().filter(|(_, floor)| *floor > 0).map(|(name, _)| name).collect();
        assert_eq!(floors, rows);
    }

    #[test]
    fn a_ledger_without_a_hit_is_below_every_floor() {
        let ledger = Ledger::default();
        assert_eq!(below_floor(&ledger, JUDGED_FROM).len(), ledger.rows().len());
        assert_eq!(below_floor(&ledger, JUDGED_FROM - 1), Vec::<String>::new());
    }
}
