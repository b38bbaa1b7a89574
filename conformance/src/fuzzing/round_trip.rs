//! What is decoded is written, and what is written is decoded.

use super::differential;
use crate::{
    automaton::{AutomatonFamily, Core},
    engine::{
        Views,
        trace::{TraceReader, TraceWriter},
    },
};
use gossipsub_automaton::wire::{
    dal::{Framed, P2pMessageView, Point, Profile},
    libp2p::{Message, RawMessage},
};

/// Messages of both networks, points, and whole traces with their answers are the same after they were written and read.
/// The first byte says which of them the others are.
///
/// # Panics
/// If something is not.
pub fn roundtrip(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 4 {
        0 => framed(bytes),
        1 => published(bytes),
        2 => point(bytes),
        _ => trace(bytes),
    }
}

fn framed(bytes: &[u8]) {
    for profile in [Profile::MAVRYK, Profile::OCTEZ] {
        let Ok(Framed::Whole { message, length }) = P2pMessageView::decode(profile, bytes) else { continue };
        let message = message.to_message();
        let mut first = Vec::new();
        message.encode(profile, &mut first).expect("what is decoded can be written");
        let again = match P2pMessageView::decode(profile, &first) {
            Ok(Framed::Whole { message, length }) if length == first.len() => message.to_message(),
            other => panic!("what is written is one frame: {other:?}"),
        };
        assert_eq!(again, message, "a frame is written and decoded as the same");
        let mut second = Vec::new();
        again.encode(profile, &mut second).expect("what is decoded can be written");
        assert_eq!(first, second, "a frame has one written form");
        // Only the text of a point has several forms, and all of a message without one is written as it came.
        assert!(first.len() != length || bytes.get(..length) == Some(&first) || first.contains(&b':'));
    }
}

fn published(bytes: &[u8]) {
    let Ok(message) = Message::decode(bytes) else {
        assert!(RawMessage::new(bytes).is_err(), "both refuse alike");
        return;
    };
    let encoded = message.encode();
    assert_eq!(Message::decode(&encoded), Ok(message), "a message is written and decoded as the same");
    let raw = RawMessage::new(bytes).expect("both decode alike");
    assert_eq!((raw.as_bytes(), raw.fields()), (bytes, message), "a raw message is its bytes");
    assert_eq!(RawMessage::from(&message).as_bytes(), encoded, "a raw message is what is written");
}

fn point(text: &[u8]) {
    let Some(point) = Point::parse(text) else { return };
    assert_eq!(Point::parse(point.to_string().as_bytes()), Some(point), "a point is written and read as the same");
}

fn trace(bytes: &[u8]) {
    let (header, steps, finding) = differential::run(&mut Core::new(), bytes, Views::Every);
    assert!(finding.is_none(), "{finding:?}");
    let mut writer = TraceWriter::<AutomatonFamily, _>::new("fuzz", Vec::new(), &header).expect("a header is written");
    for step in &steps {
        writer.step(step).expect("a step is written");
    }
    let written = writer.finish().expect("a vector grows");
    let reader = TraceReader::<AutomatonFamily, _>::new("fuzz", &written[..]).expect("a header is read");
    assert_eq!(*reader.header(), header, "a header is written and read as the same");
    let again: Vec<_> = reader.map(|step| step.expect("a step is read").1).collect();
    assert_eq!(again, steps, "steps are written and read as the same");
}
