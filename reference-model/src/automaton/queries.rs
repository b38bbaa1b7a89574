//! Section 8: the queries. They change nothing.

use crate::automaton::{Candidates, ChoicePoint, Model, Pick, RuleId, Violation, context::Context};
use gossipsub_automaton::{
    Application, Ihave, SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

impl<A: Application<TraceIds>> Model<A> {
    /// `select_px_peers`
    pub(super) fn select_px_peers(
        &self,
        input: &SelectPxPeers<TraceIds>,
        context: &mut Context<'_>,
    ) -> Result<SelectPxPeersOutput<TraceIds>, Violation> {
        let SelectPxPeers { peer_to_prune, topic, no_px_peers } = input;
        // (1) do_px is off.
        let offers_none = context.check(RuleId::SelectPxPeers1, !self.limits.do_px, peer_to_prune)
            // (2) The peer to prune is one of no_px_peers.
            || context.check(RuleId::SelectPxPeers2, no_px_peers.contains(peer_to_prune), peer_to_prune);
        let candidates = self.subscribed(topic).filter(|peer| {
            !offers_none
                // (3a) A subscribed peer is the peer to prune.
                && !context.check(RuleId::SelectPxPeers3a, peer == peer_to_prune, peer)
                // (3b) A subscribed peer's score is below zero.
                && !context.is_below(
                    RuleId::SelectPxPeers3b,
                    ("score", self.score(*peer)),
                    ("the least score", 0.0),
                )
        });
        let candidates = candidates.collect();
        // (3) Up to peers_to_px peers are chosen in any order.
        let pick = Pick::up_to(self.limits.peers_to_px, candidates, ChoicePoint::PxPeers);
        Ok(SelectPxPeersOutput::PxPeers { peers: context.choose_ordered_peers(&pick)? })
    }

    /// `select_gossip_messages`: topics ascending, peers ascending.
    pub(super) fn select_gossip_messages(
        &self,
        context: &mut Context<'_>,
    ) -> Result<SelectGossipMessagesOutput<TraceIds>, Violation> {
        let mesh = self.mesh.iter();
        let fanout = self.fanout.iter().map(|(topic, fanout)| (topic, &fanout.peers));
        let mut ihaves = Vec::new();
        for (topic, members) in mesh.chain(fanout) {
            let ids = self.message_cache.gossip_ids(topic);
            // (1) The topic has no gossip ids.
            if context.check(RuleId::SelectGossipMessages1, ids.is_empty(), topic) {
                continue;
            }
            // (2) Peers are chosen for gossip.
            let (candidates, count) = self.gossip_peers(topic, members, context);
            let pick = Pick::up_to(count, candidates, ChoicePoint::GossipPeers(topic));
            for peer in context.choose_peers(&pick)? {
                // (3) Ids are chosen for each of these peers.
                let count = self.limits.max_sent_iwant_per_heartbeat;
                let ids = Candidates::MessageIds(ids.clone());
                let pick = Pick::up_to(count, ids, ChoicePoint::GossipIds(topic, peer));
                let message_ids = context.choose_message_ids(&pick)?;
                ihaves.push(Ihave { peer, topic: topic.clone(), message_ids });
            }
        }
        Ok(SelectGossipMessagesOutput::GossipMessages { ihaves })
    }

    /// The candidates for gossip about a topic whose mesh or fanout has these members, and how many of them get it.
    fn gossip_peers(&self, topic: &Topic, members: &BTreeSet<Peer>, context: &mut Context<'_>) -> (Candidates, u64) {
        let threshold = self.limits.gossip_threshold;
        let candidates = self.subscribed(topic).filter(|peer| {
            // (2a) A subscribed peer is direct.
            !context.check(RuleId::SelectGossipMessages2a, self.is_direct(*peer), peer)
                // (2b) A subscribed peer's score is below gossip_threshold.
                && !context.is_below(
                    RuleId::SelectGossipMessages2b,
                    ("score", self.score(*peer)),
                    ("gossip_threshold", threshold),
                )
                // (2c) A subscribed peer is in the mesh or the fanout.
                && !context.check(RuleId::SelectGossipMessages2c, members.contains(peer), peer)
        });
        let candidates: Candidates = candidates.collect();
        let share = floor(self.limits.gossip_factor, candidates.len());
        let lazy = u64::try_from(self.limits.degree_lazy).unwrap_or(0);
        // (2d) gossip_factor gives more peers than degree_lazy.
        let is_share =
            context.is_above(RuleId::SelectGossipMessages2d, ("gossip_factor's share", share), ("degree_lazy", lazy));
        (candidates, if is_share { share } else { lazy })
    }
}

/// floor(factor * n). 0 if the product is negative, and the largest integer if it is too large for one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the cast rounds towards zero and saturates, which is what is meant"
)]
fn floor(factor: f64, n: usize) -> u64 {
    (factor * n as f64) as u64
}
