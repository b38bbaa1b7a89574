//! Is every step of a trace what the protocol allows? As it was recorded, or as an implementation answers its inputs.

use crate::{
    checker::{Answer, Unverifiable, Violation, check_step},
    implementation::{self, Implementation, Reply},
    properties::{Watch, trials},
    runner::Finding,
    trace::{Environment, EnvironmentChange, Event, Exchange, Fault, Header, LineError, Step, TraceError, TraceReader},
};
use gossipsub_automaton::{Input, OutputKind, Time, trace_ids::TraceIds};
use gossipsub_reference_model::Model;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::{collections::BTreeMap, fmt::Display, io::BufRead};

/// What became of a trace.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// The name of the trace.
    pub trace: String,
    /// How many steps were checked and found allowed.
    pub steps: u64,
    /// How often each output was allowed.
    pub outputs: Counts,
    /// Whether the trace is allowed.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Whether a trace is allowed.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every step is.
    Allowed,
    /// A step is not. What comes after it was not looked at.
    Violated(Box<Failure>),
    /// The implementation failed to answer.
    Failed {
        /// The line of what it was asked, from 1.
        line: u64,
        /// How it failed.
        #[serde(serialize_with = "as_text")]
        error: implementation::Fault,
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
pub struct Failure {
    /// The number of the step, from 1.
    pub step: u64,
    /// Its line, from 1.
    pub line: u64,
    /// When it happened.
    pub now: Time,
    /// What was asked.
    pub input: Input<TraceIds>,
    /// What rule was broken, and how.
    #[serde(flatten)]
    pub violation: Violation,
}

/// How often each kind of output occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<OutputKind, u64>);

impl Counts {
    /// How often this kind occurred.
    #[must_use]
    pub fn of(&self, kind: OutputKind) -> u64 {
        self.0.get(&kind).copied().unwrap_or(0)
    }

    /// Counts one more of this kind.
    pub fn count(&mut self, kind: OutputKind) {
        *self.0.entry(kind).or_insert(0) += 1;
    }

    /// Adds the counts of another.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.0 {
            *self.0.entry(*kind).or_insert(0) += count;
        }
    }
}

impl Serialize for Counts {
    /// All 44 kinds, also those that did not occur.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(OutputKind::ALL.len()))?;
        for kind in OutputKind::ALL {
            map.serialize_entry(kind, &self.of(*kind))?;
        }
        map.end()
    }
}

fn as_text<S: Serializer>(error: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// Verifies a trace as it was recorded, where it could be opened.
#[must_use]
pub fn verify<R: BufRead>(opened: Result<TraceReader<R>, TraceError>) -> Verified {
    judge(opened, &mut Recorded)
}

/// Asks an implementation the inputs of a trace, where it could be opened, and verifies what it answers. Recorded
/// answers are ignored.
#[must_use]
pub fn replay<R: BufRead>(
    opened: Result<TraceReader<R>, TraceError>,
    implementation: &mut impl Implementation,
) -> Verified {
    judge(opened.map(TraceReader::script), &mut Asked(implementation))
}

/// Where the answers to a trace's inputs come from.
trait Witness {
    /// Whether the whole sequence is asked again in the end.
    const ASKS_AGAIN: bool;

    fn start(&mut self, header: &Header) -> Result<(), implementation::Fault>;

    fn environment(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), implementation::Fault>;

    fn answer(&mut self, now: Time, exchange: Exchange) -> Result<Exchange, implementation::Fault>;

    fn ask_again(&mut self, _: &Header, _: &[Step]) -> Result<(), Finding> {
        Ok(())
    }
}

/// The answers that are in the trace.
struct Recorded;

impl Witness for Recorded {
    const ASKS_AGAIN: bool = false;

    fn start(&mut self, _: &Header) -> Result<(), implementation::Fault> {
        Ok(())
    }

    fn environment(&mut self, _: Time, _: &EnvironmentChange) -> Result<(), implementation::Fault> {
        Ok(())
    }

    fn answer(&mut self, _: Time, exchange: Exchange) -> Result<Exchange, implementation::Fault> {
        Ok(exchange)
    }
}

/// The answers of an implementation.
struct Asked<'a, M>(&'a mut M);

impl<M: Implementation> Witness for Asked<'_, M> {
    const ASKS_AGAIN: bool = true;

    fn start(&mut self, header: &Header) -> Result<(), implementation::Fault> {
        self.0.start(header)
    }

    fn environment(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), implementation::Fault> {
        self.0.environment(now, change)
    }

    fn answer(&mut self, now: Time, Exchange { input, .. }: Exchange) -> Result<Exchange, implementation::Fault> {
        let Reply { output, view } = self.0.ask(now, &input)?;
        Ok(Exchange { input, output: Some(output), view })
    }

    fn ask_again(&mut self, header: &Header, steps: &[Step]) -> Result<(), Finding> {
        trials::run(self.0, header, steps)
    }
}

fn judge<R: BufRead, W: Witness>(opened: Result<TraceReader<R>, TraceError>, witness: &mut W) -> Verified {
    let trace = opened.as_ref().map_or_else(|error| &*error.name, |reader| reader.name()).to_owned();
    let mut verified = Verified { trace, steps: 0, outputs: Counts::default(), verdict: Verdict::Allowed };
    verified.verdict = match opened.and_then(|mut reader| judge_steps(&mut reader, witness, &mut verified)) {
        Ok(verdict) => verdict,
        Err(error) => Verdict::Unreadable { error },
    };
    verified
}

fn judge_steps<R: BufRead, W: Witness>(
    reader: &mut TraceReader<R>,
    witness: &mut W,
    verified: &mut Verified,
) -> Result<Verdict, TraceError> {
    let mut model = Model::new(reader.header().limits.clone(), Environment::default())
        .map_err(|error| LineError::from(Fault::from(error)).at(reader.name(), 1))?;
    if let Err(error) = witness.start(reader.header()) {
        return Ok(Verdict::Failed { line: 1, error });
    }
    let mut watch = Watch::start(reader.header().limits.clone());
    let mut answered_steps = Vec::new();
    let mut last = None;
    while let Some(step) = reader.next() {
        let (line, Step { now, event }) = step?;
        let answered = match event {
            Event::Environment(change) => {
                model.application_mut().apply(&change);
                watch.environment(&change);
                if W::ASKS_AGAIN {
                    answered_steps.push(Step { now, event: Event::Environment(change.clone()) });
                }
                witness.environment(now, &change).map(|()| None)
            }
            Event::Input(exchange) => witness.answer(now, exchange).map(Some),
        };
        let exchange = match answered {
            Ok(exchange) => exchange,
            Err(error) => return Ok(Verdict::Failed { line, error }),
        };
        if let Some(Exchange { input, output, view }) = exchange {
            let answer = Answer::new(&input, output.as_ref(), view.as_ref())
                .map_err(|error| unverifiable(error).at(reader.name(), line))?;
            let checked = check_step(&mut model, now, &input, answer);
            let checked = match (checked, &output) {
                (Ok(()), Some(output)) => watch.step(now, &input, output, view.as_ref()),
                (checked, _) => checked,
            };
            if let Err(violation) = checked {
                let step = verified.steps + 1;
                return Ok(Verdict::Violated(Box::new(Failure { step, line, now, input, violation })));
            }
            if let Some(output) = &output {
                verified.outputs.count(output.kind());
            }
            if W::ASKS_AGAIN {
                last = Some((line, now, input.clone()));
                answered_steps.push(Step { now, event: Event::Input(Exchange { input, output, view }) });
            }
        }
        verified.steps += 1;
    }
    let (Some((line, now, input)), Err(finding)) = (last, witness.ask_again(reader.header(), &answered_steps)) else {
        return Ok(Verdict::Allowed);
    };
    match finding {
        Finding::Violated(violation) => {
            Ok(Verdict::Violated(Box::new(Failure { step: verified.steps, line, now, input, violation })))
        }
        Finding::Failed(error) => Ok(Verdict::Failed { line, error }),
        Finding::Unverifiable(error) => Err(unverifiable(error).at(reader.name(), line)),
    }
}

/// The same error, as that of a line.
fn unverifiable(error: Unverifiable) -> LineError {
    let field = match error {
        Unverifiable::NoOutput => "output",
        Unverifiable::NoFanout => "view.fanout",
    };
    LineError { field: Some(field.into()), fault: Fault::Unverifiable(error) }
}
