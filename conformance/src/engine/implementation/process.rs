//! A program that is sent lines on its standard input, and answers with lines on its standard output.

#[cfg(not(unix))]
use super::pipe_threads::Pipes;
#[cfg(unix)]
use super::pipes::Pipes;
use super::{
    ImplementationError,
    lines::{Line, LinePipes as _},
    process_groups,
};
use crate::engine::StopSignal;
use process_wrap::std::{ChildWrapper, CommandWrap};
use std::{
    fmt,
    fs::File,
    io,
    process::{Command, ExitStatus, Stdio},
    str::FromStr,
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

/// A running process, in a process group of its own.
#[derive(Debug)]
pub(super) struct Process {
    child: Box<dyn ChildWrapper>,
    pipes: Pipes,
    /// Whether a line was sent.
    was_asked: bool,
    stop: StopSignal,
}

impl Process {
    pub(super) fn start(command: &CommandLine, stop: &StopSignal) -> Result<Self, ImplementationError> {
        Self::start_with(command, stop, Stdio::inherit())
    }

    /// As [`Self::start`], with what it writes to its standard error in a file.
    pub(super) fn start_logged(command: &CommandLine, stop: &StopSignal) -> Result<(File, Self), ImplementationError> {
        let log = tempfile::tempfile()?;
        let process = Self::start_with(command, stop, log.try_clone()?.into())?;
        Ok((log, process))
    }

    fn start_with(command: &CommandLine, stop: &StopSignal, stderr: Stdio) -> Result<Self, ImplementationError> {
        let mut program = Command::new(&command.program);
        program.args(&command.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let mut wrapped = CommandWrap::from(program);
        // Whatever the program starts ends with it.
        #[cfg(unix)]
        wrapped.wrap(process_wrap::std::ProcessGroup::leader());
        let not_started = |error| ImplementationError::NotStarted { command: command.program.clone(), error };
        let mut child = wrapped.spawn().map_err(not_started)?;
        process_groups::add(child.id());
        let stdin = child.stdin().take().expect("the standard input was set to a pipe");
        let stdout = child.stdout().take().expect("the standard output was set to a pipe");
        Ok(Self { child, pipes: Pipes::new(stdin, stdout, stop.clone())?, was_asked: false, stop: stop.clone() })
    }

    pub(super) fn exchange(&mut self, line: &[u8], time_limit: Duration) -> Result<String, ImplementationError> {
        // What a program writes at its start is its first answer, so that the error does not depend on how fast it starts.
        if self.was_asked {
            self.check_nothing_pending()?;
        }
        self.was_asked = true;
        if !self.pipes.send(line, time_limit)? {
            return Err(self.silent(time_limit));
        }
        match self.pipes.receive(time_limit)? {
            Some(line) => self.answer(line),
            None => Err(self.silent(time_limit)),
        }
    }

    /// Sends `count` lines at once, and gives each answer to `take`.
    pub(super) fn exchange_all(
        &mut self,
        lines: &[u8],
        count: usize,
        time_limit: Duration,
        take: &mut dyn FnMut(&str) -> Result<(), ImplementationError>,
    ) -> Result<(), ImplementationError> {
        self.check_nothing_pending()?;
        let mut rest = lines;
        for _ in 0..count {
            match self.pipes.send_until_line(&mut rest, time_limit)? {
                Some(line) => take(&self.answer(line)?)?,
                None => return Err(self.silent(time_limit)),
            }
        }
        // It answered before it read everything.
        if self.pipes.send(rest, time_limit)? { Ok(()) } else { Err(self.silent(time_limit)) }
    }

    /// A line that nothing asked for is an error.
    fn check_nothing_pending(&mut self) -> Result<(), ImplementationError> {
        match self.pipes.pending()? {
            None => Ok(()),
            Some(Line::Whole(line)) => Err(ImplementationError::Unexpected(beginning(&line))),
            Some(end @ Line::End { .. }) => self.answer(end).map(drop),
        }
    }

    fn silent(&self, time_limit: Duration) -> ImplementationError {
        if self.stop.is_set() { ImplementationError::Stopped } else { ImplementationError::Silent(time_limit) }
    }

    /// Closes its input, and waits for its end.
    pub(super) fn finish(mut self, time_limit: Duration) -> Result<(), ImplementationError> {
        let stop = self.stop.clone();
        let still_runs = || {
            if stop.is_set() {
                ImplementationError::Stopped
            } else {
                ImplementationError::NotFinished(format!("still ran after {time_limit:?}"))
            }
        };
        self.pipes.close();
        match self.pipes.receive(time_limit) {
            Ok(Some(Line::Whole(line))) => return Err(ImplementationError::Unexpected(beginning(&line))),
            Ok(Some(Line::End { .. })) | Err(_) => {}
            Ok(None) => return Err(still_runs()),
        }
        match self.wait(time_limit)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(ImplementationError::NotFinished(format!("ended with {status}"))),
            None => Err(still_runs()),
        }
    }

    /// Waits for the end of the process, at most this long.
    fn wait(&mut self, time_limit: Duration) -> io::Result<Option<ExitStatus>> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if start.elapsed() >= time_limit || self.stop.is_set() {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn answer(&mut self, line: Line) -> Result<String, ImplementationError> {
        match line {
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
        process_groups::remove(self.child.id());
    }
}
