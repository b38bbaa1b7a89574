//! The command: what it prints, and its exit codes.

use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Command, Output},
};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gossipsub-conformance"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

fn exit_code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// A quirk's trace with one text in it replaced by another, in a folder of its own.
fn corrupted(folder: &Path, from: &str, to: &str) -> String {
    let trace = include_str!("../vectors/recorded/quirks/14-positive-score-forgets.jsonl");
    assert!(trace.contains(from), "nothing to corrupt");
    let path = folder.join("corrupted.jsonl");
    std::fs::write(&path, trace.replacen(from, to, 1)).expect("to write");
    path.display().to_string()
}

#[test]
fn folders_files_and_patterns_are_verified() {
    let output = run(&["verify", "vectors/recorded"]);
    assert_eq!(exit_code(&output), 0, "{}", text(&output.stderr));
    let last = text(&output.stdout).lines().last().expect("a summary");
    assert_eq!(last, "170 traces, 13591 steps: 0 violations, 0 unreadable");

    let output =
        run(&["verify", "vectors/recorded/edges/1[0-3]*", "vectors/recorded/quirks/01-regraft-of-mesh-peers.jsonl"]);
    assert_eq!(exit_code(&output), 0, "{}", text(&output.stderr));
    let last = text(&output.stdout).lines().last().expect("a summary");
    assert_eq!(last, "29 traces, 852 steps: 0 violations, 0 unreadable");
}

#[test]
fn a_violation_names_step_rule_and_both_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = corrupted(folder.path(), "\"invalid_message\"", "\"unknown_validity\"");
    let output = run(&["verify", &path]);
    assert_eq!(exit_code(&output), 1);
    let expected = format!(
        "violation in {path}, step 5 (line 6)
  at        0ms
  input     receive_message {{ sender=1; topic=a; message_id=1; message=x }}
  rule      receive_message (3b): the message is invalid
  page      reference-model/BEHAVIOUR.md
  output
    allowed   {{\"kind\":\"invalid_message\"}}
    observed  {{\"kind\":\"unknown_validity\"}} (receive_message (3a): the message's validity is unknown or outdated)
"
    );
    let shown = text(&output.stdout);
    assert!(shown.starts_with(&expected), "{shown}");
    assert!(shown.ends_with("1 trace, 4 steps: 1 violation, 0 unreadable\n"), "{shown}");
}

#[test]
fn the_json_document_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = corrupted(folder.path(), "\"invalid_message\"", "\"unknown_validity\"");
    let output = run(&["verify", "--format", "json", &path, "vectors/refused", "vectors/recorded/quirks"]);
    assert_eq!(exit_code(&output), 2, "something was unreadable");
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(document["traces"], 15);
    assert_eq!(document["violations"], 1);
    assert_eq!(document["unreadable"], 1);
    let results = document["results"].as_array().expect("results");
    assert_eq!(results[0]["verdict"], "violated");
    assert_eq!(results[0]["line"], 6);
    assert_eq!(results[0]["input"]["kind"], "receive_message");
    assert_eq!(results[0]["differences"][0]["what"], "output");
    assert_eq!(results[1]["verdict"], "unreadable");
    assert!(results[1]["error"].as_str().is_some_and(|error| error.contains("opportunistic_graft_ticks > 0")));
    assert_eq!(results[2]["verdict"], "allowed");
}

#[test]
fn what_is_no_trace_is_said_to_be_none() {
    let output = run(&["verify", "nowhere/*.jsonl"]);
    assert_eq!(exit_code(&output), 2);
    let expected = "error: nowhere/*.jsonl: no such file or folder, and no file matches it as a pattern\n";
    assert_eq!(text(&output.stderr), expected);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display().to_string();
    let output = run(&["verify", &path]);
    assert_eq!(exit_code(&output), 2);
    let expected = format!("error: {path}: the folder holds no file that ends in .jsonl, .jsonl.gz or .jsonl.zst\n");
    assert_eq!(text(&output.stderr), expected);
}

#[test]
fn a_script_is_not_verified_but_recorded_and_then_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.jsonl");
    let trace = include_str!("../vectors/recorded/quirks/13-outbound-overflow.jsonl");
    let lines = trace.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        let fields = line.as_object_mut().expect("an object");
        fields.remove("output");
        fields.remove("view");
        format!("{line}\n")
    });
    std::fs::write(&script, lines.collect::<String>()).expect("to write");
    let script = script.display().to_string();

    let output = run(&["verify", &script]);
    assert_eq!(exit_code(&output), 2);
    let expected = format!(
        "unreadable: {script}:2: output: an input without an output can be recorded or replayed, not verified\n"
    );
    assert!(text(&output.stdout).starts_with(&expected), "{}", text(&output.stdout));

    let recorded = folder.path().join("recorded.jsonl.gz").display().to_string();
    let output = run(&["record", &script, "--output", &recorded, "--seed", "5", "--view", "every"]);
    assert_eq!(exit_code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(exit_code(&run(&["verify", &recorded])), 0);

    let to_stdout = run(&["record", &script, "--seed", "5", "--view", "every"]);
    assert!(text(&to_stdout.stdout).lines().next().expect("a header").contains("\"seed\":5"));
    assert_eq!(text(&to_stdout.stdout).lines().count(), trace.lines().count());
}

#[test]
fn never_is_no_view_but_the_fanout_after_heartbeats() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "vectors/recorded/quirks/13-outbound-overflow.jsonl";
    let recorded = folder.path().join("recorded.jsonl").display().to_string();
    assert_eq!(exit_code(&run(&["record", script, "--output", &recorded, "--view", "never"])), 0);
    let trace = std::fs::read_to_string(&recorded).expect("the trace");
    let mut heartbeats = 0;
    for step in trace.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let is_heartbeat = step["input"]["kind"] == "heartbeat";
        heartbeats += u32::from(is_heartbeat);
        assert_eq!(step.get("view").cloned(), is_heartbeat.then(|| json!({"fanout": {}})), "{step}");
    }
    assert!(heartbeats > 0);
    assert_eq!(exit_code(&run(&["verify", &recorded])), 0);
}

#[test]
fn a_failed_recording_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.jsonl");
    let trace = include_str!("../vectors/recorded/quirks/13-outbound-overflow.jsonl");
    std::fs::write(&script, format!("{trace}{{\n")).expect("to write");
    let recorded = folder.path().join("recorded.jsonl");
    let output = run(&["record", &script.display().to_string(), "--output", &recorded.display().to_string()]);
    assert_eq!(exit_code(&output), 2);
    assert!(text(&output.stderr).contains("not JSON"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1, "only the script is there");
}
