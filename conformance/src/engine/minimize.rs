//! Minimizing a sequence with a finding, so that a reader sees the fault.
//!
//! Steps are dropped as long as the finding stays; then values are made simpler, and so on, until no change helps. To
//! leave a sequence from which no single step can be dropped, parameters are lowered together with the steps that they
//! need, and steps are moved. A candidate must break the same rule ([`Finding::kind`]), or a part of a rule that names several things.
//!
//! The search is deterministic. For a deterministic implementation, the result is the same on every machine, unless the
//! time limit ends it. For others, each candidate is tried several times.

mod cost;
mod document;
mod moves;
mod parameters;
mod parts;
mod search;
mod small_parameters;
mod spans;
mod values;

use super::{
    Counterexample, Family, Finding, Implementation, Sequence, StopSignal, TraceHeader, Views, determinism,
    known_differences::KnownDifferences, runner::run_sequence,
};
use search::Search;
use std::{fmt, time::Duration};

/// How to minimize.
#[derive(Clone, Debug)]
pub struct Options {
    /// When to end with the best result so far. A run that has begun is finished.
    pub time: Duration,
    /// How often a candidate is tried if the answers differ from run to run.
    pub tries: u32,
    /// The name of the implementation, for the header of the result.
    pub implementation: Option<String>,
    /// The states that an implementation in this process shows.
    pub views: Views,
    /// Differences that are no findings.
    pub known: KnownDifferences,
    /// Ends with the best result so far, as the time does.
    pub stop: StopSignal,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            time: Duration::from_mins(1),
            tries: 10,
            implementation: None,
            views: Views::Every,
            known: KnownDifferences::default(),
            stop: StopSignal::default(),
        }
    }
}

/// A counterexample that is as short and simple as could be found.
#[derive(Debug)]
pub struct Minimized<F: Family> {
    /// The sequence. Its header describes the finding.
    pub counterexample: Counterexample<F>,
    /// The number of steps before.
    pub steps_before: usize,
    /// Whether nothing more could be done. Otherwise the time limit ended it.
    pub complete: bool,
    /// Whether the same sequence had the same answers each time. If not, not every replay shows the finding.
    pub repeatable: bool,
    /// The number of sequences that were run.
    pub runs: u64,
}

/// No answer to the sequence is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing to minimize: every step is allowed, in each of {runs} runs")]
pub struct NothingToMinimize {
    /// How often it was tried.
    pub runs: u64,
}

/// Makes a sequence with a finding shorter and simpler, as long as the same rule is broken.
///
/// # Errors
/// If no try shows a finding.
pub fn minimize<F: Family, M: Implementation<F>>(
    sequence: Sequence<F>,
    implementation: &mut M,
    options: &Options,
) -> Result<Minimized<F>, NothingToMinimize> {
    let mut subject = JudgedImplementation { implementation, views: options.views, known: &options.known };
    minimize_with(sequence, &mut subject, options)
}

/// What runs a candidate.
pub(super) trait Subject<F: Family> {
    /// Runs a sequence up to the first finding, with its answers. Absent if there is none. `wanted` is the kind of the
    /// finding that is minimized; absent if any counts.
    fn run(&mut self, sequence: &Sequence<F>, wanted: Option<&str>) -> Option<Counterexample<F>>;
}

/// An implementation whose answers are judged.
struct JudgedImplementation<'a, M> {
    implementation: &'a mut M,
    views: Views,
    known: &'a KnownDifferences,
}

impl<F: Family, M: Implementation<F>> Subject<F> for JudgedImplementation<'_, M> {
    fn run(&mut self, Sequence { header, steps }: &Sequence<F>, wanted: Option<&str>) -> Option<Counterexample<F>> {
        let Self { implementation, views, known } = self;
        let (steps, mut finding) = run_sequence(*implementation, header, steps, *views);
        if finding.is_none() && wanted.is_none_or(needs_replay::<F>) {
            finding = determinism::check(*implementation, header, &steps, *views).map(|(_, finding)| finding);
            finding = finding.or_else(|| F::metamorphic_tests(*implementation, header, &steps).err());
        }
        // A known difference must not take the place of what is minimized.
        let finding = finding.filter(|finding| known.of(header, &steps, finding).is_none())?;
        Some(Counterexample { header: header.clone(), steps, finding, views: *views })
    }
}

/// Whether a finding of this kind shows only if the implementation is sent the same sequence again.
fn needs_replay<F: Family>(kind: &str) -> bool {
    determinism::RULES.contains(&kind) || F::is_metamorphic(kind)
}

/// As [`minimize`], for anything that runs sequences.
pub(super) fn minimize_with<F: Family, S: Subject<F>>(
    sequence: Sequence<F>,
    subject: &mut S,
    options: &Options,
) -> Result<Minimized<F>, NothingToMinimize> {
    let steps_before = sequence.steps.len();
    let mut search = Search::start(&sequence.without_answers(), subject, options)?;
    while simplify(&mut search) {}
    Ok(end(search, steps_before, options))
}

/// One round of all passes, from those that are quick and help most to those that are slow and help seldom. Returns
/// whether another round may help.
fn simplify<F: Family, S: Subject<F>>(search: &mut Search<'_, F, S>) -> bool {
    let before = search.best().cost;
    parts::drop_steps(search);
    parts::drop_names(search);
    parts::drop_values(search);
    values::rename(search);
    values::simplify_numbers(search);
    if search.best().cost < before {
        return true;
    }
    small_parameters::try_all(search);
    if search.best().cost < before {
        return true;
    }
    parts::drop_kinds(search);
    parts::drop_few_steps(search);
    moves::delay_steps(search);
    spans::shorten(search);
    if search.best().cost < before {
        return true;
    }
    search.with_other_seeds(|search| {
        parts::drop_names(search);
        parts::drop_steps(search);
    });
    search.best().cost < before || search.turns_out_unrepeatable()
}

fn end<F: Family, S: Subject<F>>(search: Search<'_, F, S>, steps_before: usize, options: &Options) -> Minimized<F> {
    let (complete, repeatable, runs) = (search.complete(), search.repeatable(), search.runs());
    let mut counterexample = search.into_best().answered;
    drop_followed_faults(&mut counterexample, &options.known);
    let description = describe(&counterexample.finding, steps_before, counterexample.steps.len(), repeatable);
    counterexample.header.set_implementation(options.implementation.clone());
    counterexample.header.set_description(Some(description));
    Minimized { counterexample, steps_before, complete, repeatable, runs }
}

/// Lets the model follow no faults without which it judges the same answers alike.
fn drop_followed_faults<F: Family>(counterexample: &mut Counterexample<F>, known: &KnownDifferences) {
    let kind = counterexample.finding.kind();
    for fault in counterexample.header.followed_faults() {
        let mut header = counterexample.header.clone();
        let others: Vec<String> = header.followed_faults().into_iter().filter(|other| *other != fault).collect();
        assert!(header.follow_faults(&others), "a header follows faults of its family");
        let is_same =
            |finding: &Finding| finding.kind() == kind && known.of(&header, &counterexample.steps, finding).is_none();
        if counterexample.finding_with(&header).as_ref().is_some_and(is_same) {
            counterexample.header = header;
        }
    }
}

fn describe(finding: &Finding, before: usize, after: usize, repeatable: bool) -> String {
    let seldom = if repeatable { "" } else { "; not every run shows it" };
    format!("{}; minimized from {before} steps to {after}{seldom}", finding.kind())
}

impl<F: Family> fmt::Display for Minimized<F> {
    /// `from 123 steps to 4, in 812 runs`, and what restricts it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps_before, counterexample, runs, .. } = self;
        write!(f, "from {steps_before} steps to {}, in {runs} runs", counterexample.steps.len())?;
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
