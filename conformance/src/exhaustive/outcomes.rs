//! All that an action can lead to: one outcome, or, where something is left to chance, each that is allowed.

use super::{
    Action,
    state::{State, key},
};
use crate::{
    checker::{Observer, Violation, in_order},
    difference::Difference,
    implementation::{Reply, Reseed},
    ledger::Ledger,
    runner::Finding,
    trace::{Environment, Event, Exchange},
};
use gossipsub_automaton::{Input, Output, Time, trace_ids::TraceIds};
use gossipsub_reference_model::{Enumerated, Model, Point};

/// How many seeds are tried, for each outcome that is allowed. Of n that are equally likely, one stays hidden for all of
/// them once in e^64 times.
const TRIES: u32 = 64;

/// Finds outcomes, and counts what is reached by it.
#[derive(Default)]
pub(super) struct Outcomes {
    pub(super) steps: u64,
    pub(super) ledger: Ledger,
    /// Whether the last step left something to chance.
    is_open: bool,
    /// The states after the last action, each with the seed that leads there.
    found: Vec<(u128, u32)>,
}

/// An outcome that the model allows.
struct Allowed {
    output: Output<TraceIds>,
    key: u128,
    is_shown: bool,
}

impl Outcomes {
    /// The states after an action, each with the seed that leads there.
    ///
    /// # Errors
    /// The first answer that is not allowed, and an outcome that is never shown; with the seed of the last answer.
    pub(super) fn of<M: Reseed>(
        &mut self,
        state: &State<M>,
        action: &Action,
    ) -> Result<&[(u128, u32)], (u32, Finding)> {
        self.found.clear();
        let (key, reply) = self.try_seed(state, action, 0)?;
        match (&action.event, reply) {
            (Event::Input(Exchange { input, .. }), Some(reply)) if self.is_open => {
                self.show_all(state, action, input, (key, reply))?;
            }
            _ => self.found.push((key, 0)),
        }
        Ok(&self.found)
    }

    fn try_seed<M: Reseed>(
        &mut self,
        state: &State<M>,
        action: &Action,
        seed: u32,
    ) -> Result<(u128, Option<Reply>), (u32, Finding)> {
        self.steps += 1;
        self.is_open = false;
        let (after, reply) = state.after(action, seed, self).map_err(|finding| (seed, finding))?;
        Ok((after.key(), reply))
    }

    /// Tries seeds until every allowed outcome is shown. The first answer is that of seed 0.
    fn show_all<M: Reseed>(
        &mut self,
        state: &State<M>,
        action: &Action,
        input: &Input<TraceIds>,
        first: (u128, Reply),
    ) -> Result<(), (u32, Finding)> {
        let now = state.now() + action.after;
        let mut allowed = allowed(state.model(), now, input);
        let mut missing = allowed.len();
        let tries = TRIES.saturating_mul(u32::try_from(missing).unwrap_or(u32::MAX));
        let mut first = Some(first);
        for seed in 0..tries {
            let (key, reply) = match first.take() {
                Some(first) => first,
                None => match self.try_seed(state, action, seed)? {
                    (key, Some(reply)) => (key, reply),
                    (_, None) => break,
                },
            };
            let output = in_order(&reply.output);
            let Some(outcome) = allowed.iter_mut().find(|outcome| outcome.key == key && outcome.output == output)
            else {
                return Err((seed, unforeseen(input, &reply.output)));
            };
            if !outcome.is_shown {
                outcome.is_shown = true;
                self.found.push((key, seed));
                missing -= 1;
            }
            if missing == 0 {
                return Ok(());
            }
        }
        match allowed.into_iter().find(|outcome| !outcome.is_shown) {
            Some(outcome) => Err((0, never_shown(input, &outcome.output, tries))),
            None => Ok(()),
        }
    }
}

/// Every outcome of an input that the model allows, each once.
fn allowed(model: &Model<Environment>, now: Time, input: &Input<TraceIds>) -> Vec<Allowed> {
    let mut allowed: Vec<Allowed> = Vec::new();
    let mut choice = Enumerated::default();
    loop {
        let mut model = model.clone();
        let Ok(output) = model.respond(now, input, &mut choice);
        let (output, key) = (in_order(&output), key(&model));
        if !allowed.iter().any(|other| other.key == key && other.output == output) {
            allowed.push(Allowed { output, key, is_shown: false });
        }
        if !choice.advance() {
            return allowed;
        }
    }
}

fn never_shown(input: &Input<TraceIds>, output: &Output<TraceIds>, tries: u32) -> Finding {
    let allowed = match input {
        Input::Heartbeat => format!("{output}, with one of the fanouts that are allowed"),
        _ => output.to_string(),
    };
    let observed = format!("it never came in {tries} tries with different seeds");
    let differences = vec![Difference { what: "output".into(), allowed, observed }];
    Violation { rule: format!("{}: every allowed choice is made at times", input.kind()), differences }.into()
}

/// The checker allows what the model does not choose: one of the two is wrong.
fn unforeseen(input: &Input<TraceIds>, output: &Output<TraceIds>) -> Finding {
    let allowed = "any outcome that the model chooses".into();
    let differences = vec![Difference { what: "output".into(), allowed, observed: output.to_string() }];
    Violation { rule: format!("{}: what is allowed is what the model can choose", input.kind()), differences }.into()
}

impl Observer for Outcomes {
    fn before(&mut self, model: &Model<Environment>, now: Time, input: &Input<TraceIds>) {
        self.ledger.before(model, now, input);
    }

    fn chosen(&mut self, point: Point<'_>, taken: usize, of: usize) {
        let is_ordered = matches!(point, Point::Requested | Point::PxPeers | Point::GossipIds(..));
        self.is_open |= (0 < taken && taken < of) || (is_ordered && taken > 1);
        self.ledger.chosen(point, taken, of);
    }

    fn after(&mut self, model: &Model<Environment>, now: Time, input: &Input<TraceIds>, output: &Output<TraceIds>) {
        self.ledger.after(model, now, input, output);
    }
}
