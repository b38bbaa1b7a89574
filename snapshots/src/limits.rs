//! The text form of limits: those that are not the default ones.

use gossipsub_automaton::{Limits, TopicParameters, TopicScoreLimits, WeightedTopicParameters, trace_ids::TraceIds};
use serde::Serialize;
use serde_json::Value;

/// `degree_high=3 degree_low=1`, by the names of the trace format.
pub(crate) fn text(limits: &Limits<TraceIds>) -> Result<String, serde_json::Error> {
    let mut fields = differing(&Limits::default(), limits)?;
    if let TopicScoreLimits::Family { default, topics } = &limits.score_limits.topics {
        let named = topics.iter().map(|(topic, limits)| (format!("topic {topic}"), limits));
        for (name, limits) in std::iter::once(("other topics".to_owned(), default)).chain(named) {
            fields.push(format!("{name}({})", of_topic(limits)?));
        }
    }
    Ok(if fields.is_empty() { "the default ones".into() } else { fields.join(" ") })
}

/// All the default limits.
pub(crate) fn all_default() -> Result<Vec<String>, serde_json::Error> {
    let mut fields = Vec::new();
    collect("", &Value::Null, &serde_json::to_value(Limits::<TraceIds>::default())?, &mut fields);
    Ok(fields)
}

fn of_topic(limits: &WeightedTopicParameters) -> Result<String, serde_json::Error> {
    let mut fields = vec![format!("weight={}", limits.weight)];
    fields.extend(differing(&TopicParameters::default(), &limits.parameters)?);
    Ok(fields.join(" "))
}

/// `degree=3`: the fields that differ from the default ones.
pub(crate) fn differing<T: Serialize>(default: &T, limits: &T) -> Result<Vec<String>, serde_json::Error> {
    let mut fields = Vec::new();
    collect("", &serde_json::to_value(default)?, &serde_json::to_value(limits)?, &mut fields);
    Ok(fields)
}

/// The fields that differ, each by its own name, as no two have the same. A family of topics has a line of its own.
fn collect(name: &str, default: &Value, value: &Value, fields: &mut Vec<String>) {
    match value {
        Value::Object(object) if object.get("kind").is_none_or(|kind| kind == "single") => {
            for (name, value) in object.iter().filter(|(name, _)| *name != "kind") {
                collect(name, default.get(name).unwrap_or(&Value::Null), value, fields);
            }
        }
        Value::Object(_) => {}
        _ if value != default => fields.push(format!("{name}={value}")),
        _ => {}
    }
}
