//! The text forms of inputs and outputs are those that the original prints.

use gossipsub_automaton::{Behaviour, Input, Output, OutputKind, trace_ids::TraceIds};
use serde_json::Value;

#[test]
fn text_forms_equal_those_of_mavryk() {
    assert_eq!(compare(include_str!("../vectors/text/printed.jsonl"), Behaviour::Mavryk), 296);
}

#[test]
fn text_forms_equal_those_of_octez() {
    assert_eq!(compare(include_str!("../vectors/text/printed-octez.jsonl"), Behaviour::OctezNext), 100);
}

/// Compares each row of a table, and returns the number of rows.
fn compare(printed: &str, behaviour: Behaviour) -> usize {
    let mut compared = 0;
    for line in printed.lines() {
        let row: Value = serde_json::from_str(line).expect("a row");
        let value = &row["value"];
        let text = row["pp"].as_str().expect("a text").split_whitespace().collect::<Vec<_>>().join(" ");
        // Inputs and outputs share some names: only inputs are printed as records without a name.
        let (ours, text) = if text.starts_with('{') {
            let input: Input<TraceIds> = serde_json::from_value(value.clone()).expect("an input");
            (input.text_of(behaviour).to_string(), text)
        } else {
            let output: Output<TraceIds> = serde_json::from_value(value.clone()).expect("an output");
            (output.to_string(), with_the_value_for_the_record(&output, &text))
        };
        assert_eq!(ours.split_whitespace().collect::<Vec<_>>().join(" "), text, "{value}");
        assert!(!ours.contains('\n'), "one line: {ours:?}");
        compared += 1;
    }
    compared
}

/// Three outputs show a score: the original prints the whole record, of which ours shows the value.
fn with_the_value_for_the_record(output: &Output<TraceIds>, text: &str) -> String {
    let scored =
        [OutputKind::IhaveFromPeerWithLowScore, OutputKind::IwantFromPeerWithLowScore, OutputKind::IgnorePxScoreTooLow];
    if !scored.contains(&output.kind()) {
        return text.to_owned();
    }
    let (name, record) = text.split_once(" { ").expect("a record");
    let score = record.rsplit_once("\"score\" = ").expect("a score").1;
    let value = score.split_once(" }").expect("the end of the record").0;
    match score.rsplit_once("\"threshold\" = ") {
        Some((_, threshold)) => format!("{name} {{ \"score\" = {value}; \"threshold\" = {threshold}"),
        None => format!("{name} {{ \"score\" = {value} }}"),
    }
}
