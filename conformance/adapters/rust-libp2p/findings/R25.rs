//! The announcements of a graylisted peer count.

use libp2p_gossipsub::{IdentTopic, PeerScoreParams, PeerScoreThresholds};
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|config| {
        config.flood_publish(true);
    });
    let parameters = PeerScoreParams { app_specific_weight: 1.0, ..Default::default() };
    let thresholds = PeerScoreThresholds { opportunistic_graft_threshold: 20.0, ..Default::default() };
    node.call(|gossipsub| gossipsub.with_peer_score(parameters, thresholds)).expect("valid parameters");
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    let id = node.id(1);
    node.call(|gossipsub| gossipsub.set_application_score(&id, -100.0));
    node.send(1, Rpc::default().subscribe("t"));
    let id = node.id(1);
    node.call(|gossipsub| gossipsub.set_application_score(&id, 0.0));
    node.answers();
    node.call(|gossipsub| gossipsub.publish(IdentTopic::new("t"), "m1")).expect("peers");
    // Allowed: nothing: the SUBSCRIBE of peer 1 was ignored.
    assert_eq!(node.answers(), "1: message m1");
}
