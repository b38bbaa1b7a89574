//! The pipes of a program, without threads: lines to its standard input, and lines from its standard output.
//!
//! Both pipes do not block. While a line is written, output is read as well: a program that answers before it has read
//! the whole line cannot stop the harness.

use super::lines::{LONGEST_WAIT, Line, LinePipes, Lines};
use crate::engine::StopSignal;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, ioctl_fionbio},
};
use std::{
    io::{self, ErrorKind, Write},
    process::{ChildStdin, ChildStdout},
    time::{Duration, Instant},
};

/// The two pipes.
#[derive(Debug)]
pub(super) struct Pipes {
    /// Absent once it is closed, by us or by the program.
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    lines: Lines,
    stop: StopSignal,
}

/// What a pipe is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    Output,
    Input,
    Either,
}

impl LinePipes for Pipes {
    fn new(stdin: ChildStdin, stdout: ChildStdout, stop: StopSignal) -> io::Result<Self> {
        ioctl_fionbio(&stdin, true)?;
        ioctl_fionbio(&stdout, true)?;
        Ok(Self { stdin: Some(stdin), stdout, lines: Lines::new(), stop })
    }

    fn pending(&mut self) -> io::Result<Option<Line>> {
        if !self.lines.has_next() {
            self.read()?;
        }
        self.lines.next()
    }

    fn send(&mut self, line: &[u8], time_limit: Duration) -> io::Result<bool> {
        let deadline = Deadline::after(time_limit);
        let mut rest = line;
        while let Some(stdin) = self.stdin.as_mut().filter(|_| !rest.is_empty()) {
            match stdin.write(rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    // Output after a whole line waits until that line is taken, so that endless output takes no memory.
                    let wait = if self.lines.has_next() { Wait::Input } else { Wait::Either };
                    if !self.wait(wait, &deadline)? {
                        return Ok(false);
                    }
                    if wait == Wait::Either {
                        self.read()?;
                    }
                }
                Err(error) if error.kind() == ErrorKind::BrokenPipe => self.close(),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn receive(&mut self, time_limit: Duration) -> io::Result<Option<Line>> {
        let deadline = Deadline::after(time_limit);
        loop {
            if let Some(line) = self.lines.next()? {
                return Ok(Some(line));
            }
            if !self.wait(Wait::Output, &deadline)? {
                return Ok(None);
            }
            self.read()?;
        }
    }

    fn send_until_line(&mut self, rest: &mut &[u8], time_limit: Duration) -> io::Result<Option<Line>> {
        let deadline = Deadline::after(time_limit);
        loop {
            if let Some(line) = self.lines.next()? {
                return Ok(Some(line));
            }
            let mut wait = Wait::Output;
            if let Some(stdin) = self.stdin.as_mut().filter(|_| !rest.is_empty()) {
                match stdin.write(rest) {
                    Ok(written) => *rest = rest.get(written..).unwrap_or_default(),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => wait = Wait::Either,
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => self.close(),
                    Err(error) => return Err(error),
                }
                if wait == Wait::Output && !rest.is_empty() {
                    continue;
                }
            }
            if !self.wait(wait, &deadline)? {
                return Ok(None);
            }
            self.read()?;
        }
    }

    fn close(&mut self) {
        self.stdin = None;
    }
}

impl Pipes {
    /// Takes what the program wrote, as far as it is there.
    fn read(&mut self) -> io::Result<()> {
        match self.lines.read_from(&mut self.stdout) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(()),
            result => result,
        }
    }

    /// Waits until a pipe is ready. False if the time is over or the run is stopped.
    fn wait(&self, wait: Wait, deadline: &Deadline) -> io::Result<bool> {
        let output = (wait != Wait::Input).then(|| PollFd::new(&self.stdout, PollFlags::IN));
        let input =
            self.stdin.as_ref().filter(|_| wait != Wait::Output).map(|stdin| PollFd::new(stdin, PollFlags::OUT));
        let mut pipes: Vec<PollFd<'_>> = output.into_iter().chain(input).collect();
        loop {
            let Some(left) = deadline.left().filter(|_| !self.stop.is_set()) else { return Ok(false) };
            match poll(&mut pipes, Some(&left)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// When waiting ends. Never, if the clock does not reach that far.
struct Deadline(Option<Instant>);

impl Deadline {
    fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    /// The time that is left, if any is.
    fn left(&self) -> Option<Timespec> {
        let left = self.0.map_or(LONGEST_WAIT, |end| end.saturating_duration_since(Instant::now()).min(LONGEST_WAIT));
        (!left.is_zero()).then(|| left.try_into().expect("a moment is short enough for the system"))
    }
}
