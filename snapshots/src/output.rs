//! The text form of an output, with the names of what was open.

use crate::{
    choices::OpenChoices,
    name::{Name, Named, braces},
};
use gossipsub_automaton::{
    ApplyBatchOutput, BatchedMessageOutput, HeartbeatOutput, Ihave, IhaveOutput, JoinOutput, Output, PruneOutput,
    PublishMessageOutput, ReceiveMessageOutput, SelectGossipMessagesOutput, SelectPxPeersOutput, SortedSet,
    TopicsByPeer,
    trace_ids::{Peer, TraceIds},
};

/// The text form of the original, which chance does not change.
pub(crate) fn text(output: &Output<TraceIds>, open: &OpenChoices) -> String {
    named(output, open).map_or_else(|| output.to_string(), |output| output.to_string())
}

/// A line for each part that the text of the original leaves out.
pub(crate) fn parts_without_text(output: &Output<TraceIds>) -> Vec<String> {
    match output {
        Output::ReceiveMessage(ReceiveMessageOutput::ToIncludeInBatch { to_route }) => {
            vec![format!("to_route {}", braces(&to_route.iter().collect()))]
        }
        Output::ApplyBatch(ApplyBatchOutput::BatchResult { results }) => results.iter().map(result).collect(),
        _ => Vec::new(),
    }
}

/// The result for one message of a batch, by the name of the trace format.
fn result(result: &BatchedMessageOutput<TraceIds>) -> String {
    match result {
        BatchedMessageOutput::RouteMessage { to_route } => {
            format!("{} to {}", result.kind(), braces(&to_route.iter().collect()))
        }
        _ => result.kind().to_string(),
    }
}

/// An output that shows a choice, with names.
fn named(output: &Output<TraceIds>, open: &OpenChoices) -> Option<Output<Named>> {
    Some(match output {
        Output::Ihave(IhaveOutput::MessageRequestedMessageIds { message_ids }) => {
            IhaveOutput::MessageRequestedMessageIds { message_ids: open.requested(message_ids) }.into()
        }
        Output::Prune(PruneOutput::Px { peers }) => PruneOutput::Px { peers: set(peers, open) }.into(),
        Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish }) => {
            PublishMessageOutput::PublishMessage { to_publish: set(to_publish, open) }.into()
        }
        Output::Join(JoinOutput::JoiningTopic { to_graft }) => {
            JoinOutput::JoiningTopic { to_graft: set(to_graft, open) }.into()
        }
        Output::Heartbeat(HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers }) => {
            let (to_graft, to_prune) = (by_peer(to_graft, open), by_peer(to_prune, open));
            HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers: set(no_px_peers, open) }.into()
        }
        Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers }) => {
            let mut peers: Vec<Name<Peer>> = open.peers(peers.iter().copied());
            peers.dedup();
            SelectPxPeersOutput::PxPeers { peers }.into()
        }
        Output::SelectGossipMessages(SelectGossipMessagesOutput::GossipMessages { ihaves }) => {
            SelectGossipMessagesOutput::GossipMessages { ihaves: in_order(ihaves, open) }.into()
        }
        _ => return None,
    })
}

fn set(peers: &SortedSet<Peer>, open: &OpenChoices) -> SortedSet<Name<Peer>> {
    open.peers(peers.iter().copied())
}

fn by_peer(topics: &TopicsByPeer<TraceIds>, open: &OpenChoices) -> TopicsByPeer<Named> {
    topics.iter().map(|(peer, topics)| (open.peer(*peer), topics.clone())).collect()
}

/// The order of the IHaves is free: here it is that of topics and peers.
fn in_order(ihaves: &[Ihave<TraceIds>], open: &OpenChoices) -> Vec<Ihave<Named>> {
    let named = |Ihave { peer, topic, message_ids }: &Ihave<TraceIds>| Ihave {
        peer: open.peer(*peer),
        topic: topic.clone(),
        message_ids: open.announced(topic, *peer, message_ids),
    };
    let mut ihaves: Vec<Ihave<Named>> = ihaves.iter().map(named).collect();
    ihaves.sort_by(|a, b| (&a.topic, &a.peer).cmp(&(&b.topic, &b.peer)));
    ihaves.dedup();
    ihaves
}
