//! What the generator of RPC sequences draws.

use gossipsub_conformance::{
    engine::{Capabilities, Generator as _, Named as _, PropertyExtent, Random, TraceHeader as _, Views},
    libp2p::{DialectName, Event, Exchange, Generator, Header, Profile, Reference, Runner},
};
use gossipsub_reference_model::libp2p::vocabulary::{Input, MessageId, Parameters, Rpc, Topic};
use std::collections::{BTreeMap, BTreeSet};

/// The headers and inputs of some cases of each profile.
fn cases(count: u64, steps: u64, mut each: impl FnMut(&Header, &[Input])) {
    for (profile, case) in Profile::ALL.iter().flat_map(|profile| (0..count).map(move |case| (*profile, case))) {
        let mut draw = Random::of_case(7, case);
        let (header, mut generator) = Generator::start(profile, DialectName::Spec, &Capabilities::default(), &mut draw);
        let mut router = Reference::new();
        let mut runner = Runner::start_with(&mut router, &header, Views::Never, PropertyExtent::None)
            .expect("drawn parameters are valid");
        let mut inputs = Vec::new();
        for _ in 0..steps {
            let mut step = generator.step(runner.model(), &mut draw);
            runner.step(&mut step).expect("the model agrees with itself");
            let Event::Input(Exchange { input, .. }) = step.event;
            inputs.push(input);
        }
        each(&header, &inputs);
    }
}

/// The ids of messages and IHAVE, each with its topic.
fn ids(input: &Input) -> Vec<(MessageId, Topic)> {
    let of_rpc = |rpc: &Rpc| {
        let messages = rpc.messages.iter().map(|message| (message.message_id, message.topic.clone()));
        let advertised = rpc.ihave.iter().flat_map(|part| part.message_ids.iter().map(|id| (*id, part.topic.clone())));
        messages.chain(advertised).collect::<Vec<_>>()
    };
    match input {
        Input::Publish { topic, message_id } => vec![(*message_id, topic.clone())],
        Input::Rpc { rpc, .. } => of_rpc(rpc),
        Input::Rpcs { rpcs, .. } => rpcs.iter().flat_map(of_rpc).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_message_has_one_topic_except_now_and_then() {
    let (mut all, mut in_several) = (0_usize, 0_usize);
    cases(20, 150, |_, inputs| {
        let mut topics: BTreeMap<MessageId, BTreeSet<Topic>> = BTreeMap::new();
        for (id, topic) in inputs.iter().flat_map(ids) {
            topics.entry(id).or_default().insert(topic);
        }
        all += topics.len();
        in_several += topics.values().filter(|topics| topics.len() > 1).count();
    });
    assert!(in_several > 0, "the case that the page describes is drawn");
    assert!(in_several * 10 < all, "{in_several} of {all} ids are used in several topics");
}

#[test]
fn parameters_are_valid_and_reach_their_edges() {
    type Edge = (&'static str, fn(&Parameters) -> bool);
    let edges: [Edge; 10] = [
        ("D = 0", |p| p.degree == 0),
        ("D_low = D", |p| p.degree_low == p.degree),
        ("D_high = D", |p| p.degree_high == p.degree),
        ("D_out = D / 2", |p| p.degree > 1 && p.degree_out == p.degree / 2),
        ("D_score + D_out > D", |p| p.degree_score + p.degree_out > p.degree),
        ("D_score = D_high", |p| p.degree > 0 && p.degree_score == p.degree_high),
        ("max_ihave_length = 0", |p| p.max_ihave_length == 0),
        ("max_ihave_messages = 0", |p| p.max_ihave_messages == 0),
        ("gossip_retransmission = 0", |p| p.gossip_retransmission == 0),
        ("history_gossip = history_length", |p| p.history_gossip == p.history_length),
    ];
    let mut reached = BTreeSet::new();
    cases(400, 0, |header, _| {
        header.check().expect("drawn parameters are valid");
        reached.extend(edges.iter().filter(|(_, holds)| holds(&header.parameters)).map(|(name, _)| *name));
    });
    let missed: Vec<_> = edges.iter().map(|(name, _)| *name).filter(|name| !reached.contains(name)).collect();
    assert_eq!(missed, Vec::<&str>::new());
}
