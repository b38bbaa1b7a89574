//! Runs the command in a folder of its own.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The command under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_gossipsub-conformance");

/// Answers every input with `peer_added`, which breaks the rules of most inputs.
pub(crate) const PEER_ADDED: &str = r#"while read -r line; do case "$line" in
*'"format"'*) echo '{"ready": true, "implementation": "peer added 1"}';;
*'"environment"'*) echo '{}';;
*) echo '{"output": {"kind": "peer_added"}}';;
esac; done"#;

/// A folder in which the command runs.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, text).expect("to write");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).expect("JSON")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.current_dir(self.path()).args(arguments).env_remove("GITHUB_STEP_SUMMARY").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let start = Instant::now();
        Run::of(&self.command(arguments).output().expect("the command runs"), start.elapsed())
    }

    /// `check` with a shell script as the implementation.
    pub(crate) fn check_script(&self, script: &str, arguments: &[&str]) -> Run {
        let script = as_command(script);
        self.run(&[&["check", "--implementation", &script], arguments].concat())
    }

    /// The traces in the folder for findings: the description of each.
    pub(crate) fn saved_kinds(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.join("gossipsub-findings")) else { return Vec::new() };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let traces = paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        let description = |path: PathBuf| {
            let text = fs::read_to_string(&path).expect("a trace");
            let header: Value = serde_json::from_str(text.lines().next().expect("a header")).expect("JSON");
            header["description"].as_str().unwrap_or_default().to_owned()
        };
        traces.map(description).collect()
    }
}

/// A shell script as a command line.
pub(crate) fn as_command(script: &str) -> String {
    shell_words::join(["sh", "-c", script])
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) time: Duration,
}

impl Run {
    pub(crate) fn of(output: &Output, time: Duration) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr), time }
    }

    pub(crate) fn ends_with(&self, code: i32, text: &str) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "{text:?} is not in {self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
    }
}

/// Whether a process with this text in its command line runs.
#[cfg(target_os = "linux")]
pub(crate) fn runs(marker: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let mut lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| {
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains(marker) && !line.contains("gossipsub-conformance\0")
    })
}
