//! Gossip: announcements of messages (IHave), requests for them (IWant), and which announcements to send.

use super::intern::{PeerSlot, TopicSlot};
use crate::{
    Action, Application, Automaton, Identifiers, Ihave, IhaveOutput, Iwant, IwantOutput, RoutedMessage, Score,
    SelectGossipMessagesOutput, Time, Validity, vocabulary::count,
};
use alloc::{collections::BTreeMap, vec::Vec};
use core::mem;

impl<I: Identifiers, A: Application<I>> Automaton<I, A> {
    /// A peer announced messages.
    ///
    /// Checked in this order: (1) whether the peer's score is below `gossip_threshold`, (2) how many IHaves it sent
    /// since the last heartbeat, this one included, (3) how many messages were requested from it since, (4) whether
    /// the topic is joined, and (5) each id: the peer pays for an invalid one, and then nothing is requested. (6, 7)
    /// What is valid, unseen and not filtered is requested, up to the limit and in random order.
    pub fn ihave(&mut self, now: Time, input: Ihave<I>) -> IhaveOutput<I> {
        self.observe(now);
        let Ihave { peer, topic, mut message_ids } = input;
        let slot = self.peers.intern(&peer);
        if let Some(score) = self.score_below_gossip_threshold(slot) {
            let threshold = Score::from(self.limits.gossip_threshold);
            return IhaveOutput::IhaveFromPeerWithLowScore { score, threshold }; // (1)
        }
        let state = &mut self.peers[slot];
        if state.ihaves == 0 {
            self.counted.push(slot);
        }
        state.ihaves = state.ihaves.saturating_add(1);
        let (ihaves, iwants) = (state.ihaves, state.iwants);
        let max = self.limits.max_recv_ihave_per_heartbeat;
        if ihaves > max {
            return IhaveOutput::TooManyRecvIhaveMessages { count: ihaves, max }; // (2)
        }
        let max = self.limits.max_sent_iwant_per_heartbeat;
        if iwants >= max {
            return IhaveOutput::TooManySentIwantMessages { count: iwants, max }; // (3)
        }
        let Some(topic) = self.joined(&topic).map(|(topic, _)| topic) else {
            return IhaveOutput::MessageTopicNotTracked; // (4)
        };
        if !self.keep_wanted(&peer, &mut message_ids) {
            self.scores.invalid(&mut self.peers[slot], slot, topic);
            return IhaveOutput::InvalidMessageId; // (5)
        }
        self.choice.keep_some(&mut message_ids, count(max - iwants)); // (6), (7)
        self.peers[slot].iwants = iwants.saturating_add(message_ids.len() as u64);
        IhaveOutput::MessageRequestedMessageIds { message_ids }
    }

    /// Keeps the announced ids that we want. False at the first that is invalid.
    fn keep_wanted(&self, peer: &I::Peer, message_ids: &mut Vec<I::MessageId>) -> bool {
        let Self { application, messages, .. } = self;
        let mut all_valid = true;
        message_ids.retain(|id| {
            all_valid
                && match application.validity(id, None) {
                    Validity::Valid => {
                        messages.first_seen(id).is_none() && application.peer_filter(peer, Action::Ihave(id))
                    }
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
    /// (1) A peer whose score is below `gossip_threshold` gets nothing. (2) Of the others, each request for a cached
    /// message counts; up to `max_gossip_retransmission` times the peer gets it, unless the peer filter refuses.
    pub fn iwant(&mut self, now: Time, input: Iwant<I>) -> IwantOutput<I> {
        self.observe(now);
        let Iwant { peer, message_ids } = input;
        let slot = self.peers.find(&peer);
        if let Some(score) = slot.and_then(|slot| self.score_below_gossip_threshold(slot)) {
            let threshold = Score::from(self.limits.gossip_threshold);
            return IwantOutput::IwantFromPeerWithLowScore { score, threshold }; // (1)
        }
        let Self { peers, messages, application, limits, .. } = self;
        let mut routed_message_ids = BTreeMap::new();
        for id in message_ids {
            let routed = match messages.access(&id, &peer, peers) {
                None => RoutedMessage::NotFound, // (2)
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

    /// The score of a peer that has a record, if it is below the threshold of gossip.
    fn score_below_gossip_threshold(&mut self, peer: PeerSlot) -> Option<Score> {
        let state = &mut self.peers[peer];
        let score = self.scores.score(state);
        (state.record.is_some() && score < self.limits.gossip_threshold).then(|| Score::from(score))
    }

    /// Query: the announcements that go out with a heartbeat.
    ///
    /// For each topic of the mesh and the fanout that has messages to announce: a share of the subscribers that are
    /// neither direct, nor in that mesh or fanout, nor of a score below `gossip_threshold`. To each an IHave with up to
    /// `max_sent_iwant_per_heartbeat` ids in an order of its own.
    pub fn select_gossip_messages(&mut self) -> SelectGossipMessagesOutput<I> {
        let mut ihaves = Vec::new();
        let (joined, fanouts) = (mem::take(&mut self.joined), mem::take(&mut self.fanouts));
        for topic in joined.iter().chain(&fanouts) {
            self.select_gossip(*topic, &mut ihaves);
        }
        (self.joined, self.fanouts) = (joined, fanouts);
        SelectGossipMessagesOutput::GossipMessages { ihaves }
    }

    /// The announcements of one topic.
    fn select_gossip(&mut self, topic: TopicSlot, ihaves: &mut Vec<Ihave<I>>) {
        let Self { peers, topics, scores, choice, limits, .. } = self;
        let state = &topics[topic];
        let Some(members) = state.members().filter(|_| !state.gossip.is_empty()) else { return };
        let mut candidates = state.subscribers.clone();
        candidates.retain(|peer| {
            !peers[*peer].is_direct()
                && scores.score(&mut peers[*peer]) >= limits.gossip_threshold
                && !members.contains(peers.name(*peer))
        });
        let least = count(u64::try_from(limits.degree_lazy).unwrap_or(0));
        let share = share(limits.gossip_factor, candidates.len());
        choice.keep_some(&mut candidates, share.max(least));
        let (older, newer) = state.gossip.as_slices();
        for peer in candidates {
            let mut message_ids = Vec::with_capacity(state.gossip.len());
            message_ids.extend_from_slice(older);
            message_ids.extend_from_slice(newer);
            choice.keep_some(&mut message_ids, count(limits.max_sent_iwant_per_heartbeat));
            ihaves.push(Ihave { peer: peers.name(peer).clone(), topic: topics.name(topic).clone(), message_ids });
        }
    }
}

/// The share of so many that a factor asks for, rounded towards zero, and none for a negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the conversion saturates, which is the rule"
)]
fn share(factor: f64, of: usize) -> usize {
    count((factor * of as f64) as u64)
}
