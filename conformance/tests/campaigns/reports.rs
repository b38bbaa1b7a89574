//! What a campaign tells: tables, reports, progress.

use super::harness::{BINARY, Folder, PEER_ADDED};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

#[test]
fn a_table_has_the_most_frequent_finding_first() {
    let folder = Folder::new();
    let run = folder.check_script(PEER_ADDED, &["--cases", "100", "--minimize", "0", "--report-json", "r.json"]);
    run.ends_with(1, "    cases   steps  trace");
    run.ends_with(1, "compared: ");
    let report = folder.json("r.json");
    let cases: Vec<u64> =
        report["findings"].as_array().expect("findings").iter().filter_map(|one| one["cases"].as_u64()).collect();
    assert!(cases.len() > 2 && cases.is_sorted_by(|one, other| one >= other), "{cases:?}");
    let (_, table) = run.stdout.split_once("  rule\n").expect("a table");
    let first = report["findings"][0]["kind"].as_str().expect("a rule");
    assert!(table.lines().next().is_some_and(|line| line.ends_with(first)), "{table}");
}

#[test]
fn what_was_compared_is_said() {
    let folder = Folder::new();
    let run = folder.check_script(&format!("{BINARY} serve core --view never"), &["--cases", "32"]);
    run.ends_with(0, " views, after heartbeat; fields: fanout\n");
    let run = folder.check_script(&format!("{BINARY} serve core --view every"), &["--cases", "32"]);
    run.ends_with(0, " outputs, each with a view; fields: ");
}

#[test]
fn all_inputs_that_are_not_understood_are_one_list() {
    let folder = Folder::new();
    let script = r#"while read -r line; do case "$line" in
*'"format"'*) echo '{"ready": true}';;
*'"environment"'*) echo '{}';;
*) echo '{"error": "not yet"}';;
esac; done"#;
    let run = folder.check_script(script, &["--cases", "200", "--minimize", "0", "--report-json", "r.json"]);
    run.ends_with(1, "\nnot understood:\n  ");
    let report = folder.json("r.json");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{report:#}");
    let listed = report["not_understood"].as_object().expect("a list");
    assert!(listed.len() > 5, "{listed:#?}");
    assert!(listed.values().all(|one| one["message"] == "not yet"), "{listed:#?}");
}

#[test]
fn inputs_can_be_chosen() {
    let folder = Folder::new();
    let script = format!("tee sent.jsonl | {BINARY} serve core");
    let arguments = ["--inputs", "join,leave", "--cases", "8", "--jobs", "1", "--steps", "20"];
    folder.check_script(&script, &arguments).ends_with(0, "inputs: join, leave\n");
    let sent = folder.read("sent.jsonl");
    let steps = sent.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let kinds: BTreeSet<String> =
        steps.filter_map(|step| step["input"]["kind"].as_str().map(ToOwned::to_owned)).collect();
    assert_eq!(kinds, ["join".to_owned(), "leave".to_owned()].into());
}

#[test]
fn a_refused_header_can_be_a_known_difference() {
    let folder = Folder::new();
    let script = "while read -r line; do echo '{\"error\": \"too many peers\"}'; done";
    let known = "[[difference]]\nrule = \"the implementation refuses the header\"\nreason = \"x\"\nafter = \"end\"\n";
    folder.write("known.toml", known);
    let arguments = ["--cases", "4", "--known-differences", "known.toml"];
    folder
        .check_script(script, &arguments)
        .ends_with(0, "known difference: the implementation refuses the header: 4 times");
    folder
        .check_script(script, &["--cases", "4", "--minimize", "1"])
        .ends_with(1, "refuses the header: too many peers");
    folder.write("unknown.toml", &known.replace("refuses the header", "drinks"));
    let run = folder.check_script(script, &["--cases", "4", "--known-differences", "unknown.toml"]);
    run.ends_with(2, "unknown rule `the implementation drinks`");
}

#[test]
fn a_finding_names_the_limits_of_its_rule_and_the_wrong_elements() {
    let folder = Folder::new();
    // A full mesh takes one more.
    let script = format!("{BINARY} serve core | sed -u 's/\"mesh_full\"/\"grafting_successfully\"/'");
    let arguments = ["--cases", "300", "--profile", "tiny", "--minimize", "1", "--report-json", "r.json"];
    folder.check_script(&script, &arguments).ends_with(1, "  limits:\n    degree_high = ");
    let limits = folder.json("r.json")["findings"][0]["limits"].to_string();
    assert!(limits.contains("degree_high = "), "{limits}");
}

#[test]
fn progress_is_shown_without_a_terminal_unless_it_is_quiet() {
    let folder = Folder::new();
    let run = folder.run(&["check", "--time", "1", "--progress-every", "0.2", "--profile", "tiny", "--steps", "10"]);
    run.ends_with(0, " steps a second, ");
    assert!(run.stderr.lines().any(|line| line.contains(" s: ")), "{run:#?}");
    let run = folder.run(&["check", "--time", "1", "--progress-every", "0.2", "--quiet"]);
    assert_eq!(run.stderr, "", "{run:#?}");
}

#[test]
fn a_trace_comes_from_standard_input() {
    let folder = Folder::new();
    let trace = include_bytes!("../../vectors/recorded/quirks/13-outbound-overflow.jsonl");
    for command in ["verify", "replay", "minimize", "record"] {
        let mut child = Command::new(BINARY)
            .args([command, "-"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command runs");
        child.stdin.take().expect("a pipe").write_all(trace).expect("to write");
        let output = child.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{command}: {text}");
        match command {
            "verify" | "replay" => assert_eq!(text.lines().count(), 1, "the table is printed on demand only: {text}"),
            "minimize" => assert!(text.starts_with("nothing to minimize"), "{text}"),
            _ => assert!(text.starts_with("{\"format\""), "{text}"),
        }
    }
    let mut child = Command::new(BINARY)
        .args(["verify", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    child.stdin.take().expect("a pipe").write_all(b"{}\n").expect("to write");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("unreadable: standard input:1: "), "{text}");
}

#[test]
fn the_table_of_outputs_comes_on_demand() {
    let folder = Folder::new();
    let trace = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/recorded/quirks/13-outbound-overflow.jsonl");
    assert!(!folder.run(&["verify", trace]).stdout.contains("peer_added"));
    folder.run(&["verify", trace, "--outputs"]).ends_with(0, "  peer_added");
}

#[test]
fn junit_has_classes_times_and_unique_names() {
    let folder = Folder::new();
    folder.check_script(PEER_ADDED, &["--cases", "60", "--minimize", "0", "--report-junit", "r.xml"]).ends_with(1, "");
    let xml = folder.read("r.xml");
    let cases: Vec<&str> = xml.lines().filter(|line| line.trim_start().starts_with("<testcase ")).collect();
    assert!(cases.iter().all(|case| case.contains("classname=\"gossipsub-conformance.automaton.mavryk\"")), "{xml}");
    assert!(cases.iter().all(|case| case.contains(" time=\"")), "{xml}");
    let names: BTreeSet<&str> =
        cases.iter().filter_map(|case| case.split("name=\"").nth(1)?.split('"').next()).collect();
    assert_eq!(names.len(), cases.len(), "{xml}");
    let failures = xml.lines().filter(|line| line.trim_start().starts_with("<failure ")).count();
    let profiles = names.iter().filter(|name| name.starts_with("profile ")).count();
    assert_eq!(failures + profiles, cases.len(), "a finding fails one test case: {xml}");

    let trace = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/recorded/quirks/13-outbound-overflow.jsonl");
    folder.run(&["verify", trace, "vectors", "--report-junit", "v.xml"]).ends_with(2, "vectors");
    folder.run(&["verify", trace, trace, "--report-junit", "v.xml"]).ends_with(0, "2 traces");
    let xml = folder.read("v.xml");
    assert!(xml.contains("overflow.jsonl\"") && xml.contains("overflow.jsonl (2)\""), "{xml}");
}

#[test]
fn a_report_follows_its_schema() {
    let folder = Folder::new();
    let schema: Value = serde_json::from_str(include_str!("../../report.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    folder.check_script(PEER_ADDED, &["--cases", "60", "--minimize", "1", "--report-json", "r.json"]).ends_with(1, "");
    let report = folder.json("r.json");
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    for (pointer, value) in [("/version", Value::from(2)), ("/cases", "many".into()), ("/plan/shard", Value::Null)] {
        let mut wrong = report.clone();
        *wrong.pointer_mut(pointer).expect("a field") = value;
        assert!(!validator.is_valid(&wrong), "{pointer}");
    }
}

#[test]
fn shells_and_manuals_know_the_command() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        folder.run(&["completions", shell]).ends_with(0, "gossipsub-conformance");
    }
    folder.run(&["man", "pages"]).ends_with(0, "");
    assert!(folder.read("pages/gossipsub-conformance-check.1").contains("Generate sequences of inputs"));
}
