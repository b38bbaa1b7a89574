//! A script of inputs under the names of any network.

use gossipsub_automaton::{
    AcceptEverything, AddPeer, Automaton, Finite, Graft, Identifiers, Ihave, Input, Iwant, Join, Leave, Limits, Prune,
    PublishMessage, ReceiveMessage, RemovePeer, SelectPxPeers, SetApplicationScore, Span, Subscribe, Time, Unsubscribe,
};

/// Names for numbers. Their natural order is that of the numbers.
pub(crate) trait Names: Identifiers {
    fn peer(number: u64) -> Self::Peer;
    fn topic(number: u64) -> Self::Topic;
    fn message_id(number: u64) -> Self::MessageId;
    fn message(number: u64) -> Self::Message;
}

/// Numbers, and a string for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Numbers;

impl Identifiers for Numbers {
    type Peer = u64;
    type Topic = u64;
    type MessageId = u64;
    type Message = u64;
}

impl Names for Numbers {
    fn peer(number: u64) -> u64 {
        number
    }

    fn topic(number: u64) -> u64 {
        number
    }

    fn message_id(number: u64) -> u64 {
        number
    }

    fn message(number: u64) -> u64 {
        number
    }
}

/// An automaton that accepts everything.
pub(crate) fn automaton<I: Identifiers>(seed: u64, limits: Limits<I>) -> Automaton<I, AcceptEverything> {
    Automaton::new(seed, limits, AcceptEverything).expect("these limits are allowed")
}

/// Limits under which much happens in few heartbeats.
pub(crate) fn lively<I: Identifiers>() -> Limits<I> {
    Limits {
        degree_low: 3,
        degree_optimal: 4,
        degree_high: 6,
        degree_score: 2,
        degree_out: 1,
        peers_to_px: 3,
        prune_backoff: Span::from_secs(3),
        fanout_ttl: Span::from_secs(5),
        backoff_cleanup_ticks: 2,
        opportunistic_graft_ticks: 2,
        opportunistic_graft_threshold: 20.0,
        history_length: 4,
        seen_history_length: 3,
        ..Limits::default()
    }
}

/// Numbers that look random, the same each time (splitmix64).
pub(crate) struct Numerals(u64);

impl Numerals {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// A script with the given numbers of steps and peers. It is the same each time.
pub(crate) fn script<I: Names>(seed: u64, peers: u64, steps: usize) -> impl Iterator<Item = (Time, Input<I>)> {
    let mut numerals = Numerals(seed);
    let mut now = 0;
    (0..steps).map(move |_| {
        let input = input(&mut numerals, peers);
        now += if matches!(input, Input::Heartbeat) { 1000 } else { numerals.below(20) };
        (Time::from_millis(now), input)
    })
}

fn input<I: Names>(numerals: &mut Numerals, peers: u64) -> Input<I> {
    let peer = I::peer(numerals.below(peers));
    let topic = I::topic(numerals.below(4));
    let number = numerals.below(60);
    let (message_id, message) = (I::message_id(number), I::message(number));
    let message_ids = (0..numerals.below(6)).map(|_| I::message_id(numerals.below(60))).collect();
    let several: Vec<I::Peer> = (0..numerals.below(4)).map(|_| I::peer(numerals.below(peers))).collect();
    match numerals.below(24) {
        0..3 => {
            let [direct, outbound, bootstrap] = [10, 2, 7].map(|divisor| number.is_multiple_of(divisor));
            AddPeer { peer, direct, outbound, bootstrap }.into()
        }
        3 => RemovePeer { peer }.into(),
        4..8 => Subscribe { peer, topic }.into(),
        8 => Unsubscribe { peer, topic }.into(),
        9 => Ihave { peer, topic, message_ids }.into(),
        10 => Iwant { peer, message_ids }.into(),
        11..13 => Graft { peer, topic }.into(),
        13 => Prune { peer, topic, px: several, backoff: Span::from_millis(number * 100).into() }.into(),
        14 => PublishMessage { topic, message_id, message }.into(),
        15..18 => ReceiveMessage { sender: peer, topic, message_id, message, batch: false }.into(),
        18..20 => Join { topic }.into(),
        20 => Leave { topic }.into(),
        21 => SelectPxPeers { peer_to_prune: peer, topic, no_px_peers: several.into() }.into(),
        22 => {
            let score = [-3.0, 0.5, 4.0].into_iter().cycle().nth(usize::try_from(number).expect("small"));
            let score = score.and_then(|score| Finite::new(score).ok()).expect("finite");
            SetApplicationScore { peer, score }.into()
        }
        _ if number.is_multiple_of(5) => Input::SelectGossipMessages,
        _ => Input::Heartbeat,
    }
}
