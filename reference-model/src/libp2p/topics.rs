//! Joining and leaving topics.

use super::{
    answer::Part,
    choice::JoinPick,
    fanout::Fanout,
    faults::Fault,
    model::{Model, Step},
    rules,
    violation::Violation,
    vocabulary::{Peer, Subscription, Topic},
};
use std::collections::BTreeSet;

impl Model {
    pub(super) fn join(&mut self, step: &mut Step<'_>, topic: &Topic) -> Result<(), Violation> {
        let joined = self.is_joined(topic);
        if step.decide(&rules::JOIN_1, joined, format_args!("{topic} is joined: {joined}")) {
            return Ok(());
        }
        let rule = &rules::JOIN_2;
        step.decide(rule, !self.peers.is_empty(), format_args!("{} peers are connected", self.peers.len()));
        for peer in self.peers.keys() {
            step.send(rule, *peer, Part::Subscription(Subscription { topic: topic.clone(), subscribe: true }));
        }

        let mut kept = self.fanout.remove(topic).unwrap_or_default();
        self.last_published.remove(topic);
        for peer in kept.candidates() {
            let moves = self.may_be_grafted(step, topic, peer);
            if !step.decide(&rules::JOIN_3, moves, format_args!("peer {peer} of the fanout")) {
                kept.remove(peer);
            }
        }

        let members = self.new_mesh(step, topic, &kept)?;
        let scored = !self.has_fault(Fault::JoinDoesNotScore);
        self.mesh.insert(topic.clone(), BTreeSet::new());
        let rule = &rules::JOIN_5;
        step.decide(rule, !members.is_empty(), format_args!("{} members", members.len()));
        for peer in members {
            self.add_to_mesh(step, topic, peer, scored);
            step.send(rule, peer, Part::Graft(topic.clone()));
        }
        Ok(())
    }

    fn new_mesh(&mut self, step: &mut Step<'_>, topic: &Topic, kept: &Fanout) -> Result<BTreeSet<Peer>, Violation> {
        let degree = match self.parameters().degree {
            0 if self.has_fault(Fault::ZeroDegreeMeansAll) => usize::MAX,
            degree => degree,
        };
        let size = kept.smallest_size();
        let in_addition = self.has_fault(Fault::JoinIgnoresFanoutSize);
        let rule = &rules::JOIN_4;
        let fewer = step.compare(rule, ("kept members", size), ("D", degree), std::cmp::Ordering::is_lt);
        let mut candidates = BTreeSet::new();
        if fewer {
            for peer in self.gossipsub_subscribers(topic) {
                if self.may_be_grafted(step, topic, peer) {
                    candidates.insert(peer);
                }
            }
        }
        let members = step.choice.join(&JoinPick { topic, kept, candidates: &candidates, degree, in_addition })?;
        step.observer.choice(rule, members.len(), (&candidates | &kept.candidates()).len());
        Ok(members)
    }

    pub(super) fn leave(&mut self, step: &mut Step<'_>, topic: &Topic) -> Result<(), Violation> {
        let members = self.mesh.remove(topic);
        if step.decide(&rules::LEAVE_1, members.is_none(), format_args!("{topic} is joined: {}", members.is_some())) {
            return Ok(());
        }
        let rule = &rules::LEAVE_2;
        step.decide(rule, !self.peers.is_empty(), format_args!("{} peers are connected", self.peers.len()));
        for peer in self.peers.keys() {
            step.send(rule, *peer, Part::Subscription(Subscription { topic: topic.clone(), subscribe: false }));
        }

        let members = members.unwrap_or_default();
        let span = self.parameters().unsubscribe_backoff;
        let do_px = self.parameters().do_px && !members.is_empty();
        // The order of the members is free, and a prune may change who has a score of 0 or more.
        let before = if do_px { self.exchangeable(step, topic) } else { BTreeSet::new() };
        for peer in &members {
            self.score_prune(step, topic, *peer);
            self.back_off_pruned(topic, *peer, span, step.now, true);
        }
        let after = if do_px { self.exchangeable(step, topic) } else { BTreeSet::new() };
        let rule = &rules::LEAVE_3;
        step.decide(rule, !members.is_empty(), format_args!("{} members", members.len()));
        for peer in members {
            let px = do_px && (self.score_of(step, peer) >= 0.0 || self.has_fault(Fault::LeaveExchangesWithAll));
            let px = step.decide(&rules::LEAVE_4, px, format_args!("do_px {do_px}, peer {peer}"));
            let prune = self.make_prune(step, peer, topic, span, px.then_some((&before, &after)))?;
            step.send(rule, peer, prune);
        }
        Ok(())
    }

    /// The peers that a PRUNE may carry.
    pub(super) fn exchangeable(&mut self, step: &mut Step<'_>, topic: &Topic) -> BTreeSet<Peer> {
        let mut peers = BTreeSet::new();
        for peer in self.gossipsub_subscribers(topic) {
            if self.score_of(step, peer) >= 0.0 {
                peers.insert(peer);
            }
        }
        peers
    }
}
