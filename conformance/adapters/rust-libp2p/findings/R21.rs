//! IDONTWANT is sent for duplicates, too.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.2.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.connect(2, "/meshsub/1.2.0");
    node.send(2, Rpc::default().subscribe("t").graft("t"));
    node.connect(3, "/meshsub/1.2.0");
    node.send(3, Rpc::default().subscribe("t").graft("t"));
    node.send(1, Rpc::default().message("t", "m1"));
    node.answers();
    node.send(2, Rpc::default().message("t", "m1"));
    // Allowed: nothing: message 1 was seen.
    assert_eq!(node.answers(), "1: IDONTWANT m1; 3: IDONTWANT m1");
}
