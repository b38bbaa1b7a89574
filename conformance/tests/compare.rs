//! Two implementations on the same sequences: their choices may differ, their faults show.

#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::FaultyCore;
use gossipsub_automaton::{Behaviour, GraftOutput, Input, Output, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Answer, AutomatonFamily, Core, Header, generate::Profile as AutomatonProfile},
    engine::{
        Family, Implementation, Sequence, Views,
        campaign::{Plan, ProfileOf, Until},
        compare::{Pair, PairEnd, Results, minimize, run, run_pair},
        known_differences::{After, KnownDifference, KnownDifferences},
        minimize::Options,
        report::comparison::{ComparisonReport, DifferenceReport},
    },
    libp2p::{DialectName, Libp2pFamily, Profile, Reference},
};
use gossipsub_reference_model::libp2p::{Fault, Faults};
use serde_json::Value;
use std::process::Command;

fn plan<F: Family>(variant: F::Variant, profiles: Vec<ProfileOf<F>>, cases: u64) -> Plan<F> {
    Plan { seed: 1, variant, profiles, steps: 150, jobs: 2, until: Until::Cases(cases), ..Plan::default() }
}

fn of_automaton() -> Plan<AutomatonFamily> {
    plan(Behaviour::default(), vec![AutomatonProfile::Tiny, AutomatonProfile::Default], 300)
}

fn of_libp2p() -> Plan<Libp2pFamily> {
    plan(DialectName::Spec, vec![Profile::Small], 200)
}

/// The kinds of all partings, and whether they are certain.
fn kinds<F: Family>(results: &Results<F>) -> Vec<(&str, bool)> {
    let partings = results.partings.iter();
    partings.map(|(kind, (case, _))| (kind.as_str(), case.parting.equal_states)).collect()
}

/// Draws other choices than the header's seed says.
#[derive(Clone, Copy)]
struct OtherSeed;

impl faulty_core::Fault for OtherSeed {
    fn start(&mut self, header: &mut Header, _: &mut Views) {
        header.seed = header.seed.map(|seed| seed + 1);
    }
}

fn takes_more(_: &Input<TraceIds>, answer: &mut Answer) {
    if answer.output == Output::Graft(GraftOutput::MeshFull) {
        answer.output = GraftOutput::GraftingSuccessfully.into();
    }
}

#[test]
fn other_choices_are_no_difference() {
    let results =
        run(&of_automaton(), || Pair { a: Box::new(Core::new()), b: Box::new(FaultyCore::new(OtherSeed)) }, &|_| {});
    assert_eq!(kinds(&results), []);
    assert_eq!((results.cases, results.steps), (300, 300 * 150));
    assert!(results.choices_differed > 20, "{}", results.choices_differed);
}

#[test]
fn a_planted_fault_is_found_and_minimized() {
    let pair = || Pair { a: Box::new(Core::new()), b: Box::new(FaultyCore::new(takes_more)) };
    let results = run(&of_automaton(), pair, &|_| {});
    let rule = "graft (8): the peer is not outbound, and the mesh has degree_high peers or more";
    assert_eq!(kinds(&results), [(&*format!("only B: {rule}"), true)]);
    let (case, _) = results.partings.values().next().expect("a parting");
    let mut pair = pair();
    let options = Options { views: Views::Heartbeat, ..Options::default() };
    let minimized = minimize(case, &mut pair, &options).expect("it shows again");
    assert!(minimized.complete && minimized.repeatable);
    let steps = minimized.counterexample.steps.len();
    assert!(steps <= 6 && steps < case.steps.len(), "{steps}");

    let sequence = Sequence { header: minimized.counterexample.header, steps: minimized.counterexample.steps };
    let again = run_pair(&mut pair, &sequence, Views::Heartbeat);
    let PairEnd::Parted(parting) = &again.end else { panic!("{:?}", again.end) };
    assert!(parting.a.is_none() && parting.equal_states);
    let difference = DifferenceReport::new(parting, &again.a, &again.b);
    let mut report = ComparisonReport::new(["one".into(), "other".into()], 1, &results, 1.0);
    report.differences.push(difference);
    let text = report.to_string();
    assert!(text.starts_with(&format!("A: one\nB: other\n\ndifference: only B: {rule}\n")), "{text}");
    assert!(text.contains("  A is allowed\n    answer    Mesh_full"), "{text}");
    assert!(text.contains(&format!("  B breaks {rule}\n    answer    Grafting_successfully")), "{text}");
}

fn router(faults: &[Fault]) -> Reference {
    Reference::with_faults(faults.iter().copied().collect())
}

fn compare(a: &'static [Fault], b: &'static [Fault], plan: &Plan<Libp2pFamily>) -> Results<Libp2pFamily> {
    run(plan, || Pair { a: Box::new(router(a)), b: Box::new(router(b)) }, &|_| {})
}

/// A router that draws other choices than the header's seed says.
struct OtherRouter(Reference);

impl Implementation<Libp2pFamily> for OtherRouter {
    fn start(
        &mut self,
        header: &gossipsub_conformance::libp2p::Header,
        views: Views,
    ) -> Result<(), gossipsub_conformance::engine::ImplementationError> {
        let header = gossipsub_conformance::libp2p::Header { seed: header.seed.map(|seed| seed / 2), ..header.clone() };
        self.0.start(&header, views)
    }

    fn change(
        &mut self,
        now: gossipsub_automaton::Time,
        change: &gossipsub_conformance::engine::NoChange,
    ) -> Result<(), gossipsub_conformance::engine::ImplementationError> {
        self.0.change(now, change)
    }

    fn answer(
        &mut self,
        now: gossipsub_automaton::Time,
        input: &gossipsub_reference_model::libp2p::vocabulary::Input,
    ) -> Result<gossipsub_conformance::libp2p::Answer, gossipsub_conformance::engine::ImplementationError> {
        self.0.answer(now, input)
    }
}

#[test]
fn routers_with_other_choices_never_part() {
    let pair = || Pair { a: Box::new(Reference::new()), b: Box::new(OtherRouter(Reference::new())) };
    let results = run(&of_libp2p(), pair, &|_| {});
    assert_eq!(kinds(&results), []);
    assert!(results.choices_differed > 20, "{}", results.choices_differed);
}

#[test]
fn a_fault_of_both_is_no_difference_and_can_be_followed() {
    const BOTH: &[Fault] = &[Fault::GraftOfDirectPeerUnanswered];
    const MORE: &[Fault] = &[Fault::GraftOfDirectPeerUnanswered, Fault::EmptyMeshUsesFanout];
    let results = compare(BOTH, BOTH, &of_libp2p());
    assert_eq!(kinds(&results), []);
    assert!(results.shared.keys().any(|kind| kind.starts_with("graft (9): ")), "{:?}", results.shared);

    let known = KnownDifference {
        fault: Some("R1".into()),
        ..KnownDifference::new("graft (9)", "both have it", After::Follow)
    };
    let known = KnownDifferences { differences: vec![known] };
    let results = compare(BOTH, MORE, &Plan { known, ..of_libp2p() });
    assert!(results.shared.is_empty(), "{:?}", results.shared);
    assert!(!results.partings.is_empty());
    for (kind, (case, _)) in &results.partings {
        assert!(kind.starts_with("only B: "), "{kind}");
        assert_eq!(case.header.follows, Faults::from_iter([Fault::GraftOfDirectPeerUnanswered]));
    }
}

#[test]
fn the_first_may_be_the_one_that_is_wrong() {
    let results = compare(&[Fault::GraftOfDirectPeerUnanswered], &[], &of_libp2p());
    assert!(!results.partings.is_empty());
    assert!(results.partings.keys().all(|kind| kind.starts_with("only A: ")), "{:?}", kinds(&results));
}

#[test]
fn the_command_compares_programs_and_saves_both_traces() {
    let folder = tempfile::tempdir().expect("a folder");
    let command = env!("CARGO_BIN_EXE_gossipsub-conformance");
    let json = folder.path().join("report.json");
    let faulty = format!("{command} serve model --family libp2p --fault R1");
    let compare = |b: &str| {
        Command::new(command)
            .args(["compare", "model", b, "--family", "libp2p", "--cases", "60", "--jobs", "1", "--minimize", "20"])
            .args(["--profile", "small"])
            .arg("--findings")
            .arg(folder.path())
            .arg("--report-json")
            .arg(&json)
            .output()
            .expect("the command runs")
    };
    let output = compare(&faulty);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("difference: only B: graft (9): Each PRUNE has"), "{text}");
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("the report")).expect("JSON");
    let difference = &report["differences"][0];
    assert_eq!((&difference["a"]["breaks"], difference["b"]["breaks"].is_string()), (&Value::Null, true), "{report}");
    for (letter, expected) in [("a", 0), ("b", 1)] {
        let trace = difference[letter]["trace"].as_str().expect("a trace");
        let verified = Command::new(command).args(["verify", trace]).output().expect("the command runs");
        assert_eq!(verified.status.code(), Some(expected), "{trace}");
    }

    let output = compare("model");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(": 0 differences\n"), "{text}");
    let output = Command::new(command).args(["compare", "model"]).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(2));
}
