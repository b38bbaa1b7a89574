//! Bytes of strangers, down to the automaton and back to bytes.

use gossipsub_automaton::{
    Action, Application, Automaton, BatchedMessage, Behaviour, Finite, Identifiers, Input, Limits, SetApplicationScore,
    Span, Time, Validity,
    wire::{
        dal,
        libp2p::{self, Bounds, Libp2p, Rpc, RpcWriter, message_id_of_author},
    },
    worker::{Convention, Event, NodeAction, PeerMessage, Worker, WorkerConfiguration, WorkerIdentifiers},
};
use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZeroU64,
};

/// Any bytes from any peers, with heartbeats and jumps of the clock between them, leave the automaton in a state that
/// makes sense; and what a node sends after each step can be decoded.
///
/// The first byte chooses the network, the limits, the behaviour and whether there are batches. Then come actions of two
/// bytes: what and an argument. A message is followed by as many bytes as its argument says.
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
    let batching = (choice >> 5 & 1 == 1).then_some(Span::from_millis(100));
    let dal = Convention::Dal;
    match choice >> 1 & 3 {
        0 => Harness::new(dal::Profile::MAVRYK, dal, small, behaviour, batching).run(script),
        1 => Harness::new(dal::Profile::OCTEZ, dal, small, behaviour, batching).run(script),
        2 => Harness::new(Bounds::GO, Convention::Libp2p, small, behaviour, batching).run(script),
        _ => Harness::new(Bounds::RUST, Convention::Libp2p, small, behaviour, batching).run(script),
    }
}

/// A format of bytes.
trait Network {
    type Ids: WorkerIdentifiers;
    /// The peer of this number.
    fn peer(number: u8) -> <Self::Ids as Identifiers>::Peer;
    /// What the bytes say, if they are a message.
    fn decode(&self, sender: <Self::Ids as Identifiers>::Peer, bytes: &[u8]) -> Vec<Input<Self::Ids>>;
    /// What is sent can be decoded.
    fn check(&self, message: &PeerMessage<Self::Ids>);
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

    fn check(&self, message: &PeerMessage<dal::Dal>) {
        let point = dal::Point { address: 1.into(), port: 2 };
        let message = dal::Message::new(message, |_| Some(point));
        let mut bytes = Vec::new();
        message.encode(*self, &mut bytes).expect("what is sent fits the network");
        let decoded = dal::MessageView::decode(*self, &bytes).expect("what is sent can be decoded").to_message();
        // A ping has the bytes of a subscription, and the networks read them differently.
        let is_ping = [&decoded, &message].contains(&&dal::Message::Ping);
        assert!(decoded == message || is_ping, "{message:?} is sent, and {decoded:?} arrives");
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

    fn check(&self, message: &PeerMessage<Libp2p>) {
        let mut writer = RpcWriter::new(*self);
        writer.push(message).expect("what is sent fits the network");
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
    worker: Worker<N::Ids, Moody>,
    actions: Vec<NodeAction<N::Ids>>,
    now: Time,
    /// The messages of the last batch.
    batch: Vec<BatchedMessage<N::Ids>>,
    /// The number of heartbeats before each message that was added to the cache.
    additions: Vec<u64>,
}

/// The most messages in a batch.
const BATCH: usize = 16;

impl<N: Network> Harness<N> {
    fn new(network: N, convention: Convention, small: bool, behaviour: Behaviour, batching: Option<Span>) -> Self {
        let mut limits = if small { small_limits() } else { Limits::default() };
        limits.max_topics_per_peer = (small && behaviour.switches().limits_topics).then_some(2);
        let automaton = Automaton::with_behaviour(1, limits, behaviour, Moody).expect("limits that are allowed");
        let configuration = WorkerConfiguration {
            convention,
            batching,
            ping_interval: NonZeroU64::new(2),
            ..WorkerConfiguration::new(N::peer(0))
        };
        let worker = Worker::new(automaton, configuration);
        Self { network, worker, actions: Vec::new(), now: Time::ZERO, batch: Vec::new(), additions: Vec::new() }
    }

    fn run(mut self, mut script: &[u8]) {
        while let Some((&[action, argument], rest)) = script.split_first_chunk() {
            script = rest;
            match action & 7 {
                0 if argument & 1 == 1 && self.worker.automaton().behaviour().switches().has_batches => {
                    self.apply_batch(argument);
                }
                0 => self.heartbeat(),
                1 => self.wait(1 << (argument & 63)),
                2 => {
                    let (direct, outbound) = (argument & 0x10 != 0, argument & 0x20 != 0);
                    let (bootstrap, trusted) = (argument & 0x40 != 0, outbound);
                    self.handle(Event::Connected {
                        peer: N::peer(argument & 15),
                        direct,
                        outbound,
                        trusted,
                        bootstrap,
                    });
                }
                3 => self.leave_or_score(argument),
                _ => {
                    let (message, rest) = script.split_at_checked(argument.into()).unwrap_or((script, &[]));
                    script = rest;
                    let inputs = self.network.decode(N::peer(action >> 4), message);
                    for input in inputs {
                        let is_ours = action & 8 != 0;
                        let event = if is_ours { act(input) } else { received(input) };
                        self.handle(event.expect("a message causes the input"));
                    }
                }
            }
        }
        self.assert_sense();
    }

    /// Applies the pending messages, or those of the last batch again: in reverse if the argument says so.
    fn apply_batch(&mut self, argument: u8) {
        if argument & 4 == 0 {
            self.batch = self.worker.take_batch();
            self.batch.truncate(BATCH);
        }
        let mut batch = self.batch.clone();
        if argument & 2 != 0 {
            batch.reverse();
        }
        self.handle(Event::ProcessBatch { batch });
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now = Time::from_millis(self.now.as_millis().saturating_add(milliseconds));
    }

    fn heartbeat(&mut self) {
        self.wait(self.worker.automaton().limits().heartbeat_interval.as_millis());
        self.handle(Event::Heartbeat);
        self.assert_sense();
    }

    fn leave_or_score(&mut self, argument: u8) {
        let peer = N::peer(argument & 15);
        let score = match argument >> 4 & 3 {
            0 | 1 => return self.handle(Event::Disconnected { peer }),
            2 => 100.0,
            _ => -100.0,
        };
        let score = Finite::new(score).unwrap_or_default();
        self.worker.set_application_score(self.now, SetApplicationScore { peer, score });
    }

    /// Handles an event, and sends what a node would.
    fn handle(&mut self, event: Event<N::Ids>) {
        let valid = self.worker.statistics().received_valid_messages;
        let published = match &event {
            Event::Publish { message_id, .. } => u64::from(self.worker.automaton().first_seen(message_id).is_none()),
            _ => 0,
        };
        self.worker.handle(self.now, event, &mut self.actions);
        let added = published + (self.worker.statistics().received_valid_messages - valid);
        let heartbeats = self.worker.automaton().heartbeat_ticks();
        self.additions.extend((0..added).map(|_| heartbeats));
        for action in self.actions.drain(..) {
            if let NodeAction::Send { message, .. } = action {
                self.network.check(&message);
            }
        }
    }

    fn assert_sense(&self) {
        let view = self.worker.automaton().view();
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
        let most = self.worker.automaton().limits().max_sent_iwant_per_heartbeat;
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
        let limits = self.worker.automaton().limits();
        let window = limits.history_length.max(limits.seen_history_length);
        let ids = self.additions.iter().filter(|added| view.heartbeat_ticks - **added < window).count();
        let held = self.worker.automaton().footprint();
        assert!(held.peers <= peers.len(), "{held:?}, and {} peers are shown", peers.len());
        assert!(held.message_ids <= ids, "{held:?}, and {ids} ids were added");
    }
}

/// The event of a message that a peer sent.
fn received<I: WorkerIdentifiers>(input: Input<I>) -> Option<Event<I>> {
    PeerMessage::from_input(input).map(|(from, message)| Event::Received { from, message })
}

/// What the node itself does when it would send this.
fn act<I: WorkerIdentifiers>(input: Input<I>) -> Option<Event<I>> {
    match input {
        Input::Subscribe(input) => Some(Event::Join { topic: input.topic }),
        Input::Graft(input) => Some(Event::Join { topic: input.topic }),
        Input::Unsubscribe(input) => Some(Event::Leave { topic: input.topic }),
        Input::Prune(input) => Some(Event::Leave { topic: input.topic }),
        Input::ReceiveMessage(input) => {
            Some(Event::Publish { topic: input.topic, message_id: input.message_id, message: input.message })
        }
        other => received(other),
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
