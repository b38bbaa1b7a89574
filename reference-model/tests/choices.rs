//! Section 9: a set of grafts and prunes is accepted if and only if some allowed choices give it.

use gossipsub_automaton::{
    Action, AddPeer, Application, Finite, Graft, HeartbeatOutput, Input, Join, Limits, Output, PartialView,
    SetApplicationScore, Subscribe, Time, TopicsByPeer, Validity,
    trace_ids::{Message, MessageId, Peer, Topic, TraceIds},
};
use gossipsub_reference_model::{
    Observer, Rule,
    automaton::{EnumeratedChoices, Model, ObservedChoices, RandomChoices},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::{BTreeMap, BTreeSet};

/// Accepts everything.
#[derive(Clone)]
struct Lenient;

impl Application<TraceIds> for Lenient {
    fn validity(&self, _: &MessageId, _: Option<&Message>) -> Validity {
        Validity::Valid
    }

    fn peer_filter(&self, _: &Peer, _: Action<'_, TraceIds>) -> bool {
        true
    }
}

fn topic() -> Topic {
    "a".into()
}

/// A model with one joined topic and a few subscribed peers, some of them in the mesh, with scores that often tie.
fn model(rng: &mut Pcg64Mcg) -> (Model<Lenient>, u64) {
    let peers = rng.random_range(4..=7);
    // In one of three models, 3d has to graft two outbound peers.
    let needs_outbound = rng.random_range(0..3) == 0;
    let degree_optimal = if needs_outbound || rng.random() { 4 } else { 2 };
    let degree_out = if needs_outbound { 2 } else { rng.random_range(0..=degree_optimal / 2) };
    let degree_low = if needs_outbound { 2 } else { rng.random_range(degree_out..=degree_optimal) };
    let limits = Limits {
        degree_optimal,
        degree_low,
        degree_high: degree_optimal,
        degree_score: rng.random_range(0..=degree_optimal - degree_out),
        degree_out,
        opportunistic_graft_ticks: 1,
        opportunistic_graft_peers: rng.random_range(0..=2),
        opportunistic_graft_threshold: 40.0,
        ..Limits::default()
    };
    let mut model = Model::new(limits, Lenient).expect("valid limits");
    let mut choices = RandomChoices::from_seed(rng.random());
    let mut step = |input: Input<TraceIds>| model.answer(Time::ZERO, &input, &mut choices);
    step(Join { topic: topic() }.into());
    for peer in (0..peers).map(Peer) {
        let in_mesh = rng.random_range(0..2) == 0;
        let outbound = if needs_outbound { !in_mesh } else { rng.random() };
        step(AddPeer { peer, direct: rng.random_range(0..10) == 0, outbound, bootstrap: false }.into());
        step(Subscribe { peer, topic: topic() }.into());
        if in_mesh {
            step(Graft { peer, topic: topic() }.into());
        }
        // Peers outside the mesh are often better than those in it, so that 3e has something to choose.
        let score =
            if rng.random_range(0..8) == 0 { -1.0 } else { f64::from(rng.random_range(0..2 + 2 * u8::from(!in_mesh))) };
        step(SetApplicationScore { peer, score: Finite::new(score).expect("finite") }.into());
    }
    (model, peers)
}

/// The rules of the observed heartbeats that grafted a part of their candidates.
#[derive(Default)]
struct PartialChoices(BTreeSet<&'static str>);

impl Observer for PartialChoices {
    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        if 0 < taken && taken < of {
            self.0.insert(rule.name);
        }
    }
}

fn subsets(peers: u64) -> impl Iterator<Item = BTreeSet<Peer>> {
    (0..1_u64 << peers).map(move |bits| (0..peers).filter(|peer| bits >> peer & 1 == 1).map(Peer).collect())
}

fn by_peer(peers: &BTreeSet<Peer>) -> TopicsByPeer<TraceIds> {
    peers.iter().map(|peer| (*peer, vec![topic()].into())).collect()
}

fn pruned(output: &Output<TraceIds>) -> BTreeSet<Peer> {
    match output {
        Output::Heartbeat(HeartbeatOutput::Heartbeat { to_prune, .. }) => to_prune.keys().copied().collect(),
        _ => panic!("a heartbeat"),
    }
}

/// The outputs of a heartbeat that the model can choose.
fn chosen(model: &Model<Lenient>) -> Vec<Output<TraceIds>> {
    let mut choices = EnumeratedChoices::default();
    let mut outputs = Vec::new();
    loop {
        let output = model.clone().answer(Time::ZERO, &Input::Heartbeat, &mut choices);
        if !outputs.contains(&output) {
            outputs.push(output);
        }
        if !choices.advance() {
            return outputs;
        }
    }
}

/// Whether a checker that follows the choices of an output accepts it.
fn is_accepted(model: &Model<Lenient>, output: &Output<TraceIds>, observer: &mut dyn Observer) -> bool {
    let view = PartialView { fanout: Some([].into()), ..PartialView::default() };
    let mut choices = ObservedChoices::new(output, Some(&view));
    let expected = model.clone().respond(Time::ZERO, &Input::Heartbeat, &mut choices, observer);
    expected.is_ok_and(|expected| expected == *output)
}

#[test]
fn an_observed_heartbeat_is_accepted_if_and_only_if_some_choices_give_it() {
    let mut rng = Pcg64Mcg::seed_from_u64(9);
    let mut cases: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for _ in 0..2000 {
        let (model, peers) = model(&mut rng);
        let chosen = chosen(&model);
        let mut partial = PartialChoices::default();
        let Some(Output::Heartbeat(HeartbeatOutput::Heartbeat { no_px_peers, .. })) = chosen.first() else {
            panic!("a heartbeat");
        };
        let mut prunes: BTreeSet<BTreeSet<Peer>> = chosen.iter().map(pruned).collect();
        for _ in 0..4 {
            prunes.insert((0..peers).filter(|_| rng.random()).map(Peer).collect());
        }
        for to_prune in prunes {
            for to_graft in subsets(peers) {
                let output: Output<TraceIds> = HeartbeatOutput::Heartbeat {
                    to_graft: by_peer(&to_graft),
                    to_prune: by_peer(&to_prune),
                    no_px_peers: no_px_peers.clone(),
                }
                .into();
                let is_accepted = is_accepted(&model, &output, &mut partial);
                assert_eq!(is_accepted, chosen.contains(&output), "{output} of {:?}", model.view());
            }
        }
        *cases.entry(partial.0.into_iter().collect()).or_insert(0) += 1;
    }
    for rules in [
        &["heartbeat 3b"][..],
        &["heartbeat 3c"],
        &["heartbeat 3d"],
        &["heartbeat 3e"],
        &["heartbeat 3b", "heartbeat 3e"],
        &["heartbeat 3d", "heartbeat 3e"],
    ] {
        assert!(cases.get(rules).is_some_and(|count| *count >= 5), "{rules:?}: {cases:?}");
    }
}
