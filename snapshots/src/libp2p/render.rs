//! Rendering a scenario of the router as text.

use super::{
    Report, parameters,
    run::{Run, StepRun, run},
    shown::{Shown, switch_of},
};
use crate::Scenario;
use gossipsub_conformance::{
    engine::Named as _,
    libp2p::{DialectName, Libp2pFamily},
};
use gossipsub_reference_model::libp2p::Violation;
use std::{error::Error, fmt::Write as _};

/// So many reports of a step are written at most.
const MOST_REPORTS: usize = 6;

/// A scenario as text.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// The text: inputs, answers and changes of the state, and the last step in other dialects.
    pub text: String,
    /// What the model reported in the last step.
    pub reports: Vec<Report>,
    /// The dialects whose last step differs.
    pub others: Vec<DialectName>,
    /// Why the referee does not allow an answer, in one of the dialects.
    pub violation: Option<Violation>,
}

/// Renders a scenario.
///
/// # Errors
/// If the parameters break a rule.
pub fn render(scenario: &Scenario<Libp2pFamily>) -> Result<Rendering, Box<dyn Error>> {
    let shown = Shown::read(&scenario.description);
    let dialect = scenario.header.dialect.unwrap_or_default();
    let Run { steps, mut violation } = run(scenario, dialect)?;
    let mut text = format!("{}\n", scenario.description);
    if dialect != DialectName::Spec {
        writeln!(text, "Dialect: {}", dialect.name())?;
    }
    for line in parameters::lines(&scenario.header.parameters)? {
        writeln!(text, "{line}")?;
    }
    write_steps(&mut text, &steps, shown.as_ref());
    if let Some(violation) = &violation {
        writeln!(text, "NOT ALLOWED: {violation}")?;
    }

    let last = |steps: &[StepRun]| steps.last().map(|step| last_lines(step, shown.as_ref())).unwrap_or_default();
    let mut others: Vec<(Vec<DialectName>, Vec<String>)> = Vec::new();
    if switch_of(&scenario.description).is_some() {
        for other in DialectName::ALL.iter().copied().filter(|other| *other != dialect) {
            let run = run(scenario, other)?;
            violation = violation.or(run.violation);
            let lines = last(&run.steps);
            match others.iter_mut().find(|(_, same)| *same == lines) {
                Some((dialects, _)) => dialects.push(other),
                None => others.push((vec![other], lines)),
            }
        }
    }
    let own = last(&steps);
    others.retain(|(_, lines)| *lines != own);
    for (dialects, lines) in &others {
        let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
        writeln!(text, "\nIn dialect {}:\n\n{}", names.join(" and "), lines.join("\n"))?;
    }
    let reports = steps.last().map(|step| step.reports.clone()).unwrap_or_default();
    Ok(Rendering { text, reports, others: others.into_iter().flat_map(|(dialects, _)| dialects).collect(), violation })
}

/// The steps, with runs of heartbeats that change nothing told as one.
fn write_steps(text: &mut String, steps: &[StepRun], shown: Option<&Shown>) {
    let Some((last, others)) = steps.split_last() else { return };
    let mut blocks: Vec<String> = Vec::new();
    for group in others.chunk_by(|one, next| one.is_idle() && next.is_idle()) {
        match group {
            [first, .., end] => blocks.push(format!(
                "{} to {}: {} heartbeats\n  no answer\n    no change",
                first.now,
                end.now,
                group.len()
            )),
            _ => blocks.extend(group.iter().map(|step| step.lines().join("\n"))),
        }
    }
    blocks.push(last_lines(last, shown).join("\n"));
    for block in blocks {
        text.push('\n');
        text.push_str(&block);
        text.push('\n');
    }
}

/// The lines of the last step, with the reports of the rule that is shown: those with the outcome that is shown, if there
/// are any.
fn last_lines(step: &StepRun, shown: Option<&Shown>) -> Vec<String> {
    let mut lines = step.lines();
    let mut reports: Vec<String> = Vec::new();
    let of_rule = |report: &&Report| shown.is_some_and(|shown| shown.is_of(report));
    let any_shown = step.reports.iter().any(|report| shown.is_some_and(|shown| shown.is_shown_by(report)));
    let is_written =
        |report: &&Report| !any_shown || report.holds.is_none() || shown.is_some_and(|shown| shown.is_shown_by(report));
    for report in step.reports.iter().filter(of_rule).filter(is_written) {
        let line = format!("  {report}");
        if !reports.contains(&line) {
            reports.push(line);
        }
    }
    // An RPC of many parts has many reports.
    if reports.len() > MOST_REPORTS {
        let others = reports.len() - MOST_REPORTS;
        reports.truncate(MOST_REPORTS);
        reports.push(format!("  and {others} more"));
    }
    lines.extend(reports);
    lines
}
