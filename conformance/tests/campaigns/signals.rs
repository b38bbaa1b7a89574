//! Signals, and the end of the harness at any moment.

use super::harness::{Folder, PEER_ADDED, Run, as_command};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

/// Longer than anything takes.
const LONG: Duration = Duration::from_mins(1);

/// A run whose standard error is read line by line.
struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut command = folder.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        let stderr = child.stderr.take().expect("a pipe");
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines, seen: Vec::new() }
    }

    fn wait_for(&mut self, text: &str) {
        let start = Instant::now();
        while !self.seen.iter().any(|line| line.contains(text)) {
            let left = LONG.saturating_sub(start.elapsed());
            let line = self.lines.recv_timeout(left);
            self.seen.push(line.unwrap_or_else(|_| panic!("no line has {text:?}: {:#?}", self.seen)));
        }
    }

    fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &script]).status().expect("a shell").success());
    }

    fn end(mut self) -> Run {
        let start = Instant::now();
        let mut stdout = String::new();
        self.child.stdout.take().expect("a pipe").read_to_string(&mut stdout).expect("text");
        let status = self.child.wait().expect("it ends");
        self.seen.extend(self.lines.iter());
        Run { code: status.code(), stdout, stderr: self.seen.join("\n"), time: start.elapsed() }
    }
}

#[test]
fn a_signal_ends_a_campaign_with_what_it_found() {
    for signal in ["INT", "TERM"] {
        let folder = Folder::new();
        // It ignores everything that can be ignored, and so does the process that it starts.
        let marker = format!("signal-{signal}-{}", std::process::id());
        let script = format!("trap '' INT TERM; sh -c 'sleep 987 # {marker}' & {PEER_ADDED}; sleep 987 # {marker}");
        let arguments = ["check", "--implementation", &as_command(&script), "--time", "50", "--report-json", "r.json"];
        let mut running = Running::start(&folder, &arguments);
        running.wait_for("finding: ");
        running.signal(signal);
        let run = running.end();
        run.ends_with(1, "\nstopped: ");
        assert!(run.time < Duration::from_secs(15), "{run:#?}");
        let report = folder.json("r.json");
        assert_eq!(report["stopped"], true);
        let found = report["findings"].as_array().expect("findings");
        assert!(!found.is_empty() && found.iter().all(|finding| finding["trace"].is_string()), "{found:#?}");
        #[cfg(target_os = "linux")]
        assert!(!super::harness::runs(&marker), "a process lives on");
    }
}

#[test]
fn a_signal_ends_minimizing() {
    let folder = Folder::new();
    let slow = PEER_ADDED.replace("*) echo '{\"output\"", "*) sleep 0.1; echo '{\"output\"");
    let command = as_command(&slow);
    let arguments = [
        &["check", "--implementation", &command, "--cases", "6", "--jobs", "2", "--minimize", "300"][..],
        &["--progress-every", "0.1"],
    ];
    let mut running = Running::start(&folder, &arguments.concat());
    running.wait_for("minimizing: ");
    running.signal("INT");
    let run = running.end();
    run.ends_with(1, " findings");
    assert!(run.time < Duration::from_secs(15), "{run:#?}");
    assert!(!folder.saved_kinds().is_empty());
}

#[test]
fn a_silent_program_does_not_hold_up_a_signal() {
    let folder = Folder::new();
    let script = "read -r line; echo '{\"ready\": true}'; sleep 987";
    let arguments =
        ["check", "--implementation", &as_command(script), "--answer-within", "500", "--progress-every", "0.1"];
    let mut running = Running::start(&folder, &arguments);
    running.wait_for(" s: ");
    running.signal("TERM");
    let run = running.end();
    run.ends_with(130, "stopped: ");
    assert!(run.time < Duration::from_secs(15), "{run:#?}");
}

#[test]
fn a_campaign_that_is_killed_loses_no_finding_that_was_reported() {
    let mut reported = 0;
    for moment in 0..20_u64 {
        let folder = Folder::new();
        let (command, seed) = (as_command(PEER_ADDED), moment.to_string());
        let arguments = ["check", "--implementation", &command, "--time", "50", "--jobs", "2", "--seed", &seed];
        let mut running = Running::start(&folder, &arguments);
        running.wait_for("finding: ");
        // Moments that look random, and are the same in every run of the test.
        thread::sleep(Duration::from_millis(moment * 7_919 % 400));
        if moment % 2 == 0 {
            running.child.kill().expect("to kill it");
        } else {
            running.signal("TERM");
        }
        let run = running.end();
        let saved = folder.saved_kinds();
        for line in run.stderr.lines().filter_map(|line| line.strip_prefix("finding: ")) {
            let (kind, _) = line.rsplit_once(": saved as ").expect("a path");
            assert!(saved.iter().any(|other| other.starts_with(kind)), "{kind} is not in {saved:#?}");
            reported += 1;
        }
    }
    assert!(reported >= 20, "{reported}");
}
