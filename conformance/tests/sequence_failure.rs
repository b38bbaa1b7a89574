//! What a test shows if an implementation fails a sequence.

#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::FaultyCore;
use gossipsub_automaton::{GraftOutput, Input, Output, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Answer, Core, Sequence, generate::Profile},
    engine::{
        campaign::{self, Until, run},
        check_sequence_in,
        trace::open,
        verify::{Verdict, verify},
    },
};

type Plan = campaign::Plan<gossipsub_conformance::automaton::AutomatonFamily>;

/// It takes one more than a full mesh should.
fn takes_more(_: &Input<TraceIds>, answer: &mut Answer) {
    if answer.output == Output::Graft(GraftOutput::MeshFull) {
        answer.output = GraftOutput::GraftingSuccessfully.into();
    }
}

#[test]
fn a_failure_shows_allowed_observed_and_a_saved_trace() {
    let plan = Plan { profiles: vec![Profile::Tiny], until: Until::Cases(400), jobs: 2, ..Plan::default() };
    let results = run(&plan, || FaultyCore::new(takes_more), &|_, _| {});
    let (case, _) = results.findings.into_values().next().expect("a finding");
    let sequence = Sequence { header: case.counterexample.header, steps: case.counterexample.steps };
    let folder = tempfile::tempdir().expect("a folder");
    assert!(check_sequence_in(folder.path(), &mut Core::new(), &sequence).is_ok());
    let failure = check_sequence_in(folder.path(), &mut FaultyCore::new(takes_more), &sequence).expect_err("a failure");
    let text = format!("{failure:?}");
    for part in
        ["finding: graft (8): ", "    allowed   ", "    observed  ", "  limits:\n    degree_high = ", "  trace: "]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().count() < 80, "{text}");
    let trace = failure.0.trace.as_deref().expect("a trace");
    assert!(matches!(
        verify::<gossipsub_conformance::automaton::AutomatonFamily, _>(open(trace)).verdict,
        Verdict::Violated(_)
    ));
    let shown = format!("{sequence:?}");
    assert!(shown.len() < 3000 && shown.contains("profile"), "a sequence is shown by its last steps: {shown}");
}

#[test]
fn the_readme_has_the_tested_example() {
    let readme = include_str!("../../README.md");
    let example = include_str!("../examples/property_test.rs");
    let (_, code) = readme.split_once("```rust\n").expect("an example");
    let (code, _) = code.split_once("```").expect("its end");
    assert!(code.lines().count() >= 3, "{code}");
    for line in code.lines().map(str::trim) {
        assert!(example.lines().any(|other| other.trim() == line), "{line:?} is not in the example");
    }
}
