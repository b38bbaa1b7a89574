//! Rendering a scenario as text: the optimized automaton answers, and the model checks.

use crate::{
    Scenario,
    change::changes,
    choices::{ChoiceRecorder, OpenChoices},
    input, limits, output,
    state::{State, state},
};
use gossipsub_automaton::{
    Automaton, Behaviour, Input, LimitsError, Output, OutputKind, PartialView, Time, trace_ids::TraceIds,
};
use gossipsub_conformance::{
    automaton::{Environment, EnvironmentChange, Event, Exchange, check_step},
    engine::Violation,
};
use gossipsub_reference_model::automaton::Model;
use std::error::Error;

/// A scenario as text.
#[derive(Debug)]
pub struct Rendering {
    /// The text: inputs, outputs and changes of the state.
    pub text: String,
    /// The kind of the last output.
    pub last_output: Option<OutputKind>,
    /// The text of the last step alone.
    pub last_step: String,
    /// Why the model does not allow the last answer. What comes after it is not rendering.
    pub violation: Option<Violation>,
}

/// An answer that was checked.
struct CheckedAnswer {
    output: Output<TraceIds>,
    open: OpenChoices,
    violation: Option<Violation>,
}

/// The two automata, and their common state.
struct Renderer {
    core: Automaton<TraceIds, Environment>,
    model: Model<Environment>,
    state: State,
}

/// Renders a scenario. Random choices are open from the seed; the text does not depend on it.
///
/// # Errors
/// Where the limits break a rule, or an answer cannot be checked.
pub fn render(scenario: &Scenario, seed: u64) -> Result<Rendering, Box<dyn Error>> {
    let mut renderer = Renderer::new(scenario, seed)?;
    let mut rendering =
        Rendering { text: opening(scenario)?, last_output: None, last_step: String::new(), violation: None };
    for step in &scenario.steps {
        match &step.event {
            Event::Environment(change) => rendering.last_step = renderer.change(step.now, change),
            Event::Input(Exchange { input, .. }) => {
                let before = renderer.state.clone();
                let checked = renderer.answer(step.now, input);
                let input = RenderedInput { now: step.now, behaviour: scenario.behaviour, input };
                rendering.last_step = render_step(&input, &checked, &before, &renderer.state);
                rendering.last_output = Some(checked.output.kind());
                rendering.violation = checked.violation;
            }
        }
        rendering.text.push('\n');
        rendering.text.push_str(&rendering.last_step);
        if rendering.violation.is_some() {
            break;
        }
    }
    Ok(rendering)
}

/// The text before the first step.
fn opening(scenario: &Scenario) -> Result<String, serde_json::Error> {
    let Scenario { description, behaviour, limits, .. } = scenario;
    let behaviour = match behaviour {
        Behaviour::Mavryk => String::new(),
        other => format!("Behaviour: {other}, {}\n", other.software()),
    };
    Ok(format!("{description}\n{behaviour}Limits: {}\n", limits::text(limits)?))
}

impl Renderer {
    fn new(scenario: &Scenario, seed: u64) -> Result<Self, LimitsError> {
        let Scenario { behaviour, limits, .. } = scenario;
        let core = Automaton::with_behaviour(seed, limits.clone(), *behaviour, Environment::default())?;
        let model = Model::with_behaviour(limits.clone(), *behaviour, Environment::default())?;
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

    /// Sends an input to the optimized automaton, and checks the answer.
    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> CheckedAnswer {
        let output = self.core.step(now, input.clone());
        let view = self.core.view();
        let shown = PartialView::from(view.clone());

        let mut recorder = ChoiceRecorder::new(&output, &shown);
        // A violation is found below.
        let _ = self.model.clone().respond(now, input, &mut recorder, &mut ());
        let open = recorder.into_choices();

        let violation = check_step(&mut self.model, now, input, &output, Some(&shown), &mut ()).err();
        // The parts of a score on which both agree.
        let scores = self.model.view().scores;
        let parts = |peer, score| self.model.score_parts(peer).filter(|_| scores.get(&peer) == Some(&score));
        self.state = state(view, &self.model.limits().score_limits, parts);
        CheckedAnswer { output, open, violation }
    }
}

/// An input, when it comes, and the behaviour that prints it.
struct RenderedInput<'a> {
    now: Time,
    behaviour: Behaviour,
    input: &'a Input<TraceIds>,
}

/// `60000ms graft { peer=1; topic=a }`, then the output, then the changes, a line each. What the text of the original
/// does not show comes on lines of its own.
fn render_step(input: &RenderedInput<'_>, checked: &CheckedAnswer, before: &State, after: &State) -> String {
    let RenderedInput { now, behaviour, input } = input;
    let CheckedAnswer { output, open, violation } = checked;
    let mut lines = vec![format!("{now} {} {}", input.kind(), input.text_of(*behaviour))];
    lines.extend(input::parts_without_text(input).into_iter().map(|part| format!("    {part}")));
    lines.push(format!("  {}", output::text(output, open)));
    lines.extend(output::parts_without_text(output).into_iter().map(|part| format!("    {part}")));
    lines.extend(changes(before, after, *now, open).into_iter().map(|change| format!("    {change}")));
    if let Some(Violation { rule, differences }) = violation {
        lines.push(format!("  NOT ALLOWED by {rule}"));
        let differences = differences.iter();
        lines.extend(differences.map(|d| format!("    {}: allowed {}, observed {}", d.what, d.allowed, d.observed)));
    }
    lines.join("\n") + "\n"
}
