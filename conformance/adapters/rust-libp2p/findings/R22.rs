//! A GRAFT from a direct peer is answered with a PRUNE in topics that are not joined, too.

use rust_libp2p_adapter::reproduction::{Node, Rpc};

#[test]
fn reproduction() {
    let mut node = Node::new(|_| {});
    node.connect_explicit(1);
    node.answers();
    node.send(1, Rpc::default().graft("u"));
    // Allowed: nothing: u is not joined.
    assert_eq!(node.answers(), "1: PRUNE u 60 s");
}
