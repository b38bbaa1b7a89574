//! How often the automaton allocates, as counted by the allocator: never for a duplicate or a refused input, and once
//! for a routed message. One test, so that no other allocates meanwhile.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Graft, GraftOutput, Identifiers, Ihave, IhaveOutput, Join, Leave, Limits,
    Prune, PruneOutput, ReceiveMessage, ReceiveMessageOutput, Subscribe, Time,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Numbers;

impl Identifiers for Numbers {
    type Peer = u64;
    type Topic = u64;
    type MessageId = u64;
    type Message = u64;
}

/// The result of `run`, and how often it allocates.
fn counted<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let region = Region::new(ALLOCATOR);
    let result = run();
    let change = region.change();
    (result, change.allocations + change.reallocations)
}

const TOPIC: u64 = 1;
const NOW: Time = Time::ZERO;

/// Eighty peers subscribe to the topic; it is joined, and 100 messages came.
fn automaton() -> Automaton<Numbers, AcceptEverything> {
    let mut automaton = Automaton::new(1, Limits::default(), AcceptEverything).expect("these limits are allowed");
    for peer in 0..80 {
        automaton.add_peer(NOW, AddPeer { peer, direct: false, outbound: false, bootstrap: false });
        automaton.subscribe(NOW, Subscribe { peer, topic: TOPIC });
    }
    automaton.join(NOW, Join { topic: TOPIC });
    for message_id in 0..100 {
        automaton.receive_message(NOW, message(message_id));
    }
    automaton
}

fn message(message_id: u64) -> ReceiveMessage<Numbers> {
    ReceiveMessage { sender: message_id % 80, topic: TOPIC, message_id, message: 0, batch: false }
}

#[test]
fn duplicates_and_refused_inputs_allocate_nothing() {
    assert_eq!(counted(|| Vec::<u8>::with_capacity(1000)).1, 1, "it counts");
    let mut automaton = automaton();
    let mut nothing = |what: &str, run: &mut dyn FnMut(&mut Automaton<Numbers, AcceptEverything>) -> bool| {
        assert!(run(&mut automaton), "{what}");
        automaton.check_invariants(); // now, so that a debug build does not do it in the counted input
        assert_eq!(counted(|| run(&mut automaton)), (true, 0), "{what}");
    };
    nothing("a duplicate", &mut |automaton| {
        automaton.receive_message(NOW, message(7)) == ReceiveMessageOutput::AlreadyReceived
    });
    nothing("a message of another topic", &mut |automaton| {
        let other = ReceiveMessage { topic: 2, ..message(1000) };
        automaton.receive_message(NOW, other) == ReceiveMessageOutput::NotSubscribed
    });
    nothing("a leave of another topic", &mut |automaton| {
        automaton.leave(NOW, Leave { topic: 2 }).kind() == gossipsub_automaton::OutputKind::NotJoined
    });
    nothing("a prune of another topic", &mut |automaton| {
        let prune = Prune { peer: 3, topic: 2, px: Vec::new(), backoff: gossipsub_automaton::Span::ZERO.into() };
        automaton.prune(NOW, prune) == PruneOutput::PruneTopicNotTracked
    });
    nothing("a graft that is backed off", &mut |automaton| {
        let graft = Graft { peer: 3, topic: 2 };
        automaton.graft(NOW, graft) == GraftOutput::UnsubscribedTopic
    });
    nothing("a graft of an unknown peer", &mut |automaton| {
        automaton.graft(NOW, Graft { peer: 1000, topic: TOPIC }) == GraftOutput::UnexpectedGraftingPeer
    });
    nothing("an IHave of another topic", &mut |automaton| {
        let ihave = Ihave { peer: 3, topic: 2, message_ids: Vec::new() };
        automaton.ihave(NOW, ihave) == IhaveOutput::MessageTopicNotTracked
    });
    let announcements: Vec<Ihave<Numbers>> =
        (0..2).map(|round| Ihave { peer: 4, topic: TOPIC, message_ids: (50..150 + round).collect() }).collect();
    for (round, ihave) in announcements.into_iter().enumerate() {
        automaton.check_invariants();
        let (output, allocations) = counted(|| automaton.ihave(NOW, ihave));
        let IhaveOutput::MessageRequestedMessageIds { message_ids } = output else { panic!("half are unknown") };
        assert_eq!((message_ids.len(), allocations), (50 + round, 0), "what is requested stays where it came");
    }
    let routes = (1000..1100).map(|id| counted(|| drop(automaton.receive_message(NOW, message(id)))).1);
    assert!(
        routes.filter(|allocations| *allocations > 1).count() < 10,
        "one a message, and the growth of what is kept"
    );
}
