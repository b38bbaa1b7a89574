//! The heartbeat.

use super::{
    answer::Part,
    choice::{Pick, report},
    dialect::{DirectDial, GossipScore, LateVerdict, MeshEffects},
    fanout::Fanout,
    faults::Fault,
    mesh::{MeshChanges, MeshSituation, Opportunistic, Standing},
    model::{Model, Step},
    rules,
    score::Scores,
    violation::Violation,
    vocabulary::{MessageId, Peer, Topic},
};
use crate::{Decision, Observer, Rule};
use gossipsub_automaton::Time;
use std::collections::{BTreeMap, BTreeSet};

/// Direct peers are dialled at every heartbeat whose number is a multiple.
const DIRECT_TICKS: u64 = 300;

/// When direct peers are dialled after the start, in milliseconds.
const START_DIAL: u64 = 900;

/// The scores at the start of the heartbeat.
type StartScores = BTreeMap<Peer, f64>;

/// The changes of all meshes.
type Changes = BTreeMap<Topic, MeshChanges>;

impl Model {
    pub(super) fn heartbeat(&mut self, step: &mut Step<'_>) -> Result<(), Violation> {
        let now = step.now;
        self.ticks = self.ticks.saturating_add(1);
        let cleared = self.backoffs.clear(self.ticks, now);
        step.decide(&rules::HEARTBEAT_1, cleared > 0, format_args!("{cleared} backoffs are removed"));
        self.forget_counts(step);
        self.penalize_broken_promises(step);
        let dialled = self.dial_direct_peers(step);
        if dialled && self.has_fault(Fault::FailedDialEndsHeartbeat) {
            return Ok(());
        }
        self.seen.heartbeat(now);

        let scores = self.start_scores(step);
        let before = self.scores.clone();
        let mut changes = Changes::new();
        for topic in self.mesh.keys().cloned().collect::<Vec<_>>() {
            let of_topic = self.maintain_mesh(step, &topic, &scores)?;
            changes.insert(topic, of_topic);
        }
        if self.dialect().mesh_effects == MeshEffects::AtOnce {
            self.apply_effects(step, &changes);
        }
        self.expire_fanouts(step);
        for topic in changes.keys() {
            if !self.fanout.contains_key(topic) {
                self.gossip(step, topic, &scores, before.as_ref(), &changes)?;
            }
        }
        for topic in self.fanout.keys().cloned().collect::<Vec<_>>() {
            self.maintain_fanout(step, &topic, &scores);
            self.gossip(step, &topic, &scores, None, &changes)?;
        }
        if self.dialect().mesh_effects == MeshEffects::AtEnd {
            self.apply_effects(step, &changes);
        }
        self.send_changes(step, &changes)?;

        step.decide(&rules::HEARTBEAT_7, true, format_args!("heartbeat {}", self.ticks));
        self.cache.shift();
        let needs_cache = self.dialect().late_verdict == LateVerdict::NeedsCache;
        let cache = &self.cache;
        self.sources.retain(|id, source| cache.get(*id).is_some() || (source.awaits && !needs_cache));
        Ok(())
    }

    fn forget_counts(&mut self, step: &mut Step<'_>) {
        let counted = self.counters.len();
        self.counters.clear();
        let (life, ticks, slots) = (self.dialect().idontwant_life, self.ticks, self.parameters().history_length);
        let forgotten: usize =
            self.peers.values_mut().map(|peer| peer.unwanted.forget(life, step.now, ticks, slots)).sum();
        step.decide(
            &rules::HEARTBEAT_2,
            counted + forgotten > 0,
            format_args!("the counts of {counted} peers and {forgotten} IDONTWANT go"),
        );
    }

    fn penalize_broken_promises(&mut self, step: &mut Step<'_>) {
        if self.scores.is_none() && self.has_fault(Fault::PromisedIdsNotRequested) {
            return;
        }
        let broken = self.promises.take_broken(step.now);
        step.decide(&rules::HEARTBEAT_3, !broken.is_empty(), format_args!("{} peers broke promises", broken.len()));
        for (peer, count) in broken {
            if let Some(scores) = &mut self.scores {
                scores.penalize(peer, count.fewest, count.most);
            }
        }
    }

    /// Tells whether there are any.
    fn dial_direct_peers(&mut self, step: &mut Step<'_>) -> bool {
        let rule = &rules::HEARTBEAT_4;
        if !step.decide(rule, self.ticks.is_multiple_of(DIRECT_TICKS), format_args!("heartbeat {}", self.ticks)) {
            return false;
        }
        let missing = self.direct.iter().filter(|peer| !self.peers.contains_key(peer));
        missing.clone().for_each(|peer| step.send(rule, *peer, Part::Dial));
        missing.count() > 0
    }

    /// Dials the direct peers once, soon after the start.
    pub(super) fn dial_after_start(&mut self, step: &mut Step<'_>) {
        let due = !self.started
            && step.now >= Time::from_millis(START_DIAL)
            && self.dialect().direct_dial == DirectDial::TicksAndStart;
        let rule = &rules::DIRECT_1;
        if !due {
            return;
        }
        self.started = true;
        step.decide(rule, !self.direct.is_empty(), format_args!("{} direct peers", self.direct.len()));
        for peer in &self.direct {
            if !self.peers.contains_key(peer) {
                step.send(rule, *peer, Part::Dial);
            }
        }
    }

    fn start_scores(&mut self, step: &mut Step<'_>) -> StartScores {
        // A score that nothing here needs is not read, so that it is not cached.
        let lazy = self.has_fault(Fault::ScoresCached);
        let peers: Vec<Peer> =
            self.peers.keys().copied().filter(|peer| !lazy || self.needs_score(*peer, step.now)).collect();
        if let Some(scores) = &self.scores {
            for peer in &peers {
                scores.value(*peer, &mut |rule, holds, operands| report(step.observer, rule, holds, operands));
            }
        }
        peers.into_iter().map(|peer| (peer, self.score_of(step, peer))).collect()
    }

    /// Whether a mesh or a fanout needs the score of a peer in a heartbeat.
    fn needs_score(&self, peer: Peer, now: Time) -> bool {
        let direct = self.direct.contains(&peer);
        let announced =
            |topic: &Topic| self.peers.get(&peer).is_some_and(|connection| connection.topics.contains(topic));
        let in_mesh =
            |(topic, members): (&Topic, &BTreeSet<Peer>)| members.contains(&peer) || (announced(topic) && !direct);
        let ttl = self.parameters().fanout_ttl;
        let ended = |topic: &Topic| self.last_published.get(topic).is_some_and(|last| *last + ttl < now);
        let mut fanouts = self.fanout.iter().filter(|(topic, _)| !ended(topic));
        self.mesh.iter().any(in_mesh)
            || fanouts.any(|(topic, fanout)| announced(topic) && (!direct || fanout.candidates().contains(&peer)))
    }

    fn standing(&self, peer: Peer, scores: &StartScores) -> Standing {
        Standing { score: score_in(scores, peer), outbound: self.is_outbound(peer) }
    }

    /// Changes the members of a mesh, but neither scores nor backoffs.
    fn maintain_mesh(
        &mut self,
        step: &mut Step<'_>,
        topic: &Topic,
        scores: &StartScores,
    ) -> Result<MeshChanges, Violation> {
        let standing = |peer: Peer| (peer, self.standing(peer, scores));
        let members: BTreeMap<_, _> = self.mesh.get(topic).into_iter().flatten().map(|peer| standing(*peer)).collect();
        let candidates =
            self.graftable(topic).into_iter().map(standing).filter(|(_, peer)| peer.score >= 0.0).collect();
        let mut may_return = BTreeSet::new();
        if self.dialect().mesh_effects == MeshEffects::AtEnd {
            may_return.extend(self.graftable_or_member(topic));
        }
        let parameters = self.parameters();
        let opportunistic = self.ticks.is_multiple_of(parameters.opportunistic_graft_ticks).then(|| Opportunistic {
            threshold: self.thresholds().opportunistic_graft,
            peers: parameters.opportunistic_graft_peers,
            median: self.dialect().median,
        });
        let situation = MeshSituation {
            topic: topic.clone(),
            members,
            candidates,
            degree: parameters.degree,
            degree_low: parameters.degree_low,
            degree_high: parameters.degree_high,
            degree_score: parameters.degree_score,
            degree_out: parameters.degree_out,
            may_return,
            prunes_at_high: self.has_fault(Fault::MeshPrunedAtHigh),
            opportunistic,
        };
        let mut last = LastRule { observer: step.observer, rule: None };
        let changes = step.choice.maintain(&situation, &mut last);
        if let Some(rule) = last.rule {
            step.answer.note(rule);
        }
        let changes = changes?;
        let members = self.mesh.get_mut(topic).expect("only joined topics are maintained");
        members.retain(|peer| !changes.negative.contains(peer) && !changes.pruned.contains(peer));
        members.extend(changes.grafted.keys());
        Ok(changes)
    }

    /// Tells scores and backoffs what changed.
    fn apply_effects(&mut self, step: &mut Step<'_>, changes: &Changes) {
        let span = self.parameters().prune_backoff;
        let at_end = self.dialect().mesh_effects == MeshEffects::AtEnd;
        for (topic, changes) in changes {
            if at_end {
                changes.grafted.keys().for_each(|peer| self.score_graft(step, topic, *peer));
            }
            for peer in changes.negative.union(&changes.pruned) {
                self.score_prune(step, topic, *peer);
                self.back_off_pruned(topic, *peer, span, step.now, false);
            }
            if !at_end {
                changes.grafted.keys().for_each(|peer| self.score_graft(step, topic, *peer));
            }
        }
    }

    fn send_changes(&mut self, step: &mut Step<'_>, changes: &Changes) -> Result<(), Violation> {
        let span = self.parameters().prune_backoff;
        let do_px = self.parameters().do_px;
        let negative: BTreeSet<Peer> = changes.values().flat_map(|changes| &changes.negative).copied().collect();
        let grafts = changes.values().map(|changes| changes.grafted.len()).sum::<usize>();
        step.decide(&rules::HEARTBEAT_5, grafts > 0, format_args!("{grafts} GRAFT"));
        for (topic, changes) in changes {
            for (peer, rule) in &changes.grafted {
                step.send(rule, *peer, Part::Graft(topic.clone()));
            }
            let offers = do_px && changes.pruned.iter().any(|peer| !negative.contains(peer));
            let exchangeable = self.exchangeable_if(step, topic, offers);
            let rule = &rules::HEARTBEAT_6;
            for peer in changes.negative.union(&changes.pruned) {
                let px = do_px && !negative.contains(peer);
                step.decide(
                    rule,
                    px,
                    format_args!("do_px {do_px}, peer {peer} pruned for its score: {}", negative.contains(peer)),
                );
                let peers = exchangeable.as_ref().filter(|_| px).map(|peers| (peers, peers));
                let prune = self.make_prune(step, *peer, topic, span, peers)?;
                step.send(rule, *peer, prune);
            }
        }
        Ok(())
    }

    fn expire_fanouts(&mut self, step: &mut Step<'_>) {
        let (now, ttl) = (step.now, self.parameters().fanout_ttl);
        let last_published = &self.last_published;
        let expired: Vec<Topic> = (self.fanout.keys())
            .filter(|topic| {
                let end = last_published.get(*topic).map(|last| *last + ttl);
                let expired = end.is_some_and(|end| end < now);
                step.decide(
                    &rules::FANOUT_1,
                    expired,
                    format_args!("the fanout of {topic} ends at {end:?}, now is {now}"),
                )
            })
            .cloned()
            .collect();
        for topic in expired {
            self.fanout.remove(&topic);
            self.last_published.remove(&topic);
        }
    }

    /// Removes members from a fanout, and fills it up.
    fn maintain_fanout(&mut self, step: &mut Step<'_>, topic: &Topic, scores: &StartScores) {
        let publish = self.thresholds().publish;
        let subscribers = self.subscribers(topic);
        let mut fanout = self.fanout.get(topic).cloned().unwrap_or_default();
        let before = fanout.candidates().len();
        fanout.retain(|peer| subscribers.contains(&peer) && score_in(scores, peer) >= publish);
        let gone = before - fanout.candidates().len();
        step.decide(&rules::FANOUT_2, gone > 0, format_args!("{gone} members leave"));

        let degree = self.parameters().degree;
        let size = fanout.smallest_size();
        if step.compare(&rules::FANOUT_3, ("members", size), ("D", degree), std::cmp::Ordering::is_lt) {
            let mut eligible: BTreeSet<Peer> = self.gossipsub_subscribers(topic).into_iter().collect();
            eligible.retain(|peer| !self.direct.contains(peer) && score_in(scores, *peer) >= publish);
            fanout.fill(&eligible, degree);
            step.choice.settle_fanout(&mut fanout);
        }
        self.fanout.insert(topic.clone(), fanout);
    }

    /// Advertises the newest messages of a topic to peers outside its mesh or fanout.
    fn gossip(
        &mut self,
        step: &mut Step<'_>,
        topic: &Topic,
        scores: &StartScores,
        before: Option<&Scores>,
        changes: &Changes,
    ) -> Result<(), Violation> {
        let ids = self.cache.gossip_ids(topic);
        if step.decide(&rules::GOSSIP_1, ids.is_empty(), format_args!("{} ids in {topic}", ids.len())) {
            return Ok(());
        }
        // An IHAVE without ids is none, so that no answer shows who was chosen.
        if self.parameters().max_ihave_length == 0 {
            return Ok(());
        }
        let mut fanout = self.fanout.get(topic).cloned();
        let members = match &fanout {
            Some(fanout) => fanout.certain().clone(),
            None => self.mesh.get(topic).cloned().unwrap_or_default(),
        };
        let threshold = self.thresholds().gossip;
        let rule = &rules::GOSSIP_2;
        let mut pick = Pick { rule, candidates: BTreeSet::new(), doubtful: BTreeSet::new() };
        let mut peers: BTreeSet<Peer> = self.gossipsub_subscribers(topic).into_iter().collect();
        if fanout.is_none()
            && self.has_fault(Fault::PrunedPeersGossiped)
            && let Some(changes) = changes.get(topic)
        {
            peers.extend(changes.negative.union(&changes.pruned));
        }
        for peer in peers {
            if members.contains(&peer) || self.direct.contains(&peer) {
                continue;
            }
            let values = self.gossip_scores(step, peer, topic, scores, before, changes);
            if values.iter().all(|score| *score >= threshold) {
                pick.candidates.insert(peer);
            } else if values.iter().any(|score| *score >= threshold) {
                pick.doubtful.insert(peer);
            }
        }
        let (factor, lazy) = (self.parameters().gossip_factor, self.parameters().degree_lazy);
        let count = |candidates: usize| candidates.min(lazy.max(part_of(candidates, factor)));
        step.decide(
            rule,
            count(pick.candidates.len()) < pick.candidates.len(),
            format_args!("{} candidates, D_lazy {lazy}", pick.candidates.len()),
        );
        let mut none = Fanout::default();
        let targets = step.choice.gossip_targets(topic, &pick, &count, fanout.as_mut().unwrap_or(&mut none))?;
        step.observer.choice(rule, targets.len(), pick.candidates.len());
        if let Some(fanout) = fanout {
            self.fanout.insert(topic.clone(), fanout);
        }
        for peer in targets {
            for id in self.advertised_ids(step, topic, peer, &ids)? {
                step.send(rule, peer, Part::Ihave(topic.clone(), id));
            }
        }
        Ok(())
    }

    fn advertised_ids(
        &self,
        step: &mut Step<'_>,
        topic: &Topic,
        peer: Peer,
        ids: &[MessageId],
    ) -> Result<Vec<MessageId>, Violation> {
        let most = self.parameters().max_ihave_length;
        let rule = &rules::GOSSIP_3;
        if !step.compare(rule, ("ids", ids.len()), ("max_ihave_length", most), std::cmp::Ordering::is_gt) {
            return Ok(ids.to_vec());
        }
        step.observer.choice(rule, most, ids.len());
        step.choice.gossip_ids(topic, peer, ids, most)
    }

    /// The scores of a peer that may decide whether it gets gossip of a topic. The order in which the meshes of other
    /// topics are maintained is free.
    fn gossip_scores(
        &mut self,
        step: &mut Step<'_>,
        peer: Peer,
        topic: &Topic,
        start: &StartScores,
        before: Option<&Scores>,
        changes: &Changes,
    ) -> Vec<f64> {
        if self.dialect().gossip_score == GossipScore::BeforeMesh {
            return vec![score_in(start, peer)];
        }
        let touched_elsewhere = |(other, changes): (&Topic, &MeshChanges)| {
            let touched = changes.negative.contains(&peer)
                || changes.pruned.contains(&peer)
                || changes.grafted.contains_key(&peer);
            (other != topic && touched).then(|| other.clone())
        };
        let topics: Vec<Topic> = changes.iter().filter_map(touched_elsewhere).collect();
        match (&self.scores, before) {
            (Some(scores), Some(before)) if !topics.is_empty() => {
                if scores.penalties(peer).len() > 1 {
                    step.uncertain.insert(peer);
                }
                scores.values_between(before, peer, &topics)
            }
            _ => vec![self.score_of(step, peer)],
        }
    }
}

/// An observer that remembers the last rule that was looked at.
struct LastRule<'a> {
    observer: &'a mut dyn Observer,
    rule: Option<&'static Rule>,
}

impl Observer for LastRule<'_> {
    fn decision(&mut self, decision: Decision<'_>) {
        self.rule = Some(decision.rule);
        self.observer.decision(decision);
    }

    fn choice(&mut self, rule: &'static Rule, taken: usize, of: usize) {
        self.observer.choice(rule, taken, of);
    }
}

/// The score of a connected peer at the start of the heartbeat.
fn score_in(scores: &StartScores, peer: Peer) -> f64 {
    scores.get(&peer).copied().unwrap_or_default()
}

/// A part of a number of peers, rounded down.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a number of peers is not negative, and small"
)]
fn part_of(peers: usize, factor: f64) -> usize {
    (peers as f64 * factor).floor() as usize
}
