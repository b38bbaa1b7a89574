//! What a campaign reached: outputs, the conditions inside them, limits from both sides, choices with none, some and all taken.

mod cells;
mod conditions;
pub mod floors;

pub use cells::Cell;

use gossipsub_automaton::OutputKind;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::cmp::Ordering;

/// How often each output and each cell was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    outputs: [u64; OutputKind::ALL.len()],
    cells: [u64; Cell::ALL.len()],
}

impl Default for Ledger {
    fn default() -> Self {
        Self { outputs: [0; OutputKind::ALL.len()], cells: [0; Cell::ALL.len()] }
    }
}

impl Ledger {
    /// How often an output was allowed.
    #[must_use]
    pub fn output(&self, kind: OutputKind) -> u64 {
        self.outputs.get(kind as usize).copied().unwrap_or(0)
    }

    /// How often a cell was reached.
    #[must_use]
    pub fn cell(&self, cell: Cell) -> u64 {
        self.cells.get(cell as usize).copied().unwrap_or(0)
    }

    /// Every row: its name, and how often it was reached.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let outputs = OutputKind::ALL.iter().map(|kind| (kind.name(), self.output(*kind)));
        outputs.chain(Cell::ALL.iter().map(|cell| (cell.text(), self.cell(*cell))))
    }

    /// How many outputs and cells were reached, and how many there are.
    #[must_use]
    pub fn reached(&self) -> (usize, usize) {
        (self.rows().filter(|(_, count)| *count > 0).count(), self.rows().count())
    }

    /// Adds what another reached.
    pub fn add(&mut self, other: &Self) {
        let theirs = other.outputs.iter().chain(&other.cells);
        for (ours, theirs) in self.outputs.iter_mut().chain(&mut self.cells).zip(theirs) {
            *ours += theirs;
        }
    }

    fn hit(&mut self, cell: Cell) {
        if let Some(count) = self.cells.get_mut(cell as usize) {
            *count += 1;
        }
    }

    fn hit_if(&mut self, condition: bool, cell: Cell) {
        if condition {
            self.hit(cell);
        }
    }

    /// Below, at or above a limit.
    fn side<T: PartialOrd + Copy>(&mut self, value: T, limit: T, [below, at, above]: [Cell; 3]) {
        match value.partial_cmp(&limit) {
            Some(Ordering::Less) => self.hit(below),
            Some(Ordering::Equal) => self.hit(at),
            Some(Ordering::Greater) | None => self.hit(above),
        }
    }
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, count) in self.rows() {
            map.serialize_entry(name, &count)?;
        }
        map.end()
    }
}
