//! Own messages, and the fanout.

use super::{
    answer::Part,
    choice::{Pick, Publication},
    dialect::{FanoutDirect, IdontwantScope, OwnEcho, PublishExtra, PublishNoPeer},
    fanout::Fanout,
    faults::Fault,
    model::{Model, Step},
    rules,
    violation::Violation,
    vocabulary::{Message, MessageId, Peer, Protocol, Refusal, Topic},
};
use crate::Rule;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

impl Model {
    pub(super) fn publish(&mut self, step: &mut Step<'_>, topic: &Topic, id: MessageId) -> Result<(), Violation> {
        step.answer.publish(Message { topic: topic.clone(), message_id: id });
        let seen = self.seen.contains(id);
        let rule = &rules::PUBLISH_1;
        if step.decide(rule, seen, format_args!("message {id} counts as seen: {seen}")) {
            step.answer.refuse(rule, Refusal::Duplicate);
            return Ok(());
        }

        let announced = !self.subscribers(topic).is_empty();
        let keeps_refused = self.has_fault(Fault::RefusedMessagesKept);
        let silent = !announced
            && (self.has_fault(Fault::NothingWithoutSubscribers)
                || self.has_fault(Fault::NothingPublishedWithoutSubscribers)
                || keeps_refused);
        let recipients = if silent {
            BTreeMap::new()
        } else if self.parameters().flood_publish {
            self.flood_recipients(step, topic)
        } else {
            self.mesh_recipients(step, topic, id)?
        };
        let nobody = recipients.is_empty() && self.dialect().publish_no_peer == PublishNoPeer::Refused;
        let rule = &rules::PUBLISH_11;
        if step.decide(rule, nobody, format_args!("{} recipients", recipients.len())) {
            step.answer.refuse(rule, Refusal::NoPeers);
            if !(keeps_refused && announced) {
                return Ok(());
            }
        }

        for (peer, rule) in recipients {
            step.send(rule, peer, Part::Message(Message { topic: topic.clone(), message_id: id }));
        }
        step.decide(&rules::PUBLISH_12, true, format_args!("message {id} is published"));
        self.seen.forget_before_message(step.now);
        self.seen.insert(id, step.now);
        self.promises.keep(id);
        self.cache.put(id, topic, true);
        if self.has_fault(Fault::OwnCopiesInvalid) {
            self.published.forget_before_message(step.now);
            self.published.insert(id, step.now);
        }
        if self.dialect().own_echo == OwnEcho::Recorded
            && let Some(scores) = &mut self.scores
        {
            scores.publish(id, step.now);
        }
        Ok(())
    }

    fn flood_recipients(&mut self, step: &mut Step<'_>, topic: &Topic) -> BTreeMap<Peer, &'static Rule> {
        let publish = self.thresholds().publish;
        let rule = &rules::PUBLISH_2;
        let mut recipients = BTreeMap::new();
        for peer in self.subscribers(topic) {
            if self.direct.contains(&peer) {
                recipients.insert(peer, rule);
                continue;
            }
            let score = self.score_of(step, peer);
            if step.compare(rule, ("score", score), ("publish_threshold", publish), Ordering::is_ge) {
                recipients.insert(peer, rule);
            }
        }
        recipients
    }

    fn mesh_recipients(
        &mut self,
        step: &mut Step<'_>,
        topic: &Topic,
        id: MessageId,
    ) -> Result<BTreeMap<Peer, &'static Rule>, Violation> {
        let publish = self.thresholds().publish;
        let mut recipients: BTreeMap<Peer, &'static Rule> = BTreeMap::new();
        for peer in self.subscribers(topic) {
            let direct = self.direct.contains(&peer);
            let rule = &rules::PUBLISH_3;
            if step.decide(rule, direct, format_args!("peer {peer} is direct: {direct}")) {
                self.read_score_of_floodsub(step, peer);
                recipients.insert(peer, rule);
            } else if self.protocol(peer) == Some(Protocol::Floodsub) {
                let score = self.score_of(step, peer);
                let rule = &rules::PUBLISH_4;
                if step.compare(rule, ("score", score), ("publish_threshold", publish), Ordering::is_ge) {
                    recipients.insert(peer, rule);
                }
            }
        }
        let always: BTreeSet<Peer> = recipients.keys().copied().collect();
        let spares_unwilling = self.dialect().idontwant_scope == IdontwantScope::MeshAndFanout;

        let members = self.mesh.get(topic).cloned();
        let members = members.filter(|members| !members.is_empty() || !self.has_fault(Fault::EmptyMeshUsesFanout));
        let Some(members) = members else {
            let rule = &rules::PUBLISH_8;
            let chosen = self.publish_to_fanout(step, topic, id, &always)?;
            step.decide(rule, !chosen.is_empty(), format_args!("{} members of the fanout", chosen.len()));
            recipients.extend(chosen.into_iter().map(|peer| (peer, rule)));
            return Ok(recipients);
        };
        let mut reached: BTreeSet<Peer> = BTreeSet::new();
        let all = self.has_fault(Fault::PublishedBelowThreshold);
        for peer in &members {
            let rule = &rules::PUBLISH_5;
            let high = all || {
                let score = self.score_of(step, *peer);
                step.compare(rule, ("score", score), ("publish_threshold", publish), Ordering::is_ge)
            };
            if !high {
                continue;
            }
            reached.insert(*peer);
            let spared = spares_unwilling && self.is_unwanted(*peer, id);
            if !step.decide(
                &rules::PUBLISH_10,
                spared,
                format_args!("peer {peer} does not want message {id}: {spared}"),
            ) {
                recipients.entry(*peer).or_insert(rule);
            }
        }
        let extra = match self.dialect().publish_extra {
            PublishExtra::Never => false,
            PublishExtra::UpToD => true,
            PublishExtra::UpToDIfMesh => !members.is_empty(),
        };
        if extra {
            let rule = &rules::PUBLISH_6;
            let count = self.parameters().degree.saturating_sub(reached.len());
            let mut candidates = BTreeSet::new();
            for peer in self.gossipsub_subscribers(topic) {
                let other = !members.contains(&peer) && !always.contains(&peer) && !self.direct.contains(&peer);
                let gossipsub = self.protocol(peer).is_some_and(Protocol::is_gossipsub);
                if other && gossipsub && self.score_of(step, peer) >= publish {
                    candidates.insert(peer);
                }
            }
            step.decide(rule, count > 0, format_args!("{} members are reached", reached.len()));
            let pick = Pick { rule, candidates, doubtful: BTreeSet::new() };
            let publication = Publication { topic, id, hidden: &BTreeSet::new() };
            let chosen = step.choice.extra_recipients(publication, &pick, count)?;
            step.observer.choice(rule, chosen.len(), pick.candidates.len());
            recipients.extend(chosen.into_iter().map(|peer| (peer, rule)));
        }
        Ok(recipients)
    }

    /// The members of the fanout that get a message, which is chosen if it is empty. Those of `hidden` get it, or do
    /// not, for another reason.
    pub(super) fn publish_to_fanout(
        &mut self,
        step: &mut Step<'_>,
        topic: &Topic,
        id: MessageId,
        hidden: &BTreeSet<Peer>,
    ) -> Result<BTreeSet<Peer>, Violation> {
        let publish = self.thresholds().publish;
        let fanout = self.fanout.get(topic).cloned().unwrap_or_default();
        let with_direct = self.dialect().fanout_direct == FanoutDirect::Included;
        let mut candidates = BTreeSet::new();
        // A fanout with members needs no other scores, as far as reading one can be observed.
        let others = if fanout.may_be_empty() || !self.has_fault(Fault::ScoresCached) {
            self.gossipsub_subscribers(topic)
        } else {
            Vec::new()
        };
        for peer in others {
            if (with_direct || !self.direct.contains(&peer)) && self.score_of(step, peer) >= publish {
                candidates.insert(peer);
            }
        }
        let spares_unwilling = self.dialect().idontwant_scope == IdontwantScope::MeshAndFanout;
        let mut hidden = hidden.clone();
        for peer in &candidates | &fanout.candidates() {
            let low = !self.has_fault(Fault::PublishedBelowThreshold) && self.score_of(step, peer) < publish;
            if low || (spares_unwilling && self.is_unwanted(peer, id)) {
                hidden.insert(peer);
            }
        }
        let publication = Publication { topic, id, hidden: &hidden };

        let all = self.has_fault(Fault::ZeroDegreeMeansAll) || self.has_fault(Fault::ZeroDegreeMeansAllInFanout);
        let degree = match self.parameters().degree {
            0 if all => usize::MAX,
            degree => degree,
        };
        let rule = &rules::PUBLISH_7;
        step.decide(
            rule,
            fanout.is_empty(),
            format_args!("{} to {} members", fanout.smallest_size(), fanout.largest_size()),
        );
        let pick = Pick { rule, candidates, doubtful: BTreeSet::new() };
        let was_empty = fanout.is_empty();
        let (recipients, fanout) = if self.has_fault(Fault::FanoutRedrawn) {
            // Only members that may get the message count.
            let mut members = fanout.clone();
            members.retain(|peer| pick.candidates.contains(&peer));
            match step.choice.redrawn_fanout(publication, &members, &pick, degree)? {
                (recipients, redrawn) if redrawn == members => (recipients, fanout),
                redrawn => redrawn,
            }
        } else {
            let published = Self::fanout_after_publish(step, publication, &fanout, &pick, degree)?;
            (published.certain().clone(), published)
        };
        if was_empty {
            step.observer.choice(rule, fanout.smallest_size(), pick.candidates.len());
        }

        let announced = !self.subscribers(topic).is_empty();
        let counts = step.decide(&rules::PUBLISH_9, announced, format_args!("a peer announced {topic}: {announced}"));
        if counts || self.has_fault(Fault::FanoutRedrawn) {
            self.last_published.insert(topic.clone(), step.now);
        }
        let stays_empty =
            (self.has_fault(Fault::FanoutRedrawn) && degree > 0) || self.has_fault(Fault::RefusedMessagesKept);
        if self.fanout.contains_key(topic) || !fanout.is_empty() || stays_empty {
            self.fanout.insert(topic.clone(), fanout);
        }
        Ok(&recipients - &hidden)
    }

    /// A fanout after it was published to, or a new one if it is empty. Both if it may be empty.
    fn fanout_after_publish(
        step: &mut Step<'_>,
        publication: Publication<'_>,
        fanout: &Fanout,
        pick: &Pick,
        degree: usize,
    ) -> Result<Fanout, Violation> {
        let new = fanout.may_be_empty().then(|| step.choice.new_fanout(publication, pick, degree));
        let old = (!fanout.is_empty()).then(|| {
            // It is not empty here.
            let fewest = usize::from(fanout.may_be_empty()).max(fanout.fewest());
            let members = Fanout::between(fanout.certain().clone(), fanout.possible(), fewest, fanout.most());
            step.choice.published_to(publication, &members.expect("it may have a member"))
        });
        match (new, old) {
            (Some(Ok(new)), Some(Ok(old))) => Ok(new.either(&old)),
            (Some(Ok(fanout)), _) | (_, Some(Ok(fanout))) => Ok(fanout),
            (Some(Err(violation)), _) | (None, Some(Err(violation))) => Err(violation),
            (None, None) => unreachable!("a fanout is empty or has a member"),
        }
    }
}
