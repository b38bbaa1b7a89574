//! The parameters of a scenario: those that are not the default ones.

use crate::limits::differing;
use gossipsub_reference_model::libp2p::vocabulary::Parameters;
use serde_json::{Map, Value};

/// The default parameters, the default parts of scoring, and those of a topic with scoring.
const DEFAULTS: &str = include_str!("../../libp2p/defaults.json");

/// The default values of a part: `parameters`, `scoring` or `topic`.
fn defaults(part: &str) -> Result<Value, serde_json::Error> {
    let defaults: Map<String, Value> = serde_json::from_str(DEFAULTS)?;
    Ok(defaults.get(part).cloned().unwrap_or_default())
}

/// A line for the router, one for scoring, and one for each topic with scoring.
pub(super) fn lines(parameters: &Parameters) -> Result<Vec<String>, serde_json::Error> {
    let mut router = serde_json::to_value(parameters)?;
    let scoring = take(&mut router, "scoring");
    let mut lines = vec![line("Parameters", &defaults("parameters")?, &router)?];
    if let Some(mut scoring) = scoring.filter(|scoring| !scoring.is_null()) {
        let topics = take(&mut scoring, "topics");
        lines.push(line("Scoring", &defaults("scoring")?, &scoring)?);
        for (topic, of_topic) in topics.iter().filter_map(Value::as_object).flatten() {
            lines.push(line(&format!("Scoring of {topic}"), &defaults("topic")?, of_topic)?);
        }
    }
    Ok(lines)
}

/// Every default value.
pub(super) fn all_default() -> Result<Vec<String>, serde_json::Error> {
    let mut all = Vec::new();
    for part in ["parameters", "scoring", "topic"] {
        all.extend(differing(&Value::Null, &defaults(part)?)?);
    }
    Ok(all)
}

fn take(object: &mut Value, field: &str) -> Option<Value> {
    object.as_object_mut()?.remove(field)
}

fn line(title: &str, default: &Value, value: &Value) -> Result<String, serde_json::Error> {
    let fields = differing(default, value)?;
    Ok(format!("{title}: {}", if fields.is_empty() { "the default ones".into() } else { fields.join(" ") }))
}
