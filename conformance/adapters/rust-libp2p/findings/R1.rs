//! No GRAFT of an RPC from a direct peer is answered.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect_explicit(1);
    node.send(1, Rpc::default().subscribe("t"));
    node.answers();
    node.send(1, Rpc::default().graft("t"));
    // Allowed: PRUNE t to peer 1.
    assert_eq!(node.answers(), "");
}
