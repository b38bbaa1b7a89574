//! A program that is sent lines on its standard input, and answers with lines on its standard output.

use super::ImplementationError;
use crate::engine::trace::LONGEST_LINE;
use process_wrap::std::{ChildWrapper, CommandWrap};
use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    str::FromStr,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel},
    thread,
    time::{Duration, Instant},
};

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

/// A command line without a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandLineError {
    /// It has no words.
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

/// The part of a line that an error shows.
pub(super) fn beginning(line: &str) -> String {
    let shown: String = line.chars().take(200).collect();
    if shown.len() < line.len() { format!("{shown}...") } else { shown }
}

/// A running process, in a process group of its own. Threads read and write, so that neither a full pipe nor silence
/// stops the harness.
#[derive(Debug)]
pub(super) struct Process {
    child: Box<dyn ChildWrapper>,
    to_write: Sender<Vec<u8>>,
    /// Lines as they come. At most one is buffered, so that endless output takes no memory.
    lines: Receiver<io::Result<Line>>,
}

/// A line without its end, or the rest of the output after the last one.
#[derive(Debug)]
enum Line {
    Whole(String),
    End { half_line: String },
}

impl Process {
    pub(super) fn start(command: &CommandLine) -> Result<Self, ImplementationError> {
        let mut program = Command::new(&command.program);
        program.args(&command.arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut wrapped = CommandWrap::from(program);
        // Whatever the program starts ends with it.
        #[cfg(unix)]
        wrapped.wrap(process_wrap::std::ProcessGroup::leader());
        let not_started = |error| ImplementationError::NotStarted { command: command.program.clone(), error };
        let mut child = wrapped.spawn().map_err(not_started)?;
        let stdin = child.stdin().take().expect("the standard input was set to a pipe");
        let stdout = child.stdout().take().expect("the standard output was set to a pipe");
        let (to_write, writes) = channel();
        thread::spawn(move || write_lines(stdin, &writes));
        let (reads, lines) = sync_channel(1);
        thread::spawn(move || read_lines(stdout, &reads));
        Ok(Self { child, to_write, lines })
    }

    pub(super) fn exchange(&mut self, line: Vec<u8>, time_limit: Duration) -> Result<String, ImplementationError> {
        match self.lines.try_recv() {
            Ok(Ok(Line::Whole(line))) => return Err(ImplementationError::Unexpected(beginning(&line))),
            Ok(other) => return self.answer(other),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
        }
        // If the writer is gone, so is the process: what it answers says how it ended.
        let _ = self.to_write.send(line);
        match self.lines.recv_timeout(time_limit) {
            Ok(line) => self.answer(line),
            Err(RecvTimeoutError::Timeout) => Err(ImplementationError::Silent(time_limit)),
            Err(RecvTimeoutError::Disconnected) => self.answer(Ok(Line::End { half_line: String::new() })),
        }
    }

    /// Closes its input, and waits for its end.
    pub(super) fn finish(mut self, time_limit: Duration) -> Result<(), ImplementationError> {
        (self.to_write, _) = channel();
        match self.lines.recv_timeout(time_limit) {
            Ok(Ok(Line::Whole(line))) => return Err(ImplementationError::Unexpected(beginning(&line))),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => {}
            Err(RecvTimeoutError::Timeout) => {
                return Err(ImplementationError::NotFinished(format!("still ran after {time_limit:?}")));
            }
        }
        match self.wait(time_limit)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(ImplementationError::NotFinished(format!("ended with {status}"))),
            None => Err(ImplementationError::NotFinished(format!("still ran after {time_limit:?}"))),
        }
    }

    /// Waits for the end of the process, at most this long.
    fn wait(&mut self, time_limit: Duration) -> io::Result<Option<ExitStatus>> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if start.elapsed() >= time_limit {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn answer(&mut self, line: io::Result<Line>) -> Result<String, ImplementationError> {
        match line? {
            Line::Whole(line) => Ok(line),
            Line::End { half_line } => {
                // A process that closed its output and runs on has no status.
                let status = self.wait(Duration::from_millis(100))?;
                Err(ImplementationError::Ended { half_line: beginning(&half_line), status })
            }
        }
    }
}

impl Drop for Process {
    /// Ends the process and its whole group. Errors are ignored: the group may have ended already.
    fn drop(&mut self) {
        let _ = self.child.start_kill();
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
