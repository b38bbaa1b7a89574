//! Telling a scenario: the optimized automaton answers, the model checks, and both are written down as text.

use crate::{
    Scenario,
    change::changes,
    drawn::{Drawn, Noted},
    limits, output,
    state::{State, state},
};
use gossipsub_automaton::{Automaton, Input, LimitsError, Output, OutputKind, PartialView, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Environment, EnvironmentChange, Event, Exchange, check_step},
    engine::Violation,
};
use gossipsub_reference_model::Model;
use std::error::Error;

/// What became of a scenario.
#[derive(Debug)]
pub struct Told {
    /// The text: what is asked, what is answered, what changes.
    pub text: String,
    /// The kind of the last output.
    pub last_output: Option<OutputKind>,
    /// The text of the last step alone.
    pub last_step: String,
    /// Why the model does not allow the last answer. What comes after it is not told.
    pub violation: Option<Violation>,
}

/// An answer that was checked.
struct Checked {
    output: Output<TraceIds>,
    drawn: Drawn,
    violation: Option<Violation>,
}

/// The two automata, and what is known of their common state.
struct Teller {
    core: Automaton<TraceIds, Environment>,
    model: Model<Environment>,
    state: State,
}

/// Tells a scenario. Random choices are drawn from the seed; the text does not depend on it.
///
/// # Errors
/// Where the limits break a rule, or an answer cannot be checked.
pub fn tell(scenario: &Scenario, seed: u64) -> Result<Told, Box<dyn Error>> {
    let mut teller = Teller::new(scenario, seed)?;
    let mut told = Told { text: opening(scenario)?, last_output: None, last_step: String::new(), violation: None };
    for step in &scenario.steps {
        match &step.event {
            Event::Environment(change) => told.last_step = teller.change(step.now, change),
            Event::Input(Exchange { input, .. }) => {
                let before = teller.state.clone();
                let checked = teller.answer(step.now, input)?;
                told.last_step = told_step(step.now, input, &checked, &before, &teller.state);
                told.last_output = Some(checked.output.kind());
                told.violation = checked.violation;
            }
        }
        told.text.push('\n');
        told.text.push_str(&told.last_step);
        if told.violation.is_some() {
            break;
        }
    }
    Ok(told)
}

/// What is to be known before the first step.
fn opening(scenario: &Scenario) -> Result<String, serde_json::Error> {
    Ok(format!("{}\nLimits: {}\n", scenario.description, limits::text(&scenario.limits)?))
}

impl Teller {
    fn new(scenario: &Scenario, seed: u64) -> Result<Self, LimitsError> {
        let core = Automaton::new(seed, scenario.limits.clone(), Environment::default())?;
        let model = Model::new(scenario.limits.clone(), Environment::default())?;
        let state = state(core.view(), &scenario.limits.score_limits, |_, _| None);
        Ok(Self { core, model, state })
    }

    fn change(&mut self, now: Time, change: &EnvironmentChange) -> String {
        self.core.application_mut().apply(change);
        self.model.application_mut().apply(change);
        let text = match change {
            EnvironmentChange::Validity { message_id, validity } => format!("message {message_id} is {validity:?}"),
            EnvironmentChange::MessageValidity { message_id, validity } => {
                format!("the payload of message {message_id} is {validity:?}")
            }
            EnvironmentChange::BatchVerdicts { off_by } => format!("verdicts on a batch are off by {off_by}"),
            EnvironmentChange::PeerFilter { peer, action, accept } => {
                format!("{action:?} of peer {peer} is {}", if *accept { "accepted" } else { "refused" })
            }
        };
        format!("{now} environment: {}\n", text.to_lowercase())
    }

    /// Asks the optimized automaton, and the model whether that is allowed.
    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Checked, Box<dyn Error>> {
        let output = self.core.step(now, input.clone());
        let view = self.core.view();
        let shown = PartialView::from(view.clone());

        let mut noted = Noted::new(&output, &shown);
        // What is not allowed is found by the checker.
        let _ = self.model.clone().respond(now, input, &mut noted, &mut ());
        let drawn = noted.into_drawn();

        let violation = check_step(&mut self.model, now, input, &output, Some(&shown), &mut ()).err();
        // The parts of a score on which both agree.
        let scores = self.model.view().scores;
        let parts = |peer, score| self.model.score_parts(peer).filter(|_| scores.get(&peer) == Some(&score));
        self.state = state(view, &self.model.limits().score_limits, parts);
        Ok(Checked { output, drawn, violation })
    }
}

/// `60000ms graft { peer=1; topic=a }`, and below that the output, and below that what changed.
fn told_step(now: Time, input: &Input<TraceIds>, checked: &Checked, before: &State, after: &State) -> String {
    let Checked { output, drawn, violation } = checked;
    let mut lines = vec![format!("{now} {} {input}", input.kind()), format!("  {}", output::text(output, drawn))];
    lines.extend(changes(before, after, now, drawn).into_iter().map(|change| format!("    {change}")));
    if let Some(Violation { rule, differences }) = violation {
        lines.push(format!("  NOT ALLOWED by {rule}"));
        let differences = differences.iter();
        lines.extend(differences.map(|d| format!("    {}: allowed {}, observed {}", d.what, d.allowed, d.observed)));
    }
    lines.join("\n") + "\n"
}
