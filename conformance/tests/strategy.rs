//! The generator as a strategy: what fails shrinks to a few steps.

use gossipsub_automaton::{Behaviour, InputKind};
use gossipsub_conformance::{
    automaton::{
        Event, Sequence,
        generate::{
            Profile,
            strategy::{sequences, sequences_of_behaviour},
        },
    },
    engine::Named as _,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{TestError, TestRunner},
};

fn inputs(sequence: &Sequence) -> Vec<InputKind> {
    let of_step = |event: &Event| match event {
        Event::Environment(_) => None,
        Event::Input(exchange) => Some(exchange.input.kind()),
    };
    sequence.steps.iter().filter_map(|step| of_step(&step.event)).collect()
}

#[test]
fn sequences_shrink_to_the_steps_that_matter() {
    let is_tick = |kind: &InputKind| *kind == InputKind::Heartbeat;
    for profile in Profile::ALL.iter().copied() {
        let found = TestRunner::deterministic().run(&sequences(profile, 1..200), |sequence| {
            let heartbeats = inputs(&sequence).into_iter().filter(is_tick).count();
            if heartbeats > 1 { Err(proptest::test_runner::TestCaseError::fail("two heartbeats")) } else { Ok(()) }
        });
        let Err(TestError::Fail(_, sequence)) = found else { panic!("{}: {found:?}", profile.name()) };
        assert_eq!(inputs(&sequence), [InputKind::Heartbeat; 2], "{}", profile.name());
        assert_eq!(sequence.header.profile.as_deref(), Some(profile.name()));
    }
}

#[test]
fn sequences_have_as_many_steps_as_told_and_never_go_backwards() {
    let mut runner = TestRunner::deterministic();
    for steps in [0, 1, 77] {
        let sequence = sequences(Profile::Tiny, steps).new_tree(&mut runner).expect("a sequence").current();
        assert_eq!(sequence.steps.len(), steps);
        assert!(sequence.steps.is_sorted_by_key(|step| step.now));
    }
}

#[test]
fn sequences_have_the_inputs_of_their_behaviour() {
    for behaviour in Behaviour::ALL {
        let mut runner = TestRunner::deterministic();
        let strategy = sequences_of_behaviour(Profile::Tiny, *behaviour, 150);
        let sequences: Vec<Sequence> =
            (0..8).map(|_| strategy.new_tree(&mut runner).expect("a sequence").current()).collect();
        assert!(sequences.iter().all(|sequence| sequence.header.behaviour == *behaviour));
        let has_batches = sequences.iter().any(|sequence| inputs(sequence).contains(&InputKind::ApplyBatch));
        assert_eq!(has_batches, behaviour.switches().has_batches, "{behaviour}");
    }
}
