//! The pipes of a program, with a thread for each: for systems whose pipes cannot be waited for together.

use super::lines::{LONGEST_WAIT, Line, LinePipes, Lines};
use crate::engine::StopSignal;
use std::{
    io::{self, Write},
    process::{ChildStdin, ChildStdout},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel},
    thread,
    time::{Duration, Instant},
};

/// The two pipes. Threads read and write, so that neither a full pipe nor silence stops the harness.
#[derive(Debug)]
pub(super) struct Pipes {
    to_write: Sender<Vec<u8>>,
    /// Lines as they come. At most one is buffered, so that endless output takes no memory.
    lines: Receiver<io::Result<Line>>,
    stop: StopSignal,
}

impl LinePipes for Pipes {
    fn new(stdin: ChildStdin, stdout: ChildStdout, stop: StopSignal) -> io::Result<Self> {
        let (to_write, writes) = channel();
        thread::spawn(move || write_lines(stdin, &writes));
        let (reads, lines) = sync_channel(1);
        thread::spawn(move || read_lines(stdout, &reads));
        Ok(Self { to_write, lines, stop })
    }

    fn pending(&mut self) -> io::Result<Option<Line>> {
        match self.lines.try_recv() {
            Ok(line) => line.map(Some),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => Ok(None),
        }
    }

    fn send(&mut self, line: &[u8], _: Duration) -> io::Result<bool> {
        // If the writer is gone, so is the process: what it answers says how it ended.
        let _ = self.to_write.send(line.to_vec());
        Ok(true)
    }

    fn receive(&mut self, time_limit: Duration) -> io::Result<Option<Line>> {
        let start = Instant::now();
        loop {
            let left = time_limit.saturating_sub(start.elapsed());
            match self.lines.recv_timeout(left.min(LONGEST_WAIT)) {
                Ok(line) => return line.map(Some),
                Err(RecvTimeoutError::Timeout) if left > LONGEST_WAIT && !self.stop.is_set() => {}
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Ok(Some(Line::End { half_line: String::new() })),
            }
        }
    }

    fn send_until_line(&mut self, rest: &mut &[u8], time_limit: Duration) -> io::Result<Option<Line>> {
        if !rest.is_empty() {
            self.send(rest, time_limit)?;
            *rest = &[];
        }
        self.receive(time_limit)
    }

    fn close(&mut self) {
        (self.to_write, _) = channel();
    }
}

fn write_lines(mut stdin: ChildStdin, lines: &Receiver<Vec<u8>>) {
    while let Ok(line) = lines.recv() {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_lines(mut stdout: ChildStdout, to: &SyncSender<io::Result<Line>>) {
    let mut lines = Lines::new();
    loop {
        let line = match lines.next() {
            Ok(None) => match lines.read_from(&mut stdout) {
                Ok(()) => continue,
                Err(error) => Err(error),
            },
            Ok(Some(line)) => Ok(line),
            Err(error) => Err(error),
        };
        let more = matches!(line, Ok(Line::Whole(_)));
        if to.send(line).is_err() || !more {
            return;
        }
    }
}
