//! Faults planted around core are minimized until they are plain.

mod common;
#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::{Fault, FaultyCore};
use gossipsub_automaton::{
    GraftOutput, IhaveOutput, Input, IwantOutput, Limits, Output, RoutedMessage, Time,
    trace_ids::{Message, MessageId, TraceIds},
};
use gossipsub_conformance::{
    automaton::{Answer, AutomatonFamily, Core, EnvironmentChange, Event, Header, Sequence, TraceReader, open},
    engine::{
        Implementation, ImplementationError, TraceHeader, Views,
        minimize::{self, NothingToMinimize, Options, minimize},
        verify::{Verdict, verify},
    },
};
use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output as Outcome},
    time::{Duration, Instant},
};

type Minimized = minimize::Minimized<AutomatonFamily>;

/// What a fault makes of an answer.
type AlterAnswer = fn(&mut Memory, &Input<TraceIds>, &mut Answer);

/// What a fault remembers of the sequence, and the number of sequences.
#[derive(Clone, Default)]
struct Memory {
    runs: u64,
    prunes: u64,
    published: BTreeMap<MessageId, Message>,
}

/// A fault with a memory.
#[derive(Clone)]
struct FaultWithMemory {
    alter: AlterAnswer,
    memory: Memory,
}

impl Fault for FaultWithMemory {
    fn start(&mut self, _: &mut Header, _: &mut Views) {
        self.memory = Memory { runs: self.memory.runs + 1, ..Memory::default() };
    }

    fn after(&mut self, _: Time, input: &Input<TraceIds>, answer: &mut Answer) {
        (self.alter)(&mut self.memory, input, answer);
    }
}

fn faulty(alter: AlterAnswer) -> FaultyCore<FaultWithMemory> {
    FaultyCore::new(FaultWithMemory { alter, memory: Memory::default() })
}

fn full_mesh_takes_more(_: &mut Memory, _: &Input<TraceIds>, answer: &mut Answer) {
    if answer.output == Output::Graft(GraftOutput::MeshFull) {
        answer.output = Output::Graft(GraftOutput::GraftingSuccessfully);
    }
}

fn ihaves_count_twice(_: &mut Memory, _: &Input<TraceIds>, answer: &mut Answer) {
    if let Output::Ihave(IhaveOutput::TooManyRecvIhaveMessages { count, .. }) = &mut answer.output {
        *count *= 2;
    }
}

fn backoffs_end_with_three_prunes(memory: &mut Memory, input: &Input<TraceIds>, answer: &mut Answer) {
    memory.prunes += u64::from(matches!(input, Input::Prune(_)));
    if memory.prunes >= 3 && answer.output == Output::Graft(GraftOutput::PeerBackedOff) {
        answer.output = Output::Graft(GraftOutput::GraftingSuccessfully);
    }
}

fn messages_stay_for_ever(memory: &mut Memory, input: &Input<TraceIds>, answer: &mut Answer) {
    if let Input::PublishMessage(published) = input {
        memory.published.insert(published.message_id, published.message.clone());
    }
    if let Output::Iwant(IwantOutput::OnIwantMessagesToRoute { routed_message_ids }) = &mut answer.output {
        for (id, routed) in routed_message_ids {
            if let (RoutedMessage::NotFound, Some(message)) = (&routed, memory.published.get(id)) {
                *routed = RoutedMessage::Message { message: message.clone() };
            }
        }
    }
}

fn meshes_lose_their_third_peer(_: &mut Memory, _: &Input<TraceIds>, answer: &mut Answer) {
    let meshes = answer.view.as_mut().and_then(|view| view.mesh.as_mut()).into_iter().flatten();
    for (_, mesh) in meshes.filter(|(_, mesh)| mesh.len() > 2) {
        mesh.pop_last();
    }
}

fn every_third_run_takes_more(memory: &mut Memory, input: &Input<TraceIds>, answer: &mut Answer) {
    if memory.runs.is_multiple_of(3) {
        full_mesh_takes_more(memory, input, answer);
    }
}

fn options() -> Options {
    Options { views: Views::Heartbeat, ..Options::default() }
}

/// The inputs of a recorded trace.
fn sequence(path: &Path) -> Sequence {
    Sequence::read(open(path).expect("a trace")).expect("steps")
}

/// What comes of those recorded traces that show a fault.
fn minimized(fault: AlterAnswer) -> Vec<Minimized> {
    let sequences = common::traces("traces").into_iter().map(|path| sequence(&path));
    let all: Vec<_> =
        sequences.filter_map(|sequence| minimize(sequence, &mut faulty(fault), &options()).ok()).collect();
    assert!(all.len() >= 3, "{} traces show the fault", all.len());
    all
}

/// The lines of a trace.
fn lines(minimized: &Minimized) -> Vec<String> {
    let mut text = Vec::new();
    minimized.counterexample.header.write_line(&mut text).expect("a header");
    for step in &minimized.counterexample.steps {
        step.write_line(&mut text).expect("a step");
    }
    String::from_utf8(text).expect("text").lines().map(str::to_owned).collect()
}

/// The names of the limits that are not the default.
fn limits(minimized: &Minimized) -> Vec<String> {
    let [ours, default] = [&minimized.counterexample.header.limits, &Limits::<TraceIds>::default()]
        .map(|limits| serde_json::to_value(limits).expect("limits").as_object().expect("an object").clone());
    ours.into_iter().filter(|(name, value)| *value != default[name]).map(|(name, _)| name).collect()
}

#[test]
fn a_fault_is_as_plain_as_it_can_be() {
    let expected = [
        r#"{"now":0,"input":{"kind":"ihave","peer":0,"topic":"a","message_ids":[]},"#,
        r#""output":{"kind":"too_many_recv_ihave_messages","count":2,"max":0}}"#,
    ];
    for minimized in minimized(ihaves_count_twice) {
        assert!(minimized.steps_before > 100);
        assert_eq!(lines(&minimized)[1..], [expected.concat()]);
        assert_eq!(limits(&minimized), ["max_recv_ihave_per_heartbeat"]);
        assert_eq!(minimized.counterexample.header.limits.max_recv_ihave_per_heartbeat, 0);
        assert!(minimized.complete && minimized.repeatable);
    }
}

#[test]
fn a_full_mesh_is_one_without_peers() {
    for minimized in minimized(full_mesh_takes_more) {
        assert_eq!(minimized.counterexample.steps.len(), 3, "join, add_peer, graft: {:#?}", lines(&minimized));
        assert!(limits(&minimized).iter().all(|name| name.starts_with("degree_")), "{:?}", limits(&minimized));
        assert!(minimized.counterexample.finding.kind().starts_with("graft (8)"));
    }
}

#[test]
fn what_depends_on_several_steps_keeps_them() {
    for minimized in minimized(backoffs_end_with_three_prunes) {
        let count = |name| lines(&minimized).iter().filter(|line| line.contains(name)).count();
        assert_eq!(count(r#""kind":"prune""#), 3);
        assert!(minimized.counterexample.steps.len() <= 9, "{:#?}", lines(&minimized));
    }
}

#[test]
fn a_short_history_needs_few_heartbeats() {
    for minimized in minimized(messages_stay_for_ever) {
        assert_eq!(
            minimized.counterexample.steps.len(),
            3,
            "publish_message, heartbeat, iwant: {:#?}",
            lines(&minimized)
        );
    }
}

#[test]
fn a_fault_of_the_state_is_seen_in_the_view() {
    for minimized in minimized(meshes_lose_their_third_peer) {
        assert!(
            minimized.counterexample.finding.kind().starts_with("the state after heartbeat 7"),
            "{}",
            minimized.counterexample.finding.kind()
        );
        assert!(minimized.counterexample.steps.len() <= 8, "{:#?}", lines(&minimized));
    }
}

#[test]
fn the_result_is_a_trace_that_is_violated_at_its_last_step() {
    for fault in [full_mesh_takes_more, messages_stay_for_ever, meshes_lose_their_third_peer] {
        let minimized = &minimized(fault)[0];
        let text = lines(minimized).join("\n");
        let verified = verify(TraceReader::new("minimized", text.as_bytes()));
        let Verdict::Violated(failure) = verified.verdict else { panic!("allowed: {text}") };
        assert_eq!(failure.step, minimized.counterexample.steps.len() as u64);
        assert_eq!(failure.violation.rule, minimized.counterexample.finding.kind());
        let description = minimized.counterexample.header.description.as_deref().expect("a description");
        assert!(description.starts_with(&failure.violation.rule), "{description}");
        let (before, after) = (minimized.steps_before, minimized.counterexample.steps.len());
        assert!(description.ends_with(&format!("; minimized from {before} steps to {after}")), "{description}");
    }
}

#[test]
fn the_result_is_the_same_every_time() {
    let [first, second] = [(); 2].map(|()| minimized(backoffs_end_with_three_prunes));
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(lines(first), lines(second));
        assert_eq!(first.runs, second.runs);
    }
}

#[test]
fn what_differs_from_run_to_run_is_tried_several_times_and_told() {
    let minimized = minimized(every_third_run_takes_more);
    for minimized in minimized {
        assert!(!minimized.repeatable);
        assert_eq!(minimized.counterexample.steps.len(), 3, "{:#?}", lines(&minimized));
        assert!(minimized.to_string().contains("differ from run to run"), "{minimized}");
        let description = minimized.counterexample.header.description.as_deref().expect("a description");
        assert!(description.ends_with("; not every run shows it"), "{description}");
        // The answers are those of a run that showed it.
        let Event::Input(last) = &minimized.counterexample.steps.last().expect("a step").event else {
            panic!("no input")
        };
        assert_eq!(last.output, Some(Output::Graft(GraftOutput::GraftingSuccessfully)));
    }
}

#[test]
fn the_time_is_kept() {
    let path = &common::traces("traces")[0];
    let options = Options { time: Duration::ZERO, ..options() };
    let start = Instant::now();
    let minimized = minimize(sequence(path), &mut faulty(backoffs_end_with_three_prunes), &options);
    let minimized = minimized.expect("the trace shows the fault");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(!minimized.complete);
    assert!(
        minimized.counterexample.steps.len() > 20 && minimized.counterexample.steps.len() < minimized.steps_before,
        "only the end is cut"
    );
    assert!(minimized.to_string().contains("ended by the time limit"), "{minimized}");
}

#[test]
fn what_is_right_is_nothing_to_minimize() {
    let path = &common::traces("traces")[0];
    let mut core = Core::new();
    let nothing = minimize(sequence(path), &mut core, &options()).expect_err("core is right");
    assert_eq!(nothing, NothingToMinimize { runs: 10 });
}

#[test]
fn a_refused_header_needs_no_steps() {
    struct Refusing;
    impl Implementation<AutomatonFamily> for Refusing {
        fn start(&mut self, header: &Header, _: Views) -> Result<(), ImplementationError> {
            let many = header.limits.history_length > 3;
            if many { Err(ImplementationError::Refused("too long a history".into())) } else { Ok(()) }
        }

        fn change(&mut self, _: Time, _: &EnvironmentChange) -> Result<(), ImplementationError> {
            Ok(())
        }

        fn answer(&mut self, _: Time, _: &Input<TraceIds>) -> Result<Answer, ImplementationError> {
            Err(ImplementationError::NotUnderstood("anything".into()))
        }
    }

    let sequence = sequence(&common::traces("traces")[0]);
    let minimized = minimize(sequence, &mut Refusing, &options()).expect("a refusal");
    assert!(minimized.counterexample.steps.is_empty());
    assert!(limits(&minimized).is_empty());
    assert_eq!(
        minimized.counterexample.finding.to_string(),
        "the implementation refuses the header: too long a history"
    );
}

fn run(arguments: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gossipsub-conformance"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().expect("the command runs")
}

fn stdout(output: &Outcome) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn the_command_writes_the_trace_and_how_to_replay_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.jsonl.zst");
    std::fs::copy(&common::traces("traces")[0], &path).expect("to copy");
    // It knows every peer, and nothing else.
    let script = [
        "while read -r line; do case $line in",
        r#"*gossipsub-trace*) echo '{"ready": true}';;"#,
        "*environment*) echo '{}';;",
        r#"*) echo '{"output": {"kind": "peer_already_known"}}';;"#,
        "esac; done",
    ];
    let command = shell_words::join(["sh", "-c", &script.join(" ")]);
    let output = run(&["minimize", path.to_str().expect("text"), "--implementation", &command]);
    let (text, errors) = (stdout(&output), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{text}{errors}");
    let result = folder.path().join("long-minimized.jsonl");
    let file = result.display().to_string();
    assert!(text.starts_with("from "), "{text}");
    assert!(text.contains(&format!("violation in {file}, step 1 (line 2)")), "{text}");
    let replay = text.lines().last().expect("lines").strip_prefix("replay: gossipsub-conformance ").expect("a command");
    let arguments = shell_words::split(replay).expect("words");
    let replayed = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(replayed.status.code(), Some(1), "{}", stdout(&replayed));
    assert_eq!(run(&["verify", &file]).status.code(), Some(1));
}

#[test]
fn the_command_says_that_there_is_nothing_to_minimize() {
    let trace = "vectors/recorded/quirks/14-positive-score-forgets.jsonl";
    let output = run(&["minimize", trace]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), "nothing to minimize: every step is allowed, in each of 10 runs\n");
    assert_eq!(run(&["minimize", "no/such/trace"]).status.code(), Some(2));
}
