//! A program that speaks the trace format over its standard input and output, one line for each line it reads.

use super::{Fault, Implementation, Reply};
use crate::trace::{EnvironmentChange, Event, Exchange, Header, LONGEST_LINE, LineError, Step, parse, there};
use gossipsub_automaton::{Input, Output, PartialView, Time, trace_ids::TraceIds};
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    str::FromStr,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel},
    thread,
    time::Duration,
};
use wait_timeout::ChildExt;

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

/// A command line that starts nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandLineError {
    /// There is no word in it.
    #[error("the command is empty")]
    Empty,
    /// Its quotes do not match.
    #[error(transparent)]
    Quotes(#[from] shell_words::ParseError),
}

impl fmt::Display for CommandLine {
    /// As a shell takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        f.write_str(&shell_words::join(words))
    }
}

impl FromStr for CommandLine {
    type Err = CommandLineError;

    /// Splits a line into words as a shell does.
    fn from_str(line: &str) -> Result<Self, CommandLineError> {
        let mut words = shell_words::split(line)?.into_iter();
        let program = words.next().ok_or(CommandLineError::Empty)?;
        Ok(Self { program, arguments: words.collect() })
    }
}

/// An external implementation: one process, started for the first sequence, and again after it failed.
#[derive(Debug)]
pub struct External {
    command: CommandLine,
    /// How long an answer may take.
    time_limit: Duration,
    process: Option<Process>,
}

impl External {
    /// The program of a command line, not started yet. `time_limit` is how long each answer may take.
    #[must_use]
    pub const fn new(command: CommandLine, time_limit: Duration) -> Self {
        Self { command, time_limit, process: None }
    }

    /// Sends a line and waits for its answer. After a fault the process is gone.
    fn exchange<T: DeserializeOwned>(&mut self, line: Vec<u8>) -> Result<T, Fault> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::start(&self.command)?,
        };
        let answer = process.exchange(line, self.time_limit)?;
        let answer = parse(&answer).map_err(|error| Fault::NoAnswer { error, line: beginning(&answer) })?;
        self.process = Some(process);
        Ok(answer)
    }

    fn step(&mut self, step: &Step) -> Result<AnswerLine, Fault> {
        let mut line = Vec::new();
        step.write_line(&mut line).map_err(Fault::Unwritable)?;
        self.exchange(line)
    }
}

/// What an implementation answers to a header.
#[derive(Deserialize)]
struct ReadyLine {
    #[serde(default)]
    ready: bool,
    #[serde(default, deserialize_with = "there")]
    error: Option<String>,
}

/// What an implementation answers to a step.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerLine {
    #[serde(default, deserialize_with = "there")]
    output: Option<Output<TraceIds>>,
    #[serde(default, deserialize_with = "there")]
    view: Option<PartialView<TraceIds>>,
    #[serde(default, deserialize_with = "there")]
    error: Option<String>,
}

impl AnswerLine {
    fn understood(self) -> Result<Self, Fault> {
        match self.error {
            Some(error) => Err(Fault::NotUnderstood(error)),
            None => Ok(self),
        }
    }
}

impl Implementation for External {
    fn start(&mut self, header: &Header) -> Result<(), Fault> {
        let mut line = Vec::new();
        header.write_line(&mut line).map_err(Fault::Unwritable)?;
        let answer: ReadyLine = self.exchange(line)?;
        match answer {
            ReadyLine { error: Some(error), .. } => Err(Fault::Refused(error)),
            ReadyLine { ready: true, .. } => Ok(()),
            ReadyLine { .. } => Err(missing("ready", "{...}")),
        }
    }

    fn environment(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), Fault> {
        let answer = self.step(&Step { now, event: Event::Environment(change.clone()) })?.understood()?;
        match answer.output {
            None => Ok(()),
            Some(_) => Err(Fault::Unasked("an output, to a change of the environment".into())),
        }
    }

    fn ask(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Reply, Fault> {
        let exchange = Exchange { input: input.clone(), output: None, view: None };
        let answer = self.step(&Step { now, event: Event::Input(exchange) })?.understood()?;
        let output = answer.output.ok_or_else(|| missing("output", "{...}"))?;
        Ok(Reply { output, view: answer.view })
    }

    fn finish(&mut self) -> Result<(), Fault> {
        self.process.take().map_or(Ok(()), |process| process.finish(self.time_limit))
    }
}

fn missing(field: &str, line: &str) -> Fault {
    let fault = crate::trace::Fault::Content(format!("missing field `{field}`"));
    Fault::NoAnswer { error: LineError { field: None, fault }, line: line.into() }
}

/// As much of a line as an error shows.
fn beginning(line: &str) -> String {
    let shown: String = line.chars().take(200).collect();
    if shown.len() < line.len() { format!("{shown}...") } else { shown }
}

/// A running process. Threads read and write, so that neither a full pipe nor silence stops the harness.
#[derive(Debug)]
struct Process {
    child: Child,
    to_write: Sender<Vec<u8>>,
    /// Lines as they come; at most one waits, so that endless output takes no memory.
    lines: Receiver<io::Result<Line>>,
}

/// What was read: a line without its end, or what there was before the output ended.
#[derive(Debug)]
enum Line {
    Whole(String),
    End { half_line: String },
}

impl Process {
    fn start(command: &CommandLine) -> Result<Self, Fault> {
        let mut program = Command::new(&command.program);
        program.args(&command.arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = program.spawn().map_err(Fault::NotStarted)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Fault::NotStarted(io::Error::other("its standard input and output are no pipes")));
        };
        let (to_write, writes) = channel();
        thread::spawn(move || write_lines(stdin, &writes));
        let (reads, lines) = sync_channel(1);
        thread::spawn(move || read_lines(stdout, &reads));
        Ok(Self { child, to_write, lines })
    }

    fn exchange(&mut self, line: Vec<u8>, time_limit: Duration) -> Result<String, Fault> {
        match self.lines.try_recv() {
            Ok(Ok(Line::Whole(line))) => return Err(Fault::Unasked(beginning(&line))),
            Ok(other) => return self.answer(other),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
        }
        // Where the writer is gone, so is the process: its answer says how it ended.
        let _ = self.to_write.send(line);
        match self.lines.recv_timeout(time_limit) {
            Ok(line) => self.answer(line),
            Err(RecvTimeoutError::Timeout) => Err(Fault::Silent(time_limit)),
            Err(RecvTimeoutError::Disconnected) => self.answer(Ok(Line::End { half_line: String::new() })),
        }
    }

    /// Closes its input, and waits for its end.
    fn finish(mut self, time_limit: Duration) -> Result<(), Fault> {
        (self.to_write, _) = channel();
        match self.lines.recv_timeout(time_limit) {
            Ok(Ok(Line::Whole(line))) => return Err(Fault::Unasked(beginning(&line))),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => {}
            Err(RecvTimeoutError::Timeout) => return Err(Fault::NotFinished(format!("runs on after {time_limit:?}"))),
        }
        match self.child.wait_timeout(time_limit)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Fault::NotFinished(format!("ended with {status}"))),
            None => Err(Fault::NotFinished(format!("runs on after {time_limit:?}"))),
        }
    }

    fn answer(&mut self, line: io::Result<Line>) -> Result<String, Fault> {
        match line? {
            Line::Whole(line) => Ok(line),
            Line::End { half_line } => {
                // A process that closed its output and runs on has no status.
                let status = self.child.wait_timeout(Duration::from_millis(100))?;
                Err(Fault::Ended { half_line: beginning(&half_line), status })
            }
        }
    }
}

impl Drop for Process {
    /// Nothing is left running, and no zombie stays.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write_lines(mut stdin: ChildStdin, lines: &Receiver<Vec<u8>>) {
    while let Ok(line) = lines.recv() {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_lines(stdout: ChildStdout, lines: &SyncSender<io::Result<Line>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let line = read_line(&mut stdout);
        let more = matches!(line, Ok(Line::Whole(_)));
        if lines.send(line).is_err() || !more {
            return;
        }
    }
}

fn read_line(stdout: &mut impl BufRead) -> io::Result<Line> {
    let mut line = Vec::new();
    stdout.take(LONGEST_LINE + 1).read_until(b'\n', &mut line)?;
    let ended = line.pop_if(|last| *last == b'\n').is_some();
    if !ended && line.len() as u64 > LONGEST_LINE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a line of more than 16 MiB"));
    }
    let text = String::from_utf8_lossy(&line).into_owned();
    Ok(if ended { Line::Whole(text) } else { Line::End { half_line: text } })
}
