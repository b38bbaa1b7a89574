//! Small worlds: limits so tight that a few inputs reach what they limit, and every action that there is.

use super::{Action, EnvironmentChange, Event, Exchange, FilteredAction, Header, World};
use crate::engine::Views;
use gossipsub_automaton::{
    AddPeer, ApplyBatch, BatchedMessage, Behaviour, Finite, Graft, Ihave, Input, Iwant, Join, Leave, Limits, Prune,
    PublishMessage, ReceiveMessage, RemovePeer, ScoreLimits, SelectPxPeers, SetApplicationScore, Span, Subscribe,
    TopicParameters, TopicScoreLimits, Unsubscribe, Validity, WeightedTopicParameters, Window,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};

/// All worlds of a behaviour. What only later behaviours have is in the worlds of these only.
#[must_use]
pub fn worlds(behaviour: Behaviour) -> Vec<World> {
    let mut worlds = vec![two_peers(behaviour), three_peers(behaviour), two_topics(behaviour)];
    if behaviour.switches().has_batches {
        worlds.push(batches(behaviour));
    }
    worlds
}

/// The header of a world's sequences.
fn header(name: &str, behaviour: Behaviour, limits: Limits<TraceIds>) -> Header {
    Header { profile: Some(name.into()), behaviour, limits, ..Header::default() }
}

/// The time between heartbeats. Every other time is a multiple of it, so that deadlines are met to the millisecond.
const INTERVAL: Span = Span::from_secs(1);
/// After this, everything has ended.
const FAR: Span = Span::from_secs(100);

/// Builds lists of actions.
#[derive(Default)]
struct Actions(Vec<Action>);

impl Actions {
    /// At the time of what came before.
    fn at_once(&mut self, input: impl Into<Input<TraceIds>>) {
        self.after(Span::ZERO, input);
    }

    /// At the time of what came before, and a heartbeat interval later.
    fn at_once_and_later(&mut self, input: impl Into<Input<TraceIds>>) {
        let input = input.into();
        self.after(Span::ZERO, input.clone());
        self.after(INTERVAL, input);
    }

    fn after(&mut self, after: Span, input: impl Into<Input<TraceIds>>) {
        self.0.push(Action { after, event: Event::Input(Exchange { input: input.into(), output: None, view: None }) });
    }

    fn environment(&mut self, change: EnvironmentChange) {
        self.0.push(Action { after: Span::ZERO, event: Event::Environment(change) });
    }

    fn heartbeats(&mut self) {
        for after in [Span::ZERO, INTERVAL, FAR] {
            self.after(after, Input::Heartbeat);
        }
    }

    fn message(&mut self, id: u64, validity: Validity) {
        self.environment(EnvironmentChange::Validity { message_id: MessageId(id), validity });
    }

    fn payload(&mut self, id: u64, validity: Validity) {
        self.environment(EnvironmentChange::MessageValidity { message_id: MessageId(id), validity });
    }

    fn filter(&mut self, id: u64, action: FilteredAction, accept: bool) {
        self.environment(EnvironmentChange::PeerFilter { peer: Peer(id), action, accept });
    }
}

fn topic(name: &str) -> Topic {
    name.into()
}

fn ids(ids: &[u64]) -> Vec<MessageId> {
    ids.iter().copied().map(MessageId).collect()
}

fn add(peer: u64, direct: bool, outbound: bool) -> AddPeer<TraceIds> {
    AddPeer { peer: Peer(peer), direct, outbound, bootstrap: false }
}

fn subscribe(peer: u64, to: &str) -> Subscribe<TraceIds> {
    Subscribe { peer: Peer(peer), topic: topic(to) }
}

fn unsubscribe(peer: u64, from: &str) -> Unsubscribe<TraceIds> {
    Unsubscribe { peer: Peer(peer), topic: topic(from) }
}

fn graft(peer: u64, of: &str) -> Graft<TraceIds> {
    Graft { peer: Peer(peer), topic: topic(of) }
}

fn prune(peer: u64, of: &str, px: &[u64], backoff: Span) -> Prune<TraceIds> {
    Prune { peer: Peer(peer), topic: topic(of), px: px.iter().copied().map(Peer).collect(), backoff: backoff.into() }
}

fn ihave(peer: u64, of: &str, message_ids: &[u64]) -> Ihave<TraceIds> {
    Ihave { peer: Peer(peer), topic: topic(of), message_ids: ids(message_ids) }
}

fn iwant(peer: u64, message_ids: &[u64]) -> Iwant<TraceIds> {
    Iwant { peer: Peer(peer), message_ids: ids(message_ids) }
}

fn receive(peer: u64, of: &str, id: u64) -> ReceiveMessage<TraceIds> {
    ReceiveMessage {
        sender: Peer(peer),
        topic: topic(of),
        message_id: MessageId(id),
        message: "m".into(),
        batch: false,
    }
}

/// A message of a batch, from a sender, to be routed to all of these peers.
fn batched(peer: u64, of: &str, id: u64, to_route: &[u64]) -> BatchedMessage<TraceIds> {
    BatchedMessage {
        sender: Peer(peer),
        topic: topic(of),
        message_id: MessageId(id),
        message: "m".into(),
        to_route: to_route.iter().copied().map(Peer).collect(),
    }
}

fn apply(batch: Vec<BatchedMessage<TraceIds>>) -> ApplyBatch<TraceIds> {
    ApplyBatch { batch }
}

fn publish(to: &str, id: u64) -> PublishMessage<TraceIds> {
    PublishMessage { topic: topic(to), message_id: MessageId(id), message: "m".into() }
}

fn score(peer: u64, score: f64) -> SetApplicationScore<TraceIds> {
    SetApplicationScore { peer: Peer(peer), score: Finite::new(score).unwrap_or_default() }
}

fn select_px(peer: u64, of: &str, no_px: &[u64]) -> SelectPxPeers<TraceIds> {
    SelectPxPeers {
        peer_to_prune: Peer(peer),
        topic: topic(of),
        no_px_peers: no_px.iter().copied().map(Peer).collect(),
    }
}

/// From nothing: every flag of a connection, a mesh of one, a message of each validity. Queries and what does not look
/// at the clock come at once only.
fn two_peers(behaviour: Behaviour) -> World {
    let mut start = Actions::default();
    start.message(3, Validity::Invalid);
    start.message(4, Validity::Unknown);
    let mut actions = Actions::default();
    for peer in [1, 2] {
        for (direct, outbound) in [(false, false), (false, true), (true, false)] {
            actions.at_once(add(peer, direct, outbound));
        }
        if behaviour.switches().has_bootstrap_flag {
            actions.at_once(AddPeer { bootstrap: true, ..add(peer, false, false) });
        }
        actions.at_once_and_later(RemovePeer { peer: Peer(peer) });
        actions.at_once(subscribe(peer, "a"));
        actions.at_once(unsubscribe(peer, "a"));
        for message_ids in [&[1, 2], &[1, 3], &[4, 4]] {
            actions.at_once(ihave(peer, "a", message_ids));
        }
        actions.at_once(iwant(peer, &[1, 1]));
        actions.at_once(iwant(peer, &[2]));
        actions.at_once_and_later(graft(peer, "a"));
        actions.at_once(prune(peer, "a", &[], INTERVAL));
        actions.at_once(prune(peer, "a", &[1, 2], FAR));
        actions.at_once_and_later(receive(peer, "a", 1));
        actions.at_once(receive(peer, "a", 2));
        actions.at_once(receive(peer, "a", 3));
        actions.at_once(receive(peer, "a", 4));
        for value in [-3.0, 1.0] {
            actions.at_once(score(peer, value));
        }
        actions.at_once(select_px(peer, "a", &[]));
        actions.at_once(select_px(peer, "a", &[peer]));
    }
    actions.at_once(ihave(1, "a", &[]));
    actions.at_once(publish("a", 1));
    actions.at_once(publish("a", 2));
    actions.at_once_and_later(Join { topic: topic("a") });
    actions.at_once_and_later(Leave { topic: topic("a") });
    actions.heartbeats();
    actions.at_once(Input::SelectGossipMessages);
    World {
        name: "two-peers",
        about: "2 peers, 1 topic and 2 messages, all of them absent at the start",
        depth: 7,
        variant: behaviour,
        header: header("two-peers", behaviour, tight()),
        views: Views::Every,
        start: start.0,
        actions: actions.0,
    }
}

/// From three peers that are connected and subscribed, one of them outbound: choices of some of several.
fn three_peers(behaviour: Behaviour) -> World {
    let mut start = Actions::default();
    let mut actions = Actions::default();
    for (peer, px) in [(1, vec![]), (2, vec![1, 2, 2, 3]), (3, vec![1, 2])] {
        let outbound = peer == 3;
        start.at_once(add(peer, false, outbound));
        start.at_once(subscribe(peer, "a"));
        actions.at_once(add(peer, false, outbound));
        actions.at_once(add(peer, true, false));
        actions.at_once(RemovePeer { peer: Peer(peer) });
        actions.at_once(subscribe(peer, "a"));
        actions.at_once(unsubscribe(peer, "a"));
        actions.at_once(ihave(peer, "a", &[1, 2]));
        actions.at_once(iwant(peer, &[1]));
        actions.at_once_and_later(graft(peer, "a"));
        actions.at_once(prune(peer, "a", &px, INTERVAL));
        actions.at_once(receive(peer, "a", 1));
        for value in [-3.0, 1.0] {
            actions.at_once(score(peer, value));
        }
        actions.at_once(select_px(peer, "a", &[]));
    }
    actions.at_once(receive(1, "a", 2));
    actions.at_once(publish("a", 1));
    actions.at_once(publish("a", 2));
    actions.at_once(Join { topic: topic("a") });
    actions.at_once(Leave { topic: topic("a") });
    actions.heartbeats();
    actions.at_once(Input::SelectGossipMessages);
    let limits = Limits {
        degree_optimal: 2,
        degree_high: 2,
        degree_out: 1,
        peers_to_px: 2,
        max_recv_ihave_per_heartbeat: 2,
        max_sent_iwant_per_heartbeat: 2,
        opportunistic_graft_threshold: 5.0,
        ..tight()
    };
    World {
        name: "three-peers",
        about: "3 peers, connected and subscribed, 1 topic, 2 messages",
        depth: 5,
        variant: behaviour,
        header: header("three-peers", behaviour, limits),
        views: Views::Every,
        start: start.0,
        actions: actions.0,
    }
}

/// From two peers that are connected and subscribe to both topics, which have weights of their own: what one topic does
/// to the other, cleanups at every second heartbeat, and an application that changes its mind.
fn two_topics(behaviour: Behaviour) -> World {
    let mut start = Actions::default();
    let mut actions = Actions::default();
    start.filter(2, FilteredAction::Ihave, false);
    start.filter(2, FilteredAction::Iwant, false);
    for peer in [1, 2] {
        start.at_once(add(peer, false, false));
        actions.at_once(add(peer, false, false));
        actions.at_once_and_later(RemovePeer { peer: Peer(peer) });
        actions.at_once(iwant(peer, &[1]));
        actions.at_once(score(peer, -1.0));
        for of in ["a", "b"] {
            start.at_once(subscribe(peer, of));
            actions.at_once(subscribe(peer, of));
            actions.at_once(unsubscribe(peer, of));
            actions.at_once(ihave(peer, of, &[1]));
            actions.at_once_and_later(graft(peer, of));
            actions.at_once(prune(peer, of, &[], INTERVAL));
            actions.at_once(receive(peer, of, 1));
        }
    }
    for of in ["a", "b"] {
        actions.at_once_and_later(publish(of, 1));
        actions.at_once(Join { topic: topic(of) });
        actions.at_once(Leave { topic: topic(of) });
    }
    for validity in [Validity::Invalid, Validity::Outdated, Validity::Valid] {
        actions.message(1, validity);
    }
    if behaviour.switches().validates_ids_first {
        for validity in [Validity::Invalid, Validity::Valid] {
            actions.payload(1, validity);
        }
    }
    actions.filter(1, FilteredAction::Graft, false);
    actions.filter(1, FilteredAction::Graft, true);
    actions.heartbeats();
    actions.at_once(Input::SelectGossipMessages);
    let limits = Limits {
        // The peers start with one of the topics then, and come to the limit from both sides.
        max_topics_per_peer: behaviour.switches().limits_topics.then_some(1),
        max_gossip_retransmission: 2,
        backoff_cleanup_ticks: 2,
        score_cleanup_ticks: 2,
        opportunistic_graft_ticks: 2,
        seen_history_length: 2,
        score_limits: ScoreLimits {
            topics: TopicScoreLimits::Family {
                default: WeightedTopicParameters { parameters: parameters(), weight: 2.0 },
                topics: [("b".into(), WeightedTopicParameters { parameters: parameters(), weight: -0.5 })].into(),
            },
            ..tight().score_limits
        },
        ..tight()
    };
    World {
        name: "two-topics",
        about: "2 peers, connected and subscribed, 2 topics, 1 message of changing validity",
        depth: 5,
        variant: behaviour,
        header: header("two-topics", behaviour, limits),
        views: Views::Every,
        start: start.0,
        actions: actions.0,
    }
}

/// From two peers in the mesh: batches that are applied at once, late and twice, with an id twice, of peers and topics
/// that are gone, beside the same message received and published; and an application that changes its mind.
fn batches(behaviour: Behaviour) -> World {
    let mut start = Actions::default();
    let mut actions = Actions::default();
    start.at_once(Join { topic: topic("a") });
    for peer in [1, 2] {
        start.at_once(add(peer, false, false));
        start.at_once(graft(peer, "a"));
        actions.at_once_and_later(receive(peer, "a", 1));
        actions.at_once(ReceiveMessage { batch: true, ..receive(peer, "a", 1) });
        actions.at_once_and_later(apply(vec![batched(peer, "a", 1, &[3 - peer])]));
        actions.at_once(RemovePeer { peer: Peer(peer) });
    }
    actions.at_once(apply(Vec::new()));
    actions.at_once(apply(vec![batched(1, "a", 1, &[2]), batched(1, "a", 1, &[])]));
    actions.at_once(apply(vec![batched(2, "a", 1, &[1]), batched(1, "a", 2, &[1, 2, 9])]));
    actions.at_once(apply(vec![batched(1, "b", 1, &[])]));
    actions.at_once(add(1, false, false));
    actions.at_once(graft(1, "a"));
    actions.at_once(ihave(2, "a", &[1]));
    actions.at_once(iwant(2, &[1]));
    actions.at_once(publish("a", 1));
    actions.at_once(Join { topic: topic("a") });
    actions.at_once(Leave { topic: topic("a") });
    for validity in [Validity::Invalid, Validity::Outdated, Validity::Valid] {
        actions.message(1, validity);
    }
    actions.payload(1, Validity::Unknown);
    for off_by in [-1, 0] {
        actions.environment(EnvironmentChange::BatchVerdicts { off_by });
    }
    actions.heartbeats();
    actions.at_once(Input::SelectGossipMessages);
    let limits = Limits {
        degree_optimal: 2,
        degree_high: 2,
        seen_history_length: 2,
        history_gossip_length: 2,
        score_limits: ScoreLimits {
            topics: TopicScoreLimits::Single {
                // A first delivery and a duplicate after it both count.
                parameters: TopicParameters {
                    mesh_message_deliveries_threshold: 2,
                    first_message_deliveries_cap: 2,
                    ..parameters()
                },
            },
            ..tight().score_limits
        },
        ..tight()
    };
    World {
        name: "batches",
        about: "2 peers in a mesh, 2 messages in batches, one of them of changing validity",
        depth: 6,
        variant: behaviour,
        header: header("batches", behaviour, limits),
        views: Views::Every,
        start: start.0,
        actions: actions.0,
    }
}

/// Limits that one or two inputs reach. A flood of grafts, an invalid message or a deficit costs 1 or 4, so that it
/// crosses zero or `gossip_threshold`; two refreshes forget it.
fn tight() -> Limits<TraceIds> {
    Limits {
        max_topics_per_peer: None,
        max_recv_ihave_per_heartbeat: 1,
        max_sent_iwant_per_heartbeat: 1,
        max_gossip_retransmission: 1,
        degree_optimal: 1,
        publish_threshold: -1.0,
        gossip_threshold: -2.0,
        do_px: true,
        accept_px_threshold: -1.0,
        peers_to_px: 1,
        unsubscribe_backoff: INTERVAL,
        graft_flood_threshold: INTERVAL,
        prune_backoff: INTERVAL.doubled(),
        retain_duration: INTERVAL,
        fanout_ttl: INTERVAL,
        heartbeat_interval: INTERVAL,
        backoff_cleanup_ticks: 1,
        score_cleanup_ticks: 1,
        degree_low: 1,
        degree_high: 1,
        degree_score: 1,
        degree_out: 0,
        degree_lazy: 1,
        gossip_factor: 0.25,
        history_length: 2,
        history_gossip_length: 1,
        opportunistic_graft_ticks: 1,
        opportunistic_graft_peers: 1,
        opportunistic_graft_threshold: 1.0,
        seen_history_length: 1,
        score_limits: ScoreLimits {
            topics: TopicScoreLimits::Single { parameters: parameters() },
            topic_score_cap: Some(2.0),
            behaviour_penalty_weight: -1.0,
            behaviour_penalty_threshold: 0.0,
            behaviour_penalty_decay: 0.5,
            app_specific_weight: 1.0,
            decay_zero: 0.6,
        },
    }
}

fn parameters() -> TopicParameters {
    TopicParameters {
        time_in_mesh_weight: 0.5,
        time_in_mesh_cap: 1.0,
        time_in_mesh_quantum: INTERVAL,
        first_message_deliveries_weight: 1.0,
        first_message_deliveries_cap: 1,
        first_message_deliveries_decay: 0.5,
        mesh_message_deliveries_weight: -1.0,
        mesh_message_deliveries_window: Window::from_millis(0),
        mesh_message_deliveries_activation: INTERVAL,
        mesh_message_deliveries_cap: 1,
        mesh_message_deliveries_threshold: 1,
        mesh_message_deliveries_decay: 0.5,
        mesh_failure_penalty_weight: -1.0,
        mesh_failure_penalty_decay: 0.5,
        invalid_message_deliveries_weight: -1.0,
        invalid_message_deliveries_decay: 0.5,
    }
}
