#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gossipsub_conformance::fuzzing::dal_stream(bytes));
