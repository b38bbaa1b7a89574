//! An adapter for libp2p-gossipsub: it speaks the RPC protocol of the conformance harness over standard input and output.
//!
//! Each release of libp2p-gossipsub has a package with a lock file of its own; all compile this library.
#![forbid(unsafe_code)]

mod configuration;
mod dial_observer;
mod format;
mod network;
mod node;
mod peer;
pub mod reproduction;
mod session;
mod translation;
mod wire;

use std::any::Any;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::thread;

pub use configuration::{Release, ReleaseParameters};
use format::{Answer, Header, InvalidLine, Line, Output};
use session::{Refusal, Session};

const SUPPORTS: &[&str] = &[
    "scoring",
    "px",
    "idontwant",
    "flood_publish",
    "direct",
    "floodsub",
    "application_score",
    "validation.asked",
    "validation.ignore",
    "ip",
    "rpcs",
    "limits",
    "backoff.milliseconds",
    "view.mesh",
    "view.subscribed",
    "view.scores",
];

/// The implementation recurses little; this is room to spare.
const STACK_SIZE: usize = 16 << 20;

/// The adapter's command.
#[must_use]
pub fn main(release: &Release) -> ExitCode {
    if !std::env::args().skip(1).eq(["serve"]) {
        eprintln!("usage: serve (reads lines of the RPC protocol from standard input)");
        return ExitCode::from(2);
    }
    match serve(release) {
        Ok(()) => ExitCode::SUCCESS,
        // The harness has gone.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers each line of standard input until its end.
fn serve(release: &Release) -> io::Result<()> {
    let mut lines = Lines::default();
    let mut next: Option<Box<Header>> = None;
    loop {
        match next.take() {
            // A thread for each sequence: the clock, the timers and all random draws start anew with it.
            Some(header) => next = run_in_thread(&header, &mut lines, release)?,
            None => match lines.read()? {
                None => return Ok(()),
                Some(Ok(Line::Header(header))) => next = Some(header),
                Some(Ok(Line::Step(_))) => say(&error("no sequence is running: expected a header"))?,
                Some(Err(invalid)) => say(&error(invalid.error))?,
            },
        }
    }
}

fn run_in_thread(header: &Header, lines: &mut Lines, release: &Release) -> io::Result<Option<Box<Header>>> {
    // `random.c` reads the seed from the name, which has room for 15 digits.
    let name = format!("{:015x}", header.seed % (1 << 60));
    thread::scope(|scope| {
        let thread = thread::Builder::new().name(name).stack_size(STACK_SIZE);
        let run = thread.spawn_scoped(scope, || run(header, lines, release))?;
        run.join().expect("panics of the implementation are caught")
    })
}

/// Answers the lines of one sequence. Returns the header that ends it; none after a crash or at the end of the input.
fn run(header: &Header, lines: &mut Lines, release: &Release) -> io::Result<Option<Box<Header>>> {
    let mut session = match catch(|| Session::new(&header.parameters, release)) {
        Ok(Ok(session)) => session,
        Ok(Err(refused)) => return say(&error(refused)).map(|()| None),
        Err(panic) => return say(&error(format!("the implementation panicked: {panic}"))).map(|()| None),
    };
    say(&Answer::Ready { ready: true, implementation: release.implementation, supports: SUPPORTS })?;
    let next = answer_steps(&mut session, lines);
    // After a panic the node may panic again when it is dropped.
    let _ = catch(|| drop(session));
    next
}

fn answer_steps(session: &mut Session, lines: &mut Lines) -> io::Result<Option<Box<Header>>> {
    while let Some(line) = lines.read()? {
        let step = match line {
            Ok(Line::Header(header)) => return Ok(Some(header)),
            Ok(Line::Step(step)) => step,
            Err(invalid) => {
                say(&error(invalid.error))?;
                if invalid.is_header {
                    return Ok(None);
                }
                continue;
            }
        };
        match catch(|| session.step(step)) {
            Ok(Ok(answer)) => say(&answer)?,
            Ok(Err(Refusal::Invalid(text))) => say(&error(text))?,
            Ok(Err(Refusal::Unsupported(unsupported))) => say(&Answer::Unsupported { unsupported })?,
            Err(text) => {
                say(&Answer::Crash { output: Output::Crashed { text } })?;
                return Ok(None);
            }
        }
    }
    Ok(None)
}

/// Runs `function`; the error is the text of its panic.
fn catch<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(function)).map_err(|panic| panic_text(panic.as_ref()))
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}

fn error(text: impl Into<String>) -> Answer {
    Answer::Error { error: text.into() }
}

fn say(answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    let mut output = io::stdout().lock();
    output.write_all(&line)?;
    output.flush()
}

/// The lines of standard input.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    fn read(&mut self) -> io::Result<Option<Result<Line, InvalidLine>>> {
        self.bytes.clear();
        if io::stdin().lock().read_until(b'\n', &mut self.bytes)? == 0 {
            return Ok(None);
        }
        Ok(Some(Line::read(&self.bytes)))
    }
}
