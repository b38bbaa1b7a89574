//! The gossipsub RPC: vectors, an oracle, and properties over any bytes.

#[path = "../../conformance/src/fuzzing/oracle/libp2p.rs"]
mod oracle;
mod vectors;

use gossipsub_automaton::{
    Input, InputKind, Span,
    wire::libp2p::{
        Bounds, Error, Libp2p, Message, MessageId, PeerId, PeerInfo, Policy, RawMessage, Rpc, RpcWriter, Rule,
        StreamDecoder, message_id_of_author,
    },
    worker::PeerMessage,
};
use proptest::{collection::vec, option, prelude::*, sample::Index};
use prost::Message as _;
use serde_json::{Map, Value};
use std::sync::Arc;
use vectors::{bytes, from_hex, hex};

/// No bounds: then the schema alone decides, as it does for the oracle.
const UNBOUNDED: Bounds =
    Bounds { max_frame: usize::MAX, max_message_ids: usize::MAX, max_px: usize::MAX, ..Bounds::GO };

const LOCAL_BACKOFF: Span = Span::from_secs(60);

fn check_rpc(vector: &Value) {
    let name = vector["name"].as_str().unwrap();
    let bytes = bytes(vector);
    let strict = vector["strict"].as_str().unwrap();
    match Rpc::decode(&Bounds::GO, &bytes) {
        Ok(rpc) => {
            assert_eq!(strict, "ok", "{name}");
            assert_eq!(json(&oracle::Rpc::from(&rpc)), vector["decoded"], "{name}");
        }
        Err(error) => assert_eq!(strict, "error", "{name}: {error}"),
    }
    check_against_oracle(&bytes);
}

fn check_framed(vector: &Value) {
    let name = vector["name"].as_str().unwrap();
    let bytes = bytes(vector);
    let max_frame = vector["limit"].as_u64().map_or(Bounds::GO.max_frame, |limit| usize::try_from(limit).unwrap());
    let bounds = Bounds { max_frame, ..Bounds::GO };
    let mut decoder = StreamDecoder::new(bounds);
    let mut frames = Vec::new();
    let mut chunk = &bytes[..];
    let end = loop {
        match decoder.frame(&mut chunk) {
            Ok(Some(frame)) => frames.push(hex(frame)),
            Ok(None) => break Ok(decoder.buffered()),
            Err(fault) => break Err(fault.rule),
        }
    };
    if let Some(expected) = vector["frames"].as_array() {
        assert_eq!((&frames, end), (expected, Ok(0)), "{name}");
    } else if vector["incomplete"] == true {
        assert_eq!((frames.len(), end), (0, Ok(bytes.len())), "{name}");
    } else {
        match (vector["error"].as_str().unwrap(), end) {
            ("overflow", end) => assert_eq!(end, Err(Rule::VarintOverflow), "{name}"),
            ("too long", end) => {
                assert_eq!(end, Err(Rule::TooLong { length: declared(&bytes), max: max_frame }), "{name}");
            }
            (error, end) => assert!(end.is_err(), "{name}: {error}"),
        }
    }
    assert_eq!(stream(bounds, &[&bytes]), stream(bounds, &bytes.chunks(1).collect::<Vec<_>>()), "{name}");
}

fn declared(bytes: &[u8]) -> u64 {
    prost::decode_length_delimiter(bytes).unwrap() as u64
}

#[test]
fn vectors() {
    for vector in vectors::all("libp2p_rpc_vectors.json") {
        match vector["layer"].as_str().unwrap() {
            "rpc" => check_rpc(&vector),
            "framed" => check_framed(&vector),
            layer => panic!("{layer}"),
        }
    }
}

#[test]
fn errors_say_where_what_and_why() {
    let decode = |hex: &str| Rpc::decode(&Bounds::RUST, &from_hex(hex)).map(drop).unwrap_err().to_string();
    assert_eq!(decode("1a061a040a02fffe"), "at byte 4, control.graft.topic_id: the text is not UTF-8");
    assert_eq!(
        decode("1a0822060a01611a013c"),
        "at byte 7, control.prune.backoff: the schema gives the field another wire type"
    );
    assert_eq!(decode("1a051a090a0161"), "at byte 4, control: more bytes are needed than the 3 that are left");
    assert_eq!(decode("1f"), "at byte 0, rpc: nothing has the wire type 7 here");
    assert_eq!(decode("0200"), "at byte 0, rpc: 2 is the tag of no field");
    assert_eq!(decode("a306"), "at byte 2, rpc: more bytes are needed than the 0 that are left");
    assert_eq!(decode("a306ac06"), "at byte 2, rpc: group 100 is ended by the end of group 101");
}

/// The fields of the schema and two others: the numbers of the messages around it and its own, its path, and whether it
/// is a varint.
const SCHEMA: [(&[u8], &str, bool); 37] = [
    (&[1], "subscriptions", false),
    (&[1, 1], "subscriptions.subscribe", true),
    (&[1, 2], "subscriptions.topic_id", false),
    (&[1, 3], "subscriptions.requestsPartial", true),
    (&[1, 4], "subscriptions.supportsPartial", true),
    (&[2], "publish", false),
    (&[2, 1], "publish.from", false),
    (&[2, 2], "publish.data", false),
    (&[2, 3], "publish.seqno", false),
    (&[2, 4], "publish.topic", false),
    (&[2, 5], "publish.signature", false),
    (&[2, 6], "publish.key", false),
    (&[3], "control", false),
    (&[3, 1], "control.ihave", false),
    (&[3, 1, 1], "control.ihave.topic_id", false),
    (&[3, 1, 2], "control.ihave.message_ids", false),
    (&[3, 2], "control.iwant", false),
    (&[3, 2, 1], "control.iwant.message_ids", false),
    (&[3, 3], "control.graft", false),
    (&[3, 3, 1], "control.graft.topic_id", false),
    (&[3, 4], "control.prune", false),
    (&[3, 4, 1], "control.prune.topic_id", false),
    (&[3, 4, 2], "control.prune.peers", false),
    (&[3, 4, 2, 1], "control.prune.peers.peer_id", false),
    (&[3, 4, 2, 2], "control.prune.peers.signed_peer_record", false),
    (&[3, 4, 3], "control.prune.backoff", true),
    (&[3, 5], "control.idontwant", false),
    (&[3, 5, 1], "control.idontwant.message_ids", false),
    (&[3, 6], "control.extensions", false),
    (&[3, 6, 10], "control.extensions.partialMessages", true),
    (&[10], "partial", false),
    (&[10, 1], "partial.topicID", false),
    (&[10, 2], "partial.groupID", false),
    (&[10, 3], "partial.partialMessage", false),
    (&[10, 4], "partial.partsMetadata", false),
    (&[3, 7], "", false),
    (&[11], "", false),
];

#[test]
fn every_field_has_the_wire_type_of_the_schema() {
    for (numbers, name, varint) in SCHEMA {
        // A varint 0 and no bytes are written alike.
        let (innermost, around) = numbers.split_last().unwrap();
        let field = |wire_type: u8| {
            around.iter().rfold(vec![innermost << 3 | wire_type, 0], |inside, number| {
                [&[number << 3 | 2, u8::try_from(inside.len()).unwrap()][..], &inside].concat()
            })
        };
        let (given, other) = if varint { (0, 2) } else { (2, 0) };
        assert!(Rpc::decode(&UNBOUNDED, &field(given)).is_ok(), "{name}");
        let fault = Rpc::decode(&UNBOUNDED, &field(other)).map(drop).map_err(|error| (error.field, error.rule));
        let expected = if name.is_empty() { Ok(()) } else { Err((name, Rule::UnexpectedWireType)) };
        assert_eq!(fault, expected, "of what the schema does not know, any wire type is passed over");
        check_against_oracle(&field(given));
        check_against_oracle(&field(other));
    }
}

#[test]
fn bounds_refuse_before_anything_is_read() {
    let refuses = |bounds: Bounds, hex: &str| Rpc::decode(&bounds, &from_hex(hex)).map(drop).unwrap_err();
    let bounds = |change: fn(&mut Bounds)| {
        let mut bounds = UNBOUNDED;
        change(&mut bounds);
        bounds
    };
    let error = refuses(bounds(|bounds| bounds.max_frame = 3), "0a000a00");
    assert_eq!((error.offset, error.rule), (0, Rule::TooLong { length: 4, max: 3 }));
    let error = refuses(bounds(|bounds| bounds.max_subscriptions = 1), "0a000a01ff");
    assert_eq!((error.offset, error.field, error.rule), (2, "subscriptions", Rule::TooMany { max: 1 }));
    let error = refuses(bounds(|bounds| bounds.max_publish = 1), "1200120fff");
    assert_eq!(error.rule, Rule::Truncated { left: 1 });
    let error = refuses(bounds(|bounds| bounds.max_publish = 1), "12001201ff");
    assert_eq!((error.offset, error.field, error.rule), (2, "publish", Rule::TooMany { max: 1 }));
    let error = refuses(bounds(|bounds| bounds.max_control_bytes = 6), "0a001a021a001a01ff");
    assert_eq!((error.offset, error.field, error.rule), (6, "control", Rule::TooLong { length: 9, max: 6 }));
    let error = refuses(bounds(|bounds| bounds.max_topic = 1), "1a061a040a02fffe");
    assert_eq!((error.field, error.rule), ("control.graft.topic_id", Rule::TooLong { length: 2, max: 1 }));
}

#[test]
fn groups_are_passed_over_to_a_depth_of_100() {
    let nested = |depth: usize, inside: &[u8]| {
        [[0xa3, 0x06].repeat(depth), inside.to_vec(), [0xa4, 0x06].repeat(depth)].concat()
    };
    for (depth, inside) in [(100, &[][..]), (101, &[]), (99, &[8, 1]), (100, &[8, 1])] {
        check_against_oracle(&nested(depth, inside));
        let mut in_control = vec![0x1a];
        prost::encode_length_delimiter(nested(depth, inside).len(), &mut in_control).unwrap();
        in_control.extend(nested(depth, inside));
        check_against_oracle(&in_control);
    }
    assert!(Rpc::decode(&UNBOUNDED, &nested(100, &[])).is_ok());
    assert_eq!(Rpc::decode(&UNBOUNDED, &nested(101, &[])).map(drop).unwrap_err().rule, Rule::Depth);
}

#[test]
fn inputs_come_in_gos_order() {
    let everything = vectors::all("libp2p_rpc_vectors.json").into_iter().find(|v| v["name"] == "everything").unwrap();
    let bytes = bytes(&everything);
    let rpc = Rpc::decode(&Bounds::RUST, &bytes).unwrap();
    let kinds: Vec<InputKind> = inputs(&rpc).iter().map(Input::kind).collect();
    let expected = [
        InputKind::Subscribe,
        InputKind::Unsubscribe,
        InputKind::ReceiveMessage,
        InputKind::ReceiveMessage,
        InputKind::Ihave,
        InputKind::Ihave,
        InputKind::Iwant,
        InputKind::Graft,
        InputKind::Graft,
        InputKind::Prune,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(rpc.passed_over(), 1, "an IDontWant");
}

#[test]
fn a_backoff_is_clamped() {
    for (hex, backoff) in [
        ("1a0a22080a06626c6f636b73", LOCAL_BACKOFF),
        ("1a0c220a0a06626c6f636b731800", LOCAL_BACKOFF),
        ("1a0c220a0a06626c6f636b73183d", Span::from_secs(61)),
        ("1a1522130a06626c6f636b7318ffffffffffffffffff01", Span::from_secs(3600)),
        ("1a1422120a06626c6f636b731894e9f9ffffffffff7f", Span::from_secs(3600)),
    ] {
        let bytes = from_hex(hex);
        match &inputs(&Rpc::decode(&Bounds::GO, &bytes).unwrap())[..] {
            [Input::Prune(prune)] => assert_eq!(prune.backoff, backoff.into(), "{hex}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Keeps all peers but one, and no messages.
struct Picky;
impl Policy for Picky {
    fn message_id(&mut self, _: &Message<'_>, _: &[u8]) -> Option<MessageId> {
        None
    }
    fn keeps_px(&mut self, peer: &PeerInfo<'_>) -> bool {
        peer.peer_id != Some(b"no")
    }
}

#[test]
fn ids_and_peers_over_their_bounds_are_passed_over() {
    let peer = |id: &[u8]| oracle::PeerInfo { peer_id: Some(id.to_vec()), signed_peer_record: None };
    let control = oracle::Control {
        ihave: vec![oracle::Ihave { topic_id: None, message_ids: vec![vec![1]; 4] }],
        prune: vec![oracle::Prune {
            peers: vec![oracle::PeerInfo::default(), peer(b""), peer(b"a"), peer(b"no"), peer(b"b"), peer(b"c")],
            ..Default::default()
        }],
        ..Default::default()
    };
    let bytes = oracle::Rpc { control: Some(control), ..Default::default() }.encode_to_vec();
    let bounds = Bounds { max_message_ids: 3, max_px: 5, ..Bounds::GO };
    let mut inputs = Vec::new();
    Rpc::decode(&bounds, &bytes).unwrap().inputs(&peer_id(1), LOCAL_BACKOFF, &mut Picky, |input| inputs.push(input));
    match &inputs[..] {
        [Input::Ihave(ihave), Input::Prune(prune)] => {
            assert_eq!(ihave.message_ids.len(), 3);
            let kept = [&b"a"[..], b"b"].map(|id| PeerId(id.into()));
            assert_eq!(prune.px, kept);
        }
        other => panic!("{other:?}"),
    }
}

/// What the writer makes fits the bounds of the receiver, in as few frames as it takes.
#[test]
fn what_is_too_much_for_one_rpc_goes_into_several() {
    let ids: Vec<MessageId> = (0..3000_u16).map(|id| MessageId(id.to_be_bytes().repeat(10).into())).collect();
    let topic: Arc<str> = "blocks".into();
    let mut writer = RpcWriter::new(Bounds::RUST);
    writer.push(&PeerMessage::Ihave { topic: topic.clone(), message_ids: ids.clone() }).unwrap();
    let mut seen = Vec::new();
    let frames = frames(Bounds::RUST, &writer.finish());
    for frame in &frames {
        for ihave in Rpc::decode(&Bounds::RUST, frame).unwrap().ihave() {
            assert_eq!(ihave.topic, Some("blocks"));
            seen.extend(ihave.message_ids.iter().map(|id| MessageId(id.into())));
        }
    }
    assert_eq!(seen, ids);
    assert_eq!(frames.len(), (3000 * 22_usize).div_ceil(16 * 1024 - 22));

    let mut writer = RpcWriter::new(Bounds::RUST);
    for _ in 0..250 {
        writer.push(&PeerMessage::Subscribe { topic: topic.clone() }).unwrap();
    }
    let long = "x".repeat(20_000);
    let error = writer.push(&PeerMessage::Graft { topic: long.into() }).unwrap_err();
    assert_eq!(error.length, 20_004);
    let frames = self::frames(Bounds::RUST, &writer.finish());
    assert_eq!(
        frames
            .iter()
            .map(|frame| Rpc::decode(&Bounds::RUST, frame).unwrap().subscriptions().count())
            .collect::<Vec<_>>(),
        [100, 100, 50]
    );
}

#[test]
fn a_stream_refuses_a_length_that_is_not_minimal() {
    let rule = |bytes: &[u8]| stream(UNBOUNDED, &[bytes]).1.map(|fault| fault.rule);
    assert_eq!(rule(&[0x8a, 0]), Some(Rule::NotMinimal));
    assert_eq!(rule(&[0x80, 0]), Some(Rule::NotMinimal));
    assert_eq!(rule(&[0x80, 1]), None);
    assert_eq!(rule(&[0xff; 10]), Some(Rule::VarintOverflow));
    let mut longest = [0xff; 10];
    longest[9] = 1;
    assert_eq!(stream(Bounds::GO, &[&longest]).1.unwrap().rule, Rule::TooLong { length: u64::MAX, max: 1 << 20 });
}

/// A frame is measured by itself, not with what has arrived behind it.
#[test]
fn large_frames_may_come_in_one_chunk() {
    let rpc = |data: usize| {
        let message = oracle::Message { data: Some(vec![7; data]), ..Default::default() };
        oracle::Rpc { publish: vec![message], ..Default::default() }.encode_length_delimited_to_vec()
    };
    let largest = rpc(64 * 1024 - 8);
    assert_eq!(largest.len(), 64 * 1024 + 3);
    let bytes = [rpc(40_000), rpc(40_000), largest, rpc(64 * 1024 - 7)].concat();
    let (frames, fault, _) = stream(Bounds::RUST, &[&bytes]);
    assert_eq!(frames.len(), 3);
    assert_eq!(fault.unwrap().rule, Rule::TooLong { length: 65537, max: 65536 });
}

fn peer_id(id: u8) -> PeerId {
    PeerId([id].into())
}

fn inputs(rpc: &Rpc<'_>) -> Vec<Input<Libp2p>> {
    let mut inputs = Vec::new();
    rpc.inputs(&peer_id(7), LOCAL_BACKOFF, &mut message_id_of_author, |input| inputs.push(input));
    inputs
}

/// All that a stream gives: its frames, the fault that ended it, and how many bytes are left waiting.
fn stream(bounds: Bounds, chunks: &[&[u8]]) -> (Vec<Vec<u8>>, Option<Error>, usize) {
    let mut decoder = StreamDecoder::new(bounds);
    let mut frames = Vec::new();
    for mut chunk in chunks.iter().copied() {
        loop {
            match decoder.decode(&mut chunk) {
                Ok(Some(rpc)) => frames.push(rpc.as_bytes().to_vec()),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.decode(&mut &[0][..]).map(drop), Err(error));
                    return (frames, Some(error), 0);
                }
            }
        }
        assert!(chunk.is_empty());
    }
    (frames, None, decoder.buffered())
}

fn frames(bounds: Bounds, bytes: &[u8]) -> Vec<Vec<u8>> {
    let (frames, fault, waiting) = stream(bounds, &[bytes]);
    assert_eq!((fault, waiting), (None, 0));
    frames
}

/// The same verdict as the oracle's, and the same value.
fn check_against_oracle(bytes: &[u8]) {
    match (Rpc::decode(&UNBOUNDED, bytes), oracle::Rpc::decode(bytes)) {
        (Ok(rpc), Ok(oracle)) => {
            assert_eq!(oracle::Rpc::from(&rpc), oracle);
            check_inputs(&rpc);
        }
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{:?} {theirs:?}", ours.map(drop)),
    }
}

/// What inputs say, written as RPCs again, gives the same inputs.
fn check_inputs(rpc: &Rpc<'_>) {
    let inputs = inputs(rpc);
    let mut writer = RpcWriter::new(UNBOUNDED);
    for (peer, message) in inputs.iter().cloned().filter_map(PeerMessage::from_input) {
        assert_eq!(peer, peer_id(7));
        writer.push(&message).unwrap();
    }
    let mut again = Vec::new();
    for frame in frames(UNBOUNDED, &writer.finish()) {
        again.extend(self::inputs(&Rpc::decode(&UNBOUNDED, &frame).unwrap()));
    }
    assert_eq!(again, inputs);
}

fn any_bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
    option::of(vec(any::<u8>(), 0..5))
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    option::of("[a-zé]{0,4}")
}

fn any_ids() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 0..4), 0..5)
}

fn any_control() -> impl Strategy<Value = oracle::Control> {
    let peer = (any_bytes(), any_bytes())
        .prop_map(|(peer_id, signed_peer_record)| oracle::PeerInfo { peer_id, signed_peer_record });
    let prune = (any_text(), vec(peer, 0..3), option::of(prop_oneof![any::<u64>(), 0_u64..4000]))
        .prop_map(|(topic_id, peers, backoff)| oracle::Prune { topic_id, peers, backoff });
    (
        vec((any_text(), any_ids()).prop_map(|(topic_id, message_ids)| oracle::Ihave { topic_id, message_ids }), 0..3),
        vec(any_ids().prop_map(|message_ids| oracle::Ids { message_ids }), 0..3),
        vec(any_text().prop_map(|topic_id| oracle::Graft { topic_id }), 0..3),
        vec(prune, 0..3),
        vec(any_ids().prop_map(|message_ids| oracle::Ids { message_ids }), 0..2),
        option::of(option::of(any::<bool>()).prop_map(|partial_messages| oracle::Extensions { partial_messages })),
    )
        .prop_map(|(ihave, iwant, graft, prune, idontwant, extensions)| oracle::Control {
            ihave,
            iwant,
            graft,
            prune,
            idontwant,
            extensions,
        })
}

fn any_rpc() -> impl Strategy<Value = oracle::Rpc> {
    let flag = || option::of(any::<bool>());
    let subscription =
        (flag(), any_text(), flag(), flag()).prop_map(|(subscribe, topic_id, requests_partial, supports_partial)| {
            oracle::Subscription { subscribe, topic_id, requests_partial, supports_partial }
        });
    let message = (any_bytes(), any_bytes(), any_bytes(), any_text(), any_bytes(), any_bytes()).prop_map(
        |(from, data, seqno, topic, signature, key)| oracle::Message { from, data, seqno, topic, signature, key },
    );
    let partial = (any_bytes(), any_bytes(), any_bytes(), any_bytes()).prop_map(
        |(topic_id, group_id, message, parts_metadata)| oracle::Partial { topic_id, group_id, message, parts_metadata },
    );
    (vec(subscription, 0..3), vec(message, 0..3), option::of(any_control()), option::of(partial))
        .prop_map(|(subscriptions, publish, control, partial)| oracle::Rpc { subscriptions, publish, control, partial })
}

/// Small damage: bytes set, removed or repeated.
fn any_damage() -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    vec((any::<Index>(), 0_u8..4, prop_oneof![any::<u8>(), 0_u8..0x30, Just(0x80), Just(0xff)]), 0..4)
}

fn damage(bytes: &mut Vec<u8>, damages: &[(Index, u8, u8)]) {
    for (index, kind, byte) in damages {
        if bytes.is_empty() {
            return;
        }
        let index = index.index(bytes.len());
        match kind {
            0 => bytes[index] = *byte,
            1 => drop(bytes.remove(index)),
            2 => bytes.insert(index, *byte),
            _ => bytes.truncate(index),
        }
    }
}

/// Cuts `bytes` at any places.
fn cut<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    // A seed goes stale when a strategy changes: a case that matters becomes a test of its own.
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_the_verdict_and_value_of_the_oracle(bytes in vec(prop_oneof![any::<u8>(), 0_u8..0x30], 0..80)) {
        check_against_oracle(&bytes);
        let _ = stream(Bounds::RUST, &[&bytes]);
    }

    #[test]
    fn damaged_rpcs_have_the_verdict_and_value_of_the_oracle(rpc in any_rpc(), more in any_rpc(), damages in any_damage()) {
        // Two encodings in a row are the two merged.
        let mut bytes = rpc.encode_to_vec();
        prop_assert_eq!(oracle::Rpc::from(&Rpc::decode(&UNBOUNDED, &bytes).unwrap()), rpc);
        bytes.extend(more.encode_to_vec());
        check_against_oracle(&bytes);
        damage(&mut bytes, &damages);
        check_against_oracle(&bytes);
    }

    #[test]
    fn a_stream_does_not_depend_on_its_chunks(
        rpcs in vec(any_rpc(), 1..4), damages in any_damage(), cuts in vec(any::<Index>(), 0..6)
    ) {
        let mut bytes = Vec::new();
        for rpc in &rpcs {
            bytes.extend(rpc.encode_length_delimited_to_vec());
        }
        let plain: Vec<Vec<u8>> = rpcs.iter().map(prost::Message::encode_to_vec).collect();
        prop_assert_eq!(stream(UNBOUNDED, &cut(&bytes, &cuts)), (plain, None, 0));
        damage(&mut bytes, &damages);
        for bounds in [Bounds::GO, Bounds::RUST] {
            let one = stream(bounds, &[&bytes]);
            prop_assert_eq!(&one, &stream(bounds, &cut(&bytes, &cuts)));
            prop_assert_eq!(&one, &stream(bounds, &bytes.chunks(1).collect::<Vec<_>>()));
        }
    }

    #[test]
    fn messages_are_written_as_the_oracle_writes_them(rpc in any_rpc()) {
        let bytes = rpc.encode_to_vec();
        let ours = Rpc::decode(&UNBOUNDED, &bytes).unwrap();
        for (message, oracle) in ours.publish().zip(&rpc.publish) {
            prop_assert_eq!(message.encode(), oracle.encode_to_vec());
            let raw = RawMessage::from(&message);
            prop_assert_eq!(raw.fields(), message);
            prop_assert_eq!(&RawMessage::new(raw.as_bytes()).unwrap(), &raw);
        }
    }
}

/// An object of the fields that are there, in the vectors' form.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::Object(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>())
}

fn list<T>(values: &[T], json: impl Fn(&T) -> Value) -> Option<Value> {
    (!values.is_empty()).then(|| values.iter().map(json).collect())
}

fn json(rpc: &oracle::Rpc) -> Value {
    let bytes = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(hex);
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let flag = |flag: Option<bool>| flag.map(Value::from);
    let ids = |ids: &[Vec<u8>]| list(ids, |id| hex(id));
    object([
        (
            "subscriptions",
            list(&rpc.subscriptions, |it| {
                object([
                    ("subscribe", flag(it.subscribe)),
                    ("topic_id", text(&it.topic_id)),
                    ("requestsPartial", flag(it.requests_partial)),
                    ("supportsPartial", flag(it.supports_partial)),
                ])
            }),
        ),
        (
            "publish",
            list(&rpc.publish, |it| {
                object([
                    ("from", bytes(&it.from)),
                    ("data", bytes(&it.data)),
                    ("seqno", bytes(&it.seqno)),
                    ("topic", text(&it.topic)),
                    ("signature", bytes(&it.signature)),
                    ("key", bytes(&it.key)),
                ])
            }),
        ),
        (
            "control",
            rpc.control.as_ref().map(|control| {
                object([
                    (
                        "ihave",
                        list(&control.ihave, |it| {
                            object([("topic_id", text(&it.topic_id)), ("message_ids", ids(&it.message_ids))])
                        }),
                    ),
                    ("iwant", list(&control.iwant, |it| object([("message_ids", ids(&it.message_ids))]))),
                    ("graft", list(&control.graft, |it| object([("topic_id", text(&it.topic_id))]))),
                    (
                        "prune",
                        list(&control.prune, |it| {
                            let peer = |it: &oracle::PeerInfo| {
                                object([
                                    ("peer_id", bytes(&it.peer_id)),
                                    ("signed_peer_record", bytes(&it.signed_peer_record)),
                                ])
                            };
                            object([
                                ("topic_id", text(&it.topic_id)),
                                ("peers", list(&it.peers, peer)),
                                ("backoff", it.backoff.map(Value::from)),
                            ])
                        }),
                    ),
                    ("idontwant", list(&control.idontwant, |it| object([("message_ids", ids(&it.message_ids))]))),
                    (
                        "extensions",
                        control.extensions.as_ref().map(|it| object([("partialMessages", flag(it.partial_messages))])),
                    ),
                ])
            }),
        ),
        (
            "partial",
            rpc.partial.as_ref().map(|it| {
                object([
                    ("topicID", bytes(&it.topic_id)),
                    ("groupID", bytes(&it.group_id)),
                    ("partialMessage", bytes(&it.message)),
                    ("partsMetadata", bytes(&it.parts_metadata)),
                ])
            }),
        ),
    ])
}
