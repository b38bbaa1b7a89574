//! The state of a topic: its subscribers, its mesh or fanout, its backoffs and the ids to announce.

use super::{
    intern::Interner,
    members::Members,
    slots::{PeerSlot, SlotMap, TopicSlot},
};
use crate::{Identifiers, SortedSet, Time};
use alloc::{collections::VecDeque, vec::Vec};

/// The topics with subscribers, a mesh, a fanout, backoffs, ids to announce, or counters in score records.
pub(crate) type Topics<I> = Interner<TopicSlot, <I as Identifiers>::Topic, TopicState<I>>;

/// The state of a topic.
#[derive(Clone)]
pub(crate) struct TopicState<I: Identifiers> {
    /// The connected peers that subscribe, in no particular order. The subscription of each has its index here.
    pub(crate) subscribers: Vec<PeerSlot>,
    /// The number of subscribers that are outbound and not direct.
    pub(crate) outbound: usize,
    /// The subscribers that are direct.
    pub(crate) direct: Members<I::Peer>,
    pub(crate) audience: Audience<I::Peer>,
    /// The end of the backoff of each peer. An ended backoff stays until a cleanup (Q1).
    pub(crate) backoff: SlotMap<PeerSlot, Time>,
    /// The ids to announce, oldest first. An id that was added twice is here twice.
    pub(crate) gossip: VecDeque<I::MessageId>,
    /// Whether score records may have counters for the topic.
    pub(crate) is_tracked: bool,
}

/// The peers that messages of a topic go to, in addition to its direct peers. They subscribe to the topic, and they are
/// not direct.
#[derive(Clone)]
pub(crate) enum Audience<P> {
    /// The topic is not joined and has no fanout.
    Absent,
    /// The topic is joined.
    Mesh(Members<P>),
    /// The topic is not joined, and we published to it within `fanout_ttl`.
    Fanout(Fanout<P>),
}

/// The peers that we publish to in a topic that is not joined.
#[derive(Clone)]
pub(crate) struct Fanout<P> {
    pub(crate) peers: Members<P>,
    pub(crate) last_published_time: Time,
}

impl<I: Identifiers> Default for TopicState<I> {
    fn default() -> Self {
        Self {
            subscribers: Vec::new(),
            outbound: 0,
            direct: Members::default(),
            audience: Audience::Absent,
            backoff: SlotMap::default(),
            gossip: VecDeque::new(),
            is_tracked: false,
        }
    }
}

impl<I: Identifiers> TopicState<I> {
    /// The mesh, if the topic is joined.
    pub(crate) fn mesh(&self) -> Option<&Members<I::Peer>> {
        match &self.audience {
            Audience::Mesh(mesh) => Some(mesh),
            _ => None,
        }
    }

    pub(crate) fn mesh_mut(&mut self) -> Option<&mut Members<I::Peer>> {
        match &mut self.audience {
            Audience::Mesh(mesh) => Some(mesh),
            _ => None,
        }
    }

    pub(crate) fn fanout(&self) -> Option<&Fanout<I::Peer>> {
        match &self.audience {
            Audience::Fanout(fanout) => Some(fanout),
            _ => None,
        }
    }

    /// The mesh or fanout, if there is one.
    pub(crate) fn members(&self) -> Option<&Members<I::Peer>> {
        match &self.audience {
            Audience::Absent => None,
            Audience::Mesh(members) | Audience::Fanout(Fanout { peers: members, .. }) => Some(members),
        }
    }

    pub(crate) fn members_mut(&mut self) -> Option<&mut Members<I::Peer>> {
        self.audience.members_mut()
    }

    /// The peers that a message goes to: the mesh or fanout without the sender, and the direct peers. A direct peer
    /// gets the message also if it is the sender (Q4).
    pub(crate) fn recipients(&self, sender: Option<&I::Peer>) -> SortedSet<I::Peer> {
        match self.members() {
            Some(members) => members.union_except(&self.direct, sender),
            None => self.direct.to_set(),
        }
    }
}

impl<P> Audience<P> {
    /// The mesh or fanout, if there is one.
    pub(crate) fn members_mut(&mut self) -> Option<&mut Members<P>> {
        match self {
            Self::Absent => None,
            Self::Mesh(members) | Self::Fanout(Fanout { peers: members, .. }) => Some(members),
        }
    }
}

impl<I: Identifiers> Interner<TopicSlot, I::Topic, TopicState<I>> {
    /// The slot and the mesh of a topic, if the topic is joined.
    #[inline]
    pub(crate) fn joined(&self, topic: &I::Topic) -> Option<(TopicSlot, &Members<I::Peer>)> {
        let topic = self.find(topic)?;
        Some((topic, self[topic].mesh()?))
    }

    /// The mesh of a topic that is known to be joined.
    #[inline]
    pub(crate) fn mesh_mut(&mut self, topic: TopicSlot) -> &mut Members<I::Peer> {
        self[topic].mesh_mut().expect("the topic is joined")
    }

    /// The mesh of a topic that is known to be joined.
    pub(crate) fn mesh_of(&self, topic: TopicSlot) -> &Members<I::Peer> {
        self[topic].mesh().expect("the topic is joined")
    }

    /// The fanout of a topic that is known to have one.
    pub(crate) fn fanout_of(&self, topic: TopicSlot) -> &Fanout<I::Peer> {
        self[topic].fanout().expect("the topic has a fanout")
    }

    /// Inserts a topic into a list that ascends by names and does not have it.
    pub(crate) fn list(&self, list: &mut Vec<TopicSlot>, topic: TopicSlot) {
        let position = self.position_in(list, topic).expect_err("the topic is not listed yet");
        list.insert(position, topic);
    }

    /// Removes a topic from a list that ascends by names and has it.
    pub(crate) fn unlist(&self, list: &mut Vec<TopicSlot>, topic: TopicSlot) {
        let position = self.position_in(list, topic).expect("the topic is listed");
        list.remove(position);
    }

    /// The index of a topic in a list that ascends by names, or the index to insert it at.
    pub(crate) fn position_in(&self, list: &[TopicSlot], topic: TopicSlot) -> Result<usize, usize> {
        let name = self.name(topic);
        list.binary_search_by(|other| self.name(*other).cmp(name))
    }
}
