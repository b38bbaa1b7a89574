//! Everything up to a bound: all sequences of inputs over a small world, an automaton against the model.
//!
//! The search goes breadth first, so that what is found first has a shortest sequence. An action whose outcome is left
//! to chance is followed by all that are allowed: the automaton is asked with one seed after the other until it has
//! shown them, and it is a finding where it never shows one. States that were met before are not expanded again, and
//! two are the same if the model's are: [`Model::hash_state`] and the environment, as a hash of 128 bits. For n states
//! the chance that any two share one is below n^2 / 2^129: for 10^9 states, 2 in 10^21.
//!
//! Every step compares the whole view, so what the automaton shows is what the model holds. What it keeps without
//! showing it (caches, the order of its tables, the zero of its clock) is not told apart: of the sequences that lead to
//! the same state of the model, the first is followed.
//!
//! Why not Stateright 0.31: it wants the actions of a state before it asks for what each leads to, and here the outcomes
//! are known only once the automaton answered; it queues whole states, hashes them to 64 bits, and on several threads
//! its first discovery need not be the shortest. Sequences, findings and the ledger would have to be built beside it.
//!
//! [`Model::hash_state`]: gossipsub_reference_model::Model::hash_state

mod outcomes;
mod state;
mod world;

pub use world::{Action, World};

use crate::{
    implementation::{Implementation, Reseed},
    ledger::Ledger,
    runner::{Finding, Runner},
    trace::{Event, Exchange, Header, Step},
};
use foldhash::fast::FixedState;
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

/// What came of a search.
#[derive(Debug, Default)]
pub struct Explored {
    /// The depths, from 0: the start. The last one is not complete where something was found.
    pub levels: Vec<Level>,
    /// What was reached.
    pub ledger: Ledger,
    /// What was found first, after a shortest sequence.
    pub found: Option<Found>,
}

/// One depth of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// How many states need so many actions to be reached, and no fewer.
    pub states: u64,
    /// How many answers were checked to find them.
    pub steps: u64,
}

/// A sequence that was not answered as is allowed.
#[derive(Debug)]
pub struct Found {
    /// The header of the sequence.
    pub header: Header,
    /// Its steps with their answers; the last one is the one of the finding.
    pub steps: Vec<Step>,
    /// What was found.
    pub finding: Finding,
}

impl Found {
    /// Looks for a seed of the header with which an automaton that is asked the sequence in one go shows the same kind
    /// of finding: the search seeds each choice by itself. False where none of many does.
    pub fn seed<M: Implementation>(&mut self, implementation: &mut M) -> bool {
        (0..1000).any(|seed| {
            let header = Header { seed: Some(seed), ..self.header.clone() };
            let Ok(mut runner) = Runner::start(implementation, &header) else { return false };
            let mut steps = Vec::new();
            for step in &self.steps {
                let mut step = step.clone();
                let stepped = runner.step(&mut step);
                steps.push(step);
                let Err(finding) = stepped else { continue };
                if finding.kind() == self.finding.kind() {
                    (self.header, self.finding) = (header, finding);
                    self.steps = steps;
                    return true;
                }
                return false;
            }
            false
        })
    }
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

/// All states met so far.
struct Met {
    nodes: Vec<Node>,
    keys: HashSet<u128, FixedState>,
}

impl Met {
    /// The nodes on the way to a node, from the one after the start.
    fn way(&self, node: usize) -> Vec<usize> {
        let mut way = Vec::new();
        let mut at = node;
        while at > 0 {
            way.push(at);
            at = self.nodes.get(at).map_or(0, |node| node.parent);
        }
        way.reverse();
        way
    }

    fn taken(&self, node: usize) -> Option<Move> {
        self.nodes.get(node).map(|node| node.taken)
    }
}

/// What came of expanding some states.
#[derive(Default)]
struct Expansion {
    /// Where it is in the order of all.
    block: usize,
    new: Vec<(u128, Node)>,
    found: Option<(Vec<Move>, Finding)>,
}

/// What all jobs reached.
#[derive(Default)]
struct Reached {
    expansions: Vec<Expansion>,
    steps: u64,
    ledger: Ledger,
}

/// Asks copies of an implementation all sequences of actions of a world, up to so many. `progress` is told of the depth,
/// and of the states and steps there, from time to time.
///
/// The result is the same with any number of jobs.
pub fn explore<M: Reseed + Send + Sync>(
    world: &World,
    depth: usize,
    jobs: usize,
    implementation: &M,
    progress: &dyn Fn(usize, Level),
) -> Explored {
    let mut explored = Explored::default();
    let start = match State::start(implementation.clone(), world) {
        Ok(start) => start,
        Err(finding) => {
            explored.found = Some(found(world, implementation, &[], finding));
            return explored;
        }
    };
    let first = Node { parent: 0, taken: Move { action: 0, seed: 0 } };
    let mut met = Met { nodes: vec![first], keys: HashSet::with_hasher(FixedState::with_seed(0)) };
    met.keys.insert(start.key());
    explored.levels.push(Level { states: 1, steps: 0 });
    let mut frontier = 0..1;
    while explored.levels.len() <= depth && !frontier.is_empty() {
        let mut level = Level { states: 0, steps: 0 };
        let end = frontier.end;
        let is_last = explored.levels.len() == depth;
        for from in frontier.step_by(CHUNK) {
            let Reached { expansions, steps, ledger } =
                expand(world, &start, &met, from..end.min(from.saturating_add(CHUNK)), jobs);
            level.steps += steps;
            explored.ledger.add(&ledger);
            for Expansion { new, found: first, .. } in expansions {
                for (key, node) in new {
                    if met.keys.insert(key) {
                        level.states += 1;
                        // The last states are counted, and not expanded.
                        if !is_last {
                            met.nodes.push(node);
                        }
                    }
                }
                if let Some((moves, finding)) = first
                    && explored.found.is_none()
                {
                    explored.found = Some(found(world, implementation, &moves, finding));
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
        frontier = end..met.nodes.len();
    }
    explored
}

/// Expands states in parallel.
fn expand<M: Reseed + Send + Sync>(
    world: &World,
    start: &State<M>,
    met: &Met,
    nodes: Range<usize>,
    jobs: usize,
) -> Reached {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Reached::default());
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                let mut job = Job { world, met, line: vec![(0, start.clone())], outcomes: Outcomes::default() };
                let mut expansions = Vec::new();
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    let from = nodes.start.saturating_add(block.saturating_mul(BLOCK));
                    if from >= nodes.end {
                        break;
                    }
                    expansions.push(job.expand(block, from..nodes.end.min(from.saturating_add(BLOCK))));
                }
                let Outcomes { steps, ledger, .. } = job.outcomes;
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.expansions.append(&mut expansions);
                all.steps += steps;
                all.ledger.add(&ledger);
            });
        }
    });
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.expansions.sort_by_key(|expansion| expansion.block);
    all
}

/// Expands one state after the other.
struct Job<'a, M> {
    world: &'a World,
    met: &'a Met,
    /// The states on the way to the state expanded last, from the start.
    line: Vec<(usize, State<M>)>,
    outcomes: Outcomes,
}

impl<M: Reseed> Job<'_, M> {
    /// Expands states, up to the first finding.
    fn expand(&mut self, block: usize, nodes: Range<usize>) -> Expansion {
        let mut expansion = Expansion { block, ..Expansion::default() };
        for node in nodes {
            let expanded = self.go_to(node).and_then(|()| self.expand_last(node, &mut expansion.new));
            if let Err((last, finding)) = expanded {
                let way = self.met.way(node).into_iter().filter_map(|node| self.met.taken(node));
                expansion.found = Some((way.chain(last).collect(), finding));
                break;
            }
        }
        expansion
    }

    /// Makes the state of a node anew: the last of the line.
    fn go_to(&mut self, node: usize) -> Result<(), (Option<Move>, Finding)> {
        let way = self.met.way(node);
        let shared = way.iter().zip(self.line.iter().skip(1)).take_while(|(node, (other, _))| *node == other).count();
        self.line.truncate(shared + 1);
        for node in way.into_iter().skip(shared) {
            let (Some((_, state)), Some(Move { action, seed })) = (self.line.last(), self.met.taken(node)) else {
                break;
            };
            let Some(action) = self.world.actions.get(action as usize) else { break };
            let (next, _) = state.after(action, seed, &mut ()).map_err(|finding| (None, finding))?;
            self.line.push((node, next));
        }
        Ok(())
    }

    /// Takes every action in the last state of the line.
    fn expand_last(&mut self, node: usize, new: &mut Vec<(u128, Node)>) -> Result<(), (Option<Move>, Finding)> {
        let Some((_, state)) = self.line.last() else { return Ok(()) };
        for (index, action) in (0..).zip(&self.world.actions) {
            let taken = |seed| Move { action: index, seed };
            let outcomes = self.outcomes.of(state, action);
            for (key, seed) in outcomes.map_err(|(seed, finding)| (Some(taken(seed)), finding))? {
                if !self.met.keys.contains(key) {
                    new.push((*key, Node { parent: node, taken: taken(*seed) }));
                }
            }
        }
        Ok(())
    }
}

/// Tells of a finding by a sequence of its own: from the start, with all answers, up to one that is not allowed.
fn found<M: Reseed>(world: &World, implementation: &M, moves: &[Move], finding: Finding) -> Found {
    let header = world.header();
    let mut steps = Vec::new();
    let mut state = State::fresh(implementation.clone(), world).ok();
    let moves = moves.iter().filter_map(|taken| Some((world.actions.get(taken.action as usize)?, taken.seed)));
    for (action, seed) in world.start.iter().map(|action| (action, 0)).chain(moves) {
        let Some(before) = state.take() else { break };
        let (after, reply) = before.asked(action, seed);
        let next = before.after(action, seed, &mut ());
        let mut event = action.event.clone();
        if let (Event::Input(Exchange { output, view, .. }), Ok(Some(reply))) = (&mut event, reply) {
            (*output, *view) = (Some(reply.output), reply.view);
        }
        steps.push(Step { now: after.now(), event });
        state = next.ok().map(|(after, _)| after);
    }
    Found { header, steps, finding }
}
