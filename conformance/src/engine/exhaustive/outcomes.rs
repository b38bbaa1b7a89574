//! Every outcome of an action: one, or, if the action leaves a choice, each one that is allowed.

use super::{Action, state::State};
use crate::engine::{Answer, Coverage, Difference, Event, Exchange, Family, Finding, Fork, Model, Violation};
use gossipsub_reference_model::{Decision, Mark, Observer, Rule};

/// How many seeds are tried for each allowed outcome. Of n outcomes that are equally likely, one stays hidden from all of
/// them with probability e^-64.
const TRIES: u32 = 64;

/// Finds outcomes, and counts what they reach.
pub(super) struct Outcomes<F: Family> {
    pub(super) steps: u64,
    pub(super) coverage: F::Coverage,
    /// Whether the last step left a choice that the model reports, so that it could have another outcome.
    is_open: bool,
    /// The states after the last action, each with the seed that leads there.
    found: Vec<(u128, u32)>,
}

impl<F: Family> Default for Outcomes<F> {
    fn default() -> Self {
        Self { steps: 0, coverage: F::Coverage::default(), is_open: false, found: Vec::new() }
    }
}

/// An outcome that the model allows.
struct AllowedOutcome<F: Family> {
    output: F::Output,
    key: u128,
    was_shown: bool,
}

/// Passes everything on to coverage, and notes whether there was a choice. A choice of all candidates also
/// counts: their order may be free.
struct ChoiceWatcher<'a, C> {
    coverage: &'a mut C,
    is_open: bool,
}

impl<C: Observer> Observer for ChoiceWatcher<'_, C> {
    fn decision(&mut self, decision: Decision<'_>) {
        self.coverage.decision(decision);
    }

    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        self.is_open |= taken > 0 && of > 1;
        self.coverage.choice(rule, taken, of);
    }

    fn reached(&mut self, mark: &'static Mark) {
        self.coverage.reached(mark);
    }

    fn answered(&mut self, rule: &'static Rule) {
        self.coverage.answered(rule);
    }
}

/// What came of an action with a seed.
struct SeedOutcome<F: Family> {
    /// The key of the state.
    key: u128,
    /// The key of the model that knows every choice.
    settled: u128,
    /// The answer, if the action is an input.
    answer: Option<Answer<F>>,
}

impl<F: Family> Outcomes<F> {
    /// The states after an action, each with the seed that leads there. There is none if the action is not legal.
    ///
    /// # Errors
    /// The first answer that is not allowed, or an outcome that never shows; with the seed of the last answer.
    pub(super) fn of<M: Fork<F>>(
        &mut self,
        state: &State<F, M>,
        action: &Action<F>,
    ) -> Result<&[(u128, u32)], (u32, Finding)> {
        self.found.clear();
        let Some(first) = self.try_seed(state, action, 0)? else {
            return Ok(&self.found);
        };
        match &action.event {
            Event::Input(Exchange { input, .. }) if self.is_open || state.knows_choices() => {
                self.show_all(state, action, input, first)?;
            }
            _ => self.found.push((first.key, 0)),
        }
        Ok(&self.found)
    }

    /// Makes the step with a seed. None if the action is not legal.
    fn try_seed<M: Fork<F>>(
        &mut self,
        state: &State<F, M>,
        action: &Action<F>,
        seed: u32,
    ) -> Result<Option<SeedOutcome<F>>, (u32, Finding)> {
        let mut observer = ChoiceWatcher { coverage: &mut self.coverage, is_open: false };
        let stepped = state.after(action, seed, &mut observer);
        self.is_open = observer.is_open;
        let Some((after, answer)) = stepped.map_err(|finding| (seed, finding))? else {
            return Ok(None);
        };
        self.steps += 1;
        if let Some(answer) = &answer {
            self.coverage.count_output(&answer.output);
        }
        let (key, settled) = after.keys();
        Ok(Some(SeedOutcome { key, settled, answer }))
    }

    /// Tries seeds until every allowed outcome was shown.
    fn show_all<M: Fork<F>>(
        &mut self,
        state: &State<F, M>,
        action: &Action<F>,
        input: &F::Input,
        first: SeedOutcome<F>,
    ) -> Result<(), (u32, Finding)> {
        let outcomes = state.settled_model().outcomes(state.time_of(action), input);
        let mut allowed: Vec<AllowedOutcome<F>> = Vec::new();
        for (output, model) in outcomes {
            allowed.push(AllowedOutcome { output, key: model.key(), was_shown: false });
        }
        let mut missing = allowed.len();
        let tries = TRIES.saturating_mul(u32::try_from(missing).unwrap_or(u32::MAX));
        let mut first = Some(first);
        for seed in 0..tries {
            let shown = match first.take() {
                Some(first) => Some(first),
                None => self.try_seed(state, action, seed)?,
            };
            let Some(SeedOutcome { key, settled, answer: Some(answer) }) = shown else {
                unreachable!("an input that is legal with one seed is answered with every seed");
            };
            let output = F::normalized(&answer.output);
            let Some(outcome) = allowed.iter_mut().find(|outcome| outcome.key == settled && outcome.output == output)
            else {
                return Err((seed, unforeseen::<F>(input, &answer.output)));
            };
            if !outcome.was_shown {
                outcome.was_shown = true;
                self.found.push((key, seed));
                missing -= 1;
            }
            if missing == 0 {
                return Ok(());
            }
        }
        match allowed.into_iter().find(|outcome| !outcome.was_shown) {
            Some(outcome) => Err((0, never_shown::<F>(input, &outcome.output, tries))),
            None => Ok(()),
        }
    }
}

/// The kind of an input: the first word of its text.
fn input_kind<F: Family>(input: &F::Input) -> String {
    let text = F::input_text(input);
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

fn never_shown<F: Family>(input: &F::Input, output: &F::Output, tries: u32) -> Finding {
    let allowed = format!("{}, with one of the states that are allowed after it", F::output_text(output));
    let observed = format!("not shown in {tries} tries with different seeds");
    let rule = format!("{}: every allowed choice is made at times", input_kind::<F>(input));
    Violation::of(rule, Difference { what: "output".into(), allowed, observed }).into()
}

/// The referee allows what the model does not choose: one of the two is wrong.
fn unforeseen<F: Family>(input: &F::Input, output: &F::Output) -> Finding {
    let allowed = "any outcome that the model chooses".into();
    let rule = format!("{}: what is allowed is what the model can choose", input_kind::<F>(input));
    Violation::of(rule, Difference { what: "output".into(), allowed, observed: F::output_text(output) }).into()
}
