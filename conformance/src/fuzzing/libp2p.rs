//! The gossipsub RPC of libp2p.

use super::{byte_by_byte, chunked, oracle};
use gossipsub_automaton::{
    Input, PruneBackoff, Span,
    wire::libp2p::{Bounds, Error, Libp2p, PeerId, Rpc, RpcWriter, StreamDecoder, message_id_of_author},
    worker::PeerMessage,
};
use prost::Message as _;

/// No bounds: then the schema alone decides, as it does for the second library.
pub(super) const UNBOUNDED: Bounds =
    Bounds { max_frame: usize::MAX, max_message_ids: usize::MAX, max_px: usize::MAX, ..Bounds::GO };

/// Bounds so small that short inputs meet them.
const NARROW: Bounds = Bounds {
    max_frame: 48,
    max_publish: 2,
    max_subscriptions: 2,
    max_control_bytes: 24,
    max_topic: 3,
    max_message_ids: 2,
    max_px: 1,
    max_backoff: Span::from_secs(5),
};

const LOCAL_BACKOFF: Span = Span::from_secs(60);

/// An RPC has the verdict and the value of the second library. Its inputs, written as RPCs again, are the same inputs;
/// under bounds, it is refused or its inputs keep to them.
///
/// # Panics
/// If one of these does not hold.
pub fn libp2p_rpc(bytes: &[u8]) {
    match (Rpc::decode(&UNBOUNDED, bytes), oracle::libp2p::Rpc::decode(bytes)) {
        (Ok(rpc), Ok(theirs)) => {
            assert_eq!(oracle::libp2p::Rpc::from(&rpc), theirs, "both libraries find the same value");
            says_the_same_as_inputs(&rpc);
        }
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("one library decodes what the other refuses: {ours:?} and {theirs:?}"),
    }
    for bounds in [NARROW, Bounds::RUST] {
        keeps_to(&bounds, bytes);
    }
}

fn says_the_same_as_inputs(rpc: &Rpc<'_>) {
    let given = inputs(rpc);
    let mut writer = RpcWriter::new(UNBOUNDED);
    for (peer, message) in given.iter().cloned().filter_map(PeerMessage::from_input) {
        assert_eq!(peer, sender());
        writer.push(&message).expect("without bounds every message fits");
    }
    let mut again = Vec::with_capacity(given.len());
    let (frames, fault, waiting) = read(UNBOUNDED, [&writer.finish()[..]]);
    assert_eq!((fault, waiting), (None, 0), "what is written are whole frames");
    for frame in frames {
        again.extend(inputs(&Rpc::decode(&UNBOUNDED, &frame).expect("what is written can be decoded")));
    }
    assert_eq!(again, given, "inputs that are written and decoded are the same");
}

fn keeps_to(bounds: &Bounds, bytes: &[u8]) {
    let Ok(rpc) = Rpc::decode(bounds, bytes) else { return };
    assert!(Rpc::decode(&UNBOUNDED, bytes).is_ok(), "bounds only refuse more");
    assert!(bytes.len() <= bounds.max_frame);
    assert!(rpc.publish().count() <= bounds.max_publish);
    assert!(rpc.subscriptions().count() <= bounds.max_subscriptions);
    for input in inputs(&rpc) {
        match input {
            Input::Subscribe(input) => assert!(input.topic.len() <= bounds.max_topic),
            Input::Unsubscribe(input) => assert!(input.topic.len() <= bounds.max_topic),
            Input::Graft(input) => assert!(input.topic.len() <= bounds.max_topic),
            Input::ReceiveMessage(input) => assert!(input.topic.len() <= bounds.max_topic),
            Input::Ihave(input) => {
                assert!(input.topic.len() <= bounds.max_topic && input.message_ids.len() <= bounds.max_message_ids);
            }
            Input::Iwant(input) => assert!(input.message_ids.len() <= bounds.max_message_ids),
            Input::Prune(input) => {
                assert!(input.topic.len() <= bounds.max_topic && input.px.len() <= bounds.max_px);
                let most = bounds.max_backoff.max(LOCAL_BACKOFF);
                assert!(matches!(input.backoff, PruneBackoff::After(backoff) if backoff <= most));
            }
            other => panic!("no peer gives this input: {other:?}"),
        }
    }
}

/// A stream gives the same RPCs and the same fault, however it is cut into chunks. Each is decoded as it is by itself.
///
/// # Panics
/// If it does not.
pub fn libp2p_stream(bytes: &[u8]) {
    let Some((stream, chunks)) = chunked(bytes) else { return };
    for bounds in [NARROW, Bounds::RUST] {
        let whole = read(bounds, [stream]);
        assert_eq!(read(bounds, chunks.iter().copied()), whole, "in chunks");
        assert_eq!(read(bounds, byte_by_byte(stream)), whole, "byte by byte");
        let (frames, ..) = whole;
        assert!(stream.starts_with(&again(&frames)), "frames are the bytes' own");
        assert!(frames.iter().all(|frame| Rpc::decode(&bounds, frame).is_ok()), "a frame is an RPC by itself");
    }
}

/// Frames behind their lengths, by the second library.
fn again(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut stream = Vec::new();
    for frame in frames {
        prost::encode_length_delimiter(frame.len(), &mut stream).expect("a vector grows");
        stream.extend_from_slice(frame);
    }
    stream
}

/// The RPCs of a stream, the fault that ended it, and how many bytes are left waiting.
pub(super) fn read<'a>(
    bounds: Bounds,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Vec<u8>>, Option<Error>, usize) {
    let mut decoder = StreamDecoder::new(bounds);
    let mut frames = Vec::new();
    for mut chunk in chunks {
        loop {
            match decoder.decode(&mut chunk) {
                Ok(Some(rpc)) => frames.push(rpc.as_bytes().to_vec()),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.decode(&mut chunk).map(drop), Err(error), "a fault is the last of a stream");
                    return (frames, Some(error), 0);
                }
            }
        }
        assert!(chunk.is_empty(), "the decoder consumes a whole chunk before it wants more");
    }
    (frames, None, decoder.buffered())
}

fn sender() -> PeerId {
    PeerId([7].into())
}

fn inputs(rpc: &Rpc<'_>) -> Vec<Input<Libp2p>> {
    let mut inputs = Vec::new();
    rpc.inputs(&sender(), LOCAL_BACKOFF, &mut message_id_of_author, |input| inputs.push(input));
    inputs
}
