//! Own messages go to members of the mesh below the publish threshold, too.

use libp2p_gossipsub::{IdentTopic, PeerScoreParams, PeerScoreThresholds};
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    let parameters = PeerScoreParams { app_specific_weight: 1.0, ..Default::default() };
    let thresholds = PeerScoreThresholds { gossip_threshold: -5.0, publish_threshold: -10.0, ..Default::default() };
    node.call(|gossipsub| gossipsub.with_peer_score(parameters, thresholds)).expect("valid parameters");
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    let id = node.id(1);
    node.call(|gossipsub| gossipsub.set_application_score(&id, -20.0));
    node.answers();
    node.call(|gossipsub| gossipsub.publish(IdentTopic::new("t"), "m1")).expect("a publish");
    // Allowed: nothing, or a refusal: the score is -20, the publish threshold -10.
    assert_eq!(node.answers(), "1: message m1");
}
