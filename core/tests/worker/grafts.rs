//! Grafts of peers, by the output of the automaton.

use crate::support::{ALL, Ids, Node, limits};
use gossipsub_automaton::{Behaviour, Limits, Span, worker::Event};

/// A prune without an offer.
const REFUSAL: &str = "to 1: Prune { topic=a; px=[]; backoff=60000ms }";

#[test]
fn grafting_successfully_and_peer_already_in_mesh_are_not_answered() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        assert!(node.graft(1, "a").is_empty());
        assert!(node.worker.automaton().in_mesh(&"a", &1));
        assert!(node.graft(1, "a").is_empty());
    }
}

#[test]
fn unexpected_grafting_peer_is_not_answered() {
    for behaviour in ALL {
        assert!(Node::joined(*behaviour).graft(2, "a").is_empty());
    }
}

#[test]
fn peer_filtered_is_answered_by_a_prune() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        node.answers().refused.insert(1);
        assert_eq!(node.graft(1, "a"), [REFUSAL]);
    }
}

#[test]
fn unsubscribed_topic_is_answered_by_a_prune() {
    for behaviour in ALL {
        let mut node = Node::new(*behaviour);
        node.subscribers("a", [1]);
        assert_eq!(node.graft(1, "a"), [REFUSAL]);
        assert!(node.worker.automaton().backoff(&"a", &1).is_some(), "as in the automaton, which backs the peer off");
    }
}

#[test]
fn grafting_direct_peer_is_answered_by_a_prune() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        node.handle(Event::Disconnected { peer: 1 });
        node.handle(Event::Connected { peer: 1, direct: true, outbound: false, trusted: false, bootstrap: false });
        assert_eq!(node.graft(1, "a"), [REFUSAL]);
    }
}

#[test]
fn grafting_peer_with_negative_score_is_answered_by_a_prune() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        node.set_score(1, -1.0);
        assert_eq!(node.graft(1, "a"), [REFUSAL]);
    }
}

#[test]
fn peer_backed_off_is_answered_by_a_prune() {
    for behaviour in ALL {
        let mut node = Node::joined(*behaviour);
        node.answers().refused.insert(1);
        node.graft(1, "a");
        node.answers().refused.clear();
        assert_eq!(node.graft(1, "a"), [REFUSAL]);
    }
}

#[test]
fn mesh_full_is_answered_by_a_prune_that_offers_peers() {
    for behaviour in ALL {
        let limits = Limits::<Ids> { peers_to_px: 2, prune_backoff: Span::from_millis(1500), ..limits() };
        let mut node = Node::with(*behaviour, limits, crate::support::configuration());
        node.join("a");
        node.subscribers("a", 1..=4);
        for peer in 1..=3 {
            node.graft(peer, "a");
        }
        let answer = node.graft(4, "a");
        assert_eq!(answer.len(), 1);
        let (before, after) = answer[0].split_once("px=[").expect("a prune");
        let (px, after) = after.split_once(']').expect("a prune");
        assert_eq!((before, after), ("to 4: Prune { topic=a; ", "; backoff=1500ms }"));
        let px: Vec<u64> = px.split(';').map(|peer| peer.parse().expect("a peer")).collect();
        assert!(px.len() == 2 && px.iter().all(|peer| (1..=3).contains(peer)), "{px:?}");
    }
}

#[test]
fn a_peer_at_the_limit_of_topics_is_answered_by_a_prune() {
    let limits = Limits::<Ids> { max_topics_per_peer: Some(1), ..limits() };
    let mut node = Node::with(Behaviour::OctezNext, limits, crate::support::configuration());
    node.join("a");
    node.subscribers("b", [1]);
    assert_eq!(node.graft(1, "a"), [REFUSAL]);
}
