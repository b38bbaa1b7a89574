//! Sequences of any steps, an implementation against the model.

use crate::{
    generate::{Bytes, Draw, Generator, Profile},
    implementation::{Core, Implementation, Views},
    runner::{Finding, Runner},
    trace::{Event, Exchange, Header, Step, TraceError, create},
};
use gossipsub_automaton::Input;
use std::{
    env,
    path::{Path, PathBuf},
};

/// The environment variable that names the folder for traces of failures. Without it, they go where temporary files go.
pub const FINDINGS: &str = "GOSSIPSUB_FUZZ_FINDINGS";

/// The optimized automaton answers any sequence as the model allows.
///
/// The first [`Bytes::HEAD`] bytes draw the limits and the world. Each record of [`Bytes::RECORD`] bytes after them draws
/// a step, so that a record less is a step less. At the end comes a heartbeat, after which the whole states are compared.
///
/// # Panics
/// Where an answer is not allowed. The sequence is in a trace then, which the panic names.
pub fn differential(bytes: &[u8]) {
    if let Err(failure) = differential_of(&mut Core::new(Views::Heartbeat), bytes) {
        let folder = env::var_os(FINDINGS).map_or_else(env::temp_dir, PathBuf::from);
        match failure.write(&folder) {
            Ok(path) => panic!("{}\nthe sequence is in {}", failure.finding, path.display()),
            Err(error) => panic!("{}\nthe sequence is not written: {error}", failure.finding),
        }
    }
}

/// As [`differential`], of any implementation.
///
/// # Errors
/// The sequence up to the first step that was not answered as is allowed.
pub fn differential_of(implementation: &mut impl Implementation, bytes: &[u8]) -> Result<(), Box<Failure>> {
    let (header, steps, finding) = run(implementation, bytes);
    finding.map_or(Ok(()), |finding| Err(Box::new(Failure { header, steps, finding })))
}

/// Runs the sequence that these bytes draw, up to the first finding.
pub(super) fn run(implementation: &mut impl Implementation, bytes: &[u8]) -> (Header, Vec<Step>, Option<Finding>) {
    let (head, records) = bytes.split_at_checked(Bytes::HEAD).unwrap_or((bytes, &[]));
    let mut draw = Bytes::new(head);
    let profile = draw.pick(&Profile::ALL).copied().unwrap_or(Profile::Default);
    let (header, mut generator) = Generator::new(profile, &mut draw);
    let mut steps: Vec<Step> = Vec::new();
    let mut runner = match Runner::start(implementation, &header) {
        Ok(runner) => runner,
        Err(finding) => return (header, steps, Some(finding)),
    };
    let mut finding = None;
    for record in records.chunks(Bytes::RECORD) {
        let mut step = generator.step(runner.model(), &mut Bytes::new(record));
        finding = runner.step(&mut step).err();
        steps.push(step);
        if finding.is_some() {
            break;
        }
    }
    if finding.is_none() {
        let mut last = heartbeat_after(&steps);
        finding = runner.step(&mut last).err();
        steps.push(last);
    }
    (header, steps, finding)
}

fn heartbeat_after(steps: &[Step]) -> Step {
    let now = steps.last().map(|step| step.now).unwrap_or_default();
    Step { now, event: Event::Input(Exchange { input: Input::Heartbeat, output: None, view: None }) }
}

/// A sequence that an implementation did not answer as is allowed.
#[derive(Debug)]
pub struct Failure {
    /// The header of the sequence.
    pub header: Header,
    /// Its steps with their answers; the last one is the one of the finding.
    pub steps: Vec<Step>,
    /// What was found.
    pub finding: Finding,
}

impl Failure {
    /// Writes the sequence as a trace, and says where. Findings of the same kind have the same name, so that of many
    /// the last one is kept: when a fuzzer minimizes, that is a short one.
    ///
    /// # Errors
    /// Where the trace cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, TraceError> {
        let kind = self.finding.kind();
        let words = kind.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name = words.collect::<Vec<_>>().join("-");
        let path = folder.join(format!("differential-{name}.jsonl"));
        let mut trace = create(&path, &self.header)?;
        for step in &self.steps {
            trace.step(step)?;
        }
        trace.finish()?;
        Ok(path)
    }
}
