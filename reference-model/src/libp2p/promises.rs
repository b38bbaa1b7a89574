//! Promises: ids that a peer advertised, and that were requested from it.
//!
//! Which of several requested ids is promised is a choice that no answer shows. The model keeps the ids of which one is
//! promised; the broken promise shows in the score later.

use super::vocabulary::{MessageId, Peer};
use gossipsub_automaton::Time;
use std::collections::{BTreeMap, BTreeSet};

/// A promise of one of several ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Promise {
    peer: Peer,
    /// One of these is promised, unless it was one that has arrived.
    ids: BTreeSet<MessageId>,
    end: Time,
    /// Whether the promised id may be one that arrived, or that was promised before: then there may be no promise.
    doubtful: bool,
}

/// How many promises a peer broke.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BrokenPromises {
    pub(super) fewest: usize,
    pub(super) most: usize,
}

/// The promises of all peers.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub(super) struct Promises(Vec<Promise>);

impl Promises {
    /// A peer promises one of some ids, unless it has promised that one already.
    pub(super) fn add(&mut self, peer: Peer, ids: BTreeSet<MessageId>, end: Time) {
        let others = || self.0.iter().filter(|promise| promise.peer == peer);
        let is_promised =
            |id: &MessageId| others().any(|other| !other.doubtful && other.ids.len() == 1 && other.ids.contains(id));
        if ids.iter().all(is_promised) {
            return;
        }
        let doubtful = ids.iter().any(|id| others().any(|other| other.ids.contains(id)));
        self.0.push(Promise { peer, ids, end, doubtful });
    }

    /// A message arrived or was published: its promises are kept.
    pub(super) fn keep(&mut self, id: MessageId) {
        self.0.retain_mut(|promise| {
            promise.doubtful |= promise.ids.remove(&id);
            !promise.ids.is_empty()
        });
    }

    /// The peers for which it is not certain how many promises ended before now, with how many.
    pub(super) fn doubtful(&self, now: Time) -> BTreeMap<Peer, BrokenPromises> {
        let mut broken = self.clone().take_broken(now);
        broken.retain(|_, count| count.fewest < count.most);
        broken
    }

    /// Decides that a peer broke `count` of the promises that ended before now.
    pub(super) fn settle(&mut self, peer: Peer, now: Time, count: usize) {
        let is_broken = |promise: &Promise| promise.peer == peer && promise.end < now;
        let certain = self.0.iter().filter(|promise| is_broken(promise) && !promise.doubtful).count();
        let mut missing = count.saturating_sub(certain);
        self.0.retain_mut(|promise| {
            if !is_broken(promise) || !promise.doubtful {
                return true;
            }
            promise.doubtful = false;
            let kept = missing > 0;
            missing = missing.saturating_sub(1);
            kept
        });
    }

    /// Takes the promises that ended before now out.
    pub(super) fn take_broken(&mut self, now: Time) -> BTreeMap<Peer, BrokenPromises> {
        let mut broken: BTreeMap<Peer, BrokenPromises> = BTreeMap::new();
        self.0.retain(|promise| {
            let ended = promise.end < now;
            if ended {
                let count = broken.entry(promise.peer).or_default();
                count.most += 1;
                count.fewest += usize::from(!promise.doubtful);
            }
            !ended
        });
        broken
    }

    /// Whether any peer promised an id.
    pub(super) fn contains(&self, id: MessageId) -> bool {
        self.0.iter().any(|promise| promise.ids.contains(&id))
    }

    /// The peers that promised an id.
    pub(super) fn peers(&self, id: MessageId) -> BTreeSet<Peer> {
        self.0.iter().filter(|promise| promise.ids.contains(&id)).map(|promise| promise.peer).collect()
    }

    /// Every promise: peer and end.
    pub(super) fn ends(&self) -> impl Iterator<Item = (Peer, Time)> {
        self.0.iter().map(|promise| (promise.peer, promise.end))
    }
}
