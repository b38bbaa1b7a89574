//! What the model says of every recorded trace.

use gossipsub_conformance::{
    engine::{Event, Exchange, Step, trace::open},
    libp2p::{Header, Libp2pFamily},
};
use gossipsub_reference_model::libp2p::{Dialect, Fault, Faults, Model, Violation};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// An implementation, with its dialect and its known faults.
struct Implementation {
    name: &'static str,
    dialect: Dialect,
    faults: Faults,
}

impl Implementation {
    fn all() -> [Self; 4] {
        let of_python = Faults::from_iter([Fault::UnknownGraftPruned]);
        [
            Self { name: "rust-0.50.1", dialect: Dialect::RUST, faults: Faults::of_rust() },
            Self { name: "rust-0.49.5", dialect: Dialect::RUST, faults: Faults::of_rust_0_49() },
            Self { name: "js-17.1.1", dialect: Dialect::JS, faults: Faults::of_js() },
            Self { name: "py-0.8.1", dialect: Dialect::SPEC, faults: of_python },
        ]
    }

    fn traces(&self, kind: &str) -> Vec<Trace> {
        let mut traces: Vec<Trace> = fs::read_dir(vectors().join(self.name).join(kind))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".jsonl.zst").to_owned();
                let reader = open::<Libp2pFamily>(&path).unwrap();
                Trace { name, header: reader.header().clone(), steps: reader.map(Result::unwrap).collect() }
            })
            .collect();
        traces.sort_by(|a, b| a.name.cmp(&b.name));
        traces
    }
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/libp2p")
}

/// A recorded trace.
struct Trace {
    name: String,
    header: Header,
    /// The steps, each with its line.
    steps: Vec<(u64, Step<Libp2pFamily>)>,
}

/// Where a trace is refused, and why.
#[derive(Debug)]
struct Refusal {
    line: u64,
    violation: Violation,
}

impl Trace {
    /// Judges the trace.
    fn judge(&self, dialect: Dialect, faults: Faults) -> Result<(), Refusal> {
        let mut model = Model::with_faults(&self.header.parameters, dialect, faults).unwrap();
        for (line, Step { now, event }) in &self.steps {
            let Event::Input(Exchange { input, output, view }) = event else { continue };
            let output = output.as_ref().expect("a recorded step has an output");
            let judged = model.judge(*now, input, output, view.as_ref(), &mut ());
            judged.map_err(|violation| Refusal { line: *line, violation })?;
        }
        Ok(())
    }

    /// A set of known faults that explains as much of the trace as all of them, none of which can be left out, and the
    /// refusal that is left.
    fn explain(&self, implementation: &Implementation) -> (Vec<Fault>, Option<Refusal>) {
        let line = |refusal: &Option<Refusal>| refusal.as_ref().map_or(u64::MAX, |refusal| refusal.line);
        let mut needed: Vec<Fault> = implementation.faults.iter().collect();
        let refusal = self.judge(implementation.dialect, implementation.faults.clone()).err();
        for fault in implementation.faults.iter() {
            let others: Vec<Fault> = needed.iter().copied().filter(|other| *other != fault).collect();
            let without = self.judge(implementation.dialect, others.iter().copied().collect()).err();
            if line(&without) >= line(&refusal) {
                needed = others;
            }
        }
        (needed, refusal)
    }
}

/// What implementations do that the model cannot: the broken rule, what is found, and the difference in words.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("answer (1)", "KeyError", "py: a GRAFT of an unknown topic can raise KeyError"),
    ("answer (2)", "message", "py: a peer that announces a topic gets its cached messages"),
    ("subscribe (1)", "GRAFT", "py: a peer that announces a joined topic is grafted"),
    ("subscribe (1)", "message", "py: a peer that announces a topic gets its cached messages"),
    ("join (4)", "GRAFT", "py: a join grafts direct peers and peers that are backed off"),
    ("mesh (2)", "GRAFT", "py: a heartbeat grafts beyond D, and before a backoff ends"),
    ("mesh (4)", "GRAFT", "py: a heartbeat grafts more outbound peers than are missing"),
    ("message (3)", "IDONTWANT", "py: IDONTWANT goes to the sender and to peers of v1.1"),
    ("ihave (5)", "IWANT", "py: ids of topics that are not joined are requested"),
    ("iwant (6)", "message", "py: a message is sent as often as it is requested"),
];

fn difference(violation: &Violation) -> Option<&'static str> {
    let matching =
        DIFFERENCES.iter().find(|(rule, found, _)| violation.rule.name == *rule && violation.found.contains(found));
    matching.map(|(_, _, difference)| *difference)
}

fn table() -> String {
    let mut table = String::from(
        "# What the model says of the recorded traces\n\n\
         Written by the test `libp2p_recordings`, which fails if this file is not as it says.\n\
         Each trace is judged in the dialect of its implementation, without faults.\n\
         A refusal is explained by known faults of the page `reference-model/LIBP2P.md`: with them planted, the model \
         follows the trace to its end, or to a difference that is told in words.\n",
    );
    for implementation in Implementation::all() {
        for kind in ["scenarios", "random"] {
            let (name, dialect) = (implementation.name, implementation.dialect.name);
            writeln!(table, "\n## {name}: {kind}, dialect `{dialect}`\n").unwrap();
            let mut accepted = Vec::new();
            let mut refused = Vec::new();
            for trace in implementation.traces(kind) {
                match trace.judge(implementation.dialect, Faults::none()) {
                    Ok(()) => accepted.push(trace.name),
                    Err(refusal) => refused.push((trace, refusal)),
                }
            }
            writeln!(table, "Accepted: {}.\n", accepted.len()).unwrap();
            if !accepted.is_empty() {
                writeln!(table, "{}\n", accepted.join(", ")).unwrap();
            }
            if !refused.is_empty() {
                writeln!(table, "| refused | line | rule | explained by |\n|---|---|---|---|").unwrap();
            }
            for (trace, Refusal { line, violation }) in refused {
                let (faults, left) = trace.explain(&implementation);
                let mut explanation: Vec<String> = faults.iter().map(|fault| fault.code().to_owned()).collect();
                if let Some(Refusal { line: left_line, violation }) = left {
                    let difference = difference(&violation);
                    let text = difference.map_or_else(|| format!("UNEXPLAINED {violation}"), str::to_owned);
                    let place = if left_line == line { String::new() } else { format!("line {left_line}: ") };
                    explanation.push(format!("{place}{text}"));
                }
                let explanation = explanation.join(", ");
                writeln!(table, "| {} | {line} | {} | {explanation} |", trace.name, violation.rule.name).unwrap();
            }
        }
    }
    table
}

#[test]
fn every_refusal_is_explained() {
    let table = table();
    let path = vectors().join("TABLE.md");
    if std::env::var_os("UPDATE_TABLE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    for (number, (line, expected)) in written.lines().zip(table.lines()).enumerate() {
        assert_eq!(line, expected, "TABLE.md:{}; UPDATE_TABLE=1 writes it anew", number + 1);
    }
    assert_eq!(written.lines().count(), table.lines().count());
    let unexplained: Vec<&str> = table.lines().filter(|line| line.contains("UNEXPLAINED")).collect();
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
}

#[test]
fn every_recording_is_accepted_with_the_faults_of_its_implementation() {
    for implementation in Implementation::all() {
        if !["rust-0.50.1", "js-17.1.1"].contains(&implementation.name) {
            continue;
        }
        for kind in ["scenarios", "random"] {
            for trace in implementation.traces(kind) {
                let judged = trace.judge(implementation.dialect, implementation.faults.clone());
                if let Err(Refusal { line, violation }) = judged {
                    panic!("{}/{kind}/{}:{line}: {violation}", implementation.name, trace.name);
                }
            }
        }
    }
}
