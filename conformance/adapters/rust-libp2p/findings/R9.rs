//! RPCs of direct peers below the graylist threshold are ignored.

use libp2p_gossipsub::{IdentTopic, PeerScoreParams, PeerScoreThresholds};
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    let parameters = PeerScoreParams { app_specific_weight: 1.0, ..Default::default() };
    let thresholds = PeerScoreThresholds { opportunistic_graft_threshold: 20.0, ..Default::default() };
    node.call(|gossipsub| gossipsub.with_peer_score(parameters, thresholds)).expect("valid parameters");
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect_explicit(1);
    node.send(1, Rpc::default().subscribe("t"));
    let id = node.id(1);
    node.call(|gossipsub| gossipsub.set_application_score(&id, -100.0));
    node.answers();
    node.send(1, Rpc::default().message("t", "m1"));
    // Allowed: message 1 is delivered: peer 1 is direct.
    assert_eq!(node.answers(), "");
}
