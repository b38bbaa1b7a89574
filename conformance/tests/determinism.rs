//! The same seed and inputs give the same bytes: twice in a process, in every process, with and without optimization.

mod common;

use gossipsub_conformance::{
    automaton::{Answer, Core, Event, Exchange, Header, Step, TraceWriter, open},
    engine::{Implementation, Views},
};
use std::path::Path;

/// What core answers to the inputs of a trace, as a trace.
fn answered(path: &Path) -> Vec<u8> {
    let script = open(path).expect("a trace").script();
    let header = Header { seed: Some(7), implementation: None, ..script.header().clone() };
    let mut core = Core::new();
    core.start(&header, Views::Every).expect("recorded limits");
    let mut writer = TraceWriter::new("memory", Vec::new(), &header).expect("a header");
    for step in script {
        let Step { now, event } = step.expect("a step").1;
        let event = match event {
            Event::Environment(change) => {
                core.change(now, &change).expect("core cannot fail");
                Event::Environment(change)
            }
            Event::Input(Exchange { input, .. }) => {
                let Answer { output, view } = core.answer(now, &input).expect("core cannot fail");
                Event::Input(Exchange { input, output: Some(output), view })
            }
        };
        writer.step(&Step { now, event }).expect("to write");
    }
    writer.finish().expect("to write")
}

/// The checksum of all answers. It changes only with a deliberate change of core's random draws.
const CHECKSUM: u32 = 0x2595_13c9;

#[test]
fn core_gives_the_same_bytes_every_time() {
    let mut checksum = crc32fast::Hasher::new();
    for path in ["traces", "edges", "quirks"].into_iter().flat_map(common::traces) {
        let trace = answered(&path);
        assert!(trace == answered(&path), "{}: twice in one process", path.display());
        checksum.update(&trace);
    }
    assert_eq!(checksum.finalize(), CHECKSUM, "against the process that the checksum comes from");
}
