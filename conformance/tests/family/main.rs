//! The engine knows no rule of the automaton: it checks another family of systems in every way that it has.

mod bag;

use bag::{Bag, BagFamily, Fault, Header, Input, Output, Profile, Step};
use gossipsub_automaton::{Span, Time};
use gossipsub_conformance::engine::{
    Event, Exchange, Sequence, Views,
    campaign::{Plan, Results, Until, run},
    exhaustive::{Action, Exploration, World, explore, find_seed},
    implementation::serve::serve,
    minimize::{Minimized, Options, minimize},
    record::Recording,
    report::{
        Summary, campaign::CampaignReport, exhaustive::ExhaustiveReport, finding::FindingReport, markdown::markdown,
    },
    trace::{TraceReader, TraceWriter, open},
    verify::{Verdict, replay, verify},
};
use serde_json::{Value, json, to_value};

fn campaign(fault: Fault) -> Results<BagFamily> {
    let plan = Plan {
        seed: 1,
        profiles: vec![Profile::Small],
        steps: 50,
        jobs: 2,
        until: Until::Cases(40),
        views: Views::Never,
        ..Plan::default()
    };
    run(&plan, || Bag::new(fault), &|_, _| {})
}

/// The first finding in bags that do not store equal items, minimized.
fn minimized() -> Minimized<BagFamily> {
    let (case, _) = campaign(Fault::DropsEqualItems).findings.into_values().next().expect("a finding");
    let found = case.counterexample;
    let sequence = Sequence { header: found.header, steps: found.steps };
    let options = Options { views: Views::Every, ..Options::default() };
    minimize(sequence, &mut Bag::new(Fault::DropsEqualItems), &options).expect("it shows again")
}

fn script(inputs: &[Input]) -> Vec<Step> {
    inputs.iter().map(|input| Step::of_input(Time::ZERO, *input)).collect()
}

/// The lines of a trace.
fn lines(header: &Header, steps: &[Step]) -> Vec<u8> {
    let mut writer = TraceWriter::<BagFamily, _>::new("memory", Vec::new(), header).expect("a header");
    for step in steps {
        writer.step(step).expect("to write");
    }
    writer.finish().expect("to write")
}

fn read(lines: &[u8]) -> TraceReader<BagFamily, &[u8]> {
    TraceReader::new("memory", lines).expect("a header")
}

#[test]
fn a_campaign_finds_a_planted_fault_and_nothing_else() {
    let right = campaign(Fault::None);
    assert!(right.findings.is_empty(), "{:?}", right.findings);
    assert_eq!((right.cases, right.steps), (40, 2000));
    assert!(right.coverage.rows().all(|(_, count)| count > 0), "{:?}", right.coverage);

    let wrong = campaign(Fault::DropsEqualItems);
    assert!(!wrong.findings.is_empty());
    for rule in wrong.findings.keys() {
        assert!(
            rule.starts_with("take: ") || rule.starts_with("put: ") || rule.starts_with("the bag holds "),
            "{rule}"
        );
    }
}

#[test]
fn a_counterexample_is_minimized() {
    let Minimized { counterexample, steps_before, complete, repeatable, .. } = minimized();
    assert!(complete && repeatable && steps_before > 2);
    assert_eq!(counterexample.finding.kind(), "the bag holds what was put and not taken");
    let inputs: Vec<_> = counterexample.steps.iter().map(|step| to_value(input(step)).expect("JSON")).collect();
    assert_eq!(inputs, [json!({"put": {"item": 0}}), json!({"put": {"item": 0}})]);
    assert_eq!(counterexample.header.capacity, 2);
}

fn input(step: &Step) -> Input {
    match &step.event {
        Event::Input(exchange) => exchange.input,
        Event::Environment(change) => match *change {},
    }
}

#[test]
fn a_trace_file_is_written_read_verified_and_replayed() {
    let counterexample = minimized().counterexample;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bag.jsonl.zst");
    counterexample.write(&path).expect("to write");
    let steps = open::<BagFamily>(&path).expect("a trace").map(|step| step.expect("a step").1);
    assert_eq!(steps.collect::<Vec<_>>(), counterexample.steps);

    let verified = verify(open::<BagFamily>(&path));
    let Verdict::Violated(failure) = &verified.verdict else { panic!("allowed") };
    assert_eq!((failure.step, &failure.violation.rule), (2, &counterexample.finding.kind()));
    let text = Summary::new(vec![verified]).to_string();
    assert!(text.contains("rule      the bag holds what was put and not taken"), "{text}");
    assert!(text.ends_with("1 trace, 1 step: 1 violation, 0 unreadable\n"), "{text}");

    for (fault, is_allowed) in [(Fault::None, true), (Fault::DropsEqualItems, false)] {
        let replayed = replay(open(&path), &mut Bag::new(fault), Views::Every);
        assert_eq!(matches!(replayed.verdict, Verdict::Allowed), is_allowed, "{replayed}");
    }
}

#[test]
fn headers_and_steps_are_checked() {
    let refused = json!({"format": "bag-trace", "capacity": 0}).to_string();
    let error = TraceReader::<BagFamily, _>::new("bag.jsonl", refused.as_bytes()).expect_err("no capacity");
    assert_eq!(error.to_string(), "bag.jsonl:1: capacity: expected at least 1, found 0");
    let trace =
        [&lines(&Header::new(1, 0), &[]), br#"{"now": 0, "input": {"put": {"item": "x"}}}"#.as_slice()].concat();
    let error = read(&trace).next().expect("a line").expect_err("no number");
    assert!(error.to_string().starts_with("memory:2: input.put.item: invalid type"), "{error}");
}

#[test]
fn a_script_is_recorded() {
    let inputs = [Input::Put { item: 3 }, Input::Put { item: 5 }, Input::Put { item: 7 }, Input::Take, Input::Take];
    let script = lines(&Header::new(2, 0), &script(&inputs));
    let recording = Recording::new(read(&script), Some(9), Views::Every).expect("parameters");
    let header = recording.header().clone();
    assert_eq!(header.seed, Some(9));
    let steps: Vec<Step> = recording.map(|step| step.expect("a step")).collect();
    let outputs: Vec<_> = steps.iter().map(output).collect();
    assert_eq!(outputs[..3], [Output::Stored, Output::Stored, Output::Full]);
    let verified = verify(Ok(read(&lines(&header, &steps))));
    assert!(matches!(verified.verdict, Verdict::Allowed), "{verified}");
    assert_eq!(verified.outputs.rows().collect::<Vec<_>>(), [("stored", 2), ("full", 1), ("taken", 2), ("empty", 0)]);
}

fn output(step: &Step) -> Output {
    match &step.event {
        Event::Input(Exchange { output, .. }) => output.clone().expect("an answer"),
        Event::Environment(change) => match *change {},
    }
}

/// All sequences over two items in a bag for two.
fn world() -> World<BagFamily> {
    let inputs = [Input::Put { item: 0 }, Input::Put { item: 1 }, Input::Take];
    let action = |step: Step| Action { after: Span::ZERO, event: step.event };
    World {
        name: "two-items",
        about: "a bag for 2 of 2 items",
        depth: 4,
        variant: (),
        header: Header::new(2, 0),
        views: Views::Every,
        start: Vec::new(),
        actions: script(&inputs).into_iter().map(action).collect(),
    }
}

fn exploration(fault: Fault) -> Exploration<BagFamily> {
    explore(&world(), 4, 2, &Bag::new(fault), &|_, _| {})
}

#[test]
fn every_sequence_of_a_small_world_is_explored() {
    let explored = exploration(Fault::None);
    assert!(explored.found.is_none(), "{:?}", explored.found);
    let states: Vec<u64> = explored.levels.iter().map(|level| level.states).collect();
    assert_eq!(states, [1, 2, 3, 0], "bags of no, one and two items");
    let report = ExhaustiveReport::new(&world(), &explored, 0.0);
    let text = report.to_string();
    assert!(text.ends_with("4 of 4 outputs and 4 of 4 rows reached: 0 findings\n"), "{text}");
    assert_eq!(to_value(&report).expect("JSON")["states"], 6);
}

#[test]
fn exhaustive_search_finds_a_shortest_sequence() {
    let found = exploration(Fault::DropsEqualItems).found.expect("the fault");
    assert_eq!((found.finding.kind().as_str(), found.steps.len()), ("the bag holds what was put and not taken", 2));
    let seeded = find_seed(&found, &mut Bag::new(Fault::DropsEqualItems)).expect("a seed");
    assert_eq!(seeded.finding.kind(), found.finding.kind());
}

#[test]
fn exhaustive_search_finds_a_choice_that_is_never_made() {
    let found = exploration(Fault::KeepsTheLast).found.expect("the fault");
    assert_eq!(found.finding.kind(), "take: every allowed choice is made at times");
    assert_eq!(found.steps.len(), 3, "two items, and one is taken");
}

#[test]
fn a_bag_is_served_line_by_line() {
    let header = Header::new(1, 0);
    let lines = [
        lines(&header, &script(&[Input::Put { item: 4 }, Input::Put { item: 5 }, Input::Take])),
        b"{\"now\": 0, \"input\": \"shake\"}\n".to_vec(),
        lines(&header, &script(&[Input::Take])),
    ];
    let mut answers = Vec::new();
    serve("a bag", lines.concat().as_slice(), &mut answers, &mut Bag::new(Fault::None), Views::Every).expect("pipes");
    let answers: Vec<Value> =
        String::from_utf8(answers).expect("text").lines().map(|line| line.parse().expect("JSON")).collect();
    let ready = json!({"ready": true, "implementation": "a bag"});
    let unknown = answers[4]["error"].as_str().expect("an error");
    assert!(unknown.starts_with("input: unknown variant `shake`"), "{unknown}");
    let expected = [
        ready.clone(),
        json!({"output": "stored", "view": [4]}),
        json!({"output": "full", "view": [4]}),
        json!({"output": {"taken": {"item": 4}}, "view": []}),
        json!({"error": unknown}),
        ready,
        json!({"output": "empty", "view": []}),
    ];
    assert_eq!(answers, expected);
}

#[test]
fn findings_are_reported_as_text_and_json() {
    let results = campaign(Fault::DropsEqualItems);
    let mut report = CampaignReport::new(&Plan { seed: 1, ..Plan::default() }, &results, 1.0);
    report.findings.push(FindingReport::new(&minimized().counterexample));
    let text = report.to_string();
    assert!(text.starts_with("finding: the bag holds what was put and not taken\n"), "{text}");
    assert!(text.contains("    allowed   [0,0]\n    observed  [0]\n"), "{text}");
    assert!(text.ends_with(" of 4 rows reached: 1 finding\n"), "{text}");
    let json = to_value(&report).expect("JSON");
    assert_eq!((&json["cases"], &json["profiles"]["small"]), (&40.into(), &40.into()));
    assert_eq!(json["findings"][0]["differences"][0]["allowed"], "[0,0]");
    assert!(markdown(&report).contains("#### the bag holds what was put and not taken\n"));
}
