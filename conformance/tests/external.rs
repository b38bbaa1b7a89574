//! External implementations: asked over pipes, and not trusted in anything.

use gossipsub_automaton::{
    AddPeer, Input, Time, Validity,
    trace_ids::{MessageId, Peer, TraceIds},
};
use gossipsub_conformance::{
    automaton::{AutomatonFamily, EnvironmentChange, Header},
    engine::{
        Implementation, ImplementationError, Views,
        implementation::{self, CommandLine},
    },
};
use std::{
    process::Command,
    time::{Duration, Instant},
};

type External = implementation::External<AutomatonFamily>;

/// A shell script as an implementation.
fn script(script: &str) -> External {
    let command: CommandLine = shell_words::join(["sh", "-c", script]).parse().expect("a command");
    External::new(command, Duration::from_millis(500))
}

const READY: &str = r#"read -r header; echo '{"ready": true, "implementation": "a script"}';"#;

fn input() -> Input<TraceIds> {
    AddPeer { peer: Peer(1), direct: false, outbound: false, bootstrap: false }.into()
}

/// What comes of the first step, after a header that was answered as it should be.
fn fault(after_header: &str) -> String {
    let mut external = script(&format!("{READY} read -r step; {after_header}"));
    external.start(&Header::default(), Views::Every).expect("ready");
    external.answer(Time::ZERO, &input()).expect_err("a fault").to_string()
}

#[test]
fn an_answer_is_taken() {
    let mut external = script(&format!(r#"{READY} read -r step; echo '{{"output": {{"kind": "peer_added"}}}}'"#));
    external.start(&Header::default(), Views::Every).expect("ready");
    assert_eq!(external.answer(Time::ZERO, &input()).expect("an answer").output.kind().name(), "peer_added");
    external.finish().expect("it ends with 0");
}

#[test]
fn a_header_may_be_refused() {
    let mut external = script(r#"read -r header; echo '{"error": "too many peers"}'"#);
    let fault = external.start(&Header::default(), Views::Every).expect_err("a refusal");
    assert_eq!(fault.to_string(), "the implementation refuses the header: too many peers");
    let mut external = script("read -r header; echo '{}'");
    let fault = external.start(&Header::default(), Views::Every).expect_err("not ready");
    assert_eq!(fault.to_string(), "invalid answer: missing field `ready`; received: {...}");
}

#[test]
fn a_step_may_not_be_understood() {
    assert_eq!(
        fault(r#"echo '{"error": "what is a peer?"}'"#),
        "the implementation does not understand the step: what is a peer?"
    );
}

#[test]
fn garbage_is_no_answer() {
    assert_eq!(fault("echo hello"), "invalid answer: not JSON: expected value at column 1; received: hello");
    assert_eq!(
        fault(r#"echo '{"outptu": {}}'"#),
        "invalid answer: outptu: unknown field `outptu`, expected one of `output`, `view`, `error`, `unsupported`; \
         received: {\"outptu\": {}}"
    );
    assert_eq!(fault("echo '{}'"), "invalid answer: missing field `output`; received: {...}");
}

#[test]
fn silence_ends_with_the_time_limit() {
    let start = Instant::now();
    assert_eq!(fault("sleep 20"), "the implementation gave no answer within 500ms");
    assert!(start.elapsed() < Duration::from_secs(10), "it was not waited for");
}

#[test]
fn an_early_end_is_told_with_its_status() {
    assert_eq!(fault("exit 3"), "the implementation ended without an answer (exit status: 3)");
    assert_eq!(fault("kill -9 $$"), "the implementation ended without an answer (signal: 9 (SIGKILL))");
    assert_eq!(
        fault("printf '{\"out'"),
        "the implementation ended without an answer, after half a line: {\"out (exit status: 0)"
    );
}

#[test]
fn endless_output_is_not_read() {
    let text = fault("while :; do echo '{}'; done");
    assert_eq!(text, "invalid answer: missing field `output`; received: {...}");
    let text = fault("yes | tr -d '\\n'");
    assert_eq!(text, "the connection to the implementation failed: a line of more than 16 MiB");
}

#[test]
fn a_line_that_nothing_asked_for_is_a_fault() {
    let mut external = script(&format!(
        r#"{READY} read -r step; echo '{{"output": {{"kind": "peer_added"}}}}'; echo more; read -r step"#
    ));
    external.start(&Header::default(), Views::Every).expect("ready");
    external.answer(Time::ZERO, &input()).expect("an answer");
    std::thread::sleep(Duration::from_millis(200));
    let fault = external.answer(Time::ZERO, &input()).expect_err("a fault");
    assert_eq!(fault.to_string(), "the implementation wrote an unexpected line: more");
}

#[test]
fn what_cannot_be_started_is_a_fault() {
    let command = "/nowhere/at/all".parse().expect("a command");
    let fault =
        External::new(command, Duration::from_secs(1)).start(&Header::default(), Views::Every).expect_err("a fault");
    assert!(matches!(fault, ImplementationError::NotStarted { .. }), "{fault}");
    assert_eq!("".parse::<CommandLine>().expect_err("no command").to_string(), "the command is empty");
    assert_eq!("sh 'a".parse::<CommandLine>().expect_err("no command").to_string(), "missing closing quote");
}

#[test]
fn after_a_fault_a_new_process_is_started() {
    let mut external = script(&format!("{READY} exit 1"));
    for _ in 0..3 {
        external.start(&Header::default(), Views::Every).expect("ready");
        external.answer(Time::ZERO, &input()).expect_err("it ended");
    }
}

#[test]
fn an_implementation_ends_with_its_input() {
    let mut external = script(&format!("{READY} read -r step; exit 4"));
    external.start(&Header::default(), Views::Every).expect("ready");
    let fault = external.finish().expect_err("not 0");
    assert_eq!(
        fault.to_string(),
        "expected exit code 0 at the end of the input; the implementation ended with exit status: 4"
    );
}

#[test]
fn what_is_served_can_be_asked() {
    for who in ["core", "model"] {
        let command = format!("{} serve {who}", env!("CARGO_BIN_EXE_gossipsub-conformance"));
        let mut external = External::new(command.parse().expect("a command"), Duration::from_secs(10));
        external.start(&Header::default(), Views::Every).expect("ready");
        let change = EnvironmentChange::Validity { message_id: MessageId(1), validity: Validity::Invalid };
        external.change(Time::ZERO, &change).expect("an empty answer");
        assert_eq!(external.answer(Time::ZERO, &input()).expect("an answer").output.kind().name(), "peer_added");
        assert!(external.answer(Time::ZERO, &Input::Heartbeat).expect("an answer").view.is_some());
        external.start(&Header::default(), Views::Every).expect("ready again");
        assert_eq!(external.answer(Time::ZERO, &input()).expect("a fresh state").output.kind().name(), "peer_added");
        external.finish().expect("it ends with 0");
    }
}

#[test]
fn the_served_automata_replay_the_quirks_over_pipes() {
    let binary = env!("CARGO_BIN_EXE_gossipsub-conformance");
    for who in ["core", "model"] {
        let mut command = Command::new(binary);
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command.args([
            "replay",
            "vectors/recorded/quirks",
            "--implementation",
            &format!("{binary} serve {who} --view every"),
        ]);
        let output = command.output().expect("the command runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text.lines().last(), Some("13 traces, 136 steps: 0 violations, 0 unreadable"), "{text}");
    }
}
