//! What a campaign reached: outputs, the conditions inside them, limits from both sides, choices with none, some and all taken.

mod cells;
mod conditions;
pub mod floors;

pub use cells::Cell;

use super::{AutomatonFamily, Environment};
use crate::engine::Coverage;
use gossipsub_automaton::{Input, Output, OutputKind, Time, plain::Plain};
use gossipsub_reference_model::Model;
use std::cmp::Ordering;

/// How often each output and each cell was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    outputs: [u64; OutputKind::ALL.len()],
    cells: [u64; Cell::ALL.len()],
    /// Whether the last step left a choice.
    left_a_choice: bool,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { outputs: [0; OutputKind::ALL.len()], cells: [0; Cell::ALL.len()], left_a_choice: false }
    }
}

impl Ledger {
    /// How often an output was allowed.
    #[must_use]
    pub fn count_of(&self, kind: OutputKind) -> u64 {
        self.outputs.get(kind as usize).copied().unwrap_or(0)
    }

    /// How often a cell was reached.
    #[must_use]
    pub fn cell(&self, cell: Cell) -> u64 {
        self.cells.get(cell as usize).copied().unwrap_or(0)
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

impl Coverage<AutomatonFamily> for Ledger {
    fn add(&mut self, other: &Self) {
        let theirs = other.outputs.iter().chain(&other.cells);
        for (ours, theirs) in self.outputs.iter_mut().chain(&mut self.cells).zip(theirs) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    fn output(&self, kind: usize) -> u64 {
        self.outputs.get(kind).copied().unwrap_or(0)
    }

    fn rows(&self) -> Vec<(&'static str, u64)> {
        let outputs = OutputKind::ALL.iter().map(|kind| (kind.name(), self.count_of(*kind)));
        outputs.chain(Cell::ALL.iter().map(|cell| (cell.text(), self.cell(*cell)))).collect()
    }

    fn below_minimum(&self, steps: u64) -> Vec<String> {
        floors::below_floor(self, steps)
    }

    fn before(&mut self, model: &Model<Environment>, now: Time, input: &Input<Plain>) {
        self.left_a_choice = false;
        super::checker::Observer::before(self, model, now, input);
    }

    fn after(&mut self, model: &Model<Environment>, now: Time, input: &Input<Plain>, output: &Output<Plain>) {
        super::checker::Observer::after(self, model, now, input, output);
    }

    fn left_a_choice(&self) -> bool {
        self.left_a_choice
    }
}
