//! The one check of a step: the model makes it, following the choices of the answer; then output and state are compared.

use super::Environment;
use crate::engine::{Difference, Violation, differences, json};
use gossipsub_automaton::{
    Ihave, Input, Output, PartialView, ScoreRecord, SelectGossipMessagesOutput, Time,
    trace_ids::{Peer, TraceIds},
};
use gossipsub_reference_model::{
    Observer,
    automaton::{Model, ObservedChoices, rule_of},
};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap};

/// Checks an answer against the model, which makes the same step. The observer learns of the model's decisions.
///
/// # Errors
/// The rule that the answer breaks, with all differences. The model must not be used afterwards.
pub fn check_step(
    model: &mut Model<Environment>,
    now: Time,
    input: &Input<TraceIds>,
    output: &Output<TraceIds>,
    view: Option<&PartialView<TraceIds>>,
    observer: &mut dyn Observer,
) -> Result<(), Violation> {
    let mut choices = ObservedChoices::new(output, view);
    let expected = model.respond(now, input, &mut choices, observer).map_err(|refused| Violation {
        rule: refused.rule,
        differences: vec![Difference { what: refused.what, allowed: refused.allowed, observed: refused.observed }],
    })?;
    check_output(input, &expected, output)?;
    view.map_or(Ok(()), |view| check_view(model, &expected, view))
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
    let mut expected = model.view();
    // A topic at rest may be left out of a record.
    let without_rest = |records: &BTreeMap<Peer, ScoreRecord<TraceIds>>| {
        records.iter().map(|(peer, record)| (*peer, record.clone().without_rest())).collect()
    };
    let mut observed = Cow::Borrowed(observed);
    if let Some(records) = &observed.score_records {
        expected.score_records = Some(without_rest(&model.score_records()));
        let records = Some(without_rest(records));
        observed.to_mut().score_records = records;
    }
    let equal = shown!(expected, observed:
        heartbeat_ticks connections mesh fanout backoff scores ihave_per_heartbeat iwant_per_heartbeat
        message_cache first_seen gossip_ids)
        && (observed.senders.is_none() || observed.senders == expected.senders)
        && observed.score_records == expected.score_records;
    if equal {
        return Ok(());
    }
    let (mut expected, observed) = (json(&expected), json(&*observed));
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

fn text(output: &Output<TraceIds>) -> String {
    json(output).to_string()
}
