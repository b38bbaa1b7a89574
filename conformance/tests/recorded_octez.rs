//! Octez's automaton, recorded in three versions, and Mavryk's beside it: the model allows all that was recorded, and core
//! answers all recorded inputs as the model allows.

use gossipsub_automaton::{Behaviour, Limits, OutputKind};
use gossipsub_conformance::{
    automaton::{AutomatonFamily, Core, Header, TraceReader, open},
    engine::{
        TraceHeader, Views, report,
        verify::{Verdict, replay, verify},
    },
};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

type Summary = report::Summary<AutomatonFamily>;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// The recorded traces of a behaviour, in order.
fn traces(behaviour: Behaviour) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for folder in ["traces", "edges"] {
        let Ok(entries) = fs::read_dir(vectors().join("octez").join(behaviour.name()).join(folder)) else { continue };
        paths.extend(entries.map(|entry| entry.expect("an entry").path()));
    }
    paths.sort();
    paths
}

/// That all recorded traces are of the behaviour, and that model and core answer as recorded.
#[track_caller]
fn are_allowed(behaviour: Behaviour, traces: u64, steps: u64) {
    let paths = self::traces(behaviour);
    for path in &paths {
        assert_eq!(open(path).expect("a trace").header().behaviour, behaviour, "{}", path.display());
    }
    let verified = Summary::new(paths.iter().map(|path| verify(open(path))).collect());
    assert!(verified.violations == 0 && verified.unreadable == 0, "{verified}");
    assert_eq!((verified.traces, verified.steps), (traces, steps));
    let replayed = Summary::new(paths.iter().map(|path| replay(open(path), &mut Core::new(), Views::Every)).collect());
    assert!(replayed.violations == 0 && replayed.unreadable == 0, "{replayed}");
    assert_eq!(replayed.steps, verified.steps);
    for kind in OutputKind::of(behaviour).filter(|kind| kind.since() > Behaviour::Mavryk) {
        assert!(verified.outputs.of(kind as usize) > 0, "{kind} was recorded");
    }
}

#[test]
fn octez_22_is_as_recorded() {
    are_allowed(Behaviour::Octez22, 57, 2216);
}

#[test]
fn octez_24_is_as_recorded() {
    are_allowed(Behaviour::Octez24, 122, 4576);
}

#[test]
fn octez_next_is_as_recorded() {
    are_allowed(Behaviour::OctezNext, 145, 4689);
}

/// The same inputs as those of Octez's edges, as far as Mavryk has them.
#[test]
fn mavryk_does_not_behave_as_octez() {
    are_allowed(Behaviour::Mavryk, 30, 305);
}

/// How many traces of a behaviour the model of another behaviour does not allow.
fn refused(behaviour: Behaviour, other: Behaviour) -> usize {
    let refused = traces(behaviour).into_iter().filter(|path| {
        let mut reader = open(path).expect("a trace");
        assert!(reader.set_variant(other.name()));
        match verify(Ok(reader)).verdict {
            Verdict::Allowed => false,
            Verdict::Unreadable { error } => panic!("{error}"),
            _ => true,
        }
    });
    refused.count()
}

#[test]
fn the_model_of_octez_refuses_what_only_mavryk_does() {
    assert_eq!(refused(Behaviour::Mavryk, Behaviour::Octez22), 9);
}

#[test]
fn a_later_behaviour_of_octez_allows_what_an_earlier_one_does() {
    assert_eq!(refused(Behaviour::Octez22, Behaviour::Octez24), 0);
    assert_eq!(refused(Behaviour::Octez24, Behaviour::OctezNext), 0);
}

#[test]
fn limits_are_refused_where_the_original_refuses_them_or_has_none() {
    let mut rows = String::new();
    let file = File::open(vectors().join("limits/refusals-octez.jsonl.zst")).expect("the table");
    zstd::Decoder::new(file).and_then(|mut decoder| decoder.read_to_string(&mut rows)).expect("text");
    let mut checked = 0;
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).expect("a row");
        let read = Header::from_line(&row["header"].to_string());
        let (error, expected) = (read.err().map(|error| error.to_string()), row["ours"] == "accepted");
        assert_eq!(error.is_none(), expected, "{}: {error:?}", row["change"]);
        if row["original"] == "has no such limit" {
            assert!(error.is_some_and(|error| error.contains("max_topics_per_peer")), "the error names the limit");
        }
        checked += 1;
    }
    assert_eq!(checked, 18);
}

/// The error of a trace of a behaviour with this step.
fn error_of(behaviour: Behaviour, step: &Value) -> Option<String> {
    let mut text = Vec::new();
    Header { behaviour, ..Header::default() }.write_line(&mut text).expect("a header");
    text.extend(format!("{step}\n").bytes());
    let mut reader = TraceReader::new("memory", text.as_slice()).expect("a header");
    reader.find_map(Result::err).map(|error| error.to_string())
}

#[test]
fn what_a_behaviour_does_not_have_is_an_error_that_names_it() {
    let add = json!({"kind": "add_peer", "peer": 1, "direct": false, "outbound": false});
    let receive = json!({"kind": "receive_message", "sender": 1, "topic": "a", "message_id": 7, "message": "m"});
    let bootstrap = json!({"kind": "add_peer", "peer": 1, "direct": false, "outbound": false, "bootstrap": true});
    let mut for_batch = receive.clone();
    for_batch["batch"] = json!(true);
    let flagged = json!({"1": {"topics": [], "direct": false, "outbound": false, "bootstrap": true}});
    let added = json!({"kind": "peer_added"});
    let subscribe = json!({"kind": "subscribe", "peer": 1, "topic": "a"});
    for (step, name, since) in [
        (json!({"now": 0, "input": bootstrap}), "bootstrap", Behaviour::Octez22),
        (json!({"now": 0, "input": add, "output": added, "view": {"senders": {}}}), "senders", Behaviour::Octez22),
        (
            json!({"now": 0, "input": add, "output": added, "view": {"connections": flagged}}),
            "bootstrap",
            Behaviour::Octez22,
        ),
        (json!({"now": 0, "input": receive, "output": {"kind": "outdated"}}), "outdated", Behaviour::Octez22),
        (
            json!({"now": 0, "environment": {"kind": "message_validity", "message_id": 7, "validity": "invalid"}}),
            "message_validity",
            Behaviour::Octez22,
        ),
        (
            json!({"now": 0, "environment": {"kind": "batch_verdicts", "off_by": -1}}),
            "batch_verdicts",
            Behaviour::Octez24,
        ),
        (json!({"now": 0, "input": for_batch}), "batch", Behaviour::Octez24),
        (json!({"now": 0, "input": {"kind": "apply_batch", "batch": []}}), "apply_batch", Behaviour::Octez24),
        (
            json!({"now": 0, "input": receive, "output": {"kind": "to_include_in_batch", "to_route": []}}),
            "to_include_in_batch",
            Behaviour::Octez24,
        ),
        (
            json!({"now": 0, "input": subscribe, "output": {"kind": "subscribe_ignored_topic_limit_exceeded"}}),
            "subscribe_ignored_topic_limit_exceeded",
            Behaviour::OctezNext,
        ),
    ] {
        for behaviour in Behaviour::ALL {
            match error_of(*behaviour, &step) {
                None => assert!(*behaviour >= since, "{behaviour} takes {step}"),
                Some(error) => {
                    assert!(*behaviour < since, "{behaviour} refuses {step}: {error}");
                    let text = format!("the behaviour {behaviour} has no ");
                    assert!(error.contains(&text) && error.contains(&format!("`{name}`")), "{error}");
                }
            }
        }
    }
}

#[test]
fn an_unknown_behaviour_is_an_error_that_names_the_known_ones() {
    let mut text = Vec::new();
    Header { behaviour: Behaviour::Octez24, ..Header::default() }.write_line(&mut text).expect("a header");
    let text = String::from_utf8(text).expect("text").replace("octez-24", "octez-1");
    let error = Header::from_line(text.trim_end()).expect_err("an unknown behaviour").to_string();
    let expected = "behaviour: unknown behaviour `octez-1`; expected one of: mavryk, octez-22, octez-24, octez-next";
    assert_eq!(error, expected);
}

/// The recordings with the limits of the data-availability node are those of `Limits::dal_node`.
#[test]
fn the_limits_of_the_deployed_node_are_as_recorded() {
    for behaviour in [Behaviour::Octez22, Behaviour::Octez24, Behaviour::OctezNext] {
        let headers = traces(behaviour).into_iter().map(|path| open(path).expect("a trace").header().clone());
        let recorded: Vec<Header> = headers.filter(|header| header.profile.as_deref() == Some("dal")).collect();
        assert!(!recorded.is_empty(), "{behaviour}");
        for Header { limits, .. } in recorded {
            let max_topics_per_peer = limits.max_topics_per_peer;
            assert_eq!(limits, Limits { max_topics_per_peer, ..Limits::dal_node() });
        }
    }
}
