//! Determinism: replayed from the start, and on a copy from the middle on, a sequence has bit-identical answers.

use super::{
    Answer, Event, Exchange, Family, Finding, Implementation, Step, Views, Violation,
    difference::{differences, json},
};

/// One case in this many is checked.
const ONE_IN: u64 = 100;

const REPLAYED: &str = "determinism: a replay has the same answers";
const COPIED: &str = "determinism: a copy has the same answers as the original";

/// The rules of findings.
pub(super) const RULES: [&str; 2] = [REPLAYED, COPIED];

/// Whether the case of this number is checked: every hundredth, so that a campaign checks the same ones every time.
pub(crate) const fn is_checked(case: u64) -> bool {
    case.is_multiple_of(ONE_IN)
}

/// Replays an answered sequence from the start; from the middle on, also on a copy. The index of the first step with
/// another answer, and the finding.
///
/// Implementations that cannot be copied are not checked: the choices of a program may differ from run to run.
pub(crate) fn check<F: Family, M: Implementation<F>>(
    implementation: &mut M,
    header: &F::Header,
    steps: &[Step<F>],
    views: Views,
) -> Option<(usize, Finding)> {
    implementation.copy()?;
    if let Err(error) = implementation.start(header, views) {
        return Some((0, error.into()));
    }
    let mut copy = None;
    for (index, step) in steps.iter().enumerate() {
        if index == steps.len() / 2 {
            copy = implementation.copy();
        }
        let replayed = replay_step(implementation, step, REPLAYED);
        let copied = copy.as_mut().map_or(Ok(()), |copy| replay_step(copy, step, COPIED));
        if let Err(finding) = replayed.and(copied) {
            return Some((index, finding));
        }
    }
    None
}

/// Sends one step again, and compares the answer with the one in the step.
fn replay_step<F: Family, M: Implementation<F>>(
    implementation: &mut M,
    step: &Step<F>,
    rule: &str,
) -> Result<(), Finding> {
    match &step.event {
        Event::Environment(change) => Ok(implementation.change(step.now, change)?),
        Event::Input(Exchange { input, output, view }) => {
            let again = implementation.answer(step.now, input)?;
            let Some(output) = output else { return Ok(()) };
            if again.output == *output && again.view == *view {
                return Ok(());
            }
            let first = Answer::<F> { output: output.clone(), view: view.clone() };
            let differences = differences(&json(&first), &json(&again));
            Err(Violation { rule: rule.into(), differences }.into())
        }
    }
}
