//! Steps that are sent ahead of the answers.

use super::harness::{BINARY, Folder, as_command};
use serde_json::Value;
use std::collections::BTreeSet;

fn report(folder: &Folder, implementation: &str, arguments: &[&str]) -> Value {
    let common =
        ["check", "--implementation", implementation, "--minimize", "0", "--no-replay", "--report-json", "r.json"];
    let run = folder.run(&[&common, arguments].concat());
    assert!(matches!(run.code, Some(0 | 1)), "{run:#?}");
    folder.json("r.json")
}

fn kinds(report: &Value) -> BTreeSet<String> {
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[test]
fn a_correct_program_that_is_sent_steps_ahead_is_found_correct() {
    let folder = Folder::new();
    for (implementation, family) in [("core", "automaton"), ("model", "automaton"), ("model", "libp2p")] {
        let serve = format!("{BINARY} serve {implementation} --family {family} --view every");
        let arguments = ["--family", family, "--cases", "40", "--jobs", "2"];
        let plain = report(&folder, &serve, &arguments);
        let ahead = report(&folder, &format!("{serve} --pipeline"), &arguments);
        assert_eq!((kinds(&plain), kinds(&ahead)), (BTreeSet::new(), BTreeSet::new()), "{family}");
        assert_eq!(ahead["implementation"]["pipeline"], true);
        assert_eq!((&plain["cases"], &plain["steps"]), (&ahead["cases"], &ahead["steps"]));
    }
}

#[test]
fn the_findings_are_those_without_it() {
    let folder = Folder::new();
    for fault in ["R1", "R4", "J17"] {
        let serve = format!("{BINARY} serve model --family libp2p --fault {fault}");
        let arguments = ["--family", "libp2p", "--cases", "160", "--jobs", "2", "--steps", "100"];
        let plain = kinds(&report(&folder, &serve, &arguments));
        let ahead = kinds(&report(&folder, &format!("{serve} --pipeline"), &arguments));
        assert_eq!(plain, ahead, "{fault}");
        assert!(!plain.is_empty(), "{fault}");
    }
}

#[test]
fn what_goes_wrong_within_a_sequence_that_is_sent_ahead_is_found_where_it_happens() {
    let folder = Folder::new();
    let ready = r#"*'"format"'*) echo '{"ready": true, "pipeline": true}';; *'"environment"'*) echo '{}';;"#;
    for (cases, message) in [
        ("*) echo '{\"output\": {\"kind\": \"peer_added\"}}';;", " findings\n"),
        ("*) echo '{\"error\": \"what?\"}';;", "does not understand the step: what?"),
        ("*) echo hello;;", "invalid answer: not JSON"),
        ("*) exit 3;;", "ended without an answer (exit status: 3)"),
        ("*) sleep 987;;", "no answer within 700ms"),
    ] {
        let script = format!("while read -r line; do case \"$line\" in {ready} {cases} esac; done");
        let command = as_command(&script);
        let arguments = ["--implementation", &command, "--answer-within", "0.7", "--cases", "8", "--minimize", "1"];
        let run = folder.run(&[&["check", "--jobs", "1"], &arguments[..]].concat());
        run.ends_with(1, message);
    }
    // A slow program does not hold up the end of the time.
    let script = format!("{BINARY} serve core --pipeline | while read -r line; do sleep 0.5; echo \"$line\"; done");
    let run = folder.check_script(&script, &["--time", "2", "--jobs", "1", "--no-replay"]);
    run.ends_with(0, ": 0 findings");
    assert!(run.time.as_secs() < 30, "{run:#?}");
}
