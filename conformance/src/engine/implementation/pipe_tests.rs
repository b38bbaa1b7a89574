//! Both kinds of pipes, with programs that do not read or write as they should.

use super::lines::{Line, LinePipes};
use crate::engine::StopSignal;
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Longer than anything takes.
const LONG: Duration = Duration::from_secs(20);
/// Shorter than a test waits.
const SHORT: Duration = Duration::from_millis(200);

/// Starts a shell script.
fn start<P: LinePipes>(script: &str) -> (P, Child) {
    let mut program = Command::new("sh");
    let mut child = program.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
    let (stdin, stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    (P::new(stdin, stdout, StopSignal::default()).expect("pipes"), child)
}

fn whole(text: &str) -> Line {
    Line::Whole(text.into())
}

/// More than a pipe holds.
fn long_line() -> Vec<u8> {
    let mut line = vec![b'x'; 1 << 20];
    line.push(b'\n');
    line
}

fn lines_come_back_in_order<P: LinePipes>() {
    let (mut pipes, mut child) = start::<P>("cat");
    for text in ["one", "two", ""] {
        assert!(pipes.send(format!("{text}\n").as_bytes(), LONG).expect("to send"));
        assert_eq!(pipes.receive(LONG).expect("to receive"), Some(whole(text)));
    }
    assert_eq!(pipes.pending().expect("to receive"), None, "every line was answered once");
    pipes.close();
    assert_eq!(pipes.receive(LONG).expect("to receive"), Some(Line::End { half_line: String::new() }));
    assert!(child.wait().expect("to wait").success());
}

fn a_line_that_was_not_asked_for_is_there<P: LinePipes>() {
    let (mut pipes, mut child) = start::<P>("read -r line; echo one; echo two; read -r line");
    assert!(pipes.send(b"go\n", LONG).expect("to send"));
    assert_eq!(pipes.receive(LONG).expect("to receive"), Some(whole("one")));
    // The second line comes when it comes.
    let start = Instant::now();
    let second = loop {
        match pipes.pending().expect("to receive") {
            Some(line) => break line,
            None => assert!(start.elapsed() < LONG, "the second line does not come"),
        }
    };
    assert_eq!(second, whole("two"));
    pipes.close();
    child.wait().expect("to wait");
}

fn silence_ends_in_time<P: LinePipes>() {
    let (mut pipes, mut child) = start::<P>("read -r line; exec sleep 20");
    assert!(pipes.send(b"go\n", LONG).expect("to send"));
    let start = Instant::now();
    assert_eq!(pipes.receive(SHORT).expect("to receive"), None);
    assert!(start.elapsed() >= SHORT);
    child.kill().expect("to kill");
    child.wait().expect("to wait");
}

fn a_program_may_answer_before_it_has_read<P: LinePipes>() {
    let (mut pipes, mut child) = start::<P>("head -c 300000 /dev/zero | tr '\\0' y; echo; cat > /dev/null");
    assert!(pipes.send(&long_line(), LONG).expect("to send"), "the answer is read while the line is written");
    let Some(Line::Whole(answer)) = pipes.receive(LONG).expect("to receive") else { panic!("an answer") };
    assert_eq!(answer.len(), 300_000);
    pipes.close();
    child.wait().expect("to wait");
}

fn a_program_may_answer_without_reading<P: LinePipes>() {
    let (mut pipes, mut child) = start::<P>("exec <&-; echo done");
    assert!(pipes.send(&long_line(), LONG).expect("to send"), "a closed input takes everything");
    assert_eq!(pipes.receive(LONG).expect("to receive"), Some(whole("done")));
    child.wait().expect("to wait");
}

fn half_a_line_is_the_end<P: LinePipes>() {
    let (mut pipes, mut child) = start::<P>("printf half");
    assert_eq!(pipes.receive(LONG).expect("to receive"), Some(Line::End { half_line: "half".into() }));
    child.wait().expect("to wait");
}

fn endless_output_is_an_error<P: LinePipes>() {
    let (mut pipes, mut child) = start::<P>("exec tr '\\0' y < /dev/zero");
    let error = pipes.receive(LONG).expect_err("too long a line");
    assert_eq!(error.to_string(), "a line of more than 16 MiB");
    child.kill().expect("to kill");
    child.wait().expect("to wait");
}

/// Makes a test of each of these, for one kind of pipes.
macro_rules! tests {
    ($module:ident, $pipes:ty: $($test:ident),+ $(,)?) => {
        mod $module {
            $(#[test]
            fn $test() {
                super::$test::<$pipes>();
            })+
        }
    };
}

tests!(
    with_threads, crate::engine::implementation::pipe_threads::Pipes:
    lines_come_back_in_order, a_line_that_was_not_asked_for_is_there, silence_ends_in_time,
    a_program_may_answer_before_it_has_read, a_program_may_answer_without_reading, half_a_line_is_the_end,
    endless_output_is_an_error,
);

tests!(
    without_threads, crate::engine::implementation::pipes::Pipes:
    lines_come_back_in_order, a_line_that_was_not_asked_for_is_there, silence_ends_in_time,
    a_program_may_answer_before_it_has_read, a_program_may_answer_without_reading, half_a_line_is_the_end,
    endless_output_is_an_error,
);

#[test]
fn a_line_that_is_not_taken_ends_in_time() {
    // With threads, it waits in memory.
    let (mut pipes, mut child) = start::<super::pipes::Pipes>("exec sleep 20");
    assert!(!pipes.send(&long_line(), SHORT).expect("to send"));
    child.kill().expect("to kill");
    child.wait().expect("to wait");
}
