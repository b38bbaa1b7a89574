//! Bytes of strangers, down to the automaton and back to bytes.

use gossipsub_automaton::{
    Action, AddPeer, Application, ApplyBatch, ApplyBatchOutput, Automaton, BatchedMessage, BatchedMessageOutput,
    Behaviour, Finite, Identifiers, Input, Join, Leave, Limits, Output, PeerSet, PublishMessage, PublishMessageOutput,
    ReceiveMessage, ReceiveMessageOutput, RemovePeer, SelectPxPeers, SelectPxPeersOutput, SetApplicationScore, Span,
    Time, Validity,
    wire::{
        Node, Outgoing, dal,
        libp2p::{self, Bounds, Libp2p, Rpc, RpcWriter, message_id_of_author},
        outgoing,
    },
};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    iter,
};

/// Any bytes from any peers, with heartbeats and jumps of the clock between them, leave the automaton in a state that
/// makes sense; and what a node sends after each step can be decoded.
///
/// The first byte chooses the network, the limits and the behaviour. Then come actions of two bytes: what and an argument. A
/// message is followed by as many bytes as its argument says.
///
/// # Panics
/// If a state makes no sense, or something that is sent cannot be decoded.
pub fn decode_then_step(bytes: &[u8]) {
    let Some((choice, script)) = bytes.split_first() else { return };
    let small = choice & 1 == 1;
    let behaviour = match choice >> 3 & 3 {
        0 => Behaviour::Mavryk,
        1 => Behaviour::Octez22,
        2 => Behaviour::Octez24,
        _ => Behaviour::OctezNext,
    };
    match choice >> 1 & 3 {
        0 => Harness::new(dal::Profile::MAVRYK, small, behaviour).run(script),
        1 => Harness::new(dal::Profile::OCTEZ, small, behaviour).run(script),
        2 => Harness::new(Bounds::GO, small, behaviour).run(script),
        _ => Harness::new(Bounds::RUST, small, behaviour).run(script),
    }
}

/// A format of bytes.
trait Network {
    type Ids: Identifiers;
    /// The peer of this number.
    fn peer(number: u8) -> <Self::Ids as Identifiers>::Peer;
    /// What the bytes say, if they are a message.
    fn decode(&self, sender: <Self::Ids as Identifiers>::Peer, bytes: &[u8]) -> Vec<Input<Self::Ids>>;
    /// What is sent can be decoded.
    fn check(&self, outgoing: &Outgoing<'_, Self::Ids>);
}

impl Network for dal::Profile {
    type Ids = dal::Dal;

    fn peer(number: u8) -> dal::PeerId {
        dal::PeerId([number; 16])
    }

    fn decode(&self, sender: dal::PeerId, bytes: &[u8]) -> Vec<Input<dal::Dal>> {
        let view = dal::MessageView::decode(*self, bytes).ok();
        view.and_then(|view| view.to_input(sender)).into_iter().collect()
    }

    fn check(&self, outgoing: &Outgoing<'_, dal::Dal>) {
        let point = dal::Point { address: 1.into(), port: 2 };
        let message = dal::Message::new(outgoing, |_| Some(point));
        let mut bytes = Vec::new();
        message.encode(*self, &mut bytes).expect("what is sent fits the network");
        let decoded = dal::MessageView::decode(*self, &bytes).expect("what is sent can be decoded").to_message();
        assert!(decoded == message || decoded == dal::Message::Ping, "{message:?} is sent, and {decoded:?} arrives");
    }
}

impl Network for Bounds {
    type Ids = Libp2p;

    fn peer(number: u8) -> libp2p::PeerId {
        libp2p::PeerId([number].into())
    }

    fn decode(&self, sender: libp2p::PeerId, bytes: &[u8]) -> Vec<Input<Libp2p>> {
        let mut inputs = Vec::new();
        if let Ok(rpc) = Rpc::decode(self, bytes) {
            rpc.inputs(&sender, Limits::<Libp2p>::default().prune_backoff, &mut message_id_of_author, |input| {
                inputs.push(input);
            });
        }
        inputs
    }

    fn check(&self, outgoing: &Outgoing<'_, Libp2p>) {
        let mut writer = RpcWriter::new(*self);
        writer.push(outgoing).expect("what is sent fits the network");
        let frames = writer.finish();
        let mut decoder = libp2p::StreamDecoder::new(*self);
        let mut rest = &frames[..];
        while decoder.decode(&mut rest).expect("what is sent can be decoded").is_some() {}
        assert_eq!((rest.len(), decoder.buffered()), (0, 0), "what is sent are whole frames");
    }
}

/// A node without a network around it.
struct Harness<N: Network> {
    network: N,
    automaton: Automaton<N::Ids, Moody>,
    now: Time,
    /// The messages that were received for the next batch.
    pending: Vec<BatchedMessage<N::Ids>>,
    /// The number of heartbeats.
    heartbeats: u64,
    /// The number of heartbeats before each message that was added to the cache.
    additions: Vec<u64>,
}

/// The most messages in a batch.
const BATCH: usize = 16;

impl<N: Network> Harness<N> {
    fn new(network: N, small: bool, behaviour: Behaviour) -> Self {
        let mut limits = if small { small_limits() } else { Limits::default() };
        limits.max_topics_per_peer = (small && behaviour.switches().limits_topics).then_some(2);
        let automaton = Automaton::with_behaviour(1, limits, behaviour, Moody).expect("limits that are allowed");
        Self { network, automaton, now: Time::ZERO, pending: Vec::new(), heartbeats: 0, additions: Vec::new() }
    }

    fn run(mut self, mut script: &[u8]) {
        while let Some((&[action, argument], rest)) = script.split_first_chunk() {
            script = rest;
            match action & 7 {
                0 if argument & 1 == 1 && self.has_batches() => self.apply_batch(argument),
                0 => self.heartbeat(),
                1 => self.wait(1 << (argument & 63)),
                2 => {
                    let (direct, outbound) = (argument & 0x10 != 0, argument & 0x20 != 0);
                    let bootstrap = argument & 0x40 != 0;
                    self.step(&AddPeer { peer: N::peer(argument & 15), direct, outbound, bootstrap }.into());
                }
                3 => self.leave_or_score(argument),
                _ => {
                    let (message, rest) = script.split_at_checked(argument.into()).unwrap_or((script, &[]));
                    script = rest;
                    let inputs = self.network.decode(N::peer(action >> 4), message);
                    for input in inputs {
                        let (ours, for_batch) = (action & 8 != 0, action & 7 == 7 && self.has_batches());
                        match input {
                            input if ours => self.step(&act(input)),
                            Input::ReceiveMessage(input) if for_batch => self.receive_for_batch(input),
                            input => self.step(&input),
                        }
                    }
                }
            }
        }
        self.assert_sense();
    }

    fn has_batches(&self) -> bool {
        self.automaton.behaviour().switches().has_batches
    }

    fn receive_for_batch(&mut self, mut input: ReceiveMessage<N::Ids>) {
        input.batch = true;
        let ReceiveMessage { sender, topic, message_id, message, batch: _ } = input.clone();
        let output = self.automaton.step(self.now, input.into());
        if let Output::ReceiveMessage(ReceiveMessageOutput::ToIncludeInBatch { to_route }) = output
            && self.pending.len() < BATCH
        {
            self.pending.push(BatchedMessage { sender, topic, message_id, message, to_route });
        }
    }

    /// Applies the pending messages: in reverse, and not for the last time, if the argument says so.
    fn apply_batch(&mut self, argument: u8) {
        let mut batch = self.pending.clone();
        if argument & 2 != 0 {
            batch.reverse();
        }
        if argument & 4 == 0 {
            self.pending.clear();
        }
        self.step(&ApplyBatch { batch }.into());
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now = Time::from_millis(self.now.as_millis().saturating_add(milliseconds));
    }

    fn heartbeat(&mut self) {
        self.wait(self.automaton.limits().heartbeat_interval.as_millis());
        self.step(&Input::Heartbeat);
        self.heartbeats += 1;
        self.step(&Input::SelectGossipMessages);
        self.assert_sense();
    }

    fn leave_or_score(&mut self, argument: u8) {
        let peer = N::peer(argument & 15);
        let score = match argument >> 4 & 3 {
            0 | 1 => return self.step(&RemovePeer { peer }.into()),
            2 => 100.0,
            _ => -100.0,
        };
        self.step(&SetApplicationScore { peer, score: Finite::new(score).unwrap_or_default() }.into());
    }

    /// Makes a step, and sends what a node would.
    fn step(&mut self, input: &Input<N::Ids>) {
        let output = self.automaton.step(self.now, input.clone());
        self.additions.extend(iter::repeat_n(self.heartbeats, additions(&output)));
        let network = &self.network;
        outgoing(input, &output, &mut Around(&mut self.automaton), |_, sent| network.check(&sent));
    }

    fn assert_sense(&self) {
        let view = self.automaton.view();
        for (topic, mesh) in &view.mesh {
            assert!(!view.fanout.contains_key(topic), "a topic that is joined has no fanout");
            for peer in mesh {
                let connection = view.connections.get(peer).expect("who is in a mesh is connected");
                assert!(!connection.direct, "no direct peer is in a mesh");
            }
        }
        for fanout in view.fanout.values() {
            assert!(fanout.peers.iter().all(|peer| view.connections.contains_key(peer)), "a fanout is connected");
            assert!(fanout.last_published_time <= self.now, "nothing is from the future");
        }
        assert!(view.first_seen.values().all(|seen| *seen <= self.now), "nothing is from the future");
        assert!(view.connections.keys().all(|peer| view.scores.contains_key(peer)), "who is connected has a score");
        assert!(view.backoff.values().all(|entries| !entries.is_empty()), "no topic is without backoffs");
        let most = self.automaton.limits().max_sent_iwant_per_heartbeat;
        assert!(view.iwant_per_heartbeat.values().all(|count| (1..=most).contains(count)), "requests are limited");
        let announced = view.gossip_ids.values().flatten();
        assert!({ announced }.all(|id| view.message_cache.contains_key(id)), "what is announced can be requested");

        // Nothing is kept beyond what the view shows.
        let peers: BTreeSet<_> = view
            .connections
            .keys()
            .chain(view.scores.keys())
            .chain(view.backoff.values().flat_map(|entries| entries.keys()))
            .chain(view.ihave_per_heartbeat.keys())
            .chain(view.iwant_per_heartbeat.keys())
            .chain(view.message_cache.values().flat_map(|cached| cached.access_counters.keys()))
            .chain(view.senders.iter().flat_map(|senders| senders.values().flatten()))
            .collect();
        // An id that is added again while it is held counts twice.
        let limits = self.automaton.limits();
        let window = limits.history_length.max(limits.seen_history_length);
        let ids = self.additions.iter().filter(|added| self.heartbeats - **added < window).count();
        let held = self.automaton.footprint();
        assert!(held.peers <= peers.len(), "{held:?}, and {} peers are shown", peers.len());
        assert!(held.message_ids <= ids, "{held:?}, and {ids} ids were added");
    }
}

/// How many messages were added to the cache.
fn additions<I: Identifiers>(output: &Output<I>) -> usize {
    match output {
        Output::ReceiveMessage(ReceiveMessageOutput::RouteMessage { .. })
        | Output::PublishMessage(PublishMessageOutput::PublishMessage { .. }) => 1,
        Output::ApplyBatch(ApplyBatchOutput::BatchResult { results }) => {
            let is_added =
                |result: &&BatchedMessageOutput<I>| matches!(result, BatchedMessageOutput::RouteMessage { .. });
            results.iter().filter(is_added).count()
        }
        _ => 0,
    }
}

/// What the node itself does when it would send this.
fn act<I: Identifiers>(input: Input<I>) -> Input<I> {
    match input {
        Input::Subscribe(input) => Join { topic: input.topic }.into(),
        Input::Graft(input) => Join { topic: input.topic }.into(),
        Input::Unsubscribe(input) => Leave { topic: input.topic }.into(),
        Input::Prune(input) => Leave { topic: input.topic }.into(),
        Input::ReceiveMessage(input) => {
            PublishMessage { topic: input.topic, message_id: input.message_id, message: input.message }.into()
        }
        other => other,
    }
}

/// The node around an automaton, as far as what it sends depends on it.
struct Around<'a, I: Identifiers>(&'a mut Automaton<I, Moody>);

impl<I: Identifiers> Node<I> for Around<'_, I> {
    fn joined(&mut self) -> Vec<I::Topic> {
        self.0.our_topics().iter().cloned().collect()
    }

    fn px(&mut self, peer_to_prune: &I::Peer, topic: &I::Topic, no_px_peers: &PeerSet<I>) -> Vec<I::Peer> {
        let (peer_to_prune, topic, no_px_peers) = (peer_to_prune.clone(), topic.clone(), no_px_peers.clone());
        let SelectPxPeersOutput::PxPeers { peers } =
            self.0.select_px_peers(SelectPxPeers { peer_to_prune, topic, no_px_peers });
        peers
    }

    fn prune_backoff(&self) -> Span {
        self.0.limits().prune_backoff
    }

    fn unsubscribe_backoff(&self) -> Span {
        self.0.limits().unsubscribe_backoff
    }
}

/// An application that decides by the hash of its arguments, so that all verdicts occur.
#[derive(Clone, Copy)]
struct Moody;

impl<I: Identifiers> Application<I> for Moody {
    fn validity(&self, message_id: &I::MessageId, message: Option<&I::Message>) -> Validity {
        match hash(message_id) % 8 {
            0 => Validity::Invalid,
            1 => Validity::Unknown,
            2 => Validity::Outdated,
            3 if message.is_some() => Validity::Invalid,
            _ => Validity::Valid,
        }
    }

    fn batch_validity(&self, batch: &[BatchedMessage<I>]) -> Vec<Validity> {
        let verdict =
            |batched: &BatchedMessage<I>| Application::<I>::validity(self, &batched.message_id, Some(&batched.message));
        // A batch of this length lacks a verdict.
        let length = if batch.len() == 5 { 4 } else { batch.len() };
        batch.iter().map(verdict).take(length).collect()
    }

    fn peer_filter(&self, peer: &I::Peer, action: Action<'_, I>) -> bool {
        match action {
            Action::Graft => !hash(peer).is_multiple_of(16),
            Action::Ihave(id) | Action::Iwant(id) => !hash(&(peer, id)).is_multiple_of(16),
        }
    }
}

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Limits that a few messages meet.
fn small_limits<I: Identifiers>() -> Limits<I> {
    Limits {
        max_recv_ihave_per_heartbeat: 2,
        max_sent_iwant_per_heartbeat: 3,
        max_gossip_retransmission: 1,
        degree_optimal: 2,
        degree_low: 1,
        degree_high: 3,
        degree_score: 1,
        degree_out: 1,
        peers_to_px: 2,
        prune_backoff: Span::from_secs(2),
        unsubscribe_backoff: Span::from_secs(1),
        retain_duration: Span::from_secs(2),
        fanout_ttl: Span::from_secs(2),
        backoff_cleanup_ticks: 2,
        opportunistic_graft_ticks: 2,
        history_length: 3,
        history_gossip_length: 2,
        seen_history_length: 2,
        ..Limits::default()
    }
}
