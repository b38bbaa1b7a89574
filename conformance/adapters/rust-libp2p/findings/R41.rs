//! A copy of an own message counts as invalid for P4.

use libp2p_gossipsub::{IdentTopic, PeerScoreParams, PeerScoreThresholds, TopicScoreParams};
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    let topic = TopicScoreParams {
        topic_weight: 1.0,
        invalid_message_deliveries_weight: -1.0,
        time_in_mesh_weight: 0.0,
        first_message_deliveries_weight: 0.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        ..Default::default()
    };
    let parameters = PeerScoreParams { topics: [(IdentTopic::new("t").hash(), topic)].into(), ..Default::default() };
    node.call(|gossipsub| gossipsub.with_peer_score(parameters, PeerScoreThresholds::default()))
        .expect("valid parameters");
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.call(|gossipsub| gossipsub.publish(IdentTopic::new("t"), "m1")).expect("a publish");
    node.send(1, Rpc::default().message("t", "m1"));
    let id = node.id(1);
    // Allowed: 0: message 1 is a duplicate.
    assert_eq!(node.call(|gossipsub| gossipsub.peer_score(&id)), Some(-1.0));
}
