//! The adapter for libp2p-gossipsub 0.49.5.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use libp2p_gossipsub::ConfigBuilder;
use rust_libp2p_adapter::{Release, ReleaseParameters};

fn configure(builder: &mut ConfigBuilder, parameters: &ReleaseParameters) {
    builder
        .unsubscribe_backoff(parameters.unsubscribe_backoff.as_secs())
        .max_ihave_length(parameters.max_ihave_length)
        .max_ihave_messages(parameters.max_ihave_messages)
        // Its own messages have a cache of their own.
        .published_message_ids_cache_time(parameters.seen_ttl);
}

fn main() -> ExitCode {
    let unsubscribe_backoff_unit = Duration::from_secs(1);
    rust_libp2p_adapter::main(&Release { implementation: "rust-libp2p 0.49.5", configure, unsubscribe_backoff_unit })
}
