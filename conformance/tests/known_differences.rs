//! Known differences: faults that the model follows, and traces of what is behind them.

use gossipsub_conformance::{
    engine::{
        TraceHeader, Views,
        campaign::{self, Case, Plan, Until},
        known_differences::{After, KnownDifference, KnownDifferences},
        minimize::{Options, minimize},
        report::campaign::CampaignReport,
        trace::open,
        verify::{Verdict, replay, verify},
    },
    libp2p::{Libp2pFamily, Profile, Reference, Sequence},
};
use gossipsub_reference_model::libp2p::{Fault, Faults};
use std::process::Command;

type Results = campaign::Results<Libp2pFamily>;

const FOLLOWED: Fault = Fault::GraftOfDirectPeerUnanswered;
/// It breaks other rules than the followed one.
const BEHIND: Fault = Fault::EmptyMeshUsesFanout;

fn router() -> Reference {
    Reference::with_faults(Faults::from_iter([FOLLOWED, BEHIND]))
}

fn followed(rule: &str, fault: Fault) -> KnownDifference {
    KnownDifference { fault: Some(fault.code().into()), ..KnownDifference::new(rule, "a fault", After::Follow) }
}

fn plan(differences: Vec<KnownDifference>) -> Plan<Libp2pFamily> {
    Plan {
        seed: 1,
        profiles: vec![Profile::Small],
        steps: 150,
        jobs: 2,
        until: Until::Cases(200),
        known: KnownDifferences { differences },
        ..Plan::default()
    }
}

fn run(differences: Vec<KnownDifference>) -> Results {
    campaign::run(&plan(differences), router, &|_, _| {})
}

/// The rules of all findings, and whether the model followed faults in the first case of each.
fn found(results: &Results) -> Vec<(&str, bool)> {
    let findings = results.findings.iter();
    findings.map(|(kind, (case, _))| (kind.as_str(), !case.counterexample.header.follows.is_empty())).collect()
}

#[test]
fn a_campaign_follows_known_faults_in_every_second_case() {
    let both = vec![followed("graft (9)", FOLLOWED), followed("publish (8)", BEHIND)];
    let results = run(both);
    assert_eq!(found(&results), [], "all that differs is known");
    assert_eq!(results.followed, 100);
    assert!((0..2).all(|index| results.known.get(&index).is_some_and(|count| *count > 0)), "{:?}", results.known);
}

#[test]
fn a_fault_behind_a_known_one_is_found() {
    let results = run(vec![followed("graft (9)", FOLLOWED)]);
    assert!(!results.findings.is_empty());
    for (kind, (case, _)) in &results.findings {
        let header = &case.counterexample.header;
        assert!(header.follows.is_empty() || header.follows == Faults::from_iter([FOLLOWED]), "{kind}");
        assert!(!kind.starts_with("graft (9)"), "{kind}");
    }
}

#[test]
fn another_fault_with_the_rule_of_a_known_one_stays_a_finding() {
    let rules: Vec<String> = run(vec![followed("graft (9)", FOLLOWED)]).findings.into_keys().collect();
    let rule = rules.first().expect("a finding");
    let name = rule.split(':').next().expect("a name");
    let results = run(vec![followed(name, FOLLOWED)]);
    assert!(results.findings.contains_key(rule), "{:?}", found(&results));
    let ends = KnownDifference::new(name, "any answer", After::End);
    let results = run(vec![followed("graft (9)", FOLLOWED), ends]);
    assert!(!results.findings.contains_key(rule), "{:?}", found(&results));
}

#[test]
fn a_difference_that_does_not_occur_can_be_required() {
    let known = vec![followed("graft (9)", FOLLOWED), KnownDifference::new("leave (3)", "unused", After::End)];
    let results = run(known.clone());
    for (required, expected) in [(false, &[][..]), (true, &["leave (3)"])] {
        let mut report = CampaignReport::new(&plan(known.clone()), &results, 1.0);
        report.count_known_differences(&KnownDifferences { differences: known.clone() }, &results, required);
        assert_eq!(report.no_longer_occurring, expected);
        let text = report.to_string();
        assert_eq!(text.contains("known difference that no longer occurs: leave (3)\n"), required, "{text}");
        assert!(text.contains("known difference that did not occur: leave (3)\n"), "{text}");
    }
}

#[test]
fn a_trace_behind_a_known_fault_says_so_and_is_judged_alike() {
    let both = Faults::from_iter([FOLLOWED, BEHIND]);
    let known = vec![followed("graft (9)", FOLLOWED)];
    let results = campaign::run(&plan(known), router, &|_, _| {});
    let follows = |(case, _): &(Case<Libp2pFamily>, u64)| !case.counterexample.header.followed_faults().is_empty();
    let found = results.findings.into_iter().find(|(_, found)| follows(found));
    let (kind, (case, _)) = found.expect("a finding in a case in which the model follows the fault");
    let found = case.counterexample;
    assert_eq!(found.header.followed_faults(), [FOLLOWED.code()]);
    let sequence = Sequence { header: found.header, steps: found.steps };
    let options = Options { views: Views::Heartbeat, ..Options::default() };
    let minimized = minimize(sequence, &mut router(), &options).expect("it shows again").counterexample;
    assert_eq!(minimized.finding.kind(), kind);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace.jsonl");
    minimized.write(&path).expect("to write");
    let header = open::<Libp2pFamily>(&path).expect("a trace").header().clone();
    assert_eq!(header.follows, minimized.header.follows);
    for verified in
        [verify(open::<Libp2pFamily>(&path)), replay(open(&path), &mut Reference::with_faults(both), Views::Heartbeat)]
    {
        assert!(
            matches!(&verified.verdict, Verdict::Violated(failure) if failure.violation.rule == kind),
            "{verified}"
        );
    }
    let text = std::fs::read_to_string(&path).expect("a file").replacen("[\"R1\"]", "[\"X1\"]", 1);
    if header.follows.is_empty() {
        return;
    }
    std::fs::write(&path, text).expect("to write");
    let error = open::<Libp2pFamily>(&path).err().expect("an unknown fault").to_string();
    assert!(error.contains(":1: follows: unknown fault `X1`; expected some of: R1, R2"), "{error}");
}

#[test]
fn the_traces_of_a_file_are_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    let results =
        campaign::run(&plan(Vec::new()), || Reference::with_faults([FOLLOWED].into_iter().collect()), &|_, _| {});
    let (kind, (case, _)) = results.findings.into_iter().next().expect("a finding");
    case.counterexample.write(folder.path().join("trace.jsonl")).expect("to write");
    let rule = kind.split(':').next().expect("a name");
    let file = folder.path().join("known.toml");
    let text = format!(
        "[[difference]]\nid = \"one\"\nrule = \"{rule}\"\nreason = \"a fault\"\nafter = \"follow\"\nfault = \"R1\"\n\
         trace = \"trace.jsonl\"\n"
    );
    std::fs::write(&file, text).expect("to write");
    let command = env!("CARGO_BIN_EXE_gossipsub-conformance");
    let known = |options: &str| {
        let output = Command::new(command)
            .arg("known")
            .arg(&file)
            .args(["--family", "libp2p", "--implementation"])
            .arg(format!("{command} serve model --family libp2p --view every{options}"))
            .output()
            .expect("the command runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let expected = "1 known differences occur, 0 no longer occur, 0 have no trace\n";
    assert_eq!(known(" --fault R1"), (Some(0), expected.to_owned()));
    let (code, text) = known("");
    assert_eq!(code, Some(1));
    assert!(text.starts_with("one: no longer occurs in ") && text.contains(" steps are allowed\n"), "{text}");
}
