//! The messages that a peer does not want.

use super::{dialect::IdontwantLife, vocabulary::MessageId};
use gossipsub_automaton::{Span, Time};
use std::collections::BTreeMap;

const HEARTBEATS: u64 = 3;
const MOST_RPCS: usize = 1000;
const MOST_IDS_OF_RPC: usize = 10;
const SECONDS: Span = Span::from_secs(3);
const MOST_KEPT: usize = 10_000;
const MOST_IDS: usize = 512;

/// When an id came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Arrival {
    time: Time,
    ticks: u64,
    /// Which of all arrivals it is.
    number: u64,
}

/// The ids of the IDONTWANT of a peer.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub(super) struct Unwanted {
    arrivals: BTreeMap<MessageId, Arrival>,
    next: u64,
}

/// How many ids of an RPC count. None if the whole RPC is ignored.
pub(super) fn taken(life: IdontwantLife, count: usize, ids: usize) -> Option<usize> {
    match life {
        IdontwantLife::ThreeHeartbeats => (count < MOST_RPCS).then_some(ids.min(MOST_IDS_OF_RPC)),
        IdontwantLife::ThreeSeconds => Some(ids),
        IdontwantLife::CacheLength => (count < MOST_IDS).then(|| ids.min(MOST_IDS - count)),
    }
}

/// What an RPC adds to the count of its peer.
pub(super) fn counted(life: IdontwantLife, ids: usize) -> usize {
    match life {
        IdontwantLife::ThreeHeartbeats => 1,
        IdontwantLife::ThreeSeconds => 0,
        IdontwantLife::CacheLength => ids,
    }
}

impl Unwanted {
    /// An id is not wanted from now on.
    pub(super) fn insert(&mut self, id: MessageId, life: IdontwantLife, time: Time, ticks: u64) {
        self.arrivals.insert(id, Arrival { time, ticks, number: self.next });
        self.next += 1;
        if life == IdontwantLife::ThreeSeconds && self.arrivals.len() > MOST_KEPT {
            let oldest = self.arrivals.iter().min_by_key(|(_, arrival)| arrival.number).map(|(id, _)| *id);
            if let Some(oldest) = oldest {
                self.arrivals.remove(&oldest);
            }
        }
    }

    /// A heartbeat forgets old ids, and tells how many.
    pub(super) fn forget(&mut self, life: IdontwantLife, now: Time, ticks: u64, history_length: usize) -> usize {
        let before = self.arrivals.len();
        self.arrivals.retain(|_, arrival| match life {
            IdontwantLife::ThreeHeartbeats => ticks - arrival.ticks < HEARTBEATS,
            IdontwantLife::ThreeSeconds => arrival.time + SECONDS >= now,
            IdontwantLife::CacheLength => ticks - arrival.ticks < history_length as u64,
        });
        before - self.arrivals.len()
    }

    pub(super) fn contains(&self, id: MessageId) -> bool {
        self.arrivals.contains_key(&id)
    }
}
