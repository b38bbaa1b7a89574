//! A leave sends peers to members with a negative score.

use libp2p_gossipsub::{IdentTopic, PeerScoreParams, PeerScoreThresholds};
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|config| {
        config.do_px().prune_peers(16).mesh_n_low(1);
    });
    let parameters = PeerScoreParams { app_specific_weight: 1.0, ..Default::default() };
    let thresholds = PeerScoreThresholds { opportunistic_graft_threshold: 20.0, ..Default::default() };
    node.call(|gossipsub| gossipsub.with_peer_score(parameters, thresholds)).expect("valid parameters");
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.connect(2, "/meshsub/1.1.0");
    node.send(2, Rpc::default().subscribe("t"));
    let id = node.id(1);
    node.call(|gossipsub| gossipsub.set_application_score(&id, -1.0));
    node.answers();
    node.call(|gossipsub| gossipsub.unsubscribe(&IdentTopic::new("t")));
    // Allowed: the PRUNE to peer 1 carries no peers.
    assert_eq!(node.answers(), "1: PRUNE t 10 s 1 peers, UNSUBSCRIBE t; 2: UNSUBSCRIBE t");
}
