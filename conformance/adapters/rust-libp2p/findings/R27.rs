//! A message that is accepted at its second arrival leaves the cache with the first.

use libp2p_gossipsub::{IdentTopic, MessageAcceptance, MessageId};
use rust_libp2p_adapter::reproduction::{Node, Rpc};
use std::time::Duration;

#[test]
fn reproduction() {
    let mut node = Node::new(|config| {
        config.validate_messages().duplicate_cache_time(Duration::from_secs(1));
    });
    node.call(|gossipsub| gossipsub.subscribe(&IdentTopic::new("t"))).expect("a subscription");
    node.connect(1, "/meshsub/1.1.0");
    node.send(1, Rpc::default().subscribe("t").graft("t"));
    node.connect(2, "/meshsub/1.1.0");
    node.send(2, Rpc::default().subscribe("t").graft("t"));
    node.send(1, Rpc::default().message("t", "m1"));
    let id = node.id(1);
    node.call(|gossipsub| {
        gossipsub.report_message_validation_result(&MessageId::from("m1"), &id, MessageAcceptance::Reject)
    });
    node.advance_to(3000);
    node.send(1, Rpc::default().message("t", "m1"));
    let id = node.id(1);
    node.call(|gossipsub| {
        gossipsub.report_message_validation_result(&MessageId::from("m1"), &id, MessageAcceptance::Accept)
    });
    node.advance_to(5000);
    node.answers();
    node.send(2, Rpc::default().iwant("m1"));
    // Allowed: message 1: it was accepted two heartbeats ago, and the cache is 5 heartbeats long.
    assert_eq!(node.answers(), "");
}
