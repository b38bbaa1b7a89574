//! What is sent after an input and its output, by a node that knows one topic.

use gossipsub_automaton::{
    AddPeer, AddPeerOutput, Graft, GraftOutput, HeartbeatOutput, Ihave, IhaveOutput, Input, Iwant, IwantOutput, Join,
    JoinOutput, Leave, LeaveOutput, Output, PeerSet, PublishMessage, PublishMessageOutput, ReceiveMessage,
    ReceiveMessageOutput, RoutedMessage, SelectGossipMessagesOutput, SortedSet, Span, Subscribe, SubscribeOutput,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
    wire::{Node, Outgoing, To, outgoing},
};

struct Known;

impl Node<TraceIds> for Known {
    fn joined(&mut self) -> Vec<Topic> {
        vec!["a".into(), "b".into()]
    }
    fn px(&mut self, peer_to_prune: &Peer, _: &Topic, no_px_peers: &PeerSet<TraceIds>) -> Vec<Peer> {
        if no_px_peers.contains(peer_to_prune) { vec![] } else { vec![Peer(99)] }
    }
    fn prune_backoff(&self) -> Span {
        Span::from_secs(60)
    }
    fn unsubscribe_backoff(&self) -> Span {
        Span::from_secs(10)
    }
}

/// All that is sent, a line each.
fn sent(input: impl Into<Input<TraceIds>>, output: impl Into<Output<TraceIds>>) -> Vec<String> {
    let mut lines = Vec::new();
    outgoing(&input.into(), &output.into(), &mut Known, |to, what| {
        let to = match to {
            To::Everyone => "everyone".to_owned(),
            To::Peer(peer) => peer.to_string(),
        };
        lines.push(match what {
            Outgoing::Subscribe { topic } => format!("{to}: subscribe {topic}"),
            Outgoing::Unsubscribe { topic } => format!("{to}: unsubscribe {topic}"),
            Outgoing::Graft { topic } => format!("{to}: graft {topic}"),
            Outgoing::Prune { topic, px, backoff } => format!("{to}: prune {topic} {} {backoff}", px.len()),
            Outgoing::Ihave { topic, message_ids } => format!("{to}: ihave {topic} {}", message_ids.len()),
            Outgoing::Iwant { message_ids } => format!("{to}: iwant {}", message_ids.len()),
            Outgoing::Message { topic, message_id, message } => format!("{to}: {topic:?} {message_id} {message}"),
        });
    });
    lines
}

fn peers(peers: &[u64]) -> SortedSet<Peer> {
    peers.iter().copied().map(Peer).collect()
}

const PEER: Peer = Peer(1);

#[test]
fn a_new_peer_is_told_of_our_topics() {
    let input = AddPeer { peer: PEER, direct: false, outbound: true, bootstrap: false };
    assert_eq!(sent(input.clone(), AddPeerOutput::PeerAdded), ["1: subscribe a", "1: subscribe b"]);
    assert!(sent(input, AddPeerOutput::PeerAlreadyKnown).is_empty());
    assert!(sent(Subscribe { peer: PEER, topic: "a".into() }, SubscribeOutput::Subscribed).is_empty());
}

#[test]
fn joining_and_leaving() {
    let joining = JoinOutput::JoiningTopic { to_graft: peers(&[1, 2]) };
    assert_eq!(sent(Join { topic: "t".into() }, joining), ["everyone: subscribe t", "1: graft t", "2: graft t"]);
    let leaving = LeaveOutput::LeavingTopic { to_prune: peers(&[1, 2]), no_px_peers: peers(&[2]) };
    let lines = ["everyone: unsubscribe t", "1: prune t 1 10000ms", "2: prune t 0 10000ms"];
    assert_eq!(sent(Leave { topic: "t".into() }, leaving), lines);
}

#[test]
fn a_refused_graft_is_answered_as_go_does() {
    let graft = || Graft { peer: PEER, topic: "t".into() };
    for output in [
        GraftOutput::PeerFiltered,
        GraftOutput::GraftingDirectPeer,
        GraftOutput::GraftingPeerWithNegativeScore,
        GraftOutput::PeerBackedOff,
    ] {
        assert_eq!(sent(graft(), output), ["1: prune t 0 60000ms"]);
    }
    assert_eq!(sent(graft(), GraftOutput::MeshFull), ["1: prune t 1 60000ms"]);
    for output in [
        GraftOutput::UnsubscribedTopic,
        GraftOutput::PeerAlreadyInMesh,
        GraftOutput::UnexpectedGraftingPeer,
        GraftOutput::GraftingSuccessfully,
    ] {
        assert!(sent(graft(), output).is_empty());
    }
}

#[test]
fn requests_and_their_answers() {
    let ihave = || Ihave { peer: PEER, topic: "t".into(), message_ids: vec![MessageId(5)] };
    let requested = |message_ids| IhaveOutput::MessageRequestedMessageIds { message_ids };
    assert_eq!(sent(ihave(), requested(vec![MessageId(5)])), ["1: iwant 1"]);
    assert!(sent(ihave(), requested(vec![])).is_empty());
    let routed = [
        (MessageId(5), RoutedMessage::Message { message: "m".into() }),
        (MessageId(6), RoutedMessage::NotFound),
        (MessageId(7), RoutedMessage::TooManyRequests),
    ];
    let output = IwantOutput::OnIwantMessagesToRoute { routed_message_ids: routed.into() };
    assert_eq!(sent(Iwant { peer: PEER, message_ids: vec![] }, output), ["1: None 5 m"]);
}

#[test]
fn messages_are_routed() {
    let (topic, message_id, message) = ("t".to_owned(), MessageId(5), "m".to_owned());
    let publish = PublishMessage { topic: topic.clone(), message_id, message: message.clone() };
    let output = PublishMessageOutput::PublishMessage { to_publish: peers(&[1, 2]) };
    assert_eq!(sent(publish, output), ["1: Some(\"t\") 5 m", "2: Some(\"t\") 5 m"]);
    let receive = ReceiveMessage { sender: PEER, topic, message_id, message, batch: false };
    let output = ReceiveMessageOutput::RouteMessage { to_route: peers(&[2]) };
    assert_eq!(sent(receive, output), ["2: Some(\"t\") 5 m"]);
}

#[test]
fn heartbeats_and_gossip() {
    let by_peer = |peer, topic: &str| [(Peer(peer), [topic.to_owned()].into_iter().collect())].into();
    let output =
        HeartbeatOutput::Heartbeat { to_graft: by_peer(1, "t"), to_prune: by_peer(2, "u"), no_px_peers: peers(&[2]) };
    assert_eq!(sent(Input::Heartbeat, output), ["1: graft t", "2: prune u 0 60000ms"]);
    let ihave = |message_ids| Ihave { peer: PEER, topic: "t".into(), message_ids };
    let ihaves = vec![ihave(vec![MessageId(5)]), ihave(vec![])];
    let output = SelectGossipMessagesOutput::GossipMessages { ihaves };
    assert_eq!(sent(Input::SelectGossipMessages, output), ["1: ihave t 1"]);
}
