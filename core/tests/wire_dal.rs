//! The messages of the data-availability layers: vectors, an oracle, and properties over any bytes.

#[path = "../../conformance/src/fuzzing/oracle/dal.rs"]
mod oracle;
mod vectors;

use gossipsub_automaton::{
    Input, PruneBackoff, Span,
    wire::dal::{
        Curve, DalWithPoints, Error, Framed, Message, MessageId, MessageView, P2pMessage, P2pMessageView, PeerId,
        PeerWithPoint, Point, Profile, PublicKeyHash, PxEntry, Rule, Shard, StreamDecoder, Topic,
    },
    worker::{PeerMessage, WorkerIdentifiers},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};
use std::net::SocketAddr;
use vectors::{bytes, hex};

const PROFILES: [(&str, Profile); 2] = [("octez", Profile::OCTEZ), ("mavryk", Profile::MAVRYK)];

/// What a vector says that a profile makes of it.
enum Expected<'a> {
    Value(&'a Value),
    Error(&'a str),
    Incomplete,
}

fn expected<'a>(vector: &'a Value, profile: &str) -> Expected<'a> {
    let error = vector[format!("error_{profile}")].as_str().or(vector["error"].as_str());
    match error {
        Some(error) => Expected::Error(error),
        None if vector["incomplete"] == true => Expected::Incomplete,
        None if vector["only"].as_str().is_some_and(|only| only != profile) => Expected::Error("any"),
        None => Expected::Value(&vector["decoded"]),
    }
}

/// Rules by the names that the vectors have for them.
fn name(error: Error) -> &'static str {
    match error.rule {
        Rule::NotEnoughData { .. } => "Not enough data",
        Rule::ExtraBytes { .. } => "Extra bytes",
        Rule::UnexpectedTag { .. } => "Unexpected tag",
        Rule::NegativeLength { .. } => "Invalid int",
        Rule::TooLong { .. } => "Size limit",
        Rule::TooManyEntries { .. } => "List length limit",
        Rule::PointText => "user function",
        _ => "another rule",
    }
}

/// A vector that names another rule only asks for a refusal.
fn assert_names(error: Error, expected: &str, vector: &str) {
    const NAMES: [&str; 7] = [
        "Not enough data",
        "Extra bytes",
        "Unexpected tag",
        "Invalid int",
        "Size limit",
        "List length limit",
        "user function",
    ];
    if let Some(expected) = NAMES.into_iter().find(|name| expected.starts_with(name)) {
        assert_eq!(name(error), expected, "{vector}: {error}");
    }
}

fn check_app(vector: &Value, profile_name: &str, profile: Profile) {
    let name = vector["name"].as_str().unwrap();
    let bytes = bytes(vector);
    match (expected(vector, profile_name), MessageView::decode(profile, &bytes)) {
        (Expected::Value(value), Ok(view)) => {
            assert_eq!(&message_json(&view.to_message()), value, "{name}");
            let mut again = Vec::new();
            view.to_message().encode(profile, &mut again).unwrap();
            assert_eq!(again == bytes, vector["canonical"] != false, "{name}");
            assert_eq!(MessageView::decode(profile, &again).unwrap().to_message(), view.to_message(), "{name}");
        }
        (Expected::Error(expected), Err(error)) => assert_names(error, expected, name),
        (_, found) => panic!("{name} by {profile_name}: {found:?}"),
    }
}

fn check_wire(vector: &Value, profile_name: &str, profile: Profile) {
    let name = vector["name"].as_str().unwrap();
    let bytes = bytes(vector);
    let decoded = P2pMessageView::decode(profile, &bytes);
    match (expected(vector, profile_name), &decoded) {
        (Expected::Value(value), Ok(Framed::Whole { message, length })) => {
            assert_eq!(&p2p_json(&message.to_message()), value, "{name}");
            assert_eq!(*length as u64, vector["consumed"].as_u64().unwrap_or(bytes.len() as u64), "{name}");
            let mut again = Vec::new();
            message.to_message().encode(profile, &mut again).unwrap();
            assert_eq!(again == bytes[..*length], vector["canonical"] != false, "{name}");
        }
        (Expected::Error(expected), Err(error)) => assert_names(*error, expected, name),
        (Expected::Incomplete, Ok(Framed::Incomplete { .. })) => {}
        (_, found) => panic!("{name} by {profile_name}: {found:?}"),
    }
    let one = stream(profile, &[&bytes]);
    assert_eq!(one.0.first(), decoded.ok().and_then(whole).as_ref(), "{name}");
    assert_eq!(one, stream(profile, &bytes.chunks(1).collect::<Vec<_>>()), "{name}");
}

fn whole(framed: Framed<'_>) -> Option<P2pMessage> {
    match framed {
        Framed::Whole { message, .. } => Some(message.to_message()),
        Framed::Incomplete { .. } => None,
    }
}

#[test]
fn vectors() {
    for vector in vectors::all("dal_vectors.json") {
        for (name, profile) in PROFILES {
            match vector["level"].as_str().unwrap() {
                "app" => check_app(&vector, name, profile),
                "wire" => check_wire(&vector, name, profile),
                level => panic!("{level}"),
            }
        }
    }
}

#[test]
fn errors_say_where_what_and_why() {
    let decode =
        |hex: &str| MessageView::decode(Profile::MAVRYK, &vectors::from_hex(hex)).map(drop).unwrap_err().to_string();
    assert_eq!(decode("0f"), "at byte 0, tag: unknown tag 15 for this network");
    assert_eq!(decode("1003"), "at byte 2, topic.pkh: 1 bytes are needed, and 0 are left");
    assert_eq!(decode("100304"), "at byte 2, topic.pkh: unknown tag 4 for this network");
    assert_eq!(decode("1380000000"), "at byte 1, message_ids: the length -2147483648 is negative");
    assert_eq!(decode("1300000001"), "at byte 5, message_ids: 1 bytes are needed, and 0 are left");
    assert_eq!(decode("1300000000ff"), "at byte 5, message: 1 bytes more than the message has");
    let mut id = "00".repeat(55);
    id.push_str("04");
    assert_eq!(
        decode(&format!("130000004c{id}{}", "00".repeat(20))),
        "at byte 60, message_id.pkh: unknown tag 4 for this network"
    );
}

/// Octez refuses a list of too many ids by its length alone, too many entries of peer exchange at the first too many.
#[test]
fn bounds_of_octez() {
    let iwant = |count| {
        let mut out = Vec::new();
        P2pMessage::Message(Message::Iwant { message_ids: vec![message_id(7); count] })
            .encode(Profile::MAVRYK, &mut out)
            .unwrap();
        out
    };
    assert!(matches!(P2pMessageView::decode(Profile::OCTEZ, &iwant(5000)), Ok(Framed::Whole { .. })));
    let rule = Rule::TooLong { length: 5001 * 76, max: 5000 * 76 };
    let error = Error { offset: 6, field: "message_ids", rule };
    assert_eq!(P2pMessageView::decode(Profile::OCTEZ, &iwant(5001)[..10]).map(whole), Err(error));

    let entry = PxEntry { point: Point::parse(b"1.2.3.4:5").unwrap(), peer_id: PeerId([6; 16]) };
    let prune = |count| Message::Prune { topic: topic(1), px: vec![entry; count], backoff: 60 };
    let mut out = Vec::new();
    prune(16).encode(Profile::OCTEZ, &mut out).unwrap();
    let length = out.len();
    let error = prune(17).encode(Profile::OCTEZ, &mut out).unwrap_err();
    assert_eq!((error.field, error.rule), ("px", Rule::TooManyEntries { max: 16 }));
    assert_eq!(out.len(), length, "what could not be written is taken back");
    prune(17).encode(Profile::MAVRYK, &mut out).unwrap();
}

#[test]
fn an_advertisement_has_at_most_100_points() {
    let advertise = |count| P2pMessage::Advertise { points: vec![Point::parse(b"[::1]:5").unwrap(); count] };
    let mut out = Vec::new();
    advertise(100).encode(Profile::OCTEZ, &mut out).unwrap();
    assert_eq!(stream(Profile::OCTEZ, &out.chunks(1).collect::<Vec<_>>()), (vec![advertise(100)], None, 0));
    assert_eq!(advertise(101).encode(Profile::OCTEZ, &mut out).unwrap_err().rule, Rule::TooManyEntries { max: 100 });
}

/// Only bytes that came are kept, whatever a length says.
#[test]
fn a_stream_keeps_one_frame_and_stops_at_a_fault() {
    let mut decoder = StreamDecoder::new(Profile::MAVRYK);
    let mut chunk = &[0, 0, 0, 2, 0, 1][..];
    assert!(decoder.decode(&mut chunk).unwrap().is_some());
    assert_eq!((decoder.buffered(), chunk), (0, &[][..]), "nothing waits behind a whole frame");
    let mut chunk = &[0x06, 0x3f, 0xff, 0xfc, 0, 0x13][..];
    assert!(decoder.decode(&mut chunk).unwrap().is_none());
    assert_eq!((decoder.buffered(), chunk), (6, &[][..]));
    let mut chunk = &[0xff; 4][..];
    let error = decoder.decode(&mut chunk).map(drop).unwrap_err();
    assert_eq!((error.offset, error.rule), (6, Rule::NegativeLength { length: -1 }));
    let mut valid = &[0, 0, 0, 2, 0, 1][..];
    assert_eq!(decoder.decode(&mut valid).map(drop), Err(error));
}

#[test]
fn backoffs_may_be_negative_and_are_clamped() {
    let input = |backoff: i16| {
        let mut out = Vec::new();
        Message::Prune { topic: topic(1), px: vec![], backoff }.encode(Profile::OCTEZ, &mut out).unwrap();
        match MessageView::decode(Profile::OCTEZ, &out).unwrap().to_input(PeerId([1; 16])) {
            Some(Input::Prune(prune)) => prune.backoff,
            other => panic!("{other:?}"),
        }
    };
    let [before, after] = [PruneBackoff::Before, PruneBackoff::After];
    assert_eq!(input(i16::MIN), before(Span::from_secs(32768)));
    assert_eq!(input(-1), before(Span::from_secs(1)));
    assert_eq!(input(0), after(Span::ZERO));
    assert_eq!(input(60), after(Span::from_secs(60)));
    assert_eq!(input(i16::MAX), after(Span::from_secs(32767)));

    let output = |backoff| match Message::new(&PeerMessage::Prune { topic: topic(1), px: vec![], backoff }, |_| None) {
        Message::Prune { backoff, .. } => backoff,
        other => panic!("{other:?}"),
    };
    assert_eq!(output(after(Span::from_millis(59_001))), 60);
    assert_eq!(output(after(Span::MAX)), i16::MAX);
    assert_eq!(output(before(Span::from_millis(59_001))), -59);
    assert_eq!(output(before(Span::MAX)), i16::MIN);
}

#[test]
fn message_ids_are_ordered_by_level_shard_commitment_slot_and_key() {
    let least = MessageId { level: 0, slot_index: 0, commitment: [0; 48], shard_index: 0, pkh: message_id(0).pkh };
    let key = PublicKeyHash { hash: [0xff; 20], ..least.pkh };
    let ascending = [
        least,
        MessageId { pkh: key, ..least },
        MessageId { slot_index: 1, ..least },
        MessageId { commitment: [1; 48], ..least },
        MessageId { shard_index: 1, ..least },
        MessageId { level: 1, ..least },
    ];
    assert!(ascending.is_sorted_by(|a, b| a < b));
    // Each field outweighs all that come after it.
    let rest = MessageId { slot_index: 9, commitment: [9; 48], pkh: key, ..least };
    assert!(rest < MessageId { shard_index: 1, ..least } && MessageId { shard_index: 9, ..rest } < ascending[5]);
}

#[test]
fn offered_peers_can_carry_their_addresses() {
    let entry = PxEntry { point: Point::parse(b"1.2.3.4:5").unwrap(), peer_id: PeerId([1; 16]) };
    let prune = Message::Prune { topic: topic(1), px: vec![entry], backoff: 7 };
    let mut bytes = Vec::new();
    prune.encode(Profile::OCTEZ, &mut bytes).unwrap();
    let view = MessageView::decode(Profile::OCTEZ, &bytes).unwrap();
    let message: PeerMessage<DalWithPoints> = view.to_peer_message();
    let PeerMessage::Prune { px, .. } = &message else { panic!("{message:?}") };
    assert_eq!((px.len(), px[0].point), (1, entry.point));
    assert_eq!(Message::with_points(&message), prune);
    assert_eq!(<DalWithPoints as WorkerIdentifiers>::point_of(&px[0]), Some(entry.point));
    // The address is no part of the identity.
    let elsewhere = PeerWithPoint { point: Point::parse(b"6.7.8.9:5").unwrap(), ..px[0] };
    assert_eq!(elsewhere, px[0]);
    assert_eq!(elsewhere.cmp(&px[0]), std::cmp::Ordering::Equal);
    assert_eq!(std::collections::HashSet::from([elsewhere, px[0]]).len(), 1);
}

#[test]
fn lists_are_counted() {
    let entry = PxEntry { point: Point::parse(b"1.2.3.4:5").unwrap(), peer_id: PeerId([6; 16]) };
    for count in [0, 2] {
        let mut ihave = Vec::new();
        let message_ids = vec![message_id(7); count];
        Message::Ihave { topic: topic(1), message_ids }.encode(Profile::OCTEZ, &mut ihave).unwrap();
        let mut prune = Vec::new();
        Message::Prune { topic: topic(1), px: vec![entry; count], backoff: 0 }
            .encode(Profile::OCTEZ, &mut prune)
            .unwrap();
        match [&ihave, &prune].map(|bytes| MessageView::decode(Profile::OCTEZ, bytes).unwrap()) {
            [MessageView::Ihave { message_ids, .. }, MessageView::Prune { px, .. }] => {
                assert_eq!((message_ids.len(), message_ids.is_empty()), (count, count == 0));
                assert_eq!((px.len(), px.is_empty()), (count, count == 0));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_sent_has_the_points_that_are_known_and_the_topic_of_its_id() {
    let px = [PeerId([1; 16]), PeerId([2; 16])];
    let known = PxEntry { point: Point::parse(b"1.2.3.4:5").unwrap(), peer_id: px[1] };
    let prune = PeerMessage::Prune { topic: topic(1), px: px.to_vec(), backoff: Span::ZERO.into() };
    let message = Message::new(&prune, |peer| (*peer == known.peer_id).then_some(known.point));
    assert_eq!(message, Message::Prune { topic: topic(1), px: vec![known], backoff: 0 });

    let payload = Shard { share: vec![[5; 32]], proof: [8; 48] };
    let answer = PeerMessage::Message { topic: None, message_id: message_id(7), message: payload.clone().into() };
    let expected = Message::MessageWithHeader {
        share: payload.share,
        shard_proof: payload.proof,
        topic: topic(7),
        message_id: message_id(7),
    };
    assert_eq!(Message::new(&answer, |_| None), expected);
}

/// All that a stream gives: its messages, the fault that ended it, and how many bytes are left waiting.
fn stream(profile: Profile, chunks: &[&[u8]]) -> (Vec<P2pMessage>, Option<Error>, usize) {
    let mut decoder = StreamDecoder::new(profile);
    let mut messages = Vec::new();
    for mut chunk in chunks.iter().copied() {
        loop {
            match decoder.decode(&mut chunk) {
                Ok(Some(message)) => messages.push(message.to_message()),
                Ok(None) => break,
                Err(error) => return (messages, Some(error), 0),
            }
        }
        assert!(chunk.is_empty());
    }
    (messages, None, decoder.buffered())
}

fn topic(slot_index: u8) -> Topic {
    Topic { slot_index, pkh: PublicKeyHash { curve: Curve::Bls, hash: [9; 20] } }
}

fn message_id(slot_index: u8) -> MessageId {
    MessageId { level: 1, slot_index, commitment: [2; 48], shard_index: 3, pkh: topic(0).pkh }
}

fn any_pkh() -> impl Strategy<Value = PublicKeyHash> {
    const CURVES: [Curve; 4] = [Curve::Ed25519, Curve::Secp256k1, Curve::P256, Curve::Bls];
    (proptest::sample::select(&CURVES[..]), any::<[u8; 20]>()).prop_map(|(curve, hash)| PublicKeyHash { curve, hash })
}

fn any_topic() -> impl Strategy<Value = Topic> {
    (any::<u8>(), any_pkh()).prop_map(|(slot_index, pkh)| Topic { slot_index, pkh })
}

fn any_message_id() -> impl Strategy<Value = MessageId> {
    (any::<i32>(), any::<u8>(), vec(any::<u8>(), 48), any::<u16>(), any_pkh()).prop_map(
        |(level, slot_index, commitment, shard_index, pkh)| {
            let commitment = commitment.try_into().unwrap();
            MessageId { level, slot_index, commitment, shard_index, pkh }
        },
    )
}

fn any_entry() -> impl Strategy<Value = PxEntry> {
    // Every other address is a mapped one.
    let address = prop_oneof![any::<u128>(), any::<u32>().prop_map(|v4| 0xffff_0000_0000 | u128::from(v4))];
    (address, any::<u16>(), any::<[u8; 16]>())
        .prop_map(|(v6, port, id)| PxEntry { point: Point { address: v6.into(), port }, peer_id: PeerId(id) })
}

fn any_message() -> impl Strategy<Value = Message> {
    prop_oneof![
        any_topic().prop_map(|topic| Message::Graft { topic }),
        (any_topic(), vec(any_entry(), 0..5), any::<i16>()).prop_map(|(topic, px, backoff)| Message::Prune {
            topic,
            px,
            backoff
        }),
        (any_topic(), vec(any_message_id(), 0..5))
            .prop_map(|(topic, message_ids)| Message::Ihave { topic, message_ids }),
        vec(any_message_id(), 0..5).prop_map(|message_ids| Message::Iwant { message_ids }),
        any_topic().prop_map(|topic| Message::Subscribe { topic }),
        any_topic().prop_map(|topic| Message::Unsubscribe { topic }),
        (vec(any::<[u8; 32]>(), 0..5), any::<[u8; 32]>(), any_topic(), any_message_id()).prop_map(
            |(share, half, topic, message_id)| {
                let mut shard_proof = [0; 48];
                shard_proof[..32].copy_from_slice(&half);
                Message::MessageWithHeader { share, shard_proof, topic, message_id }
            }
        ),
    ]
}

fn any_p2p_message() -> impl Strategy<Value = P2pMessage> {
    prop_oneof![
        Just(P2pMessage::Disconnect),
        Just(P2pMessage::Bootstrap),
        vec(any_entry(), 0..5).prop_map(|entries| {
            P2pMessage::Advertise { points: entries.iter().map(|entry| entry.point).collect() }
        }),
        any_entry().prop_map(|entry| P2pMessage::SwapRequest { entry }),
        any_entry().prop_map(|entry| P2pMessage::SwapAck { entry }),
        any_message().prop_map(P2pMessage::Message),
        any_message().prop_map(P2pMessage::Message),
    ]
}

/// Small damage: bytes set, removed or repeated.
fn any_damage() -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    vec((any::<Index>(), 0_u8..4, prop_oneof![any::<u8>(), 0_u8..6, Just(0xff)]), 0..4)
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

/// What is decoded is written again as the same bytes, but for the text of points; and that is decoded as the same.
fn check_decoding(bytes: &[u8]) {
    for (_, profile) in PROFILES {
        let Ok(view) = MessageView::decode(profile, bytes) else { continue };
        let message = view.to_message();
        let mut again = Vec::new();
        message.encode(profile, &mut again).unwrap();
        if !matches!(message, Message::Prune { .. }) {
            assert_eq!(again, bytes);
        }
        assert_eq!(MessageView::decode(profile, &again).unwrap().to_message(), message);
        let input = view.to_input(PeerId([7; 16]));
        assert_eq!(input.is_none(), matches!(message, Message::Ping));
        if let Some((peer, sent)) = input.and_then(PeerMessage::from_input) {
            assert_eq!(peer, PeerId([7; 16]));
            check_same_message(&message, &Message::new(&sent, |_| None));
        }
    }
    check_oracle(bytes);
}

/// An input says all that the message said, but for points.
fn check_same_message(message: &Message, again: &Message) {
    match (message, again) {
        (Message::Prune { topic, backoff, .. }, Message::Prune { topic: other, px, backoff: again }) => {
            assert_eq!((topic, backoff), (other, again));
            assert!(px.is_empty());
        }
        _ => assert_eq!(message, again),
    }
}

fn check_oracle(bytes: &[u8]) {
    match (MessageView::decode(Profile::MAVRYK, bytes), oracle::decode(bytes)) {
        (Ok(view), Some(oracle)) => assert_eq!(oracle, view.to_message()),
        // The oracle does not look into points.
        (Err(Error { rule: Rule::PointText, .. }), _) | (Err(_), None) => {}
        (ours, oracle) => panic!("{ours:?} {oracle:?}"),
    }
}

proptest! {
    // A seed goes stale when a strategy changes: a case that matters becomes a test of its own.
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        check_decoding(&bytes);
        let _ = stream(Profile::OCTEZ, &[&bytes]);
    }

    #[test]
    fn any_tagged_bytes_are_decoded_or_refused(tag in 0x10_u8..0x17, rest in vec(prop_oneof![any::<u8>(), Just(0)], 0..300)) {
        check_decoding(&[&[tag], &rest[..]].concat());
    }

    #[test]
    fn damaged_messages_are_decoded_or_refused(message in any_message(), damages in any_damage()) {
        let mut bytes = Vec::new();
        message.encode(Profile::MAVRYK, &mut bytes).unwrap();
        prop_assert_eq!(MessageView::decode(Profile::MAVRYK, &bytes).unwrap().to_message(), message);
        damage(&mut bytes, &damages);
        check_decoding(&bytes);
    }

    #[test]
    fn a_stream_does_not_depend_on_its_chunks(
        messages in vec(any_p2p_message(), 1..4), damages in any_damage(), cuts in vec(any::<Index>(), 0..6)
    ) {
        let mut bytes = Vec::new();
        for message in &messages {
            message.encode(Profile::MAVRYK, &mut bytes).unwrap();
        }
        prop_assert_eq!(stream(Profile::MAVRYK, &cut(&bytes, &cuts)), (messages, None, 0));
        damage(&mut bytes, &damages);
        for (_, profile) in PROFILES {
            let one = stream(profile, &[&bytes]);
            prop_assert_eq!(&one, &stream(profile, &cut(&bytes, &cuts)));
            prop_assert_eq!(&one, &stream(profile, &bytes.chunks(1).collect::<Vec<_>>()));
        }
    }

    /// A fault of a part of a frame is the fault of all of it, and no part of a valid frame has one.
    #[test]
    fn a_part_of_a_frame_says_nothing_else(message in any_p2p_message(), damages in any_damage()) {
        let mut bytes = Vec::new();
        message.encode(Profile::MAVRYK, &mut bytes).unwrap();
        damage(&mut bytes, &damages);
        let all = P2pMessageView::decode(Profile::MAVRYK, &bytes).map(whole);
        for length in 0..bytes.len() {
            match P2pMessageView::decode(Profile::MAVRYK, &bytes[..length]) {
                Err(error) => prop_assert_eq!(&all, &Err(error)),
                Ok(Framed::Whole { message, .. }) => prop_assert_eq!(&all, &Ok(Some(message.to_message()))),
                Ok(Framed::Incomplete { wanted, length: frame }) => prop_assert!(length < wanted && wanted <= frame),
            }
        }
    }

    /// What is a point is written as a point that is the same; and is what the standard library takes it for, if it does.
    #[test]
    fn any_text_is_a_point_or_not(text in any_point_text()) {
        let point = Point::parse(text.as_bytes());
        if let Some(point) = point {
            prop_assert_eq!(Point::parse(point.to_string().as_bytes()), Some(point));
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            let canonical = SocketAddr::new(address.ip().to_canonical(), address.port());
            prop_assert_eq!(point.map(|point| point.to_string()), Some(canonical.to_string()));
        }
    }
}

/// Text out of the pieces of addresses, so that many are one.
fn any_point_text() -> impl Strategy<Value = String> {
    const PIECES: [&str; 16] = [
        "::", ":", "1:", "2:", "db8:", "0:", "ffff:", "0", "00a1", "1", "1.2.3.4", "255.", "0.0", "10000", ".",
        "1:2:3:",
    ];
    let address = vec(proptest::sample::select(&PIECES[..]), 1..9).prop_map(|pieces| pieces.concat());
    (address, any::<bool>(), any::<u16>()).prop_map(|(address, brackets, port)| {
        if brackets { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
    })
}

fn pkh_json(pkh: &PublicKeyHash) -> Value {
    let curve = match pkh.curve {
        Curve::Ed25519 => "ed25519",
        Curve::Secp256k1 => "secp256k1",
        Curve::P256 => "p256",
        Curve::Bls => "bls",
        Curve::Mldsa44 => "mldsa44",
    };
    json!({ "curve": curve, "hash": hex(pkh.hash) })
}

fn topic_json(topic: &Topic) -> Value {
    json!({ "slot_index": topic.slot_index, "pkh": pkh_json(&topic.pkh) })
}

fn id_json(id: &MessageId) -> Value {
    json!({
        "level": id.level, "slot_index": id.slot_index, "commitment": hex(id.commitment),
        "shard_index": id.shard_index, "pkh": pkh_json(&id.pkh),
    })
}

fn message_json(message: &Message) -> Value {
    let ids = |ids: &[MessageId]| ids.iter().map(id_json).collect::<Value>();
    match message {
        Message::Graft { topic } => json!({ "kind": "graft", "topic": topic_json(topic) }),
        Message::Prune { topic, px, backoff } => {
            let entry = |entry: &PxEntry| json!({ "point": entry.point.to_string(), "peer": hex(entry.peer_id.0) });
            let px = px.iter().map(entry).collect::<Value>();
            json!({ "kind": "prune", "topic": topic_json(topic), "px": px, "backoff": { "span": backoff } })
        }
        Message::Ihave { topic, message_ids } => {
            json!({ "kind": "ihave", "topic": topic_json(topic), "message_ids": ids(message_ids) })
        }
        Message::Iwant { message_ids } => json!({ "kind": "iwant", "message_ids": ids(message_ids) }),
        Message::Subscribe { topic } => json!({ "kind": "subscribe", "topic": topic_json(topic) }),
        Message::Unsubscribe { topic } => json!({ "kind": "unsubscribe", "topic": topic_json(topic) }),
        Message::MessageWithHeader { share, shard_proof, topic, message_id } => json!({
            "kind": "message_with_header",
            "message": { "share": share.iter().map(hex).collect::<Value>(), "shard_proof": hex(shard_proof) },
            "topic": topic_json(topic), "message_id": id_json(message_id),
        }),
        // The vectors write a ping as the subscription that it is in the other network.
        Message::Ping => {
            let pkh = PublicKeyHash { curve: Curve::Ed25519, hash: [0; 20] };
            json!({ "kind": "subscribe", "topic": topic_json(&Topic { slot_index: 0, pkh }) })
        }
    }
}

fn p2p_json(message: &P2pMessage) -> Value {
    let swap = |kind: &str, entry: &PxEntry| json!({ "kind": kind, "point": entry.point.to_string(), "peer_id": hex(entry.peer_id.0) });
    match message {
        P2pMessage::Disconnect => json!({ "kind": "Disconnect" }),
        P2pMessage::Bootstrap => json!({ "kind": "Bootstrap" }),
        P2pMessage::Advertise { points } => {
            json!({ "kind": "Advertise", "points": points.iter().map(|point| json!(point.to_string())).collect::<Value>() })
        }
        P2pMessage::SwapRequest { entry } => swap("Swap_request", entry),
        P2pMessage::SwapAck { entry } => swap("Swap_ack", entry),
        P2pMessage::Message(message) => message_json(message),
    }
}
