//! The next step: an input or a change of the environment, at a time, with an eye on the state.

use super::{World, later, world::Crowd};
use crate::{
    automaton::{Environment, EnvironmentChange, Event, Exchange, FilteredAction, Step},
    engine::Draw,
};
use gossipsub_automaton::{
    AddPeer, ApplyBatch, Finite, Graft, Ihave, Input, InputKind, Iwant, Join, LARGEST_INTEGER, Leave, Limits, Prune,
    PublishMessage, ReceiveMessage, RemovePeer, SelectPxPeers, SetApplicationScore, Span, Subscribe, Time,
    TopicScoreLimits, Unsubscribe, Validity,
    trace_ids::{Message, MessageId, Peer, Topic, TraceIds},
};
use gossipsub_reference_model::automaton::{DeadlineKind, Model};

/// Draws the next step.
pub(super) fn draw(world: &mut World, model: &Model<Environment>, draw: &mut impl Draw) -> Step {
    if let Some(input) = crowd(world, draw).or_else(|| welcome(world, draw)) {
        return Step { now: world.now, event: asked(input) };
    }
    world.now = time(world, model, draw);
    if let Some(event) = later::event(world, model, draw) {
        return Step { now: world.now, event };
    }
    let event = if draw.one_in(world.change_one_in) {
        Event::Environment(change(world, draw))
    } else {
        let input = input(world, model, draw);
        asked(later::input(input, world, model, draw))
    };
    Step { now: world.now, event }
}

pub(super) const fn asked(input: Input<TraceIds>) -> Event {
    Event::Input(Exchange { input, output: None, view: None })
}

/// At the beginning of a few cases, many come that soon are forgotten.
fn crowd(world: &mut World, draw: &mut impl Draw) -> Option<Input<TraceIds>> {
    let (crowd, left) = world.crowd;
    let left = left.checked_sub(1)?;
    world.crowd = (crowd, left);
    let peer = Peer(world.peers.saturating_add(100).saturating_add(left));
    Some(match crowd {
        Crowd::Announcing => Ihave { peer, topic: topic(world, draw), message_ids: Vec::new() }.into(),
        Crowd::Grafting => Graft { peer, topic: topic(world, draw) }.into(),
        Crowd::Topics => {
            let (message_id, message) = (world.fresh_id(), "m".into());
            PublishMessage { topic: format!("crowd {left}"), message_id, message }.into()
        }
    })
}

/// At the beginning of most cases, the peers come and subscribe, and then topics are joined. Those that we dial come later.
fn welcome(world: &mut World, draw: &mut impl Draw) -> Option<Input<TraceIds>> {
    let peer = Peer(world.to_welcome.checked_sub(1)?);
    let all = world.topics.len();
    if world.to_subscribe == all {
        let is_dialed = world.to_welcome <= world.dialed;
        if world.to_welcome == world.dialed && !draw.one_in(16) {
            return None;
        }
        world.to_subscribe = 0;
        let direct = draw.one_in(world.direct_one_in);
        let outbound = if world.dialed > 0 { is_dialed } else { draw.one_in(world.outbound_one_in) };
        return Some(AddPeer { peer, direct, outbound, bootstrap: false }.into());
    }
    let topic = world.topics.get(world.to_subscribe).cloned().unwrap_or_default();
    world.to_subscribe += 1;
    if world.to_subscribe == all {
        world.to_welcome -= 1;
    }
    Some(if draw.one_in(12) { Join { topic }.into() } else { Subscribe { peer, topic }.into() })
}

/// When the next step is.
fn time(world: &World, model: &Model<Environment>, draw: &mut impl Draw) -> Time {
    let now = world.now.as_millis();
    let interval = model.limits().heartbeat_interval.as_millis().min(100_000);
    let next = match draw.weighted(&world.time) {
        0 => now,
        1 => now.saturating_add(draw.between(1, world.stride)),
        2 => now.saturating_add(interval),
        3 => beside_a_deadline(model, now, draw),
        _ => now.saturating_add(draw.pick(&[10_000, 100_000, 100_000_000]).copied().unwrap_or(0)),
    };
    // The format holds no later time.
    Time::from_millis(next.max(now).min(LARGEST_INTEGER))
}

/// On a deadline that is to come, or a millisecond before or after it.
fn beside_a_deadline(model: &Model<Environment>, now: u64, draw: &mut impl Draw) -> u64 {
    let of_kinds = |kinds: &[DeadlineKind]| -> Vec<Time> {
        model.deadlines().filter(|deadline| kinds.contains(&deadline.kind)).map(|deadline| deadline.time).collect()
    };
    let deadlines = match draw.below(5) {
        0 | 1 => of_kinds(&[DeadlineKind::BackoffEnd, DeadlineKind::FloodEnd, DeadlineKind::BackoffCleanup]),
        2 => of_kinds(&[DeadlineKind::FanoutEnd, DeadlineKind::RecordEnd]),
        3 => spans(model.limits()).into_iter().map(|span| Time::from_millis(now) + span).collect(),
        _ => {
            let topics: Vec<&Topic> = model.mesh().keys().collect();
            draw.pick(&topics).map(|topic| model.duplicate_deadlines(topic).collect()).unwrap_or_default()
        }
    };
    let mut deadlines: Vec<u64> = deadlines.into_iter().map(Time::as_millis).collect();
    deadlines.retain(|deadline| *deadline >= now && *deadline - now < 1_000_000);
    let deadline = draw.pick(&deadlines).copied().unwrap_or(now);
    deadline.saturating_add(draw.below(3)).saturating_sub(1)
}

/// The spans after which something that begins now is over.
fn spans(limits: &Limits<TraceIds>) -> [Span; 6] {
    let activation = match &limits.score_limits.topics {
        TopicScoreLimits::Single { parameters } => parameters,
        TopicScoreLimits::Family { default, .. } => &default.parameters,
    };
    [
        activation.mesh_message_deliveries_activation,
        limits.graft_flood_threshold,
        limits.prune_backoff,
        limits.unsubscribe_backoff,
        limits.retain_duration,
        limits.fanout_ttl,
    ]
}

fn change(world: &World, draw: &mut impl Draw) -> EnvironmentChange {
    if draw.one_in(2) {
        // Ids that are about to be used, and some that were.
        let message_id = MessageId(world.next_id.saturating_sub(2).saturating_add(draw.below(6)));
        let validities = [Validity::Valid, Validity::Unknown, Validity::Outdated, Validity::Invalid, Validity::Invalid];
        let validity = draw.pick(&validities).copied().unwrap_or(Validity::Valid);
        return EnvironmentChange::Validity { message_id, validity };
    }
    let actions = [FilteredAction::Ihave, FilteredAction::Iwant, FilteredAction::Graft];
    EnvironmentChange::PeerFilter {
        peer: Peer(draw.below(world.peers)),
        action: draw.pick(&actions).copied().unwrap_or(FilteredAction::Graft),
        accept: draw.one_in(2),
    }
}

fn input(world: &mut World, model: &Model<Environment>, draw: &mut impl Draw) -> Input<TraceIds> {
    let kind = InputKind::ALL.get(draw.weighted(&world.weights)).copied().unwrap_or(InputKind::Heartbeat);
    match kind {
        InputKind::AddPeer => AddPeer {
            peer: peer(world, draw),
            direct: draw.one_in(world.direct_one_in),
            outbound: draw.one_in(world.outbound_one_in),
            bootstrap: false,
        }
        .into(),
        InputKind::RemovePeer => RemovePeer { peer: peer(world, draw) }.into(),
        InputKind::Subscribe => Subscribe { peer: peer(world, draw), topic: topic(world, draw) }.into(),
        InputKind::Unsubscribe => {
            let (peer, topic) = mesh_peer(world, model, draw);
            Unsubscribe { peer, topic }.into()
        }
        InputKind::Ihave => ihave(world, model, draw).into(),
        InputKind::Iwant => iwant(world, model, draw).into(),
        InputKind::Graft => graft(world, model, draw).into(),
        InputKind::Prune => prune(world, model, draw).into(),
        InputKind::PublishMessage => {
            let (message_id, message) = message(world, draw);
            PublishMessage { topic: topic(world, draw), message_id, message }.into()
        }
        InputKind::ReceiveMessage => {
            let (sender, topic) = mesh_peer(world, model, draw);
            let (message_id, message) = message(world, draw);
            ReceiveMessage { sender, topic, message_id, message, batch: false }.into()
        }
        InputKind::Join => Join { topic: topic(world, draw) }.into(),
        InputKind::Leave => Leave { topic: topic(world, draw) }.into(),
        InputKind::Heartbeat => Input::Heartbeat,
        InputKind::SetApplicationScore => application_score(world, model, draw).into(),
        InputKind::SelectPxPeers => {
            let (peer_to_prune, topic) = mesh_peer(world, model, draw);
            let no_px_peers = (0..draw.below(3)).map(|_| peer(world, draw)).collect();
            SelectPxPeers { peer_to_prune, topic, no_px_peers }.into()
        }
        InputKind::SelectGossipMessages => Input::SelectGossipMessages,
        InputKind::ApplyBatch => ApplyBatch { batch: Vec::new() }.into(),
    }
}

/// A peer of the world; now and then one that never was.
pub(super) fn peer(world: &World, draw: &mut impl Draw) -> Peer {
    let strangers = if draw.one_in(20) { 2 } else { 0 };
    Peer(draw.below(world.peers + strangers))
}

/// A topic of the world; now and then an unknown one.
pub(super) fn topic(world: &World, draw: &mut impl Draw) -> Topic {
    let topic = if draw.one_in(40) {
        None
    } else if world.has_favourite && draw.one_in(2) {
        world.topics.first()
    } else {
        draw.pick(&world.topics)
    };
    topic.cloned().unwrap_or_else(|| "nowhere".into())
}

/// Any peer and topic; as often a peer in a mesh.
fn mesh_peer(world: &World, model: &Model<Environment>, draw: &mut impl Draw) -> (Peer, Topic) {
    let topic = topic(world, draw);
    let members = model.mesh().get(&topic).filter(|_| draw.one_in(2));
    let member = members.and_then(|mesh| {
        let index = draw.below(mesh.len() as u64);
        mesh.iter().nth(usize::try_from(index).ok()?).copied()
    });
    (member.unwrap_or_else(|| peer(world, draw)), topic)
}

/// A message that is new, or was lately.
pub(super) fn message(world: &mut World, draw: &mut impl Draw) -> (MessageId, Message) {
    let id = if draw.one_in(3) { recent_id(world, draw) } else { world.fresh_id() };
    (id, if draw.one_in(8) { "other" } else { "m" }.into())
}

pub(super) fn recent_id(world: &World, draw: &mut impl Draw) -> MessageId {
    MessageId(world.next_id.saturating_sub(draw.below(12)))
}

/// Ids that are not seen for the most part, about as many as may still be requested.
fn ihave(world: &World, model: &Model<Environment>, draw: &mut impl Draw) -> Ihave<TraceIds> {
    let (peer, topic) = mesh_peer(world, model, draw);
    let left = model.limits().max_sent_iwant_per_heartbeat.saturating_sub(model.requested_of(peer));
    let length = match draw.below(64) {
        0 => draw.between(13, 40),
        1..=32 => left.saturating_add(draw.below(3)).saturating_sub(1).min(12),
        _ => draw.below(7),
    };
    let id = |draw: &mut _| match Draw::below(draw, 4) {
        0 => recent_id(world, draw),
        _ => MessageId(world.next_id.saturating_add(Draw::below(draw, length.max(6)))),
    };
    Ihave { peer, topic, message_ids: (0..length).map(|_| id(draw)).collect() }
}

/// Ids that are cached for the most part, some asked for again and again.
fn iwant(world: &World, model: &Model<Environment>, draw: &mut impl Draw) -> Iwant<TraceIds> {
    let cached: Vec<MessageId> = model.cached().collect();
    let mut message_ids = Vec::new();
    for _ in 0..draw.below(5) {
        let id = draw.pick(&cached).copied().filter(|_| !draw.one_in(5));
        let id = id.unwrap_or_else(|| recent_id(world, draw));
        let times = if draw.one_in(6) { draw.between(2, 4) } else { 1 };
        message_ids.extend((0..times).map(|_| id));
    }
    Iwant { peer: peer(world, draw), message_ids }
}

/// Any peer; often one that is backed off or not in the mesh.
fn graft(world: &World, model: &Model<Environment>, draw: &mut impl Draw) -> Graft<TraceIds> {
    let topic = topic(world, draw);
    let backed_off = model.backoff().get(&topic).filter(|_| draw.one_in(3)).and_then(|entries| {
        let index = draw.below(entries.len() as u64);
        entries.keys().nth(usize::try_from(index).ok()?).copied()
    });
    Graft { peer: backed_off.unwrap_or_else(|| peer(world, draw)), topic }
}

fn prune(world: &World, model: &Model<Environment>, draw: &mut impl Draw) -> Prune<TraceIds> {
    let (peer, topic) = mesh_peer(world, model, draw);
    let offered = model.limits().peers_to_px.min(6).saturating_add(2);
    let px = (0..draw.below(offered + 1)).map(|_| Peer(draw.below(world.peers.saturating_add(4)))).collect();
    let backoff = match draw.below(12) {
        0 => 0,
        1 => 1,
        2 => LARGEST_INTEGER,
        3..=5 => model.limits().prune_backoff.as_millis(),
        _ => draw.below(5000),
    };
    Prune { peer, topic, px, backoff: Span::from_millis(backoff).into() }
}

/// A score that brings the peer onto a threshold or beside it; or a round number.
fn application_score(world: &World, model: &Model<Environment>, draw: &mut impl Draw) -> SetApplicationScore<TraceIds> {
    let peer = peer(world, draw);
    let limits = model.limits();
    let thresholds = [
        0.0,
        limits.gossip_threshold,
        limits.publish_threshold,
        limits.accept_px_threshold,
        limits.opportunistic_graft_threshold,
    ];
    let aimed = draw.pick(&thresholds).copied().filter(|_| draw.one_in(2)).and_then(|threshold| {
        let score = model.score_of(peer)?.value();
        let set = model.application_score_of(peer)?;
        let aim = set + (threshold - score) / limits.score_limits.app_specific_weight;
        Some(match draw.below(4) {
            0 => aim.next_up(),
            1 => aim.next_down(),
            _ => aim,
        })
    });
    let round = [0.0, 0.0, 1.0, -1.0, 3.0, -3.0, 20.0, -20.0, -0.0, 0.1, 1e15, -1e15];
    let score = aimed.unwrap_or_else(|| draw.pick(&round).copied().unwrap_or(0.0));
    let zero = Finite::default();
    SetApplicationScore { peer, score: Finite::new(score).unwrap_or(zero) }
}
