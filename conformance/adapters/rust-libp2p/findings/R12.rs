//! Parameters that contradict each other are accepted.

use rust_libp2p_adapter::reproduction::Node;

#[test]
fn reproduction() {
    // Allowed: a refusal: `mesh_outbound_min` has to be below `mesh_n_low`, and at most `mesh_n` / 2.
    let _node = Node::new(|config| {
        config.mesh_n(3).mesh_n_low(2).mesh_outbound_min(2);
    });
}
