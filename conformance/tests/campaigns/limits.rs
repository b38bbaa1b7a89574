//! Limits are kept, and what is printed is safe for a terminal.

use super::harness::{BINARY, Folder, PEER_ADDED};
use std::{fs, time::Duration};

#[test]
fn time_holds_within_a_case() {
    let folder = Folder::new();
    let slow = format!("{BINARY} serve core | while read -r line; do sleep 1; echo \"$line\"; done");
    let run = folder.check_script(&slow, &["--time", "2", "--steps", "10000000", "--jobs", "2"]);
    run.ends_with(0, ": 0 findings");
    assert!(run.time < Duration::from_secs(30), "{run:#?}");
    let run = folder.run(&["check", "--time", "1", "--steps", "10000000"]);
    run.ends_with(0, ": 0 findings");
    assert!(run.time < Duration::from_secs(30), "{run:#?}");
}

#[test]
fn there_are_no_more_jobs_than_cases() {
    let folder = Folder::new();
    folder
        .check_script(PEER_ADDED, &["--jobs", "1000000", "--cases", "3", "--minimize", "0"])
        .ends_with(1, "3 cases, ");
}

#[test]
fn folders_in_a_cycle_are_read_once_and_skipped_files_are_named() {
    let folder = Folder::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/recorded/quirks/13-outbound-overflow.jsonl");
    fs::create_dir_all(folder.join("traces/below")).expect("a folder");
    fs::copy(script, folder.join("traces/one.jsonl")).expect("a trace");
    fs::copy(script, folder.join("traces/below/two.jsonl")).expect("a trace");
    folder.write("traces/notes.txt", "not a trace");
    std::os::unix::fs::symlink(folder.join("traces"), folder.join("traces/below/up")).expect("a link");
    let run = folder.run(&["verify", "traces"]);
    run.ends_with(0, "2 traces, ");
    run.ends_with(0, "skipped: traces/notes.txt: it does not end in .jsonl, .jsonl.gz or .jsonl.zst");
}

#[test]
fn control_characters_and_long_values_do_not_reach_the_terminal() {
    let folder = Folder::new();
    let script = r#"read -r line; echo '{"ready": true}'; while read -r line; do case "$line" in
*'"format"'*) echo '{"ready": true}';;
*) printf '{"error": "\\u001b[31mred\\u202e %s"}\n' "$(head -c 100000 /dev/zero | tr '\0' x)";;
esac; done"#;
    let arguments = ["--cases", "8", "--minimize", "0", "--report-junit", "r.xml", "--report-json", "r.json"];
    let run = folder.check_script(script, &arguments);
    run.ends_with(1, "\\u{1b}[31mred\\u{202e} xxx");
    run.ends_with(1, " bytes more)");
    for text in [&run.stdout, &run.stderr, &folder.read("r.xml")] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
        assert!(!text.contains(&"x".repeat(3000)), "a long value is shortened");
    }
    folder.write(
        "bad.jsonl",
        "{\"format\": \"gossipsub-trace\", \"version\": 1, \"\u{1b}[2J\": 1}\n{\"\u{1b}\u{7}\": 1}\n",
    );
    let run = folder.run(&["verify", "bad.jsonl", "no\u{1b}thing"]);
    assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{run:#?}");
}

/// A report of a campaign of our own automaton that reached nothing.
fn report_without_coverage(folder: &Folder, steps_a_case: u64) {
    folder.run(&["check", "--cases", "2", "--report-json", "r.json", "--steps", "1"]).ends_with(0, "2 cases, 2 steps");
    let mut report = folder.json("r.json");
    report["steps"] = 2_000_000.into();
    report["plan"]["steps"] = steps_a_case.into();
    for count in report["coverage"].as_object_mut().expect("rows").values_mut() {
        *count = 0.into();
    }
    folder.write("r.json", &report.to_string());
}

#[test]
fn low_coverage_is_the_fault_of_the_generator_and_judged_only_for_what_it_was_calibrated_for() {
    let folder = Folder::new();
    report_without_coverage(&folder, 200);
    let run = folder.run(&["merge", "r.json"]);
    run.ends_with(3, "The generator reached these rows too seldom. This is no fault of the implementation.\n");
    run.ends_with(3, "below its minimum: peer_added: reached 0 times in 2000000 steps, expected at least ");
    report_without_coverage(&folder, 1000);
    folder.run(&["merge", "r.json"]).ends_with(0, ": 0 findings");
}
