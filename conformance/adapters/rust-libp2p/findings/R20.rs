//! A GRAFT of a topic that its sender did not announce is ignored.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.connect(2, "/meshsub/1.1.0");
    node.send(1, Rpc::default().graft("t"));
    node.answers();
    node.send(2, Rpc::default().message("t", "m1"));
    // Allowed: message 1 goes to peer 1, a member of the mesh.
    assert_eq!(node.answers(), "delivered m1");
}
