//! IHAVE, IWANT and IDONTWANT from peers.

use super::{
    answer::Part,
    dialect::{IdontwantQueue, IhaveIds, IwantLimit, IwantRepeat, IwantUnwanted, Promise},
    faults::Fault,
    model::{Model, Step},
    rules,
    unwanted::{counted, taken},
    violation::Violation,
    vocabulary::{Ihave, Message, MessageId, Peer, Rpc},
};
use std::{cmp::Ordering, collections::BTreeSet};

const MOST_IWANT: usize = 10;

impl Model {
    /// Returns the sets of ids of which one each is promised.
    pub(super) fn ihave(
        &mut self,
        step: &mut Step<'_>,
        peer: Peer,
        rpc: &Rpc,
    ) -> Result<Vec<BTreeSet<MessageId>>, Violation> {
        let control = [
            rpc.ihave.is_empty(),
            rpc.iwant.is_empty(),
            rpc.graft.is_empty(),
            rpc.prune.is_empty(),
            rpc.idontwant.is_empty(),
        ];
        let counts = !rpc.ihave.is_empty() || (self.has_fault(Fault::ControlCountsAsIhave) && control.contains(&false));
        if !counts {
            return Ok(Vec::new());
        }
        let (score, gossip) = (self.score_of(step, peer), self.thresholds().gossip);
        if step.compare(&rules::IHAVE_1, ("score", score), ("gossip_threshold", gossip), Ordering::is_lt) {
            return Ok(Vec::new());
        }
        let counters = self.counters(peer);
        counters.ihave = counters.ihave.saturating_add(1);
        let (count, requested) = (counters.ihave, counters.requested);
        let most = self.parameters().max_ihave_messages;
        if step.compare(&rules::IHAVE_2, ("RPCs", count), ("max_ihave_messages", most), Ordering::is_gt) {
            return Ok(Vec::new());
        }
        let most = self.parameters().max_ihave_length;
        if step.compare(&rules::IHAVE_3, ("requested ids", requested), ("max_ihave_length", most), Ordering::is_ge) {
            return Ok(Vec::new());
        }

        let wanted = self.wanted(&rpc.ihave);
        step.decide(&rules::IHAVE_4, !wanted.is_empty(), format_args!("{} ids are wanted", wanted.len()));
        if step.decide(&rules::IHAVE_5, wanted.is_empty(), format_args!("{} ids are wanted", wanted.len())) {
            return Ok(Vec::new());
        }

        let count = wanted.len().min(most - requested);
        let rule = &rules::IHAVE_6;
        let cut =
            step.decide(rule, count < wanted.len(), format_args!("{} ids are wanted, {count} allowed", wanted.len()));
        let chosen = if cut { step.choice.requested(peer, &wanted, count, &step.answer)? } else { wanted.clone() };
        step.observer.choice(rule, chosen.len(), wanted.len());
        self.counters(peer).requested += chosen.len();
        for id in &chosen {
            step.send(rule, peer, Part::Iwant(*id));
        }
        Ok(self.promised(step, peer, chosen))
    }

    /// The advertised ids that are wanted.
    fn wanted(&self, ihave: &[Ihave]) -> BTreeSet<MessageId> {
        let most = self.parameters().max_ihave_length;
        let (of_part, of_rpc) = match self.dialect().ihave_ids {
            IhaveIds::All => (usize::MAX, usize::MAX),
            IhaveIds::FirstOfPart => (most, usize::MAX),
            IhaveIds::FirstOfRpc => (usize::MAX, most),
        };
        let joined = ihave.iter().filter(|part| self.is_joined(&part.topic));
        let ids = joined.flat_map(|part| part.message_ids.iter().take(of_part)).take(of_rpc);
        let promised = |id: MessageId| self.has_fault(Fault::PromisedIdsNotRequested) && self.promises.contains(id);
        ids.copied().filter(|id| !self.seen.contains(*id) && !promised(*id)).collect()
    }

    fn promised(&self, step: &mut Step<'_>, peer: Peer, requested: BTreeSet<MessageId>) -> Vec<BTreeSet<MessageId>> {
        let all = self.dialect().promise == Promise::All;
        // Without scoring a promise counts only for those who are told that its message is not wanted any more.
        let counts = self.scores.is_some() || all;
        let rule = &rules::IHAVE_7;
        if !step.decide(rule, counts, format_args!("peer {peer} promises")) {
            return Vec::new();
        }
        if all {
            return requested.into_iter().map(|id| BTreeSet::from([id])).collect();
        }
        let of = requested.len();
        let promised = step.choice.promised(&requested);
        step.observer.choice(rule, promised.len(), of);
        vec![promised]
    }

    pub(super) fn iwant(&mut self, step: &mut Step<'_>, peer: Peer, parts: &[Vec<MessageId>]) {
        if parts.is_empty() {
            return;
        }
        let (score, gossip) = (self.score_of(step, peer), self.thresholds().gossip);
        if step.compare(&rules::IWANT_1, ("score", score), ("gossip_threshold", gossip), Ordering::is_lt) {
            return;
        }
        let limited = self.dialect().iwant_limit == IwantLimit::Ten;
        let counters = self.counters(peer);
        counters.iwant = counters.iwant.saturating_add(1);
        let count = counters.iwant;
        if step.decide(&rules::IWANT_2, limited && count > MOST_IWANT, format_args!("{count} RPCs with IWANT")) {
            return;
        }

        let most = match self.dialect().ihave_ids {
            IhaveIds::FirstOfRpc => self.parameters().max_ihave_length,
            IhaveIds::All | IhaveIds::FirstOfPart => usize::MAX,
        };
        let rule = &rules::IWANT_6;
        let mut granted: Vec<MessageId> = Vec::new();
        for id in parts.iter().flatten().take(most) {
            if self.grants(step, peer, *id) {
                granted.push(*id);
            }
        }
        if self.dialect().iwant_repeat == IwantRepeat::Once {
            let ids: BTreeSet<MessageId> = granted.into_iter().collect();
            granted = ids.into_iter().collect();
        }
        step.decide(rule, !granted.is_empty(), format_args!("{} messages", granted.len()));
        for id in granted {
            let topic = self.cache.get(id).expect("only a cached message is granted").topic.clone();
            step.send(rule, peer, Part::Message(Message { topic, message_id: id }));
        }
    }

    /// Whether a requested message is sent.
    fn grants(&mut self, step: &mut Step<'_>, peer: Peer, id: MessageId) -> bool {
        let unwanted = self.is_unwanted(peer, id);
        let counted = self.dialect().iwant_unwanted == IwantUnwanted::Counted;
        let hidden_too = self.has_fault(Fault::UnvalidatedGivenOut);
        let cached = self.cache.get(id).is_some_and(|message| message.valid || hidden_too);
        let skipped =
            step.decide(&rules::IWANT_3, unwanted, format_args!("peer {peer} does not want message {id}: {unwanted}"));
        if skipped && !counted {
            return false;
        }
        if step.decide(&rules::IWANT_4, !cached, format_args!("message {id} is cached: {cached}")) {
            return false;
        }
        let requests = self.cache.request(id, peer);
        let most = self.parameters().gossip_retransmission;
        let too_often =
            step.compare(&rules::IWANT_5, ("requests", requests), ("gossip_retransmission", most), Ordering::is_gt);
        !too_often && !skipped
    }

    pub(super) fn idontwant(&mut self, step: &mut Step<'_>, peer: Peer, parts: &[Vec<MessageId>]) {
        if parts.is_empty() {
            return;
        }
        let life = self.dialect().idontwant_life;
        let ids = parts.iter().map(Vec::len).sum();
        let count = self.counters(peer).idontwant;
        let taken = taken(life, count, ids);
        let beyond = taken.is_none_or(|taken| taken < ids);
        step.decide(&rules::IDONTWANT_1, beyond, format_args!("{ids} ids, {count} counted since the heartbeat"));
        let Some(taken) = taken else {
            return;
        };
        let counters = self.counters(peer);
        counters.idontwant = counters.idontwant.saturating_add(counted(life, taken));
        step.decide(&rules::IDONTWANT_2, taken > 0, format_args!("peer {peer} does not want {taken} ids"));
        let (now, ticks) = (step.now, self.ticks);
        let drops = self.dialect().idontwant_queue == IdontwantQueue::Dropped
            && !self.has_fault(Fault::AnswersOutliveIdontwant);
        let connection = self.peers.get_mut(&peer).expect("only a connected peer sends an RPC");
        for id in parts.iter().flatten().take(taken) {
            connection.unwanted.insert(*id, life, now, ticks);
            if drops {
                step.answer.drop_message(peer, *id);
            }
        }
    }
}
