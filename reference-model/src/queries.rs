//! Section 8: the queries. They change nothing.

use crate::{Choice, Model, Pick, Point, choice::at_most};
use gossipsub_automaton::{
    Application, Ihave, SelectGossipMessagesOutput, SelectPxPeers, SelectPxPeersOutput,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

impl<A: Application<TraceIds>> Model<A> {
    /// Rule `select_px_peers`.
    pub(crate) fn select_px_peers<C: Choice>(
        &self,
        input: &SelectPxPeers<TraceIds>,
        choice: &mut C,
    ) -> Result<SelectPxPeersOutput<TraceIds>, C::Refusal> {
        let SelectPxPeers { peer_to_prune, topic, no_px_peers } = input;
        let candidates = if self.limits.do_px && !no_px_peers.contains(peer_to_prune) {
            self.subscribed(topic).filter(|peer| peer != peer_to_prune && self.score(*peer) >= 0.0).collect()
        } else {
            BTreeSet::new()
        };
        let peers = choice.ordered_peers(Point::PxPeers, &Pick::up_to(self.limits.peers_to_px, candidates))?;
        Ok(SelectPxPeersOutput::PxPeers { peers })
    }

    /// Rule `select_gossip_messages`: topics ascending, peers ascending.
    pub(crate) fn select_gossip_messages<C: Choice>(
        &self,
        choice: &mut C,
    ) -> Result<SelectGossipMessagesOutput<TraceIds>, C::Refusal> {
        let mesh = self.mesh.iter();
        let fanout = self.fanout.iter().map(|(topic, fanout)| (topic, &fanout.peers));
        let mut ihaves = Vec::new();
        for (topic, members) in mesh.chain(fanout) {
            let ids = self.message_cache.gossip_ids(topic);
            if ids.is_empty() {
                continue;
            }
            let count = at_most(self.limits.max_sent_iwant_per_heartbeat, ids.len());
            for peer in choice.peers(Point::GossipPeers(topic), &self.gossip_peers(topic, members))? {
                let message_ids = choice.message_ids(Point::GossipIds(topic, peer), &ids, count)?;
                ihaves.push(Ihave { peer, topic: topic.clone(), message_ids });
            }
        }
        Ok(SelectGossipMessagesOutput::GossipMessages { ihaves })
    }

    /// Whom to gossip to about a topic whose mesh or fanout has these members.
    fn gossip_peers(&self, topic: &Topic, members: &BTreeSet<Peer>) -> Pick {
        let candidates: BTreeSet<Peer> = self
            .subscribed(topic)
            .filter(|peer| !self.is_direct(*peer))
            .filter(|peer| self.score(*peer) >= self.limits.gossip_threshold)
            .filter(|peer| !members.contains(peer))
            .collect();
        let share = floor(self.limits.gossip_factor, candidates.len());
        let at_least = u64::try_from(self.limits.degree_lazy).unwrap_or(0);
        Pick::up_to(share.max(at_least), candidates)
    }
}

/// floor(factor * n); 0 where that is negative, and all that there are where it is too large for an integer.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the cast rounds towards zero and saturates, which is what is meant"
)]
fn floor(factor: f64, n: usize) -> u64 {
    (factor * n as f64) as u64
}
