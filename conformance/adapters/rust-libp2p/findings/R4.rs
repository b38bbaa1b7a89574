//! A heartbeat prunes a mesh of exactly `D_high` members.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.connect(2, "/meshsub/1.1.0");
    node.send(2, Rpc::default().subscribe("t").graft("t"));
    node.connect(3, "/meshsub/1.1.0");
    node.send(3, Rpc::default().subscribe("t").graft("t"));
    node.connect(4, "/meshsub/1.1.0");
    node.send(4, Rpc::default().subscribe("t").graft("t"));
    node.answers();
    node.advance_to(1000);
    // Allowed: nothing: the mesh has D_high members, and not more.
    assert_eq!(node.answers().matches("PRUNE t").count(), 1);
}
