//! What a bootstrap peer gets.

use crate::support::{ALL, Ids, Node, configuration, id, limits};
use gossipsub_automaton::{
    Limits,
    worker::{Event, PeerMessage},
};

/// A node with the bootstrap peer 1, which subscribes to `a`.
fn node(behaviour: gossipsub_automaton::Behaviour) -> Node {
    let mut node = Node::with(behaviour, Limits::<Ids> { degree_lazy: 1, ..limits() }, configuration());
    node.handle(Event::Connected { peer: 1, direct: false, outbound: false, trusted: false, bootstrap: true });
    node.receive(1, PeerMessage::Subscribe { topic: "a" });
    node
}

#[test]
fn a_bootstrap_peer_gets_subscriptions_grafts_and_prunes() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        assert_eq!(node.join("a"), ["to 1: Subscribe { topic=a }", "to 1: Graft { topic=a }"]);
        let left = ["to 1: Prune { topic=a; px=[]; backoff=10000ms }", "to 1: Unsubscribe { topic=a }"];
        assert_eq!(node.leave("a"), left);
    }
}

#[test]
fn a_bootstrap_peer_gets_no_messages() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        node.join("a");
        node.connect(2);
        assert_eq!(node.message(2, 7), ["deliver { topic=a; message_id=a7; message=m }"]);
        assert!(node.handle(Event::Publish { topic: "a", message_id: id(8), message: "m" }).is_empty());
        assert!(node.receive(1, PeerMessage::Iwant { message_ids: vec![id(7)] }).is_empty());
        assert_eq!(node.worker.statistics().sent_messages, 0);
    }
}

#[test]
fn a_bootstrap_peer_gets_no_announcements() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.join("a");
        node.handle(Event::Connected { peer: 1, direct: false, outbound: false, trusted: false, bootstrap: true });
        node.connect(2);
        node.message(2, 7);
        node.leave("a");
        node.join("a");
        node.set_score(1, 0.0);
        node.receive(1, PeerMessage::Subscribe { topic: "a" });
        // The peer is backed off, so the heartbeat does not graft it, and announces the message to it.
        node.answers().refused.insert(1);
        node.graft(1, "a");
        assert!(node.heartbeat().is_empty());
        assert_eq!(node.worker.statistics().sent_ihaves, 0);
    }
}

/// The automaton does not know of the filter: the request counts against its limit.
#[test]
fn a_bootstrap_peer_gets_no_requests_but_they_count() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        node.join("a");
        assert!(node.receive(1, PeerMessage::Ihave { topic: "a", message_ids: vec![id(7)] }).is_empty());
        assert_eq!(node.worker.automaton().iwants_of(&1), 1);
        assert_eq!((node.worker.statistics().received_ihaves, node.worker.statistics().sent_iwants), (1, 0));
    }
}

#[test]
fn a_peer_that_comes_back_without_the_flag_gets_messages() {
    for behaviour in ALL {
        let mut node = node(*behaviour);
        node.join("a");
        node.handle(Event::Disconnected { peer: 1 });
        node.subscribers("a", [1, 2]);
        node.graft(1, "a");
        assert_eq!(node.message(2, 7)[0], "to 1: Message { topic=a; message_id=a7; message=m }");
    }
}
