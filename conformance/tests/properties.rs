//! Every property is broken by some wrong automaton, and says so by its name; none is by core or by the recorded traces.

mod common;
#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::{Fault, FaultyCore};
use gossipsub_automaton::{
    ApplyBatchOutput, BatchedMessageOutput, Behaviour, GraftOutput, HeartbeatOutput, IhaveOutput, Input, IwantOutput,
    JoinOutput, LeaveOutput, Output, OutputKind, PartialView, PeerSet, PruneOutput, PublishMessageOutput,
    ReceiveMessageOutput, RoutedMessage, Score, SelectGossipMessagesOutput, SelectPxPeersOutput, SortedSet, Span,
    SubscribeOutput, Time, TopicsByPeer,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use gossipsub_conformance::{
    automaton::{
        Answer, AutomatonFamily, Core, Event, Exchange, Header, Runner, Sequence, Step,
        generate::{Generator, Profile},
        open,
        properties::{ALL, Property, PropertyChecker, metamorphic},
    },
    engine::{
        Finding, Fork, Generator as _, Implementation, ImplementationError, Named as _, PROPERTY_PREFIX, Properties,
        PropertyExtent, Random, Views,
        campaign::{Plan, Results, Until, run},
        minimize::{Options, minimize},
        verify::{Verdict, verify},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::OnceLock,
};

/// A step of core, with what it showed before and after. A fault changes what comes after.
struct Answered<'a> {
    now: Time,
    input: &'a Input<TraceIds>,
    before: &'a PartialView<TraceIds>,
    output: &'a mut Output<TraceIds>,
    view: &'a mut PartialView<TraceIds>,
}

/// What is wrong with an automaton.
type Plant = fn(&mut Answered<'_>) -> Option<()>;

/// A fault that needs to know what core showed before.
#[derive(Clone)]
struct FaultWithView {
    plant: Plant,
    before: PartialView<TraceIds>,
}

impl Fault for FaultWithView {
    const FOLLOWS_SEED: bool = true;

    fn start(&mut self, _: &mut Header, views: &mut Views) {
        self.before = PartialView::default();
        *views = Views::Every;
    }

    fn after(&mut self, now: Time, input: &Input<TraceIds>, Answer { output, view }: &mut Answer) {
        let view = view.get_or_insert_default();
        let before = std::mem::replace(&mut self.before, view.clone());
        let _ = (self.plant)(&mut Answered { now, input, before: &before, output, view });
    }
}

fn faulty(plant: Plant) -> FaultyCore<FaultWithView> {
    FaultyCore::new(FaultWithView { plant, before: PartialView::default() })
}

/// A peer that does not exist.
const NOBODY: Peer = Peer(9_999_999);

impl Answered<'_> {
    fn kind(&self) -> OutputKind {
        self.output.kind()
    }

    fn is_heartbeat(&self) -> bool {
        self.kind() == OutputKind::Heartbeat
    }

    fn is_direct(&self, peer: Peer) -> bool {
        self.view.connections.as_ref().is_some_and(|all| all.get(&peer).is_some_and(|of| of.direct))
    }

    fn meshes(&mut self) -> &mut BTreeMap<Topic, BTreeSet<Peer>> {
        self.view.mesh.get_or_insert_default()
    }

    fn scores(&mut self) -> &mut BTreeMap<Peer, Score> {
        self.view.scores.get_or_insert_default()
    }

    /// Moves the score of a peer that has a record.
    fn score(&mut self, peer: Peer, score: impl FnOnce(f64) -> f64) -> Option<()> {
        let of = self.scores().get_mut(&peer)?;
        *of = score(of.value()).into();
        Some(())
    }

    /// What a heartbeat grafts and prunes.
    fn heartbeat(&mut self) -> Option<(&mut TopicsByPeer<TraceIds>, &mut TopicsByPeer<TraceIds>)> {
        match self.output {
            Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, .. }) => Some((to_graft, to_prune)),
            _ => None,
        }
    }

    fn is_touched(&mut self, peer: Peer) -> bool {
        self.heartbeat().is_some_and(|(grafts, prunes)| grafts.contains_key(&peer) || prunes.contains_key(&peer))
    }

    fn answers(&mut self, of: OutputKind, output: impl Into<Output<TraceIds>>) -> Option<()> {
        (self.kind() == of).then(|| *self.output = output.into())
    }

    fn becomes_graft(&mut self, of: OutputKind) -> Option<()> {
        self.answers(of, GraftOutput::GraftingSuccessfully)
    }

    /// To whom a message is sent.
    fn recipients(&mut self) -> Option<&mut PeerSet<TraceIds>> {
        match self.output {
            Output::ReceiveMessage(ReceiveMessageOutput::RouteMessage { to_route: to })
            | Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish: to }) => Some(to),
            _ => None,
        }
    }

    /// The results of a batch.
    fn results(&mut self) -> Option<&mut Vec<BatchedMessageOutput<TraceIds>>> {
        match self.output {
            Output::ApplyBatch(ApplyBatchOutput::BatchResult { results }) => Some(results),
            _ => None,
        }
    }

    fn ihaves(&mut self) -> Option<&mut Vec<gossipsub_automaton::Ihave<TraceIds>>> {
        match self.output {
            Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) => Some(ihaves),
            _ => None,
        }
    }
}

fn with(set: &PeerSet<TraceIds>, peer: Peer) -> PeerSet<TraceIds> {
    set.iter().copied().chain([peer]).collect()
}

fn without(set: &PeerSet<TraceIds>, is_out: impl Fn(Peer) -> bool) -> PeerSet<TraceIds> {
    set.iter().copied().filter(|peer| !is_out(*peer)).collect()
}

fn one(topic: &Topic) -> SortedSet<Topic> {
    [topic.clone()].into_iter().collect()
}

/// What was there before and is gone.
fn put_back<K: Ord + Clone, V: Clone>(before: Option<&BTreeMap<K, V>>, after: &mut BTreeMap<K, V>) {
    for (key, value) in before.into_iter().flatten() {
        after.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// For each property, an automaton that breaks it.
const FAULTS: &[(&str, Plant)] = &[
    ("no mesh has a direct peer", |of| {
        let direct = of.view.connections.as_ref()?.iter().find(|(_, of)| of.direct).map(|(peer, _)| *peer)?;
        of.meshes().values_mut().for_each(|mesh| _ = mesh.insert(direct));
        Some(())
    }),
    ("every peer in a mesh is connected", |of| {
        of.meshes().values_mut().for_each(|mesh| _ = mesh.insert(NOBODY));
        Some(())
    }),
    ("every peer in a mesh subscribes to its topic", |of| {
        of.view.connections.as_mut()?.values_mut().for_each(|of| of.topics.clear());
        Some(())
    }),
    ("no topic has a mesh and a fanout", |of| {
        let (topic, peers) = of.meshes().first_key_value().map(|(topic, mesh)| (topic.clone(), mesh.clone()))?;
        let fanout = gossipsub_automaton::Fanout { peers, last_published_time: of.now };
        of.view.fanout.as_mut()?.insert(topic, fanout);
        Some(())
    }),
    ("a fanout has at most degree_optimal peers, all of them subscribed", |of| {
        of.view.fanout.as_mut()?.values_mut().for_each(|fanout| _ = fanout.peers.insert(NOBODY));
        Some(())
    }),
    ("a graft is accepted only of a connected peer that is not direct, for a topic that we joined", |of| {
        of.becomes_graft(OutputKind::GraftingDirectPeer)
    }),
    ("no graft is accepted of a peer with a negative score", |of| {
        of.becomes_graft(OutputKind::GraftingPeerWithNegativeScore)
    }),
    ("no graft is accepted during a backoff", |of| of.becomes_graft(OutputKind::PeerBackedOff)),
    ("a full mesh accepts only grafts of outbound peers", |of| of.becomes_graft(OutputKind::MeshFull)),
    ("a graft during a backoff extends it", |of| {
        if of.kind() == OutputKind::PeerBackedOff {
            of.view.backoff.clone_from(&of.before.backoff);
        }
        Some(())
    }),
    ("a peer that leaves a mesh by a prune is backed off", |of| {
        let Input::Prune(prune) = of.input else { return None };
        of.view.backoff.as_mut()?.get_mut(&prune.topic)?.remove(&prune.peer);
        Some(())
    }),
    ("no peer is grafted during a backoff", |of| {
        let now = of.now;
        let before = of.before.backoff.as_ref()?;
        let (grafts, _) = of.heartbeat()?;
        for (topic, entries) in before {
            for (peer, _) in entries.iter().filter(|(_, end)| **end > now) {
                grafts.insert(*peer, one(topic));
            }
        }
        Some(())
    }),
    ("no peer with a negative score is grafted", |of| {
        let grafted: Vec<Peer> = of.heartbeat()?.0.keys().copied().collect();
        grafted.into_iter().try_for_each(|peer| of.score(peer, |_| -1.0))
    }),
    ("a new mesh has up to degree_optimal peers, and as many as there are to graft", |of| {
        of.answers(OutputKind::JoiningTopic, JoinOutput::JoiningTopic { to_graft: PeerSet::<TraceIds>::new() })
    }),
    ("no heartbeat grafts and prunes a peer for one topic", |of| {
        let (grafts, prunes) = of.heartbeat()?;
        grafts.extend(prunes.clone());
        Some(())
    }),
    ("a heartbeat leaves no peer with a negative score in a mesh", |of| {
        let members: Vec<Peer> = of.meshes().values().flatten().copied().collect();
        let members: Vec<Peer> =
            members.into_iter().filter(|peer| of.is_heartbeat() && !of.is_touched(*peer)).collect();
        members.into_iter().try_for_each(|peer| of.score(peer, |_| -1.0))
    }),
    ("a heartbeat leaves fewer than degree_low peers in a mesh only without candidates to graft", |of| {
        if of.is_heartbeat() {
            of.meshes().values_mut().for_each(BTreeSet::clear);
        }
        Some(())
    }),
    ("a heartbeat leaves at most degree_high peers in a mesh, but for those that it grafts", |of| {
        let all = of.view.connections.clone()?;
        for (peer, connection) in all {
            let good = of.scores().get(&peer).is_some_and(|score| score.value() >= 0.0);
            if of.is_heartbeat() && good && !connection.direct && !of.is_touched(peer) {
                let meshes = of.meshes().iter_mut().filter(|(topic, _)| connection.topics.contains(*topic));
                meshes.for_each(|(_, mesh)| _ = mesh.insert(peer));
            }
        }
        Some(())
    }),
    (
        "a heartbeat leaves fewer than degree_out outbound peers in a mesh of degree_low only without outbound candidates",
        |of| {
            let outbound: BTreeSet<Peer> =
                of.view.connections.as_ref()?.iter().filter(|(_, of)| of.outbound).map(|(peer, _)| *peer).collect();
            if of.is_heartbeat() {
                of.meshes().values_mut().for_each(|mesh| mesh.retain(|peer| !outbound.contains(peer)));
            }
            Some(())
        },
    ),
    ("an over-full mesh is pruned to degree_optimal peers, degree_out of them outbound", |of| {
        let (topic, mesh) = of.before.mesh.as_ref()?.iter().find(|(_, mesh)| !mesh.is_empty())?;
        let peer = *mesh.first()?;
        let good = of.scores().get(&peer)?.value() >= 0.0;
        if of.is_heartbeat() && good && !of.is_touched(peer) {
            of.heartbeat()?.1.insert(peer, one(topic));
            of.view.backoff.as_mut()?.entry(topic.clone()).or_default().insert(peer, Time::MAX);
        }
        Some(())
    }),
    ("of a peer exchange up to peers_to_px of the offered peers are taken", |of| {
        let Output::Prune(PruneOutput::Px { peers }) = of.output else { return None };
        *peers = with(peers, NOBODY);
        Some(())
    }),
    ("a peer exchange is taken only from a peer whose score reaches accept_px_threshold", |of| {
        let Input::Prune(prune) = of.input else { return None };
        let peers = prune.px.iter().take(1).copied().collect();
        of.answers(OutputKind::IgnorePxScoreTooLow, PruneOutput::Px { peers })
    }),
    ("up to peers_to_px connected peers are offered, and not the pruned one itself", |of| {
        let Input::SelectPxPeers(query) = of.input else { return None };
        of.answers(OutputKind::PxPeers, SelectPxPeersOutput::PxPeers { peers: vec![query.peer_to_prune] })
    }),
    ("only peers without a negative score that subscribe to the topic are offered", |of| {
        let Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers }) = &*of.output else { return None };
        let peer = *peers.first()?;
        of.score(peer, |_| -1.0)
    }),
    ("a peer that is pruned with a negative score gets no offer", |of| {
        let Output::Leave(LeaveOutput::LeavingTopic { no_px_peers, .. }) = of.output else { return None };
        *no_px_peers = PeerSet::<TraceIds>::new();
        Some(())
    }),
    ("a message that counts as seen is not sent on", |of| {
        let to_route = PeerSet::<TraceIds>::new();
        of.answers(OutputKind::AlreadyReceived, ReceiveMessageOutput::RouteMessage { to_route })
    }),
    ("only valid messages are forwarded", |of| {
        let to_route = PeerSet::<TraceIds>::new();
        of.answers(OutputKind::UnknownValidity, ReceiveMessageOutput::RouteMessage { to_route })
    }),
    ("no message is forwarded to its sender", |of| {
        let Input::ReceiveMessage(message) = of.input else { return None };
        let to = of.recipients()?;
        *to = with(to, message.sender);
        Some(())
    }),
    ("messages are sent to connected peers", |of| {
        let to = of.recipients()?;
        *to = with(to, NOBODY);
        Some(())
    }),
    ("every message is sent to the direct peers that subscribe to its topic", |of| {
        let direct: BTreeSet<Peer> = of.recipients()?.iter().copied().collect();
        let direct: BTreeSet<Peer> = direct.into_iter().filter(|peer| of.is_direct(*peer)).collect();
        let to = of.recipients()?;
        *to = without(to, |peer| direct.contains(&peer));
        Some(())
    }),
    ("messages are sent to the mesh, or else the fanout, and the direct peers", |of| {
        let to: Vec<Peer> = of.recipients()?.to_vec();
        let first = to.into_iter().find(|peer| !of.is_direct(*peer))?;
        let to = of.recipients()?;
        *to = without(to, |peer| peer == first);
        Some(())
    }),
    ("no peer subscribes to more than max_topics_per_peer topics", |of| {
        let Input::Subscribe(input) = of.input else { return None };
        if of.kind() == OutputKind::SubscribeIgnoredTopicLimitExceeded {
            of.view.connections.as_mut()?.get_mut(&input.peer)?.topics.insert(input.topic.clone());
        }
        Some(())
    }),
    ("a subscription is ignored only of a peer with max_topics_per_peer other topics", |of| {
        of.answers(OutputKind::Subscribed, SubscribeOutput::SubscribeIgnoredTopicLimitExceeded)
    }),
    ("a message that is received for a batch changes nothing", |of| {
        if of.kind() == OutputKind::ToIncludeInBatch {
            *of.view.heartbeat_ticks.as_mut()? += 1;
        }
        Some(())
    }),
    ("a batch has a result for each message, and routes it to the peers that the batch names", |of| {
        for result in of.results()? {
            if let BatchedMessageOutput::RouteMessage { to_route } = result {
                *to_route = with(to_route, NOBODY);
            }
        }
        Some(())
    }),
    ("each message of a batch has the result of its verdict", |of| {
        let Input::ApplyBatch(apply) = of.input else { return None };
        for (batched, result) in apply.batch.iter().zip(of.results()?) {
            *result = BatchedMessageOutput::RouteMessage { to_route: batched.to_route.clone() };
        }
        Some(())
    }),
    ("a batch with the wrong number of verdicts changes nothing", |of| {
        if of.results()?.iter().all(|result| *result == BatchedMessageOutput::UnknownValidity) {
            *of.view.heartbeat_ticks.as_mut()? += 1;
        }
        Some(())
    }),
    ("a batch lists each message that it routes for gossip under its topic, each time that it has it", |of| {
        of.results()?;
        of.view.gossip_ids.clone_from(&of.before.gossip_ids);
        Some(())
    }),
    ("a cached message keeps its payload, and only an IWant moves its counters", |of| {
        of.results()?;
        of.view.message_cache.as_mut()?.values_mut().for_each(|cached| cached.message = "the last one".into());
        Some(())
    }),
    ("a batch moves no score but those of the senders of its valid and invalid messages", |of| {
        let Input::ApplyBatch(apply) = of.input else { return None };
        let results = of.results()?.clone();
        for (batched, result) in apply.batch.iter().zip(results) {
            if matches!(result, BatchedMessageOutput::UnknownValidity | BatchedMessageOutput::Outdated) {
                of.score(batched.sender, |score| score - 1.0)?;
            }
        }
        Some(())
    }),
    ("the time at which an id was first seen stays as long as the id counts as seen", |of| {
        of.results()?;
        let before = of.before.first_seen.as_ref()?;
        for (_, time) in of.view.first_seen.as_mut()?.iter_mut().filter(|(id, _)| before.contains_key(id)) {
            *time = *time + Span::from_millis(1);
        }
        Some(())
    }),
    ("the recorded senders of an id are those of the messages that added it", |of| {
        let Input::ReceiveMessage(received) = of.input else { return None };
        if of.kind() == OutputKind::AlreadyReceived {
            of.view.senders.as_mut()?.get_mut(&received.message_id)?.insert(received.sender);
        }
        Some(())
    }),
    ("a repetition by a recorded sender changes nothing", |of| {
        let Input::ReceiveMessage(received) = of.input else { return None };
        let is_recorded = of.before.senders.as_ref()?.get(&received.message_id)?.contains(&received.sender);
        if is_recorded && of.kind() == OutputKind::AlreadyReceived {
            of.score(received.sender, |score| score + 1.0)?;
        }
        Some(())
    }),
    ("only announced ids that do not count as seen are requested", |of| {
        let Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids }) = of.output else { return None };
        *message_ids.first_mut()? = MessageId(9_999_999);
        Some(())
    }),
    ("of a peer at most max_sent_iwant_per_heartbeat ids are requested between two heartbeats", |of| {
        let Input::Ihave(ihave) = of.input else { return None };
        let seen = of.before.first_seen.as_ref()?;
        let message_ids = ihave.message_ids.iter().copied().filter(|id| !seen.contains_key(id)).collect();
        of.answers(OutputKind::TooManySentIwantMessages, IhaveOutput::MessageRequestedMessageIds { message_ids })
    }),
    ("at most max_recv_ihave_per_heartbeat IHaves of a peer are looked at between two heartbeats", |of| {
        of.answers(OutputKind::TooManyRecvIhaveMessages, IhaveOutput::MessageTopicNotTracked)
    }),
    ("a peer gets a message by IWant at most max_gossip_retransmission times", |of| {
        let Output::Iwant(IwantOutput::OnIwantMessagesToRoute { routed_message_ids }) = of.output else { return None };
        for routed in routed_message_ids.values_mut().filter(|routed| **routed == RoutedMessage::TooManyRequests) {
            *routed = RoutedMessage::Message { message: "again".into() };
        }
        Some(())
    }),
    ("an IHave goes to a connected peer that is not direct, with at most max_sent_iwant_per_heartbeat ids", |of| {
        of.ihaves()?.first_mut()?.peer = NOBODY;
        Some(())
    }),
    ("no IHave goes to a peer in the mesh or the fanout", |of| {
        let topic = of.ihaves()?.first()?.topic.clone();
        let member = *of.meshes().get(&topic)?.first()?;
        of.ihaves()?.first_mut()?.peer = member;
        Some(())
    }),
    ("no IHave goes to a peer whose score is below gossip_threshold", |of| {
        let peer = of.ihaves()?.first()?.peer;
        of.score(peer, |_| f64::MIN)
    }),
    ("gossip goes to at least degree_lazy peers, or to all candidates", |of| {
        of.ihaves()?.clear();
        Some(())
    }),
    ("gossip of a peer whose score is below gossip_threshold is ignored", |of| {
        of.answers(OutputKind::IhaveFromPeerWithLowScore, IhaveOutput::MessageTopicNotTracked)
    }),
    ("a misdeed never raises a score", |of| {
        let Input::Graft(graft) = of.input else { return None };
        let before = of.before.scores.as_ref()?.get(&graft.peer)?.value();
        if of.kind() == OutputKind::PeerBackedOff {
            of.score(graft.peer, |_| before + 1.0)?;
        }
        Some(())
    }),
    ("the first delivery of a message never lowers a score", |of| {
        let Input::ReceiveMessage(message) = of.input else { return None };
        let before = of.before.scores.as_ref()?.get(&message.sender)?.value();
        if of.kind() == OutputKind::RouteMessage {
            of.score(message.sender, |_| before - 1.0)?;
        }
        Some(())
    }),
    ("a message that is outdated, or of unknown validity, moves no score", |of| {
        let Input::ReceiveMessage(message) = of.input else { return None };
        if matches!(of.kind(), OutputKind::UnknownValidity | OutputKind::Outdated) {
            of.score(message.sender, |score| score - 1.0)?;
        }
        Some(())
    }),
    ("a peer is active in the score of a topic if and only if it is in its mesh", |of| {
        of.meshes().values().find(|mesh| !mesh.is_empty())?;
        of.view.score_records = Some(BTreeMap::new());
        Some(())
    }),
    ("between refreshes only what concerns a peer moves its score", |of| {
        if of.kind() == OutputKind::Subscribed {
            of.scores().values_mut().for_each(|score| *score = (score.value() + 1.0).into());
        }
        Some(())
    }),
    ("a negative score outlives the connection", |of| {
        let Input::RemovePeer(input) = of.input else { return None };
        of.scores().remove(&input.peer);
        Some(())
    }),
    ("after retain_duration the next refresh drops the record of a disconnected peer", |of| {
        if of.is_heartbeat() {
            put_back(of.before.scores.as_ref(), of.view.scores.as_mut()?);
        }
        Some(())
    }),
    ("a cleanup drops every backoff that ended two heartbeat intervals ago", |of| {
        if of.is_heartbeat() {
            put_back(of.before.backoff.as_ref(), of.view.backoff.as_mut()?);
        }
        Some(())
    }),
    ("a heartbeat resets the counters of IHaves and of requested ids", |of| {
        if of.is_heartbeat() {
            put_back(of.before.ihave_per_heartbeat.as_ref(), of.view.ihave_per_heartbeat.as_mut()?);
        }
        Some(())
    }),
    ("a message is cached for history_length heartbeats, and no longer", |of| {
        if of.is_heartbeat() {
            put_back(of.before.message_cache.as_ref(), of.view.message_cache.as_mut()?);
        }
        Some(())
    }),
    ("a message id counts as seen for seen_history_length heartbeats, and no longer", |of| {
        if of.is_heartbeat() {
            put_back(of.before.first_seen.as_ref(), of.view.first_seen.as_mut()?);
        }
        Some(())
    }),
    ("a query changes nothing", |of| {
        if matches!(of.kind(), OutputKind::PxPeers | OutputKind::GossipMessages) {
            *of.view.heartbeat_ticks.as_mut()? += 1;
        }
        Some(())
    }),
    ("an input about a topic leaves the meshes, fanouts and backoffs of other topics alone", |of| {
        if of.kind() == OutputKind::Subscribed {
            of.view.backoff.as_mut()?.clear();
        }
        Some(())
    }),
    ("an input about a peer leaves the connections, places, backoffs and counters of other peers alone", |of| {
        if of.kind() == OutputKind::PeerAdded {
            of.view.connections.as_mut()?.values_mut().for_each(|of| of.outbound = !of.outbound);
        }
        Some(())
    }),
    ("other names in the same order give the same answers", |of| {
        let to = of.recipients()?;
        *to = without(to, |peer| peer.0 % 2 == 0);
        Some(())
    }),
    ("equal histories have equal outcomes, whatever the names of peers and message ids", |of| {
        let to = of.recipients()?;
        let first = *to.first()?;
        *to = without(to, |peer| peer == first);
        Some(())
    }),
    ("between refreshes time does not move a score", |of| {
        let now = of.now.as_millis();
        let peer = *of.scores().first_key_value()?.0;
        of.score(peer, |_| f64::from(u32::try_from(now % 100_000_000).unwrap_or(0)))
    }),
];

/// Sequences that core answers as is allowed.
fn sequences() -> &'static [Sequence] {
    static SEQUENCES: OnceLock<Vec<Sequence>> = OnceLock::new();
    SEQUENCES.get_or_init(|| (0..160).map(sequence).collect())
}

fn sequence(case: u64) -> Sequence {
    let mut draw = Random::of_case(3, case);
    let profiles = Profile::ALL.len() as u64;
    let profile = Profile::ALL[usize::try_from(case % profiles).expect("small")];
    // The last behaviour has everything that later behaviours add.
    let behaviour = if (case / profiles).is_multiple_of(2) { Behaviour::Mavryk } else { Behaviour::OctezNext };
    let (header, mut generator) = Generator::with_behaviour(profile, behaviour, &mut draw);
    let mut core = Core::new();
    let mut runner = Runner::start(&mut core, &header).expect("limits");
    let mut steps = Vec::new();
    for _ in 0..150 {
        let mut step = generator.step(runner.model(), &mut draw);
        runner.step(&mut step).expect("an allowed answer");
        steps.push(step);
    }
    for mut step in generator.ending(runner.model()) {
        runner.step(&mut step).expect("an allowed answer");
        steps.push(step);
    }
    Sequence { header, steps }
}

/// The first property that an automaton breaks in a sequence. The model is not asked.
fn broken(
    faulty: &mut FaultyCore<FaultWithView>,
    Sequence { header, steps }: &Sequence,
    metamorphic_tests: bool,
) -> Option<String> {
    faulty.start(header, Views::Every).expect("a start");
    let mut properties = PropertyChecker::start(header, PropertyExtent::All);
    let mut answered = Vec::new();
    for step in steps {
        match &step.event {
            Event::Environment(change) => {
                faulty.change(step.now, change).expect("a change");
                properties.change(change);
                answered.push(step.clone());
            }
            Event::Input(Exchange { input, .. }) => {
                let Answer { output, view } = faulty.answer(step.now, input).expect("an answer");
                if !metamorphic_tests && let Err(violation) = properties.check(step.now, input, &output, view.as_ref())
                {
                    return Some(violation.rule);
                }
                let event = Event::Input(Exchange { input: input.clone(), output: Some(output), view });
                answered.push(Step { now: step.now, event });
            }
        }
    }
    let tried = if metamorphic_tests { metamorphic::run(faulty, header, &answered) } else { Ok(()) };
    tried.err().map(|finding| finding.kind())
}

#[test]
fn every_property_is_broken_by_its_fault() {
    let named: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).collect();
    let all: Vec<&str> = ALL.iter().map(|property| property.name).collect();
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    assert_eq!(sorted(named), sorted(all), "each property has a fault");
    let mut not_caught = Vec::new();
    for (name, fault) in FAULTS {
        let is_metamorphic = metamorphic::is_rule(&format!("{PROPERTY_PREFIX}{name}"));
        let mut faulty = faulty(*fault);
        let mut found = BTreeSet::new();
        let caught =
            sequences().iter().filter_map(|sequence| broken(&mut faulty, sequence, is_metamorphic)).any(|rule| {
                let caught = rule == format!("{PROPERTY_PREFIX}{name}");
                found.insert(rule);
                caught
            });
        if !caught {
            not_caught.push((name, found));
        }
    }
    assert!(not_caught.is_empty(), "{not_caught:#?}");
}

#[test]
fn core_breaks_none() {
    let mut core = faulty(|_| None);
    for sequence in sequences() {
        assert_eq!(broken(&mut core, sequence, false), None);
        assert_eq!(broken(&mut core, sequence, true), None);
    }
}

/// The recorded traces show the whole state after every step: so every exception is exact, and there are no others.
#[test]
fn the_recorded_traces_break_none() {
    for folder in ["traces", "edges", "quirks"] {
        for path in common::traces(folder) {
            let verified = verify(open(&path));
            assert!(matches!(verified.verdict, Verdict::Allowed), "{verified:?}");
        }
    }
}

#[test]
fn each_property_has_its_sentence_and_a_name_of_its_own() {
    let names: BTreeSet<&str> = ALL.iter().map(|property| property.name).collect();
    assert_eq!(names.len(), ALL.len());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reference-model/BEHAVIOUR.md");
    let page = fs::read_to_string(page).expect("the page");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for Property { name, source, quote, .. } in ALL {
        let of_our_page = source.strip_prefix("BEHAVIOUR.md, ");
        let of_a_document = source.starts_with("gossipsub v1.") || source.starts_with("Octez, ");
        assert!(of_a_document || of_our_page.is_some_and(|rule| page.contains(rule)), "{name}: {source}");
        assert!(of_a_document || page.contains(quote), "{name}: {quote}");
        assert!(quote.len() > 20 && !quote.contains("  "), "{name}: {quote}");
    }
}

/// The seed of core is the number of the first peer: every answer is allowed, and depends on a name.
#[derive(Clone, Default)]
struct SeededByName {
    is_named: bool,
}

impl Fault for SeededByName {
    const FOLLOWS_SEED: bool = true;

    fn start(&mut self, _: &mut Header, _: &mut Views) {
        self.is_named = false;
    }

    fn before(&mut self, core: &mut Core, _: Time, input: &Input<TraceIds>) -> Result<(), ImplementationError> {
        if let Input::AddPeer(first) = input
            && !self.is_named
        {
            self.is_named = true;
            core.reseed(first.peer.0);
        }
        Ok(())
    }
}

fn campaign(cases: u64) -> Results<AutomatonFamily> {
    let plan = Plan { seed: 1, steps: 120, until: Until::Cases(cases), ..Plan::default() };
    run(&plan, || FaultyCore::new(SeededByName::default()), &|_, _| {})
}

#[test]
fn a_fault_that_the_model_allows_is_found_and_minimized() {
    let results = campaign(32);
    let kinds: Vec<&str> = results.findings.keys().map(String::as_str).collect();
    let rule = "property: other names in the same order give the same answers";
    assert_eq!(kinds, [rule]);
    let (case, _) = results.findings.into_values().next().expect("a finding");
    let sequence = Sequence { header: case.counterexample.header, steps: case.counterexample.steps };
    let options = Options { views: Views::Heartbeat, ..Options::default() };
    let minimized =
        minimize(sequence, &mut FaultyCore::new(SeededByName::default()), &options).expect("it shows again");
    assert!(matches!(&minimized.counterexample.finding, Finding::Violated(violation) if violation.rule == rule));
    assert!(
        minimized.repeatable && minimized.counterexample.steps.len() < 12,
        "{} steps",
        minimized.counterexample.steps.len()
    );
}
