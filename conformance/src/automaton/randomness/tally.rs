//! Counts of what was chosen in one scenario, and the tests of them.

use super::{
    Scenario,
    chi_squared::{Statistic, of_equal_cells, of_inclusions, of_parts},
    outcomes::Outcomes,
    scenario::Tested,
    threshold,
};
use serde::Serialize;

/// One test of the choices at one point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// The rule that leaves the choice, and what is special about it.
    pub point: String,
    /// What was counted.
    pub counted: String,
    /// How many are chosen.
    pub chosen: u64,
    /// Of how many.
    pub of: u64,
    /// How many choices, or pairs of choices, were counted.
    pub samples: u64,
    /// Chi-squared.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// How likely a uniform automaton is to give as large a statistic, or a larger one.
    pub p: f64,
}

impl Test {
    /// Whether chance does not explain it.
    #[must_use]
    pub fn is_biased(&self) -> bool {
        self.p < threshold()
    }
}

/// The counts of one scenario.
pub(super) struct Tally<'a> {
    scenario: &'a Scenario,
    sets: Outcomes,
    lists: Outcomes,
    each: Vec<u64>,
    side_by_side: Vec<u64>,
    in_succession: Vec<u64>,
    /// The choices of the round before, if this round is paired with it.
    before: Option<Vec<usize>>,
    inclusions: Vec<u64>,
    /// How often each number of members of the lower half was chosen.
    of_lower_half: Vec<u64>,
    choices: u64,
}

impl<'a> Tally<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Self {
        let Scenario { chosen, of, .. } = *scenario;
        let (sets, lists) = match scenario.tested {
            Tested::Sets(_) => (Outcomes::sets(chosen, of), Outcomes::sets(chosen, of)),
            Tested::Lists(_) => (Outcomes::sets(chosen, of), Outcomes::lists(chosen, of)),
            Tested::Members => (Outcomes::sets(0, 0), Outcomes::sets(0, 0)),
        };
        let pairs = sets.len() * sets.len();
        Self {
            scenario,
            each: vec![0; lists.len()],
            side_by_side: vec![0; pairs],
            in_succession: vec![0; pairs],
            sets,
            lists,
            before: None,
            inclusions: (0..of).map(|_| 0).collect(),
            of_lower_half: (0..=chosen).map(|_| 0).collect(),
            choices: 0,
        }
    }

    /// A new sequence: its first round is not paired with one before.
    pub(super) fn start_over(&mut self) {
        self.before = None;
    }

    /// Counts the choices of a round.
    pub(super) fn count(&mut self, choices: Vec<Vec<u64>>) {
        if self.scenario.tested == Tested::Members {
            for choice in &choices {
                self.count_members(choice);
            }
        } else {
            self.count_cells(choices);
        }
    }

    fn count_cells(&mut self, choices: Vec<Vec<u64>>) {
        let mut sets = Vec::new();
        for mut choice in choices {
            hit(&mut self.each, self.lists.number(&choice));
            choice.sort_unstable();
            sets.extend(self.sets.number(&choice));
        }
        let cells = self.sets.len();
        if let [one, other] = *sets {
            hit(&mut self.side_by_side, Some(one * cells + other));
        }
        match self.before.take() {
            None => self.before = Some(sets),
            Some(before) => {
                for (one, other) in before.into_iter().zip(sets) {
                    hit(&mut self.in_succession, Some(one * cells + other));
                }
            }
        }
    }

    fn count_members(&mut self, choice: &[u64]) {
        self.choices += 1;
        for member in choice {
            hit(&mut self.inclusions, usize::try_from(*member).ok());
        }
        let lower = choice.iter().filter(|member| **member < self.scenario.of / 2).count();
        hit(&mut self.of_lower_half, Some(lower));
    }

    /// The tests of what was counted.
    pub(super) fn tests(&self) -> Vec<Test> {
        let Scenario { chosen, of, tested, .. } = *self.scenario;
        let cells = |counted: &str, counts: &[u64]| self.test(counted, counts.iter().sum(), of_equal_cells(counts));
        match tested {
            Tested::Sets(pairs) | Tested::Lists(pairs) => {
                let each = if matches!(tested, Tested::Sets(_)) { "each set" } else { "each list" };
                vec![
                    cells(each, &self.each),
                    cells(&format!("pairs: {pairs}"), &self.side_by_side),
                    cells("pairs: one after the other", &self.in_succession),
                ]
            }
            Tested::Members => vec![
                self.test("each member", self.choices, of_inclusions(&self.inclusions, chosen, self.choices)),
                self.test("members of the lower half", self.choices, of_parts(&self.of_lower_half, of, of / 2, chosen)),
            ],
        }
    }

    fn test(&self, counted: &str, samples: u64, statistic: Statistic) -> Test {
        Test {
            point: self.scenario.to_string(),
            counted: counted.to_owned(),
            chosen: self.scenario.chosen,
            of: self.scenario.of,
            samples,
            statistic: statistic.value,
            degrees_of_freedom: statistic.degrees_of_freedom,
            p: statistic.p(),
        }
    }
}

/// One more of a cell, if there is one.
fn hit(counts: &mut [u64], cell: Option<usize>) {
    if let Some(count) = cell.and_then(|cell| counts.get_mut(cell)) {
        *count += 1;
    }
}
