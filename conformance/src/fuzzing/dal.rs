//! The messages of the data-availability layers.

use super::{byte_by_byte, chunked, oracle};
use gossipsub_automaton::{
    wire::dal::{
        Error, Framed, Message, MessageView, P2pMessage, P2pMessageView, PeerId, Profile, Rule, StreamDecoder,
    },
    worker::PeerMessage,
};

const SENDER: PeerId = PeerId([7; 16]);

/// A plain message has the verdict and the value of the second library. What is decoded is written as the same bytes
/// again, but for the text of points; and as an input it says the same, but for points.
///
/// # Panics
/// If one of these does not hold.
pub fn dal_message(bytes: &[u8]) {
    for profile in [Profile::MAVRYK, Profile::OCTEZ] {
        if let Ok(view) = MessageView::decode(profile, bytes) {
            written_again(profile, &view, bytes);
            says_the_same_as_an_input(&view);
        }
    }
    match (MessageView::decode(Profile::MAVRYK, bytes), oracle::dal::decode(bytes)) {
        (Ok(view), Some(theirs)) => {
            assert_eq!(theirs, view.to_message(), "both libraries find the same value");
        }
        // The second library does not look into points.
        (Err(Error { rule: Rule::PointText, .. }), _) | (Err(_), None) => {}
        (ours, theirs) => panic!("one library decodes what the other refuses: {ours:?} and {theirs:?}"),
    }
}

fn written_again(profile: Profile, view: &MessageView<'_>, bytes: &[u8]) {
    let message = view.to_message();
    let mut again = Vec::with_capacity(bytes.len());
    message.encode(profile, &mut again).expect("what is decoded can be written");
    if again != bytes {
        assert!(matches!(message, Message::Prune { .. }), "only points are written in another way: {message:?}");
        let decoded = MessageView::decode(profile, &again).map(|view| view.to_message());
        assert_eq!(decoded, Ok(message), "what is written is decoded as the same");
    }
}

fn says_the_same_as_an_input(view: &MessageView<'_>) {
    let Some(input) = view.to_input(SENDER) else {
        assert!(matches!(view, MessageView::Ping), "every other message is an input");
        return;
    };
    let (sender, message) = PeerMessage::from_input(input).expect("a peer gave the input");
    assert_eq!(sender, SENDER);
    let mut expected = view.to_message();
    if let Message::Prune { px, .. } = &mut expected {
        px.clear();
    }
    assert_eq!(Message::new(&message, |_| None), expected, "an input says what the message said");
}

/// A stream gives the same messages and the same fault, however it is cut into chunks; and so does decoding frame by
/// frame without a stream.
///
/// # Panics
/// If it does not.
pub fn dal_stream(bytes: &[u8]) {
    let Some((stream, chunks)) = chunked(bytes) else { return };
    for profile in [Profile::MAVRYK, Profile::OCTEZ] {
        let whole = read(profile, [stream]);
        assert_eq!(read(profile, chunks.iter().copied()), whole, "in chunks");
        assert_eq!(read(profile, byte_by_byte(stream)), whole, "byte by byte");
        assert_eq!(frame_by_frame(profile, stream), whole, "frame by frame");
    }
}

/// The messages of a stream, the fault that ended it, and how many bytes are left waiting.
type Read = (Vec<P2pMessage>, Option<Error>, usize);

fn read<'a>(profile: Profile, chunks: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let mut decoder = StreamDecoder::new(profile);
    let mut messages = Vec::new();
    for mut chunk in chunks {
        loop {
            match decoder.decode(&mut chunk) {
                Ok(Some(message)) => messages.push(message.to_message()),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.decode(&mut chunk).map(drop), Err(error), "a fault is the last of a stream");
                    return (messages, Some(error), 0);
                }
            }
        }
        assert!(chunk.is_empty(), "the decoder consumes a whole chunk before it wants more");
    }
    (messages, None, decoder.buffered())
}

fn frame_by_frame(profile: Profile, mut stream: &[u8]) -> Read {
    let mut messages = Vec::new();
    loop {
        match P2pMessageView::decode(profile, stream) {
            Ok(Framed::Whole { message, length }) => {
                messages.push(message.to_message());
                stream = stream.get(length..).expect("a whole frame is there");
            }
            Ok(Framed::Incomplete { wanted, length }) => {
                assert!(stream.len() < wanted && wanted <= length, "more is wanted than there is");
                return (messages, None, stream.len());
            }
            Err(error) => return (messages, Some(error), 0),
        }
    }
}
