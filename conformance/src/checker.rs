//! The one check of a step: ask the model what is allowed, follow the choices, compare the output and the state.

use crate::difference::{Difference, differences};
use crate::trace::Environment;
use gossipsub_automaton::{
    Ihave, Input, Output, PartialView, SelectGossipMessagesOutput, Time,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use gossipsub_reference_model::{Choice, Grafts, Model, Observed, OverfullMesh, Pick, Point, rule_of};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

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
    output: &'a Output<TraceIds>,
    /// What it showed of its state after that.
    view: Option<&'a PartialView<TraceIds>>,
}

impl<'a> Answer<'a> {
    /// The answer to an input, if it shows all that a check of it needs.
    ///
    /// # Errors
    /// Where something is missing.
    pub fn new(
        input: &Input<TraceIds>,
        output: Option<&'a Output<TraceIds>>,
        view: Option<&'a PartialView<TraceIds>>,
    ) -> Result<Self, Unverifiable> {
        let output = output.ok_or(Unverifiable::NoOutput)?;
        if matches!(input, Input::Heartbeat) && view.is_none_or(|view| view.fanout.is_none()) {
            return Err(Unverifiable::NoFanout);
        }
        Ok(Self { output, view })
    }
}

/// Looks on while steps are checked: to know what was reached.
pub trait Observer {
    /// An input was answered, and the model is about to make the step.
    fn before(&mut self, _: &Model<Environment>, _: Time, _: &Input<TraceIds>) {}

    /// So many were chosen, of so many.
    fn chosen(&mut self, _: Point<'_>, _taken: usize, _of: usize) {}

    /// The model made the step, and the answer is allowed.
    fn after(&mut self, _: &Model<Environment>, _: Time, _: &Input<TraceIds>, _: &Output<TraceIds>) {}
}

/// Nobody looks on.
impl Observer for () {}

/// A choice that is looked on.
struct Watched<'a, C, O> {
    choice: C,
    observer: &'a mut O,
}

impl<C: Choice, O: Observer> Choice for Watched<'_, C, O> {
    type Refusal = C::Refusal;

    fn peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<BTreeSet<Peer>, C::Refusal> {
        self.observer.chosen(point, pick.count, pick.from.len());
        self.choice.peers(point, pick)
    }

    fn ordered_peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<Vec<Peer>, C::Refusal> {
        self.observer.chosen(point, pick.count, pick.from.len());
        self.choice.ordered_peers(point, pick)
    }

    fn message_ids(
        &mut self,
        point: Point<'_>,
        from: &[MessageId],
        count: usize,
    ) -> Result<Vec<MessageId>, C::Refusal> {
        self.observer.chosen(point, count, from.len());
        self.choice.message_ids(point, from, count)
    }

    fn px(&mut self, from: &[Peer], count: usize) -> Result<BTreeSet<Peer>, C::Refusal> {
        self.observer.chosen(Point::Px, count, from.len());
        self.choice.px(from, count)
    }

    fn kept(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, C::Refusal> {
        self.observer.chosen(Point::Kept(topic), mesh.keep, mesh.peers.len());
        self.choice.kept(topic, mesh)
    }

    fn grafts(&mut self, grafts: &Grafts<'_>) -> Result<(BTreeSet<Peer>, BTreeSet<Peer>), C::Refusal> {
        if let Some((point, pick)) = &grafts.first {
            self.observer.chosen(*point, pick.count, pick.from.len());
        }
        let chosen = self.choice.grafts(grafts)?;
        let pick = (grafts.opportunistic)(&chosen.0);
        self.observer.chosen(Point::Opportunistic(grafts.topic), pick.count, pick.from.len());
        Ok(chosen)
    }
}

/// Checks an answer against the model, which makes the same step.
///
/// # Errors
/// The rule that the answer breaks, with all that differs. The model is of no use afterwards.
pub fn check_step(
    model: &mut Model<Environment>,
    now: Time,
    input: &Input<TraceIds>,
    answer: Answer<'_>,
) -> Result<(), Violation> {
    observed_check_step(model, now, input, answer, &mut ())
}

/// As [`check_step`], with somebody who looks on.
///
/// # Errors
/// As there.
pub fn observed_check_step(
    model: &mut Model<Environment>,
    now: Time,
    input: &Input<TraceIds>,
    answer: Answer<'_>,
    observer: &mut impl Observer,
) -> Result<(), Violation> {
    let mut choice = Watched { choice: Observed::new(answer.output, answer.view), observer };
    let expected = model.respond(now, input, &mut choice).map_err(|refused| Violation {
        rule: refused.rule,
        differences: vec![Difference { what: refused.what, allowed: refused.allowed, observed: refused.observed }],
    })?;
    check_output(input, &expected, answer.output)?;
    answer.view.map_or(Ok(()), |view| check_view(model, &expected, view))
}

fn check_output(
    input: &Input<TraceIds>,
    expected: &Output<TraceIds>,
    observed: &Output<TraceIds>,
) -> Result<(), Violation> {
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
pub(crate) fn in_order(output: &Output<TraceIds>) -> Output<TraceIds> {
    let mut output = output.clone();
    if let Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) = &mut output {
        ihaves.sort_by(|a, b| key(a).cmp(&key(b)));
    }
    output
}

fn key(ihave: &Ihave<TraceIds>) -> impl Ord {
    (&ihave.topic, ihave.peer)
}

macro_rules! shown {
    ($expected:ident, $observed:ident: $($field:ident)*) => {
        $($observed.$field.as_ref().is_none_or(|shown| *shown == $expected.$field))&&*
    };
}

fn check_view(
    model: &Model<Environment>,
    output: &Output<TraceIds>,
    observed: &PartialView<TraceIds>,
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

fn text(output: &Output<TraceIds>) -> String {
    json(output).to_string()
}
