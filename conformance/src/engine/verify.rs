//! Verifying traces: is every step what the protocol allows, as it was recorded or as an implementation answers it now?

use super::{
    Answer, Event, Exchange, Family, Finding, Implementation, PropertyExtent, Referee, Step, Unverifiable, Views,
    Violation,
    implementation::ImplementationError,
    trace::{LineError, LineErrorKind, TraceError, TraceReader},
};
use gossipsub_automaton::Time;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::{fmt::Display, io::BufRead, marker::PhantomData, time::Instant};

/// The result of one trace.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct Verified<F: Family> {
    /// The name of the trace.
    pub trace: String,
    /// The number of steps that were checked and allowed.
    pub steps: u64,
    /// How often each output was allowed.
    pub outputs: OutputCounts<F>,
    /// How long it took, in seconds.
    #[serde(skip)]
    pub seconds: f64,
    /// Whether the trace is allowed.
    #[serde(flatten)]
    pub verdict: Verdict<F>,
}

/// Whether a trace is allowed.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case", bound = "")]
pub enum Verdict<F: Family> {
    /// Every step is allowed.
    Allowed,
    /// A step is not allowed. The steps after it were not checked.
    Violated(Box<Failure<F>>),
    /// The implementation does not support a step. The steps after it were not checked.
    Unsupported {
        /// The line of the step, from 1.
        line: u64,
        /// What the implementation said.
        reason: String,
    },
    /// The implementation failed to answer.
    Failed {
        /// The line that it failed to answer, from 1.
        line: u64,
        /// How it failed.
        #[serde(serialize_with = "as_text")]
        error: ImplementationError,
    },
    /// The trace cannot be read or verified to its end.
    Unreadable {
        /// Why, and where.
        #[serde(serialize_with = "as_text")]
        error: TraceError,
    },
}

/// A step that is not allowed.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct Failure<F: Family> {
    /// The number of the step, from 1.
    pub step: u64,
    /// Its line, from 1.
    pub line: u64,
    /// When it happened.
    pub now: Time,
    /// The input.
    pub input: F::Input,
    /// The rule that was broken, and how.
    #[serde(flatten)]
    pub violation: Violation,
}

/// How often each kind of output occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputCounts<F> {
    counts: Vec<u64>,
    family: PhantomData<F>,
}

impl<F: Family> Default for OutputCounts<F> {
    fn default() -> Self {
        Self { counts: vec![0; F::OUTPUT_KINDS.len()], family: PhantomData }
    }
}

impl<F: Family> OutputCounts<F> {
    /// How often the output kind of this index occurred.
    #[must_use]
    pub fn of(&self, kind: usize) -> u64 {
        self.counts.get(kind).copied().unwrap_or(0)
    }

    /// Counts an output.
    ///
    /// # Panics
    /// If the family tells a kind that it does not have.
    pub fn count(&mut self, output: &F::Output) {
        F::output_kinds(output, &mut |kind| {
            let count = self.counts.get_mut(kind).expect("a kind is an index into the family's kinds");
            *count = count.saturating_add(1);
        });
    }

    /// Adds the counts of another.
    pub fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    /// The name and the count of every kind.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, u64)> {
        F::OUTPUT_KINDS.iter().copied().zip(self.counts.iter().copied())
    }
}

impl<F: Family> Serialize for OutputCounts<F> {
    /// All kinds, including those that did not occur.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(F::OUTPUT_KINDS.len()))?;
        for (kind, count) in self.rows() {
            map.serialize_entry(kind, &count)?;
        }
        map.end()
    }
}

fn as_text<S: Serializer>(error: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// Verifies a trace as it was recorded, if it could be opened.
#[must_use]
pub fn verify<F: Family, R: BufRead>(opened: Result<TraceReader<F, R>, TraceError>) -> Verified<F> {
    judge(opened, None::<&mut dyn Implementation<F>>, Views::Every)
}

/// Sends the inputs of a trace to an implementation, if the trace could be opened, and verifies the answers. Recorded
/// answers are ignored.
#[must_use]
pub fn replay<F: Family, R: BufRead>(
    opened: Result<TraceReader<F, R>, TraceError>,
    implementation: &mut impl Implementation<F>,
    views: Views,
) -> Verified<F> {
    judge(opened.map(TraceReader::script), Some(implementation), views)
}

fn judge<F: Family, R: BufRead, M: Implementation<F> + ?Sized>(
    opened: Result<TraceReader<F, R>, TraceError>,
    implementation: Option<&mut M>,
    views: Views,
) -> Verified<F> {
    let trace = opened.as_ref().map_or_else(|error| &*error.name, |reader| reader.name()).to_owned();
    let (start, outputs) = (Instant::now(), OutputCounts::default());
    let mut verified = Verified { trace, steps: 0, outputs, seconds: 0.0, verdict: Verdict::Allowed };
    let judged = opened.and_then(|mut reader| judge_steps(&mut reader, implementation, views, &mut verified));
    verified.verdict = judged.unwrap_or_else(|error| Verdict::Unreadable { error });
    verified.seconds = start.elapsed().as_secs_f64();
    verified
}

fn judge_steps<F: Family, R: BufRead, M: Implementation<F> + ?Sized>(
    reader: &mut TraceReader<F, R>,
    mut implementation: Option<&mut M>,
    views: Views,
    verified: &mut Verified<F>,
) -> Result<Verdict<F>, TraceError> {
    let mut referee =
        Referee::<F>::start(reader.header(), PropertyExtent::All).map_err(|error| error.at(reader.name(), 1))?;
    if let Some(implementation) = &mut implementation
        && let Err(error) = implementation.start(reader.header(), views)
    {
        return Ok(Verdict::Failed { line: 1, error });
    }
    let mut answered = Vec::new();
    let mut last = None;
    while let Some(step) = reader.next() {
        let (line, mut step) = step?;
        let sent = implementation.as_mut().map_or(Ok(()), |implementation| send(*implementation, &mut step));
        let judged = sent.map_err(Finding::from).and_then(|()| referee.judge(&step, &mut ()));
        if let Err(finding) = judged {
            return conclude(reader.name(), finding, verified.steps + 1, line, step);
        }
        if let Event::Input(Exchange { output: Some(output), .. }) = &step.event {
            verified.outputs.count(output);
        }
        verified.steps += 1;
        if implementation.is_some() {
            if matches!(step.event, Event::Input(_)) {
                last = Some((verified.steps, line, step.clone()));
            }
            answered.push(step);
        }
    }
    let (Some(implementation), Some((number, line, step))) = (implementation, last) else {
        return Ok(Verdict::Allowed);
    };
    match F::metamorphic_tests(implementation, reader.header(), &answered) {
        Ok(()) => Ok(Verdict::Allowed),
        Err(finding) => conclude(reader.name(), finding, number, line, step),
    }
}

/// Sends a step to an implementation, and writes the answer into it.
fn send<F: Family, M: Implementation<F> + ?Sized>(
    implementation: &mut M,
    step: &mut Step<F>,
) -> Result<(), ImplementationError> {
    match &mut step.event {
        Event::Environment(change) => implementation.change(step.now, change),
        Event::Input(exchange) => {
            let Answer { output, view } = implementation.answer(step.now, &exchange.input)?;
            (exchange.output, exchange.view) = (Some(output), view);
            Ok(())
        }
    }
}

fn conclude<F: Family>(
    trace: &str,
    finding: Finding,
    number: u64,
    line: u64,
    step: Step<F>,
) -> Result<Verdict<F>, TraceError> {
    match (finding, step.event) {
        (Finding::Violated(violation), Event::Input(Exchange { input, .. })) => {
            Ok(Verdict::Violated(Box::new(Failure { step: number, line, now: step.now, input, violation })))
        }
        (Finding::Violated(_), Event::Environment(_)) => unreachable!("a change of the environment breaks no rule"),
        (Finding::Failed(ImplementationError::Unsupported(reason)), _) => Ok(Verdict::Unsupported { line, reason }),
        (Finding::Failed(error), _) => Ok(Verdict::Failed { line, error }),
        (Finding::Unverifiable(missing), _) => Err(unverifiable(missing).at(trace, line)),
    }
}

/// The same error, as the error of a line.
fn unverifiable(missing: Unverifiable) -> LineError {
    LineError { field: Some(missing.field.into()), kind: LineErrorKind::Unverifiable(missing) }
}
