//! Shards, `merge`, and single cases.

use super::harness::{BINARY, Folder, PEER_ADDED, as_command};
use serde_json::Value;

/// The model of the libp2p router with faults, as a program.
fn faulty_router() -> String {
    format!("{BINARY} serve model --family libp2p --fault R1 --fault R4 --fault J17")
}

fn check(folder: &Folder, implementation: &str, arguments: &[&str]) {
    let common = ["check", "--implementation", implementation, "--minimize", "0", "--no-replay"];
    let run = folder.run(&[&common, arguments].concat());
    assert!(matches!(run.code, Some(0 | 1)), "{run:#?}");
}

/// A report without what may differ between a campaign and its shards: times, and where traces are.
fn comparable(mut report: Value) -> Value {
    for field in ["seconds", "profile_seconds"] {
        report[field] = Value::Null;
    }
    for finding in report["findings"].as_array_mut().expect("findings") {
        for field in ["trace", "original", "replay", "seconds"] {
            finding[field] = Value::Null;
        }
    }
    report
}

#[test]
fn eight_shards_merged_are_the_whole_campaign_row_by_row() {
    for (implementation, family, cases) in
        [(faulty_router(), "libp2p", "96"), (as_command(PEER_ADDED), "automaton", "160")]
    {
        let folder = Folder::new();
        let common = ["--family", family, "--cases", cases, "--steps", "80", "--jobs", "2", "--seed", "3"];
        check(&folder, &implementation, &[&common[..], &["--report-json", "whole.json"]].concat());
        let names: Vec<String> = (0..8).map(|index| format!("{index}.json")).collect();
        for (index, name) in names.iter().enumerate() {
            let index = index.to_string();
            let shard = ["--shard-index", &index, "--shard-count", "8", "--report-json", name];
            check(&folder, &implementation, &[&common[..], &shard].concat());
            let profiles = folder.json(name)["profiles"].as_object().expect("profiles").len();
            assert!(profiles > 4, "{name} has {profiles} profiles");
        }
        let mut arguments = vec!["merge", "--report-json", "merged.json"];
        // In any order.
        arguments.extend(names.iter().rev().map(String::as_str));
        let merged = folder.run(&arguments);
        let (whole, sum) = (folder.json("whole.json"), folder.json("merged.json"));
        assert!(!whole["findings"].as_array().expect("findings").is_empty());
        merged.ends_with(1, "findings");
        let (whole, sum) = (comparable(whole), comparable(sum));
        for (row, value) in whole.as_object().expect("an object") {
            assert_eq!(&sum[row], value, "{family}: {row}");
        }
        assert_eq!(whole, sum);
    }
}

#[test]
fn merge_refuses_what_is_not_one_campaign() {
    let folder = Folder::new();
    let common = ["--cases", "16", "--steps", "5"];
    for (name, arguments) in [
        ("1.json", &["--shard", "1/2"][..]),
        ("2.json", &["--shard", "2/2"]),
        ("seed.json", &["--shard", "2/2", "--seed", "9"]),
        ("steps.json", &["--shard", "2/2", "--steps", "6"]),
        ("variant.json", &["--shard", "2/2", "--variant", "octez-24"]),
        ("3.json", &["--shard", "2/3"]),
    ] {
        let common = if arguments.contains(&"--steps") { &common[..2] } else { &common[..] };
        let arguments = [&["check", "--report-json", name], common, arguments].concat();
        folder.run(&arguments).ends_with(0, ": 0 findings");
    }
    folder.run(&["merge", "1.json", "2.json"]).ends_with(0, "16 cases, 80 steps");
    folder.write("other.json", "{\"cases\": 1}");
    folder.write("later.json", &folder.read("2.json").replace("\"version\": 1", "\"version\": 2"));
    folder.write("harness.json", &folder.read("2.json").replace("\"harness\": \"", "\"harness\": \"9."));
    folder.write("stopped.json", &folder.read("2.json").replace("\"stopped\": false", "\"stopped\": true"));
    for (second, text) in [
        ("1.json", "error: shard 1/2 is in 1.json and in 1.json"),
        ("seed.json", "error: seed.json: seed: expected 0, as in 1.json, found 9"),
        ("steps.json", "error: steps.json: plan: expected "),
        ("variant.json", "error: variant.json: variant: expected \"mavryk\", as in 1.json, found \"octez-24\""),
        ("3.json", "error: 3.json: number of shards: expected 2, as in 1.json, found 3"),
        ("other.json", "error: other.json: expected a report of `check --report-json`"),
        ("later.json", "error: later.json: expected the format \"gossipsub-conformance-report\" in version 1, found"),
        ("harness.json", "error: harness.json: harness: expected "),
        ("stopped.json", "error: stopped.json: the campaign was stopped before its end"),
        ("nowhere.json", "error: nowhere.json: No such file"),
    ] {
        folder.run(&["merge", "1.json", second]).ends_with(2, text);
    }
    folder.run(&["merge", "1.json"]).ends_with(2, "error: shard 2/2 is missing");
}

#[test]
fn merge_minimizes_each_finding_once() {
    let folder = Folder::new();
    let implementation = as_command(PEER_ADDED);
    for shard in ["1", "2"] {
        let arguments = ["--cases", "40", "--shard", &format!("{shard}/2"), "--findings", shard];
        let report = format!("{shard}.json");
        check(&folder, &implementation, &[&arguments[..], &["--report-json", &report]].concat());
    }
    let arguments = ["merge", "1.json", "2.json", "--implementation", &implementation, "--minimize", "20"];
    let run = folder.run(&[&arguments[..], &["--report-json", "merged.json"]].concat());
    run.ends_with(1, "-minimized.jsonl");
    for finding in folder.json("merged.json")["findings"].as_array().expect("findings") {
        assert!(folder.join(finding["trace"].as_str().expect("a trace")).is_file(), "{finding:#}");
        assert!(finding["minimized_to"].as_u64().is_some_and(|steps| steps <= 3), "{finding:#}");
    }
}

#[test]
fn a_case_runs_alone_and_from_a_number_on() {
    let folder = Folder::new();
    let implementation = as_command(PEER_ADDED);
    check(&folder, &implementation, &["--cases", "60", "--report-json", "all.json"]);
    let all = folder.json("all.json");
    let finding = all["findings"].as_array().and_then(|findings| findings.last()).expect("a finding").clone();
    let number = finding["first_case"].to_string();
    check(&folder, &implementation, &["--case", &number, "--report-json", "one.json"]);
    let one = folder.json("one.json");
    assert_eq!((&one["cases"], &one["findings"][0]["kind"]), (&1.into(), &finding["kind"]));
    assert_eq!(one["findings"][0]["first_case"], finding["first_case"]);

    check(&folder, &implementation, &["--from", "40", "--cases", "20", "--report-json", "rest.json"]);
    check(&folder, &implementation, &["--cases", "40", "--report-json", "begin.json"]);
    let steps = |name: &str| folder.json(name)["steps"].as_u64().expect("a number");
    assert_eq!(steps("begin.json") + steps("rest.json"), steps("all.json"));
}

#[test]
fn saved_findings_and_regressions_are_replayed_first() {
    let folder = Folder::new();
    let run = folder.check_script(PEER_ADDED, &["--cases", "20", "--minimize", "2"]);
    run.ends_with(1, " findings\n");
    let run = folder.check_script(PEER_ADDED, &["--cases", "1", "--minimize", "0", "--report-json", "r.json"]);
    run.ends_with(1, "-minimized.jsonl still shows ");
    let report = folder.json("r.json");
    let replayed = report["replayed"].as_array().expect("traces");
    assert!(replayed.len() > 2 && replayed.iter().all(|trace| trace["finding"].is_string()), "{replayed:#?}");
    // With the fault mended, the saved traces are allowed.
    let run = folder.run(&["check", "--cases", "1", "--implementation", &format!("{BINARY} serve core")]);
    run.ends_with(0, ": 0 findings");
    let run = folder.run(&["check", "--cases", "1", "--findings", "none", "--regressions", "gossipsub-findings"]);
    run.ends_with(0, ": 0 findings");
}

#[test]
fn the_share_comes_from_the_environment() {
    let folder = Folder::new();
    let arguments = ["check", "--cases", "16", "--steps", "5", "--shard", "auto", "--report-json", "r.json"];
    let mut command = folder.command(&arguments);
    command.env("JOB_COMPLETION_INDEX", "1").env("JOB_COMPLETIONS", "4");
    assert!(command.output().expect("the command runs").status.success());
    let report = folder.json("r.json");
    assert_eq!((&report["plan"]["shard"]["number"], &report["cases"]), (&2.into(), &4.into()));
}
