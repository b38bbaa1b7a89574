//! Who makes the choices that the rules leave open.

use super::{
    answer::{Answer, Part},
    fanout::Fanout,
    mesh::{MeshChanges, MeshChoice, MeshSituation, OverfullMesh, Standing},
    violation::Violation,
    vocabulary::{MessageId, Peer, Topic},
};
use crate::{Observer, Rule};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Peers of whom some are chosen.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    pub(super) rule: &'static Rule,
    pub(super) candidates: BTreeSet<Peer>,
    /// Peers that are candidates or not, depending on an order that is free.
    pub(super) doubtful: BTreeSet<Peer>,
}

/// The peers that move from a fanout to a mesh, and those that are added.
#[derive(Debug)]
pub(super) struct JoinPick<'a> {
    pub(super) topic: &'a Topic,
    /// The members of the fanout that may move.
    pub(super) kept: &'a Fanout,
    pub(super) candidates: &'a BTreeSet<Peer>,
    pub(super) degree: usize,
    /// Whether `degree` peers are added to those that move, instead of up to `degree` in all.
    pub(super) in_addition: bool,
}

impl JoinPick<'_> {
    /// How many peers are chosen if this many move.
    pub(super) fn count(&self, kept: usize) -> usize {
        let missing = self.degree.saturating_sub(kept);
        if self.in_addition && missing > 0 { self.degree } else { missing }
    }
}

/// A message that is published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Publication<'a> {
    pub(super) topic: &'a Topic,
    pub(super) id: MessageId,
    /// The peers that get the message, or do not, whether they are members of the fanout or not.
    pub(super) hidden: &'a BTreeSet<Peer>,
}

/// Makes every choice.
pub(super) trait Choice {
    /// The new mesh of a join.
    fn join(&mut self, pick: &JoinPick<'_>) -> Result<BTreeSet<Peer>, Violation>;

    /// `count` other peers that get an own message.
    fn extra_recipients(
        &mut self,
        publication: Publication<'_>,
        pick: &Pick,
        count: usize,
    ) -> Result<BTreeSet<Peer>, Violation>;

    /// A new fanout of `count` candidates.
    fn new_fanout(&mut self, publication: Publication<'_>, pick: &Pick, count: usize) -> Result<Fanout, Violation>;

    /// What is known of a fanout after it was published to.
    fn published_to(&mut self, publication: Publication<'_>, fanout: &Fanout) -> Result<Fanout, Violation>;

    /// Who gets an own message, and the fanout after it, if a fanout with fewer than `degree` members is filled up and
    /// only the added peers stay. Only with [`Fault::FanoutRedrawn`](super::Fault::FanoutRedrawn).
    fn redrawn_fanout(
        &mut self,
        publication: Publication<'_>,
        fanout: &Fanout,
        pick: &Pick,
        degree: usize,
    ) -> Result<(BTreeSet<Peer>, Fanout), Violation>;

    /// Settles who is a member of a fanout, if that is this choice's to say.
    fn settle_fanout(&mut self, fanout: &mut Fanout);

    /// How a mesh is maintained.
    fn maintain(&mut self, mesh: &MeshSituation, observer: &mut dyn Observer) -> Result<MeshChanges, Violation>;

    /// The peers that get gossip. Some of the candidates may be members of `fanout`, and are not candidates then.
    fn gossip_targets(
        &mut self,
        topic: &Topic,
        pick: &Pick,
        count: &dyn Fn(usize) -> usize,
        fanout: &mut Fanout,
    ) -> Result<BTreeSet<Peer>, Violation>;

    /// `count` of the ids, to be advertised to a peer.
    fn gossip_ids(
        &mut self,
        topic: &Topic,
        peer: Peer,
        ids: &[MessageId],
        count: usize,
    ) -> Result<Vec<MessageId>, Violation>;

    /// `count` of the wanted ids, to be requested from a peer.
    fn requested(
        &mut self,
        peer: Peer,
        wanted: &BTreeSet<MessageId>,
        count: usize,
        answer: &Answer,
    ) -> Result<BTreeSet<MessageId>, Violation>;

    /// Which of the requested ids are those of which one is promised.
    fn promised(&mut self, requested: &BTreeSet<MessageId>) -> BTreeSet<MessageId>;

    /// The peers of a PRUNE: `count` of the candidates.
    fn exchanged(
        &mut self,
        peer: Peer,
        topic: &Topic,
        backoff: Option<u64>,
        pick: &Pick,
        count: usize,
    ) -> Result<Vec<Peer>, Violation>;

    /// Peers that are dialled: those of `count` positions of the list that are not connected. Adds them to the answer.
    fn dialled(
        &mut self,
        rule: &'static Rule,
        list: &[Peer],
        connected: &BTreeSet<Peer>,
        count: usize,
        answer: &mut Answer,
    ) -> Vec<Peer>;
}

/// Chooses members by itself: at random, or in every way in turn. So it can make every choice of the model.
pub(super) trait Selection {
    /// The members at `count` positions; all of them if there are fewer.
    fn select<T: Copy>(&mut self, from: impl ExactSizeIterator<Item = T>, count: usize) -> Vec<T>;

    /// The members of an over-full mesh that stay.
    fn select_kept(&mut self, mesh: &OverfullMesh<'_>) -> BTreeSet<Peer>;

    /// `count` of the members.
    fn select_set<T: Copy + Ord>(&mut self, from: &BTreeSet<T>, count: usize) -> BTreeSet<T> {
        self.select(from.iter().copied(), count).into_iter().collect()
    }
}

impl<S: Selection> Choice for S {
    fn join(&mut self, pick: &JoinPick<'_>) -> Result<BTreeSet<Peer>, Violation> {
        let kept = pick.kept.certain();
        let others = pick.candidates - kept;
        Ok(kept | &self.select_set(&others, pick.count(kept.len())))
    }

    fn extra_recipients(&mut self, _: Publication<'_>, pick: &Pick, count: usize) -> Result<BTreeSet<Peer>, Violation> {
        Ok(self.select_set(&pick.candidates, count))
    }

    fn new_fanout(&mut self, _: Publication<'_>, pick: &Pick, count: usize) -> Result<Fanout, Violation> {
        Ok(Fanout::exact(self.select_set(&pick.candidates, count)))
    }

    fn published_to(&mut self, _: Publication<'_>, fanout: &Fanout) -> Result<Fanout, Violation> {
        Ok(fanout.clone())
    }

    fn redrawn_fanout(
        &mut self,
        _: Publication<'_>,
        fanout: &Fanout,
        pick: &Pick,
        degree: usize,
    ) -> Result<(BTreeSet<Peer>, Fanout), Violation> {
        let members = fanout.certain();
        if members.len() >= degree {
            return Ok((members.clone(), fanout.clone()));
        }
        let added = self.select_set(&(&pick.candidates - members), degree - members.len());
        Ok((members | &added, Fanout::exact(added)))
    }

    fn settle_fanout(&mut self, fanout: &mut Fanout) {
        let others = self.select_set(fanout.possible(), fanout.fewest());
        *fanout = Fanout::exact(fanout.certain() | &others);
    }

    fn maintain(&mut self, mesh: &MeshSituation, observer: &mut dyn Observer) -> Result<MeshChanges, Violation> {
        mesh.maintain(self, &mut |rule, holds, operands| report(observer, rule, holds, operands))
    }

    fn gossip_targets(
        &mut self,
        _: &Topic,
        pick: &Pick,
        count: &dyn Fn(usize) -> usize,
        _: &mut Fanout,
    ) -> Result<BTreeSet<Peer>, Violation> {
        Ok(self.select_set(&pick.candidates, count(pick.candidates.len())))
    }

    fn gossip_ids(&mut self, _: &Topic, _: Peer, ids: &[MessageId], count: usize) -> Result<Vec<MessageId>, Violation> {
        Ok(self.select(ids.iter().copied(), count))
    }

    fn requested(
        &mut self,
        _: Peer,
        wanted: &BTreeSet<MessageId>,
        count: usize,
        _: &Answer,
    ) -> Result<BTreeSet<MessageId>, Violation> {
        Ok(self.select_set(wanted, count))
    }

    fn promised(&mut self, requested: &BTreeSet<MessageId>) -> BTreeSet<MessageId> {
        self.select_set(requested, 1)
    }

    fn exchanged(
        &mut self,
        _: Peer,
        _: &Topic,
        _: Option<u64>,
        pick: &Pick,
        count: usize,
    ) -> Result<Vec<Peer>, Violation> {
        Ok(self.select_set(&pick.candidates, count).into_iter().collect())
    }

    fn dialled(
        &mut self,
        rule: &'static Rule,
        list: &[Peer],
        connected: &BTreeSet<Peer>,
        count: usize,
        answer: &mut Answer,
    ) -> Vec<Peer> {
        let mut dialled = self.select(list.iter().copied(), count);
        dialled.retain(|peer| !connected.contains(peer));
        for peer in &dialled {
            answer.add(rule, *peer, Part::Dial);
        }
        dialled
    }
}

impl<S: Selection> MeshChoice for S {
    fn graft(
        &mut self,
        _: &'static Rule,
        candidates: &BTreeMap<Peer, Standing>,
        count: usize,
    ) -> Result<BTreeSet<Peer>, Violation> {
        Ok(self.select(candidates.keys().copied(), count).into_iter().collect())
    }

    fn keep(&mut self, mesh: &OverfullMesh<'_>) -> Result<BTreeSet<Peer>, Violation> {
        Ok(self.select_kept(mesh))
    }
}

/// Reports a check to an observer.
pub(super) fn report(observer: &mut dyn Observer, rule: &'static Rule, holds: bool, operands: fmt::Arguments<'_>) {
    observer.decision(crate::Decision { rule, holds, ordering: None, operands: &operands });
}
