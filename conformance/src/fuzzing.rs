//! The bodies of the fuzz targets: each takes any bytes, and panics where its property does not hold.

#![cfg(feature = "fuzzing")]

use crate::engine::{Counterexample, Family};
use std::{env, path::PathBuf};

mod dal;
mod differential;
mod libp2p;
mod libp2p_sequence;
mod oracle;
mod round_trip;
mod stepping;
mod traces;

pub use dal::{dal_message, dal_stream};
pub use differential::{differential, differential_of};
pub use libp2p::{libp2p_rpc, libp2p_stream};
pub use libp2p_sequence::{libp2p_sequence, libp2p_sequence_of};
pub use round_trip::roundtrip;
pub use stepping::decode_then_step;
pub use traces::{trace_file, trace_line};

/// The body of a fuzz target.
pub type Body = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Body); 10] = [
    ("dal_message", dal_message),
    ("dal_stream", dal_stream),
    ("libp2p_rpc", libp2p_rpc),
    ("libp2p_stream", libp2p_stream),
    ("libp2p_sequence", libp2p_sequence),
    ("trace_line", trace_line),
    ("trace_file", trace_file),
    ("decode_then_step", decode_then_step),
    ("differential", differential),
    ("roundtrip", roundtrip),
];

/// The environment variable that names the folder for traces of failures. Without it, they go where temporary files go.
pub const FINDINGS: &str = "GOSSIPSUB_FUZZ_FINDINGS";

/// Writes the sequence of a finding as a trace, and panics with the finding and the path.
fn fail<F: Family>(target: &str, found: &Counterexample<F>) -> ! {
    let folder = env::var_os(FINDINGS).map_or_else(env::temp_dir, PathBuf::from);
    // Findings of the same kind have the same name, so the last one is kept: when a fuzzer minimizes, a short one.
    let path = folder.join(format!("{target}-{}.jsonl", found.file_stem()));
    match found.write(&path) {
        Ok(()) => panic!("{}\nthe sequence is in {}", found.finding, path.display()),
        Err(error) => panic!("{}\nthe sequence is not written: {error}", found.finding),
    }
}

/// A stream, and the same in chunks: the first four bytes are each one less than the size of a chunk, in turn.
fn chunked(bytes: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
    let (sizes, stream) = bytes.split_at_checked(4)?;
    let mut sizes = sizes.iter().cycle();
    let mut rest = stream;
    let chunks = std::iter::from_fn(|| {
        let size = usize::from(*sizes.next()?) + 1;
        let (chunk, behind) = rest.split_at_checked(size).unwrap_or((rest, &[]));
        rest = behind;
        (!chunk.is_empty()).then_some(chunk)
    });
    Some((stream, chunks.collect()))
}

/// The first bytes of a stream one by one, and then all others: enough to cut its first frames at every place.
fn byte_by_byte(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (front, back) = stream.split_at_checked(32).unwrap_or((stream, &[]));
    front.chunks(1).chain([back])
}
