//! One run of a scenario in one dialect.

use super::{
    facts::{Facts, Subjects, facts},
    text::{input_text, output_lines},
};
use crate::{Scenario, change::changes};
use gossipsub_automaton::Time;
use gossipsub_conformance::{
    engine::Event,
    libp2p::{DialectName, Libp2pFamily},
};
use gossipsub_reference_model::{
    Decision, Observer, Rule,
    libp2p::{
        Model, ModelError, Random, Violation,
        vocabulary::{Input, Output, Sent},
    },
};
use std::fmt;

/// What the model reported of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The name of the rule.
    pub rule: &'static str,
    /// Whether its condition holds; absent for a choice.
    pub holds: Option<bool>,
    /// What was compared or chosen.
    pub operands: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, holds, operands } = self;
        match holds {
            Some(true) => write!(f, "{rule} holds: {operands}"),
            Some(false) => write!(f, "{rule} does not hold: {operands}"),
            None => write!(f, "{rule} {operands}"),
        }
    }
}

/// Collects reports.
#[derive(Debug, Default)]
struct Reports(Vec<Report>);

impl Observer for Reports {
    fn decision(&mut self, decision: Decision<'_>) {
        let Decision { rule, holds, operands, .. } = decision;
        self.0.push(Report { rule: rule.name, holds: Some(holds), operands: operands.to_string() });
    }

    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        // A choice of all or none leaves nothing to chance.
        if 0 < taken && taken < of {
            self.0.push(Report { rule: rule.name, holds: None, operands: format!("chose {taken} of {of}") });
        }
    }
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StepRun {
    pub(super) now: Time,
    pub(super) input: Input,
    pub(super) output: Output,
    /// What changed in the state.
    pub(super) changes: Vec<String>,
    pub(super) reports: Vec<Report>,
}

impl StepRun {
    /// Whether it is a heartbeat after which nothing is different.
    pub(super) fn is_idle(&self) -> bool {
        self.input == Input::Heartbeat
            && self.output == Output::Sent(Sent::default())
            && self.changes.iter().all(|change| change == "no change")
    }

    /// The time and the input, then the answer, then the changes.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} {}", self.now, input_text(&self.input))];
        lines.extend(output_lines(&self.output).into_iter().map(|line| format!("  {line}")));
        lines.extend(self.changes.iter().map(|change| format!("    {change}")));
        lines
    }
}

/// A scenario that was answered and judged.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) steps: Vec<StepRun>,
    /// Why the last answer is not allowed.
    pub(super) violation: Option<Violation>,
}

/// Answers a scenario in a dialect, and judges the answers. The header's seed decides the choices.
pub(super) fn run(scenario: &Scenario<Libp2pFamily>, dialect: DialectName) -> Result<Run, ModelError> {
    let parameters = &scenario.header.parameters;
    let mut router = Model::new(parameters, dialect.dialect())?;
    let mut referee = Model::new(parameters, dialect.dialect())?;
    let mut random = Random::from_seed(scenario.header.seed.unwrap_or(0));
    let subjects = Subjects::of(&scenario.steps);
    let mut before: Facts = facts(&router, &subjects);
    let mut run = Run { steps: Vec::new(), violation: None };
    for step in &scenario.steps {
        let input = match &step.event {
            Event::Environment(change) => match *change {},
            Event::Input(exchange) => exchange.input.clone(),
        };
        let mut reports = Reports::default();
        let output = router.respond(step.now, &input, &mut random, &mut reports);
        let view = router.view();
        run.violation = referee.judge(step.now, &input, &output, Some(&view), &mut ()).err();
        let after = facts(&router, &subjects);
        let changes = changes(&before, &after, |(_, subject)| subject.clone(), String::clone, String::clone);
        run.steps.push(StepRun { now: step.now, input, output, changes, reports: reports.0 });
        if run.violation.is_some() {
            break;
        }
        before = after;
    }
    Ok(run)
}
