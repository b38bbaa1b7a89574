//! The text form of a score: its value, and the sum that gives it.

use gossipsub_automaton::{Score, ScoreLimits, trace_ids::TraceIds};
use gossipsub_reference_model::automaton::{ScoreParts, TopicParts};

/// `-9 = a(P1 1) + P7 -10`. Parts that are 0 are left out; without any, the value stands alone.
pub(crate) fn text(score: Score, parts: Option<&ScoreParts>, limits: &ScoreLimits<TraceIds>) -> String {
    let value = score.value().to_string();
    let terms = parts.map_or_else(Vec::new, |parts| terms(parts, limits));
    if terms.is_empty() { value } else { format!("{value} = {}", terms.join(" + ")) }
}

fn terms(parts: &ScoreParts, limits: &ScoreLimits<TraceIds>) -> Vec<String> {
    let mut terms = topics(parts, limits);
    terms.extend(term("P5", parts.p5));
    terms.extend(term("P7", parts.p7));
    terms
}

/// The share of all topics, with the cap where that binds.
fn topics(parts: &ScoreParts, limits: &ScoreLimits<TraceIds>) -> Vec<String> {
    let (mut sum, mut terms) = (0.0, Vec::new());
    for (topic, parts) in &parts.topics {
        let weight = limits.topics.of(topic).1;
        sum += weight * parts.sum();
        let of_topic = of_topic(parts).join(" + ");
        if !of_topic.is_empty() {
            let factor = if weight.to_bits() == 1.0_f64.to_bits() { String::new() } else { format!("{weight} ") };
            terms.push(format!("{factor}{topic}({of_topic})"));
        }
    }
    match limits.topic_score_cap {
        Some(cap) if cap < sum => vec![format!("min({cap}, {})", terms.join(" + "))],
        _ => terms,
    }
}

fn of_topic(parts: &TopicParts) -> Vec<String> {
    let TopicParts { p1, p2, p3, p3b, p4 } = *parts;
    [("P1", p1), ("P2", p2), ("P3", p3), ("P3b", p3b), ("P4", p4)]
        .into_iter()
        .filter_map(|(name, value)| term(name, value))
        .collect()
}

fn term(name: &str, value: f64) -> Option<String> {
    (value != 0.0).then(|| format!("{name} {value}"))
}
