//! Writing RPCs.

use super::{Bounds, Libp2p, Message};
use crate::{wire::whole_seconds, worker::PeerMessage};
use alloc::vec::Vec;

/// The error for a message that does not fit into an RPC within the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a part of {length} bytes does not fit into an RPC of the bounds")]
pub struct TooLong {
    /// The length of the part, in bytes.
    pub length: usize,
}

/// Collects the messages to one peer into as few frames as the bounds allow.
///
/// ```
/// use gossipsub_automaton::{wire::libp2p::{Bounds, RpcWriter}, worker::PeerMessage};
///
/// let mut writer = RpcWriter::new(Bounds::GO);
/// writer.push(&PeerMessage::Graft { topic: "blocks".into() })?;
/// assert_eq!(writer.finish(), b"\x0c\x1a\x0a\x1a\x08\x0a\x06blocks");
/// # Ok::<(), gossipsub_automaton::wire::libp2p::TooLong>(())
/// ```
#[derive(Clone, Debug)]
pub struct RpcWriter {
    bounds: Bounds,
    frames: Vec<u8>,
    rpc: Draft,
}

/// An RPC that is being written.
#[derive(Clone, Debug, Default)]
struct Draft {
    /// Subscriptions and messages.
    fields: Vec<u8>,
    /// The fields of the control message. An RPC has only one, because some libraries do not merge two.
    control: Vec<u8>,
    subscriptions: usize,
    subscription_bytes: usize,
    publish: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Subscription,
    Publish,
    Control(u32),
}

impl RpcWriter {
    /// A writer for a peer with these bounds.
    #[must_use]
    pub const fn new(bounds: Bounds) -> Self {
        let rpc =
            Draft { fields: Vec::new(), control: Vec::new(), subscriptions: 0, subscription_bytes: 0, publish: 0 };
        Self { bounds, frames: Vec::new(), rpc }
    }

    /// Adds a message. An announcement or request with more ids than an RPC can have is split.
    ///
    /// A ping is not written, because the RPC has none. A backoff is rounded up to whole seconds. Offered peers are written
    /// without addresses.
    ///
    /// # Errors
    /// If the message does not fit into an RPC. The ids before one that is too long are still written.
    pub fn push(&mut self, message: &PeerMessage<Libp2p>) -> Result<(), TooLong> {
        let mut part = Vec::new();
        match message {
            PeerMessage::Subscribe { topic } => {
                put_varint(&mut part, 1, 1);
                put(&mut part, 2, topic.as_bytes());
                self.add(Kind::Subscription, &part)
            }
            PeerMessage::Unsubscribe { topic } => {
                put_varint(&mut part, 1, 0);
                put(&mut part, 2, topic.as_bytes());
                self.add(Kind::Subscription, &part)
            }
            PeerMessage::Graft { topic } => {
                put(&mut part, 1, topic.as_bytes());
                self.add(Kind::Control(3), &part)
            }
            PeerMessage::Prune { topic, px, backoff } => {
                put(&mut part, 1, topic.as_bytes());
                for peer in px {
                    let mut info = Vec::new();
                    put(&mut info, 1, &peer.0);
                    put(&mut part, 2, &info);
                }
                put_varint(&mut part, 3, u64::try_from(whole_seconds(*backoff)).unwrap_or(0));
                self.add(Kind::Control(4), &part)
            }
            PeerMessage::Ihave { topic, message_ids } => {
                put(&mut part, 1, topic.as_bytes());
                self.add_ids(1, &part, 2, message_ids.iter().map(|id| &*id.0))
            }
            PeerMessage::Iwant { message_ids } => self.add_ids(2, &part, 1, message_ids.iter().map(|id| &*id.0)),
            PeerMessage::Message { message, .. } => self.add(Kind::Publish, message.as_bytes()),
            PeerMessage::Ping => Ok(()),
        }
    }

    /// The frames in their order, as bytes for the stream.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.frames
    }

    fn add(&mut self, kind: Kind, part: &[u8]) -> Result<(), TooLong> {
        let before = self.rpc.mark();
        self.rpc.put(kind, part);
        if self.rpc.fits(&self.bounds) {
            return Ok(());
        }
        self.rpc.back_to(before);
        self.flush();
        self.rpc.put(kind, part);
        if self.rpc.fits(&self.bounds) {
            return Ok(());
        }
        self.rpc = Draft::default();
        Err(TooLong { length: part.len() })
    }

    /// Adds parts that start with `head` and contain as many of the ids as an RPC can have.
    fn add_ids<'a>(
        &mut self,
        kind: u32,
        head: &[u8],
        number: u32,
        ids: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), TooLong> {
        /// The greatest length of the tags and lengths around a part: two of each.
        const AROUND: usize = 22;
        let room = self.bounds.max_frame.min(self.bounds.max_control_bytes).saturating_sub(AROUND);
        let mut part = head.to_vec();
        let mut count = 0;
        for id in ids {
            let before = part.len();
            put(&mut part, number, id);
            if count == self.bounds.max_message_ids.max(1) || (part.len() > room && count > 0) {
                part.truncate(before);
                self.add(Kind::Control(kind), &part)?;
                part.truncate(head.len());
                put(&mut part, number, id);
                count = 0;
            }
            count += 1;
        }
        self.add(Kind::Control(kind), &part)
    }

    fn flush(&mut self) {
        let Draft { mut fields, control, .. } = core::mem::take(&mut self.rpc);
        if !control.is_empty() {
            put(&mut fields, 3, &control);
        }
        if !fields.is_empty() {
            varint(&mut self.frames, length(&fields));
            self.frames.extend_from_slice(&fields);
        }
    }
}

impl Draft {
    fn put(&mut self, kind: Kind, part: &[u8]) {
        match kind {
            Kind::Subscription => {
                let before = self.fields.len();
                put(&mut self.fields, 1, part);
                self.subscriptions += 1;
                self.subscription_bytes += self.fields.len() - before;
            }
            Kind::Publish => {
                put(&mut self.fields, 2, part);
                self.publish += 1;
            }
            Kind::Control(number) => put(&mut self.control, number, part),
        }
    }

    fn fits(&self, bounds: &Bounds) -> bool {
        let control = if self.control.is_empty() { 0 } else { 1 + varint_size(&self.control) + self.control.len() };
        self.fields.len() + control <= bounds.max_frame
            && self.subscription_bytes + control <= bounds.max_control_bytes
            && self.subscriptions <= bounds.max_subscriptions
            && self.publish <= bounds.max_publish
    }

    fn mark(&self) -> [usize; 5] {
        [self.fields.len(), self.control.len(), self.subscriptions, self.subscription_bytes, self.publish]
    }

    fn back_to(&mut self, [fields, control, subscriptions, subscription_bytes, publish]: [usize; 5]) {
        self.fields.truncate(fields);
        self.control.truncate(control);
        (self.subscriptions, self.subscription_bytes, self.publish) = (subscriptions, subscription_bytes, publish);
    }
}

impl Message<'_> {
    /// The encoded message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let topic = self.topic.map(str::as_bytes);
        let fields = [self.from, self.data, self.seqno, topic, self.signature, self.key];
        for (number, bytes) in (1..).zip(fields) {
            if let Some(bytes) = bytes {
                put(&mut out, number, bytes);
            }
        }
        out
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn put(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    varint(out, u64::from(number) << 3 | 2);
    varint(out, length(bytes));
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, number: u32, value: u64) {
    varint(out, u64::from(number) << 3);
    varint(out, value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

/// The number of bytes of the length of `bytes` as a varint.
fn varint_size(bytes: &[u8]) -> usize {
    let bits = u64::BITS - (length(bytes) | 1).leading_zeros();
    bits.div_ceil(7) as usize
}
