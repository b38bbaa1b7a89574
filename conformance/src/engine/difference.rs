//! What differs between two values of the trace format, field by field.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One part of an answer that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The part: a field by its path, or in words.
    pub what: String,
    /// What is allowed.
    pub allowed: String,
    /// What was observed.
    pub observed: String,
}

impl Difference {
    /// If both are sets: the elements that are wrong and those that are missing, in words. Empty if they are no sets.
    #[must_use]
    pub fn elements(&self) -> Vec<String> {
        let (Some((all_needed, allowed)), Some((_, observed))) = (elements(&self.allowed), elements(&self.observed))
        else {
            return Vec::new();
        };
        let list = |of: &[&str], without: &[&str]| {
            let left: Vec<&str> = of.iter().filter(|element| !without.contains(element)).copied().collect();
            left.join(", ")
        };
        let (wrong, missing) = (list(&observed, &allowed), list(&allowed, &observed));
        let mut words = Vec::new();
        if !wrong.is_empty() {
            words.push(format!("not allowed: {wrong}"));
        }
        if all_needed && !missing.is_empty() {
            words.push(format!("missing: {missing}"));
        }
        words
    }
}

/// The elements of `{1, 2}`, `[1,2]` or `1 of {1, 2}`, and whether all of them are needed.
fn elements(text: &str) -> Option<(bool, Vec<&str>)> {
    let (all_needed, set) = match text.split_once(" of ") {
        Some((count, set)) if count.parse::<u64>().is_ok() => (false, set),
        _ => (true, text),
    };
    let bare = set.strip_prefix('{').and_then(|set| set.strip_suffix('}'));
    let inner = bare.or_else(|| set.strip_prefix('[').and_then(|set| set.strip_suffix(']')))?;
    // Elements that are more than names and numbers are shown as they are.
    if inner.contains(['{', '[', ':']) {
        return None;
    }
    Some((all_needed, inner.split(',').map(str::trim).filter(|element| !element.is_empty()).collect()))
}

/// The differences between two values of the trace format, each at the deepest field that holds all of it. Arrays are compared whole.
#[must_use]
pub fn differences(allowed: &Value, observed: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    collect(&mut String::new(), Some(allowed), Some(observed), &mut found);
    found
}

fn collect(path: &mut String, allowed: Option<&Value>, observed: Option<&Value>, found: &mut Vec<Difference>) {
    if let (Some(Value::Object(a)), Some(Value::Object(b))) = (allowed, observed) {
        let only_b = b.keys().filter(|key| !a.contains_key(*key));
        for key in a.keys().chain(only_b) {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(key);
            collect(path, a.get(key), b.get(key), found);
            path.truncate(length);
        }
        return;
    }
    // As text, because -0.0 and 0.0 are equal numbers.
    let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    let (allowed, observed) = (text(allowed), text(observed));
    if allowed != observed {
        found.push(Difference { what: path.clone(), allowed, observed });
    }
}

/// A value in the form of the trace format. A value that the format cannot hold is replaced by the error.
pub fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| Value::String(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(allowed: &Value, observed: &Value) -> Vec<String> {
        let text =
            |difference: Difference| format!("{}: {} {}", difference.what, difference.allowed, difference.observed);
        differences(allowed, observed).into_iter().map(text).collect()
    }

    #[test]
    fn the_wrong_elements_of_a_set_are_named() {
        let words = |allowed: &str, observed: &str| {
            let (allowed, observed) = (allowed.to_owned(), observed.to_owned());
            Difference { what: String::new(), allowed, observed }.elements().join("; ")
        };
        assert_eq!(words("{1, 2, 3}", "{1, 4}"), "not allowed: 4; missing: 2, 3");
        assert_eq!(words("[1,2]", "[1,2,5]"), "not allowed: 5");
        assert_eq!(words("1 of {4, 7}", "{}"), "", "the number is wrong, and no element");
        assert_eq!(words("1 of {4, 7}", "{5}"), "not allowed: 5");
        assert_eq!(words("{\"kind\":\"x\"}", "{\"kind\":\"y\"}"), "");
    }

    #[test]
    fn fields_are_named_by_their_path() {
        let allowed = json!({"scores": {"1": 0.5, "2": 1.0}, "mesh": {"a": [1, 2]}});
        let observed = json!({"scores": {"1": 0.5, "3": 1.0}, "mesh": {"a": [1]}});
        assert_eq!(found(&allowed, &observed), ["mesh.a: [1,2] [1]", "scores.2: 1.0 nothing", "scores.3: nothing 1.0"]);
    }

    #[test]
    fn a_difference_in_the_last_bit_or_in_the_sign_of_zero_shows() {
        assert_eq!(found(&json!(0.1), &json!(0.1_f64.next_up())), [": 0.1 0.10000000000000002"]);
        assert_eq!(found(&json!(0.0), &json!(-0.0)), [": 0.0 -0.0"]);
    }
}
