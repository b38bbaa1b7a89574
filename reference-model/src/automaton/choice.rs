//! Section 9: the choices that the behaviour leaves to chance, and which of them are allowed.

mod enumerated;
mod observed;
mod overfull_mesh;
mod random;

pub use enumerated::EnumeratedChoices;
pub use observed::ObservedChoices;
pub use overfull_mesh::OverfullMesh;
pub use random::RandomChoices;

use crate::automaton::RuleId;
use gossipsub_automaton::trace_ids::{MessageId, Peer, Topic};
use std::{collections::BTreeSet, fmt};

/// Makes the model's choices: at random, all in turn, or as an observed output shows them.
pub trait Choice {
    /// `pick.count` different positions of the candidates, in the order in which they are chosen.
    ///
    /// # Errors
    /// The observed choice is not allowed.
    fn choose(&mut self, pick: &Pick<'_>) -> Result<Vec<usize>, Violation>;

    /// The part of an over-full mesh that is kept (heartbeat 3c).
    ///
    /// # Errors
    /// [`OverfullMesh::may_keep`] does not allow the observed choice.
    fn keep(&mut self, topic: &Topic, mesh: &OverfullMesh) -> Result<BTreeSet<Peer>, Violation>;
}

/// The choice of some of the candidates. All choices are equally likely.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick<'a> {
    /// Where the choice is made.
    pub point: ChoicePoint<'a>,
    /// The candidates.
    pub from: Candidates,
    /// The number of chosen candidates. At most the number of candidates.
    pub count: usize,
}

/// The candidates of a choice.
#[derive(Clone, Debug, PartialEq)]
pub enum Candidates {
    /// Peers. Only the list of prune (5) may repeat one.
    Peers(Vec<Peer>),
    /// Peers to graft by heartbeat 3b or 3d, with their scores. An output shows them and the peers of 3e as one set, which
    /// only the scores can tell apart.
    Grafts(Vec<(Peer, f64)>),
    /// Message ids. The list may repeat one.
    MessageIds(Vec<MessageId>),
}

impl<'a> Pick<'a> {
    /// `limit` of the candidates, or all if there are fewer.
    pub(super) fn up_to(limit: u64, from: Candidates, point: ChoicePoint<'a>) -> Self {
        Self { point, count: at_most(limit, from.len()), from }
    }
}

impl Candidates {
    /// No candidate.
    pub(super) const fn none() -> Self {
        Self::Peers(Vec::new())
    }

    /// The number of candidates.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Peers(peers) => peers.len(),
            Self::Grafts(peers) => peers.len(),
            Self::MessageIds(ids) => ids.len(),
        }
    }

    /// Whether there is no candidate.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The peer at a position that a choice gave.
    pub(super) fn peer(&self, position: usize) -> Peer {
        let peer = match self {
            Self::Peers(peers) => peers.get(position).copied(),
            Self::Grafts(peers) => peers.get(position).map(|(peer, _)| *peer),
            Self::MessageIds(_) => None,
        };
        peer.expect("a choice of peers gives positions of its candidates")
    }

    /// The message id at a position that a choice gave.
    pub(super) fn message_id(&self, position: usize) -> MessageId {
        *self.message_ids().get(position).expect("a choice of message ids gives positions of its candidates")
    }

    /// The peers to choose from. Empty if the candidates are message ids.
    #[must_use]
    pub fn peers(&self) -> Vec<Peer> {
        match self {
            Self::Peers(peers) => peers.clone(),
            Self::Grafts(peers) => peers.iter().map(|(peer, _)| *peer).collect(),
            Self::MessageIds(_) => Vec::new(),
        }
    }

    /// The message ids to choose from. Empty if the candidates are peers.
    #[must_use]
    pub fn message_ids(&self) -> &[MessageId] {
        match self {
            Self::Peers(_) | Self::Grafts(_) => &[],
            Self::MessageIds(ids) => ids,
        }
    }
}

impl FromIterator<Peer> for Candidates {
    fn from_iter<I: IntoIterator<Item = Peer>>(peers: I) -> Self {
        Self::Peers(peers.into_iter().collect())
    }
}

impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peers(_) | Self::Grafts(_) => Braces(&self.peers()).fmt(f),
            Self::MessageIds(ids) => Braces(ids).fmt(f),
        }
    }
}

impl fmt::Display for Pick<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { point, from, count } = self;
        match point {
            ChoicePoint::Px => write!(f, "the set of {count} positions of the list {from}"),
            ChoicePoint::Requested | ChoicePoint::GossipIds(..) => write!(f, "{count} positions of the list {from}"),
            _ => write!(f, "{count} of {from}"),
        }
    }
}

/// The lesser of a limit and a length.
pub(super) fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(length)
}

/// A place in the rules where a choice is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoicePoint<'a> {
    /// ihave (7): the message ids to request.
    Requested,
    /// `publish_message` (3): the peers of a new fanout.
    NewFanout(&'a Topic),
    /// join (2): the peers to graft beside those of the fanout.
    Joined(&'a Topic),
    /// prune (5): the peers to take of those that were offered.
    Px,
    /// heartbeat 3b: the peers to graft into a small mesh.
    Fill(&'a Topic),
    /// heartbeat 3c: the peers to keep of an over-full mesh.
    Kept(&'a Topic),
    /// heartbeat 3d: the outbound peers to graft.
    Outbound(&'a Topic),
    /// heartbeat 3e: the peers to graft opportunistically.
    Opportunistic(&'a Topic),
    /// heartbeat 5: the peers to add to a fanout.
    Fanout(&'a Topic),
    /// `select_px_peers` (3): the peers to offer.
    PxPeers,
    /// `select_gossip_messages` (2): the peers to gossip to.
    GossipPeers(&'a Topic),
    /// `select_gossip_messages` (3): the message ids to announce to a peer.
    GossipIds(&'a Topic, Peer),
}

impl ChoicePoint<'_> {
    /// The rule that leaves the choice.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Requested => RuleId::Ihave7,
            Self::NewFanout(_) => RuleId::PublishMessage3,
            Self::Joined(_) => RuleId::Join2,
            Self::Px => RuleId::Prune5,
            Self::Fill(_) => RuleId::Heartbeat3b,
            Self::Kept(_) => RuleId::Heartbeat3c,
            Self::Outbound(_) => RuleId::Heartbeat3d,
            Self::Opportunistic(_) => RuleId::Heartbeat3e,
            Self::Fanout(_) => RuleId::Heartbeat5,
            Self::PxPeers => RuleId::SelectPxPeers3,
            Self::GossipPeers(_) => RuleId::SelectGossipMessages2,
            Self::GossipIds(..) => RuleId::SelectGossipMessages3,
        }
    }

    /// Whether an output shows the order of the chosen members.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        self.rule().shows_order()
    }
}

impl RuleId {
    /// Whether an output shows the order in which this rule's choice took its members.
    #[must_use]
    pub const fn shows_order(self) -> bool {
        matches!(self, Self::Ihave7 | Self::SelectPxPeers3 | Self::SelectGossipMessages3)
    }
}

impl fmt::Display for ChoicePoint<'_> {
    /// The field of the output that shows the choice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested => f.write_str("message_ids"),
            Self::NewFanout(topic) => write!(f, "to_publish by a new fanout of topic {topic}"),
            Self::Joined(topic) | Self::Fill(topic) | Self::Outbound(topic) | Self::Opportunistic(topic) => {
                write!(f, "to_graft for topic {topic}")
            }
            Self::Px | Self::PxPeers => f.write_str("peers"),
            Self::Kept(topic) => write!(f, "kept in the mesh of topic {topic}"),
            Self::Fanout(topic) => write!(f, "peers added to the fanout of topic {topic}"),
            Self::GossipPeers(topic) => write!(f, "peers to gossip to about topic {topic}"),
            Self::GossipIds(topic, peer) => write!(f, "message_ids of topic {topic} for peer {peer}"),
        }
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
pub(super) struct Braces<'a, C: ?Sized>(pub &'a C);

impl<'a, C: ?Sized> fmt::Display for Braces<'a, C>
where
    &'a C: IntoIterator<Item: fmt::Display>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<String> = self.0.into_iter().map(|member| member.to_string()).collect();
        write!(f, "{{{}}}", members.join(", "))
    }
}
