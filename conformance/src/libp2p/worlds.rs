//! Small worlds: parameters so tight that a few steps reach what they limit.

use super::{
    Action, DialectName, Event, Exchange, Header, World,
    generate::{simplest, simplest_scoring, simplest_topic},
};
use crate::engine::Views;
use gossipsub_automaton::Span;
use gossipsub_reference_model::libp2p::Faults;
use gossipsub_reference_model::libp2p::vocabulary::{
    Ihave, Input, Message, MessageId, Parameters, Peer, Protocol, Prune, Rpc, ScoringParameters, Subscription,
    Thresholds, Topic, TopicScoringParameters, Validation, Verdict,
};

/// All worlds, with a dialect.
#[must_use]
pub fn worlds(dialect: DialectName) -> [World; 3] {
    [two_peers(dialect), scores(dialect), fanout(dialect)]
}

/// The time between heartbeats. Every other span is a multiple of it, so that deadlines are met to the millisecond.
const INTERVAL: Span = Span::from_secs(1);

/// After this much, a deadline of a step just before is met, or just not.
const MOMENT: Span = Span::from_millis(1);

fn header(name: &str, dialect: DialectName, parameters: Parameters) -> Header {
    Header {
        implementation: None,
        seed: None,
        profile: Some(name.into()),
        dialect: Some(dialect),
        follows: Faults::default(),
        description: None,
        parameters,
    }
}

/// Builds lists of actions.
#[derive(Default)]
struct Actions(Vec<Action>);

impl Actions {
    /// At the time of what came before.
    fn at_once(&mut self, input: Input) {
        self.after(Span::ZERO, input);
    }

    /// At the time of what came before, and a moment later.
    fn at_once_and_later(&mut self, input: &Input) {
        self.after(Span::ZERO, input.clone());
        self.after(MOMENT, input.clone());
    }

    fn after(&mut self, after: Span, input: Input) {
        self.0.push(Action { after, event: Event::Input(Exchange { input, output: None, view: None }) });
    }

    /// Time passes: a moment, and all but two moments of the time to the next heartbeat.
    fn waits(&mut self, peer: u64) {
        self.after(MOMENT, rpc(peer, Rpc::default()));
        self.after(Span::from_millis(INTERVAL.as_millis() - 2), rpc(peer, Rpc::default()));
    }

    fn connections(&mut self, peer: u64, kinds: &[(bool, bool, Protocol)]) {
        for (outbound, direct, protocol) in kinds {
            self.at_once(connect(peer, *outbound, *direct, *protocol));
        }
        self.at_once(Input::Disconnect { peer: Peer(peer) });
    }
}

fn topic() -> Topic {
    Topic::new("t")
}

fn ids(ids: &[i64]) -> Vec<MessageId> {
    ids.iter().copied().map(MessageId).collect()
}

fn connect(peer: u64, outbound: bool, direct: bool, protocol: Protocol) -> Input {
    Input::Connect { peer: Peer(peer), outbound, direct, protocol, ip: None }
}

fn rpc(peer: u64, rpc: Rpc) -> Input {
    Input::Rpc { peer: Peer(peer), rpc }
}

fn subscription(peer: u64, subscribe: bool) -> Input {
    rpc(peer, Rpc { subscriptions: vec![Subscription { topic: topic(), subscribe }], ..Rpc::default() })
}

fn message(peer: u64, id: i64) -> Input {
    rpc(peer, Rpc { messages: vec![Message { topic: topic(), message_id: MessageId(id) }], ..Rpc::default() })
}

fn ihave(peer: u64, message_ids: &[i64]) -> Input {
    rpc(peer, Rpc { ihave: vec![Ihave { topic: topic(), message_ids: ids(message_ids) }], ..Rpc::default() })
}

fn iwant(peer: u64, message_ids: &[i64]) -> Input {
    rpc(peer, Rpc { iwant: vec![ids(message_ids)], ..Rpc::default() })
}

fn idontwant(peer: u64, message_ids: &[i64]) -> Input {
    rpc(peer, Rpc { idontwant: vec![ids(message_ids)], ..Rpc::default() })
}

fn graft(peer: u64) -> Input {
    rpc(peer, Rpc { graft: vec![topic()], ..Rpc::default() })
}

fn prune(peer: u64, backoff: Option<u64>, peers: &[u64]) -> Input {
    let peers = peers.iter().copied().map(Peer).collect();
    rpc(peer, Rpc { prune: vec![Prune { topic: topic(), backoff, peers }], ..Rpc::default() })
}

fn publish(id: i64) -> Input {
    Input::Publish { topic: topic(), message_id: MessageId(id) }
}

fn score(peer: u64, score: f64) -> Input {
    Input::SetApplicationScore { peer: Peer(peer), score }
}

fn validated(id: i64, verdict: Verdict) -> Input {
    Input::Validated { message_id: MessageId(id), verdict }
}

/// From two peers that are connected and announced the topic, one of them outbound and with IDONTWANT.
fn two_peers(dialect: DialectName) -> World {
    let mut start = Actions::default();
    let mut actions = Actions::default();
    for (peer, outbound, protocol) in [(1, false, Protocol::Gossipsub11), (2, true, Protocol::Gossipsub12)] {
        start.at_once(connect(peer, outbound, false, protocol));
        start.at_once(subscription(peer, true));
        actions.connections(peer, &[(outbound, false, protocol)]);
        actions.at_once(subscription(peer, true));
        actions.at_once(subscription(peer, false));
        actions.at_once_and_later(&graft(peer));
        actions.at_once(prune(peer, None, &[]));
        actions.at_once_and_later(&prune(peer, Some(1), &[1, 2, 3]));
        actions.at_once(message(peer, 1));
        actions.at_once(message(peer, 2));
        actions.at_once(ihave(peer, &[1, 2]));
        actions.at_once(iwant(peer, &[1, 1, 2]));
        actions.waits(peer);
    }
    actions.at_once(connect(1, true, false, Protocol::Gossipsub10));
    actions.at_once(connect(1, false, false, Protocol::Floodsub));
    actions.at_once(connect(2, false, true, Protocol::Gossipsub12));
    actions.at_once(idontwant(2, &[1]));
    actions.at_once(publish(1));
    actions.at_once(publish(2));
    actions.at_once_and_later(&Input::Join { topic: topic() });
    actions.at_once_and_later(&Input::Leave { topic: topic() });
    actions.at_once(Input::Heartbeat);
    World {
        name: "two-peers",
        about: "2 peers, connected and subscribed, 1 topic and 2 messages, without scoring",
        depth: 5,
        variant: dialect,
        header: header("two-peers", dialect, tight()),
        views: Views::Every,
        start: start.0,
        actions: actions.0,
    }
}

/// From a member of the mesh and a direct peer, with all parts of the score: scores on both sides of each threshold,
/// messages that await a verdict, promises that are kept or broken.
fn scores(dialect: DialectName) -> World {
    let mut start = Actions::default();
    start.at_once(connect(1, false, false, Protocol::Gossipsub11));
    start.at_once(subscription(1, true));
    start.at_once(connect(2, true, true, Protocol::Gossipsub12));
    start.at_once(subscription(2, true));
    start.at_once(Input::Join { topic: topic() });
    let mut actions = Actions::default();
    actions.connections(1, &[(false, false, Protocol::Gossipsub11)]);
    actions.connections(2, &[(true, true, Protocol::Gossipsub12), (true, false, Protocol::Gossipsub12)]);
    for peer in [1, 2] {
        actions.at_once(subscription(peer, true));
        actions.at_once_and_later(&graft(peer));
        actions.at_once(prune(peer, Some(1), &[3, 4, 4]));
        actions.at_once(message(peer, 1));
        actions.at_once(ihave(peer, &[1, 2]));
        actions.at_once(iwant(peer, &[1]));
    }
    actions.at_once(subscription(1, false));
    actions.at_once(message(1, 2));
    actions.at_once(idontwant(2, &[1]));
    for verdict in [Verdict::Accept, Verdict::Reject, Verdict::Ignore] {
        actions.at_once(validated(1, verdict));
    }
    actions.at_once(validated(2, Verdict::Reject));
    for value in [-4.0, -2.0, -0.5, 2.0] {
        actions.at_once(score(1, value));
    }
    actions.at_once(score(2, -4.0));
    actions.waits(1);
    actions.at_once(publish(3));
    actions.at_once(Input::Join { topic: topic() });
    actions.at_once(Input::Leave { topic: topic() });
    actions.at_once(Input::Heartbeat);
    World {
        name: "scores",
        about: "a member of the mesh and a direct peer, 1 topic and 3 messages, with scoring and verdicts",
        depth: 5,
        variant: dialect,
        header: header(
            "scores",
            dialect,
            Parameters { max_ihave_length: 2, validation: Validation::Asked, scoring: Some(scoring()), ..tight() },
        ),
        views: Views::Every,
        start: start.0,
        actions: actions.0,
    }
}

/// From three peers that announced a topic which is not joined. No view shows the fanout, so messages and gossip alone
/// tell who is in it.
fn fanout(dialect: DialectName) -> World {
    let mut start = Actions::default();
    let mut actions = Actions::default();
    for peer in [1, 2, 3] {
        let connection = (peer == 3, false, Protocol::Gossipsub11);
        start.at_once(connect(peer, connection.0, connection.1, connection.2));
        start.at_once(subscription(peer, true));
        actions.connections(peer, &[connection]);
        actions.at_once(subscription(peer, true));
        actions.at_once(subscription(peer, false));
    }
    actions.at_once(graft(1));
    actions.at_once(prune(3, Some(1), &[]));
    actions.at_once(ihave(1, &[1, 2]));
    actions.at_once(ihave(2, &[2, 3]));
    for value in [-4.0, -2.0, 1.0] {
        actions.at_once(score(2, value));
    }
    for id in [1, 2, 3] {
        actions.at_once(publish(id));
    }
    actions.at_once(Input::Join { topic: topic() });
    actions.at_once(Input::Leave { topic: topic() });
    actions.at_once(Input::Heartbeat);
    World {
        name: "fanout",
        about: "3 peers, connected and subscribed, 1 topic and 3 messages, with scoring and without views",
        depth: 5,
        variant: dialect,
        header: header(
            "fanout",
            dialect,
            Parameters {
                degree_high: 2,
                fanout_ttl: INTERVAL.doubled(),
                max_ihave_length: 2,
                history_length: 3,
                scoring: Some(scoring()),
                ..tight()
            },
        ),
        views: Views::Never,
        start: start.0,
        actions: actions.0,
    }
}

/// Limits that one or two steps reach.
fn tight() -> Parameters {
    Parameters {
        degree: 1,
        degree_low: 1,
        degree_high: 1,
        degree_score: 1,
        degree_out: 0,
        degree_lazy: 1,
        heartbeat_interval: INTERVAL,
        fanout_ttl: INTERVAL,
        seen_ttl: INTERVAL,
        history_length: 2,
        history_gossip: 1,
        prune_backoff: INTERVAL.doubled(),
        unsubscribe_backoff: INTERVAL,
        graft_flood_threshold: INTERVAL,
        iwant_followup_time: INTERVAL,
        max_ihave_length: 1,
        max_ihave_messages: 1,
        gossip_retransmission: 1,
        do_px: true,
        px_peers: 1,
        opportunistic_graft_ticks: 1,
        opportunistic_graft_peers: 1,
        ..simplest()
    }
}

/// Every part of the score counts. A broken promise, an invalid message or a deficit costs 1 or more, and two decays forget
/// it.
fn scoring() -> ScoringParameters {
    let topic_scoring = TopicScoringParameters {
        time_in_mesh_weight: 0.5,
        time_in_mesh_cap: 1.0,
        time_in_mesh_quantum: INTERVAL,
        first_message_deliveries_weight: 1.0,
        first_message_deliveries_cap: 1.0,
        mesh_message_deliveries_weight: -1.0,
        mesh_message_deliveries_threshold: 1.0,
        mesh_message_deliveries_cap: 1.0,
        mesh_message_deliveries_activation: INTERVAL,
        mesh_message_deliveries_window: Span::ZERO,
        mesh_failure_penalty_weight: -1.0,
        invalid_message_deliveries_weight: -1.0,
        ..simplest_topic()
    };
    ScoringParameters {
        thresholds: Thresholds {
            gossip: -1.0,
            publish: -2.0,
            graylist: -3.0,
            accept_px: 1.0,
            opportunistic_graft: 1.0,
        },
        topics: [(topic(), topic_scoring)].into(),
        topic_score_cap: 2.0,
        behaviour_penalty_weight: -1.0,
        decay_interval: INTERVAL,
        decay_to_zero: 0.6,
        retain_score: INTERVAL,
        ..simplest_scoring()
    }
}
