//! `trace.schema.json` accepts every line of the bundled traces and refuses broken lines, and `TRACE-FORMAT.md` names all
//! that it names.

use gossipsub_automaton::{InputKind, OutputKind};
use gossipsub_conformance::automaton::TraceReader;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).expect("a file")
}

fn schema() -> Validator {
    let schema: Value = serde_json::from_str(&read("trace.schema.json")).expect("JSON");
    jsonschema::meta::validate(&schema).expect("a schema of 2020-12");
    jsonschema::validator_for(&schema).expect("a schema")
}

/// The traces below a folder, in order.
fn traces(folder: &Path) -> Vec<PathBuf> {
    let mut traces = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.to_string_lossy();
        if path.is_dir() {
            traces.extend(self::traces(&path));
        } else if name.ends_with(".jsonl") || name.ends_with(".jsonl.zst") {
            traces.push(path);
        }
    }
    traces
}

fn text(path: &Path) -> String {
    let file = File::open(path).expect("a trace");
    let mut text = String::new();
    let read = if path.extension().is_some_and(|extension| extension == "zst") {
        zstd::Decoder::new(file).expect("a compressed trace").read_to_string(&mut text)
    } else {
        { file }.read_to_string(&mut text)
    };
    read.expect("a trace in UTF-8");
    text
}

#[test]
fn every_line_of_the_bundled_traces_fits() {
    let schema = schema();
    let mut lines = 0;
    for bundle in ["vectors/recorded", "vectors/octez", "vectors/refused", "regressions", "../snapshots/scenarios"] {
        let traces = traces(&folder().join(bundle));
        assert!(!traces.is_empty(), "{bundle}");
        for path in traces {
            for (line, number) in text(&path).lines().zip(1..) {
                let value = serde_json::from_str(line).expect("JSON");
                if let Err(error) = schema.validate(&value) {
                    panic!("{}:{number}: {}: {error}", path.display(), error.instance_path());
                }
                lines += 1;
            }
        }
    }
    assert!(lines > 13_591, "{lines} lines");
}

fn header() -> Value {
    let path = traces(&folder().join("regressions")).into_iter().next().expect("a trace");
    serde_json::from_str(text(&path).lines().next().expect("a header")).expect("JSON")
}

/// What is wrong with a header, and a function that makes it so.
type Break = (&'static str, fn(&mut Value));

/// Whether the reader takes the header, and then the step.
fn is_read(header: &Value, step: Option<&Value>) -> bool {
    let text: String = [Some(header), step].into_iter().flatten().map(|line| line.to_string() + "\n").collect();
    TraceReader::new("broken", text.as_bytes()).is_ok_and(|mut reader| reader.all(|step| step.is_ok()))
}

#[test]
fn broken_headers_are_refused_by_the_schema_and_by_the_reader() {
    let schema = schema();
    assert!(schema.is_valid(&header()) && is_read(&header(), None));
    let breaks: [Break; 6] = [
        ("another format", |header| header["format"] = json!("gossip")),
        ("another version", |header| header["version"] = json!(2)),
        ("no limits", |header| {
            header.as_object_mut().expect("an object").remove("limits");
        }),
        ("an unknown limit", |header| header["limits"]["degree"] = json!(1)),
        ("a negative count", |header| header["limits"]["degree_high"] = json!(-1)),
        ("a number out of range", |header| header["limits"]["peers_to_px"] = json!(1_u64 << 53)),
    ];
    for (name, break_it) in breaks {
        let mut header = header();
        break_it(&mut header);
        assert!(!schema.is_valid(&header) && !is_read(&header, None), "{name}");
    }
}

#[test]
fn broken_steps_are_refused_by_the_schema_and_by_the_reader() {
    let schema = schema();
    let step = json!({"now": 0, "input": {"kind": "graft", "peer": 1, "topic": "a"}, "output": {"kind": "mesh_full"}});
    assert!(schema.is_valid(&step) && is_read(&header(), Some(&step)));
    for step in [
        json!({"now": -1, "input": {"kind": "heartbeat"}}),
        json!({"input": {"kind": "heartbeat"}}),
        json!({"now": 0}),
        json!({"now": 0, "input": {"kind": "grafts", "peer": 1, "topic": "a"}}),
        json!({"now": 0, "input": {"kind": "graft", "peer": 1}}),
        json!({"now": 0, "input": {"kind": "graft", "peer": "1", "topic": "a"}}),
        json!({"now": 0, "input": {"kind": "graft", "peer": 1, "topic": "a", "score": 1}}),
        json!({"now": 0, "input": {"kind": "heartbeat"}, "environment": {"kind": "validity", "message_id": 1, "validity": "valid"}}),
        json!({"now": 0, "environment": {"kind": "validity", "message_id": 1, "validity": "good"}}),
        json!({"now": 0, "input": {"kind": "leave", "topic": "a"}, "output": {"kind": "leaving_topic", "to_prune": [1, 1], "no_px_peers": []}}),
        json!({"now": 0, "input": {"kind": "join", "topic": "a"}, "output": {"kind": "already_joined"}, "view": {"meshes": {}}}),
        json!({"now": 0, "input": {"kind": "join", "topic": "a"}, "output": {"kind": "already_joined"}, "view": {"scores": {"one": 1.0}}}),
        json!({"now": 0, "input": {"kind": "join", "topic": "a"}, "output": {"kind": "already_joined"}, "view": {"scores": {"1": "NaN"}}}),
    ] {
        assert!(!schema.is_valid(&step), "the schema takes {step}");
        assert!(!is_read(&header(), Some(&step)), "the reader takes {step}");
    }
}

#[test]
fn the_schema_requires_that_an_output_belongs_to_its_input() {
    let step = json!({"now": 0, "input": {"kind": "heartbeat"}, "output": {"kind": "mesh_full"}});
    assert!(!schema().is_valid(&step));
}

#[test]
fn the_page_names_every_field_and_every_kind() {
    let page = read("TRACE-FORMAT.md");
    let kinds = InputKind::ALL.iter().map(|kind| kind.name()).chain(OutputKind::ALL.iter().map(|kind| kind.name()));
    let limits = header()["limits"].clone();
    let limits = limits.as_object().expect("an object").keys().map(String::as_str);
    for name in kinds.chain(limits) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
