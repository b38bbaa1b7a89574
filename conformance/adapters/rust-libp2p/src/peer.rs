//! A peer of the node at the other end of a connection: it negotiates its protocol, frames and unframes RPCs.

use libp2p_core::PeerId;
use prost::Message as _;

use crate::network::{Connection, Stream};
use crate::wire;

const MULTISTREAM: &str = "/multistream/1.0.0";
const NOT_AVAILABLE: &str = "na";

/// A stream that the node has opened, and what the peer knows of it.
#[derive(Debug)]
struct Inbound {
    stream: Stream,
    bytes: Vec<u8>,
    is_negotiated: bool,
}

#[derive(Debug)]
pub(crate) struct RawPeer {
    pub(crate) id: PeerId,
    connection: Connection,
    protocol: String,
    inbound: Vec<Inbound>,
    outbound: Option<Stream>,
}

impl RawPeer {
    pub(crate) fn new(id: PeerId, connection: Connection, protocol: String) -> Self {
        Self { id, connection, protocol, inbound: Vec::new(), outbound: None }
    }

    /// Opens the stream on which the peer sends. What the node answers to the negotiation is not read.
    pub(crate) fn open_stream(&mut self) {
        let stream = self.connection.open_stream();
        stream.write(&negotiation_line(MULTISTREAM));
        stream.write(&negotiation_line(&self.protocol));
        self.outbound = Some(stream);
    }

    pub(crate) fn send(&mut self, rpc: &wire::Rpc) {
        // The node drops a stream on which it cannot read an RPC, for example a too large one.
        if self.outbound.as_ref().is_none_or(Stream::is_abandoned) {
            self.open_stream();
        }
        let stream = self.outbound.as_ref().expect("it is open");
        stream.write(&rpc.encode_length_delimited_to_vec());
    }

    pub(crate) fn disconnect(&self) {
        self.connection.reset();
    }

    /// Reads what the node has written, and answers where it negotiates.
    pub(crate) fn read(&mut self) -> Read {
        let opened = self.connection.take_opened().into_iter();
        self.inbound.extend(opened.map(|stream| Inbound { stream, bytes: Vec::new(), is_negotiated: false }));
        let mut read = Read::default();
        for inbound in &mut self.inbound {
            let bytes = inbound.stream.read();
            if bytes.is_empty() {
                continue;
            }
            read.is_any = true;
            inbound.bytes.extend(bytes);
            while let Some(frame) = take_frame(&mut inbound.bytes) {
                if inbound.is_negotiated {
                    read.rpcs.push(wire::Rpc::decode(&frame[..]).expect("the node writes valid RPCs"));
                } else {
                    inbound.negotiate(&frame, &self.protocol);
                }
            }
        }
        read
    }
}

impl Inbound {
    fn negotiate(&mut self, frame: &[u8], protocol: &str) {
        let proposal = String::from_utf8_lossy(frame);
        let proposal = proposal.trim_end_matches('\n');
        self.is_negotiated = proposal == protocol;
        let is_accepted = self.is_negotiated || proposal == MULTISTREAM;
        self.stream.write(&negotiation_line(if is_accepted { proposal } else { NOT_AVAILABLE }));
    }
}

/// What a peer has read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// The node has written bytes: RPCs, a part of one, or the negotiation.
    pub(crate) is_any: bool,
    pub(crate) rpcs: Vec<wire::Rpc>,
}

/// A line of multistream-select: its length, the text, a line feed.
fn negotiation_line(text: &str) -> Vec<u8> {
    let mut line = Vec::new();
    prost::encode_length_delimiter(text.len() + 1, &mut line).expect("a vector grows");
    line.extend(text.as_bytes());
    line.push(b'\n');
    line
}

/// Takes the first length-prefixed frame out of `bytes`, if it is complete.
fn take_frame(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = prost::decode_length_delimiter(&bytes[..]).ok()?;
    let start = prost::length_delimiter_len(length);
    let frame = bytes.get(start..start.checked_add(length)?)?.to_vec();
    bytes.drain(..start + length);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_once_it_is_complete() {
        let line = negotiation_line("/a");
        assert_eq!(line, b"\x03/a\n");
        let mut bytes = line[..3].to_vec();
        assert_eq!(take_frame(&mut bytes), None);
        bytes.extend(b"\n\x01");
        assert_eq!(take_frame(&mut bytes).as_deref(), Some(&b"/a\n"[..]));
        assert_eq!(bytes, b"\x01");
    }
}
