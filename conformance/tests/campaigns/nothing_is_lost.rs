//! What is checked before a campaign, and what a failure at its end costs.

use super::harness::{BINARY, Folder, PEER_ADDED, Run, as_command};
use std::{
    fs,
    io::Read,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

#[test]
fn what_cannot_work_is_said_before_the_campaign() {
    let folder = Folder::new();
    let file = folder.write("file", "a file").display().to_string();
    let below = format!("{file}/below");
    let finite = "expected a number of seconds above 0";
    for (arguments, text) in [
        (&["--findings", &*file][..], &*format!("error: {file}: File exists")),
        (&["--findings", &below], &below),
        (&["--report-json", "nowhere/report.json"], "error: nowhere/report.json: No such file or directory"),
        (&["--report-junit", "."], "error: .: is a directory"),
        (&["--time", "nan"], finite),
        (&["--time", "0"], finite),
        (&["--time=-1"], "'--time <SECONDS>'"),
        (&["--minimize", "nan"], "'--minimize <SECONDS>': expected a number of seconds, 0 or more"),
        (&["--implementation", "cat", "--answer-within", "inf"], "'--answer-within <SECONDS>'"),
        (&["--cases", "0"], "'--cases <N>'"),
        (&["--steps", "0"], "'--steps <N>'"),
        (&["--world", "two-peers"], "--exhaustive"),
        (&["--inputs", "graft,drink"], "unknown input `drink`; expected some of: add_peer, "),
        (&["--regressions"], "--regressions <FILE>"),
        (&["--case", "3", "--cases", "4"], "cannot be used with"),
        (&["--shard", "3/2"], "a shard is K/N with 1 <= K <= N"),
        (&["--implementation", "/nowhere/at/all"], "/nowhere/at/all cannot be started"),
        (&["--implementation", &file], "Permission denied"),
        (&["--implementation", "sh --no-such-flag"], "its standard error:\n"),
        (
            &["--implementation", "sh -c 'echo usage: me >&2; exit 64'"],
            "exit status: 64)\nits standard error:\nusage: me",
        ),
        (&["--implementation", "sh -c 'sleep 987'", "--answer-within", "0.3"], "gave no answer within 300ms"),
        (&["--implementation", "sh -c 'exec >&-; sleep 987'"], "ended without an answer"),
        (&["--implementation", "echo hello"], "invalid answer: not JSON"),
    ] {
        let run = folder.run(&[&["check"], arguments].concat());
        run.ends_with(2, text);
        assert!(run.time < Duration::from_secs(20), "{run:#?}");
        assert!(!run.stdout.contains("cases,"), "no campaign began: {run:#?}");
    }
    assert!(!folder.join("gossipsub-findings").exists(), "an empty folder stays behind");
}

#[test]
fn other_commands_check_at_their_beginning_too() {
    let folder = Folder::new();
    for (arguments, text) in [
        (&["compare", "core", "/nowhere/at/all"][..], "/nowhere/at/all cannot be started"),
        (&["compare", "core", "model", "--report-json", "nowhere/r.json"], "error: nowhere/r.json: "),
        (&["randomness", "--implementation", "/nowhere/at/all"], "/nowhere/at/all cannot be started"),
        (&["randomness", "--report-json", "nowhere/r.json"], "error: nowhere/r.json: "),
        (&["minimize", "x.jsonl", "--time", "nan"], "'--time <SECONDS>'"),
    ] {
        folder.run(arguments).ends_with(2, text);
    }
}

#[test]
fn a_report_that_cannot_be_written_costs_nothing_else() {
    let folder = Folder::new();
    let run = folder.check_script(
        PEER_ADDED,
        &["--cases", "20", "--minimize", "0", "--report-json", "/dev/full", "--report-junit", "r.xml"],
    );
    run.ends_with(2, "error: /dev/full: No space left on device");
    assert!(run.stdout.contains(" findings\n"), "{run:#?}");
    assert!(folder.read("r.xml").contains("<failure"), "the other report is there");
    assert!(!folder.saved_kinds().is_empty(), "the traces are there");
}

#[test]
fn a_closed_or_full_standard_output_is_no_panic() {
    let folder = Folder::new();
    let mut command = folder.command(&["check", "--cases", "10", "--report", "--report-json", "r.json"]);
    command.stdout(fs::File::options().write(true).open("/dev/full").expect("a device"));
    let run = Run::of(&command.output().expect("the command runs"), Duration::ZERO);
    run.ends_with(2, "error: standard output: No space left on device");
    assert_eq!(folder.json("r.json")["cases"], 10, "reports are written first");

    for arguments in [
        &["check", "--cases", "10", "--report"][..],
        &["check", "--exhaustive", "--world", "two-peers", "--depth", "1", "--report"],
        &["randomness", "--samples", "1800"],
        &["completions", "bash"],
        &["--help"],
    ] {
        let mut child =
            folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
        let status = child.wait().expect("it ends");
        assert!(status.success() && !stderr.contains("panicked"), "{arguments:?}: {status}, {stderr}");
    }
}

#[test]
fn a_recording_goes_through_devices_pipes_and_links() {
    let folder = Folder::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/recorded/quirks/13-outbound-overflow.jsonl");
    let target = folder.write("target.jsonl", "old");
    std::os::unix::fs::symlink(&target, folder.join("link.jsonl")).expect("a link");
    folder.run(&["record", script, "--output", "link.jsonl"]).ends_with(0, "");
    assert!(folder.join("link.jsonl").symlink_metadata().expect("the link").is_symlink(), "the link stays");
    let recorded = folder.read("target.jsonl");
    assert!(recorded.starts_with("{\"format\""), "{recorded}");

    assert_eq!(folder.run(&["record", script, "--output", "/dev/stdout"]).stdout, recorded);
    folder.run(&["record", script, "--output", "/dev/full"]).ends_with(2, "No space left on device");
    folder.run(&["record", script, "--output", "."]).ends_with(2, "is a directory");
    let piped = format!("mkfifo pipe.jsonl && {{ cat pipe.jsonl & }} && {BINARY} record {script} --output pipe.jsonl");
    let output = Command::new("sh").args(["-c", &piped]).current_dir(folder.path()).output().expect("a shell");
    // The reader ends when the writer closes the pipe; its output is the recording.
    assert_eq!(String::from_utf8_lossy(&output.stdout), recorded);
}

#[test]
fn invalid_answers_of_different_errors_are_different_findings() {
    let folder = Folder::new();
    let script = r#"while read -r line; do case "$line" in
*'"format"'*) echo '{"ready": true}';;
*'"environment"'*) echo '{}';;
*'"subscribe"'*) echo hello;;
*'"add_peer"'*) echo '{"outptu": 17}';;
*) echo '{"output": 5}';;
esac; done"#;
    let run = folder.check_script(script, &["--cases", "100", "--minimize", "0", "--report-json", "r.json"]);
    run.ends_with(1, "the implementation gave an invalid answer: ");
    let report = folder.json("r.json");
    let kinds: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["kind"].as_str())
        .collect();
    for part in ["not JSON: expected value at column N", "unknown field `outptu`", "output: "] {
        assert!(kinds.iter().any(|kind| kind.contains(part)), "{part}: {kinds:#?}");
    }
    assert!(kinds.len() < 8, "{kinds:#?}");
}

/// Core, which ends after this number of lines.
fn ends_after(lines: u32) -> String {
    let count = "n=$((n + 1)); [ $n -le";
    format!("n=0; while read -r line; do {count} {lines} ] || exit 0; echo \"$line\"; done | {BINARY} serve core")
}

#[test]
fn a_crash_that_depends_on_the_number_of_lines_says_so() {
    let folder = Folder::new();
    // Correct, but for its end after 300 lines.
    let script = ends_after(300);
    let arguments = ["--steps", "60", "--jobs", "1", "--report-json", "r.json", "--profile", "tiny"];
    let run = folder.check_script(&script, &[&arguments[..], &["--cases", "9", "--minimize", "30"]].concat());
    run.ends_with(1, "ended without an answer");
    let report = folder.json("r.json");
    let remarks = report["findings"][0]["remarks"].to_string();
    assert!(remarks.contains("it depends on what the process was sent before"), "{remarks}");
    assert!(report["findings"][0]["trace"].is_string(), "it stays saved");

    let run =
        folder.check_script(&script, &[&arguments[..], &["--cases", "9", "--fresh-process", "--no-replay"]].concat());
    run.ends_with(0, ": 0 findings");
    // A crash within a case shows with --fresh-process, too, and its replay shows it again.
    let script = ends_after(20);
    let arguments = [&arguments[..], &["--cases", "2", "--fresh-process", "--no-replay", "--minimize", "5"]].concat();
    let run = folder.check_script(&script, &arguments);
    run.ends_with(1, "ended without an answer");
    let report = folder.json("r.json");
    let finding = &report["findings"][0];
    assert!(finding["replay"].as_str().expect("a command").contains(" --fresh-process"), "{finding:#}");
    assert_eq!(finding["minimized_to"], finding["steps"], "no shorter sequence reaches the line");
    let trace = finding["trace"].as_str().expect("a trace");
    let command = as_command(&script);
    folder.run(&["replay", trace, "--implementation", &command, "--fresh-process"]).ends_with(1, "failed in ");
}

#[test]
fn the_sequence_as_found_stays_beside_the_minimized_one() {
    let folder = Folder::new();
    let start = Instant::now();
    let run = folder.check_script(PEER_ADDED, &["--cases", "30", "--minimize", "5", "--report-json", "r.json"]);
    run.ends_with(1, "  as found: gossipsub-findings/case-");
    assert!(start.elapsed() < Duration::from_mins(1));
    for finding in folder.json("r.json")["findings"].as_array().expect("findings") {
        for (field, ending) in [("trace", "-minimized.jsonl"), ("original", "-seed-0.jsonl")] {
            let name = finding[field].as_str().expect("a path");
            assert!(name.ends_with(ending) && folder.join(name).is_file(), "{finding:#}");
        }
    }
}
