//! What is known of the members of a fanout.
//!
//! A heartbeat fills a fanout with peers that no answer shows. The model keeps what is certain and what is possible,
//! and later answers narrow it. It needs no more memory than there are peers.

use super::vocabulary::Peer;
use std::collections::BTreeSet;

/// The members of a fanout: some are certain, and between `fewest` and `most` of some others are members, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fanout {
    certain: BTreeSet<Peer>,
    possible: BTreeSet<Peer>,
    fewest: usize,
    most: usize,
}

impl Fanout {
    /// A fanout whose members are known.
    #[must_use]
    pub fn exact(members: BTreeSet<Peer>) -> Self {
        Self { certain: members, ..Self::default() }
    }

    /// A fanout of `certain` members and of between `fewest` and `most` of `possible`. None if there is no such set.
    #[must_use]
    pub fn between(certain: BTreeSet<Peer>, possible: &BTreeSet<Peer>, fewest: usize, most: usize) -> Option<Self> {
        let mut fanout = Self { possible: possible - &certain, certain, fewest, most };
        fanout.most = fanout.most.min(fanout.possible.len());
        if fanout.fewest > fanout.most {
            return None;
        }
        if fanout.fewest == fanout.possible.len() {
            fanout.certain.append(&mut fanout.possible);
            (fanout.fewest, fanout.most) = (0, 0);
        } else if fanout.most == 0 {
            fanout.possible.clear();
        }
        Some(fanout)
    }

    /// The certain members.
    #[must_use]
    pub fn certain(&self) -> &BTreeSet<Peer> {
        &self.certain
    }

    /// The peers of which between [`Self::fewest`] and [`Self::most`] are members, too.
    #[must_use]
    pub fn possible(&self) -> &BTreeSet<Peer> {
        &self.possible
    }

    /// How many of the possible members are members at least.
    #[must_use]
    pub fn fewest(&self) -> usize {
        self.fewest
    }

    /// How many of the possible members are members at most.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most
    }

    /// Whether every member is known.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.possible.is_empty()
    }

    /// Whether it is certainly empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certain.is_empty() && self.most == 0
    }

    /// Whether it may be empty.
    #[must_use]
    pub fn may_be_empty(&self) -> bool {
        self.certain.is_empty() && self.fewest == 0
    }

    /// How many members it has at least.
    #[must_use]
    pub fn smallest_size(&self) -> usize {
        self.certain.len() + self.fewest
    }

    /// How many members it has at most.
    #[must_use]
    pub fn largest_size(&self) -> usize {
        self.certain.len() + self.most
    }

    /// Every peer that is or may be a member.
    #[must_use]
    pub fn candidates(&self) -> BTreeSet<Peer> {
        &self.certain | &self.possible
    }

    /// Whether the fanout can be this set.
    #[must_use]
    pub fn can_be(&self, members: &BTreeSet<Peer>) -> bool {
        let others = members - &self.certain;
        self.certain.is_subset(members)
            && others.is_subset(&self.possible)
            && (self.fewest..=self.most).contains(&others.len())
    }

    /// A peer leaves, member or not.
    pub fn remove(&mut self, peer: Peer) {
        self.certain.remove(&peer);
        if self.possible.contains(&peer) {
            let possible = &self.possible - &BTreeSet::from([peer]);
            self.replace(Self::between(self.certain.clone(), &possible, self.fewest.saturating_sub(1), self.most));
        }
    }

    /// Only peers for which `stays` holds stay.
    pub fn retain(&mut self, stays: impl Fn(Peer) -> bool) {
        for peer in self.candidates().into_iter().filter(|peer| !stays(*peer)) {
            self.remove(peer);
        }
    }

    /// As many of `eligible` as are missing to `degree` join, and it is not known who.
    pub fn fill(&mut self, eligible: &BTreeSet<Peer>, degree: usize) {
        if self.smallest_size() >= degree {
            return;
        }
        let certain = self.certain.len();
        let possible = &(eligible | &self.possible) - &self.certain;
        let sure = eligible - &self.certain;
        let fewest = degree.min(certain + sure.len()).saturating_sub(certain);
        let most = degree.min(certain + possible.len()).saturating_sub(certain);
        self.replace(Self::between(self.certain.clone(), &possible, fewest, most));
    }

    /// Of the peers that are not `hidden`, exactly those of `shown` are members. None if that cannot be.
    #[must_use]
    pub fn narrow(&self, shown: &BTreeSet<Peer>, hidden: &BTreeSet<Peer>) -> Option<Self> {
        let new: BTreeSet<Peer> = shown - &self.certain;
        let certain_seen = self.certain.iter().all(|peer| hidden.contains(peer) || shown.contains(peer));
        if !certain_seen || !new.is_subset(&self.possible) || new.len() > self.most {
            return None;
        }
        let possible = &(&self.possible & hidden) - &new;
        let fewest = self.fewest.saturating_sub(new.len());
        Self::between(&self.certain | &new, &possible, fewest, self.most - new.len())
    }

    /// None of `others` is a member. None if that cannot be.
    #[must_use]
    pub fn without(&self, others: &BTreeSet<Peer>) -> Option<Self> {
        if !self.certain.is_disjoint(others) {
            return None;
        }
        Self::between(self.certain.clone(), &(&self.possible - others), self.fewest, self.most)
    }

    /// What is certain and possible if one of two descriptions holds.
    ///
    /// # Panics
    /// Never: each description has a possible set of members.
    #[must_use]
    pub fn either(&self, other: &Self) -> Self {
        let certain = &self.certain & &other.certain;
        let possible = &self.candidates() | &other.candidates();
        let fewest = self.smallest_size().min(other.smallest_size()).saturating_sub(certain.len());
        let most = self.largest_size().max(other.largest_size()).saturating_sub(certain.len());
        Self::between(certain, &possible, fewest, most).expect("the union of two descriptions is not empty")
    }

    fn replace(&mut self, fanout: Option<Self>) {
        *self = fanout.expect("a fanout has at least one possible set of members");
    }
}
