//! The model allows all that the original automaton was recorded to do, and refuses what the original refuses.

mod common;

use gossipsub_automaton::{Behaviour, OutputKind};
use gossipsub_conformance::{
    automaton::{AutomatonFamily, Core, Header, TraceReader, TraceWriter, open},
    engine::{
        TraceHeader, Views,
        record::Recording,
        report,
        verify::{Verdict, replay, verify},
    },
};
use std::{io::Read, path::Path};

type Summary = report::Summary<AutomatonFamily>;

fn verify_folder(folder: &str) -> Summary {
    let summary = Summary::new(common::traces(folder).iter().map(|path| verify(open(path))).collect());
    assert!(summary.violations == 0 && summary.unreadable == 0, "{summary}");
    summary
}

#[test]
fn the_generated_traces_are_allowed_and_show_every_output() {
    let summary = verify_folder("traces");
    assert_eq!((summary.traces, summary.steps), (60, 10_558));
    for kind in OutputKind::of(Behaviour::Mavryk) {
        assert!(summary.outputs.of(kind as usize) >= 29, "{kind} occurs {} times", summary.outputs.of(kind as usize));
    }
}

#[test]
fn the_edge_cases_are_allowed() {
    let summary = verify_folder("edges");
    assert_eq!((summary.traces, summary.steps), (97, 2_897));
}

#[test]
fn the_quirks_are_allowed() {
    let summary = verify_folder("quirks");
    assert_eq!((summary.traces, summary.steps), (13, 136));
}

#[test]
fn core_answers_all_recorded_inputs_as_allowed() {
    let traces = ["traces", "edges", "quirks"].into_iter().flat_map(common::traces);
    let summary = Summary::new(traces.map(|path| replay(open(path), &mut Core::new(), Views::Every)).collect());
    assert!(summary.violations == 0 && summary.unreadable == 0, "{summary}");
    assert_eq!((summary.traces, summary.steps), (170, 13_591));
}

#[test]
fn limits_that_would_divide_by_zero_are_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/refused/02-opportunistic-ticks-zero.jsonl");
    let Verdict::Unreadable { error } = verify(open(&path)).verdict else { panic!("it was read") };
    let text = error.to_string();
    assert!(text.ends_with(":1: limits: opportunistic_graft_ticks > 0 is required, found 0"), "{text}");
}

#[test]
fn limits_are_refused_where_the_original_refuses_them() {
    let mut rows = String::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/limits/refusals.jsonl.zst");
    let file = std::fs::File::open(path).expect("the table");
    zstd::Decoder::new(file).and_then(|mut decoder| decoder.read_to_string(&mut rows)).expect("text");
    let mut checked = 0;
    for row in rows.lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("a row");
        let accepted = Header::from_line(&row["header"].to_string());
        let expected = row["ours"] == "accepted";
        assert_eq!(
            accepted.is_ok(),
            expected,
            "{}: {:?}",
            row["change"],
            accepted.err().map(|error| error.to_string())
        );
        checked += 1;
    }
    assert_eq!(checked, 172);
}

/// A vector's inputs as a script, answered by the model, verify: with other choices than the original's, and all
/// views. Two recordings with one seed are equal to the byte.
#[test]
fn what_is_recorded_is_allowed() {
    for path in ["traces", "edges", "quirks"].into_iter().flat_map(common::traces) {
        for seed in 0..3 {
            let [first, second] = [(); 2].map(|()| {
                let recording =
                    Recording::new(open(&path).expect("a trace"), Some(seed), Views::Every).expect("limits");
                let mut writer = TraceWriter::new("memory", Vec::new(), recording.header()).expect("a header");
                for step in recording {
                    writer.step(&step.expect("a step")).expect("to write");
                }
                writer.finish().expect("to write")
            });
            assert_eq!(first, second);
            let verified = verify(TraceReader::new("memory", first.as_slice()));
            assert!(matches!(verified.verdict, Verdict::Allowed), "{}, seed {seed}: {verified}", path.display());
        }
    }
}

/// Faults that were found on the way, in core or in the model, each as the shortest trace that showed it.
#[test]
fn no_fault_comes_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut replayed = 0;
    for entry in std::fs::read_dir(folder).expect("the regressions") {
        let path = entry.expect("an entry").path();
        for verified in [verify(open(&path)), replay(open(&path), &mut Core::new(), Views::Every)] {
            assert!(matches!(verified.verdict, Verdict::Allowed), "{verified}");
            assert!(verified.steps > 0);
        }
        replayed += 1;
    }
    assert!(replayed > 0, "there are regressions");
}
