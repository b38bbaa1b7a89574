//! Section 9: the choices that the behaviour leaves to chance, and what is allowed.

use gossipsub_automaton::trace_ids::{MessageId, Peer, Topic};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Resolves the model's random choices: by drawing, or by following an observed output.
pub trait Choice {
    /// Why an observed choice is refused: a [`Violation`]. What is drawn is never refused.
    type Refusal;

    /// `pick.count` different members of `pick.from`.
    ///
    /// # Errors
    /// Where the observed choice is another.
    fn peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<BTreeSet<Peer>, Self::Refusal>;

    /// `pick.count` different members of `pick.from`, in any order.
    ///
    /// # Errors
    /// Where the observed choice is another.
    fn ordered_peers(&mut self, point: Point<'_>, pick: &Pick) -> Result<Vec<Peer>, Self::Refusal>;

    /// The ids at `count` different positions of `from`, in any order.
    ///
    /// # Errors
    /// Where the observed choice is another.
    fn message_ids(
        &mut self,
        point: Point<'_>,
        from: &[MessageId],
        count: usize,
    ) -> Result<Vec<MessageId>, Self::Refusal>;

    /// The set of the peers at `count` different positions of the list `from` (prune 5).
    ///
    /// # Errors
    /// Where the observed choice is another.
    fn px(&mut self, from: &[Peer], count: usize) -> Result<BTreeSet<Peer>, Self::Refusal>;

    /// The part of an over-full mesh that is kept (heartbeat 3c).
    ///
    /// # Errors
    /// Where the observed choice is not one that [`OverfullMesh::may_keep`] allows.
    fn kept(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Self::Refusal>;

    /// The peers grafted to fill a mesh (heartbeat 3b or 3d), and those grafted opportunistically after them (3e).
    ///
    /// An output shows only the union of the two.
    ///
    /// # Errors
    /// Where no pair of allowed choices has the observed union.
    fn grafts(&mut self, grafts: &Grafts<'_>) -> Result<(BTreeSet<Peer>, BTreeSet<Peer>), Self::Refusal>;
}

/// So many of these, each as likely as any other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// Whom to choose from.
    pub from: BTreeSet<Peer>,
    /// How many. At most as many as there are.
    pub count: usize,
    /// Who is there without a choice. An output shows them together with the chosen ones.
    pub beside: BTreeSet<Peer>,
}

impl Pick {
    /// As many as `limit`, or all if there are fewer.
    #[must_use]
    pub fn up_to(limit: u64, from: BTreeSet<Peer>) -> Self {
        Self { count: at_most(limit, from.len()), from, beside: BTreeSet::new() }
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.count, Braces(&self.from))?;
        if self.beside.is_empty() { Ok(()) } else { write!(f, ", beside {}", Braces(&self.beside)) }
    }
}

/// The lesser of a limit and a length.
pub(crate) fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(length)
}

/// Where a choice is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point<'a> {
    /// ihave (7): which messages to request.
    Requested,
    /// publish (3): whom a new fanout holds.
    NewFanout(&'a Topic),
    /// join (2): whom to graft beside the fanout.
    Joined(&'a Topic),
    /// prune (5): whom of the offered peers to take.
    Px,
    /// heartbeat 3b: whom to graft into a small mesh.
    Fill(&'a Topic),
    /// heartbeat 3c: whom to keep of an over-full mesh.
    Kept(&'a Topic),
    /// heartbeat 3d: which outbound peers to graft.
    Outbound(&'a Topic),
    /// heartbeat 3e: whom to graft opportunistically.
    Opportunistic(&'a Topic),
    /// heartbeat 5: whom to add to a fanout.
    Fanout(&'a Topic),
    /// `select_px_peers`: whom to offer.
    PxPeers,
    /// `select_gossip_messages`: whom to gossip to.
    GossipPeers(&'a Topic),
    /// `select_gossip_messages`: which ids to announce to a peer.
    GossipIds(&'a Topic, Peer),
}

impl Point<'_> {
    /// The name of the rule: the input and the number of the check or step.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Requested => "ihave (7)",
            Self::NewFanout(_) => "publish_message (3)",
            Self::Joined(_) => "join (2)",
            Self::Px => "prune (5)",
            Self::Fill(_) => "heartbeat 3b",
            Self::Kept(_) => "heartbeat 3c",
            Self::Outbound(_) => "heartbeat 3d",
            Self::Opportunistic(_) => "heartbeat 3e",
            Self::Fanout(_) => "heartbeat 5",
            Self::PxPeers => "select_px_peers",
            Self::GossipPeers(_) | Self::GossipIds(..) => "select_gossip_messages",
        }
    }
}

impl fmt::Display for Point<'_> {
    /// What is chosen, in the words of the output that shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested => f.write_str("message_ids"),
            Self::NewFanout(topic) => write!(f, "to_publish by a new fanout of topic {topic}"),
            Self::Joined(topic) | Self::Fill(topic) | Self::Opportunistic(topic) => {
                write!(f, "to_graft for topic {topic}")
            }
            Self::Px | Self::PxPeers => f.write_str("peers"),
            Self::Kept(topic) => write!(f, "kept in the mesh of topic {topic}"),
            Self::Outbound(topic) => write!(f, "outbound peers to_graft for topic {topic}"),
            Self::Fanout(topic) => write!(f, "peers added to the fanout of topic {topic}"),
            Self::GossipPeers(topic) => write!(f, "peers to gossip to about topic {topic}"),
            Self::GossipIds(topic, peer) => write!(f, "message_ids of topic {topic} for peer {peer}"),
        }
    }
}

/// The grafts of one topic in one heartbeat.
pub struct Grafts<'a> {
    /// The topic.
    pub topic: &'a Topic,
    /// Whether the mesh is filled (3b) or gets outbound peers (3d). `None` where it gets neither.
    pub first: Option<(Point<'a>, Pick)>,
    /// What opportunistic grafting (3e) may choose after the first choice.
    pub opportunistic: &'a dyn Fn(&BTreeSet<Peer>) -> Pick,
    /// The scores of the candidates: an observed union can only be told apart by them.
    pub score: &'a dyn Fn(Peer) -> f64,
}

/// A mesh of more than `degree_high` peers, of which some are to be kept.
#[derive(Clone, Debug)]
pub struct OverfullMesh {
    /// The peers, each with its score and whether it is outbound.
    pub peers: BTreeMap<Peer, (f64, bool)>,
    /// How many are kept: `degree_optimal`.
    pub keep: usize,
    /// How many of the best by score are kept: `degree_score`.
    pub best: usize,
    /// How many outbound peers are kept, where there are as many: `degree_out`.
    pub outbound: usize,
}

impl OverfullMesh {
    /// Whether these may be the kept ones.
    #[must_use]
    pub fn may_keep(&self, kept: &BTreeSet<Peer>) -> bool {
        kept.len() == self.keep
            && kept.iter().all(|peer| self.peers.contains_key(peer))
            && self.has_the_best(kept)
            && self.outbound_of(kept) >= self.outbound_of(self.peers.keys()).min(self.outbound)
    }

    /// Every peer whose score is above s, and in all at least `best` peers with a score of s or more, where s is the
    /// `best`-th highest score.
    fn has_the_best(&self, kept: &BTreeSet<Peer>) -> bool {
        let mut scores: Vec<f64> = self.peers.values().map(|(score, _)| *score).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let Some(s) = self.best.checked_sub(1).and_then(|last| scores.get(last).copied()) else {
            return true;
        };
        let kept_from = |bound: &dyn Fn(f64) -> bool| {
            kept.iter().filter(|peer| self.peers.get(peer).is_some_and(|(score, _)| bound(*score))).count()
        };
        let above = self.peers.values().filter(|(score, _)| *score > s).count();
        kept_from(&|score| score > s) == above && kept_from(&|score| score >= s) >= self.best
    }

    /// How many of these are outbound.
    pub(crate) fn outbound_of<'a>(&self, peers: impl IntoIterator<Item = &'a Peer>) -> usize {
        peers.into_iter().filter(|peer| self.peers.get(peer).is_some_and(|(_, outbound)| *outbound)).count()
    }
}

impl fmt::Display for OverfullMesh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {{", self.keep)?;
        for (index, (peer, (score, outbound))) in self.peers.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{peer} (score {score:?}{})", if *outbound { ", outbound" } else { "" })?;
        }
        let outbound = self.outbound_of(self.peers.keys()).min(self.outbound);
        write!(f, "}} with the best {} by score and at least {outbound} outbound", self.best)
    }
}

/// An observed choice that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The name of the rule: the input and the number of the check or step.
    pub rule: String,
    /// What was chosen, in the words of the output that shows it.
    pub what: String,
    /// What was allowed.
    pub allowed: String,
    /// What was observed.
    pub observed: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: allowed {}, observed {}", self.rule, self.what, self.allowed, self.observed)
    }
}

impl std::error::Error for Violation {}

/// `{1, 2, 3}`
pub(crate) struct Braces<'a, C: ?Sized>(pub &'a C);

impl<'a, C: ?Sized> fmt::Display for Braces<'a, C>
where
    &'a C: IntoIterator<Item: fmt::Display>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<String> = self.0.into_iter().map(|member| member.to_string()).collect();
        write!(f, "{{{}}}", members.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mesh(peers: &[(u64, f64, bool)], keep: usize, best: usize, outbound: usize) -> OverfullMesh {
        let peers = peers.iter().map(|(peer, score, outbound)| (Peer(*peer), (*score, *outbound))).collect();
        OverfullMesh { peers, keep, best, outbound }
    }

    fn set(peers: &[u64]) -> BTreeSet<Peer> {
        peers.iter().copied().map(Peer).collect()
    }

    #[test]
    fn the_best_are_kept_and_ties_are_free() {
        let mesh = mesh(&[(1, 3.0, false), (2, 2.0, false), (3, 2.0, false), (4, 1.0, false)], 2, 2, 0);
        assert!(mesh.may_keep(&set(&[1, 2])) && mesh.may_keep(&set(&[1, 3])));
        assert!(!mesh.may_keep(&set(&[1, 4])), "one of the tied is needed");
        assert!(!mesh.may_keep(&set(&[2, 3])), "the one above the tie is needed");
        assert!(!mesh.may_keep(&set(&[1, 2, 3])), "too many");
        assert!(!mesh.may_keep(&set(&[1, 9])), "not of the mesh");
    }

    #[test]
    fn both_zeros_tie() {
        let mesh = mesh(&[(1, 0.0, false), (2, -0.0, false), (3, -1.0, false)], 1, 1, 0);
        assert!(mesh.may_keep(&set(&[1])) && mesh.may_keep(&set(&[2])) && !mesh.may_keep(&set(&[3])));
    }

    #[test]
    fn outbound_peers_are_kept_as_far_as_there_are_any() {
        let mesh = mesh(&[(1, 3.0, false), (2, 2.0, false), (3, 1.0, true), (4, 1.0, false)], 3, 1, 2);
        assert!(mesh.may_keep(&set(&[1, 3, 4])));
        assert!(!mesh.may_keep(&set(&[1, 2, 4])));
    }

    #[test]
    fn without_a_best_nobody_has_to_be_kept() {
        assert!(mesh(&[(1, 3.0, false), (2, 2.0, false)], 1, 0, 0).may_keep(&set(&[2])));
    }
}
