//! The world of a case: the peers and topics, the weight of each input, and what the implementation supports.

use crate::engine::{Capabilities, Draw};
use gossipsub_reference_model::libp2p::{
    Model,
    vocabulary::{Input, MessageId, Parameters, Peer, Protocol, Rpc, Subscription, Topic, Validation},
};
use std::collections::BTreeMap;

/// How many ids back a recent one is at most.
const RECENT: usize = 16;

/// The names of topics.
const TOPICS: [&str; 4] = ["t", "u", "a topic", "é"];

/// A peer that connects again with the same properties.
#[derive(Clone, Copy, Debug)]
struct RemotePeer {
    protocol: Protocol,
    outbound: bool,
    direct: bool,
    /// The address, if it is not the peer's own.
    ip: Option<u64>,
}

/// What a case is drawn from.
#[derive(Clone, Debug)]
pub(super) struct World {
    peers: Vec<RemotePeer>,
    topics: Vec<Topic>,
    /// The weight of each kind of input, in the order of the generator's match; the last one is that of a single RPC.
    pub(super) weights: [u64; 9],
    /// How many steps in a hundred are heartbeats.
    pub(super) heartbeat_percent: u64,
    /// One heartbeat in this many starts a run of heartbeats.
    pub(super) run_one_in: u64,
    /// The heartbeats that are left of a run.
    pub(super) heartbeats: u64,
    /// The peers that are still to connect and subscribe at the start.
    to_welcome: Vec<Input>,
    /// The first message id that was not used yet.
    next_id: i64,
    /// The topics of the last messages, and of those that were advertised and are still to come.
    topics_of_ids: BTreeMap<MessageId, Topic>,
    pub(super) has_application_scores: bool,
    capabilities: Capabilities,
    pub(super) is_asked: bool,
    /// Whether backoffs may be shorter than a second in effect: spans on the wire are whole seconds always.
    pub(super) longest_backoff: u64,
}

impl World {
    pub(super) fn draw(parameters: &Parameters, capabilities: &Capabilities, draw: &mut impl Draw) -> Self {
        let supports = |feature: &str| capabilities.supports(feature);
        let many = parameters.degree_high.saturating_add(4).min(20) as u64;
        let count = if draw.one_in(4) { draw.between(1, 4) } else { draw.between(3, many.max(4)) };
        let direct_one_in =
            if supports("direct") { draw.pick(&[4, 10, 1000]).copied().unwrap_or(10) } else { u64::MAX };
        let outbound_one_in = draw.pick(&[2, 4, 1000]).copied().unwrap_or(2);
        let old_one_in = draw.pick(&[4, 8, 1000]).copied().unwrap_or(8);
        // In some cases many peers share an address. Without P6, an address decides nothing.
        let has_p6 = parameters.scoring.as_ref().is_some_and(|scoring| scoring.ip_colocation_factor_weight != 0.0);
        let shared_one_in =
            if has_p6 && supports("ip") { draw.pick(&[2, 8, 1000]).copied().unwrap_or(8) } else { u64::MAX };
        let peers: Vec<RemotePeer> = (0..count)
            .map(|_| RemotePeer {
                protocol: protocol(old_one_in, &supports, draw),
                outbound: draw.one_in(outbound_one_in),
                direct: draw.one_in(direct_one_in),
                ip: draw.one_in(shared_one_in).then(|| draw.between(1, 3)),
            })
            .collect();
        let topics: Vec<Topic> =
            TOPICS.iter().take(if draw.one_in(2) { 1 } else { 3 }).map(|name| Topic::new(name)).collect();
        let mut weights = [3, 4, 2, 8, 8, 6, 16, 6, 60];
        for weight in &mut weights {
            // Each input is rare in some cases, and frequent in others.
            match draw.below(8) {
                0 => *weight /= 4,
                1 => *weight *= 4,
                _ => {}
            }
        }
        let mut world = Self {
            peers,
            topics,
            weights,
            heartbeat_percent: draw.pick(&[5, 10, 20, 40]).copied().unwrap_or(10),
            run_one_in: draw.pick(&[4, 10, 30]).copied().unwrap_or(10),
            heartbeats: 0,
            to_welcome: Vec::new(),
            next_id: 1,
            topics_of_ids: BTreeMap::new(),
            has_application_scores: parameters.scoring.is_some() && supports("application_score"),
            capabilities: capabilities.clone(),
            is_asked: parameters.validation == Validation::Asked,
            longest_backoff: draw.pick(&[3, 15, 90]).copied().unwrap_or(15),
        };
        world.plan_welcome(draw);
        world
    }

    /// In most cases, peers connect and subscribe first, and topics are joined before or after them.
    fn plan_welcome(&mut self, draw: &mut impl Draw) {
        if draw.one_in(6) {
            return;
        }
        let joins_first = draw.one_in(2);
        let joins: Vec<Input> = self.topics.iter().map(|topic| Input::Join { topic: topic.clone() }).collect();
        let joins = if draw.one_in(4) { Vec::new() } else { joins };
        if joins_first {
            self.to_welcome.extend(joins.iter().cloned());
        }
        for index in 0..self.peers.len() as u64 {
            let peer = Peer(index + 1);
            if draw.one_in(6) {
                continue;
            }
            self.to_welcome.push(self.connection(peer));
            let subscriptions = self.topics.iter().filter(|_| !draw.one_in(8));
            let subscriptions: Vec<Subscription> =
                subscriptions.map(|topic| Subscription { topic: topic.clone(), subscribe: true }).collect();
            let grafts = self.topics.iter().filter(|_| joins_first && draw.one_in(3)).cloned().collect();
            self.to_welcome.push(Input::Rpc { peer, rpc: Rpc { subscriptions, graft: grafts, ..Rpc::default() } });
        }
        if !joins_first {
            self.to_welcome.extend(joins);
        }
        self.to_welcome.reverse();
    }

    /// The next input of the start.
    pub(super) fn welcome(&mut self, draw: &mut impl Draw) -> Option<Input> {
        let input = self.to_welcome.pop()?;
        if draw.one_in(200) {
            // A start that ends early.
            self.to_welcome.clear();
        }
        Some(input)
    }

    fn connection(&self, peer: Peer) -> Input {
        let index = usize::try_from(peer.0.saturating_sub(1)).unwrap_or(usize::MAX);
        let RemotePeer { protocol, outbound, direct, ip } =
            *self.peers.get(index).expect("the world has a peer for each number");
        Input::Connect { peer, outbound, direct, protocol, ip }
    }

    /// The connection of a peer that is not connected, if there is one.
    pub(super) fn connect(&self, model: &Model, draw: &mut impl Draw) -> Option<Input> {
        let connected = model.script().connected();
        let peers: Vec<Peer> =
            (1..=self.peers.len() as u64).map(Peer).filter(|peer| !connected.contains(peer)).collect();
        draw.pick(&peers).map(|peer| self.connection(*peer))
    }

    pub(super) fn topic(&self, draw: &mut impl Draw) -> Topic {
        if draw.one_in(40) {
            return Topic::new("nowhere");
        }
        draw.pick(&self.topics).cloned().expect("a world has a topic")
    }

    /// The id of a new message of a topic, or of one of its last ones.
    pub(super) fn message_id(&mut self, topic: &Topic, draw: &mut impl Draw) -> MessageId {
        if draw.one_in(4) {
            return self.recent_id_of(topic, draw);
        }
        // The ids before were advertised or requested in other topics before their messages came.
        let mut id = MessageId(self.next_id);
        while self.topics_of_ids.get(&id).is_some_and(|other| other != topic) {
            id.0 += 1;
        }
        self.next_id = id.0 + 1;
        self.set_topic(id, topic);
        id
    }

    /// One of the last message ids, or one that is soon to come.
    pub(super) fn recent_id(&self, draw: &mut impl Draw) -> MessageId {
        let back = i64::try_from(draw.below(10)).unwrap_or(0);
        MessageId((self.next_id + 1 - back).max(1))
    }

    /// A recent message id of a topic. Now and then one of another topic: an id is known by itself.
    pub(super) fn recent_id_of(&mut self, topic: &Topic, draw: &mut impl Draw) -> MessageId {
        let id = self.recent_id(draw);
        let is_of_topic = |id: &MessageId| self.topics_of_ids.get(id).is_none_or(|other| other == topic);
        let id = if is_of_topic(&id) || draw.one_in(10) {
            id
        } else {
            // The nearest id of the topic.
            let earlier = (1..id.0).rev().take(RECENT).map(MessageId).find(is_of_topic);
            earlier.unwrap_or_else(|| {
                (id.0..=i64::MAX).map(MessageId).find(is_of_topic).expect("there are ids without a topic")
            })
        };
        self.set_topic(id, topic);
        id
    }

    /// A message has one topic, the first one in which its id is used.
    fn set_topic(&mut self, id: MessageId, topic: &Topic) {
        self.topics_of_ids.entry(id).or_insert_with(|| topic.clone());
        let forgotten = MessageId(self.next_id - i64::try_from(4 * RECENT).unwrap_or(i64::MAX));
        self.topics_of_ids = self.topics_of_ids.split_off(&forgotten);
    }

    /// Any peer of the world, connected or not.
    pub(super) fn any_peer(&self, draw: &mut impl Draw) -> Peer {
        Peer(draw.between(1, self.peers.len() as u64 + 3))
    }

    /// Whether the implementation supports a feature.
    pub(super) fn supports(&self, feature: &str) -> bool {
        self.capabilities.supports(feature)
    }
}

/// A member of a mesh, in half of the cases.
pub(super) fn favourite(model: &Model, draw: &mut impl Draw) -> Option<Peer> {
    if draw.one_in(2) {
        return None;
    }
    let members: Vec<Peer> = model.meshes().values().flatten().copied().collect();
    let connected = model.script().connected();
    draw.pick(&members).copied().filter(|peer| connected.contains(peer))
}

fn protocol(old_one_in: u64, supports: &impl Fn(&str) -> bool, draw: &mut impl Draw) -> Protocol {
    if draw.one_in(old_one_in) {
        return if supports("floodsub") && draw.one_in(2) { Protocol::Floodsub } else { Protocol::Gossipsub10 };
    }
    if supports("idontwant") && draw.one_in(2) { Protocol::Gossipsub12 } else { Protocol::Gossipsub11 }
}
