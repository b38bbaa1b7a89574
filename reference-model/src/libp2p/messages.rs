//! Messages from peers: arrival, verdict and forwarding.

use super::{
    answer::Part,
    choice::report,
    dialect::{
        CacheAt, DuplicateSenders, ForwardAfterLeave, IdontwantScope, IdontwantTo, LateVerdict, UnjoinedMessage,
    },
    faults::Fault,
    model::{Model, Source, Step},
    rules,
    score::ignore,
    violation::Violation,
    vocabulary::{Message, MessageId, Peer, Protocol, Topic, Verdict},
};
use crate::Rule;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

impl Model {
    pub(super) fn message(&mut self, step: &mut Step<'_>, peer: Peer, message: &Message) -> Result<(), Violation> {
        let Message { topic, message_id: id } = message;
        let (id, now) = (*id, step.now);
        let joined = self.is_joined(topic);
        let unjoined = step.decide(&rules::MESSAGE_1, !joined, format_args!("{topic} is joined: {joined}"));
        if unjoined && self.dialect().unjoined_message == UnjoinedMessage::Ignored {
            return Ok(());
        }

        let for_duplicates = self.has_fault(Fault::IdontwantForDuplicates);
        if for_duplicates {
            self.refuse_copies(step, peer, topic, id);
        }
        if self.published.contains(id) {
            if let Some(scores) = &mut self.scores {
                scores.count_invalid(peer, topic);
            }
            return Ok(());
        }
        let remembered = self.seen.contains(id);
        self.seen.forget_before_message(now);
        let first = self.seen.first(id);
        if step.decide(&rules::MESSAGE_2, first.is_some(), format_args!("message {id} was first seen at {first:?}")) {
            self.cache.note_sender(id, peer);
            if self.has_fault(Fault::ControlBeforeMessages) {
                // Only then an id is promised that was seen.
                self.promises.keep(id);
            }
            if let Some(scores) = &mut self.scores {
                scores.duplicate(id, topic, peer, now, &mut |rule, holds, operands| {
                    report(step.observer, rule, holds, operands);
                });
            }
            return Ok(());
        }

        if !for_duplicates && !remembered {
            self.refuse_copies(step, peer, topic, id);
        }

        self.seen.insert(id, now);
        self.promises.keep(id);
        if let Some(scores) = &mut self.scores {
            scores.begin(id, now);
        }
        if self.dialect().cache_at == CacheAt::Arrival {
            let valid = !self.is_asked();
            self.cache.put(id, topic, valid);
        }
        let asked = self.is_asked();
        let rule = &rules::MESSAGE_4;
        step.decide(rule, joined, format_args!("{topic} is joined: {joined}"));
        if joined {
            let part = if asked { Part::Asked(message.clone()) } else { Part::Delivered(message.clone()) };
            step.send(rule, peer, part);
        }
        if joined && asked {
            self.sources.insert(id, Source { peer, topic: topic.clone(), awaits: true });
        }

        let accepted = !asked && (joined || self.dialect().unjoined_message == UnjoinedMessage::Accepted);
        if step.decide(&rules::MESSAGE_5, accepted, format_args!("validation is asked: {asked}")) {
            self.accept(step, topic, id, peer)?;
        }
        Ok(())
    }

    /// Tells others that a message is not wanted any more.
    fn refuse_copies(&mut self, step: &mut Step<'_>, sender: Peer, topic: &Topic, id: MessageId) {
        let members = self.mesh.get(topic).cloned().unwrap_or_default();
        let mut promised = BTreeSet::new();
        if self.dialect().idontwant_to == IdontwantTo::MeshAndPromises {
            promised = self.promises.peers(id);
        }
        if !self.has_fault(Fault::IdontwantForDuplicates) {
            promised = &promised - &members;
        }
        for peer in members.into_iter().chain(promised).filter(|peer| *peer != sender) {
            let protocol = self.protocol(peer);
            let told = protocol.is_some_and(Protocol::has_idontwant);
            let rule = &rules::MESSAGE_3;
            if step.decide(rule, told, format_args!("peer {peer} speaks {protocol:?}")) {
                step.send(rule, peer, Part::Idontwant(id));
            }
        }
    }

    pub(super) fn validated(&mut self, step: &mut Step<'_>, id: MessageId, verdict: Verdict) -> Result<(), Violation> {
        let Some(source) = self.sources.get_mut(&id) else {
            return Ok(());
        };
        let cached = self.cache.get(id).is_some();
        let Source { peer, topic, awaits } = source.clone();
        source.awaits = false;
        let void = match self.dialect().late_verdict {
            LateVerdict::Counts => !awaits,
            LateVerdict::NeedsCache => !cached,
        };
        if step.decide(&rules::VALIDATED_1, void, format_args!("awaits a verdict: {awaits}, cached: {cached}")) {
            return Ok(());
        }
        let now = step.now;
        let ignored = verdict == Verdict::Ignore;
        if step.decide(&rules::VALIDATED_2, ignored, format_args!("the verdict is {verdict:?}")) {
            self.uncache(id);
            if let Some(scores) = &mut self.scores {
                scores.ignore_message(id, now);
            }
            return Ok(());
        }
        let rejected = verdict == Verdict::Reject;
        if step.decide(&rules::VALIDATED_3, rejected, format_args!("the verdict is {verdict:?}")) {
            self.uncache(id);
            if let Some(scores) = &mut self.scores {
                scores.reject(id, &topic, peer, now);
            }
            return Ok(());
        }
        self.accept(step, &topic, id, peer)
    }

    fn uncache(&mut self, id: MessageId) {
        if self.dialect().cache_at == CacheAt::Arrival {
            self.cache.remove(id, self.has_fault(Fault::RemovedMessageKeepsPlace));
        }
    }

    /// Accepts a message.
    fn accept(&mut self, step: &mut Step<'_>, topic: &Topic, id: MessageId, source: Peer) -> Result<(), Violation> {
        let now = step.now;
        step.decide(&rules::VALIDATED_4, true, format_args!("message {id} from peer {source} is accepted"));
        if let Some(scores) = &mut self.scores {
            scores.deliver(id, topic, source, now, &mut |rule, holds, operands| {
                report(step.observer, rule, holds, operands);
            });
        }
        if self.is_asked()
            && self.has_fault(Fault::VerdictsDeliverTwice)
            && let Some(scores) = &mut self.scores
        {
            scores.deliver(id, topic, source, now, &mut ignore);
        }
        if self.dialect().cache_at == CacheAt::Accept {
            self.cache.put(id, topic, true);
        }
        let mut senders = self.cache.validate(id);
        if self.dialect().duplicate_senders == DuplicateSenders::SentTo {
            senders.clear();
        }
        senders.insert(source);
        self.forward(step, topic, id, &senders)
    }

    /// Sends a message on, except to those who sent it.
    fn forward(
        &mut self,
        step: &mut Step<'_>,
        topic: &Topic,
        id: MessageId,
        senders: &BTreeSet<Peer>,
    ) -> Result<(), Violation> {
        let subscribers = self.subscribers(topic);
        if subscribers.is_empty() && self.has_fault(Fault::NothingWithoutSubscribers) {
            return Ok(());
        }
        let mut recipients: BTreeMap<Peer, &'static Rule> = BTreeMap::new();
        for peer in subscribers {
            // A score that decides nothing is not read, so that it is not cached.
            if self.has_fault(Fault::ScoresCached) && senders.contains(&peer) {
                continue;
            }
            let direct = self.direct.contains(&peer);
            let rule = &rules::FORWARD_1;
            if step.decide(rule, direct, format_args!("peer {peer} is direct: {direct}")) {
                self.read_score_of_floodsub(step, peer);
                recipients.insert(peer, rule);
            } else if self.protocol(peer) == Some(Protocol::Floodsub) {
                let (score, publish) = (self.score_of(step, peer), self.thresholds().publish);
                let rule = &rules::FORWARD_2;
                if step.compare(rule, ("score", score), ("publish_threshold", publish), Ordering::is_ge) {
                    recipients.insert(peer, rule);
                }
            }
        }
        let always: BTreeSet<Peer> = recipients.keys().copied().collect();
        match self.mesh.get(topic) {
            Some(members) => {
                let rule = &rules::FORWARD_3;
                step.decide(rule, !members.is_empty(), format_args!("{} members", members.len()));
                recipients.extend(members.iter().filter(|peer| !always.contains(peer)).map(|peer| (*peer, rule)));
            }
            None if self.dialect().forward_after_leave == ForwardAfterLeave::Fanout => {
                let rule = &rules::FORWARD_6;
                step.decide(rule, true, format_args!("{topic} was left"));
                let hidden = &always | senders;
                let members = self.publish_to_fanout(step, topic, id, &hidden)?;
                recipients.extend(members.into_iter().map(|peer| (peer, rule)));
            }
            None => {}
        }
        for (peer, rule) in recipients {
            let sent = senders.contains(&peer);
            if step.decide(&rules::FORWARD_4, sent, format_args!("peer {peer} sent message {id}: {sent}")) {
                continue;
            }
            let spared = self.is_unwanted(peer, id)
                && (!always.contains(&peer) || self.dialect().idontwant_scope == IdontwantScope::Forwarded);
            if step.decide(&rules::FORWARD_5, spared, format_args!("peer {peer} does not want message {id}: {spared}"))
            {
                continue;
            }
            step.send(rule, peer, Part::Message(Message { topic: topic.clone(), message_id: id }));
        }
        Ok(())
    }
}
