//! A backoff of more than an hour is cut to an hour.

use libp2p_gossipsub::IdentTopic;
use rust_libp2p_adapter::reproduction::{Node, Rpc};
use std::time::Duration;

#[test]
fn reproduction() {
    let mut node = Node::new(|config| {
        config.heartbeat_interval(Duration::from_secs(1000)).prune_backoff(Duration::from_secs(1000));
    });
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.send(1, Rpc::default().prune("t", 7200));
    node.answers();
    node.advance_to(6_000_000);
    // Allowed: no GRAFT: the backoff ends at 7200 s.
    assert_eq!(node.answers(), "1: GRAFT t");
}
