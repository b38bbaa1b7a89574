//! Gossip: announcements of messages (IHave) and requests for them (IWant).

use super::{Automaton, slots::PeerSlot};
use crate::{
    Action, Application, Identifiers, Ihave, IhaveOutput, Iwant, IwantOutput, RoutedMessage, Score, Time, Validity,
    vocabulary::count,
};
use alloc::{collections::BTreeMap, vec::Vec};

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A peer announced messages.
    ///
    /// Checked in this order: (1) whether the peer's score is below `gossip_threshold`, (2) how many IHaves it sent
    /// since the last heartbeat, this one included, (3) how many messages were requested from it since then, (4)
    /// whether the topic is joined, and (5) each id. An invalid id is counted in the peer's score (P4), and no id is
    /// requested. (6, 7) Otherwise the valid ids that are unseen and not filtered are requested, up to the limit and in
    /// random order. The behaviours of Octez also request ids of unknown validity.
    pub fn ihave(&mut self, now: Time, input: Ihave<I>) -> IhaveOutput<I> {
        self.observe(now);
        let Ihave { peer, topic, mut message_ids } = input;
        let slot = self.peers.intern(&peer);
        // (1) The score of the peer is below `gossip_threshold`.
        if let Some(score) = self.score_below_gossip_threshold(slot) {
            let threshold = Score::from(self.limits.gossip_threshold);
            return IhaveOutput::IhaveFromPeerWithLowScore { score, threshold };
        }
        // (2) The peer sent too many IHaves since the last heartbeat, this one included.
        let state = &mut self.peers[slot];
        if state.ihaves == 0 {
            self.counted.push(slot);
        }
        state.ihaves = state.ihaves.saturating_add(1);
        let (ihaves, iwants) = (state.ihaves, state.iwants);
        let max = self.limits.max_recv_ihave_per_heartbeat;
        if ihaves > max {
            return IhaveOutput::TooManyRecvIhaveMessages { count: ihaves, max };
        }
        // (3) Enough messages were requested from the peer since the last heartbeat.
        let max = self.limits.max_sent_iwant_per_heartbeat;
        if iwants >= max {
            return IhaveOutput::TooManySentIwantMessages { count: iwants, max };
        }
        // (4) The topic is not joined.
        let Some(topic) = self.topics.joined(&topic).map(|(topic, _)| topic) else {
            return IhaveOutput::MessageTopicNotTracked;
        };
        // (5) One of the ids is invalid. Unknown, outdated, seen and filtered ids are dropped.
        if !self.keep_wanted(&peer, &mut message_ids) {
            self.scores.invalid(&mut self.peers, slot, topic);
            return IhaveOutput::InvalidMessageId;
        }
        // (6, 7) The ids that are left, which may be none, are requested up to the limit and in random order.
        self.choice.keep_some(&mut message_ids, count(max - iwants));
        self.peers[slot].iwants = iwants.saturating_add(message_ids.len() as u64);
        IhaveOutput::MessageRequestedMessageIds { message_ids }
    }

    /// Keeps the announced ids that we want. Stops at the first invalid id, and then returns false.
    fn keep_wanted(&self, peer: &I::Peer, message_ids: &mut Vec<I::MessageId>) -> bool {
        let Self { application, messages, switches, .. } = self;
        let wants = |id: &I::MessageId| {
            messages.first_seen(messages.look_up(id)).is_none() && application.peer_filter(peer, Action::Ihave(id))
        };
        let mut all_valid = true;
        message_ids.retain(|id| {
            all_valid
                && match application.validity(id, None) {
                    Validity::Valid => wants(id),
                    Validity::Unknown if switches.requests_unknown_ids => wants(id),
                    Validity::Unknown | Validity::Outdated => false,
                    Validity::Invalid => {
                        all_valid = false;
                        false
                    }
                }
        });
        all_valid
    }

    /// A peer requested messages.
    ///
    /// (1) A peer whose score is below `gossip_threshold` gets no message. (2) For any other peer, each request for a
    /// cached message is counted. The peer gets the message up to `max_gossip_retransmission` times, unless the peer
    /// filter refuses.
    pub fn iwant(&mut self, now: Time, input: Iwant<I>) -> IwantOutput<I> {
        self.observe(now);
        let Iwant { peer, message_ids } = input;
        let slot = self.peers.find(&peer);
        // (1) The score of the peer is below `gossip_threshold`.
        if let Some(score) = slot.and_then(|slot| self.score_below_gossip_threshold(slot)) {
            let threshold = Score::from(self.limits.gossip_threshold);
            return IwantOutput::IwantFromPeerWithLowScore { score, threshold };
        }
        // (2) Each id in order. The request is counted before the peer filter decides.
        let Self { peers, messages, application, limits, .. } = self;
        let mut routed_message_ids = BTreeMap::new();
        for id in message_ids {
            let routed = match messages.access(&id, &peer, peers) {
                None => RoutedMessage::NotFound,
                Some((_, count)) if count > limits.max_gossip_retransmission => RoutedMessage::TooManyRequests,
                Some((message, _)) if application.peer_filter(&peer, Action::Iwant(&id)) => {
                    RoutedMessage::Message { message: message.clone() }
                }
                Some(_) => RoutedMessage::Ignored,
            };
            routed_message_ids.insert(id, routed);
        }
        IwantOutput::OnIwantMessagesToRoute { routed_message_ids }
    }

    /// The score of a peer that has a record, if it is below `gossip_threshold`.
    fn score_below_gossip_threshold(&mut self, peer: PeerSlot) -> Option<Score> {
        let score = self.scores.score(&mut self.peers, peer);
        (self.peers[peer].record.is_some() && score < self.limits.gossip_threshold).then(|| Score::from(score))
    }
}
