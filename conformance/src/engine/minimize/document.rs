//! A sequence as values of the trace format: names are known by the fields that hold them.

use super::parameters;
use crate::engine::{Event, Exchange, Family, NameRole, Sequence, Step, TraceHeader, json};
use gossipsub_automaton::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value};
use std::collections::BTreeSet;

/// A sequence to be edited. The result need not be a sequence: then it is no candidate.
#[derive(Clone, Debug)]
pub(super) struct Document<F: Family> {
    header: F::Header,
    pub(super) seed: Value,
    pub(super) parameters: Value,
    /// The simplest parameters, in the same form.
    pub(super) defaults: Value,
    pub(super) steps: Vec<Value>,
}

/// A step, with the time since the one before it: so no edit makes time go backwards.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct TimedStep<F: Family> {
    after: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<F::Input>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<F::Change>,
}

impl<F: Family> Document<F> {
    /// A step that the format cannot express is kept as an error text: then no edit is a sequence.
    pub(super) fn of(Sequence { header, steps }: &Sequence<F>) -> Self {
        let parameters = header.parameters();
        let mut last = Time::ZERO;
        let steps = steps.iter().map(|Step { now, event }| {
            let after = now.since(last).as_millis();
            last = *now;
            let (input, environment) = match event {
                Event::Input(exchange) => (Some(exchange.input.clone()), None),
                Event::Environment(change) => (None, Some(change.clone())),
            };
            json(&TimedStep::<F> { after, input, environment })
        });
        let steps = steps.collect();
        let (seed, defaults) = (header.seed().into(), F::Header::default_parameters(&parameters));
        Self { header: header.clone(), seed, parameters, defaults, steps }
    }

    /// Nothing if it is no sequence any more.
    pub(super) fn into_sequence(self) -> Option<Sequence<F>> {
        let mut header = self.header;
        header.set_seed(from_value(self.seed).ok()?);
        if !header.set_parameters(self.parameters) {
            return None;
        }
        let events = self.steps.into_iter().map(|step| {
            let TimedStep::<F> { after, input, environment } = from_value(step).ok()?;
            let event = match (input, environment) {
                (Some(input), None) => Event::Input(Exchange { input, output: None, view: None }),
                (None, Some(change)) => Event::Environment(change),
                _ => return None,
            };
            Some((after, event))
        });
        let events = events.collect::<Option<Vec<_>>>()?;
        let mut now: u64 = 0;
        let steps = events.into_iter().map(|(after, event)| {
            now = now.checked_add(after)?;
            Some(Step { now: Time::from_millis(now), event })
        });
        Some(Sequence { header, steps: steps.collect::<Option<_>>()? })
    }

    /// Drops steps before the last one, which shows the finding.
    pub(super) fn drop_steps_before_last(&mut self, mut is_dropped: impl FnMut(&mut Value) -> bool) {
        let last = self.steps.pop();
        self.steps.retain_mut(|step| !is_dropped(step));
        self.steps.extend(last);
    }

    /// Gives a name of a role to all that have another.
    pub(super) fn rename(&mut self, role: NameRole, from: &Value, to: &Value) {
        for (field, value) in leaves(&mut self.steps) {
            if F::name_role(field) == Some(role) && value == from {
                *value = to.clone();
            }
        }
        if let (NameRole::Topic, Value::String(from), Value::String(to)) = (role, from, to)
            && let Some(topics) = parameters::topics::<F>(&mut self.parameters)
            && let Some(parameters) = topics.remove(from)
        {
            topics.entry(to.clone()).or_insert(parameters);
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
pub(super) fn names<F: Family>(document: &mut Document<F>) -> Vec<(NameRole, Value)> {
    let mut known = BTreeSet::new();
    let named =
        leaves(&mut document.steps).into_iter().filter_map(|(field, value)| Some((F::name_role(field)?, value)));
    named
        .filter(|(role, value)| known.insert((*role, value.to_string())))
        .map(|(role, value)| (role, value.clone()))
        .collect()
}

/// The kind of a step's input. Absent if the step changes the environment.
pub(super) fn input_kind(step: &Value) -> Option<&Value> {
    step.pointer("/input/kind")
}

/// Whether a name is in a step.
pub(super) fn is_about<F: Family>(step: &mut Value, role: NameRole, name: &Value) -> bool {
    leaves(std::slice::from_mut(step)).iter().any(|(field, value)| F::name_role(field) == Some(role) && *value == name)
}

/// Whether a field holds names, which are no numbers to be made smaller one by one.
pub(super) fn is_name<F: Family>(field: &str) -> bool {
    F::name_role(field).is_some()
}
