//! The part of the state that matters for an input, line by line, for the report of a finding.

use gossipsub_automaton::{
    Input, View,
    trace_ids::{Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

/// The lines of a state that are about the peers and topics of an input; all lines if the input names none.
pub(super) fn state_lines(view: &View<TraceIds>, input: &Input<TraceIds>) -> Vec<String> {
    Subject::of(input).lines(view)
}

/// The peers and topics that an input is about; absent: all of them.
struct Subject {
    peers: Option<BTreeSet<Peer>>,
    topics: Option<BTreeSet<Topic>>,
}

impl Subject {
    fn of(input: &Input<TraceIds>) -> Self {
        let both =
            |peer: Peer, topic: &Topic| Self { peers: Some([peer].into()), topics: Some([topic.clone()].into()) };
        let peer = |peer: Peer| Self { peers: Some([peer].into()), topics: None };
        let topic = |topic: &Topic| Self { peers: None, topics: Some([topic.clone()].into()) };
        match input {
            Input::AddPeer(input) => peer(input.peer),
            Input::RemovePeer(input) => peer(input.peer),
            Input::Subscribe(input) => both(input.peer, &input.topic),
            Input::Unsubscribe(input) => both(input.peer, &input.topic),
            Input::Ihave(input) => both(input.peer, &input.topic),
            Input::Iwant(input) => peer(input.peer),
            Input::Graft(input) => both(input.peer, &input.topic),
            Input::Prune(input) => both(input.peer, &input.topic),
            Input::ReceiveMessage(input) => both(input.sender, &input.topic),
            Input::SetApplicationScore(input) => peer(input.peer),
            Input::SelectPxPeers(input) => topic(&input.topic),
            Input::PublishMessage(input) => topic(&input.topic),
            Input::Join(input) => topic(&input.topic),
            Input::Leave(input) => topic(&input.topic),
            Input::ApplyBatch(input) => Self {
                peers: Some(input.batch.iter().map(|batched| batched.sender).collect()),
                topics: Some(input.batch.iter().map(|batched| batched.topic.clone()).collect()),
            },
            Input::Heartbeat | Input::SelectGossipMessages => Self { peers: None, topics: None },
        }
    }

    fn peer(&self, peer: Peer) -> bool {
        self.peers.as_ref().is_none_or(|peers| peers.contains(&peer))
    }

    fn topic(&self, topic: &Topic) -> bool {
        self.topics.as_ref().is_none_or(|topics| topics.contains(topic))
    }

    fn lines(&self, view: &View<TraceIds>) -> Vec<String> {
        let mut lines = vec![format!("heartbeat_ticks {}", view.heartbeat_ticks)];
        for (peer, connection) in view.connections.iter().filter(|(peer, _)| self.peer(**peer)) {
            let topics: Vec<&str> = connection.topics.iter().map(String::as_str).collect();
            let direct = if connection.direct { ", direct" } else { "" };
            let outbound = if connection.outbound { ", outbound" } else { "" };
            let bootstrap = if connection.bootstrap { ", bootstrap" } else { "" };
            lines.push(format!("peer {peer}: connected{direct}{outbound}{bootstrap}, topics [{}]", topics.join(", ")));
        }
        for (peer, score) in view.scores.iter().filter(|(peer, _)| self.peer(**peer)) {
            lines.push(format!("peer {peer}: score {:?}", score.value()));
        }
        for (peer, count) in view.ihave_per_heartbeat.iter().filter(|(peer, _)| self.peer(**peer)) {
            lines.push(format!("peer {peer}: {count} IHaves in this heartbeat"));
        }
        for (peer, count) in view.iwant_per_heartbeat.iter().filter(|(peer, _)| self.peer(**peer)) {
            lines.push(format!("peer {peer}: {count} ids requested in this heartbeat"));
        }
        for (topic, mesh) in view.mesh.iter().filter(|(topic, _)| self.topic(topic)) {
            lines.push(format!("topic {topic}: mesh [{}]", members(mesh)));
        }
        for (topic, fanout) in view.fanout.iter().filter(|(topic, _)| self.topic(topic)) {
            let published = fanout.last_published_time;
            lines.push(format!("topic {topic}: fanout [{}], last published at {published}", members(&fanout.peers)));
        }
        for (topic, entries) in view.backoff.iter().filter(|(topic, _)| self.topic(topic)) {
            for (peer, end) in entries.iter().filter(|(peer, _)| self.peer(**peer)) {
                lines.push(format!("topic {topic}: peer {peer} backed off until {end}"));
            }
        }
        lines
    }
}

fn members(peers: &BTreeSet<Peer>) -> String {
    peers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
