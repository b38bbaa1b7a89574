#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gossipsub_conformance::fuzzing::libp2p_sequence(bytes));
