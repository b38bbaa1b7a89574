//! `check --exhaustive`: exact numbers, every choice, and the shortest sequence of a fault.

#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::{Fault, FaultyCore};
use gossipsub_automaton::{
    ApplyBatchOutput, Behaviour, GraftOutput, Input, Join, JoinOutput, Output, OutputKind,
    trace_ids::{Peer, TraceIds},
};
use gossipsub_conformance::{
    automaton::{Action, Answer, AutomatonFamily, Core, Event, Exchange, Runner, World, coverage::Coverage, worlds},
    engine::{
        Coverage as _, Fork,
        exhaustive::{self, explore, find_seed},
        report::exhaustive::ExhaustiveReport,
    },
};

type Exploration = exhaustive::Exploration<AutomatonFamily>;

fn world(name: &str) -> World {
    world_of(Behaviour::Mavryk, name)
}

fn world_of(behaviour: Behaviour, name: &str) -> World {
    worlds(behaviour).into_iter().find(|world| world.name == name).expect("a world")
}

fn search<M: Fork<AutomatonFamily> + Send + Sync>(
    world: &World,
    depth: usize,
    jobs: usize,
    implementation: &M,
) -> Exploration {
    explore(world, depth, jobs, implementation, &|_, _| {})
}

fn core() -> Core {
    Core::new()
}

fn levels(explored: &Exploration) -> Vec<(u64, u64)> {
    explored.levels.iter().map(|level| (level.states, level.steps)).collect()
}

#[test]
fn the_numbers_are_the_same_with_any_number_of_jobs() {
    let expected = [
        ("two-peers", vec![(1, 0), (13, 61), (117, 795), (869, 7161)]),
        ("three-peers", vec![(1, 0), (27, 83), (423, 1717), (5246, 24560)]),
        ("two-topics", vec![(1, 0), (28, 61), (524, 1644)]),
        ("batches", vec![(1, 0), (18, 33), (264, 594), (3086, 8712)]),
    ];
    for (name, expected) in expected {
        let world = world_of(if name == "batches" { Behaviour::Octez24 } else { Behaviour::Mavryk }, name);
        let alone = search(&world, expected.len() - 1, 1, &core());
        assert_eq!(levels(&alone), expected, "{name}");
        let together = search(&world, expected.len() - 1, 2, &core());
        assert_eq!((levels(&together), together.coverage), (expected, alone.coverage), "{name}");
        assert!(alone.found.is_none() && together.found.is_none());
    }
}

/// The key counts times from now: a world whose clock starts elsewhere has as many states.
#[test]
fn the_zero_of_the_clock_makes_no_difference() {
    let world = world("two-peers");
    let mut later = world.clone();
    later.start.first_mut().expect("an action").after = gossipsub_automaton::Span::from_secs(1_000_000);
    let (now, later) = (search(&world, 3, 2, &core()), search(&later, 3, 2, &core()));
    assert_eq!((levels(&now), now.coverage), (levels(&later), later.coverage));
}

/// A world without the other actions.
fn only(mut world: World, is_kept: impl Fn(&Input<TraceIds>) -> bool) -> World {
    world
        .actions
        .retain(|Action { event, .. }| matches!(event, Event::Input(Exchange { input, .. }) if is_kept(input)));
    world
}

#[test]
fn every_allowed_choice_is_followed() {
    let mut join = only(world("three-peers"), |input| matches!(input, Input::Join(_)));
    assert_eq!(join.actions.len(), 1);
    // 2 of 3 peers; joining again leads nowhere.
    let joined = search(&join, 2, 1, &core());
    assert_eq!(joined.levels.iter().map(|level| level.states).collect::<Vec<_>>(), [1, 3, 0]);
    assert!(joined.coverage.row("choice at a join: some") >= 3);
    // 1 of 3.
    (join.header.limits.degree_optimal, join.header.limits.degree_out) = (1, 0);
    let joined = search(&join, 1, 1, &core());
    assert_eq!(joined.levels.get(1).map(|level| level.states), Some(3));
}

fn says_full_is_not(_: &Input<TraceIds>, answer: &mut Answer) {
    if answer.output == Output::Graft(GraftOutput::MeshFull) {
        answer.output = GraftOutput::GraftingSuccessfully.into();
    }
}

#[test]
fn a_fault_is_found_by_a_shortest_sequence() {
    let faulty = FaultyCore::new(says_full_is_not);
    for jobs in [1, 2] {
        let world = world("three-peers");
        let explored = search(&world, 4, jobs, &faulty);
        let found = explored.found.expect("the lie");
        assert_eq!(explored.levels.len(), 3, "a join of two, and a graft of the third");
        let rule = "graft (8): the peer is not outbound, and the mesh has degree_high peers or more";
        assert_eq!(found.finding.kind(), rule);
        let inputs: Vec<_> = found.steps.iter().skip(world.start.len()).map(|step| &step.event).collect();
        assert!(
            matches!(
                inputs.as_slice(),
                [
                    Event::Input(Exchange { input: Input::Join(_), output: Some(_), .. }),
                    Event::Input(Exchange { input: Input::Graft(_), output: Some(_), .. })
                ]
            ),
            "{inputs:?}"
        );
        // With the seed that is found for it, the sequence shows the same in one go.
        let found = find_seed(&found, &mut faulty.clone()).expect("a seed");
        let mut faulty = faulty.clone();
        let mut runner = Runner::start(&mut faulty, &found.header).expect("a header");
        let finding = found.steps.iter().find_map(|step| runner.step(&mut step.clone()).err());
        assert_eq!(finding.expect("the lie").kind(), rule);
    }
}

/// Core draws every choice from the same seed.
#[derive(Clone)]
struct OneSeed;

impl Fault for OneSeed {
    fn seed(&self, _: u64) -> u64 {
        1
    }
}

#[test]
fn a_choice_that_is_never_made_is_a_finding() {
    let join = only(world("three-peers"), |input| matches!(input, Input::Join(_)));
    let explored = search(&join, 2, 2, &FaultyCore::new(OneSeed));
    let found = explored.found.expect("a finding");
    assert_eq!(found.finding.kind(), "join: every allowed choice is made at times");
    let Some(Event::Input(Exchange { input, output, .. })) = found.steps.last().map(|step| &step.event) else {
        panic!("the last step is an input");
    };
    assert_eq!(*input, Input::Join(Join { topic: "a".into() }));
    assert!(matches!(output, Some(Output::Join(JoinOutput::JoiningTopic { to_graft })) if to_graft.len() == 2));
}

#[test]
fn the_start_of_a_world_is_checked_too() {
    let world = world("three-peers");
    let forgets = FaultyCore::new(|input: &Input<TraceIds>, answer: &mut Answer| {
        if matches!(input, Input::AddPeer(add) if add.peer == Peer(3))
            && let Some(view) = &mut answer.view
        {
            view.connections = Some([].into());
        }
    });
    let found = search(&world, 1, 1, &forgets).found.expect("a finding");
    assert_eq!(found.finding.kind(), "the state after add_peer (2): the peer is not connected: connections");
    assert_eq!(found.steps.len(), 5, "up to the third add_peer");
}

#[test]
fn together_the_worlds_of_a_behaviour_reach_all_outputs() {
    for behaviour in [Behaviour::Mavryk, Behaviour::OctezNext] {
        let mut reached = Coverage::default();
        for world in worlds(behaviour) {
            let explored = search(&world, 3, 2, &core());
            let report = ExhaustiveReport::new(&world, &explored, 0.0).to_string();
            assert!(report.ends_with("reached: 0 findings\n"), "{report}");
            reached.add(&explored.coverage);
        }
        let missing: Vec<&str> = OutputKind::of(behaviour)
            .filter(|kind| reached.output(*kind as usize) == 0)
            .map(OutputKind::name)
            .collect();
        assert_eq!(missing, Vec::<&str>::new(), "{behaviour}");
    }
}

#[test]
fn a_behaviour_has_the_worlds_of_those_before_it() {
    for behaviour in Behaviour::ALL {
        let names: Vec<&str> = worlds(*behaviour).iter().map(|world| world.name).collect();
        let mut expected = vec!["two-peers", "three-peers", "two-topics"];
        expected.extend(behaviour.switches().has_batches.then_some("batches"));
        assert_eq!(names, expected, "{behaviour}");
        for world in worlds(*behaviour) {
            assert_eq!((world.header.behaviour, world.variant), (*behaviour, *behaviour), "{}", world.name);
            assert!(search(&world, 2, 2, &core()).found.is_none(), "{behaviour}: {}", world.name);
        }
    }
}

/// A batch gives one result for an id that it has twice (B2).
fn answers_once(input: &Input<TraceIds>, answer: &mut Answer) {
    if let (Input::ApplyBatch(apply), Output::ApplyBatch(ApplyBatchOutput::BatchResult { results })) =
        (input, &mut answer.output)
        && let [first, second] = apply.batch.as_slice()
        && first.message_id == second.message_id
    {
        results.truncate(1);
    }
}

#[test]
fn a_fault_of_batches_is_found_by_a_shortest_sequence() {
    let world = world_of(Behaviour::Octez24, "batches");
    let explored = search(&world, 3, 2, &FaultyCore::new(answers_once));
    let found = explored.found.expect("the lie");
    assert_eq!(found.finding.kind(), "apply_batch (2): the messages are handled in their order");
    assert_eq!(found.steps.len(), world.start.len() + 1);
}
