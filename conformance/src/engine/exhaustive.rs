//! Exhaustive search: every sequence of inputs over a small world up to a depth, an implementation against the model.
//!
//! The search goes breadth first, so the first finding has a shortest sequence. If an action leaves a choice, every
//! allowed outcome is followed: the implementation gets one seed after the other until it has shown all of them. An
//! outcome that never shows is a finding. States that were met before are not expanded again. Two states are the same if
//! their models have the same [`Model::key`], a hash of 128 bits. For n states, the probability that any two share a hash
//! is below n^2 / 2^129: for 10^9 states, 2 in 10^21.
//!
//! Every step compares the whole view, so the state that the implementation shows is the state of the model. Hidden
//! state (caches, the order of tables, the zero of the clock) is not told apart: of the sequences that lead to the same
//! state of the model, the first is followed.
//!
//! Stateright 0.31 does not fit. It wants the actions of a state before their outcomes, which are known here only after
//! the implementation answered. It queues whole states, hashes them to 64 bits, and its first discovery on several
//! threads need not be the shortest. Sequences, findings and coverage would have to be built beside it.
//!
//! [`Model::key`]: super::Model::key

mod outcomes;
mod state;

use super::{
    Counterexample, Coverage, Event, Exchange, Family, Finding, Fork, Implementation, Step, TraceHeader, Views,
    runner::run_sequence,
};
use foldhash::fast::FixedState;
use gossipsub_automaton::Span;
use outcomes::Outcomes;
use serde::Serialize;
use state::State;
use std::{
    collections::HashSet,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many states are expanded between two times at which new states are merged.
const CHUNK: usize = 8192;

/// How many states of a chunk a job takes at a time. Neighbours share the steps that lead to them.
const BLOCK: usize = 64;

/// A world that is small enough for all of its sequences.
#[derive(Clone, Debug)]
pub struct World<F: Family> {
    /// Its name on the command line and in headers.
    pub name: &'static str,
    /// A description of its members.
    pub about: &'static str,
    /// The default depth of a search.
    pub depth: usize,
    /// The variant of its header.
    pub variant: F::Variant,
    /// The header of its sequences.
    pub header: F::Header,
    /// The start of every sequence. It leaves no choice.
    pub start: Vec<Action<F>>,
    /// What can come next, at any time.
    pub actions: Vec<Action<F>>,
}

/// An input, or a change of the environment, some time after the step before it.
#[derive(Clone, Debug)]
pub struct Action<F: Family> {
    /// The time since the step before.
    pub after: Span,
    /// What happens, without an answer.
    pub event: Event<F>,
}

impl<F: Family> World<F> {
    fn action(&self, index: u32) -> &Action<F> {
        self.actions.get(index as usize).expect("moves hold indices of the world's actions")
    }
}

/// The result of a search.
#[derive(Debug)]
pub struct Exploration<F: Family> {
    /// The depths, from 0: the start. The last one is not complete if there is a finding.
    pub levels: Vec<Level>,
    /// What was reached.
    pub coverage: F::Coverage,
    /// The first finding, after a shortest sequence.
    pub found: Option<Counterexample<F>>,
}

/// One depth of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// The number of states that need this many actions to be reached, and no fewer.
    pub states: u64,
    /// The number of answers that were checked to find them.
    pub steps: u64,
}

/// Looks for a seed of the header with which a replay in one go shows the same kind of finding: the search seeds each
/// choice by itself. Absent if no seed of many does.
pub fn find_seed<F: Family, M: Implementation<F>>(
    found: &Counterexample<F>,
    implementation: &mut M,
) -> Option<Counterexample<F>> {
    (0..1000).find_map(|seed| {
        let mut header = found.header.clone();
        header.set_seed(Some(seed));
        let (steps, finding) = run_sequence(implementation, &header, &found.steps, found.views);
        let finding = finding.filter(|finding| finding.kind() == found.finding.kind())?;
        Some(Counterexample { header, steps, finding, views: found.views })
    })
}

/// An action that was taken, and the seed of the choices in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Move {
    action: u32,
    seed: u32,
}

/// A state, as the way to it. The first is the start, and has none.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: usize,
    taken: Move,
}

/// All states that were reached so far.
struct KnownStates {
    nodes: Vec<Node>,
    keys: HashSet<u128, FixedState>,
}

impl KnownStates {
    /// The nodes on the way to a node, from the one after the start on.
    fn way(&self, node: usize) -> Vec<usize> {
        let mut way = Vec::new();
        let mut at = node;
        while at > 0 {
            way.push(at);
            at = self.node(at).parent;
        }
        way.reverse();
        way
    }

    fn node(&self, node: usize) -> Node {
        *self.nodes.get(node).expect("nodes are never removed")
    }

    fn taken(&self, node: usize) -> Move {
        self.node(node).taken
    }
}

/// The result of expanding some states.
struct Expansion {
    /// Its position in the order of all.
    block: usize,
    new: Vec<(u128, Node)>,
    found: Option<(Vec<Move>, Finding)>,
}

/// The results of all jobs.
struct JobResults<F: Family> {
    expansions: Vec<Expansion>,
    steps: u64,
    coverage: F::Coverage,
}

/// Sends copies of an implementation all sequences of actions of a world, up to a depth. `progress` is told the depth, and
/// the states and steps there, from time to time.
///
/// The result is the same with any number of jobs.
pub fn explore<F: Family, M: Fork<F> + Send + Sync>(
    world: &World<F>,
    depth: usize,
    jobs: usize,
    implementation: &M,
    progress: &dyn Fn(usize, Level),
) -> Exploration<F> {
    let coverage = F::Coverage::of_variant(world.variant);
    let mut explored = Exploration { levels: Vec::new(), coverage, found: None };
    let start = match State::start(implementation.clone(), world) {
        Ok(start) => start,
        Err(finding) => {
            explored.found = Some(counterexample(world, implementation, &[], finding));
            return explored;
        }
    };
    let first = Node { parent: 0, taken: Move { action: 0, seed: 0 } };
    let mut known = KnownStates { nodes: vec![first], keys: HashSet::with_hasher(FixedState::with_seed(0)) };
    known.keys.insert(start.key());
    explored.levels.push(Level { states: 1, steps: 0 });
    let mut frontier = 0..1;
    while explored.levels.len() <= depth && !frontier.is_empty() {
        let mut level = Level { states: 0, steps: 0 };
        let end = frontier.end;
        let is_last = explored.levels.len() == depth;
        for from in frontier.step_by(CHUNK) {
            let JobResults { expansions, steps, coverage } =
                expand(world, &start, &known, from..end.min(from.saturating_add(CHUNK)), jobs);
            level.steps += steps;
            explored.coverage.add(&coverage);
            for Expansion { new, found, .. } in expansions {
                for (key, node) in new {
                    if known.keys.insert(key) {
                        level.states += 1;
                        // The last states are counted, and not expanded.
                        if !is_last {
                            known.nodes.push(node);
                        }
                    }
                }
                if let Some((moves, finding)) = found
                    && explored.found.is_none()
                {
                    explored.found = Some(counterexample(world, implementation, &moves, finding));
                }
            }
            progress(explored.levels.len(), level);
            if explored.found.is_some() {
                break;
            }
        }
        explored.levels.push(level);
        if explored.found.is_some() {
            break;
        }
        frontier = end..known.nodes.len();
    }
    explored
}

/// Expands states in parallel.
fn expand<F: Family, M: Fork<F> + Send + Sync>(
    world: &World<F>,
    start: &State<F, M>,
    known: &KnownStates,
    nodes: Range<usize>,
    jobs: usize,
) -> JobResults<F> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(JobResults::<F> { expansions: Vec::new(), steps: 0, coverage: F::Coverage::default() });
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                let line = vec![(0, start.clone())];
                let mut job = Job { world, known, line, outcomes: Outcomes::default() };
                let mut expansions = Vec::new();
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    let from = nodes.start.saturating_add(block.saturating_mul(BLOCK));
                    if from >= nodes.end {
                        break;
                    }
                    expansions.push(job.expand(block, from..nodes.end.min(from.saturating_add(BLOCK))));
                }
                let Outcomes { steps, coverage, .. } = job.outcomes;
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.expansions.append(&mut expansions);
                all.steps += steps;
                all.coverage.add(&coverage);
            });
        }
    });
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.expansions.sort_by_key(|expansion| expansion.block);
    all
}

/// Expands one state after the other.
struct Job<'a, F: Family, M> {
    world: &'a World<F>,
    known: &'a KnownStates,
    /// The states on the way to the state that was expanded last, from the start.
    line: Vec<(usize, State<F, M>)>,
    outcomes: Outcomes<F>,
}

impl<F: Family, M: Fork<F>> Job<'_, F, M> {
    /// Expands states, up to the first finding.
    fn expand(&mut self, block: usize, nodes: Range<usize>) -> Expansion {
        let mut expansion = Expansion { block, new: Vec::new(), found: None };
        for node in nodes {
            let expanded = self.go_to(node).and_then(|()| self.expand_last(node, &mut expansion.new));
            if let Err((last, finding)) = expanded {
                let way = self.known.way(node).into_iter().map(|node| self.known.taken(node));
                expansion.found = Some((way.chain(last).collect(), finding));
                break;
            }
        }
        expansion
    }

    /// Makes the state of a node anew: the last one of the line.
    fn go_to(&mut self, node: usize) -> Result<(), (Option<Move>, Finding)> {
        let way = self.known.way(node);
        let shared = way.iter().zip(self.line.iter().skip(1)).take_while(|(node, (other, _))| *node == other).count();
        self.line.truncate(shared + 1);
        for node in way.into_iter().skip(shared) {
            let Move { action, seed } = self.known.taken(node);
            let (_, state) = self.line.last().expect("the start is never removed from the line");
            let (next, _) = state.after(self.world.action(action), seed, &mut ()).map_err(|finding| (None, finding))?;
            self.line.push((node, next));
        }
        Ok(())
    }

    /// Takes every action in the last state of the line.
    fn expand_last(&mut self, node: usize, new: &mut Vec<(u128, Node)>) -> Result<(), (Option<Move>, Finding)> {
        let (_, state) = self.line.last().expect("the start is never removed from the line");
        for (index, action) in (0..).zip(&self.world.actions) {
            let taken = |seed| Move { action: index, seed };
            let outcomes = self.outcomes.of(state, action);
            for (key, seed) in outcomes.map_err(|(seed, finding)| (Some(taken(seed)), finding))? {
                if !self.known.keys.contains(key) {
                    new.push((*key, Node { parent: node, taken: taken(*seed) }));
                }
            }
        }
        Ok(())
    }
}

/// A finding as a sequence: from the start, with all answers, up to the one that is not allowed.
fn counterexample<F: Family, M: Fork<F>>(
    world: &World<F>,
    implementation: &M,
    moves: &[Move],
    finding: Finding,
) -> Counterexample<F> {
    let mut steps = Vec::new();
    let mut state = State::fresh(implementation.clone(), world).ok();
    let moves = moves.iter().map(|taken| (world.action(taken.action), taken.seed));
    for (action, seed) in world.start.iter().map(|action| (action, 0)).chain(moves) {
        let Some(before) = state.take() else { break };
        let (after, answer) = before.sent(action, seed);
        let next = before.after(action, seed, &mut ());
        let mut event = action.event.clone();
        if let (Event::Input(Exchange { output, view, .. }), Ok(Some(answer))) = (&mut event, answer) {
            (*output, *view) = (Some(answer.output), answer.view);
        }
        steps.push(Step { now: after.now(), event });
        state = next.ok().map(|(after, _)| after);
    }
    Counterexample { header: world.header.clone(), steps, finding, views: Views::Every }
}
