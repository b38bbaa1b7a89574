//! Every fuzz target has a corpus, every corpus a target, and the bodies hold on all of both. What a fuzzer once found
//! stays fixed.

#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::{Fault, FaultyCore};
use gossipsub_automaton::{AddPeerOutput, Behaviour, Input, Output, OutputKind, Time, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Answer, Core, Header, open},
    engine::{
        Family, Views,
        trace::{self, format_of},
        verify::{Verdict, replay, verify},
    },
    fuzzing::{TARGETS, differential_of, libp2p_sequence_of},
    libp2p::{Libp2pFamily, Reference},
};
use gossipsub_reference_model::libp2p;
use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect()
}

#[test]
fn the_targets_are_those_that_have_a_corpus_and_a_file() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&fuzz().join("corpus")), targets);
    let files = names(&fuzz().join("fuzz_targets"));
    assert_eq!(files, targets.iter().map(|name| format!("{name}.rs")).collect());
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("the manifest");
    for name in targets {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the manifest");
    }
}

#[test]
fn the_bodies_hold_on_the_corpora() {
    for (name, body) in TARGETS {
        let folder = fuzz().join("corpus").join(name);
        let inputs = names(&folder);
        assert!(!inputs.is_empty(), "the corpus of {name} is empty");
        for input in inputs {
            body(&fs::read(folder.join(input)).expect("an input"));
        }
    }
}

/// Core, and the outputs that it gave in each behaviour.
#[derive(Clone, Default)]
struct OutputRecorder {
    behaviour: Behaviour,
    outputs: Rc<RefCell<BTreeSet<(Behaviour, &'static str)>>>,
}

impl Fault for OutputRecorder {
    fn start(&mut self, header: &mut Header, _: &mut Views) {
        self.behaviour = header.behaviour;
    }

    fn after(&mut self, _: Time, _: &Input<TraceIds>, answer: &mut Answer) {
        self.outputs.borrow_mut().insert((self.behaviour, answer.output.kind().name()));
    }
}

#[test]
fn the_corpus_of_sequences_has_the_outputs_that_a_behaviour_added() {
    let corpus = fuzz().join("corpus/differential");
    let recorder = OutputRecorder::default();
    for input in names(&corpus) {
        let bytes = fs::read(corpus.join(input)).expect("an input");
        assert!(differential_of(&mut FaultyCore::new(recorder.clone()), &bytes).is_ok(), "core is right");
    }
    let outputs = recorder.outputs.borrow();
    for behaviour in Behaviour::ALL {
        let added = OutputKind::of(*behaviour)
            .filter(|kind| kind.since() > Behaviour::Mavryk || *behaviour == Behaviour::Mavryk);
        let missing: Vec<&str> =
            added.map(OutputKind::name).filter(|kind| !outputs.contains(&(*behaviour, kind))).collect();
        assert_eq!(missing, Vec::<&str>::new(), "{behaviour}");
    }
}

/// Bytes are given to the body of their target. A trace is replayed: it stays what it is when the generator changes.
#[test]
fn what_was_found_stays_fixed() {
    let regressions = fuzz().join("regressions");
    for target in names(&regressions).into_iter().filter(|name| regressions.join(name).is_dir()) {
        let (_, body) = TARGETS.into_iter().find(|(name, _)| **name == target).expect("a target");
        for input in names(&regressions.join(&target)) {
            let path = regressions.join(&target).join(input);
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                let (is_allowed, text) = if format_of(&path).as_deref() == Some(Libp2pFamily::FORMAT) {
                    let trace = trace::open::<Libp2pFamily>(&path);
                    let replayed = replay(trace, &mut Reference::new(), Views::Every);
                    (matches!(replayed.verdict, Verdict::Allowed), replayed.to_string())
                } else {
                    let replayed = replay(open(&path), &mut Core::new(), Views::Every);
                    (matches!(replayed.verdict, Verdict::Allowed), replayed.to_string())
                };
                assert!(is_allowed, "{text}");
            } else {
                body(&fs::read(path).expect("an input"));
            }
        }
    }
}

/// The corpus is good enough to find faults of routers.
#[test]
fn the_corpus_of_sequences_finds_faults_of_routers() {
    let corpus = fuzz().join("corpus/libp2p_sequence");
    let finds = |fault: libp2p::Fault| {
        names(&corpus).into_iter().any(|input| {
            let bytes = fs::read(corpus.join(input)).expect("an input");
            libp2p_sequence_of(&mut Reference::with_faults(libp2p::Faults::from_iter([fault])), &bytes).is_err()
        })
    };
    let faults = [libp2p::Fault::ControlBeforeMessages, libp2p::Fault::PrunedPeersGossiped];
    let missed: Vec<&str> = faults.into_iter().filter(|fault| !finds(*fault)).map(libp2p::Fault::code).collect();
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn options_are_of_targets() {
    let options = names(&fuzz().join("options"));
    for target in options.iter().filter_map(|name| name.strip_suffix(".options")) {
        assert!(TARGETS.iter().any(|(name, _)| *name == target), "{target} is no target");
    }
}

#[test]
fn a_failing_sequence_becomes_a_trace() {
    let mut peers = 0_u64;
    let says_that_every_second_peer_is_known = move |_: &Input<TraceIds>, answer: &mut Answer| {
        if let Output::AddPeer(output) = &mut answer.output {
            peers += 1;
            if peers.is_multiple_of(2) {
                *output = AddPeerOutput::PeerAlreadyKnown;
            }
        }
    };
    let corpus = fuzz().join("corpus/differential");
    let failure = names(&corpus).into_iter().find_map(|input| {
        let bytes = fs::read(corpus.join(input)).expect("an input");
        differential_of(&mut FaultyCore::new(says_that_every_second_peer_is_known), &bytes).err()
    });
    let failure = failure.expect("the fault is found");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("differential.jsonl");
    failure.write(&path).expect("it is written");
    let recorded = verify(open(&path)).verdict;
    assert!(matches!(recorded, Verdict::Violated(_)), "the trace holds what was answered: {recorded:?}");
    let replayed = replay(open(&path), &mut Core::new(), Views::Every).verdict;
    assert!(matches!(replayed, Verdict::Allowed), "the sequence has another answer: {replayed:?}");
}
