//! Every allowed choice in turn, for a search that leaves none out.

use super::{
    answer::{Answer, Part},
    choice::{Choice, JoinPick, Pick, Publication, report},
    fanout::Fanout,
    mesh::{MeshChanges, MeshChoice, MeshSituation, OverfullMesh, Standing},
    model::Model,
    violation::Violation,
    vocabulary::{Input, MessageId, Output, Peer, Topic},
};
use crate::{Observer, Rule, enumeration::Enumeration};
use gossipsub_automaton::Time;
use std::collections::{BTreeMap, BTreeSet};

/// Makes every allowed choice in turn: one run of a step from the same state for each. Never refuses.
#[derive(Clone, Debug, Default)]
struct EnumeratedChoices(Enumeration);

impl EnumeratedChoices {
    fn choose<T: Copy + Ord>(&mut self, from: &BTreeSet<T>, count: usize) -> BTreeSet<T> {
        self.0.combine(from.iter().copied(), count).into_iter().collect()
    }
}

impl Model {
    /// Every step that the model can make by itself: one for each combination of choices. Different choices may lead to
    /// the same answer and the same state.
    ///
    /// The number of choices grows fast with the number of candidates, so the state must be small. It must be one of a
    /// router that [responds](Self::respond) by itself: then every choice so far is known.
    #[must_use]
    pub fn responses(&self, now: Time, input: &Input) -> Vec<(Output, Self)> {
        let mut choice = EnumeratedChoices::default();
        let mut responses = Vec::new();
        loop {
            let mut after = self.clone();
            let output = after.respond_with(now, input, &mut choice, &mut ());
            responses.push((output, after));
            if !choice.0.advance() {
                return responses;
            }
        }
    }
}

impl Choice for EnumeratedChoices {
    fn join(&mut self, pick: &JoinPick<'_>) -> Result<BTreeSet<Peer>, Violation> {
        let kept = pick.kept.certain();
        let others = pick.candidates - kept;
        Ok(kept | &self.choose(&others, pick.count(kept.len())))
    }

    fn extra_recipients(&mut self, _: Publication<'_>, pick: &Pick, count: usize) -> Result<BTreeSet<Peer>, Violation> {
        Ok(self.choose(&pick.candidates, count))
    }

    fn new_fanout(&mut self, _: Publication<'_>, pick: &Pick, count: usize) -> Result<Fanout, Violation> {
        Ok(Fanout::exact(self.choose(&pick.candidates, count)))
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
        let added = self.choose(&(&pick.candidates - members), degree - members.len());
        Ok((members | &added, Fanout::exact(added)))
    }

    fn settle_fanout(&mut self, fanout: &mut Fanout) {
        let others = self.choose(fanout.possible(), fanout.fewest());
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
        Ok(self.choose(&pick.candidates, count(pick.candidates.len())))
    }

    fn gossip_ids(
        &mut self,
        _: &Topic,
        _: Peer,
        ids: &BTreeSet<MessageId>,
        count: usize,
    ) -> Result<BTreeSet<MessageId>, Violation> {
        Ok(self.choose(ids, count))
    }

    fn requested(
        &mut self,
        _: Peer,
        wanted: &BTreeSet<MessageId>,
        count: usize,
        _: &Answer,
    ) -> Result<BTreeSet<MessageId>, Violation> {
        Ok(self.choose(wanted, count))
    }

    fn promised(&mut self, requested: &BTreeSet<MessageId>) -> BTreeSet<MessageId> {
        self.choose(requested, 1)
    }

    fn exchanged(
        &mut self,
        _: Peer,
        _: &Topic,
        _: Option<u64>,
        pick: &Pick,
        count: usize,
    ) -> Result<Vec<Peer>, Violation> {
        Ok(self.choose(&pick.candidates, count).into_iter().collect())
    }

    fn dialled(
        &mut self,
        rule: &'static Rule,
        list: &[Peer],
        connected: &BTreeSet<Peer>,
        count: usize,
        answer: &mut Answer,
    ) -> Vec<Peer> {
        let mut dialled = self.0.combine(list.iter().copied(), count);
        dialled.retain(|peer| !connected.contains(peer));
        for peer in &dialled {
            answer.add(rule, *peer, Part::Dial);
        }
        dialled
    }
}

impl MeshChoice for EnumeratedChoices {
    fn graft(
        &mut self,
        _: &'static Rule,
        candidates: &BTreeMap<Peer, Standing>,
        count: usize,
    ) -> Result<BTreeSet<Peer>, Violation> {
        Ok(self.0.combine(candidates.keys().copied(), count).into_iter().collect())
    }

    fn keep(&mut self, mesh: &OverfullMesh<'_>) -> Result<BTreeSet<Peer>, Violation> {
        let members = mesh.members.keys().copied();
        let kept = self.0.combine_allowed(&members, mesh.degree, |kept| mesh.check(kept).is_ok());
        Ok(kept.expect("some members of an over-full mesh may stay"))
    }
}
