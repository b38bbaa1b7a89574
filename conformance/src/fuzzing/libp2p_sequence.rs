//! Sequences of RPCs and events: the model of the libp2p router against itself.

use super::fail;
use crate::{
    engine::{Finding, Implementation, Named as _, PropertyExtent, TraceHeader as _, Views},
    libp2p::{Counterexample, DialectName, Event, Exchange, Header, Libp2pFamily, Profile, Reference, Runner, Step},
};
use arbitrary::{Result, Unstructured};
use gossipsub_automaton::{Span, Time};
use gossipsub_reference_model::libp2p::{
    Faults, Model,
    vocabulary::{
        Ihave, Input, Message, MessageId, Parameters, Peer, Protocol, Prune, Rpc, ScoringParameters, Subscription,
        Topic, TopicScoringParameters, Validation, Verdict,
    },
};

/// A router that makes its own choices answers any sequence of RPCs and events as its dialect allows, and keeps the
/// properties. Parameters that break a rule are refused.
///
/// The first bytes say what the dialect and the parameters are, and the others the steps. Steps that are not legal are left
/// out.
///
/// # Panics
/// If an answer is not allowed. The sequence is in a trace then, which the panic names.
pub fn libp2p_sequence(bytes: &[u8]) {
    if let Err(found) = libp2p_sequence_of(&mut Reference::new(), bytes) {
        fail("libp2p_sequence", &found);
    }
}

/// As [`libp2p_sequence`], of any implementation.
///
/// # Errors
/// The sequence up to the first step that was not answered as is allowed.
///
/// # Panics
/// If the implementation takes parameters that break a rule.
pub fn libp2p_sequence_of(
    implementation: &mut impl Implementation<Libp2pFamily>,
    bytes: &[u8],
) -> std::result::Result<(), Box<Counterexample>> {
    let mut bytes = Unstructured::new(bytes);
    // Without bytes for a header there is no sequence.
    let Ok((header, views)) = header(&mut bytes) else { return Ok(()) };
    if header.check().is_err() {
        assert!(implementation.start(&header, views).is_err(), "parameters that break a rule are refused");
        return Ok(());
    }
    let (steps, finding) = run(implementation, &header, views, &mut bytes);
    finding.map_or(Ok(()), |finding| Err(Box::new(Counterexample { header, steps, finding, views })))
}

/// Runs the sequence that these bytes describe, up to the first finding.
fn run(
    implementation: &mut impl Implementation<Libp2pFamily>,
    header: &Header,
    views: Views,
    bytes: &mut Unstructured<'_>,
) -> (Vec<Step>, Option<Finding>) {
    let mut steps: Vec<Step> = Vec::new();
    let mut runner = match Runner::start_with(implementation, header, views, PropertyExtent::All) {
        Ok(runner) => runner,
        Err(finding) => return (steps, Some(finding)),
    };
    while !bytes.is_empty() {
        let Ok(more) = next_steps(runner.model(), bytes) else { break };
        for mut step in more {
            let Event::Input(Exchange { input, .. }) = &step.event else { continue };
            if runner.model().check_step(step.now, input).is_err() {
                continue;
            }
            let finding = runner.step(&mut step).err();
            steps.push(step);
            if finding.is_some() {
                return (steps, finding);
            }
        }
    }
    (steps, None)
}

/// A number from 0 to a last one.
fn up_to(last: u64, bytes: &mut Unstructured<'_>) -> Result<u64> {
    bytes.int_in_range(0..=last)
}

fn count(last: usize, bytes: &mut Unstructured<'_>) -> Result<usize> {
    bytes.int_in_range(0..=last)
}

/// A span: mostly around a few seconds, seldom as long as a span can be.
fn span(bytes: &mut Unstructured<'_>) -> Result<Span> {
    Ok(Span::from_millis(match up_to(15, bytes)? {
        0 => 0,
        1 => up_to(5, bytes)?,
        2 => bytes.arbitrary::<u64>()? >> 11,
        seconds => seconds * 1000 - 2000,
    }))
}

fn number(bytes: &mut Unstructured<'_>) -> Result<f64> {
    bytes
        .choose(&[0.0, 1.0, -1.0, 0.5, 0.25, -0.5, 2.0, -2.0, 4.0, -4.0, 10.0, -10.0, 0.1, 0.9, 100.0, -100.0])
        .copied()
}

fn header(bytes: &mut Unstructured<'_>) -> Result<(Header, Views)> {
    let dialect = *bytes.choose(DialectName::ALL)?;
    let profile = *bytes.choose(Profile::ALL)?;
    let views = *bytes.choose(&[Views::Heartbeat, Views::Every, Views::Never])?;
    let seed = u64::from(bytes.arbitrary::<u8>()?);
    let mut parameters = profile.parameters();
    for _ in 0..up_to(5, bytes)? {
        vary(&mut parameters, bytes)?;
    }
    let header = Header {
        implementation: None,
        seed: Some(seed),
        profile: Some(profile.name().into()),
        dialect: Some(dialect),
        follows: Faults::default(),
        description: None,
        parameters,
    };
    Ok((header, views))
}

/// Changes one parameter.
fn vary(parameters: &mut Parameters, bytes: &mut Unstructured<'_>) -> Result<()> {
    match up_to(24, bytes)? {
        0 => parameters.degree = count(6, bytes)?,
        1 => parameters.degree_low = count(6, bytes)?,
        2 => parameters.degree_high = count(8, bytes)?,
        3 => parameters.degree_score = count(8, bytes)?,
        4 => parameters.degree_out = count(3, bytes)?,
        5 => parameters.degree_lazy = count(6, bytes)?,
        6 => parameters.gossip_factor = number(bytes)?,
        7 => parameters.heartbeat_interval = span(bytes)?,
        8 => parameters.fanout_ttl = span(bytes)?,
        9 => parameters.seen_ttl = span(bytes)?,
        10 => parameters.history_length = count(6, bytes)?,
        11 => parameters.history_gossip = count(6, bytes)?,
        12 => parameters.prune_backoff = span(bytes)?,
        13 => parameters.unsubscribe_backoff = span(bytes)?,
        14 => parameters.graft_flood_threshold = span(bytes)?,
        15 => parameters.iwant_followup_time = span(bytes)?,
        16 => parameters.max_ihave_length = count(4, bytes)?,
        17 => parameters.max_ihave_messages = count(3, bytes)?,
        18 => parameters.gossip_retransmission = count(3, bytes)?,
        19 => parameters.flood_publish = bytes.arbitrary()?,
        20 => (parameters.do_px, parameters.px_peers) = (bytes.arbitrary()?, count(3, bytes)?),
        21 => {
            parameters.opportunistic_graft_ticks = up_to(3, bytes)?;
            parameters.opportunistic_graft_peers = count(3, bytes)?;
        }
        22 => parameters.validation = *bytes.choose(&[Validation::Automatic, Validation::Asked])?,
        23 => {
            if let Some(scoring) = &mut parameters.scoring {
                vary_scoring(scoring, bytes)?;
            }
        }
        _ => {
            for topic in parameters.scoring.iter_mut().flat_map(|scoring| scoring.topics.values_mut()) {
                vary_topic(topic, bytes)?;
            }
        }
    }
    Ok(())
}

fn vary_scoring(scoring: &mut ScoringParameters, bytes: &mut Unstructured<'_>) -> Result<()> {
    match up_to(14, bytes)? {
        0 => scoring.thresholds.gossip = number(bytes)?,
        1 => scoring.thresholds.publish = number(bytes)?,
        2 => scoring.thresholds.graylist = number(bytes)?,
        3 => scoring.thresholds.accept_px = number(bytes)?,
        4 => scoring.thresholds.opportunistic_graft = number(bytes)?,
        5 => scoring.topic_score_cap = number(bytes)?,
        6 => scoring.app_specific_weight = number(bytes)?,
        7 => scoring.ip_colocation_factor_weight = number(bytes)?,
        8 => scoring.ip_colocation_factor_threshold = number(bytes)?,
        9 => scoring.behaviour_penalty_weight = number(bytes)?,
        10 => scoring.behaviour_penalty_threshold = number(bytes)?,
        11 => scoring.behaviour_penalty_decay = number(bytes)?,
        12 => scoring.decay_to_zero = number(bytes)?,
        13 => scoring.decay_interval = span(bytes)?,
        _ => scoring.retain_score = span(bytes)?,
    }
    Ok(())
}

fn vary_topic(topic: &mut TopicScoringParameters, bytes: &mut Unstructured<'_>) -> Result<()> {
    match up_to(12, bytes)? {
        0 => topic.topic_weight = number(bytes)?,
        1 => topic.time_in_mesh_weight = number(bytes)?,
        2 => topic.time_in_mesh_quantum = span(bytes)?,
        3 => topic.time_in_mesh_cap = number(bytes)?,
        4 => topic.first_message_deliveries_weight = number(bytes)?,
        5 => topic.first_message_deliveries_cap = number(bytes)?,
        6 => topic.mesh_message_deliveries_weight = number(bytes)?,
        7 => topic.mesh_message_deliveries_threshold = number(bytes)?,
        8 => topic.mesh_message_deliveries_cap = number(bytes)?,
        9 => topic.mesh_message_deliveries_activation = span(bytes)?,
        10 => topic.mesh_message_deliveries_window = span(bytes)?,
        11 => topic.mesh_failure_penalty_weight = number(bytes)?,
        _ => topic.invalid_message_deliveries_weight = number(bytes)?,
    }
    Ok(())
}

fn peer(bytes: &mut Unstructured<'_>) -> Result<Peer> {
    Ok(Peer(up_to(8, bytes)?))
}

/// A peer that is not the router itself.
fn remote_peer(bytes: &mut Unstructured<'_>) -> Result<Peer> {
    bytes.int_in_range(1..=8).map(Peer)
}

/// A peer that is connected, if one is.
fn connected_peer(model: &Model, bytes: &mut Unstructured<'_>) -> Result<Peer> {
    let connected: Vec<Peer> = model.script().connected().iter().copied().collect();
    if connected.is_empty() { peer(bytes) } else { bytes.choose(&connected).copied() }
}

fn topic(bytes: &mut Unstructured<'_>) -> Result<Topic> {
    Ok(Topic::new(bytes.choose(&["t", "t", "u", "nowhere"])?))
}

fn message_id(bytes: &mut Unstructured<'_>) -> Result<MessageId> {
    bytes.int_in_range(0..=15).map(MessageId)
}

fn several<T>(
    bytes: &mut Unstructured<'_>,
    most: usize,
    mut one: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..count(most, bytes)?).map(|_| one(bytes)).collect()
}

/// One step, or several heartbeats.
fn next_steps(model: &Model, bytes: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let due = model.script().next_heartbeat();
    let interval = model.settings().0.heartbeat_interval;
    let kind = up_to(15, bytes)?;
    if kind <= 1 {
        let heartbeats = if kind == 0 { 1 } else { up_to(40, bytes)? };
        let mut at = due;
        return Ok((0..heartbeats)
            .map(|_| {
                let step = Step::of_input(at, Input::Heartbeat);
                at = at + interval;
                step
            })
            .collect());
    }
    let now = time(model, bytes)?;
    let input = match kind {
        2 => Input::Connect {
            peer: peer(bytes)?,
            outbound: bytes.arbitrary()?,
            direct: bytes.ratio(1, 8)?,
            protocol: *bytes.choose(&[
                Protocol::Gossipsub11,
                Protocol::Gossipsub12,
                Protocol::Gossipsub10,
                Protocol::Floodsub,
            ])?,
            ip: if bytes.ratio(1, 4)? { Some(up_to(3, bytes)?) } else { None },
        },
        3 => Input::Disconnect { peer: connected_peer(model, bytes)? },
        4 => Input::Join { topic: topic(bytes)? },
        5 => Input::Leave { topic: topic(bytes)? },
        6 => Input::Publish { topic: topic(bytes)?, message_id: message_id(bytes)? },
        7 => {
            // A verdict is about a message that the application was asked about.
            let awaiting: Vec<MessageId> = model.awaiting().collect();
            let verdict = *bytes.choose(&[Verdict::Accept, Verdict::Reject, Verdict::Ignore])?;
            if awaiting.is_empty() {
                return Ok(Vec::new());
            }
            Input::Validated { message_id: *bytes.choose(&awaiting)?, verdict }
        }
        8 => Input::SetApplicationScore { peer: peer(bytes)?, score: number(bytes)? },
        9 => Input::Rpcs { peer: connected_peer(model, bytes)?, rpcs: several(bytes, 12, rpc)? },
        _ => Input::Rpc { peer: connected_peer(model, bytes)?, rpc: rpc(bytes)? },
    };
    Ok(vec![Step::of_input(now, input)])
}

/// The same time, a little later, beside a deadline, or just before the next heartbeat.
fn time(model: &Model, bytes: &mut Unstructured<'_>) -> Result<Time> {
    let now = model.script().now();
    let last = Time::from_millis(model.script().next_heartbeat().as_millis().saturating_sub(1)).max(now);
    let time = match up_to(7, bytes)? {
        0..=3 => now,
        4 | 5 => now + Span::from_millis(u64::from(bytes.arbitrary::<u8>()?)),
        6 => {
            let deadlines: Vec<Time> =
                model.deadlines().iter().map(|deadline| deadline.time).filter(|time| *time <= last).collect();
            let deadline = if deadlines.is_empty() { now } else { *bytes.choose(&deadlines)? };
            Time::from_millis((deadline.as_millis() + up_to(2, bytes)?).saturating_sub(1))
        }
        _ => last,
    };
    Ok(time.clamp(now, last))
}

fn rpc(bytes: &mut Unstructured<'_>) -> Result<Rpc> {
    let mut rpc = Rpc::default();
    let parts = if bytes.ratio(3, 4)? { 1 } else { count(5, bytes)? };
    for _ in 0..parts {
        match up_to(7, bytes)? {
            0 | 1 => {
                rpc.subscriptions.push(Subscription { topic: topic(bytes)?, subscribe: bytes.ratio(3, 4)? });
            }
            2 => rpc.messages.push(Message { topic: topic(bytes)?, message_id: message_id(bytes)? }),
            3 => rpc.ihave.push(Ihave { topic: topic(bytes)?, message_ids: several(bytes, 6, message_id)? }),
            4 => rpc.iwant.push(several(bytes, 4, message_id)?),
            5 => rpc.graft.push(topic(bytes)?),
            6 => {
                let backoff = match up_to(7, bytes)? {
                    0 => None,
                    1 => Some(bytes.arbitrary::<u64>()? >> 11),
                    seconds => Some(seconds - 2),
                };
                let peers = if bytes.arbitrary()? { several(bytes, 4, remote_peer)? } else { Vec::new() };
                rpc.prune.push(Prune { topic: topic(bytes)?, backoff, peers });
            }
            _ => rpc.idontwant.push(several(bytes, 12, message_id)?),
        }
    }
    Ok(rpc)
}
