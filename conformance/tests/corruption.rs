//! Whatever is corrupted in a recorded answer is found at that step, unless the result is another allowed choice.
//!
//! Which results are, is decided here without the model. Sizes of chosen sets are fixed by the rules, and dropping or
//! adding a member changes the size. There are two exceptions. The set that a prune's `px` shows is made from a list: where the
//! list repeats peers, sets of several sizes are allowed. And the grafts of a heartbeat may be the union of two choices; but
//! the recorded view after a heartbeat shows the mesh, which pins the union down.

mod common;

use gossipsub_conformance::{
    automaton::{TraceReader, open},
    engine::{
        TraceHeader,
        verify::{Verdict, verify},
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path, sync::LazyLock};

/// A recorded trace, line by line.
struct Recorded {
    name: String,
    header: String,
    limits: Value,
    steps: Vec<Value>,
}

impl Recorded {
    fn read(path: &Path) -> Self {
        let reader = open(path).expect("a trace");
        let mut header = Vec::new();
        reader.header().write_line(&mut header).expect("a header");
        let header = String::from_utf8(header).expect("text");
        let limits = serde_json::from_str::<Value>(&header).expect("JSON")["limits"].take();
        let steps = reader.map(|step| {
            let mut line = Vec::new();
            step.expect("a step").1.write_line(&mut line).expect("a line");
            serde_json::from_slice(&line).expect("JSON")
        });
        Self { name: path.display().to_string(), steps: steps.collect(), header, limits }
    }

    /// The steps that were answered.
    fn answered(&self) -> Vec<usize> {
        (0..self.steps.len()).filter(|step| self.steps[*step].get("output").is_some()).collect()
    }
}

/// What is done to one place of an answer.
#[derive(Clone, Debug)]
enum Corruption {
    /// A member of an array, or a key of an object, is dropped.
    Drop(Value),
    /// An array or object gets one more.
    Add,
    /// A count or time is one more, or one less.
    OffBy(i64),
    /// A float is the next one, or the one before.
    OffByABit(i64),
    /// A truth is a lie.
    Flip,
    /// A text is another.
    Rewrite,
    /// An output is of another kind.
    Replace(Value),
}

/// Every corruption that can be done to a step's answer, with the place.
fn corruptions(step: &Value) -> Vec<(String, Corruption)> {
    let mut found = Vec::new();
    for kind in OTHER_OUTPUTS.iter().filter(|output| output["kind"] != step["output"]["kind"]) {
        found.push(("/output".to_owned(), Corruption::Replace(kind.clone())));
    }
    collect("/output", &step["output"], &mut found);
    if let Some(Value::Object(view)) = step.get("view") {
        // A view may leave out its own fields, so only what is in them is corrupted.
        for (field, value) in view {
            collect(&format!("/view/{field}"), value, &mut found);
        }
    }
    found
}

fn collect(place: &str, value: &Value, found: &mut Vec<(String, Corruption)>) {
    let mut add = |corruption| found.push((place.to_owned(), corruption));
    match value {
        Value::Null => {}
        Value::Bool(_) => add(Corruption::Flip),
        Value::String(_) if place.ends_with("/kind") => {}
        // Another peer to gossip to may be as good: it is neither a count nor a time.
        Value::Number(_) if place.ends_with("/peer") => {}
        Value::String(_) => add(Corruption::Rewrite),
        Value::Number(number) if number.is_f64() => {
            add(Corruption::OffByABit(1));
            add(Corruption::OffByABit(-1));
        }
        Value::Number(_) => {
            add(Corruption::OffBy(1));
            add(Corruption::OffBy(-1));
        }
        Value::Array(members) => {
            add(Corruption::Add);
            for index in 0..members.len() {
                add(Corruption::Drop(json!(index)));
            }
            for (index, member) in members.iter().enumerate().filter(|(_, member)| member.is_object()) {
                collect(&format!("{place}/{index}"), member, found);
            }
        }
        Value::Object(fields) => {
            let keyed = !fields.contains_key("kind") && place.matches('/').count() > 1;
            for (key, field) in fields {
                if keyed {
                    found.push((place.to_owned(), Corruption::Drop(json!(key))));
                }
                collect(&format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")), field, found);
            }
        }
    }
}

/// One output of each shape, to put in the place of another.
static OTHER_OUTPUTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!({"kind": "peer_added"}),
        json!({"kind": "subscribed"}),
        json!({"kind": "unsubscribed"}),
        json!({"kind": "message_topic_not_tracked"}),
        json!({"kind": "message_requested_message_ids", "message_ids": []}),
        json!({"kind": "on_iwant_messages_to_route", "routed_message_ids": {}}),
        json!({"kind": "grafting_successfully"}),
        json!({"kind": "mesh_full"}),
        json!({"kind": "no_px"}),
        json!({"kind": "px", "peers": []}),
        json!({"kind": "publish_message", "to_publish": []}),
        json!({"kind": "already_received"}),
        json!({"kind": "joining_topic", "to_graft": []}),
        json!({"kind": "not_joined"}),
        json!({"kind": "heartbeat", "to_graft": {}, "to_prune": {}, "no_px_peers": []}),
        json!({"kind": "set_application_score"}),
        json!({"kind": "px_peers", "peers": []}),
        json!({"kind": "gossip_messages", "ihaves": []}),
    ]
});

/// Corrupts a step. `None` where nothing changes.
fn corrupt(step: &Value, place: &str, corruption: &Corruption) -> Option<Value> {
    let mut step = step.clone();
    let value = step.pointer_mut(place)?;
    let before = value.to_string();
    match corruption {
        Corruption::Drop(Value::String(key)) => {
            value.as_object_mut()?.remove(key);
        }
        Corruption::Drop(index) => {
            value.as_array_mut()?.remove(usize::try_from(index.as_u64()?).ok()?);
        }
        Corruption::Add => {
            let members = value.as_array_mut()?;
            match members.last().cloned() {
                Some(Value::String(last)) => members.push(json!(format!("{last}~"))),
                Some(Value::Number(_)) => {
                    // The largest and one more: sets stay sorted.
                    let largest = members.iter().filter_map(Value::as_u64).max()?;
                    members.push(json!(largest + 1));
                }
                Some(member) => members.push(member),
                None => members.push(if topics(place) { json!("a") } else { json!(1) }),
            }
        }
        Corruption::OffBy(by) => *value = json!(value.as_i64()?.checked_add(*by).filter(|count| *count >= 0)?),
        Corruption::OffByABit(by) => {
            let bits = value.as_f64()?.to_bits();
            let next = f64::from_bits(bits.checked_add_signed(*by)?);
            *value = json!(Some(next).filter(|next| next.is_finite())?);
        }
        Corruption::Flip => *value = json!(!value.as_bool()?),
        Corruption::Rewrite => *value = json!(format!("{}~", value.as_str()?)),
        Corruption::Replace(output) => *value = output.clone(),
    }
    let after = step.pointer(place)?.to_string();
    (after != before).then_some(step)
}

/// Whether the members of an array at this place are topics.
fn topics(place: &str) -> bool {
    place.ends_with("/topics") || place.starts_with("/output/to_graft/") || place.starts_with("/output/to_prune/")
}

/// Whether the corrupted answer is another allowed choice: a set that other positions of the offered list make.
fn is_another_choice(limits: &Value, before: &Value, after: &Value) -> bool {
    let (input, output) = (&after["input"], &after["output"]);
    if before["output"]["kind"] != "px" || output["kind"] != "px" || before.get("view") != after.get("view") {
        return false;
    }
    let offered: Vec<u64> = input["px"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let shown: BTreeSet<u64> = output["peers"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let count = limits["peers_to_px"].as_u64().map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
    assert!(offered.len() <= 16, "too many positions to try all");
    (0_u32..1 << offered.len()).filter(|positions| positions.count_ones() as usize == count.min(offered.len())).any(
        |positions| {
            let chosen =
                offered.iter().enumerate().filter(|(index, _)| positions & (1 << index) != 0).map(|(_, peer)| *peer);
            chosen.collect::<BTreeSet<u64>>() == shown
        },
    )
}

/// Corrupts a step of a trace, and asserts that it is found at that step, or is another allowed choice.
fn check(trace: &Recorded, step: usize, place: &str, corruption: &Corruption) {
    let Some(corrupted) = corrupt(&trace.steps[step], place, corruption) else { return };
    let mut text = trace.header.clone();
    for step in &trace.steps[..step] {
        text.push_str(&step.to_string());
        text.push('\n');
    }
    text.push_str(&corrupted.to_string());
    let line = step as u64 + 2;
    let found = match verify(TraceReader::new("corrupted", text.as_bytes())).verdict {
        Verdict::Allowed => None,
        Verdict::Violated(failure) => Some(failure.line),
        Verdict::Failed { .. } | Verdict::Unsupported { .. } => panic!("there is no implementation"),
        Verdict::Unreadable { error } => error.line,
    };
    let expected = if is_another_choice(&trace.limits, &trace.steps[step], &corrupted) { None } else { Some(line) };
    assert_eq!(found, expected, "{}, line {line}: {corruption:?} at {place}: {corrupted}", trace.name);
}

static RECORDED: LazyLock<Vec<Recorded>> = LazyLock::new(|| {
    ["traces", "edges", "quirks"]
        .iter()
        .flat_map(|folder| common::traces(folder))
        .map(|path| Recorded::read(&path))
        .collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn a_corrupted_answer_is_found_at_its_step(
        trace in any::<prop::sample::Index>(),
        step in any::<prop::sample::Index>(),
        corruption in any::<prop::sample::Index>(),
    ) {
        let trace = &RECORDED[trace.index(RECORDED.len())];
        let answered = trace.answered();
        let step = answered[step.index(answered.len())];
        let corruptions = corruptions(&trace.steps[step]);
        let (place, corruption) = &corruptions[corruption.index(corruptions.len())];
        check(trace, step, place, corruption);
    }
}

#[test]
fn every_corruption_of_the_quirks_is_found_at_its_step() {
    let mut tried = 0;
    for path in common::traces("quirks") {
        let trace = Recorded::read(&path);
        for step in trace.answered() {
            for (place, corruption) in corruptions(&trace.steps[step]) {
                check(&trace, step, &place, &corruption);
                tried += 1;
            }
        }
    }
    assert!(tried > 5000, "{tried}");
}
