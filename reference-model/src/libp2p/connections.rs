//! Connections, RPCs, and the topics that peers announce.

use super::{
    answer::Part,
    choice::report,
    dialect::{GraftOnSubscribe, PxOutbound, SubscriptionLimit},
    faults::Fault,
    grafts::{LeftPrunes, PruneProgress},
    model::{Connection, Model, Step},
    rules,
    unwanted::Unwanted,
    violation::Violation,
    vocabulary::{MessageId, Peer, Protocol, Rpc, Subscription, Topic},
};
use gossipsub_automaton::Span;
use std::collections::BTreeSet;

const MOST_SUBSCRIPTIONS: usize = 100;
const MOST_TOPICS: usize = 100;
const MOST_TOPIC_BYTES: usize = 1 << 20;
const BYTES_OF_TOPIC: usize = 1024;
/// How many peers of a PRUNE js-libp2p decodes.
const MOST_OFFERED_PEERS: usize = 16;
const GRAYLIST_SPAN: Span = Span::from_secs(1);
const GRAYLIST_RPCS: usize = 128;

/// An RPC whose announcements, IHAVE, IWANT and GRAFT are handled.
struct BegunRpc<'a> {
    rpc: &'a Rpc,
    /// What is sent for these control parts.
    answers: Vec<Part>,
    /// Sets of requested ids. One of each is promised.
    promises: Vec<BTreeSet<MessageId>>,
    /// The PRUNEs that are left, once they are begun.
    prunes: Option<LeftPrunes<'a>>,
    /// How many RPCs are begun before the rest of this one. Only with [`Fault::RefusedGraftDelaysRest`].
    delay: usize,
}

impl BegunRpc<'_> {
    fn refuses(&self) -> bool {
        self.answers.iter().any(|part| matches!(part, Part::Prune(_)))
    }
}

impl Model {
    pub(super) fn connect(
        &mut self,
        step: &mut Step<'_>,
        peer: Peer,
        outbound: bool,
        direct: bool,
        protocol: Protocol,
        address: u64,
    ) {
        if direct {
            self.direct.insert(peer);
        } else {
            self.direct.remove(&peer);
        }
        let outbound = match self.dialect().px_outbound {
            PxOutbound::AsTold => outbound,
            PxOutbound::Never => outbound && !self.exchanged.contains(&peer),
        };
        let connection = Connection { protocol, outbound, topics: BTreeSet::new(), unwanted: Unwanted::default() };
        self.peers.insert(peer, connection);
        if let Some(scores) = &mut self.scores {
            scores.connect(peer, address);
        }
        let rule = &rules::CONNECT_1;
        step.decide(rule, !self.mesh.is_empty(), format_args!("{} topics are joined", self.mesh.len()));
        for topic in self.mesh.keys() {
            step.send(rule, peer, Part::Subscription(Subscription { topic: topic.clone(), subscribe: true }));
        }
    }

    pub(super) fn disconnect(&mut self, step: &mut Step<'_>, peer: Peer) {
        let meshes = self.mesh.values().filter(|members| members.contains(&peer)).count();
        step.decide(&rules::DISCONNECT_1, meshes > 0, format_args!("peer {peer} is in {meshes} meshes"));
        self.peers.remove(&peer);
        self.exchanged.remove(&peer);
        self.allowed.remove(&peer);
        for members in self.mesh.values_mut() {
            members.remove(&peer);
        }
        for fanout in self.fanout.values_mut() {
            fanout.remove(peer);
        }
        if let Some(scores) = &mut self.scores {
            scores.leave_address(peer);
        }
        let (now, score) = (step.now, self.score_of(step, peer));
        if let Some(scores) = &mut self.scores {
            scores.disconnect(peer, score, now, &mut |rule, holds, operands| {
                report(step.observer, rule, holds, operands);
            });
        }
    }

    /// The RPCs that come in one read.
    pub(super) fn rpcs(&mut self, step: &mut Step<'_>, peer: Peer, rpcs: &[Rpc]) -> Result<(), Violation> {
        let control_first = self.has_fault(Fault::ControlBeforeMessages);
        let mut late: Vec<BegunRpc<'_>> = Vec::new();
        for rpc in rpcs {
            let begun = self.begin_rpc(step, peer, rpc)?;
            late = self.go_on(step, peer, late);
            let Some(begun) = begun else { continue };
            // After a refused GRAFT, the messages of the RPC precede its PRUNEs. They keep no promise of this RPC.
            let refuses = begun.refuses();
            if control_first && refuses {
                self.messages(step, peer, rpc)?;
            }
            late.extend(if begun.delay == 0 { self.end_rpc(step, peer, begun) } else { Some(begun) });
            if control_first && !refuses {
                self.messages(step, peer, rpc)?;
            }
        }
        while !late.is_empty() {
            late = self.go_on(step, peer, late);
        }
        Ok(())
    }

    /// Goes on with RPCs of which the rest was late. Returns those of which it still is.
    fn go_on<'a>(&mut self, step: &mut Step<'_>, peer: Peer, late: Vec<BegunRpc<'a>>) -> Vec<BegunRpc<'a>> {
        let mut still_late = Vec::new();
        for mut rpc in late {
            rpc.delay -= 1;
            still_late.extend(if rpc.delay == 0 { self.end_rpc(step, peer, rpc) } else { Some(rpc) });
        }
        still_late
    }

    /// An RPC up to its GRAFTs. Absent if it is ignored.
    fn begin_rpc<'a>(
        &mut self,
        step: &mut Step<'_>,
        peer: Peer,
        rpc: &'a Rpc,
    ) -> Result<Option<BegunRpc<'a>>, Violation> {
        if self.has_fault(Fault::ManyOfferedPeersEndRpc)
            && rpc.prune.iter().any(|prune| prune.peers.len() > MOST_OFFERED_PEERS)
        {
            return Ok(None);
        }
        let announced_first = self.has_fault(Fault::GraylistedSubscriptionsTaken);
        if announced_first {
            self.subscriptions(step, peer, &rpc.subscriptions);
        }
        if self.is_graylisted(step, peer) {
            return Ok(None);
        }
        if !announced_first {
            self.subscriptions(step, peer, &rpc.subscriptions);
        }
        if !self.has_fault(Fault::ControlBeforeMessages) {
            self.messages(step, peer, rpc)?;
        }
        let first = step.answer.len();
        let promises = self.ihave(step, peer, rpc)?;
        self.iwant(step, peer, &rpc.iwant);
        self.graft(step, peer, &rpc.graft)?;
        let answers = step.answer.parts_since(first);
        let mut begun = BegunRpc { rpc, answers, promises, prunes: None, delay: 0 };
        if self.has_fault(Fault::RefusedGraftDelaysRest) && begun.refuses() {
            let exchanges = |part: &Part| matches!(part, Part::Prune(prune) if !prune.peers.is_empty());
            begun.delay = if begun.answers.iter().any(exchanges) { 2 } else { 1 };
        }
        Ok(Some(begun))
    }

    /// What follows the GRAFTs of an RPC, but its messages. Returns the RPC if the rest of it is late.
    fn end_rpc<'a>(&mut self, step: &mut Step<'_>, peer: Peer, mut begun: BegunRpc<'a>) -> Option<BegunRpc<'a>> {
        let rpc = begun.rpc;
        let mut prunes = begun.prunes.take().or_else(|| self.begin_prunes(step, peer, &rpc.prune));
        while let Some(left) = prunes {
            let exchanges = left.exchanges;
            match self.prune(step, peer, left) {
                PruneProgress::Done => break,
                PruneProgress::FailedDial => {
                    step.answer.take_out(peer, &begun.answers);
                    return None;
                }
                // The first PRUNE with peers is quick enough if nothing was late before.
                PruneProgress::Waiting(left) if exchanges == 0 && !begun.refuses() => prunes = Some(left),
                PruneProgress::Waiting(left) => {
                    begun.prunes = Some(left);
                    begun.delay = 1;
                    return Some(begun);
                }
            }
        }
        let end = step.now + self.parameters().iwant_followup_time;
        for ids in begun.promises {
            self.promises.add(peer, ids, end);
        }
        self.idontwant(step, peer, &rpc.idontwant);
        None
    }

    fn messages(&mut self, step: &mut Step<'_>, peer: Peer, rpc: &Rpc) -> Result<(), Violation> {
        rpc.messages.iter().try_for_each(|message| self.message(step, peer, message))
    }

    fn is_graylisted(&mut self, step: &mut Step<'_>, peer: Peer) -> bool {
        if self.direct.contains(&peer) && !self.has_fault(Fault::DirectPeersGraylisted) {
            return false;
        }
        if self.has_fault(Fault::GraylistCached)
            && let Some((end, rpcs)) = self.allowed.get_mut(&peer)
            && step.now <= *end
            && *rpcs > 0
        {
            *rpcs -= 1;
            return false;
        }
        let score = self.score_of(step, peer);
        let graylist = self.thresholds().graylist;
        let ignored =
            step.compare(&rules::RPC_1, ("score", score), ("graylist_threshold", graylist), std::cmp::Ordering::is_lt);
        self.allowed.remove(&peer);
        if score >= 0.0 && self.has_fault(Fault::GraylistCached) {
            self.allowed.insert(peer, (step.now + GRAYLIST_SPAN, GRAYLIST_RPCS));
        }
        ignored
    }

    fn subscriptions(&mut self, step: &mut Step<'_>, peer: Peer, subscriptions: &[Subscription]) {
        if self.dialect().subscription_limit == SubscriptionLimit::Hundred {
            let mut topics = self.peers.get(&peer).map(|peer| peer.topics.clone()).unwrap_or_default();
            for Subscription { topic, subscribe } in subscriptions {
                if *subscribe {
                    topics.insert(topic.clone());
                } else {
                    topics.remove(topic);
                }
            }
            if subscriptions.len() > MOST_SUBSCRIPTIONS || topics.len() > MOST_TOPICS {
                return;
            }
        }
        let mut left: Vec<&Subscription> = Vec::new();
        for subscription in subscriptions {
            let same_topic = left.iter().position(|other| other.topic == subscription.topic);
            match same_topic.filter(|_| self.has_fault(Fault::OppositeSubscriptionsCancel)) {
                Some(index) if left.get(index).is_some_and(|other| other.subscribe != subscription.subscribe) => {
                    left.remove(index);
                }
                Some(_) => {}
                None => left.push(subscription),
            }
        }
        for Subscription { topic, subscribe } in &left {
            if *subscribe {
                self.subscribe(step, peer, topic);
            } else {
                self.unsubscribe(step, peer, topic);
            }
        }
        if self.has_fault(Fault::UnsubscribePrunes) {
            let unsubscribed = left.iter().filter(|subscription| !subscription.subscribe);
            unsubscribed.for_each(|Subscription { topic, .. }| self.prune_unsubscribed(step, peer, topic));
        }
    }

    fn subscribe(&mut self, step: &mut Step<'_>, peer: Peer, topic: &Topic) {
        let limit = self.dialect().subscription_limit;
        let connection = self.peers.get_mut(&peer).expect("only a connected peer sends an RPC");
        let bytes = |topic: &Topic| topic.name().len().saturating_add(BYTES_OF_TOPIC);
        let announced: usize = connection.topics.iter().map(bytes).sum();
        let fits = limit != SubscriptionLimit::Mebibyte || announced.saturating_add(bytes(topic)) <= MOST_TOPIC_BYTES;
        let new = fits && connection.topics.insert(topic.clone());
        step.decide(&rules::SUBSCRIBE_1, new, format_args!("peer {peer} announces {topic}"));

        // Each condition is read only if those before it hold, as far as reading a score can be observed.
        if self.dialect().graft_on_subscribe == GraftOnSubscribe::Low
            && let Some(members) = self.mesh.get(topic)
        {
            let size = members.len();
            let grafts = size < self.parameters().degree_low
                && fits
                && !members.contains(&peer)
                && self.gossipsub_subscribers(topic).contains(&peer)
                && self.may_be_grafted(step, topic, peer);
            let rule = &rules::SUBSCRIBE_2;
            step.decide(rule, grafts, format_args!("{size} members, D_low {}", self.parameters().degree_low));
            if grafts {
                self.add_to_mesh(step, topic, peer, true);
                step.send(rule, peer, Part::Graft(topic.clone()));
            }
        }
    }

    fn unsubscribe(&mut self, step: &mut Step<'_>, peer: Peer, topic: &Topic) {
        let connection = self.peers.get_mut(&peer).expect("only a connected peer sends an RPC");
        let gone = connection.topics.remove(topic);
        step.decide(&rules::UNSUBSCRIBE_1, gone, format_args!("peer {peer} announced {topic}: {gone}"));
    }

    /// A peer that unsubscribed leaves the mesh and the fanout.
    fn prune_unsubscribed(&mut self, step: &mut Step<'_>, peer: Peer, topic: &Topic) {
        if let Some(fanout) = self.fanout.get_mut(topic) {
            fanout.remove(peer);
        }
        if self.mesh.get_mut(topic).is_some_and(|members| members.remove(&peer)) {
            self.score_prune(step, topic, peer);
            let span = self.parameters().prune_backoff;
            self.backoffs.extend(topic, peer, span, step.now);
        }
    }

    pub(super) fn set_application_score(&mut self, step: &mut Step<'_>, peer: Peer, score: f64) {
        if let Some(scores) = &mut self.scores {
            let taken = scores.set_application(peer, score);
            step.decide(&rules::APPLICATION_SCORE_1, taken, format_args!("P5 of peer {peer} is {score}"));
        }
    }
}
