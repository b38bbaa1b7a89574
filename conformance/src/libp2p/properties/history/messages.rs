//! The messages that came or were published, and what became of them.

use super::Certainty;
use gossipsub_automaton::Time;
use gossipsub_reference_model::libp2p::vocabulary::{MessageId, Parameters, Peer, Topic, Verdict};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum State {
    /// The application was asked, and has not answered.
    Awaiting,
    /// After this many heartbeats. Open if the verdict came late.
    Accepted(u64, Certainty),
    Published(u64),
    /// The application ignored or rejected it.
    Dropped,
}

/// The last time that a message was new.
#[derive(Clone, Debug)]
pub(in super::super) struct MessageRecord {
    pub(in super::super) topic: Topic,
    seen: Time,
    /// The number of heartbeats before it came.
    pub(in super::super) arrival: u64,
    /// Who sent it; the node itself if it was published.
    pub(in super::super) source: Peer,
    /// Who sent a copy.
    pub(in super::super) senders: BTreeSet<Peer>,
    pub(in super::super) state: State,
    /// Whether it was never new before.
    pub(in super::super) is_first: bool,
    /// How often it was sent to a peer on request.
    pub(in super::super) replies: BTreeMap<Peer, usize>,
}

impl MessageRecord {
    fn new(topic: Topic, source: Peer, now: Time, arrival: u64, state: State, is_first: bool) -> Self {
        let (senders, replies) = (BTreeSet::new(), BTreeMap::new());
        Self { topic, seen: now, arrival, source, senders, state, is_first, replies }
    }
}

/// All messages so far.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Messages {
    records: BTreeMap<MessageId, MessageRecord>,
    /// Messages that came in topics that were not joined.
    unjoined: BTreeSet<MessageId>,
    /// How often a peer requested a message.
    requests: BTreeMap<(MessageId, Peer), usize>,
    /// What was accepted or published in the last `history_length` heartbeats, each with the number of heartbeats before,
    /// in the order of these. A message that was new twice may be in it twice.
    recent: VecDeque<(u64, MessageId)>,
}

impl Messages {
    pub(in super::super) fn record(&self, id: MessageId) -> Option<&MessageRecord> {
        self.records.get(&id)
    }

    /// Whether a message came in a topic that was not joined.
    pub(in super::super) fn came_unjoined(&self, id: MessageId) -> bool {
        self.unjoined.contains(&id)
    }

    /// Whether a message certainly counts as seen.
    pub(in super::super) fn is_seen(&self, id: MessageId, now: Time, parameters: &Parameters) -> bool {
        self.record(id).is_some_and(|record| now < record.seen + parameters.seen_ttl)
    }

    /// Whether a message certainly does not count as seen.
    pub(in super::super) fn is_unseen(&self, id: MessageId) -> bool {
        !self.records.contains_key(&id) && !self.came_unjoined(id)
    }

    /// How often a peer requested a message.
    pub(in super::super) fn requests(&self, id: MessageId, peer: Peer) -> usize {
        self.requests.get(&(id, peer)).copied().unwrap_or(0)
    }

    /// The messages that were accepted or published in the last `history_length` heartbeats. A message may come twice.
    pub(in super::super) fn recent(&self) -> impl Iterator<Item = MessageId> {
        self.recent.iter().map(|(_, id)| *id)
    }

    /// A message that is new.
    pub(super) fn add(&mut self, now: Time, heartbeats: u64, topic: &Topic, id: MessageId, source: Peer, state: State) {
        let record = MessageRecord::new(topic.clone(), source, now, heartbeats, state, self.is_unseen(id));
        self.records.insert(id, record);
        if matches!(state, State::Accepted(..) | State::Published(_)) {
            self.recent.push_back((heartbeats, id));
        }
    }

    /// A copy of a message that is not new.
    pub(super) fn add_sender(&mut self, id: MessageId, peer: Peer) {
        if let Some(record) = self.records.get_mut(&id) {
            record.senders.insert(peer);
        }
    }

    pub(super) fn add_unjoined(&mut self, id: MessageId) {
        self.unjoined.insert(id);
    }

    pub(super) fn add_request(&mut self, id: MessageId, peer: Peer) {
        *self.requests.entry((id, peer)).or_default() += 1;
    }

    pub(super) fn add_reply(&mut self, id: MessageId, peer: Peer) {
        if let Some(record) = self.records.get_mut(&id) {
            *record.replies.entry(peer).or_default() += 1;
        }
    }

    /// The verdict of the application. Returns the topic of the message if the verdict was awaited.
    pub(super) fn decide(
        &mut self,
        heartbeats: u64,
        id: MessageId,
        verdict: Verdict,
        certainty: Certainty,
    ) -> Option<&Topic> {
        let record = self.records.get_mut(&id).filter(|record| record.state == State::Awaiting)?;
        record.state = match verdict {
            Verdict::Accept => State::Accepted(heartbeats, certainty),
            Verdict::Reject | Verdict::Ignore => State::Dropped,
        };
        if verdict == Verdict::Accept {
            self.recent.push_back((heartbeats, id));
        }
        Some(&record.topic)
    }

    /// Forgets what is not recent after this many heartbeats.
    pub(super) fn shift(&mut self, heartbeats: u64, parameters: &Parameters) {
        let length = u64::try_from(parameters.history_length).unwrap_or(u64::MAX);
        let is_old = |(then, _): &(u64, MessageId)| heartbeats.saturating_sub(*then) >= length;
        while self.recent.front().is_some_and(is_old) {
            self.recent.pop_front();
        }
    }
}
