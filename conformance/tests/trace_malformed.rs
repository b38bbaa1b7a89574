//! What is wrong with a trace is said in one message: which trace, line and field, and what the format asks for.
#![expect(clippy::unwrap_used, reason = "a failed test may end so")]

use gossipsub_conformance::{
    automaton::{Header, TraceReader, open},
    engine::{
        TraceHeader,
        trace::{LONGEST_LINE, TraceError},
    },
};
use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
};

/// The line of the default header.
fn header() -> String {
    let mut line = Vec::new();
    Header::default().write_line(&mut line).unwrap();
    String::from_utf8(line).unwrap()
}

/// Reads a whole trace, and gives the error that it ends with.
fn error_of(trace: impl Into<Vec<u8>>) -> TraceError {
    let trace = io::Cursor::new(trace.into());
    let mut reader = match TraceReader::new("t.jsonl", trace) {
        Ok(reader) => reader,
        Err(error) => return error,
    };
    reader.find_map(Result::err).expect("the trace is malformed")
}

/// A trace of this one line.
#[track_caller]
fn check_header(line: impl Into<Vec<u8>>, expected: &str) {
    assert_eq!(error_of(line).to_string(), format!("t.jsonl:{expected}"));
}

/// The default header, with one part of it replaced.
#[track_caller]
fn check_header_with(part: &str, replacement: &str, expected: &str) {
    let line = header();
    assert!(line.contains(part), "no {part} in {line}");
    check_header(line.replacen(part, replacement, 1), expected);
}

/// A trace of a good header, a good step, and this.
#[track_caller]
fn check(lines: impl AsRef<[u8]>, expected: &str) {
    let mut trace = header().into_bytes();
    trace.extend(b"{\"now\":7,\"input\":{\"kind\":\"heartbeat\"}}\n");
    trace.extend(lines.as_ref());
    assert_eq!(error_of(trace).to_string(), format!("t.jsonl:{expected}"));
}

/// A step with this input.
#[track_caller]
fn check_input(input: &str, expected: &str) {
    check(format!(r#"{{"now":7,"input":{input}}}"#), expected);
}

/// A step with this output.
#[track_caller]
fn check_output(output: &str, expected: &str) {
    check(format!(r#"{{"now":7,"input":{{"kind":"heartbeat"}},"output":{output}}}"#), expected);
}

/// A step with this view.
#[track_caller]
fn check_view(view: &str, expected: &str) {
    check(format!(r#"{{"now":7,"input":{{"kind":"heartbeat"}},"view":{view}}}"#), expected);
}

/// A step with this change of the environment.
#[track_caller]
fn check_environment(change: &str, expected: &str) {
    check(format!(r#"{{"now":7,"environment":{change}}}"#), expected);
}

#[test]
fn a_trace_starts_with_a_header() {
    check_header("", "1: expected a header line, found an empty file");
    check_header("\n", "1: expected a JSON object, found an empty line");
    check_header("[]\n", "1: expected a JSON object, found another value");
    check_header("\"gossipsub-trace\"\n", "1: expected a JSON object, found another value");
    check_header(r#"{"now":0,"input":{"kind":"heartbeat"}}"#, "1: missing field `format`");
    check_header(&header()[..100], "1: not JSON: EOF while parsing a string at column 100");
    check_header(format!("\u{feff}{}", header()), "1: not JSON: expected value at column 1");
}

#[test]
fn the_header_names_format_and_version() {
    check_header_with(
        "gossipsub-trace",
        "episub-trace",
        r#"1: format: expected the format "gossipsub-trace", found "episub-trace""#,
    );
    check_header_with(r#""format":"gossipsub-trace","#, "", "1: missing field `format`");
    check_header_with(
        r#""format":"gossipsub-trace""#,
        r#""format":1"#,
        "1: format: invalid type: integer `1`, expected a string",
    );
    check_header_with(r#""version":1,"#, "", "1: missing field `version`");
    check_header_with(r#""version":1,"#, r#""version":2,"#, "1: version: expected version 1, found 2");
    check_header_with(
        r#""version":1,"#,
        r#""version":"1","#,
        r#"1: version: invalid type: string "1", expected an integer from 0 to 2^53 - 1"#,
    );
    check_header_with(r#""version":1,"#, r#""version":1,"version":1,"#, "1: duplicate field `version`");
    check_header(r#"{"format":"gossipsub-trace","version":2,"bounds":{}}"#, "1: version: expected version 1, found 2");
}

#[test]
fn what_the_header_says_of_the_trace_has_its_type() {
    check_header_with(
        r#""version":1,"#,
        r#""version":1,"seed":-1,"#,
        "1: seed: invalid value: integer `-1`, expected u64",
    );
    check_header_with(r#""version":1,"#, r#""version":1,"seed":null,"#, "1: seed: invalid type: null, expected u64");
    check_header_with(
        r#""version":1,"#,
        r#""version":1,"implementation":["x"],"#,
        "1: implementation: invalid type: sequence, expected a string",
    );
    check_header_with(
        r#""version":1,"#,
        r#""version":1,"profile":1,"#,
        "1: profile: invalid type: integer `1`, expected a string",
    );
    check_header_with(
        r#""version":1,"#,
        r#""version":1,"description":1,"#,
        "1: description: invalid type: integer `1`, expected a string",
    );
}

#[test]
fn limits_have_exactly_their_fields() {
    check_header(r#"{"format":"gossipsub-trace","version":1}"#, "1: missing field `limits`");
    check_header_with(r#""degree_low":5,"#, "", "1: limits: missing field `degree_low`");
    check_header_with(
        r#""degree_low":5,"#,
        r#""degree_low":5,"degree_lower":5,"#,
        "1: limits.degree_lower: unknown field `degree_lower`, expected one of \
         `max_recv_ihave_per_heartbeat`, `max_sent_iwant_per_heartbeat`, `max_gossip_retransmission`, \
         `degree_optimal`, `publish_threshold`, `gossip_threshold`, `do_px`, `accept_px_threshold`, \
         `peers_to_px`, `unsubscribe_backoff`, `graft_flood_threshold`, `prune_backoff`, `retain_duration`, \
         `fanout_ttl`, `heartbeat_interval`, `backoff_cleanup_ticks`, `score_cleanup_ticks`, `degree_low`, \
         `degree_high`, `degree_score`, `degree_out`, `degree_lazy`, `gossip_factor`, `history_length`, \
         `history_gossip_length`, `opportunistic_graft_ticks`, `opportunistic_graft_peers`, \
         `opportunistic_graft_threshold`, `seen_history_length`, `score_limits`, `max_topics_per_peer`",
    );
    check_header_with(
        r#""degree_low":5,"#,
        r#""degree_low":5,"degree_low":5,"#,
        "1: limits: duplicate field `degree_low`",
    );
    check_header_with(
        r#""decay_zero":0.1"#,
        r#""decay_zero":0.1,"decay":1"#,
        "1: limits.score_limits.decay: unknown field `decay`, expected one of `topics`, `topic_score_cap`, \
         `behaviour_penalty_weight`, `behaviour_penalty_threshold`, `behaviour_penalty_decay`, \
         `app_specific_weight`, `decay_zero`",
    );
    check_header_with(
        r#""time_in_mesh_weight":1.0,"#,
        "",
        "1: limits.score_limits.topics.parameters: missing field `time_in_mesh_weight`",
    );
    check_header(
        r#"{"format":"gossipsub-trace","version":1,"limits":[1,2,3]}"#,
        "1: limits: invalid type: sequence, expected an object",
    );
    check_header_with(r#""topic_score_cap":3600.0,"#, "", "1: limits.score_limits: missing field `topic_score_cap`");
}

#[test]
fn limits_have_their_types() {
    check_header_with(
        r#""do_px":true"#,
        r#""do_px":1"#,
        "1: limits.do_px: invalid type: integer `1`, expected a boolean",
    );
    check_header_with(
        r#""prune_backoff":60000"#,
        r#""prune_backoff":-60000"#,
        "1: limits.prune_backoff: invalid value: integer `-60000`, expected a span: an integer from 0 to 2^53 \
         - 1",
    );
    check_header_with(
        r#""prune_backoff":60000"#,
        r#""prune_backoff":60000.0"#,
        "1: limits.prune_backoff: invalid type: floating point `60000.0`, expected a span: an integer from 0 \
         to 2^53 - 1",
    );
    check_header_with(
        r#""degree_high":12"#,
        r#""degree_high":9007199254740992"#,
        "1: limits.degree_high: invalid value: integer `9007199254740992`, expected an integer from 0 to 2^53 \
         - 1",
    );
    check_header_with(
        r#""gossip_threshold":0.0"#,
        r#""gossip_threshold":"inf""#,
        r#"1: limits.gossip_threshold: invalid type: string "inf", expected f64"#,
    );
    check_header_with(
        r#""gossip_threshold":0.0"#,
        r#""gossip_threshold":-1e999"#,
        "1: limits.gossip_threshold: number out of range",
    );
    check_header_with(
        r#""gossip_threshold":0.0"#,
        r#""gossip_threshold":null"#,
        "1: limits.gossip_threshold: invalid type: null, expected f64",
    );
    check_header_with(
        r#""time_in_mesh_weight":1.0"#,
        r#""time_in_mesh_weight":"1.0""#,
        "1: limits.score_limits.topics.parameters.time_in_mesh_weight: invalid type: string \"1.0\", expected \
         f64",
    );
    check_header_with(
        r#""mesh_message_deliveries_window":10"#,
        r#""mesh_message_deliveries_window":-9007199254740992"#,
        "1: limits.score_limits.topics.parameters.mesh_message_deliveries_window: invalid value: integer \
         `-9007199254740992`, expected an integer from -(2^53 - 1) to 2^53 - 1",
    );
}

#[test]
fn the_limits_of_topics_are_of_a_kind() {
    check_header_with(
        r#""kind":"single""#,
        r#""kind":"double""#,
        "1: limits.score_limits.topics: unknown kind `double` of the limits of topics",
    );
    check_header_with(
        r#""kind":"single""#,
        r#""kind":"family""#,
        "1: limits.score_limits.topics.parameters: unknown field `parameters`, expected `default` or `topics`",
    );
    check_header_with(r#""kind":"single","#, "", "1: limits.score_limits.topics: missing field `kind`");
    check_header_with(
        r#""parameters":{"#,
        r#""parameters":[],"more":{"#,
        "1: limits.score_limits.topics.parameters: invalid type: sequence, expected an object",
    );
    let line = header();
    let good = line.split_once(r#""parameters":"#).unwrap().1.split_once("},").unwrap().0;
    let wrong = good.replace(r#""time_in_mesh_weight":1.0"#, r#""time_in_mesh_weight":true"#);
    let default = format!(r#""default":{{"parameters":{good},"weight":1}}"#);
    let topics = format!(r#""topics":{{"a":{{"parameters":{wrong},"weight":1}}}}"#);
    check_header_with(
        &format!(r#""kind":"single","parameters":{good}"#),
        &format!(r#""kind":"family",{default},{topics}"#),
        "1: limits.score_limits.topics.topics.a.parameters.time_in_mesh_weight: invalid type: boolean `true`, \
         expected f64",
    );
}

#[test]
fn limits_keep_the_rules() {
    check_header_with(
        r#""degree_low":5"#,
        r#""degree_low":7"#,
        "1: limits: degree_low <= degree_optimal is required, and 7 is greater than 6",
    );
    check_header_with(
        r#""degree_score":4"#,
        r#""degree_score":5"#,
        "1: limits: degree_score + degree_out <= degree_optimal is required, and 5 + 2 is greater than 6",
    );
    check_header_with(
        r#""seen_history_length":120"#,
        r#""seen_history_length":0"#,
        "1: limits: seen_history_length > 0 is required, found 0",
    );
    check_header_with(
        r#""time_in_mesh_weight":1.0"#,
        r#""time_in_mesh_weight":-1"#,
        "1: limits: score_limits.topics.parameters.time_in_mesh_weight >= 0 is required, found -1.0",
    );
    check_header_with(
        r#""behaviour_penalty_decay":0.2"#,
        r#""behaviour_penalty_decay":2"#,
        "1: limits: score_limits.behaviour_penalty_decay must be in [0, 1], found 2.0",
    );
}

#[test]
fn a_line_is_json() {
    check("nonsense\n", "3: not JSON: expected ident at column 2");
    check("\n", "3: expected a JSON object, found an empty line");
    check(" \t\r\n", "3: expected a JSON object, found an empty line");
    check(r#"{"now":7,"input":{"kind":"heart"#, "3: not JSON: EOF while parsing a string at column 31");
    check(r#"{"now":7,"input":{"kind":"heartbeat"}"#, "3: not JSON: EOF while parsing an object at column 37");
    check(r#"{"now":7,"input":{"kind":"heartbeat"}} {}"#, "3: not JSON: trailing characters at column 40");
    check(r#"{"now":7,"input":{"kind":"heartbeat",}}"#, "3: not JSON: key must be a string at column 38");
    check(r#"{"now":07,"input":{"kind":"heartbeat"}}"#, "3: not JSON: invalid number at column 9");
    check(
        r#"{"now":7,"input":{"kind":"set_application_score","peer":1,"score":NaN}}"#,
        "3: not JSON: expected value at column 67",
    );
    check(b"\0\0\0\0\n", "3: not JSON: expected value at column 1");
    check(
        b"{\"now\":7,\"input\":{\"kind\":\"join\",\"topic\":\"a\0\"}}\n",
        r"3: not JSON: control character (\u0000-\u001F) found while parsing a string at column 42",
    );
    check("{\"now\":7,\"input\":\n{\"kind\":\"heartbeat\"}}\n", "3: not JSON: EOF while parsing a value at column 17");
}

#[test]
fn a_line_is_text() {
    check(b"{\"now\":7,\"input\":{\"kind\":\"join\",\"topic\":\"\xff\"}}\n", "3: not UTF-8 at column 42");
    check_input(r#"{"kind":"join","topic":"\ud800"}"#, "3: input.topic: unexpected end of hex escape");
}

#[test]
fn a_line_is_an_object() {
    check(r#"[7,{"kind":"heartbeat"}]"#, "3: expected a JSON object, found another value");
    check("7\n", "3: expected a JSON object, found another value");
    check("null\n", "3: expected a JSON object, found another value");
}

#[test]
fn a_step_has_a_time() {
    check(r#"{"input":{"kind":"heartbeat"}}"#, "3: missing field `now`");
    check(r#"{"now":6,"input":{"kind":"heartbeat"}}"#, "3: now: time never goes backwards, found 6ms after 7ms");
    check(
        r#"{"now":6,"environment":{"kind":"validity","message_id":1,"validity":"valid"}}"#,
        "3: now: time never goes backwards, found 6ms after 7ms",
    );
    check(
        r#"{"now":-1,"input":{"kind":"heartbeat"}}"#,
        "3: now: invalid value: integer `-1`, expected an integer from 0 to 2^53 - 1",
    );
    check(
        r#"{"now":7.0,"input":{"kind":"heartbeat"}}"#,
        "3: now: invalid type: floating point `7.0`, expected an integer from 0 to 2^53 - 1",
    );
    check(
        r#"{"now":"7","input":{"kind":"heartbeat"}}"#,
        r#"3: now: invalid type: string "7", expected an integer from 0 to 2^53 - 1"#,
    );
    check(
        r#"{"now":null,"input":{"kind":"heartbeat"}}"#,
        "3: now: invalid type: null, expected an integer from 0 to 2^53 - 1",
    );
    check(
        r#"{"now":9007199254740992,"input":{"kind":"heartbeat"}}"#,
        "3: now: invalid value: integer `9007199254740992`, expected an integer from 0 to 2^53 - 1",
    );
    check(
        r#"{"now":18446744073709551616,"input":{"kind":"heartbeat"}}"#,
        "3: now: invalid type: floating point `1.8446744073709552e+19`, expected an integer from 0 to 2^53 - \
         1",
    );
}

#[test]
fn a_step_has_either_an_input_or_an_environment() {
    check("{\"now\":7}\n", "3: expected either `input` or `environment`, found neither");
    check(r#"{"now":7,"output":{"kind":"peer_added"}}"#, "3: expected either `input` or `environment`, found neither");
    let environment = r#""environment":{"kind":"validity","message_id":1,"validity":"valid"}"#;
    check(
        format!(r#"{{"now":7,"input":{{"kind":"heartbeat"}},{environment}}}"#),
        "3: expected either `input` or `environment`, found both",
    );
    check(
        format!(r#"{{"now":7,{environment},"output":{{"kind":"peer_added"}}}}"#),
        "3: output: an answer belongs to an `input`, found one beside an `environment`",
    );
    check(
        format!(r#"{{"now":7,{environment},"view":{{}}}}"#),
        "3: view: an answer belongs to an `input`, found one beside an `environment`",
    );
    check_input("null", "3: input: invalid type: null, expected an input as an object with a field `kind`");
    check_output("null", "3: output: invalid type: null, expected an output as an object with a field `kind`");
    check_view("null", "3: view: invalid type: null, expected an object");
    check_environment(
        "null",
        "3: environment: invalid type: null, expected a change of the environment as an object with a field \
         `kind`",
    );
}

#[test]
fn a_step_has_no_other_fields() {
    check(
        r#"{"now":7,"input":{"kind":"heartbeat"},"comment":"x"}"#,
        "3: comment: unknown field `comment`, expected one of `now`, `input`, `output`, `view`, `environment`",
    );
    check(
        r#"{"now":7,"input":{"kind":"heartbeat"},"outputs":{}}"#,
        "3: outputs: unknown field `outputs`, expected one of `now`, `input`, `output`, `view`, `environment`",
    );
    check(r#"{"now":7,"now":7,"input":{"kind":"heartbeat"}}"#, "3: duplicate field `now`");
    check(r#"{"now":7,"input":{"kind":"heartbeat"},"input":{"kind":"heartbeat"}}"#, "3: duplicate field `input`");
}

#[test]
fn an_input_is_of_a_kind() {
    check_input(r#"{"kind":"hartbeat"}"#, "3: input: unknown kind `hartbeat` of an input");
    check_input(r#"{"peer":1,"topic":"a"}"#, "3: input: missing field `kind`");
    check_input(r#"{"kind":1}"#, "3: input.kind: invalid type: integer `1`, expected a string");
    check_input(
        r#"{"kind":"join","kind":"join","topic":"a"}"#,
        "3: input.kind: unknown field `kind`, expected `topic`",
    );
    check_input(r#"{"topic":"a","kind":"join","kind":"join"}"#, "3: input: duplicate field `kind`");
    check_input(
        "[\"heartbeat\"]",
        "3: input: invalid type: sequence, expected an input as an object with a field `kind`",
    );
    check_input(
        "\"heartbeat\"",
        "3: input: invalid type: string \"heartbeat\", expected an input as an object with a field `kind`",
    );
}

#[test]
fn an_input_has_exactly_the_fields_of_its_kind() {
    check_input(r#"{"kind":"graft","peer":1}"#, "3: input: missing field `topic`");
    check_input(
        r#"{"kind":"graft","peer":1,"topic":"a","px":[]}"#,
        "3: input.px: unknown field `px`, expected `peer` or `topic`",
    );
    check_input(r#"{"kind":"heartbeat","now":7}"#, "3: input.now: unknown field `now`, there are no fields");
    check_input(r#"{"kind":"graft","peer":1,"peer":1,"topic":"a"}"#, "3: input: duplicate field `peer`");
    check_input(
        r#"{"kind":"add_peer","peer":1,"direct":0,"outbound":true}"#,
        "3: input.direct: invalid type: integer `0`, expected a boolean",
    );
    check_input(
        r#"{"kind":"publish_message","topic":"a","message_id":1,"message":null}"#,
        "3: input.message: invalid type: null, expected a string",
    );
}

#[test]
fn peers_and_message_ids_are_integers() {
    check_input(
        r#"{"kind":"remove_peer","peer":-1}"#,
        "3: input.peer: invalid value: integer `-1`, expected an integer from 0 to 2^53 - 1",
    );
    check_input(
        r#"{"kind":"remove_peer","peer":-0}"#,
        "3: input.peer: invalid type: floating point `-0.0`, expected an integer from 0 to 2^53 - 1",
    );
    check_input(
        r#"{"kind":"remove_peer","peer":1.0}"#,
        "3: input.peer: invalid type: floating point `1.0`, expected an integer from 0 to 2^53 - 1",
    );
    check_input(
        r#"{"kind":"remove_peer","peer":"1"}"#,
        r#"3: input.peer: invalid type: string "1", expected an integer from 0 to 2^53 - 1"#,
    );
    check_input(
        r#"{"kind":"remove_peer","peer":9007199254740992}"#,
        "3: input.peer: invalid value: integer `9007199254740992`, expected an integer from 0 to 2^53 - 1",
    );
    check_input(
        r#"{"kind":"iwant","peer":1,"message_ids":[1,2,"3"]}"#,
        r#"3: input.message_ids[2]: invalid type: string "3", expected an integer from 0 to 2^53 - 1"#,
    );
    check_input(
        r#"{"kind":"iwant","peer":1,"message_ids":{}}"#,
        "3: input.message_ids: invalid type: map, expected a sequence",
    );
    check_input(
        r#"{"kind":"prune","peer":1,"topic":"a","px":[1,-2],"backoff":0}"#,
        "3: input.px[1]: invalid value: integer `-2`, expected an integer from 0 to 2^53 - 1",
    );
    check_input(
        r#"{"kind":"prune","peer":1,"topic":"a","px":[],"backoff":-1}"#,
        "3: input.backoff: invalid value: integer `-1`, expected a span: an integer from 0 to 2^53 - 1",
    );
    check_input(r#"{"kind":"join","topic":1}"#, "3: input.topic: invalid type: integer `1`, expected a string");
}

#[test]
fn the_field_is_named_where_the_kind_comes_last() {
    check_input(
        r#"{"peer":1,"message_ids":[1,2,"3"],"kind":"iwant"}"#,
        r#"3: input.message_ids[2]: invalid type: string "3", expected an integer from 0 to 2^53 - 1"#,
    );
    check_input(r#"{"peer":1,"peer":1,"kind":"remove_peer"}"#, "3: input: duplicate field `peer`");
    check_input(r#"{"peer":1e999,"kind":"remove_peer"}"#, "3: input.peer: number out of range");
    check_output(
        r#"{"routed_message_ids":{"3":{"message":1,"kind":"message"}},"kind":"on_iwant_messages_to_route"}"#,
        "3: output.routed_message_ids.3.message: invalid type: integer `1`, expected a string",
    );
    check_header_with(
        r#"{"kind":"single","parameters":{"time_in_mesh_weight":1.0"#,
        r#"{"more":{},"kind":"single","parameters":{"time_in_mesh_weight":1.0"#,
        "1: limits.score_limits.topics.more: unknown field `more`, expected `parameters`",
    );
}

#[test]
fn scores_are_finite_where_an_application_sets_them() {
    check_input(r#"{"kind":"set_application_score","peer":1,"score":1e999}"#, "3: input.score: number out of range");
    check_input(
        r#"{"kind":"set_application_score","peer":1,"score":"inf"}"#,
        r#"3: input.score: invalid type: string "inf", expected f64"#,
    );
    check_input(
        r#"{"kind":"set_application_score","peer":1,"score":"nan"}"#,
        r#"3: input.score: invalid type: string "nan", expected f64"#,
    );
}

#[test]
fn scores_are_numbers_or_infinite_where_they_are_shown() {
    check_output(
        r#"{"kind":"ignore_px_score_too_low","score":"nan"}"#,
        r#"3: output.score: invalid value: string "nan", expected a number, "inf" or "-inf""#,
    );
    check_output(r#"{"kind":"ignore_px_score_too_low","score":1e999}"#, "3: output.score: number out of range");
    check_output(
        r#"{"kind":"iwant_from_peer_with_low_score","score":0,"threshold":"inf"}"#,
        r#"3: output.threshold: invalid type: string "inf", expected f64"#,
    );
    check_view(
        r#"{"scores":{"1":"+inf"}}"#,
        r#"3: view.scores.1: invalid value: string "+inf", expected a number, "inf" or "-inf""#,
    );
    check_view(
        r#"{"scores":{"1":null}}"#,
        r#"3: view.scores.1: invalid type: null, expected a number, "inf" or "-inf""#,
    );
}

#[test]
fn an_output_is_of_a_kind_and_has_its_fields() {
    check_output(r#"{"kind":"hartbeat"}"#, "3: output: unknown kind `hartbeat` of an output");
    check_output(r#"{"to_graft":{}}"#, "3: output: missing field `kind`");
    check_output(r#"{"kind":"peer_added","peer":1}"#, "3: output.peer: unknown field `peer`, there are no fields");
    check_output(r#"{"kind":"heartbeat","to_graft":{},"to_prune":{}}"#, "3: output: missing field `no_px_peers`");
    check_output(
        r#"{"kind":"too_many_recv_ihave_messages","count":-1,"max":1}"#,
        "3: output.count: invalid value: integer `-1`, expected an integer from 0 to 2^53 - 1",
    );
    check_output(
        r#"{"kind":"on_iwant_messages_to_route","routed_message_ids":{"3":{"kind":"lost"}}}"#,
        "3: output.routed_message_ids.3: unknown kind `lost` of a routed message",
    );
    check_output(
        r#"{"kind":"gossip_messages","ihaves":[{"peer":1,"topic":"a","message_ids":[1,null]}]}"#,
        "3: output.ihaves[0].message_ids[1]: invalid type: null, expected an integer from 0 to 2^53 - 1",
    );
    check_output(
        r#"{"kind":"gossip_messages","ihaves":[[1,"a",[]]]}"#,
        "3: output.ihaves[0]: invalid type: sequence, expected an object",
    );
}

#[test]
fn sets_are_sorted_without_repetition() {
    check_input(
        r#"{"kind":"select_px_peers","peer_to_prune":1,"topic":"a","no_px_peers":[2,1]}"#,
        "3: input.no_px_peers: a set must be sorted ascending without repetition",
    );
    check_output(
        r#"{"kind":"joining_topic","to_graft":[1,1]}"#,
        "3: output.to_graft: a set must be sorted ascending without repetition",
    );
    check_output(
        r#"{"kind":"heartbeat","to_graft":{"1":["b","a"]},"to_prune":{},"no_px_peers":[]}"#,
        "3: output.to_graft.1: a set must be sorted ascending without repetition",
    );
    check_view(r#"{"mesh":{"a":[2,1]}}"#, "3: view.mesh.a: a set must be sorted ascending without repetition");
    check_view(
        r#"{"connections":{"1":{"topics":["a","a"],"direct":false,"outbound":true}}}"#,
        "3: view.connections.1.topics: a set must be sorted ascending without repetition",
    );
}

#[test]
fn keys_are_numbers_and_stand_once() {
    check_view(r#"{"scores":{"x":1}}"#, "3: view.scores: invalid value: expected key to be a number in quotes");
    check_view(r#"{"scores":{"01":1}}"#, "3: view.scores: invalid number");
    check_view(
        r#"{"scores":{"-1":1}}"#,
        "3: view.scores.-1: invalid value: integer `-1`, expected an integer from 0 to 2^53 - 1",
    );
    check_view(
        r#"{"scores":{"9007199254740992":1}}"#,
        "3: view.scores.9007199254740992: invalid value: integer `9007199254740992`, expected an integer from \
         0 to 2^53 - 1",
    );
    check_view(r#"{"scores":{"1":1,"1":1}}"#, "3: view.scores: the key Peer(1) stands twice in one object");
    check_view(r#"{"mesh":{"a":[],"a":[]}}"#, r#"3: view.mesh: the key "a" stands twice in one object"#);
    check_output(
        r#"{"kind":"heartbeat","to_graft":{"1":["a"],"1":["b"]},"to_prune":{},"no_px_peers":[]}"#,
        "3: output.to_graft: the key Peer(1) stands twice in one object",
    );
}

#[test]
fn a_view_holds_what_the_format_says() {
    check_view("[]", "3: view: invalid type: sequence, expected an object");
    check_view(
        r#"{"meshes":{}}"#,
        "3: view.meshes: unknown field `meshes`, expected one of `heartbeat_ticks`, `connections`, `mesh`, \
         `fanout`, `backoff`, `scores`, `ihave_per_heartbeat`, `iwant_per_heartbeat`, `message_cache`, \
         `first_seen`, `gossip_ids`, `senders`, `score_records`",
    );
    check_view(r#"{"score_records":{"1":{}}}"#, "3: view.score_records.1: missing field `value`");
    check_view(r#"{"mesh":{},"mesh":{}}"#, "3: view: duplicate field `mesh`");
    check_view(r#"{"mesh":null}"#, "3: view.mesh: invalid type: null, expected an object");
    check_view(
        r#"{"backoff":{"a":{"3":"soon"}}}"#,
        "3: view.backoff.a.3: invalid type: string \"soon\", expected a time: an integer from 0 to 2^54 - 2",
    );
    check_view(
        r#"{"first_seen":{"7":18014398509481983}}"#,
        "3: view.first_seen.7: invalid value: integer `18014398509481983`, expected a time: an integer from 0 \
         to 2^54 - 2",
    );
    check_view(
        r#"{"connections":{"1":[["a"],false,true]}}"#,
        "3: view.connections.1: invalid type: sequence, expected an object",
    );
    check_view(r#"{"fanout":{"a":{"peers":[1]}}}"#, "3: view.fanout.a: missing field `last_published_time`");
    check_view(
        r#"{"message_cache":{"7":{"message":"m","access_counters":{"1":-1}}}}"#,
        "3: view.message_cache.7.access_counters.1: invalid value: integer `-1`, expected an integer from 0 \
         to 2^53 - 1",
    );
    check_view(
        r#"{"heartbeat_ticks":1.5}"#,
        "3: view.heartbeat_ticks: invalid type: floating point `1.5`, expected an integer from 0 to 2^53 - 1",
    );
}

#[test]
fn a_change_of_the_environment_is_of_a_kind() {
    check_environment(r#"{"kind":"weather"}"#, "3: environment: unknown kind `weather` of a change of the environment");
    check_environment(r#"{"message_id":1,"validity":"valid"}"#, "3: environment: missing field `kind`");
    check_environment(
        r#"{"kind":"validity","message_id":1,"validity":"dubious"}"#,
        "3: environment.validity: unknown variant `dubious`, expected one of `valid`, `unknown`, `outdated`, \
         `invalid`",
    );
    check_environment(
        r#"{"kind":"validity","message_id":1,"validity":{"valid":null}}"#,
        "3: environment.validity: invalid type: map, expected a string",
    );
    check_environment(r#"{"kind":"validity","message_id":1}"#, "3: environment: missing field `validity`");
    check_environment(
        r#"{"kind":"peer_filter","peer":1,"action":"prune","accept":true}"#,
        "3: environment.action: unknown variant `prune`, expected one of `ihave`, `iwant`, `graft`",
    );
    check_environment(
        r#"{"kind":"peer_filter","peer":1,"action":"graft","accept":"no"}"#,
        r#"3: environment.accept: invalid type: string "no", expected a boolean"#,
    );
    check_environment(
        r#"{"kind":"peer_filter","peer":1,"action":"graft","accept":true,"message_id":1}"#,
        "3: environment.message_id: unknown field `message_id`, expected one of `peer`, `action`, `accept`",
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    check_input(
        &format!(r#"{{"kind":"join","topic":{deep}}}"#),
        "3: input.topic: invalid type: sequence, expected a string",
    );
    check_input(
        &format!(r#"{{"topic":{deep},"kind":"join"}}"#),
        "3: input.topic[0][0][0][0][0][0]: recursion limit exceeded",
    );
    let deeper = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    check_input(
        &format!(r#"{{"topic":{deeper},"kind":"join"}}"#),
        "3: input.topic[0][0][0][0][0][0]: recursion limit exceeded",
    );
}

#[test]
fn a_line_is_not_endless() {
    let endless = |start: &str| {
        let reader = BufReader::new(io::Cursor::new(start.to_owned()).chain(io::repeat(b' ')));
        let error = TraceReader::new("t.jsonl", reader).map(|mut reader| reader.next());
        match error {
            Ok(step) => step.unwrap().unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(endless("{"), "t.jsonl:1: a line has at most 16777216 bytes, found a longer one");
    assert_eq!(endless(&header()), "t.jsonl:2: a line has at most 16777216 bytes, found a longer one");
}

#[test]
fn the_longest_line_is_read_and_one_byte_more_is_not() {
    let step = r#"{"now":7,"input":{"kind":"heartbeat"}}"#;
    let padded = |length: u64| step.to_owned() + &" ".repeat(usize::try_from(length).unwrap() - step.len());
    let trace = header() + &padded(LONGEST_LINE) + "\n" + step;
    let steps = TraceReader::new("t.jsonl", trace.as_bytes()).unwrap().map(Result::unwrap).count();
    assert_eq!(steps, 2);
    check(padded(LONGEST_LINE + 1), "3: a line has at most 16777216 bytes, found a longer one");
    check(padded(LONGEST_LINE + 1) + "\n", "3: a line has at most 16777216 bytes, found a longer one");
}

#[test]
fn after_an_error_there_is_nothing_more() {
    let trace = header() + "nonsense\n" + r#"{"now":7,"input":{"kind":"heartbeat"}}"#;
    let mut reader = TraceReader::new("t.jsonl", trace.as_bytes()).unwrap();
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

/// Opens a file with these contents, and gives the error that its trace ends with, without its folder.
fn error_of_file(name: &str, contents: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, contents).unwrap();
    let error = match open(&path) {
        Ok(mut reader) => reader.find_map(Result::err).expect("the trace is malformed"),
        Err(error) => error,
    };
    error.to_string().replace(&format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR), "")
}

/// A trace that does not compress to next to nothing.
fn long_trace() -> String {
    (0..2000_u64).fold(header(), |trace, step| {
        let topic = step.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        trace + &format!("{{\"now\":{step},\"input\":{{\"kind\":\"join\",\"topic\":\"{topic}\"}}}}\n")
    })
}

#[test]
fn damaged_files_are_told_apart() {
    let zstd = zstd::encode_all(long_trace().as_bytes(), 0).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(long_trace().as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();

    assert_eq!(error_of_file("t.jsonl.zst", &zstd[..zstd.len() / 2]), "t.jsonl.zst:1: incomplete frame");
    assert_eq!(error_of_file("t.jsonl.gz", &gzip[..gzip.len() / 2]), "t.jsonl.gz:958: incomplete deflate stream");
    assert_eq!(error_of_file("t.jsonl.zst", header().as_bytes()), "t.jsonl.zst:1: Unknown frame descriptor");
    assert_eq!(error_of_file("t.jsonl.gz", header().as_bytes()), "t.jsonl.gz:1: invalid gzip header");
    assert_eq!(error_of_file("t.jsonl", &zstd), "t.jsonl:1: not UTF-8 at column 2");
    assert_eq!(error_of_file("t.jsonl", &gzip), "t.jsonl:1: not UTF-8 at column 2");
    assert_eq!(error_of_file("t.jsonl.zst", b""), "t.jsonl.zst:1: incomplete frame");
    assert_eq!(error_of_file("t.jsonl.gz", b""), "t.jsonl.gz:1: unexpected end of file");
}

#[test]
fn a_file_that_is_not_there_is_no_trace() {
    let path = "no/such/trace.jsonl";
    let error = open(path).err().unwrap();
    assert_eq!(error.to_string(), format!("{path}: {}", File::open(path).unwrap_err()));
    assert_eq!(error.line, None);
}
