//! One RPC of a peer.

use super::world::World;
use crate::engine::Draw;
use gossipsub_reference_model::libp2p::{
    Model,
    vocabulary::{Ihave, Message, MessageId, Peer, Protocol, Prune, Rpc, Subscription, Topic},
};

/// Draws an RPC: mostly of one part, sometimes of several.
pub(super) fn draw(world: &mut World, model: &Model, peer: Peer, draw: &mut impl Draw) -> Rpc {
    let mut rpc = Rpc::default();
    let parts = if draw.one_in(4) { draw.between(2, 6) } else { 1 };
    for _ in 0..parts {
        add_part(&mut rpc, world, model, peer, draw);
    }
    rpc
}

fn add_part(rpc: &mut Rpc, world: &mut World, model: &Model, peer: Peer, draw: &mut impl Draw) {
    match draw.weighted(&[10, 5, 26, 14, 10, 12, 14, 6]) {
        0 => rpc
            .subscriptions
            .push(Subscription { topic: unsubscribed_topic(world, model, peer, draw), subscribe: true }),
        1 => rpc.subscriptions.push(Subscription { topic: world.topic(draw), subscribe: false }),
        2 => {
            let topic = topic_of(world, model, peer, draw);
            let message_id = world.message_id(&topic, draw);
            rpc.messages.push(Message { topic, message_id });
        }
        3 => {
            let count = if draw.one_in(3) { draw.below(5) } else { 1 };
            let topic = topic_of(world, model, peer, draw);
            let message_ids = (0..count).map(|_| world.recent_id_of(&topic, draw)).collect();
            rpc.ihave.push(Ihave { topic, message_ids });
        }
        4 => {
            let cached: Vec<MessageId> = model.cached().collect();
            let id = |draw: &mut _| match Draw::pick(draw, &cached) {
                Some(id) if !Draw::one_in(draw, 5) => *id,
                _ => world.recent_id(draw),
            };
            let mut ids: Vec<MessageId> = (0..draw.between(1, 3)).map(|_| id(draw)).collect();
            if draw.one_in(5)
                && let Some(first) = ids.first().copied()
            {
                ids.push(first);
            }
            rpc.iwant.push(ids);
        }
        5 => rpc.graft.push(topic_of(world, model, peer, draw)),
        6 => {
            let backoff = match draw.below(8) {
                0 => None,
                1 => Some(0),
                2 => Some(model.settings().0.prune_backoff.as_millis().div_ceil(1000)),
                // Beyond what an implementation may keep.
                3 if draw.one_in(20) => draw.pick(&[3_600, 3_601, 7_200, 1 << 40]).copied(),
                _ => Some(draw.below(world.longest_backoff)),
            };
            let peers = if world.supports("px") && draw.one_in(2) {
                // Now and then more than anybody offers.
                let count = if draw.one_in(40) { draw.between(16, 20) } else { draw.below(5) };
                (0..count).map(|_| world.any_peer(draw)).collect()
            } else {
                Vec::new()
            };
            rpc.prune.push(Prune { topic: mesh_topic(world, model, peer, draw), backoff, peers });
        }
        _ if world.supports("idontwant") && speaks_idontwant(model, peer) => {
            rpc.idontwant.push((0..draw.between(1, 3)).map(|_| world.recent_id(draw)).collect());
        }
        _ => rpc.graft.push(world.topic(draw)),
    }
}

fn speaks_idontwant(model: &Model, peer: Peer) -> bool {
    model.connections().any(|(other, protocol, ..)| other == peer && protocol == Protocol::Gossipsub12)
}

/// A joined topic, mostly.
fn topic_of(world: &World, model: &Model, peer: Peer, draw: &mut impl Draw) -> Topic {
    if draw.one_in(3) {
        return mesh_topic(world, model, peer, draw);
    }
    let joined: Vec<&Topic> = model.meshes().keys().collect();
    match draw.pick(&joined) {
        Some(topic) if !draw.one_in(6) => (*topic).clone(),
        _ => world.topic(draw),
    }
}

/// A topic in whose mesh the peer is, mostly.
fn mesh_topic(world: &World, model: &Model, peer: Peer, draw: &mut impl Draw) -> Topic {
    let meshes: Vec<&Topic> =
        model.meshes().iter().filter(|(_, members)| members.contains(&peer)).map(|(topic, _)| topic).collect();
    match draw.pick(&meshes) {
        Some(topic) if !draw.one_in(6) => (*topic).clone(),
        _ => world.topic(draw),
    }
}

/// A topic that the peer did not announce, if it has announced some but not all.
fn unsubscribed_topic(world: &World, model: &Model, peer: Peer, draw: &mut impl Draw) -> Topic {
    let topic = world.topic(draw);
    let is_announced = model.connections().any(|(other, _, _, topics)| other == peer && topics.contains(&topic));
    if is_announced && !draw.one_in(4) { world.topic(draw) } else { topic }
}
