//! Every allowed choice is equally likely.

use crate::support::{Numbers, automaton, lively};
use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Finite, Graft, GraftOutput, HeartbeatOutput, Ihave, IhaveOutput, Join,
    JoinOutput, SetApplicationScore, Subscribe, Time,
};
use std::collections::BTreeMap;

const TOPIC: u64 = 1;
const ROUNDS: u32 = 4000;

fn add(automaton: &mut Automaton<Numbers, AcceptEverything>, peer: u64, outbound: bool, score: f64) {
    automaton.add_peer(Time::ZERO, AddPeer { peer, direct: false, outbound, bootstrap: false });
    automaton.subscribe(Time::ZERO, Subscribe { peer, topic: TOPIC });
    let score = Finite::new(score).expect("finite");
    automaton.set_application_score(Time::ZERO, SetApplicationScore { peer, score });
}

/// How often each was chosen over all seeds.
fn tally(choose: impl Fn(u64) -> Vec<u64>) -> BTreeMap<u64, u32> {
    let mut times = BTreeMap::new();
    for chosen in (0..u64::from(ROUNDS)).flat_map(choose) {
        *times.entry(chosen).or_insert(0) += 1;
    }
    times
}

/// All were chosen equally often, within five standard deviations of a fair coin.
fn assert_even(times: &BTreeMap<u64, u32>, among: impl Iterator<Item = u64>) {
    let times: Vec<u32> = among.map(|chosen| times.get(&chosen).copied().unwrap_or(0)).collect();
    let (least, most) = (times.iter().min().expect("some"), times.iter().max().expect("some"));
    assert!(most - least < 10 * ROUNDS.isqrt() / 2 && *least > 0, "{times:?}");
}

#[test]
fn a_join_chooses_among_all_that_are_eligible() {
    let times = tally(|seed| {
        let mut automaton = automaton(seed, lively());
        (0..10).for_each(|peer| add(&mut automaton, peer, peer.is_multiple_of(2), 0.0));
        (10..13).for_each(|peer| add(&mut automaton, peer, true, -1.0));
        let JoinOutput::JoiningTopic { to_graft } = automaton.join(Time::ZERO, Join { topic: TOPIC }) else {
            panic!("the topic is new")
        };
        assert_eq!(to_graft.len(), 4);
        to_graft.into_iter().collect()
    });
    assert_eq!(times.len(), 10);
    assert_even(&times, 0..10);
}

#[test]
fn a_heartbeat_keeps_the_best_and_any_of_the_others() {
    let times = tally(|seed| {
        let mut automaton = automaton::<Numbers>(seed, lively());
        automaton.join(Time::ZERO, Join { topic: TOPIC });
        for peer in 0..9 {
            add(&mut automaton, peer, peer >= 6, if peer < 2 { 5.0 } else { 0.0 });
            let grafted = automaton.graft(Time::ZERO, Graft { peer, topic: TOPIC });
            assert_eq!(grafted, GraftOutput::GraftingSuccessfully);
        }
        let HeartbeatOutput::Heartbeat { to_prune, .. } = automaton.heartbeat(Time::from_millis(1));
        assert_eq!(to_prune.len(), 5);
        assert!((6..9).any(|outbound| !to_prune.contains_key(&outbound)), "one outbound peer is kept");
        to_prune.into_keys().collect()
    });
    assert_eq!(times.len(), 7, "the two best are never pruned");
    assert_even(&times, 2..6);
    assert_even(&times, 6..9);
}

#[test]
fn requests_are_chosen_among_all_that_was_announced() {
    let times = tally(|seed| {
        let mut limits = lively();
        limits.max_sent_iwant_per_heartbeat = 5;
        let mut automaton = automaton::<Numbers>(seed, limits);
        automaton.join(Time::ZERO, Join { topic: TOPIC });
        let ihave = Ihave { peer: 1, topic: TOPIC, message_ids: (0..12).collect() };
        let IhaveOutput::MessageRequestedMessageIds { message_ids } = automaton.ihave(Time::ZERO, ihave) else {
            panic!("all are wanted")
        };
        assert_eq!(message_ids.len(), 5);
        message_ids
    });
    assert_even(&times, 0..12);
}
