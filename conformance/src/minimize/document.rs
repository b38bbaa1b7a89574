//! A sequence as values of the trace format: what they are is known by the names of their fields, and their shapes.

use super::limits;
use crate::{
    sequence::Sequence,
    trace::{EnvironmentChange, Event, Exchange, Header, Step},
};
use gossipsub_automaton::{Input, Time, trace_ids::TraceIds};
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value, to_value};
use std::collections::BTreeSet;

/// A sequence to be edited. What it becomes need not be a sequence: then it is no candidate.
#[derive(Clone, Debug)]
pub(super) struct Document {
    header: Header,
    pub(super) seed: Value,
    pub(super) limits: Value,
    /// Limits of the same form with the default values.
    pub(super) defaults: Value,
    pub(super) steps: Vec<Value>,
}

/// A step, with the time since the one before it: so no edit makes time go backwards.
#[derive(Serialize, Deserialize)]
struct TimedStep {
    after: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Input<TraceIds>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentChange>,
}

impl Document {
    /// What the format cannot express is left out: no edit of it is a sequence then.
    pub(super) fn of(Sequence { header, steps }: &Sequence) -> Self {
        let limits = to_value(&header.limits).unwrap_or_default();
        let mut last = Time::ZERO;
        let steps = steps.iter().map(|Step { now, event }| {
            let after = now.since(last).as_millis();
            last = *now;
            let (input, environment) = match event {
                Event::Input(exchange) => (Some(exchange.input.clone()), None),
                Event::Environment(change) => (None, Some(change.clone())),
            };
            to_value(TimedStep { after, input, environment }).unwrap_or_default()
        });
        let steps = steps.collect();
        let (seed, defaults) = (header.seed.into(), limits::defaults_for(&limits));
        Self { header: header.clone(), seed, limits, defaults, steps }
    }

    /// None where it is no sequence any more.
    pub(super) fn into_sequence(self) -> Option<Sequence> {
        let (seed, limits) = (from_value(self.seed).ok()?, from_value(self.limits).ok()?);
        let mut now: u64 = 0;
        let steps = self.steps.into_iter().map(|step| {
            let TimedStep { after, input, environment } = from_value(step).ok()?;
            now = now.checked_add(after)?;
            let event = match (input, environment) {
                (Some(input), None) => Event::Input(Exchange { input, output: None, view: None }),
                (None, Some(change)) => Event::Environment(change),
                _ => return None,
            };
            Some(Step { now: Time::from_millis(now), event })
        });
        let steps = steps.collect::<Option<_>>()?;
        Some(Sequence { header: Header { seed, limits, ..self.header }, steps })
    }

    /// Gives a name of a role to all that have another.
    pub(super) fn rename(&mut self, role: Role, from: &Value, to: &Value) {
        for (field, value) in leaves(&mut self.steps) {
            if Role::of(field) == Some(role) && value == from {
                *value = to.clone();
            }
        }
        if let (Role::Topic, Value::String(from), Value::String(to)) = (role, from, to)
            && let Some(topics) = limits::topics(&mut self.limits)
            && let Some(parameters) = topics.remove(from)
        {
            topics.entry(to.clone()).or_insert(parameters);
        }
    }
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Peer,
    Topic,
    MessageId,
    Message,
}

impl Role {
    fn of(field: &str) -> Option<Self> {
        match field {
            "peer" | "sender" | "peer_to_prune" | "px" | "no_px_peers" => Some(Self::Peer),
            "topic" => Some(Self::Topic),
            "message_id" | "message_ids" => Some(Self::MessageId),
            "message" => Some(Self::Message),
            _ => None,
        }
    }
}

/// The values that hold no others, each with the name of its field.
pub(super) fn leaves(steps: &mut [Value]) -> Vec<(&str, &mut Value)> {
    let mut found = Vec::new();
    for step in steps {
        collect("step", step, &mut found);
    }
    found
}

fn collect<'a>(field: &'a str, value: &'a mut Value, found: &mut Vec<(&'a str, &'a mut Value)>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                collect(field, value, found);
            }
        }
        Value::Array(members) => {
            for member in members {
                collect(field, member, found);
            }
        }
        value => found.push((field, value)),
    }
}

/// All names in the steps, in the order in which they first occur.
pub(super) fn names(document: &mut Document) -> Vec<(Role, Value)> {
    let mut known = BTreeSet::new();
    let named = leaves(&mut document.steps).into_iter().filter_map(|(field, value)| Some((Role::of(field)?, value)));
    named
        .filter(|(role, value)| known.insert((*role, value.to_string())))
        .map(|(role, value)| (role, value.clone()))
        .collect()
}

/// Whether a name is in a step.
pub(super) fn is_about(step: &mut Value, role: Role, name: &Value) -> bool {
    leaves(std::slice::from_mut(step)).iter().any(|(field, value)| Role::of(field) == Some(role) && *value == name)
}

/// Whether a field holds names, which are no numbers to be made smaller one by one.
pub(super) fn is_name(field: &str) -> bool {
    Role::of(field).is_some()
}
