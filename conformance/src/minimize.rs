//! Making a sequence that shows a fault so short and plain that the fault can be seen.
//!
//! Every part of a sequence is a sequence, so steps are dropped until none can be; then values are made simpler, and
//! so on, until nothing helps any more. What counts is that the same rule is broken ([`Finding::kind`]), or a part
//! of it where it names several things.
//!
//! There is no chance in it. For an automaton that answers the same to the same sequence and seed, the result is the
//! same on every machine, unless the time ends it. For one that does not, each candidate is tried several times.

mod cost;
mod document;
mod kind;
mod limits;
mod parts;
mod search;
mod smaller_limits;
mod values;

use crate::{
    implementation::Implementation,
    runner::Finding,
    sequence::Sequence,
    trace::{Header, Step, TraceError, create},
};
use search::{Best, Search};
use std::{fmt, path::PathBuf, time::Duration};

/// How to minimize.
#[derive(Clone, Debug)]
pub struct Options {
    /// When to end with what was found until then. A run that is under way then is finished.
    pub time: Duration,
    /// How often a candidate is tried where the answers differ from run to run.
    pub tries: u32,
    /// The name of the implementation, for the header of the result.
    pub implementation: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { time: Duration::from_mins(1), tries: 10, implementation: None }
    }
}

/// A sequence that ends with a finding, and is as short and simple as could be found.
#[derive(Debug)]
pub struct Minimized {
    /// The header, with a description of what was found.
    pub header: Header,
    /// The steps with the answers to them. The last one is the one that is not allowed.
    pub steps: Vec<Step>,
    /// What is wrong with the last answer.
    pub finding: Finding,
    /// How many steps there were at first.
    pub steps_before: usize,
    /// Whether nothing more could be done; otherwise the time ended it.
    pub complete: bool,
    /// Whether the same sequence had the same answers each time. If not, not every replay shows the finding.
    pub repeatable: bool,
    /// How many sequences were run.
    pub runs: u64,
}

/// No answer to the sequence is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing to minimize: every step is allowed, in each of {runs} runs")]
pub struct NothingToMinimize {
    /// How often it was tried.
    pub runs: u64,
}

/// Makes a sequence that an implementation does not answer as is allowed shorter and simpler, as long as the same
/// rule is broken.
///
/// # Errors
/// Where no try shows anything to minimize.
pub fn minimize<M: Implementation>(
    sequence: Sequence,
    implementation: &mut M,
    options: &Options,
) -> Result<Minimized, NothingToMinimize> {
    let steps_before = sequence.steps.len();
    let mut search = Search::start(&sequence.without_answers(), implementation, options)?;
    while simplify(&mut search) {}
    Ok(search.end(steps_before, options.implementation.clone()))
}

/// One round over all that can be done, from what is quick and helps most to what is slow and helps seldom. Whether
/// another may help.
fn simplify<M: Implementation>(search: &mut Search<'_, M>) -> bool {
    let before = search.best().cost;
    parts::drop_steps(search);
    parts::drop_names(search);
    parts::drop_values(search);
    values::rename(search);
    values::simplify_numbers(search);
    if search.best().cost < before {
        return true;
    }
    smaller_limits::try_all(search);
    if search.best().cost < before {
        return true;
    }
    search.with_other_seeds(|search| {
        parts::drop_names(search);
        parts::drop_steps(search);
    });
    search.best().cost < before || search.turns_out_unrepeatable()
}

impl<M: Implementation> Search<'_, M> {
    fn end(self, steps_before: usize, implementation: Option<String>) -> Minimized {
        let (complete, repeatable, runs) = (self.complete(), self.repeatable(), self.runs());
        let Best { sequence, answered: steps, finding, .. } = self.into_best();
        let description = describe(&finding, steps_before, steps.len(), repeatable);
        let header = Header { implementation, description: Some(description), ..sequence.header };
        Minimized { header, steps, finding, steps_before, complete, repeatable, runs }
    }
}

fn describe(finding: &Finding, before: usize, after: usize, repeatable: bool) -> String {
    let seldom = if repeatable { "" } else { "; not every run shows it" };
    format!("{}; minimized from {before} steps to {after}{seldom}", finding.kind())
}

impl Minimized {
    /// Writes the trace into a file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, path: impl Into<PathBuf>) -> Result<(), TraceError> {
        let mut file = create(path, &self.header)?;
        for step in &self.steps {
            file.step(step)?;
        }
        file.finish()
    }
}

impl fmt::Display for Minimized {
    /// `from 123 steps to 4, in 812 runs`, and what restricts it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps_before, steps, runs, .. } = self;
        write!(f, "from {steps_before} steps to {}, in {runs} runs", steps.len())?;
        if !self.complete {
            f.write_str("; ended by the time limit, more time may shorten it further")?;
        }
        if !self.repeatable {
            f.write_str("; not every run shows it, because the answers differ from run to run: ")?;
            f.write_str("each candidate was tried several times")?;
        }
        Ok(())
    }
}
