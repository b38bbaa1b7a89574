//! `check --exhaustive --family libp2p`: exact numbers, every choice, also those that no answer shows, and the shortest
//! sequence of a fault.

use gossipsub_conformance::{
    engine::{
        Coverage as _, Family, Named as _, TraceHeader as _, Views,
        exhaustive::{self, explore, find_seed},
        run_sequence,
    },
    libp2p::{Action, Coverage, DialectName, Event, Exchange, Libp2pFamily, Reference, World, worlds},
};
use gossipsub_reference_model::libp2p::{
    Fault, Faults,
    vocabulary::{Input, Rpc},
};

type Exploration = exhaustive::Exploration<Libp2pFamily>;

fn world(name: &str) -> World {
    worlds(DialectName::Spec).into_iter().find(|world| world.name == name).expect("a world")
}

fn search(world: &World, depth: usize, jobs: usize, router: &Reference) -> Exploration {
    explore(world, depth, jobs, router, &|_, _| {})
}

fn levels(explored: &Exploration) -> Vec<(u64, u64)> {
    explored.levels.iter().map(|level| (level.states, level.steps)).collect()
}

/// A world without the other actions.
fn only(mut world: World, is_kept: impl Fn(&Input) -> bool) -> World {
    world
        .actions
        .retain(|Action { event, .. }| matches!(event, Event::Input(Exchange { input, .. }) if is_kept(input)));
    world
}

fn is_ihave(rpc: &Rpc) -> bool {
    !rpc.ihave.is_empty()
}

#[test]
fn the_numbers_are_the_same_with_any_number_of_jobs() {
    let expected = [
        ("two-peers", vec![(1, 0), (20, 64), (247, 990), (2373, 10938)]),
        ("scores", vec![(1, 0), (25, 44), (373, 975)]),
        ("fanout", vec![(1, 0), (24, 46), (270, 961), (2102, 8965)]),
    ];
    for (name, expected) in expected {
        let world = world(name);
        let alone = search(&world, expected.len() - 1, 1, &Reference::new());
        let found = alone.found.as_ref().map(|found| found.finding.to_string());
        assert_eq!((levels(&alone), found), (expected, None), "{name}");
        let together = search(&world, 1, 2, &Reference::new());
        assert_eq!(levels(&together).as_slice(), levels(&alone).get(..2).expect("two levels"), "{name}");
    }
}

#[test]
fn the_model_agrees_with_itself_in_every_dialect() {
    for world in DialectName::ALL.iter().flat_map(|dialect| worlds(*dialect)) {
        let explored = search(&world, 1, 2, &Reference::new());
        let found = explored.found.map(|found| found.finding.to_string());
        assert_eq!(found, None, "{} in {}", world.name, world.variant.name());
    }
}

#[test]
fn every_allowed_choice_is_followed() {
    // 1 of 3 peers; joining again leads nowhere.
    let join = only(world("fanout"), |input| matches!(input, Input::Join { .. }));
    let joined = search(&join, 2, 1, &Reference::new());
    assert_eq!(joined.levels.iter().map(|level| level.states).collect::<Vec<_>>(), [1, 3, 0]);
    // A publish makes a fanout of 1 of 3 peers.
    let publish =
        only(world("fanout"), |input| matches!(input, Input::Publish { message_id, .. } if message_id.0 == 1));
    let published = search(&publish, 1, 1, &Reference::new());
    assert_eq!(published.levels.get(1).map(|level| level.states), Some(3));
}

/// Which of the two requested ids is promised shows in no answer before the promise is broken.
#[test]
fn choices_that_no_answer_shows_are_followed() {
    let mut world =
        only(world("scores"), |input| matches!(input, Input::Rpc { peer, rpc } if peer.0 == 1 && is_ihave(rpc)));
    let advertised = search(&world, 1, 1, &Reference::new());
    assert_eq!(advertised.levels.get(1).map(|level| level.states), Some(2));
    // A model that promises all ids leaves no choice.
    assert!(world.header.set_variant("rust"));
    let advertised = search(&world, 1, 1, &Reference::new());
    assert_eq!(advertised.levels.get(1).map(|level| level.states), Some(1));
}

/// Who joins a fanout in a heartbeat shows in no answer before the next publish, as the world has no views.
#[test]
fn members_of_a_fanout_are_followed_before_they_show() {
    let is_kept = |input: &Input| {
        matches!(input, Input::Publish { message_id, .. } if message_id.0 == 1)
            || matches!(input, Input::Disconnect { .. } | Input::Heartbeat)
    };
    let hidden = only(world("fanout"), is_kept);
    assert_eq!(hidden.views, Views::Never);
    let shown = World { views: Views::Every, ..hidden.clone() };
    let states = |world: &World, depth: usize| {
        let explored = search(world, depth, 1, &Reference::new());
        assert!(explored.found.is_none());
        explored.levels.last().expect("a level").states
    };
    // A publish to 1 of 3 peers, which disconnects: one of the 2 others joins in the heartbeat.
    for depth in [1, 2, 3] {
        assert_eq!(states(&hidden, depth), states(&shown, depth));
    }
}

#[test]
fn faults_are_found_by_a_shortest_sequence() {
    let cases = [
        ("two-peers", Fault::UnsubscribePrunes, 2),
        ("scores", Fault::GraftOfDirectPeerUnanswered, 1),
        ("scores", Fault::DirectPeersGraylisted, 2),
        ("scores", Fault::PromisedIdsNotRequested, 2),
        ("scores", Fault::ControlCountsAsIhave, 2),
        ("scores", Fault::DeficitStaysActive, 2),
    ];
    for (name, fault, depth) in cases {
        let world = world(name);
        let faulty = Reference::with_faults(Faults::from_iter([fault]));
        let found = search(&world, 3, 2, &faulty).found.unwrap_or_else(|| panic!("{fault:?} is not found"));
        assert_eq!(found.steps.len(), world.start.len() + depth, "{fault:?}: {}", found.finding);
        // With the seed that is found for it, the sequence shows the same in one go.
        let replayed = find_seed(&found, &mut faulty.clone()).expect("a seed");
        assert_eq!(replayed.finding.kind(), found.finding.kind());
        let sound = run_sequence(&mut Reference::new(), &found.header, &found.steps, found.views);
        assert!(sound.1.is_none(), "the model without {fault:?} shows nothing");
    }
}

#[test]
fn together_the_worlds_reach_all_outputs() {
    let mut reached = Coverage::default();
    for world in worlds(DialectName::Spec) {
        reached.add(&search(&world, 2, 2, &Reference::new()).coverage);
    }
    let kinds = Libp2pFamily::OUTPUT_KINDS.iter().enumerate();
    // A model neither closes connections nor crashes.
    let missing: Vec<&str> = kinds
        .filter(|(kind, name)| reached.output(*kind) == 0 && !["closed", "crashed"].contains(name))
        .map(|(_, name)| *name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
