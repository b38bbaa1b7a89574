//! Determinism: asked the same again, and as a copy from the middle on, an automaton answers the same to the bit.

use crate::{
    checker::{Violation, json},
    difference::differences,
    implementation::{Implementation, Reply},
    runner::Finding,
    trace::{Event, Exchange, Header, Step},
};

/// One case in so many is checked.
const ONE_IN: u64 = 100;

const AGAIN: &str = "determinism: the same sequence has the same answers again";
const COPIED: &str = "determinism: a copy answers as the original does";

/// Whether a finding is one of these.
pub(crate) fn is_rule(rule: &str) -> bool {
    [AGAIN, COPIED].contains(&rule)
}

/// Whether the case of this number is checked: every hundredth, so that a campaign checks the same ones every time.
pub(crate) const fn is_checked(case: u64) -> bool {
    case.is_multiple_of(ONE_IN)
}

/// Asks a sequence that was answered before again, from the start; from the middle on, a copy, too. The index of the
/// first step that is answered otherwise, and the finding.
///
/// Nothing is asked where no copies can be made: the choices of a program may differ from run to run.
pub(crate) fn check<M: Implementation>(
    implementation: &mut M,
    header: &Header,
    steps: &[Step],
) -> Option<(usize, Finding)> {
    implementation.copy()?;
    if let Err(fault) = implementation.start(header) {
        return Some((0, fault.into()));
    }
    let mut copy = None;
    for (index, step) in steps.iter().enumerate() {
        if index == steps.len() / 2 {
            copy = implementation.copy();
        }
        let again = ask_again(implementation, step, AGAIN);
        let copied = copy.as_mut().map_or(Ok(()), |copy| ask_again(copy, step, COPIED));
        if let Err(finding) = again.and(copied) {
            return Some((index, finding));
        }
    }
    None
}

/// Asks one step again, and compares the answer with that in the step.
fn ask_again<M: Implementation>(implementation: &mut M, step: &Step, rule: &str) -> Result<(), Finding> {
    match &step.event {
        Event::Environment(change) => Ok(implementation.environment(step.now, change)?),
        Event::Input(Exchange { input, output, view }) => {
            let again = implementation.ask(step.now, input)?;
            let Some(output) = output else { return Ok(()) };
            if again.output == *output && again.view == *view {
                return Ok(());
            }
            let first = Reply { output: output.clone(), view: view.clone() };
            let differences = differences(&json(&first), &json(&again));
            Err(Violation { rule: rule.into(), differences }.into())
        }
    }
}
