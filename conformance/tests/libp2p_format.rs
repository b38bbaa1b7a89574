//! The RPC trace format: every recorded trace is read and written again without a change, and what breaks the format is
//! refused with the line, the field and the rule.

use gossipsub_automaton::Time;
use gossipsub_conformance::{
    engine::{
        Capabilities,
        trace::{TraceError, TraceReader, TraceWriter, parse},
    },
    libp2p::{Libp2pFamily, Profile},
};
use gossipsub_reference_model::libp2p::vocabulary::{Input, Output, Peer, Script, ScriptError};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// The recorded traces, by name.
fn traces() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/libp2p");
    let mut folders = vec![root];
    let mut traces = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "zst") {
                let text = zstd::decode_all(fs::File::open(&path).unwrap()).unwrap();
                traces.push((path.display().to_string(), String::from_utf8(text).unwrap()));
            }
        }
    }
    traces.sort();
    traces
}

fn reader<'a>(name: &str, text: &'a str) -> Result<TraceReader<Libp2pFamily, &'a [u8]>, TraceError> {
    TraceReader::new(name, text.as_bytes())
}

#[test]
fn recorded_traces_are_read_and_written_without_a_change() {
    let traces = traces();
    assert!(traces.len() > 300, "only {} traces found", traces.len());
    for (name, text) in traces {
        let reader = reader(&name, &text).unwrap();
        let mut writer = TraceWriter::<Libp2pFamily, _>::new(name.as_str(), Vec::new(), reader.header()).unwrap();
        for step in reader {
            writer.step(&step.unwrap().1).unwrap();
        }
        let written = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert_eq!(written.lines().count(), text.lines().count(), "{name}");
        for (number, (written, original)) in written.lines().zip(text.lines()).enumerate() {
            let mut original: Value = serde_json::from_str(original).unwrap();
            if number == 0 {
                original.as_object_mut().unwrap().remove("scenario"); // An unknown field of a header is ignored.
            }
            let written: Value = serde_json::from_str(written).unwrap();
            assert_eq!(same_numbers(written), same_numbers(original), "{name}:{}", number + 1);
        }
    }
}

/// 1 and 1.0 are one number of JSON.
fn same_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(members) => members.into_iter().map(same_numbers).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, same_numbers(value))).collect(),
        other => other,
    }
}

const HEADER: &str = r#"{"format": "gossipsub-rpc-trace", "version": 1, "parameters": {"D": 3, "D_high": 4, "D_lazy": 6, "D_low": 2, "D_out": 1, "D_score": 1, "do_px": false, "fanout_ttl": 3000, "flood_publish": false, "gossip_factor": 0.25, "gossip_retransmission": 3, "graft_flood_threshold": 1000, "heartbeat_interval": 1000, "history_gossip": 2, "history_length": 4, "iwant_followup_time": 3000, "max_ihave_length": 5000, "max_ihave_messages": 10, "opportunistic_graft_peers": 2, "opportunistic_graft_ticks": 60, "prune_backoff": 4000, "px_peers": 8, "scoring": null, "seen_ttl": 10000, "unsubscribe_backoff": 2000, "validation": "automatic"}}"#;
const CONNECT: &str = r#"{"now": 0, "input": {"kind": "connect", "peer": 1, "outbound": true, "direct": false, "protocol": "/meshsub/1.1.0"}}"#;

/// The error of a trace of these lines after a header and a connection.
fn error_of(lines: &[&str]) -> String {
    let text = [&[HEADER, CONNECT], lines].concat().join("\n");
    match reader("t", &text) {
        Ok(mut reader) => reader.find_map(Result::err).map_or_else(|| "no error".into(), |error| error.to_string()),
        Err(error) => error.to_string(),
    }
}

fn header_error(from: &str, to: &str) -> String {
    assert!(HEADER.contains(from), "{from}");
    reader("t", &HEADER.replace(from, to)).map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn faults_of_a_step_are_named() {
    let cases: &[(&[&str], &str)] = &[
        (
            &[r#"{"now": 5, "input": {"kind": "rpc", "peer": 2, "rpc": {}}}"#],
            "t:3: input.peer: expected a connected peer, found 2, which is not connected",
        ),
        (
            &[r#"{"now": 1000, "input": {"kind": "join", "topic": "t"}}"#],
            "t:3: now: a heartbeat is due at 1000ms before this step, found 1000ms",
        ),
        (
            &[r#"{"now": 999, "input": {"kind": "heartbeat"}}"#],
            "t:3: now: expected the next heartbeat at 1000ms, found 999ms",
        ),
        (
            &[
                r#"{"now": 5, "input": {"kind": "join", "topic": "t"}}"#,
                r#"{"now": 4, "input": {"kind": "join", "topic": "t"}}"#,
            ],
            "t:4: now: time never goes backwards, found 4ms after 5ms",
        ),
        (&[CONNECT], "t:3: input.peer: expected a peer that is not connected, found 1, which is connected"),
        (
            &[r#"{"now": 5, "input": {"kind": "validated", "message_id": 1, "verdict": "accept"}}"#],
            "t:3: input.kind: `validated` needs the parameter `validation` to be `asked`",
        ),
        (
            &[r#"{"now": 5, "input": {"kind": "jump"}}"#],
            "t:3: input.kind: unknown variant `jump`, expected one of `connect`, `disconnect`, `rpc`, `rpcs`, `join`, `leave`, `publish`, `validated`, `set_application_score`, `heartbeat`",
        ),
        (&[r#"{"now": 5, "input": {"kind": "join"}}"#], "t:3: input: missing field `topic`"),
        (
            &[r#"{"now": 5, "input": {"kind": "join", "topic": "t", "peer": 1}}"#],
            "t:3: input: a join has no field `peer`",
        ),
        (
            &[r#"{"now": 5, "input": {"kind": "rpc", "peer": 1, "rpc": {"graft": [1]}}}"#],
            "t:3: input.rpc.graft[0]: invalid type: integer `1`, expected a string",
        ),
        (
            &[r#"{"now": 5, "input": {"kind": "rpc", "peer": 1, "rpc": {"iwant": [[9007199254740992]]}}}"#],
            "t:3: input.rpc.iwant[0][0]: invalid value: integer `9007199254740992`, expected an integer of at most 2^53 - 1",
        ),
        (
            &[r#"{"now": 5, "input": {"kind": "publish", "topic": "t", "message_id": -1}}"#],
            "t:3: input.message_id: expected a message id, found -1, which only outputs have",
        ),
        (
            &[r#"{"now": 5, "input": {"kind": "heartbeat"}, "extra": 1}"#],
            "t:3: extra: unknown field `extra`, expected one of `now`, `input`, `output`, `view`, `environment`",
        ),
        (
            &[
                r#"{"now": 5, "input": {"kind": "join", "topic": "t"}, "output": {"kind": "sent", "to": {"1": {"graft": ["t", "s"]}}, "delivered": [], "dial": []}}"#,
            ],
            "t:3: output.to.1.graft: expected a multiset: a sorted array, found s after t",
        ),
        (
            &[
                r#"{"now": 5, "input": {"kind": "join", "topic": "t"}, "output": {"kind": "sent", "to": {"1": {}}, "delivered": [], "dial": []}}"#,
            ],
            "t:3: output.to: nothing is sent to peer 1, which is left out then",
        ),
        (
            &[
                r#"{"now": 5, "input": {"kind": "join", "topic": "t"}, "output": {"kind": "sent", "to": {"01": {"graft": ["t"]}}, "delivered": [], "dial": []}}"#,
            ],
            "t:3: output.to: expected a peer as a decimal number of at most 2^53 - 1, found \"01\"",
        ),
        (
            &[r#"{"now": 5, "input": {"kind": "join", "topic": "t"}, "view": {"mesh": {"t": [2, 2]}}}"#],
            "t:3: view.mesh.t: expected a set: a sorted array without repetition, found 2 after 2",
        ),
        (
            &[
                r#"{"now": 5, "input": {"kind": "join", "topic": "t"}, "output": {"kind": "crashed", "text": "x"}}"#,
                r#"{"now": 5, "input": {"kind": "leave", "topic": "t"}}"#,
            ],
            "t:4: a trace ends with the step that crashed, found another step",
        ),
        (&[""], "t:3: expected a JSON object, found an empty line"),
        (&["[]"], "t:3: expected a JSON object, found another value"),
    ];
    for (lines, expected) in cases {
        assert_eq!(error_of(&[lines, &[""][..]].concat()), *expected);
    }
}

/// What a script refuses is what a reader refuses.
#[test]
fn no_step_names_the_node_itself() {
    let script = Script::new(&Profile::Small.parameters());
    let score = Input::SetApplicationScore { peer: Peer::NODE, score: 1.0 };
    assert_eq!(script.check(Time::ZERO, &score), Err(ScriptError::NodeItself));
    let text = ScriptError::NodeItself.to_string();
    let step = r#"{"now": 5, "input": {"kind": "set_application_score", "peer": 0, "score": 1.0}}"#;
    assert_eq!(error_of(&[step]), format!("t:3: {text}"));
}

#[test]
fn faults_of_a_header_are_named() {
    assert_eq!(
        header_error("\"D_out\": 1", "\"D_out\": 2"),
        "t:1: parameters.D_out: D_out < D_low, unless D, D_low, D_high and D_out are 0, is required, found D_out = 2, D_low = 2"
    );
    assert_eq!(
        header_error("\"D_low\": 2", "\"D_low\": 5"),
        "t:1: parameters.D_low: D_low <= D is required, found D_low = 5, D = 3"
    );
    assert_eq!(
        header_error("\"px_peers\": 8", "\"px_peers\": -8"),
        "t:1: parameters.px_peers: invalid value: integer `-8`, expected an integer of at least 0"
    );
    assert_eq!(header_error("\"px_peers\": 8, ", ""), "t:1: parameters: missing field `px_peers`");
    assert_eq!(header_error("\"version\": 1", "\"version\": 2"), "t:1: version: expected version 1, found 2");
    assert_eq!(
        header_error("gossipsub-rpc-trace", "gossipsub-trace"),
        "t:1: format: expected the format \"gossipsub-rpc-trace\", found \"gossipsub-trace\""
    );
    assert!(reader("t", "").unwrap_err().to_string().starts_with("t:1: expected a header line"));
}

/// Parameters that no rule forbids are accepted, also unwise ones.
#[test]
fn unwise_parameters_are_accepted() {
    let edges = [
        ("\"D_score\": 1", "\"D_score\": 3"),
        ("\"D_score\": 1", "\"D_score\": 4"),
        ("\"D_score\": 1", "\"D_score\": 0"),
        ("\"D_low\": 2", "\"D_low\": 3"),
        ("\"D_high\": 4", "\"D_high\": 3"),
        ("\"D_lazy\": 6", "\"D_lazy\": 0"),
        ("\"max_ihave_length\": 5000", "\"max_ihave_length\": 0"),
        ("\"max_ihave_messages\": 10", "\"max_ihave_messages\": 0"),
        ("\"gossip_retransmission\": 3", "\"gossip_retransmission\": 0"),
        ("\"history_gossip\": 2", "\"history_gossip\": 0"),
        ("\"history_gossip\": 2", "\"history_gossip\": 4"),
        ("\"gossip_factor\": 0.25", "\"gossip_factor\": 1"),
        ("\"prune_backoff\": 4000", "\"prune_backoff\": 0"),
        ("\"px_peers\": 8", "\"px_peers\": 1"),
    ];
    for (from, to) in edges {
        assert_eq!(header_error(from, to), "", "{to}");
    }
    let forbidden = [
        ("\"D_score\": 1", "\"D_score\": 5", "D_score: D_score <= D_high is required, found D_score = 5, D_high = 4"),
        ("\"D\": 3", "\"D\": 1", "D_low: D_low <= D is required, found D_low = 2, D = 1"),
        ("\"px_peers\": 8", "\"px_peers\": 0", "px_peers: px_peers > 0 is required, found px_peers = 0"),
        (
            "\"history_gossip\": 2",
            "\"history_gossip\": 5",
            "history_gossip: history_gossip <= history_length is required, found history_gossip = 5, history_length = 4",
        ),
    ];
    for (from, to, error) in forbidden {
        assert_eq!(header_error(from, to), format!("t:1: parameters.{error}"));
    }
    // D_out is below D_low, and above D / 2.
    let header = HEADER.replace("\"D_out\": 1", "\"D_out\": 2").replace("\"D_low\": 2", "\"D_low\": 3");
    let error = reader("t", &header).map_or_else(|error| error.to_string(), |_| String::new());
    assert_eq!(error, "t:1: parameters.D_out: D_out <= D / 2 is required, found D_out = 2, D = 3");
}

#[test]
fn the_answer_to_a_header_is_read() {
    let line = r#"{"ready": true, "implementation": "x 1", "supports": ["rpcs", "view.mesh", "new"], "fixed": {"D_lazy": 6}, "ignored": ["D_score"]}"#;
    let ready: Capabilities = parse(line).unwrap();
    assert_eq!(ready.supports.as_ref().unwrap().len(), 3);
    assert_eq!(serde_json::to_value(&ready).unwrap()["supports"].as_array().unwrap().len(), 3);
    assert!(parse::<Output>(r#"{"kind": "sent", "to": {}, "delivered": [], "dial": [], "text": "x"}"#).is_err());
}
