//! `check`: faults are found, and a campaign is the same however it is run.

#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::{Fault, FaultyCore};
use gossipsub_automaton::{Behaviour, GraftOutput, Input, Output, OutputKind, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{
        Answer, AutomatonFamily, Core, Counterexample, Header, Sequence, coverage::Coverage, generate::Profile,
    },
    engine::{
        Coverage as _, Finding, Fork, Implementation, ImplementationError, Named as _, Views,
        campaign::{self, Case, Shard, Until, run},
        implementation::catch_panic,
        known_differences::{After, KnownDifference, KnownDifferences},
        minimize::{Options, minimize},
        report::campaign::CampaignReport,
    },
};
use serde_json::Value;
use std::process::Command;

type Plan = campaign::Plan<AutomatonFamily>;
type Results = campaign::Results<AutomatonFamily>;

fn plan(cases: u64, jobs: usize, shard: &str) -> Plan {
    Plan {
        seed: 1,
        steps: 120,
        shard: shard.parse().expect("a shard"),
        jobs,
        until: Until::Cases(cases),
        views: Views::Every,
        ..Plan::default()
    }
}

fn run_core(plan: &Plan) -> Results {
    run(plan, Core::new, &|_, _| {})
}

#[test]
fn a_campaign_is_the_same_with_any_number_of_jobs_and_in_shards() {
    let whole = run_core(&plan(120, 1, "1/1"));
    assert_eq!(run_core(&plan(120, 3, "1/1")).coverage, whole.coverage);
    let mut union = Coverage::default();
    let mut cases = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        let share = run_core(&plan(120, 2, shard));
        union.add(&share.coverage);
        cases += share.cases;
    }
    assert_eq!((union, cases), (whole.coverage, 120));
}

#[test]
fn core_behaves_as_the_model_in_every_behaviour() {
    for behaviour in Behaviour::ALL {
        let results = run_core(&Plan { variant: *behaviour, profiles: Profile::ALL.to_vec(), ..plan(400, 2, "1/1") });
        let found: Vec<String> =
            results.findings.values().map(|(case, _)| format!("{:?}", case.counterexample.finding)).collect();
        assert_eq!(found, Vec::<String>::new(), "{behaviour}");
        for kind in OutputKind::of(*behaviour).filter(|kind| kind.since() > Behaviour::Mavryk) {
            assert!(results.coverage.count_of(kind) > 0, "{behaviour}: {kind}");
        }
    }
}

#[test]
fn a_shard_is_one_of_several() {
    assert_eq!("1/1".parse(), Ok(Shard::WHOLE));
    for text in ["0/2", "3/2", "1", "a/b", "1/0"] {
        let error = text.parse::<Shard>().expect_err("no shard");
        assert_eq!(error.to_string(), "a shard is K/N with 1 <= K <= N, such as 2/4");
    }
}

/// It takes one more than a full mesh should.
fn takes_more(_: &Input<TraceIds>, answer: &mut Answer) {
    if answer.output == Output::Graft(GraftOutput::MeshFull) {
        answer.output = GraftOutput::GraftingSuccessfully.into();
    }
}

fn run_greedy(plan: &Plan) -> Results {
    run(plan, || FaultyCore::new(takes_more), &|_, _| {})
}

#[test]
fn a_fault_is_found_by_its_rule_and_first_case() {
    let results = run_greedy(&plan(400, 2, "1/1"));
    let kinds: Vec<&str> = results.findings.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["graft (8): the peer is not outbound, and the mesh has degree_high peers or more"]);
    let (case, count) = results.findings.values().next().expect("a finding");
    assert!(*count > 1);
    let alone = run_greedy(&plan(case.number + 1, 1, "1/1"));
    assert_eq!(alone.findings.values().next().map(|(case, count)| (case.number, *count)), Some((case.number, 1)));
}

#[test]
fn a_known_difference_is_no_finding() {
    for after in [After::End, After::TakeOver] {
        let known = KnownDifference::new("graft (8)", "one more is welcome", after);
        let unused = KnownDifference::new("leave (1)", "none", after);
        let known = KnownDifferences { differences: vec![known, unused] };
        let plan = Plan { known, ..plan(400, 2, "1/1") };
        let results = run_greedy(&plan);
        assert!(results.findings.is_empty(), "{:?}", results.findings);
        assert!(results.known.get(&0).is_some_and(|count| *count > 1));
        let mut report = CampaignReport::new(&plan, &results, 0.0);
        report.count_known_differences(&plan.known, &results, false);
        assert!(!report.is_complete(), "minimum counts do not hold");
        assert_eq!(results.known.get(&1), None);
        assert_eq!(results.steps == 400 * 120, after == After::TakeOver, "the sequences go on");
    }
}

/// The choices of core depend on how often it was started.
#[derive(Clone, Default)]
struct OtherSeedAtEveryStart(u64);

impl Fault for OtherSeedAtEveryStart {
    fn start(&mut self, header: &mut Header, _: &mut Views) {
        self.0 += 1;
        header.seed = Some(self.0);
    }

    fn copy(&self, core: &Core) -> Option<Core> {
        Some(core.clone())
    }
}

/// A copy draws other choices than the original.
#[derive(Clone)]
struct OtherSeedInCopies;

impl Fault for OtherSeedInCopies {
    fn copy(&self, core: &Core) -> Option<Core> {
        let mut copy = core.clone();
        copy.reseed(7);
        Some(copy)
    }
}

/// The case in which a campaign finds that answers are not deterministic.
fn nondeterministic_case<T: Fault + Sync>(fault: &T, rule: &str) -> Case<AutomatonFamily> {
    let mut results = run(&plan(201, 2, "1/1"), || FaultyCore::new(fault.clone()), &|_, _| {});
    let found: Vec<_> = results.findings.iter().map(|(kind, (case, count))| (&**kind, case.number, *count)).collect();
    assert_eq!(found, [(rule, 0, 3)], "of cases 0, 100 and 200");
    assert_eq!(results.steps, 201 * 120, "a replayed step counts once");
    let (_, (case, _)) = results.findings.pop_first().expect("the finding");
    assert!(case.counterexample.steps.len() < 120, "the steps end with the one that differs");
    case
}

#[test]
fn one_case_in_a_hundred_is_replayed() {
    nondeterministic_case(&OtherSeedAtEveryStart::default(), "determinism: a replay has the same answers");
}

#[test]
fn one_case_in_a_hundred_is_checked_on_a_copy() {
    let rule = "determinism: a copy has the same answers as the original";
    let case = nondeterministic_case(&OtherSeedInCopies, rule);
    let minimized = minimized(&case, &mut FaultyCore::new(OtherSeedInCopies));
    assert_eq!(minimized.finding.kind(), rule);
    assert!(minimized.steps.len() < 30, "{} steps", minimized.steps.len());
}

/// A counterexample, minimized with the views that it was found with.
fn minimized(
    case: &Case<AutomatonFamily>,
    implementation: &mut impl Implementation<AutomatonFamily>,
) -> Counterexample {
    let Counterexample { header, steps, views, .. } = &case.counterexample;
    let sequence = Sequence { header: header.clone(), steps: steps.clone() };
    let options = Options { views: *views, ..Options::default() };
    minimize(sequence, implementation, &options).expect("it shows again").counterexample
}

/// Core panics at every heartbeat.
#[derive(Clone)]
struct PanicAtHeartbeats;

impl Fault for PanicAtHeartbeats {
    fn before(&mut self, _: &mut Core, now: Time, input: &Input<TraceIds>) -> Result<(), ImplementationError> {
        if matches!(input, Input::Heartbeat) { catch_panic(|| panic!("at {now}")) } else { Ok(()) }
    }
}

#[test]
fn after_a_panic_the_campaign_goes_on() {
    let plan =
        Plan { variant: Behaviour::Mavryk, seed: 0, profiles: vec![Profile::Tiny], steps: 200, ..plan(20, 2, "1/1") };
    let results = run(&plan, || FaultyCore::new(PanicAtHeartbeats), &|_, _| {});
    assert_eq!(results.cases, 20);
    let (case, count) = results.findings.get("the implementation panicked").expect("a finding");
    assert!(*count > 10 && results.findings.len() == 1, "{count} cases");
    let Finding::Failed(ImplementationError::Panicked(text)) = &case.counterexample.finding else {
        panic!("{:?}", case.counterexample.finding);
    };
    assert!(text.starts_with("at "), "{text}");
}

/// Its view after a join is wrong.
fn shows_other_ticks(input: &Input<TraceIds>, answer: &mut Answer) {
    if let (Input::Join(_), Some(view)) = (input, &mut answer.view) {
        view.heartbeat_ticks = Some(77);
    }
}

#[test]
fn what_only_a_view_shows_is_minimized_with_that_view() {
    let faulty = || FaultyCore::new(shows_other_ticks);
    let plan = Plan { views: Views::Heartbeat, ..plan(1, 1, "1/1") };
    let results = run(&plan, faulty, &|_, _| {});
    let (case, _) = results.findings.values().next().expect("the first case shows all");
    let minimized = minimized(case, &mut faulty());
    assert_eq!((minimized.finding.kind(), minimized.steps.len()), (case.counterexample.finding.kind(), 1));
}

#[test]
fn it_stops_at_the_first_finding_if_told_to() {
    let results = run_greedy(&Plan { fail_fast: true, ..plan(100_000, 2, "1/1") });
    assert!(results.cases < 10_000 && results.findings.len() == 1);
}

fn check(arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gossipsub-conformance"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("check").args(arguments).env_remove("GITHUB_STEP_SUMMARY");
    command.output().expect("the command runs")
}

#[test]
fn the_example_client_is_caught() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (findings, json, junit) = (path("findings"), path("report.json"), path("report.xml"));
    let output = check(&[
        "--implementation",
        "python3 examples/wrong_automaton.py",
        "--answer-within",
        "7.5",
        "--cases",
        "40",
        "--profile",
        "tiny",
        "--minimize",
        "20",
        "--findings",
        &findings,
        "--report-json",
        &json,
        "--report-junit",
        &junit,
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("the report")).expect("JSON");
    assert_eq!(report["cases"], 40);
    let found = report["findings"].as_array().expect("findings");
    let is_iwant = |finding: &&Value| finding["kind"].as_str().is_some_and(|kind| kind.starts_with("iwant (2)"));
    let forgotten = found.iter().find(is_iwant).expect("it has no cache");
    let observed = forgotten["differences"][0]["observed"].as_str();
    assert!(observed.is_some_and(|observed| observed.contains("not_found")));
    assert!(forgotten["minimized_to"].as_u64().is_some_and(|steps| steps <= 8), "{forgotten}");
    let trace = forgotten["trace"].as_str().expect("a trace");
    let replay = forgotten["replay"].as_str().expect("a command");
    assert!(
        replay.ends_with(" --implementation 'python3 examples/wrong_automaton.py' --answer-within 7.5"),
        "{replay}"
    );
    let verified = Command::new(env!("CARGO_BIN_EXE_gossipsub-conformance")).args(["verify", trace]).output();
    assert_eq!(verified.expect("the command runs").status.code(), Some(1), "the saved trace shows the violation");
    let junit = std::fs::read_to_string(&junit).expect("the report");
    assert!(junit.contains("<testcase name=\"profile tiny\"") && junit.contains("<failure"), "{junit}");
}

#[test]
fn everything_up_to_a_depth_is_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("report.json").display().to_string();
    let output = check(&["--exhaustive", "--world", "two-peers", "--depth", "2", "--report-json", &json]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("\n       2         117         795\n131 states, 856 steps in "), "{text}");
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("the report")).expect("JSON");
    assert_eq!((&report[0]["world"], &report[0]["states"]), (&"two-peers".into(), &131.into()));
}

#[test]
fn bad_flags_are_explained() {
    let output = check(&["--profile", "huge"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        text.contains(
            "unknown profile `huge`; expected one of: default, tiny, scoring, px, opportunistic, grafted, best"
        ),
        "{text}"
    );
    for (arguments, text) in [
        (&["--exhaustive", "--seed", "3"][..], "'--exhaustive' cannot be used with '--seed"),
        (&["--exhaustive", "--implementation", "cat"], "'--implementation <COMMAND>'"),
        (&["--depth", "3"], "required arguments were not provided"),
        (&["--exhaustive", "--world", "x"], "unknown world `x`; expected one of: two-peers, three-peers, two-topics"),
        (
            &["--exhaustive", "--world", "batches"],
            "the variant mavryk has no world `batches`, but octez-24 has; expected one of: two-peers, three-peers, \
             two-topics",
        ),
    ] {
        let output = check(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(text), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let output = check(&["--known-differences", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: nowhere.toml: "));
}
