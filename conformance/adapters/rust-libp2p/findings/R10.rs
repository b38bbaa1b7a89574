//! A member that unsubscribes is backed off for `prune_backoff`.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.send(1, Rpc::default().unsubscribe("t"));
    node.send(1, Rpc::default().prune("t", 10));
    node.advance_to(20000);
    node.send(1, Rpc::default().subscribe("t"));
    node.answers();
    node.send(1, Rpc::default().graft("t"));
    // Allowed: no PRUNE: the backoff of 10 s has ended.
    assert_eq!(node.answers(), "1: PRUNE t 60 s");
}
