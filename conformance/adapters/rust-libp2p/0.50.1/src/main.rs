//! The adapter for libp2p-gossipsub 0.50.1.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use libp2p_gossipsub::ConfigBuilder;
use rust_libp2p_adapter::{Release, ReleaseParameters};

fn configure(builder: &mut ConfigBuilder, parameters: &ReleaseParameters) {
    builder
        .unsubscribe_backoff(parameters.unsubscribe_backoff)
        .max_control_messages_sent(parameters.max_ihave_length)
        .max_ihave_messages_heartbeat(parameters.max_ihave_messages);
}

fn main() -> ExitCode {
    let unsubscribe_backoff_unit = Duration::from_millis(1);
    rust_libp2p_adapter::main(&Release { implementation: "rust-libp2p 0.50.1", configure, unsubscribe_backoff_unit })
}
