//! How a heartbeat maintains the mesh of one topic.
//!
//! The changes depend on the scores at the start of the heartbeat and on the mesh alone, so they are decided apart from
//! the rest of the state.

use super::{
    dialect::Median,
    rules,
    violation::{Members, Violation},
    vocabulary::{Peer, Topic},
};
use crate::Rule;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What counts of a peer when a mesh is maintained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) score: f64,
    pub(super) outbound: bool,
}

/// A mesh before it is maintained.
#[derive(Clone, Debug)]
pub(super) struct MeshSituation {
    pub(super) topic: Topic,
    pub(super) members: BTreeMap<Peer, Standing>,
    /// The peers that may be grafted.
    pub(super) candidates: BTreeMap<Peer, Standing>,
    pub(super) degree: usize,
    pub(super) degree_low: usize,
    pub(super) degree_high: usize,
    pub(super) degree_score: usize,
    pub(super) degree_out: usize,
    /// The members that may be grafted again at once if they are pruned for their number.
    pub(super) may_return: BTreeSet<Peer>,
    /// Whether a mesh of exactly `degree_high` members is pruned.
    pub(super) prunes_at_high: bool,
    pub(super) opportunistic: Option<Opportunistic>,
}

/// Opportunistic grafting, in the heartbeats in which it happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opportunistic {
    pub(super) threshold: f64,
    pub(super) peers: usize,
    pub(super) median: Median,
}

/// What a heartbeat changed in a mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MeshChanges {
    /// Members with a score below 0.
    pub(super) negative: BTreeSet<Peer>,
    /// Members that were pruned because there were too many.
    pub(super) pruned: BTreeSet<Peer>,
    /// New members, each with the rule that grafted it.
    pub(super) grafted: BTreeMap<Peer, &'static Rule>,
}

/// Makes the choices while a mesh is maintained.
pub(super) trait MeshChoice {
    /// `count` of the candidates, who are to be grafted by a rule.
    fn graft(
        &mut self,
        rule: &'static Rule,
        candidates: &BTreeMap<Peer, Standing>,
        count: usize,
    ) -> Result<BTreeSet<Peer>, Violation>;

    /// The members that stay when a mesh is pruned.
    fn keep(&mut self, mesh: &OverfullMesh<'_>) -> Result<BTreeSet<Peer>, Violation>;
}

/// A mesh with too many members.
#[derive(Debug)]
pub(super) struct OverfullMesh<'a> {
    pub(super) rule: &'static Rule,
    pub(super) members: &'a BTreeMap<Peer, Standing>,
    pub(super) degree: usize,
    /// How many of the best stay.
    pub(super) best: usize,
    /// How many outbound members stay at least.
    pub(super) outbound: usize,
}

type Decide<'a> = dyn FnMut(&'static Rule, bool, fmt::Arguments<'_>) + 'a;

impl MeshSituation {
    /// Maintains the mesh, and makes choices as `choice` does.
    pub(super) fn maintain(
        &self,
        choice: &mut dyn MeshChoice,
        decide: &mut Decide<'_>,
    ) -> Result<MeshChanges, Violation> {
        let mut changes = MeshChanges::default();
        let mut members = self.members.clone();
        let mut candidates = self.candidates.clone();
        for (peer, standing) in &self.members {
            let negative = standing.score < 0.0;
            decide(&rules::MESH_1, negative, format_args!("peer {peer} has the score {}", standing.score));
            if negative {
                members.remove(peer);
                changes.negative.insert(*peer);
            }
        }

        let low = members.len() < self.degree_low;
        let rule = &rules::MESH_2;
        decide(rule, low, format_args!("{} members, D_low {}", members.len(), self.degree_low));
        if low {
            let count = self.degree.saturating_sub(members.len());
            Self::graft(rule, choice, count, &mut members, &mut candidates, &mut changes)?;
        }

        let size = members.len();
        let high = size > self.degree_high || (self.prunes_at_high && size == self.degree_high);
        let rule = &rules::MESH_3;
        decide(rule, high, format_args!("{size} members, D_high {}", self.degree_high));
        if high {
            let mut returning = members.clone();
            self.prune(rule, choice, &mut members, &mut changes)?;
            returning.retain(|peer, _| changes.pruned.contains(peer) && self.may_return.contains(peer));
            candidates.extend(returning);
        }

        let outbound = members.values().filter(|standing| standing.outbound).count();
        let missing = members.len() >= self.degree_low && outbound < self.degree_out;
        let rule = &rules::MESH_4;
        decide(
            rule,
            missing,
            format_args!(
                "{outbound} of {} members are outbound, D_out {}, D_low {}",
                members.len(),
                self.degree_out,
                self.degree_low
            ),
        );
        if missing {
            let mut outbound_candidates = candidates.clone();
            outbound_candidates.retain(|_, standing| standing.outbound);
            let count = self.degree_out - outbound;
            Self::graft(rule, choice, count, &mut members, &mut outbound_candidates, &mut changes)?;
            candidates.retain(|peer, _| !members.contains_key(peer));
        }

        if let Some(Opportunistic { threshold, peers, median }) = self.opportunistic
            && members.len() > 1
        {
            let median = median_of(&members, median);
            let improves = median < threshold;
            let rule = &rules::MESH_5;
            decide(rule, improves, format_args!("median {median}, opportunistic_graft_threshold {threshold}"));
            if improves {
                candidates.retain(|_, standing| standing.score > median);
                Self::graft(rule, choice, peers, &mut members, &mut candidates, &mut changes)?;
            }
        }
        Ok(changes)
    }

    fn graft(
        rule: &'static Rule,
        choice: &mut dyn MeshChoice,
        count: usize,
        members: &mut BTreeMap<Peer, Standing>,
        candidates: &mut BTreeMap<Peer, Standing>,
        changes: &mut MeshChanges,
    ) -> Result<(), Violation> {
        let count = count.min(candidates.len());
        for peer in choice.graft(rule, candidates, count)? {
            let standing = candidates.remove(&peer).expect("only a candidate is chosen");
            members.insert(peer, standing);
            changes.grafted.insert(peer, rule);
        }
        Ok(())
    }

    fn prune(
        &self,
        rule: &'static Rule,
        choice: &mut dyn MeshChoice,
        members: &mut BTreeMap<Peer, Standing>,
        changes: &mut MeshChanges,
    ) -> Result<(), Violation> {
        let outbound = members.values().filter(|standing| standing.outbound).count();
        let mesh = OverfullMesh {
            rule,
            members,
            degree: self.degree,
            best: self.degree_score.min(self.degree - self.degree_out),
            outbound: self.degree_out.min(outbound),
        };
        let kept = choice.keep(&mesh)?;
        changes.pruned = members.keys().copied().filter(|peer| !kept.contains(peer)).collect();
        members.retain(|peer, _| kept.contains(peer));
        Ok(())
    }
}

/// The median of the scores of members, of whom there is at least one.
fn median_of(members: &BTreeMap<Peer, Standing>, median: Median) -> f64 {
    let mut scores: Vec<f64> = members.values().map(|standing| standing.score).collect();
    scores.sort_by(f64::total_cmp);
    let middle = scores.len() / 2;
    let score = |index: usize| scores.get(index).copied().expect("the index is below the number of members");
    match median {
        Median::Mean if scores.len().is_multiple_of(2) => (score(middle - 1) + score(middle)) * 0.5,
        Median::Mean | Median::Element => score(middle),
    }
}

impl OverfullMesh<'_> {
    /// Whether these members may be the ones that stay.
    pub(super) fn check(&self, kept: &BTreeSet<Peer>) -> Result<(), Violation> {
        let violation =
            |expected: String| Violation::new(self.rule, expected, format!("the members {} to stay", Members(kept)));
        if kept.len() != self.degree || !kept.iter().all(|peer| self.members.contains_key(peer)) {
            return Err(violation(format!("{} of the members {} to stay", self.degree, Members(self.members.keys()))));
        }
        let mut scores: Vec<f64> = self.members.values().map(|standing| standing.score).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        if let Some(limit) = self.best.checked_sub(1).and_then(|index| scores.get(index)) {
            let kept_peer = |peer: &Peer| kept.contains(peer);
            let best = |ordering: fn(Ordering) -> bool| {
                self.members.iter().filter(move |(_, standing)| standing.score.partial_cmp(limit).is_some_and(ordering))
            };
            if !best(Ordering::is_gt).all(|(peer, _)| kept_peer(peer)) {
                return Err(violation(format!("every member with a score above {limit} to stay")));
            }
            if best(Ordering::is_ge).filter(|(peer, _)| kept_peer(peer)).count() < self.best {
                return Err(violation(format!("{} members with a score of {limit} or more to stay", self.best)));
            }
        }
        let outbound = |peer: &&Peer| self.members.get(peer).is_some_and(|standing| standing.outbound);
        if kept.iter().filter(outbound).count() < self.outbound {
            return Err(violation(format!("{} outbound members to stay", self.outbound)));
        }
        Ok(())
    }
}
