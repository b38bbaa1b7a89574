//! The same sequence with other names of peers, topics and message ids.

use crate::automaton::{EnvironmentChange, Event, Exchange, Header, Step};
use gossipsub_automaton::{
    AddPeer, ApplyBatch, ApplyBatchOutput, BatchedMessage, BatchedMessageOutput, CachedMessage, Connection, Fanout,
    Graft, HeartbeatOutput, Ihave, IhaveOutput, Input, Iwant, IwantOutput, Join, JoinOutput, Leave, LeaveOutput,
    Limits, Output, PartialView, Prune, PruneOutput, PublishMessage, PublishMessageOutput, ReceiveMessage,
    ReceiveMessageOutput, RemovePeer, ScoreRecord, SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput,
    SetApplicationScore, Subscribe, TopicScoreLimits, TopicsByPeer, Unsubscribe,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::{BTreeMap, BTreeSet};

/// Gives each name another one.
trait Namer {
    fn peer(&mut self, peer: Peer) -> Peer;
    fn topic(&mut self, topic: &Topic) -> Topic;
    fn id(&mut self, id: MessageId) -> MessageId;
}

/// Whether the new names are in the order of the old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// They are.
    Kept,
    /// Peers and message ids are in the opposite order. Topics are not: scores are summed up in their order.
    Reversed,
}

/// A new name for each name of a sequence.
#[derive(Debug)]
pub(super) struct Names {
    peers: BTreeMap<Peer, Peer>,
    topics: BTreeMap<Topic, Topic>,
    ids: BTreeMap<MessageId, MessageId>,
}

/// The names of a sequence.
#[derive(Default)]
struct Collected {
    peers: BTreeSet<Peer>,
    topics: BTreeSet<Topic>,
    ids: BTreeSet<MessageId>,
}

impl Namer for Collected {
    fn peer(&mut self, peer: Peer) -> Peer {
        self.peers.insert(peer);
        peer
    }

    fn topic(&mut self, topic: &Topic) -> Topic {
        self.topics.insert(topic.clone());
        topic.clone()
    }

    fn id(&mut self, id: MessageId) -> MessageId {
        self.ids.insert(id);
        id
    }
}

/// A name that the sequence does not have stays as it is.
impl Namer for &Names {
    fn peer(&mut self, peer: Peer) -> Peer {
        self.peers.get(&peer).copied().unwrap_or(peer)
    }

    fn topic(&mut self, topic: &Topic) -> Topic {
        self.topics.get(topic).unwrap_or(topic).clone()
    }

    fn id(&mut self, id: MessageId) -> MessageId {
        self.ids.get(&id).copied().unwrap_or(id)
    }
}

impl Names {
    pub(super) fn of(header: &Header, steps: &[Step], order: Order) -> Self {
        let mut names = Collected::default();
        limits(&mut names, &header.limits);
        for step in steps {
            event(&mut names, &step.event);
        }
        let Collected { peers, topics, ids } = names;
        let [many_peers, many_ids] = [peers.len() as u64, ids.len() as u64];
        let place = |index: u64, many: u64| match order {
            Order::Kept => index,
            Order::Reversed => many - 1 - index,
        };
        let new_peer = |(index, peer)| (peer, Peer(place(index, many_peers) * 7 + 3));
        let new_id = |(index, id)| (id, MessageId(place(index, many_ids) * 5 + 2));
        let new_topic = |(index, topic): (u64, Topic)| (topic, format!("topic {index:06}"));
        Self {
            peers: (0..).zip(peers).map(new_peer).collect(),
            topics: (0..).zip(topics).map(new_topic).collect(),
            ids: (0..).zip(ids).map(new_id).collect(),
        }
    }

    pub(super) fn header(&self, header: &Header) -> Header {
        Header { limits: limits(&mut &*self, &header.limits), ..header.clone() }
    }

    pub(super) fn event(&self, of: &Event) -> Event {
        event(&mut &*self, of)
    }

    pub(super) fn output(&self, of: &Output<TraceIds>) -> Output<TraceIds> {
        output(&mut &*self, of)
    }

    pub(super) fn view(&self, of: &PartialView<TraceIds>) -> PartialView<TraceIds> {
        view(&mut &*self, of)
    }
}

fn limits(names: &mut impl Namer, limits: &Limits<TraceIds>) -> Limits<TraceIds> {
    let mut limits = limits.clone();
    if let TopicScoreLimits::Family { topics, .. } = &mut limits.score_limits.topics {
        *topics = std::mem::take(topics).into_iter().map(|(topic, of)| (names.topic(&topic), of)).collect();
    }
    limits
}

/// The event without its answer.
fn event(names: &mut impl Namer, event: &Event) -> Event {
    match event {
        Event::Environment(change) => Event::Environment(match *change {
            EnvironmentChange::Validity { message_id, validity } => {
                EnvironmentChange::Validity { message_id: names.id(message_id), validity }
            }
            EnvironmentChange::MessageValidity { message_id, validity } => {
                EnvironmentChange::MessageValidity { message_id: names.id(message_id), validity }
            }
            EnvironmentChange::BatchVerdicts { off_by } => EnvironmentChange::BatchVerdicts { off_by },
            EnvironmentChange::PeerFilter { peer, action, accept } => {
                EnvironmentChange::PeerFilter { peer: names.peer(peer), action, accept }
            }
        }),
        Event::Input(exchange) => {
            Event::Input(Exchange { input: input(names, &exchange.input), output: None, view: None })
        }
    }
}

fn peers<'a, T: FromIterator<Peer>>(names: &mut impl Namer, peers: impl IntoIterator<Item = &'a Peer>) -> T {
    peers.into_iter().map(|peer| names.peer(*peer)).collect()
}

fn ids(names: &mut impl Namer, ids: &[MessageId]) -> Vec<MessageId> {
    ids.iter().map(|id| names.id(*id)).collect()
}

fn by_peer<V: Clone>(names: &mut impl Namer, map: &BTreeMap<Peer, V>) -> BTreeMap<Peer, V> {
    map.iter().map(|(peer, value)| (names.peer(*peer), value.clone())).collect()
}

fn input(names: &mut impl Namer, input: &Input<TraceIds>) -> Input<TraceIds> {
    match input {
        Input::AddPeer(of) => AddPeer { peer: names.peer(of.peer), ..*of }.into(),
        Input::RemovePeer(of) => RemovePeer { peer: names.peer(of.peer) }.into(),
        Input::Subscribe(of) => Subscribe { peer: names.peer(of.peer), topic: names.topic(&of.topic) }.into(),
        Input::Unsubscribe(of) => Unsubscribe { peer: names.peer(of.peer), topic: names.topic(&of.topic) }.into(),
        Input::Ihave(of) => ihave(names, of).into(),
        Input::Iwant(of) => Iwant { peer: names.peer(of.peer), message_ids: ids(names, &of.message_ids) }.into(),
        Input::Graft(of) => Graft { peer: names.peer(of.peer), topic: names.topic(&of.topic) }.into(),
        Input::Prune(of) => Prune {
            peer: names.peer(of.peer),
            topic: names.topic(&of.topic),
            px: peers(names, &of.px),
            backoff: of.backoff,
        }
        .into(),
        Input::PublishMessage(of) => PublishMessage {
            topic: names.topic(&of.topic),
            message_id: names.id(of.message_id),
            message: of.message.clone(),
        }
        .into(),
        Input::ReceiveMessage(of) => ReceiveMessage {
            sender: names.peer(of.sender),
            topic: names.topic(&of.topic),
            message_id: names.id(of.message_id),
            message: of.message.clone(),
            batch: of.batch,
        }
        .into(),
        Input::Join(of) => Join { topic: names.topic(&of.topic) }.into(),
        Input::Leave(of) => Leave { topic: names.topic(&of.topic) }.into(),
        Input::Heartbeat => Input::Heartbeat,
        Input::SetApplicationScore(of) => SetApplicationScore { peer: names.peer(of.peer), score: of.score }.into(),
        Input::SelectPxPeers(of) => SelectPxPeers {
            peer_to_prune: names.peer(of.peer_to_prune),
            topic: names.topic(&of.topic),
            no_px_peers: peers(names, &of.no_px_peers),
        }
        .into(),
        Input::SelectGossipMessages => Input::SelectGossipMessages,
        Input::ApplyBatch(of) => {
            let batched = |of: &BatchedMessage<TraceIds>| BatchedMessage {
                sender: names.peer(of.sender),
                topic: names.topic(&of.topic),
                message_id: names.id(of.message_id),
                message: of.message.clone(),
                to_route: peers(names, &of.to_route),
            };
            ApplyBatch { batch: of.batch.iter().map(batched).collect() }.into()
        }
    }
}

fn ihave(names: &mut impl Namer, ihave: &Ihave<TraceIds>) -> Ihave<TraceIds> {
    Ihave {
        peer: names.peer(ihave.peer),
        topic: names.topic(&ihave.topic),
        message_ids: ids(names, &ihave.message_ids),
    }
}

fn output(names: &mut impl Namer, output: &Output<TraceIds>) -> Output<TraceIds> {
    match output {
        Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids }) => {
            IhaveOutput::MessageRequestedMessageIds { message_ids: ids(names, message_ids) }.into()
        }
        Output::Iwant(IwantOutput::OnIwantMessagesToRoute { routed_message_ids }) => {
            let renamed = routed_message_ids.iter().map(|(id, routed)| (names.id(*id), routed.clone()));
            IwantOutput::OnIwantMessagesToRoute { routed_message_ids: renamed.collect() }.into()
        }
        Output::Prune(PruneOutput::Px { peers: taken }) => PruneOutput::Px { peers: peers(names, taken) }.into(),
        Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish }) => {
            PublishMessageOutput::PublishMessage { to_publish: peers(names, to_publish) }.into()
        }
        Output::ReceiveMessage(ReceiveMessageOutput::RouteMessage { to_route }) => {
            ReceiveMessageOutput::RouteMessage { to_route: peers(names, to_route) }.into()
        }
        Output::ReceiveMessage(ReceiveMessageOutput::ToIncludeInBatch { to_route }) => {
            ReceiveMessageOutput::ToIncludeInBatch { to_route: peers(names, to_route) }.into()
        }
        Output::ApplyBatch(ApplyBatchOutput::BatchResult { results }) => {
            let result = |of: &BatchedMessageOutput<TraceIds>| match of {
                BatchedMessageOutput::RouteMessage { to_route } => {
                    BatchedMessageOutput::RouteMessage { to_route: peers(names, to_route) }
                }
                other => other.clone(),
            };
            ApplyBatchOutput::BatchResult { results: results.iter().map(result).collect() }.into()
        }
        Output::Join(JoinOutput::JoiningTopic { to_graft }) => {
            JoinOutput::JoiningTopic { to_graft: peers(names, to_graft) }.into()
        }
        Output::Leave(LeaveOutput::LeavingTopic { to_prune, no_px_peers }) => {
            let [to_prune, no_px_peers] = [to_prune, no_px_peers].map(|of| peers(names, of));
            LeaveOutput::LeavingTopic { to_prune, no_px_peers }.into()
        }
        Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers }) => {
            let [to_graft, to_prune] = [to_graft, to_prune].map(|of| topics_by_peer(names, of));
            HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers: peers(names, no_px_peers) }.into()
        }
        Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers: offered }) => {
            SelectPxPeersOutput::PxPeers { peers: peers(names, offered) }.into()
        }
        Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) => {
            let ihaves = ihaves.iter().map(|of| ihave(names, of)).collect();
            SelectGossipMessagesOutput::GossipMessages { ihaves }.into()
        }
        // The others hold no names.
        other => other.clone(),
    }
}

fn topics_by_peer(names: &mut impl Namer, map: &TopicsByPeer<TraceIds>) -> TopicsByPeer<TraceIds> {
    map.iter()
        .map(|(peer, topics)| (names.peer(*peer), topics.iter().map(|topic| names.topic(topic)).collect()))
        .collect()
}

fn view(names: &mut impl Namer, view: &PartialView<TraceIds>) -> PartialView<TraceIds> {
    PartialView {
        heartbeat_ticks: view.heartbeat_ticks,
        connections: view.connections.as_ref().map(|map| {
            let renamed = map.iter().map(|(peer, of)| {
                let topics = of.topics.iter().map(|topic| names.topic(topic)).collect();
                (names.peer(*peer), Connection { topics, ..*of })
            });
            renamed.collect()
        }),
        mesh: view
            .mesh
            .as_ref()
            .map(|map| map.iter().map(|(topic, members)| (names.topic(topic), peers(names, members))).collect()),
        fanout: view.fanout.as_ref().map(|map| {
            let renamed =
                map.iter().map(|(topic, of)| (names.topic(topic), Fanout { peers: peers(names, &of.peers), ..*of }));
            renamed.collect()
        }),
        backoff: view
            .backoff
            .as_ref()
            .map(|map| map.iter().map(|(topic, entries)| (names.topic(topic), by_peer(names, entries))).collect()),
        scores: view.scores.as_ref().map(|map| by_peer(names, map)),
        ihave_per_heartbeat: view.ihave_per_heartbeat.as_ref().map(|map| by_peer(names, map)),
        iwant_per_heartbeat: view.iwant_per_heartbeat.as_ref().map(|map| by_peer(names, map)),
        message_cache: view.message_cache.as_ref().map(|map| {
            let renamed = map.iter().map(|(id, of)| {
                let access_counters = by_peer(names, &of.access_counters);
                (names.id(*id), CachedMessage { message: of.message.clone(), access_counters })
            });
            renamed.collect()
        }),
        first_seen: view.first_seen.as_ref().map(|map| map.iter().map(|(id, seen)| (names.id(*id), *seen)).collect()),
        gossip_ids: view.gossip_ids.as_ref().map(|map| {
            let renamed = map.iter().map(|(topic, list)| {
                let mut list = ids(names, list);
                list.sort_unstable();
                (names.topic(topic), list)
            });
            renamed.collect()
        }),
        senders: view
            .senders
            .as_ref()
            .map(|map| map.iter().map(|(id, senders)| (names.id(*id), peers(names, senders))).collect()),
        score_records: view.score_records.as_ref().map(|map| {
            let renamed = map.iter().map(|(peer, record)| {
                let topics = record.topics.iter().map(|(topic, counters)| (names.topic(topic), *counters)).collect();
                (names.peer(*peer), ScoreRecord { topics, ..record.clone() })
            });
            renamed.collect()
        }),
    }
}
