//! The text form of an output, with the names of what was drawn.

use crate::{
    drawn::Drawn,
    name::{Name, Named},
};
use gossipsub_automaton::{
    HeartbeatOutput, Ihave, IhaveOutput, JoinOutput, Output, PruneOutput, PublishMessageOutput,
    SelectGossipMessagesOutput, SelectPxPeersOutput, SortedSet, TopicsByPeer,
    trace_ids::{Peer, TraceIds},
};

/// The text form of the original, which chance does not change.
pub(crate) fn text(output: &Output<TraceIds>, drawn: &Drawn) -> String {
    named(output, drawn).map_or_else(|| output.to_string(), |output| output.to_string())
}

/// An output that shows a choice, with names.
fn named(output: &Output<TraceIds>, drawn: &Drawn) -> Option<Output<Named>> {
    Some(match output {
        Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids }) => {
            IhaveOutput::MessageRequestedMessageIds { message_ids: drawn.requested(message_ids) }.into()
        }
        Output::Prune(PruneOutput::Px { peers }) => PruneOutput::Px { peers: set(peers, drawn) }.into(),
        Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish }) => {
            PublishMessageOutput::PublishMessage { to_publish: set(to_publish, drawn) }.into()
        }
        Output::Join(JoinOutput::JoiningTopic { to_graft }) => {
            JoinOutput::JoiningTopic { to_graft: set(to_graft, drawn) }.into()
        }
        Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers }) => {
            let (to_graft, to_prune) = (by_peer(to_graft, drawn), by_peer(to_prune, drawn));
            HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers: set(no_px_peers, drawn) }.into()
        }
        Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers }) => {
            let mut peers: Vec<Name<Peer>> = drawn.peers(peers.iter().copied());
            peers.dedup();
            SelectPxPeersOutput::PxPeers { peers }.into()
        }
        Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) => {
            SelectGossipMessagesOutput::GossipMessages { ihaves: in_order(ihaves, drawn) }.into()
        }
        _ => return None,
    })
}

fn set(peers: &SortedSet<Peer>, drawn: &Drawn) -> SortedSet<Name<Peer>> {
    drawn.peers(peers.iter().copied())
}

fn by_peer(topics: &TopicsByPeer<TraceIds>, drawn: &Drawn) -> TopicsByPeer<Named> {
    topics.iter().map(|(peer, topics)| (drawn.peer(*peer), topics.clone())).collect()
}

/// The order of the IHaves is free: here it is that of topics and peers.
fn in_order(ihaves: &[Ihave<TraceIds>], drawn: &Drawn) -> Vec<Ihave<Named>> {
    let named = |Ihave { peer, topic, message_ids }: &Ihave<TraceIds>| Ihave {
        peer: drawn.peer(*peer),
        topic: topic.clone(),
        message_ids: drawn.announced(topic, *peer, message_ids),
    };
    let mut ihaves: Vec<Ihave<Named>> = ihaves.iter().map(named).collect();
    ihaves.sort_by(|a, b| (&a.topic, &a.peer).cmp(&(&b.topic, &b.peer)));
    ihaves.dedup();
    ihaves
}
