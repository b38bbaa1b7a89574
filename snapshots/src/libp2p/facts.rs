//! The state of a router as a list of facts.

use crate::name::braces;
use gossipsub_conformance::{
    engine::Event,
    libp2p::{Libp2pFamily, Step},
};
use gossipsub_reference_model::libp2p::{
    Model, TopicRecord,
    vocabulary::{Input, MessageId, Peer, Rpc, Topic},
};
use std::collections::{BTreeMap, BTreeSet};

/// Values by subject. The number gives the order of the text.
pub(super) type Facts = BTreeMap<(usize, String), String>;

/// What the steps of a scenario are about.
#[derive(Clone, Debug, Default)]
pub(super) struct Subjects {
    peers: BTreeSet<Peer>,
    topics: BTreeSet<Topic>,
    ids: BTreeSet<MessageId>,
}

impl Subjects {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut subjects = Self::default();
        for step in steps {
            match &step.event {
                Event::<Libp2pFamily>::Environment(change) => match *change {},
                Event::Input(exchange) => subjects.add(&exchange.input),
            }
        }
        subjects
    }

    fn add(&mut self, input: &Input) {
        match input {
            Input::Connect { peer, .. } | Input::Disconnect { peer } | Input::SetApplicationScore { peer, .. } => {
                self.peers.insert(*peer);
            }
            Input::Rpc { rpc, .. } => self.add_rpc(rpc),
            Input::Rpcs { rpcs, .. } => rpcs.iter().for_each(|rpc| self.add_rpc(rpc)),
            Input::Join { topic } | Input::Leave { topic } => {
                self.topics.insert(topic.clone());
            }
            Input::Publish { topic, message_id } => {
                self.topics.insert(topic.clone());
                self.ids.insert(*message_id);
            }
            Input::Validated { .. } | Input::Heartbeat => {}
        }
    }

    fn add_rpc(&mut self, rpc: &Rpc) {
        for message in &rpc.messages {
            self.ids.insert(message.message_id);
        }
        let announced = rpc.subscriptions.iter().map(|subscription| &subscription.topic);
        let topics = announced.chain(&rpc.graft).chain(rpc.prune.iter().map(|prune| &prune.topic));
        self.topics.extend(topics.cloned());
    }
}

/// Subjects in the order of the text.
#[derive(Clone, Copy)]
enum Order {
    Peer,
    Mesh,
    Fanout,
    Backoff,
    Seen,
    Cached,
    Awaiting,
    Score,
    Record,
}

/// The facts of a state.
pub(super) fn facts(model: &Model, subjects: &Subjects) -> Facts {
    let mut facts = Facts::new();
    let mut add = |order: Order, subject: String, value: String| facts.insert((order as usize, subject), value);
    for (peer, protocol, outbound, topics) in model.connections() {
        let outbound = if outbound { ", outbound" } else { "" };
        let direct = if model.direct_peers().contains(&peer) { ", direct" } else { "" };
        // Announcements of many topics are told by their number.
        let topics =
            if topics.len() > 5 { format!("{} topics", topics.len()) } else { format!("topics {}", braces(topics)) };
        add(Order::Peer, format!("peer {peer}"), format!("{protocol}{outbound}{direct}, {topics}"));
    }
    for (topic, members) in model.meshes() {
        add(Order::Mesh, format!("mesh {topic}"), braces(members));
    }
    for (topic, fanout) in model.fanouts() {
        add(Order::Fanout, format!("fanout {topic}"), braces(fanout.certain()));
    }
    for topic in &subjects.topics {
        for peer in &subjects.peers {
            if let Some(end) = model.backoff_end(topic, *peer) {
                add(Order::Backoff, format!("backoff {topic} {peer}"), format!("until {end}"));
            }
        }
    }
    let seen: BTreeSet<MessageId> = subjects.ids.iter().copied().filter(|id| model.is_seen(*id)).collect();
    let sets = [
        (Order::Seen, "seen", seen),
        (Order::Cached, "cached", model.cached().collect()),
        (Order::Awaiting, "awaiting a verdict", model.awaiting().collect()),
    ];
    for (order, subject, ids) in sets {
        if !ids.is_empty() {
            add(order, subject.into(), braces(&ids));
        }
    }
    for peer in &subjects.peers {
        let score = model.score(*peer);
        if score != 0.0 {
            add(Order::Score, format!("score {peer}"), score.to_string());
        }
        for (topic, record) in model.topic_records(*peer).into_iter().flatten() {
            let parts = parts(record);
            if !parts.is_empty() {
                add(Order::Record, format!("record {topic} {peer}"), parts.join(", "));
            }
        }
    }
    facts
}

fn parts(record: &TopicRecord) -> Vec<String> {
    let TopicRecord { in_mesh, mesh_time, active, .. } = record;
    let mut parts = Vec::new();
    if *in_mesh {
        parts.push(format!("in the mesh for {mesh_time}"));
    }
    if *active {
        parts.push("P3 active".into());
    }
    let counters = [
        ("first deliveries", record.first_deliveries),
        ("mesh deliveries", record.mesh_deliveries),
        ("failure penalties", record.failure_penalties),
        ("invalid messages", record.invalid_messages),
    ];
    parts
        .extend(counters.into_iter().filter(|(_, count)| *count != 0.0).map(|(name, count)| format!("{name} {count}")));
    parts
}
