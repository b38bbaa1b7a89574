//! The one check of a step: the model makes it, following the choices of the answer; then output and state are compared.

use crate::difference::{Difference, differences};
use crate::trace::Environment;
use gossipsub_automaton::{
    Ihave, Input, Output, PartialView, SelectGossipMessagesOutput, Time, plain::Plain,
};
use gossipsub_reference_model::{Model, ObservedChoices, Observer, rule_of};
use serde::Serialize;
use serde_json::Value;

/// An answer that the protocol does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{rule}")]
pub struct Violation {
    /// The rule that the answer breaks: the input, the number of the check, and its condition.
    pub rule: String,
    /// What was allowed, and what was observed instead.
    pub differences: Vec<Difference>,
}

/// Why a step cannot be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverifiable {
    /// The step has no output.
    #[error("an input without an output can be recorded or replayed, not verified")]
    NoOutput,
    /// The new fanout peers of a heartbeat are shown nowhere.
    #[error("a heartbeat is verified by its view's `fanout`, the one random choice that no output shows")]
    NoFanout,
}

/// What an automaton answered to an input.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The output.
    output: &'a Output<Plain>,
    /// What it showed of its state after that.
    view: Option<&'a PartialView<Plain>>,
}

impl<'a> Answer<'a> {
    /// The answer to an input, if it shows all that a check of it needs.
    ///
    /// # Errors
    /// Where something is missing.
    pub fn new(
        input: &Input<Plain>,
        output: Option<&'a Output<Plain>>,
        view: Option<&'a PartialView<Plain>>,
    ) -> Result<Self, Unverifiable> {
        let output = output.ok_or(Unverifiable::NoOutput)?;
        if matches!(input, Input::Heartbeat) && view.is_none_or(|view| view.fanout.is_none()) {
            return Err(Unverifiable::NoFanout);
        }
        Ok(Self { output, view })
    }
}

/// Checks an answer against the model, which makes the same step.
///
/// # Errors
/// The rule that the answer breaks, with all that differs. The model is of no use afterwards.
pub fn check_step(
    model: &mut Model<Environment>,
    now: Time,
    input: &Input<Plain>,
    answer: Answer<'_>,
) -> Result<(), Violation> {
    observed_check_step(model, now, input, answer, &mut ())
}

/// As [`check_step`]. The observer learns of the model's decisions.
///
/// # Errors
/// As [`check_step`].
pub fn observed_check_step(
    model: &mut Model<Environment>,
    now: Time,
    input: &Input<Plain>,
    answer: Answer<'_>,
    observer: &mut dyn Observer,
) -> Result<(), Violation> {
    let mut choices = ObservedChoices::new(answer.output, answer.view);
    let expected = model.respond(now, input, &mut choices, observer).map_err(|refused| Violation {
        rule: refused.rule,
        differences: vec![Difference { what: refused.what, allowed: refused.allowed, observed: refused.observed }],
    })?;
    check_output(input, &expected, answer.output)?;
    answer.view.map_or(Ok(()), |view| check_view(model, &expected, view))
}

fn check_output(input: &Input<Plain>, expected: &Output<Plain>, observed: &Output<Plain>) -> Result<(), Violation> {
    if expected == observed || in_order(expected) == in_order(observed) {
        return Ok(());
    }
    let (kind, other) = (expected.kind(), observed.kind());
    let differences = if kind == other {
        differences(&json(&in_order(expected)), &json(&in_order(observed)))
    } else {
        let other = if observed.input_kind() == input.kind() {
            format!("{} ({})", text(observed), rule_of(other))
        } else {
            format!("{}, which is no output of {}", text(observed), input.kind())
        };
        vec![Difference { what: "output".into(), allowed: text(expected), observed: other }]
    };
    Err(Violation { rule: rule_of(kind).into(), differences })
}

/// The order of the IHaves in gossip is free: compared in that of topics and peers.
pub(crate) fn in_order(output: &Output<Plain>) -> Output<Plain> {
    let mut output = output.clone();
    if let Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) = &mut output {
        ihaves.sort_by(|a, b| key(a).cmp(&key(b)));
    }
    output
}

fn key(ihave: &Ihave<Plain>) -> impl Ord {
    (&ihave.topic, ihave.peer)
}

macro_rules! shown {
    ($expected:ident, $observed:ident: $($field:ident)*) => {
        $($observed.$field.as_ref().is_none_or(|shown| *shown == $expected.$field))&&*
    };
}

fn check_view(
    model: &Model<Environment>,
    output: &Output<Plain>,
    observed: &PartialView<Plain>,
) -> Result<(), Violation> {
    let expected = model.view();
    let equal = shown!(expected, observed:
        heartbeat_ticks connections mesh fanout backoff scores ihave_per_heartbeat iwant_per_heartbeat
        message_cache first_seen gossip_ids);
    if equal {
        return Ok(());
    }
    let (mut expected, observed) = (json(&expected), json(observed));
    if let (Value::Object(expected), Value::Object(observed)) = (&mut expected, &observed) {
        expected.retain(|field, _| observed.contains_key(field));
    }
    let mut differences = differences(&expected, &observed);
    let mut fields: Vec<&str> = differences.iter().filter_map(|difference| difference.what.split('.').next()).collect();
    fields.dedup();
    let rule = format!("the state after {}: {}", rule_of(output.kind()), fields.join(", "));
    for difference in &mut differences {
        difference.what.insert_str(0, "view.");
    }
    Err(Violation { rule, differences })
}

/// The form of the trace format. What cannot be written in it is shown as such.
pub(crate) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| Value::String(error.to_string()))
}

fn text(output: &Output<Plain>) -> String {
    json(output).to_string()
}
