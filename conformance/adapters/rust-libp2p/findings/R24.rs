//! A SUBSCRIBE and an UNSUBSCRIBE of one topic in one RPC cancel each other.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|config| {
        config.flood_publish(true);
    });
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t"));
    node.send(1, Rpc::default().subscribe("t").unsubscribe("t"));
    node.answers();
    node.call(|gossipsub| gossipsub.publish(IdentTopic::new("t"), "m1")).expect("peers");
    // Allowed: nothing, or a refusal: peer 1 has unsubscribed.
    assert_eq!(node.answers(), "1: message m1");
}
