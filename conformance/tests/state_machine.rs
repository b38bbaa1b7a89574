//! Core against the model, on random sequences over five profiles of limits, the state compared after every step.
//!
//! `PROPTEST_CASES` sets how many sequences of each profile are tried.

mod common;

use gossipsub_automaton::{
    AddPeer, Finite, Graft, Ihave, Input, Iwant, Join, Leave, Prune, PublishMessage, ReceiveMessage, RemovePeer,
    SelectPxPeers, SetApplicationScore, Span, Subscribe, Time, Unsubscribe, Validity,
    plain::{MessageId, Peer, Plain, Topic},
};
use gossipsub_conformance::{
    checker::{Answer, check_step},
    implementation::{Core, Implementation, Reply, Views},
    trace::{Environment, EnvironmentChange, Event, Exchange, FilteredAction, Header, Step, create, open},
};
use gossipsub_reference_model::Model;
use proptest::{collection::vec, prelude::*, sample::select, test_runner::FileFailurePersistence};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use std::{marker::PhantomData, path::Path};

/// A profile of limits: that of the recorded traces of this name.
trait Profile: Clone + std::fmt::Debug + 'static {
    const NAME: &'static str;
}

macro_rules! profiles {
    ($($profile:ident = $name:literal),*) => {$(
        #[derive(Clone, Debug)]
        struct $profile;

        impl Profile for $profile {
            const NAME: &'static str = $name;
        }
    )*};
}

profiles! { Default = "default", Tiny = "tiny", Scoring = "scoring", Px = "px", Opportunistic = "opportunistic" }

fn header(profile: &str, seed: u64) -> Header {
    let mut traces = common::traces("traces").into_iter();
    let of_profile =
        |path: &std::path::PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(profile));
    let path = traces.find(of_profile).expect("a trace of the profile");
    let limits = open(path).expect("a trace").header().limits.clone();
    Header { seed: Some(seed), profile: Some(profile.into()), limits, ..Header::default() }
}

/// What a sequence is made of: all but its steps.
#[derive(Clone, Debug)]
struct Sequence<P> {
    seed: u64,
    now: Time,
    profile: PhantomData<P>,
}

impl<P: Profile> ReferenceStateMachine for Sequence<P> {
    type State = Self;
    type Transition = (Span, Event);

    fn init_state() -> BoxedStrategy<Self> {
        // Half of the clocks start at zero, where many deadlines would lie before it.
        let start = prop_oneof![Just(0), 0..1u64 << 41].prop_map(Time::from_millis);
        (any::<u32>(), start).prop_map(|(seed, now)| Self { seed: seed.into(), now, profile: PhantomData }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<(Span, Event)> {
        let time = prop_oneof![
            6 => Just(0), 3 => 1..1000u64, 3 => Just(1000), 1 => 1000..20_000u64, 1 => Just(60_000), 1 => 60_000..400_000u64
        ];
        (time.prop_map(Span::from_millis), event()).boxed()
    }

    /// Every input is legal in every state.
    fn apply(state: Self, (span, _): &(Span, Event)) -> Self {
        Self { now: state.now + *span, ..state }
    }
}

fn peer() -> impl Strategy<Value = Peer> + Clone {
    (0..14u64).prop_map(Peer)
}

fn topic() -> impl Strategy<Value = Topic> + Clone {
    // The names of the recorded families, and one that is in none.
    select(vec!["a", "b", "c", "zz"]).prop_map(Topic::from)
}

fn message_id() -> impl Strategy<Value = MessageId> + Clone {
    (0..24u64).prop_map(MessageId)
}

fn event() -> impl Strategy<Value = Event> {
    let validity = select(vec![Validity::Valid, Validity::Unknown, Validity::Outdated, Validity::Invalid]);
    let action = select(vec![FilteredAction::Ihave, FilteredAction::Iwant, FilteredAction::Graft]);
    prop_oneof![
        40 => input().prop_map(|input| Event::Input(Exchange { input, output: None, view: None })),
        1 => (message_id(), validity)
            .prop_map(|(message_id, validity)| Event::Environment(EnvironmentChange::Validity { message_id, validity })),
        1 => (peer(), action, prop::bool::weighted(0.7))
            .prop_map(|(peer, action, accept)| Event::Environment(EnvironmentChange::PeerFilter { peer, action, accept })),
    ]
}

fn input() -> impl Strategy<Value = Input<Plain>> {
    let score = prop_oneof![select(vec![0.0, -0.0, 1.0, -1.0, 5.0, -0.05]), -50.0..50.0];
    let flag = prop::bool::weighted(0.1);
    let span = prop_oneof![Just(0), 0..100_000u64, Just((1 << 53) - 1)].prop_map(Span::from_millis);
    let message = (topic(), message_id(), select(vec!["m", "n"]).prop_map(String::from));
    prop_oneof![
        8 => (peer(), flag, any::<bool>()).prop_map(|(peer, direct, outbound)| AddPeer { peer, direct, outbound }.into()),
        2 => peer().prop_map(|peer| RemovePeer { peer }.into()),
        14 => (peer(), topic()).prop_map(|(peer, topic)| Subscribe { peer, topic }.into()),
        2 => (peer(), topic()).prop_map(|(peer, topic)| Unsubscribe { peer, topic }.into()),
        4 => (peer(), topic(), vec(message_id(), 0..8))
            .prop_map(|(peer, topic, message_ids)| Ihave { peer, topic, message_ids }.into()),
        4 => (peer(), vec(message_id(), 0..6)).prop_map(|(peer, message_ids)| Iwant { peer, message_ids }.into()),
        10 => (peer(), topic()).prop_map(|(peer, topic)| Graft { peer, topic }.into()),
        5 => (peer(), topic(), vec(peer(), 0..5), span)
            .prop_map(|(peer, topic, px, backoff)| Prune { peer, topic, px, backoff }.into()),
        4 => message.clone().prop_map(|(topic, message_id, message)| PublishMessage { topic, message_id, message }.into()),
        10 => (peer(), message).prop_map(|(sender, (topic, message_id, message))| {
            ReceiveMessage { sender, topic, message_id, message }.into()
        }),
        5 => topic().prop_map(|topic| Join { topic }.into()),
        1 => topic().prop_map(|topic| Leave { topic }.into()),
        14 => Just(Input::Heartbeat),
        5 => (peer(), score).prop_map(|(peer, score)| {
            SetApplicationScore { peer, score: Finite::new(score).expect("finite") }.into()
        }),
        2 => (peer(), topic(), vec(peer(), 0..3)).prop_map(|(peer_to_prune, topic, no_px_peers)| {
            SelectPxPeers { peer_to_prune, topic, no_px_peers: no_px_peers.into() }.into()
        }),
        2 => Just(Input::SelectGossipMessages),
    ]
}

/// Core, the model beside it, and what happened so far.
struct Checked<P> {
    core: Core,
    model: Model<Environment>,
    header: Header,
    steps: Vec<Step>,
    profile: PhantomData<P>,
}

impl<P: Profile> StateMachineTest for Checked<P> {
    type SystemUnderTest = Self;
    type Reference = Sequence<P>;

    fn init_test(sequence: &Sequence<P>) -> Self {
        let header = header(P::NAME, sequence.seed);
        let mut core = Core::new(Views::Every);
        core.start(&header).expect("limits of a recorded trace");
        Self {
            core,
            model: Model::new(header.limits.clone(), Environment::default()).expect("limits of a recorded trace"),
            header,
            steps: Vec::new(),
            profile: PhantomData,
        }
    }

    fn apply(mut state: Self, sequence: &Sequence<P>, (_, event): (Span, Event)) -> Self {
        let now = sequence.now;
        match event {
            Event::Environment(change) => {
                state.core.environment(now, &change).expect("core cannot fail");
                state.model.application_mut().apply(&change);
                state.steps.push(Step { now, event: Event::Environment(change) });
            }
            Event::Input(Exchange { input, .. }) => {
                let Reply { output, view } = state.core.ask(now, &input).expect("core cannot fail");
                let exchange = Exchange { input: input.clone(), output: Some(output.clone()), view: view.clone() };
                state.steps.push(Step { now, event: Event::Input(exchange) });
                let answer = Answer::new(&input, Some(&output), view.as_ref()).expect("core shows all");
                if let Err(violation) = check_step(&mut state.model, now, &input, answer) {
                    let path = state.save();
                    panic!("{violation}: {:#?}\nsaved as {path}, to be replayed", violation.differences);
                }
            }
        }
        state
    }
}

impl<P: Profile> Checked<P> {
    /// Saves what happened as a trace.
    fn save(&self) -> String {
        let name = format!("state-machine-{}.jsonl", P::NAME);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let mut file = create(&path, &self.header).expect("to create a trace");
        for step in &self.steps {
            file.step(step).expect("to write a step");
        }
        file.finish().expect("to write a trace");
        path.display().to_string()
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        // A failing sequence is kept as a trace, not as a seed, which goes stale with every change of a strategy.
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        max_shrink_iters: 4000,
        ..ProptestConfig::default()
    }
}

prop_state_machine! {
    #![proptest_config(config())]

    #[test]
    fn core_answers_as_the_model_allows_with_default_limits(sequential 1..200 => Checked<Default>);

    #[test]
    fn core_answers_as_the_model_allows_with_tiny_limits(sequential 1..200 => Checked<Tiny>);

    #[test]
    fn core_answers_as_the_model_allows_with_scores(sequential 1..200 => Checked<Scoring>);

    #[test]
    fn core_answers_as_the_model_allows_with_peer_exchange(sequential 1..200 => Checked<Px>);

    #[test]
    fn core_answers_as_the_model_allows_with_opportunistic_grafts(sequential 1..200 => Checked<Opportunistic>);
}
