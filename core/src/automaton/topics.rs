//! What is known of a topic.

use super::{
    intern::{Interner, PeerSlot, Renumbering, SlotMap, TopicSlot},
    members::Members,
};
use crate::{Identifiers, SortedSet, Time};
use alloc::{collections::VecDeque, vec::Vec};

/// The topics that somebody subscribes to, backs off or joined, or that have messages to announce.
pub(crate) type Topics<I> = Interner<TopicSlot, <I as Identifiers>::Topic, TopicState<I>>;

/// What is known of a topic.
#[derive(Clone)]
pub(crate) struct TopicState<I: Identifiers> {
    /// The connected peers that subscribe, in no particular order. Each knows its position here.
    pub(crate) subscribers: Vec<PeerSlot>,
    /// How many of the subscribers are outbound, and not direct.
    pub(crate) outbound: usize,
    /// The subscribers that are direct.
    pub(crate) direct: Members<I::Peer>,
    pub(crate) audience: Audience<I::Peer>,
    /// Until when peers are backed off, ended backoffs included.
    pub(crate) backoff: SlotMap<PeerSlot, Time>,
    /// The ids to announce, as often as they were added, oldest first.
    pub(crate) gossip: VecDeque<I::MessageId>,
    /// Whether records may have counters for it.
    pub(crate) is_tracked: bool,
}

/// Those that our messages of a topic go to, beside direct peers. All of them subscribe to the topic, and none is
/// direct.
#[derive(Clone)]
pub(crate) enum Audience<P> {
    /// The topic is neither joined nor lately published to.
    Nobody,
    /// The topic is joined.
    Mesh(Members<P>),
    /// The topic is not joined, and we published to it lately.
    Fanout(Fanout<P>),
}

/// The audience of a topic that is not joined.
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
            audience: Audience::Nobody,
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
            Audience::Nobody => None,
            Audience::Mesh(members) | Audience::Fanout(Fanout { peers: members, .. }) => Some(members),
        }
    }

    pub(crate) fn members_mut(&mut self) -> Option<&mut Members<I::Peer>> {
        match &mut self.audience {
            Audience::Nobody => None,
            Audience::Mesh(members) | Audience::Fanout(Fanout { peers: members, .. }) => Some(members),
        }
    }

    /// The peers that a message goes to, but for a mesh or fanout peer that it came from; not so a direct one (Q4).
    pub(crate) fn recipients(&self, sender: Option<&I::Peer>) -> SortedSet<I::Peer> {
        match self.members() {
            Some(members) => members.union_except(&self.direct, sender),
            None => self.direct.to_set(),
        }
    }

    pub(crate) fn renumber_peers(&mut self, renumbering: &Renumbering<PeerSlot>) {
        renumbering.apply_to_all(&mut self.subscribers);
        self.direct.renumber(renumbering);
        if let Some(members) = self.members_mut() {
            members.renumber(renumbering);
        }
        renumbering.apply_to_keys(&mut self.backoff);
    }

    fn is_unused(&self) -> bool {
        self.subscribers.is_empty()
            && matches!(self.audience, Audience::Nobody)
            && self.backoff.is_empty()
            && self.gossip.is_empty()
            && !self.is_tracked
    }
}

impl<I: Identifiers> Interner<TopicSlot, I::Topic, TopicState<I>> {
    /// Forgets a topic of which there is nothing to know.
    pub(crate) fn release_unused(&mut self, topic: TopicSlot) {
        if self[topic].is_unused() {
            self.release(topic);
        }
    }

    /// Where a topic is in an ascending list, or would be.
    pub(crate) fn position_in(&self, list: &[TopicSlot], topic: TopicSlot) -> Result<usize, usize> {
        let name = self.name(topic);
        list.binary_search_by(|other| self.name(*other).cmp(name))
    }
}
