//! Statistical tests that every random choice is uniform.
//!
//! The checker accepts any choice that is allowed, one step at a time. Here each [`Scenario`] leads an automaton to one
//! choice point, over and over and with many seeds, and counts what it chooses. Every step is also checked as usual.
//!
//! If k of n are chosen, with k and n so small that every outcome has a count of its own, three chi-squared tests detect
//! - *each* choice: a bias to low ids, one who is never chosen, and members that are chosen together;
//! - *pairs*, of two choices made side by side, such as for two topics in one heartbeat: choices that depend on each
//!   other;
//! - pairs of choices made *one after the other*: choices without fresh randomness.
//!
//! If n is large, the tests count how often each member is chosen, and how many of the lower half are.
//!
//! An automaton that starts over with the same random numbers whatever its seed fails all of them.
//!
//! # What is not tested
//!
//! - The order of a list, but for `ihave (7)` and `select_px_peers`: of no other is it said that it is random. That of
//!   IHaves is free, and each announces its ids in an order of its own.
//! - heartbeat 3c where an outbound peer has to take the place of another: the original swaps, which is not uniform.
//!   If every kept set has enough outbound peers, all choices are equally likely.
//! - heartbeat 3c where some of the best tie and others are kept beside them: these are two choices, and the whole is
//!   not uniform. Each of the two is tested alone.
//! - heartbeat 3e after 3b or 3d: the output shows only the union of both choices.
//!
//! # False alarms
//!
//! All tests of a run together call a uniform automaton biased once in ten million runs: the threshold of one test is
//! [`FALSE_ALARMS`] divided by their number. The chi-squared distribution is a limit for large counts. [`LEAST_SAMPLES`]
//! keeps the expected count of each cell at 50 or more; so far out, the limit may still be wrong by a factor, for which
//! one in a million leaves room. This repeats the test of that, over a thousand seeds:
//!
//! ```sh
//! for seed in $(seq 1000); do
//!     gossipsub-conformance randomness --seed $seed --samples 1800 >/dev/null || echo "seed $seed"
//! done
//! ```

mod chi_squared;
mod outcomes;
pub mod report;
mod scenario;
mod scenario_run;
mod scenarios;
mod tally;

pub use scenario::Scenario;
pub use scenarios::ALL;
pub use tally::Test;

use super::{AutomatonFamily, Counterexample, Header};
use crate::engine::{Draw, Finding, Implementation, Views, report::finding::FindingReport};
use gossipsub_automaton::LARGEST_INTEGER;
use scenario_run::ScenarioRun;
use tally::Tally;

/// How likely it is that all tests of a run together call a uniform automaton biased.
pub const FALSE_ALARMS: f64 = 1e-7;

/// The fewest rounds of a scenario that give each cell an expected count of 50: 36 pairs of 2 of 4.
pub const LEAST_SAMPLES: u64 = 50 * 36;

/// The p-value below which a test says that an automaton is biased.
#[must_use]
pub fn threshold() -> f64 {
    let tests: u32 = ALL.iter().map(Scenario::tests).sum();
    FALSE_ALARMS / f64::from(tests)
}

/// Runs a scenario for at least `samples` rounds, and tests its choices. Each sequence of rounds has
/// a seed of its own.
///
/// # Errors
/// If an answer is not allowed, or there is none.
pub fn examine(
    scenario: &Scenario,
    implementation: &mut dyn Implementation<AutomatonFamily>,
    seeds: &mut impl Draw,
    samples: u64,
) -> Result<Vec<Test>, Box<FindingReport>> {
    let mut tally = Tally::new(scenario);
    for _ in 0..samples.div_ceil(scenario.rounds) {
        let header = Header {
            seed: Some(seeds.below(LARGEST_INTEGER + 1)),
            profile: Some(scenario.to_string()),
            limits: (scenario.limits)(),
            ..Header::default()
        };
        play(scenario, implementation, &header, &mut tally)?;
    }
    implementation.finish().map_err(|error| report(Finding::Failed(error), &Header::default(), Vec::new()))?;
    Ok(tally.tests())
}

/// One sequence.
fn play(
    scenario: &Scenario,
    implementation: &mut dyn Implementation<AutomatonFamily>,
    header: &Header,
    tally: &mut Tally,
) -> Result<(), Box<FindingReport>> {
    let mut run = ScenarioRun::start(implementation, header).map_err(|finding| report(finding, header, Vec::new()))?;
    tally.start_over();
    let played = (scenario.prepare)(&mut run).and_then(|()| {
        (0..scenario.rounds).try_for_each(|_| {
            tally.count((scenario.round)(&mut run)?);
            Ok(())
        })
    });
    played.map_err(|finding| report(finding, header, run.steps()))
}

fn report(finding: Finding, header: &Header, steps: Vec<super::Step>) -> Box<FindingReport> {
    let counterexample = Counterexample { header: header.clone(), steps, finding, views: Views::Heartbeat };
    Box::new(FindingReport::new(&counterexample))
}
