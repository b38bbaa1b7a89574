//! What is written reads back the same: every recorded trace, every float, every compression.
#![expect(clippy::unwrap_used, reason = "a failed test may end so")]

use gossipsub_automaton::{
    AddPeer, Behaviour, Finite, Input, PartialView, PruneOutput, ReceiveMessage, Score, SetApplicationScore, Time,
    TopicParameters, TopicScoreLimits, Validity, WeightedTopicParameters,
    trace_ids::{MessageId, Peer, TraceIds},
};
use gossipsub_conformance::{
    automaton::{
        AutomatonFamily, Environment, EnvironmentChange, Event, Exchange, FilteredAction, Header, Step, TraceReader,
        TraceWriter, open,
    },
    engine::trace::{TraceError, create},
};
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, Write},
    path::{Path, PathBuf},
};

/// The files under a folder of the vectors, however deep.
fn vectors(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(!files.is_empty(), "no vectors in {folder}");
    files
}

fn steps<R: BufRead>(reader: TraceReader<R>) -> Vec<Step> {
    reader.map(|step| step.unwrap().1).collect()
}

fn written(header: &Header, steps: &[Step]) -> Vec<u8> {
    let mut writer = TraceWriter::new("t.jsonl", Vec::new(), header).unwrap();
    steps.iter().try_for_each(|step| writer.step(step)).unwrap();
    writer.finish().unwrap()
}

fn read(trace: &[u8]) -> (Header, Vec<Step>) {
    let reader = TraceReader::new("t.jsonl", trace).unwrap();
    (reader.header().clone(), steps(reader))
}

/// The default header, then these lines.
fn trace_of(lines: &str) -> Vec<u8> {
    let mut trace = written(&Header::default(), &[]);
    trace.extend(lines.as_bytes());
    trace
}

/// The one step of a trace.
#[track_caller]
fn only_step(line: &str) -> Step {
    let (_, steps) = read(&trace_of(line));
    let [step] = <[Step; 1]>::try_from(steps).unwrap();
    step
}

fn input(now: u64, input: impl Into<Input<TraceIds>>) -> Step {
    let event = Event::Input(Exchange { input: input.into(), output: None, view: None });
    Step { now: Time::from_millis(now), event }
}

fn heartbeat(now: u64) -> Step {
    input(now, Input::Heartbeat)
}

#[test]
fn every_recorded_trace_reads_back_as_written() {
    for path in vectors("recorded") {
        let reader = open(&path).unwrap();
        let header = reader.header().clone();
        let steps = steps(reader);
        assert!(!steps.is_empty(), "{}", path.display());
        assert_eq!(read(&written(&header, &steps)), (header, steps), "{}", path.display());
    }
}

#[test]
fn every_recorded_trace_reads_as_a_script() {
    for path in vectors("recorded") {
        let unanswered = |mut step: Step| {
            if let Event::Input(exchange) = &mut step.event {
                (exchange.output, exchange.view) = (None, None);
            }
            step
        };
        let expected: Vec<_> = steps(open(&path).unwrap()).into_iter().map(unanswered).collect();
        assert_eq!(steps(open(&path).unwrap().script()), expected, "{}", path.display());
    }
}

#[test]
fn refused_traces_are_refused_by_their_limits() {
    for path in vectors("refused") {
        let error = open(&path).err().unwrap();
        assert_eq!((error.line, error.field.as_deref()), (Some(1), Some("limits")), "{error}");
    }
}

#[test]
fn lines_are_counted_from_one() {
    let trace = written(&Header::default(), &[heartbeat(1), heartbeat(1)]);
    let lines: Vec<_> = TraceReader::new("t.jsonl", &trace[..]).unwrap().map(|step| step.unwrap().0).collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn a_header_is_written_in_the_order_of_the_format() {
    let header = Header {
        implementation: Some("x 1".into()),
        seed: Some(u64::MAX),
        profile: Some("tiny".into()),
        description: Some("a \"b\"\n".into()),
        behaviour: Behaviour::Octez22,
        limits: Header::default().limits,
    };
    let line = String::from_utf8(written(&header, &[])).unwrap();
    assert!(line.starts_with(
        r#"{"format":"gossipsub-trace","version":1,"implementation":"x 1","seed":18446744073709551615,"profile":"tiny","description":"a \"b\"\n","behaviour":"octez-22","limits":{"max_recv_ihave_per_heartbeat":10,"#
    ));
    assert_eq!(read(line.as_bytes()), (header, vec![]));
}

#[test]
fn the_limits_of_a_family_read_back() {
    let mut header = Header::default();
    let weighted = |weight| WeightedTopicParameters { parameters: TopicParameters::default(), weight };
    let topics = BTreeMap::from([("a".into(), weighted(0.5)), ("kind".into(), weighted(-0.0))]);
    header.limits.score_limits.topics = TopicScoreLimits::Family { default: weighted(1.0), topics };
    header.limits.score_limits.topic_score_cap = None;
    assert_eq!(read(&written(&header, &[])).0, header);
}

#[test]
fn steps_are_written_in_the_order_of_the_format() {
    let view = PartialView { heartbeat_ticks: Some(1), ..PartialView::default() };
    let output = Some(PruneOutput::IgnorePxScoreTooLow { score: f64::NEG_INFINITY.into() }.into());
    let peer = Peer(3);
    let answered = Exchange { input: Input::Heartbeat, output, view: Some(view) };
    let validity = EnvironmentChange::Validity { message_id: MessageId(7), validity: Validity::Outdated };
    let filter = EnvironmentChange::PeerFilter { peer, action: FilteredAction::Iwant, accept: false };
    let trace = [
        Step { now: Time::from_millis(1), event: Event::Input(answered) },
        Step { now: Time::from_millis(2), event: Event::Environment(validity) },
        Step { now: Time::from_millis(2), event: Event::Environment(filter) },
        input(3, SetApplicationScore { peer, score: Finite::new(1.0).unwrap() }),
    ];
    let text = String::from_utf8(written(&Header::default(), &trace)).unwrap();
    let lines: Vec<_> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            r#"{"now":1,"input":{"kind":"heartbeat"},"output":{"kind":"ignore_px_score_too_low","score":"-inf"},"view":{"heartbeat_ticks":1}}"#,
            r#"{"now":2,"environment":{"kind":"validity","message_id":7,"validity":"outdated"}}"#,
            r#"{"now":2,"environment":{"kind":"peer_filter","peer":3,"action":"iwant","accept":false}}"#,
            r#"{"now":3,"input":{"kind":"set_application_score","peer":3,"score":1.0}}"#,
        ]
    );
    assert_eq!(read(text.as_bytes()).1, trace);
}

#[test]
fn what_the_header_says_beyond_the_format_is_ignored() {
    let line = String::from_utf8(trace_of("")).unwrap();
    let more = line.replacen('{', r#"{"recorded_on":{"day":1},"steps":null,"#, 1);
    assert_eq!(read(more.as_bytes()), read(line.as_bytes()));
}

#[test]
fn lines_may_end_and_be_spaced_as_json_allows() {
    let expected = read(&trace_of("{\"now\":1,\"input\":{\"kind\":\"heartbeat\"}}\n"));
    for lines in [
        "{\"now\":1,\"input\":{\"kind\":\"heartbeat\"}}",
        "{\"now\":1,\"input\":{\"kind\":\"heartbeat\"}}\r\n",
        " {\t\"now\" : 1, \"input\" : { \"kind\" : \"heart\\u0062eat\" } } \n",
    ] {
        assert_eq!(read(&trace_of(lines)), expected, "{lines}");
    }
}

#[test]
fn kinds_need_not_come_first() {
    for (first, last) in [
        (
            r#"{"now":1,"input":{"kind":"iwant","peer":1,"message_ids":[7,7]},"output":{"kind":"on_iwant_messages_to_route","routed_message_ids":{"7":{"kind":"message","message":"m"}}}}"#,
            r#"{"output":{"routed_message_ids":{"7":{"message":"m","kind":"message"}},"kind":"on_iwant_messages_to_route"},"input":{"peer":1,"message_ids":[7,7],"kind":"iwant"},"now":1}"#,
        ),
        (
            r#"{"now":1,"environment":{"kind":"validity","message_id":1,"validity":"invalid"}}"#,
            r#"{"environment":{"message_id":1,"validity":"invalid","kind":"validity"},"now":1}"#,
        ),
    ] {
        assert_eq!(only_step(last), only_step(first));
    }
}

#[test]
fn numbers_are_read_up_to_their_largest() {
    let last = "9007199254740991";
    let sum = "18014398509481982";
    let line = format!(
        r#"{{"now":{last},"input":{{"kind":"remove_peer","peer":{last}}},"view":{{"first_seen":{{"{last}":{sum}}}}}}}"#
    );
    let step = only_step(&line);
    assert_eq!(String::from_utf8(written(&Header::default(), &[step])).unwrap().lines().nth(1), Some(&*line));
}

#[test]
fn a_float_may_be_written_without_a_fraction() {
    let scores = |score: &str| {
        let line = r#"{"now":1,"input":{"kind":"heartbeat"},"view":{"scores":{"1":SCORE}}}"#;
        only_step(&line.replace("SCORE", score))
    };
    assert_eq!(scores("1"), scores("1.0"));
    assert_eq!(scores("-1"), scores("-1.0"));
    assert_eq!(scores("-0"), scores("-0.0"));
    assert_ne!(scores("-0.0"), scores("0.0"));
    assert_eq!(scores("100"), scores("1e2"));
}

proptest! {
    #[test]
    fn finite_floats_read_back_to_the_bit(bits: u64) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        let step = input(0, SetApplicationScore { peer: Peer(1), score: Finite::new(value).unwrap() });
        prop_assert_eq!(&read(&written(&Header::default(), std::slice::from_ref(&step))).1, &[step]);
        let mut header = Header::default();
        header.limits.gossip_threshold = value;
        prop_assert_eq!(read(&written(&header, &[])).0.limits.gossip_threshold.to_bits(), bits);
    }

    #[test]
    fn scores_read_back_to_the_bit(bits in prop_oneof![
        9 => any::<u64>(),
        1 => prop::sample::select(vec![f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX])
            .prop_map(f64::to_bits),
    ]) {
        let score = Score::from(f64::from_bits(bits));
        let view = PartialView { scores: Some(BTreeMap::from([(Peer(1), score)])), ..PartialView::default() };
        let output = Some(PruneOutput::IgnorePxScoreTooLow { score }.into());
        let event = Event::Input(Exchange { input: Input::Heartbeat, output, view: Some(view) });
        let step = Step { now: Time::ZERO, event };
        prop_assert_eq!(&read(&written(&Header::default(), std::slice::from_ref(&step))).1, &[step]);
    }

    #[test]
    fn text_reads_back(topic: String, message: String) {
        let line = r#"{"now":0,"input":{"kind":"publish_message","topic":"","message_id":1,"message":""}}"#;
        let mut step = only_step(line);
        if let Event::Input(Exchange { input: Input::PublishMessage(publish), .. }) = &mut step.event {
            (publish.topic, publish.message) = (topic, message);
        }
        prop_assert_eq!(&read(&written(&Header::default(), std::slice::from_ref(&step))).1, &[step]);
    }
}

#[test]
fn a_script_may_have_any_output_and_view() {
    let lines = concat!(
        r#"{"now":1,"input":{"kind":"heartbeat"},"output":{"kind":"hartbeat"},"view":[null,1e999]}"#,
        "\n",
        r#"{"now":2,"input":{"kind":"heartbeat"},"output":null,"view":null}"#,
        "\n",
    );
    let trace = trace_of(lines);
    let script = TraceReader::new("t.jsonl", &trace[..]).unwrap().script();
    assert_eq!(steps(script), [heartbeat(1), heartbeat(2)]);
    assert!(TraceReader::new("t.jsonl", &trace[..]).unwrap().next().unwrap().is_err());
}

#[test]
fn a_script_is_checked_otherwise() {
    for (line, expected) in [
        (r#"{"now":1,"output":{}}"#, "t.jsonl:2: expected either `input` or `environment`, found neither"),
        (
            r#"{"now":1,"input":{"kind":"heartbeat"},"output":{]}"#,
            "t.jsonl:2: not JSON: key must be a string at column 49",
        ),
        (
            r#"{"now":1,"input":{"kind":"remove_peer","peer":-1},"output":{}}"#,
            "t.jsonl:2: input.peer: invalid value: integer `-1`, expected an integer from 0 to 2^53 - 1",
        ),
        (
            r#"{"now":1,"environment":{"kind":"validity","message_id":1,"validity":"valid"},"output":{}}"#,
            "t.jsonl:2: output: an answer belongs to an `input`, found one beside an `environment`",
        ),
    ] {
        let trace = trace_of(line);
        let error = TraceReader::new("t.jsonl", &trace[..]).unwrap().script().next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_environment_follows_the_steps() {
    let trace = trace_of(concat!(
        r#"{"now":1,"environment":{"kind":"validity","message_id":7,"validity":"invalid"}}"#,
        "\n",
        r#"{"now":1,"environment":{"kind":"peer_filter","peer":3,"action":"graft","accept":false}}"#,
        "\n",
    ));
    let mut environment = Environment::default();
    for step in read(&trace).1 {
        if let Event::Environment(change) = step.event {
            environment.apply(&change);
        }
    }
    assert_eq!(environment.validity, BTreeMap::from([(MessageId(7), Validity::Invalid)]));
    assert_eq!(environment.peer_filter, BTreeMap::from([((Peer(3), FilteredAction::Graft), false)]));
}

#[test]
fn a_compressed_trace_reads_as_the_plain_one() {
    let folder = tempfile::tempdir().unwrap();
    let reader = open(&vectors("recorded")[0]).unwrap();
    let header = reader.header().clone();
    let steps_of_it = steps(reader);
    let mut sizes = Vec::new();
    for name in ["t.jsonl", "t.jsonl.zst", "t.jsonl.gz"] {
        let path = folder.path().join(name);
        let mut file = create::<AutomatonFamily>(&path, &header).unwrap();
        steps_of_it.iter().try_for_each(|step| file.step(step)).unwrap();
        file.finish().unwrap();
        let reader = open(&path).unwrap();
        assert_eq!(reader.header(), &header);
        assert_eq!(steps(reader), steps_of_it);
        sizes.push(fs::metadata(path).unwrap().len());
    }
    assert!(sizes[1] < sizes[0] && sizes[2] < sizes[0], "{sizes:?}");
}

#[test]
fn compressed_files_may_be_made_of_several() {
    let folder = tempfile::tempdir().unwrap();
    let trace = written(&Header::default(), &[heartbeat(1), heartbeat(2)]);
    let (start, end) = trace.split_at(trace.len() - 20);
    let gzip = |part: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(part).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = |part| zstd::encode_all(part, 0).unwrap();
    for (name, contents) in [("t.gz", [gzip(start), gzip(end)].concat()), ("t.zst", [zstd(start), zstd(end)].concat())]
    {
        let path = folder.path().join(name);
        fs::write(&path, contents).unwrap();
        assert_eq!(steps(open(&path).unwrap()), [heartbeat(1), heartbeat(2)]);
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn an_unfinished_trace_leaves_nothing_behind() {
    for name in ["t.jsonl", "t.jsonl.zst", "t.jsonl.gz"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut file = create::<AutomatonFamily>(&path, &Header::default()).unwrap();
        file.step(&heartbeat(1)).unwrap();
        drop(file);
        assert_eq!(names_in(folder.path()), [""; 0]);
    }
}

#[test]
fn a_trace_is_replaced_when_the_next_one_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    create::<AutomatonFamily>(&path, &Header::default()).unwrap().finish().unwrap();
    let mut file = create::<AutomatonFamily>(&path, &Header::default()).unwrap();
    file.step(&heartbeat(1)).unwrap();
    assert_eq!(steps(open(&path).unwrap()), []);
    file.finish().unwrap();
    assert_eq!(steps(open(&path).unwrap()), [heartbeat(1)]);
    assert_eq!(names_in(folder.path()), ["t.jsonl"]);
}

#[cfg(unix)]
#[test]
fn a_trace_is_for_those_whom_any_new_file_is_for() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (trace, other) = (folder.path().join("t.jsonl"), folder.path().join("other"));
    create::<AutomatonFamily>(&trace, &Header::default()).unwrap().finish().unwrap();
    fs::write(&other, "").unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(trace), mode(other));
}

/// What is said of a second step after one at 7 ms.
fn refusal_of(step: &Step) -> String {
    let mut writer = TraceWriter::new("t.jsonl", Vec::new(), &Header::default()).unwrap();
    writer.step(&heartbeat(7)).unwrap();
    let error = writer.step(step).unwrap_err();
    assert_eq!(writer.finish().unwrap(), written(&Header::default(), &[heartbeat(7)]));
    error.to_string()
}

#[test]
fn what_no_reader_takes_is_not_written() {
    assert_eq!(refusal_of(&heartbeat(6)), "t.jsonl:3: now: time never goes backwards, found 6ms after 7ms");
    assert_eq!(refusal_of(&heartbeat(1 << 53)), "t.jsonl:3: now: the time of a step above 2^53 - 1 cannot be written");
    let mut step = heartbeat(8);
    if let Event::Input(exchange) = &mut step.event {
        let first_seen = Some(BTreeMap::from([(MessageId(1), Time::MAX)]));
        exchange.view = Some(PartialView { first_seen, ..PartialView::default() });
    }
    assert_eq!(refusal_of(&step), "t.jsonl:3: a time above 2^54 - 2 cannot be written");

    let mut header = Header::default();
    header.limits.gossip_threshold = f64::NAN;
    let error: TraceError = TraceWriter::new("t.jsonl", Vec::new(), &header).err().unwrap();
    assert_eq!(error.to_string(), "t.jsonl:1: limits: gossip_threshold must be finite, found NaN");
}

#[test]
fn a_trace_is_not_created_where_there_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let error = create::<AutomatonFamily>(folder.path().join("no/t.jsonl"), &Header::default()).err().unwrap();
    assert_eq!((error.line, error.field), (None, None));
}

/// The format omits flags that are not set, so that traces of `mavryk` are as they were before there were flags.
#[test]
fn flags_are_written_if_they_are_set() {
    for set in [false, true] {
        let add_peer = AddPeer { peer: Peer(1), direct: false, outbound: false, bootstrap: set };
        let receive = ReceiveMessage {
            sender: Peer(1),
            topic: "t".into(),
            message_id: MessageId(2),
            message: "m".into(),
            batch: set,
        };
        for (input, flag) in [(Input::<TraceIds>::from(add_peer), "bootstrap"), (receive.into(), "batch")] {
            let written = serde_json::to_value(&input).unwrap();
            assert_eq!(written.get(flag), set.then_some(&true.into()), "{written}");
            assert_eq!(serde_json::from_value::<Input<TraceIds>>(written).unwrap(), input);
        }
    }
}
