//! A publish replaces a fanout with fewer than D members.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t"));
    node.connect(2, "/meshsub/1.1.0");
    node.send(2, Rpc::default().subscribe("t"));
    node.call(|gossipsub| gossipsub.publish(IdentTopic::new("t"), "m1")).expect("peers");
    node.call(|gossipsub| gossipsub.publish(IdentTopic::new("t"), "m2")).expect("peers");
    node.connect(3, "/meshsub/1.1.0");
    node.send(3, Rpc::default().subscribe("t"));
    node.connect(4, "/meshsub/1.1.0");
    node.send(4, Rpc::default().subscribe("t"));
    node.connect(5, "/meshsub/1.1.0");
    node.send(5, Rpc::default().subscribe("t"));
    node.answers();
    node.call(|gossipsub| gossipsub.publish(IdentTopic::new("t"), "m3")).expect("peers");
    // Allowed: message 3 to peers 1 and 2, the members of the fanout.
    assert_eq!(node.answers().matches("message m3").count(), 3);
}
