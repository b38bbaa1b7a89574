//! What only later behaviours have: hooks that differ, duplicates of recorded senders, and batches.
//!
//! For the default behaviour, nothing is drawn here.

use super::{
    World,
    step::{asked, message, peer, recent_id, topic},
};
use crate::{
    automaton::{Environment, EnvironmentChange, Event},
    engine::Draw,
};
use gossipsub_automaton::{
    ApplyBatch, BatchedMessage, Input, ReceiveMessage, Validity,
    trace_ids::{Peer, TraceIds},
};
use gossipsub_reference_model::automaton::Model;

/// The most pending messages that are remembered.
const PENDING: usize = 12;

/// An event that the default behaviour does not have.
pub(super) fn event(world: &mut World, model: &Model<Environment>, draw: &mut impl Draw) -> Option<Event> {
    if world.switches.validates_ids_first && draw.one_in(world.change_one_in.saturating_mul(3)) {
        let message_id = recent_id(world, draw);
        let validities = [Validity::Valid, Validity::Unknown, Validity::Outdated, Validity::Invalid];
        let validity = draw.pick(&validities).copied().unwrap_or(Validity::Valid);
        return Some(Event::Environment(EnvironmentChange::MessageValidity { message_id, validity }));
    }
    if !world.switches.has_batches {
        return None;
    }
    let is_off = model.application().batch_verdicts_off_by != 0;
    if is_off && draw.one_in(8) {
        return Some(Event::Environment(EnvironmentChange::BatchVerdicts { off_by: 0 }));
    }
    if !is_off && draw.one_in(200) {
        let off_by = draw.pick(&[-2, -1, 1, 2]).copied().unwrap_or(1);
        return Some(Event::Environment(EnvironmentChange::BatchVerdicts { off_by }));
    }
    draw.one_in(12).then(|| asked(batch(world, draw).into()))
}

/// Pending messages in any order, some of them twice, and now and then one that was not received. They stay pending, so
/// that they are applied again: late, or after the topic was left, the sender removed or the message published.
fn batch(world: &mut World, draw: &mut impl Draw) -> ApplyBatch<TraceIds> {
    let mut batch = Vec::new();
    for _ in 0..draw.below(5) {
        let index = usize::try_from(draw.below(world.pending.len() as u64)).unwrap_or(0);
        let pending = world.pending.get(index).cloned().filter(|_| !draw.one_in(8));
        batch.push(pending.unwrap_or_else(|| {
            let (message_id, message) = message(world, draw);
            let to_route = (0..draw.below(3)).map(|_| peer(world, draw)).collect();
            BatchedMessage { sender: peer(world, draw), topic: topic(world, draw), message_id, message, to_route }
        }));
    }
    if draw.one_in(2) {
        world.pending.pop_front();
    }
    ApplyBatch { batch }
}

/// The input, with what later behaviours add to it.
pub(super) fn input(
    mut input: Input<TraceIds>,
    world: &mut World,
    model: &Model<Environment>,
    draw: &mut impl Draw,
) -> Input<TraceIds> {
    match &mut input {
        Input::AddPeer(add) if world.switches.has_bootstrap_flag => add.bootstrap = draw.one_in(4),
        Input::ReceiveMessage(received) => {
            if world.switches.records_senders && draw.one_in(3) {
                let senders: Vec<Peer> = model.recorded_senders(received.message_id).collect();
                received.sender = draw.pick(&senders).copied().unwrap_or(received.sender);
            }
            if world.switches.has_batches && draw.one_in(2) {
                received.batch = true;
                pend(world, model, received);
            }
        }
        _ => {}
    }
    input
}

/// Remembers a message that is received for a batch, with the peers that it is routed to.
fn pend(world: &mut World, model: &Model<Environment>, received: &ReceiveMessage<TraceIds>) {
    let ReceiveMessage { sender, topic, message_id, message, batch: _ } = received.clone();
    let mesh = model.mesh().get(&topic).into_iter().flatten().copied();
    let to_route = mesh.filter(|peer| *peer != sender).collect();
    world.pending.push_back(BatchedMessage { sender, topic, message_id, message, to_route });
    if world.pending.len() > PENDING {
        world.pending.pop_front();
    }
}
