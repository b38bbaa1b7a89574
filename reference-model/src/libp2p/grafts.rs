//! GRAFT and PRUNE from peers, and the PRUNEs that are sent.

use super::{
    answer::Part,
    choice::Pick,
    dialect::{GraftBatch, GraftDirect, PruneZero, PxOutbound},
    faults::Fault,
    model::{Model, Step},
    rules,
    violation::Violation,
    vocabulary::{Peer, Prune, Topic},
};
use gossipsub_automaton::Span;
use std::{cmp::Ordering, collections::BTreeSet};

/// The answers to the GRAFTs of an RPC.
struct GraftAnswers {
    prunes: Vec<Topic>,
    /// Topics whose backoff starts at the end.
    backoffs: Vec<Topic>,
    px: bool,
}

/// The longest backoff of a PRUNE that rust-libp2p keeps, in seconds.
const LONGEST_BACKOFF: u64 = 3600;

/// The PRUNEs of an RPC that are left.
pub(super) struct LeftPrunes<'a> {
    prunes: &'a [Prune],
    /// The score of the sender. It is read once.
    score: f64,
    /// How many PRUNEs offered peers before.
    pub(super) exchanges: usize,
}

/// How far the PRUNEs of an RPC are handled.
pub(super) enum PruneProgress<'a> {
    Done,
    /// A dial failed, and ended that. Only with [`Fault::FailedDialEndsRpc`].
    FailedDial,
    /// The rest follows later. Only with [`Fault::RefusedGraftDelaysRest`].
    Waiting(LeftPrunes<'a>),
}

impl Model {
    pub(super) fn graft(&mut self, step: &mut Step<'_>, peer: Peer, topics: &[Topic]) -> Result<(), Violation> {
        if topics.is_empty() || (self.direct.contains(&peer) && self.has_fault(Fault::GraftOfDirectPeerUnanswered)) {
            return Ok(());
        }
        let score = self.score_of(step, peer);
        let mut answers = GraftAnswers { prunes: Vec::new(), backoffs: Vec::new(), px: self.parameters().do_px };
        for topic in topics {
            self.graft_topic(step, peer, topic, score, &mut answers);
        }
        let GraftAnswers { mut prunes, backoffs, px } = answers;
        let span = self.parameters().prune_backoff;
        if self.dialect().graft_batch == GraftBatch::EachTopic {
            let topics: BTreeSet<Topic> = prunes.into_iter().collect();
            prunes = topics.into_iter().collect();
        }
        for topic in backoffs {
            self.back_off_pruned(&topic, peer, span, step.now, false);
        }
        for topic in prunes {
            let rule = &rules::GRAFT_9;
            step.decide(rule, px, format_args!("peer exchange with peer {peer}: {px}"));
            let exchangeable = self.exchangeable_if(step, &topic, px);
            let prune = self.make_prune(step, peer, &topic, span, exchangeable.as_ref().map(|peers| (peers, peers)))?;
            step.send(rule, peer, prune);
        }
        Ok(())
    }

    fn graft_topic(&mut self, step: &mut Step<'_>, peer: Peer, topic: &Topic, score: f64, answers: &mut GraftAnswers) {
        let members = self.mesh.get(topic);
        if step.decide(&rules::GRAFT_1, members.is_none(), format_args!("{topic} is joined: {}", members.is_some())) {
            answers.px = false;
            if self.has_fault(Fault::UnknownGraftPruned) {
                self.back_off(step, peer, topic, answers);
            } else if self.direct.contains(&peer) && self.has_fault(Fault::DirectGraftsAllPruned) {
                answers.prunes.push(topic.clone());
            }
            return;
        }
        let (size, member) = members.map_or((0, false), |members| (members.len(), members.contains(&peer)));
        if step.decide(&rules::GRAFT_2, member, format_args!("peer {peer} is in the mesh: {member}")) {
            return;
        }
        let direct = self.direct.contains(&peer);
        if step.decide(&rules::GRAFT_3, direct, format_args!("peer {peer} is direct: {direct}")) {
            answers.px = false;
            match self.dialect().graft_direct {
                GraftDirect::Prune => answers.prunes.push(topic.clone()),
                GraftDirect::PruneAndBackoff => self.back_off(step, peer, topic, answers),
            }
            return;
        }
        if let Some(end) = self.backoffs.end(topic, peer)
            && step.compare(&rules::GRAFT_4, ("now", step.now), ("end of the backoff", end), Ordering::is_lt)
        {
            self.penalize(peer);
            // now < end - prune_backoff + graft_flood_threshold, exactly.
            let elapsed = step.now.plus_exact(self.parameters().prune_backoff);
            let flood = end.plus_exact(self.parameters().graft_flood_threshold);
            if step.compare(
                &rules::GRAFT_5,
                ("now + prune_backoff", elapsed),
                ("end + graft_flood_threshold", flood),
                Ordering::is_lt,
            ) {
                self.penalize(peer);
            }
            answers.px = false;
            self.back_off(step, peer, topic, answers);
            return;
        }
        if step.compare(&rules::GRAFT_6, ("score", score), ("the least", 0.0), Ordering::is_lt) {
            answers.px = false;
            self.back_off(step, peer, topic, answers);
            return;
        }
        if self.has_fault(Fault::GraftWithoutSubscriptionIgnored)
            && self.peers.get(&peer).is_some_and(|connection| !connection.topics.contains(topic))
        {
            answers.px = false;
            return;
        }
        let (high, outbound) = (self.parameters().degree_high, self.is_outbound(peer));
        let full = size >= high && !outbound;
        if step.decide(&rules::GRAFT_7, full, format_args!("{size} members, D_high {high}, outbound {outbound}")) {
            self.back_off(step, peer, topic, answers);
            return;
        }
        step.decide(&rules::GRAFT_8, true, format_args!("peer {peer} joins the mesh of {topic}"));
        self.add_to_mesh(step, topic, peer, true);
    }

    /// One penalty at a time: floats round each time.
    fn penalize(&mut self, peer: Peer) {
        if let Some(scores) = &mut self.scores {
            scores.penalize(peer, 1, 1);
        }
    }

    fn back_off(&mut self, step: &Step<'_>, peer: Peer, topic: &Topic, answers: &mut GraftAnswers) {
        answers.prunes.push(topic.clone());
        match self.dialect().graft_batch {
            GraftBatch::EachGraft => {
                let span = self.parameters().prune_backoff;
                self.back_off_pruned(topic, peer, span, step.now, false);
            }
            GraftBatch::EachTopic => answers.backoffs.push(topic.clone()),
        }
    }

    /// The peers that a PRUNE may carry, if it carries any.
    pub(super) fn exchangeable_if(&mut self, step: &mut Step<'_>, topic: &Topic, px: bool) -> Option<BTreeSet<Peer>> {
        px.then(|| self.exchangeable(step, topic))
    }

    /// A PRUNE. `exchangeable` are the peers that it may carry before and after a change whose order is free.
    pub(super) fn make_prune(
        &mut self,
        step: &mut Step<'_>,
        peer: Peer,
        topic: &Topic,
        span: Span,
        exchangeable: Option<(&BTreeSet<Peer>, &BTreeSet<Peer>)>,
    ) -> Result<Part, Violation> {
        let protocol = self.protocol(peer);
        let bare = self.is_pruned_bare(peer);
        if step.decide(&rules::PX_1, bare, format_args!("peer {peer} speaks {protocol:?}")) {
            return Ok(Part::Prune(Prune { topic: topic.clone(), backoff: None, peers: Vec::new() }));
        }
        let backoff = Some(span.as_millis() / 1000);
        let mut peers = Vec::new();
        if let Some((before, after)) = exchangeable {
            let rule = &rules::PX_2;
            let mut candidates = before & after;
            let mut doubtful = before ^ after;
            candidates.remove(&peer);
            doubtful.remove(&peer);
            let count = self.parameters().px_peers;
            let pick = Pick { rule, candidates, doubtful };
            step.decide(rule, !pick.candidates.is_empty(), format_args!("{} candidates", pick.candidates.len()));
            peers = step.choice.exchanged(peer, topic, backoff, &pick, count)?;
            step.observer.choice(rule, peers.len(), pick.candidates.len());
            peers.sort();
        }
        Ok(Part::Prune(Prune { topic: topic.clone(), backoff, peers }))
    }

    /// The PRUNEs of an RPC. Absent if there are none.
    pub(super) fn begin_prunes<'a>(
        &mut self,
        step: &mut Step<'_>,
        peer: Peer,
        prunes: &'a [Prune],
    ) -> Option<LeftPrunes<'a>> {
        (!prunes.is_empty()).then(|| LeftPrunes { prunes, score: self.score_of(step, peer), exchanges: 0 })
    }

    pub(super) fn prune<'a>(
        &mut self,
        step: &mut Step<'_>,
        peer: Peer,
        LeftPrunes { prunes, score, exchanges }: LeftPrunes<'a>,
    ) -> PruneProgress<'a> {
        for (index, Prune { topic, backoff, peers }) in prunes.iter().enumerate() {
            let joined = self.is_joined(topic);
            if step.decide(&rules::PRUNE_1, !joined, format_args!("{topic} is joined: {joined}")) {
                if self.has_fault(Fault::PrunesAfterUnknownDropped) {
                    return PruneProgress::Done;
                }
                if self.has_fault(Fault::UnjoinedPruneBacksOff) {
                    self.back_off_as_told(step, peer, topic, *backoff);
                }
                continue;
            }
            self.score_prune(step, topic, peer);
            let member = self.mesh.get_mut(topic).is_some_and(|members| members.remove(&peer));
            step.decide(&rules::PRUNE_2, member, format_args!("peer {peer} is in the mesh: {member}"));

            let given = backoff.filter(|seconds| *seconds > 0 || self.dialect().prune_zero == PruneZero::Zero);
            step.decide(&rules::PRUNE_3, given.is_some(), format_args!("the backoff of the PRUNE is {backoff:?}"));
            self.back_off_as_told(step, peer, topic, given);

            let Some(dialled) = (!peers.is_empty()).then(|| self.exchange(step, peer, peers, score)).flatten() else {
                continue;
            };
            if dialled && self.has_fault(Fault::FailedDialEndsRpc) {
                return PruneProgress::FailedDial;
            }
            if self.has_fault(Fault::RefusedGraftDelaysRest) {
                let prunes = prunes.get(index + 1..).unwrap_or_default();
                return PruneProgress::Waiting(LeftPrunes { prunes, score, exchanges: exchanges + 1 });
            }
        }
        PruneProgress::Done
    }

    fn back_off_as_told(&mut self, step: &Step<'_>, peer: Peer, topic: &Topic, seconds: Option<u64>) {
        let longest = if self.has_fault(Fault::LongBackoffCut) { LONGEST_BACKOFF } else { u64::MAX };
        let span = seconds.map_or(self.parameters().prune_backoff, |seconds| Span::from_secs(seconds.min(longest)));
        self.backoffs.extend(topic, peer, span, step.now);
    }

    /// Dials peers of a PRUNE, and tells whether it did. Absent if the score of the sender is too low.
    fn exchange(&mut self, step: &mut Step<'_>, peer: Peer, list: &[Peer], score: f64) -> Option<bool> {
        let threshold = self.thresholds().accept_px;
        let rule = &rules::PRUNE_4;
        if !step.compare(rule, ("score", score), ("accept_px_threshold", threshold), Ordering::is_ge) {
            return None;
        }
        let connected: BTreeSet<Peer> = self.peers.keys().copied().collect();
        let count = self.parameters().px_peers;
        let dialled = step.choice.dialled(rule, list, &connected, count, &mut step.answer);
        step.observer.choice(rule, dialled.len(), list.len());
        step.decide(rule, true, format_args!("{} peers of peer {peer} are dialled", dialled.len()));
        if self.dialect().px_outbound == PxOutbound::Never {
            self.exchanged.extend(&dialled);
        }
        Some(!dialled.is_empty())
    }
}
