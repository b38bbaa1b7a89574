//! What the model says of every recorded trace.

use gossipsub_reference_model::libp2p::{
    Dialect, Fault, Faults, Model,
    vocabulary::{Step, TraceReader},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The implementations, each with its dialect and its known faults.
fn implementations() -> [(&'static str, Dialect, Faults); 4] {
    [
        ("rust-0.50.1", Dialect::RUST, Faults::of_rust()),
        ("rust-0.49.5", Dialect::RUST, Faults::of_rust()),
        ("js-17.1.1", Dialect::JS, Faults::of_js()),
        ("py-0.8.1", Dialect::SPEC, Faults::none()),
    ]
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/vectors/libp2p")
}

/// A recorded trace.
struct Trace {
    name: String,
    text: String,
}

impl Trace {
    /// The traces of a folder, by name.
    fn all(implementation: &str, kind: &str) -> Vec<Self> {
        let mut traces: Vec<Self> = fs::read_dir(vectors().join(implementation).join(kind))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let text = zstd::decode_all(fs::File::open(&path).unwrap()).unwrap();
                let name = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".jsonl.zst").to_owned();
                Self { name, text: String::from_utf8(text).unwrap() }
            })
            .collect();
        traces.sort_by(|a, b| a.name.cmp(&b.name));
        traces
    }

    fn reader(&self) -> TraceReader<&[u8]> {
        TraceReader::new(&self.name, self.text.as_bytes()).unwrap()
    }

    /// Judges the trace. The line and the violation if it is refused.
    fn judge(&self, dialect: Dialect, faults: Faults) -> Result<(), (u64, String)> {
        let reader = self.reader();
        let mut model = Model::with_faults(&reader.header().parameters, dialect, faults).unwrap();
        for step in reader {
            let (line, Step { now, input, output, view }) = step.unwrap();
            let output = output.expect("a recorded step has an output");
            let mut trail = Trail(Vec::new());
            let judged = model.judge(now, &input, &output, view.as_ref(), &mut trail);
            judged.map_err(|violation| {
                if std::env::var("TRAIL").is_ok() {
                    trail.0.iter().for_each(|line| println!("    {line}"));
                }
                (line, violation.to_string())
            })?;
        }
        Ok(())
    }
}

struct Trail(Vec<String>);

impl gossipsub_reference_model::Observer for Trail {
    fn decision(&mut self, decision: gossipsub_reference_model::Decision<'_>) {
        self.0.push(format!("{} {}: {}", decision.rule.name, decision.holds, decision.operands));
    }
}

#[test]
fn probe() {
    let only = std::env::var("ONLY").unwrap_or_default();
    for (implementation, dialect, faults) in implementations() {
        for kind in ["scenarios", "random"] {
            let mut accepted = 0;
            for trace in Trace::all(implementation, kind) {
                let plain = std::env::var("PLAIN").is_ok();
                let faults = if plain { Faults::none() } else { faults.clone() };
                match trace.judge(dialect, faults) {
                    Ok(()) => accepted += 1,
                    Err((line, violation)) => {
                        if implementation.contains(&only) {
                            println!("{implementation}/{kind}/{}:{line}: {violation}", trace.name);
                        }
                    }
                }
            }
            println!("{implementation}/{kind}: {accepted} accepted");
        }
    }
    let _ = Fault::ALL;
}
