//! Programs that lie: each is a short shell script that breaks the protocol in one way. A campaign must come back in time
//! with the right result and message, and no process may stay behind.

#[cfg(unix)]
mod scripts;

#[cfg(unix)]
use scripts::{LIARS, Liar, Program};
#[cfg(unix)]
use std::{
    fs,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long a campaign of a few short cases may take, with the time for answers and for minimizing.
#[cfg(unix)]
const TIME: Duration = Duration::from_secs(45);

#[cfg(unix)]
#[test]
fn a_campaign_survives_every_liar() {
    let next = AtomicUsize::new(0);
    let failures: Vec<String> = thread::scope(|scope| {
        let run = || {
            let mut failures = Vec::new();
            while let Some(liar) = LIARS.get(next.fetch_add(1, Ordering::Relaxed)) {
                failures.extend(failure(liar));
            }
            failures
        };
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(run)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(failures.is_empty(), "{} of {} liars:\n{}", failures.len(), LIARS.len(), failures.join("\n"));
}

/// What is wrong with a campaign on a liar.
#[cfg(unix)]
fn failure(liar: &Liar) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("not-executable"), "a text").expect("to write");
    let marker = format!("liar-{}-{}", std::process::id(), liar.name.replace(' ', "-"));
    let implementation = match liar.program {
        Program::Command(command) => command.to_owned(),
        // The marker is an argument of the shell, so that its processes can be recognized.
        Program::Script(script) => shell_words::join(["sh", "-c", script, &marker]),
        Program::AfterHeader(script) => {
            shell_words::join(["sh", "-c", &format!("read -r header; echo '{{\"ready\": true}}'; {script}"), &marker])
        }
        Program::Answers(cases) => shell_words::join(["sh", "-c", &answering(cases), &marker]),
    };
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_gossipsub-conformance"))
        .args(["check", "--implementation", &implementation, "--jobs", "1"])
        .args(["--steps", "8", "--minimize", "1", "--profile", "tiny"])
        .args(if liar.arguments.is_empty() { &["--cases", "3", "--answer-within", "0.7"] } else { liar.arguments })
        .current_dir(folder.path())
        .env_remove("GITHUB_STEP_SUMMARY")
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let time = start.elapsed();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let mut wrong = Vec::new();
    if output.status.code() != Some(liar.code) {
        wrong.push(format!("expected exit code {}, found {:?}", liar.code, output.status));
    }
    if !text.contains(liar.message) {
        wrong.push(format!("expected {:?}", liar.message));
    }
    if text.contains("panicked") || text.contains('\u{1b}') {
        wrong.push("a panic, or a control character".to_owned());
    }
    if time > TIME {
        wrong.push(format!("it took {time:?}"));
    }
    // A process that was killed may take a moment to end.
    let ended = (0..50).any(|_| {
        let ended = processes_with(&marker) == 0;
        if !ended {
            thread::sleep(Duration::from_millis(100));
        }
        ended
    });
    if !ended {
        wrong.push("a process stays behind".to_owned());
    }
    let shown: String = text.chars().take(3000).collect();
    (!wrong.is_empty()).then(|| format!("{}: {}\n{shown}", liar.name, wrong.join("; ")))
}

/// A script that answers headers and changes of the environment as it should, and other lines by these cases of a shell.
#[cfg(unix)]
fn answering(cases: &str) -> String {
    format!(
        "while read -r line; do case \"$line\" in *'\"format\"'*) echo '{{\"ready\": true}}';; \
         *'\"environment\"'*) echo '{{}}';; {cases} esac; done"
    )
}

/// The number of processes with this text in their command line.
#[cfg(all(unix, target_os = "linux"))]
fn processes_with(marker: &str) -> usize {
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(marker)).count()
}

/// Processes cannot be listed without a tool.
#[cfg(all(unix, not(target_os = "linux")))]
fn processes_with(_: &str) -> usize {
    0
}
