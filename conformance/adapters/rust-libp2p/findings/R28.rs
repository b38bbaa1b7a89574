//! A positive score is lost at a disconnect.

use libp2p_gossipsub::{IdentTopic, PeerScoreParams, PeerScoreThresholds, TopicHash, TopicScoreParams};
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|config| {
        config.mesh_n_low(1).retain_scores(0).opportunistic_graft_ticks(1).opportunistic_graft_peers(1);
    });
    let topic = TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.0,
        first_message_deliveries_decay: 0.99,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        ..Default::default()
    };
    let parameters = PeerScoreParams {
        topics: [(TopicHash::from_raw("t"), topic)].into(),
        app_specific_weight: 1.0,
        ..Default::default()
    };
    let thresholds = PeerScoreThresholds { opportunistic_graft_threshold: 0.5, ..Default::default() };
    node.call(|gossipsub| gossipsub.with_peer_score(parameters, thresholds)).expect("valid parameters");
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.connect(3, "/meshsub/1.1.0");
    node.send(3, Rpc::default().subscribe("t").graft("t"));
    node.connect(2, "/meshsub/1.1.0");
    node.send(2, Rpc::default().subscribe("t"));
    node.send(2, Rpc::default().message("t", "m1"));
    node.disconnect(2);
    node.connect(2, "/meshsub/1.1.0");
    node.send(2, Rpc::default().subscribe("t"));
    node.answers();
    node.advance_to(1000);
    // Allowed: GRAFT to peer 2: its score of 1 is above the median of 0.
    assert_eq!(node.answers(), "2: IHAVE m1");
}
