//! How much the decoders allocate, as counted by the allocator: nothing on a length's word, and a small multiple of the
//! bytes that came. One test, so that no other allocates meanwhile.

#[expect(dead_code, reason = "values are not looked at here")]
mod vectors;

use gossipsub_automaton::{
    Span,
    wire::{dal, libp2p},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes that `run` allocates in all, freed again or not.
fn allocated<T>(run: impl FnOnce() -> T) -> usize {
    let region = Region::new(ALLOCATOR);
    let kept = run();
    let bytes = region.change().bytes_allocated;
    drop(kept);
    bytes
}

/// A constant that no input moves: the smallest buffer, and the owner of a shard.
const SLACK: usize = 256;

#[test]
fn decoders_allocate_a_small_multiple_of_what_came() {
    assert_eq!(allocated(|| Vec::<u8>::with_capacity(1000)), 1000, "it counts");
    for bytes in dal_inputs() {
        for profile in [dal::Profile::OCTEZ, dal::Profile::MAVRYK] {
            check_dal(profile, &bytes);
        }
    }
    for bytes in libp2p_inputs() {
        for bounds in [libp2p::Bounds::GO, libp2p::Bounds::RUST] {
            check_libp2p(bounds, &bytes);
        }
    }
}

fn check_dal(profile: dal::Profile, bytes: &[u8]) {
    assert_eq!(allocated(|| dal::MessageView::decode(profile, bytes).is_ok()), 0);
    assert_eq!(allocated(|| dal::P2pMessageView::decode(profile, bytes).is_ok()), 0);
    if let Ok(view) = dal::MessageView::decode(profile, bytes) {
        assert!(allocated(|| view.to_message()) <= 2 * bytes.len() + SLACK);
        assert!(allocated(|| view.to_input(dal::PeerId([0; 16]))) <= 2 * bytes.len() + SLACK);
    }
    for size in [1, 7, usize::MAX] {
        let mut decoder = dal::StreamDecoder::new(profile);
        let decode = || {
            for mut chunk in bytes.chunks(size) {
                while let Ok(Some(_)) = decoder.decode(&mut chunk) {}
            }
        };
        assert!(allocated(decode) <= 2 * bytes.len() + SLACK);
    }
}

fn check_libp2p(bounds: libp2p::Bounds, bytes: &[u8]) {
    assert_eq!(allocated(|| libp2p::Rpc::decode(&bounds, bytes).is_ok()), 0);
    if let Ok(rpc) = libp2p::Rpc::decode(&bounds, bytes) {
        let sender = libp2p::PeerId([0].into());
        let handle = |input| drop(std::hint::black_box(input));
        let inputs = || rpc.inputs(&sender, Span::ZERO, &mut libp2p::message_id_of_author, handle);
        // The worst are messages of two bytes: an id, a topic and a payload, each empty behind two counters.
        assert!(allocated(inputs) <= 24 * bytes.len() + SLACK);
    }
    for size in [1, 7, usize::MAX] {
        let mut decoder = libp2p::StreamDecoder::new(bounds);
        let decode = || {
            for mut chunk in bytes.chunks(size) {
                while let Ok(Some(_)) = decoder.decode(&mut chunk) {}
            }
        };
        assert!(allocated(decode) <= 2 * bytes.len() + SLACK);
    }
}

/// The vectors, every one damaged in each of its first bytes, and what is made to take much.
fn dal_inputs() -> Vec<Vec<u8>> {
    let mut inputs = damaged("dal_vectors.json");
    for first in [0x13, 0x16] {
        let body = vec![0; 76 * 5000];
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        inputs.push([&[first], &length[..], &body, &[0; 200]].concat());
        // The same length with nothing behind it, plain and framed.
        inputs.push([&[first], &length[..]].concat());
        inputs.push([&[0x06, 0x3f, 0xff, 0xfc, 0, first], &length[..], &body[..1000]].concat());
        inputs.push([&(length_of(1 + 4 + body.len())), &[0, first][..], &length, &body].concat());
    }
    let entry = [&[0, 0, 0, 9][..], b"1.2.3.4:5", &[0; 16]].concat();
    let px = entry.repeat(10_000);
    inputs.push([&[0x11], &[0; 22][..], &u32::try_from(px.len()).unwrap().to_be_bytes(), &px, &[0; 2]].concat());
    inputs
}

fn length_of(body: usize) -> [u8; 4] {
    u32::try_from(body + 1).unwrap().to_be_bytes()
}

fn libp2p_inputs() -> Vec<Vec<u8>> {
    let mut inputs = damaged("libp2p_rpc_vectors.json");
    let field = |tag: u8, inside: &[u8]| {
        let mut field = vec![tag];
        prost::encode_length_delimiter(inside.len(), &mut field).unwrap();
        field.extend_from_slice(inside);
        field
    };
    let empty_ids = [0x12, 0].repeat(200_000);
    inputs.extend([
        [0x0a, 0].repeat(100_000),
        [0x12, 0].repeat(5000),
        [0x12, 2, 0x22, 0].repeat(5000),
        field(0x1a, &field(0x0a, &empty_ids)),
        field(0x1a, &[0x0a, 0].repeat(100_000)),
        field(0x1a, &[0x12, 0].repeat(100_000)),
        field(0x1a, &[0x1a, 0].repeat(100_000)),
        field(0x1a, &[0x22, 0].repeat(100_000)),
        field(0x1a, &field(0x22, &[0x12, 3, 0x0a, 1, 7].repeat(1000))),
        [0xa3, 0x06].repeat(10_000),
        vec![0xff, 0xff, 0x3f, 0],
    ]);
    let framed: Vec<Vec<u8>> = inputs.iter().map(|input| field(0, input)[1..].to_vec()).collect();
    inputs.extend(framed);
    inputs
}

fn damaged(file: &str) -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    for vector in vectors::all(file) {
        let bytes = vectors::bytes(&vector);
        for index in 0..bytes.len().min(100) {
            for byte in [1, 0xff] {
                let mut damaged = bytes.clone();
                damaged[index] = byte;
                inputs.push(damaged);
            }
        }
        inputs.push(bytes);
    }
    inputs
}
