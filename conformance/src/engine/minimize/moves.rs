//! Steps that come later: what a step undoes need not have happened, and the finding shows earlier.

use super::search::Search;
use crate::engine::{Family, Sequence, Step, minimize::Subject};

/// Of longer sequences, only the first steps are moved.
const MOST: usize = 40;

/// Moves each step behind each later one, up to the finding.
pub(super) fn delay_steps<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) {
    let mut to = search.best().sequence.steps.len().saturating_sub(1).min(MOST);
    while to > 1 {
        to -= 1;
        for from in (0..to).rev() {
            search.improve(|best| {
                let Sequence { header, steps } = &best.sequence;
                (to + 1 < steps.len()).then(|| Sequence { header: header.clone(), steps: delayed(steps, from, to) })
            });
        }
    }
}

/// The steps with that at `from` moved behind that at `to`, at the time of the latter.
fn delayed<F: Family>(steps: &[Step<F>], from: usize, to: usize) -> Vec<Step<F>> {
    let mut steps = steps.to_vec();
    if let Some(now) = steps.get(to).map(|step| step.now)
        && let Some(moved) = steps.get_mut(from..=to)
    {
        moved.rotate_left(1);
        if let Some(last) = moved.last_mut() {
            last.now = now;
        }
    }
    steps
}
