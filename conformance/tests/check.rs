//! `check`: faults are found, and a campaign is the same however it is run.

#[path = "common/lying.rs"]
mod lying;

use gossipsub_automaton::{GraftOutput, Input, Output, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::coverage::Ledger,
    automaton::generate::Profile,
    automaton::{Answer, AutomatonFamily, Core, EnvironmentChange, Header},
    engine::campaign::{Plan, Results, Shard, Until, run},
    engine::known_differences::{After, KnownDifference, KnownDifferences},
    engine::minimize::Options,
    engine::{Fork, Implementation, ImplementationError, Views},
};
use lying::Lying;
use serde_json::Value;
use std::process::Command;

fn plan(cases: u64, jobs: usize, shard: &str) -> Plan {
    Plan {
        seed: 1,
        profiles: Profile::ALL.to_vec(),
        steps: 120,
        shard: shard.parse().expect("a shard"),
        jobs,
        until: Until::Cases(cases),
        fail_fast: false,
        known: KnownDifferences::default(),
    }
}

fn run_core(plan: &Plan) -> Results {
    run(plan, || Core::new(), &|_, _| {})
}

#[test]
fn a_campaign_is_the_same_with_any_number_of_jobs_and_in_shards() {
    let whole = run_core(&plan(120, 1, "1/1"));
    assert_eq!(run_core(&plan(120, 3, "1/1")).ledger, whole.ledger);
    let mut union = Ledger::default();
    let mut cases = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        let share = run_core(&plan(120, 2, shard));
        union.add(&share.ledger);
        cases += share.cases;
    }
    assert_eq!((union, cases), (whole.ledger, 120));
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
fn takes_more(_: &Input<TraceIds>, reply: &mut Answer) {
    if reply.output == Output::Graft(GraftOutput::MeshFull) {
        reply.output = GraftOutput::GraftingSuccessfully.into();
    }
}

fn run_greedy(plan: &Plan) -> Results {
    run(plan, || Lying { core: Core::new(), lie: takes_more }, &|_, _| {})
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
        let known = KnownDifference { rule: "graft (8)".into(), reason: "one more is welcome".into(), after };
        let unused = KnownDifference { rule: "leave (1)".into(), reason: "none".into(), after };
        let expectations = KnownDifferences { differences: vec![known, unused] };
        let results = run_greedy(&Plan { expectations, ..plan(400, 2, "1/1") });
        assert!(results.findings.is_empty(), "{:?}", results.findings);
        assert!(results.expected.get(&0).is_some_and(|count| *count > 1));
        assert_eq!(results.expected.get(&1), None);
        assert_eq!(results.steps == 400 * 120, after == After::TakeOver, "the sequences go on");
    }
}

/// Core, but its choices depend on how often it was started, or those of its copies are others.
struct Moody {
    core: Core,
    starts: u64,
    same_again: bool,
}

impl Implementation<AutomatonFamily> for Moody {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        self.starts += u64::from(!self.same_again);
        self.core.start(&Header { seed: Some(self.starts), ..header.clone() })
    }

    fn change(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), ImplementationError> {
        self.core.change(now, change)
    }

    fn answer(&mut self, now: Time, input: &Input<TraceIds>) -> Result<Answer, ImplementationError> {
        self.core.answer(now, input)
    }

    fn copy(&self) -> Option<Self> {
        let mut core = self.core.clone();
        if self.same_again {
            core.reseed(7);
        }
        Some(Self { core, ..*self })
    }
}

#[test]
fn one_case_in_a_hundred_is_asked_again_and_of_a_copy() {
    let rules = [
        (false, "determinism: the same sequence has the same answers again"),
        (true, "determinism: a copy answers as the original does"),
    ];
    for (same_again, rule) in rules {
        let moody = || Moody { core: Core::new(), starts: 0, same_again };
        let results = run(&plan(201, 2, "1/1"), moody, &|_, _| {});
        let found: Vec<_> = results.findings.iter().map(|(kind, (case, count))| (kind, case.number, count)).collect();
        assert_eq!(found, [(&rule.to_owned(), 0, &3)], "of cases 0, 100 and 200");
        let case = &results.findings.get(rule).expect("the finding").0;
        assert!(case.steps.len() < 120, "the steps end with the one that differs");
        assert_eq!(results.steps, 201 * 120, "what is asked again counts once");
        if same_again {
            let minimized = case.minimize(&mut moody(), &Options::default()).expect("it shows again");
            assert_eq!(minimized.finding.kind(), rule);
            assert!(minimized.steps.len() < 30, "{} steps", minimized.steps.len());
        }
    }
}

/// Its view after a join is wrong.
fn shows_other_ticks(input: &Input<TraceIds>, reply: &mut Answer) {
    if let (Input::Join(_), Some(view)) = (input, &mut reply.view) {
        view.heartbeat_ticks = Some(77);
    }
}

#[test]
fn what_only_a_view_shows_is_minimized_with_that_view() {
    let blurred = || Lying { core: Core::new(), lie: shows_other_ticks };
    let results = run(&plan(1, 1, "1/1"), blurred, &|_, _| {});
    let (case, _) = results.findings.values().next().expect("the first case shows all");
    let minimized = case.minimize(&mut blurred(), &Options::default()).expect("it shows again");
    assert_eq!((minimized.finding.kind(), minimized.steps.len()), (case.finding.kind(), 1));
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
        text.contains("there is no such profile, but default, tiny, scoring, px, opportunistic, grafted, best"),
        "{text}"
    );
    for (arguments, text) in [
        (&["--exhaustive", "--seed", "3"][..], "'--exhaustive' cannot be used with '--seed"),
        (&["--exhaustive", "--implementation", "cat"], "'--implementation <COMMAND>'"),
        (&["--depth", "3"], "required arguments were not provided"),
        (&["--exhaustive", "--world", "x"], "there is no such world, but two-peers, three-peers, two-topics"),
    ] {
        let output = check(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(text), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let output = check(&["--known-differences", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: nowhere.toml: "));
}
