//! The mapping of RPCs to inputs of the automaton.

use super::{Error, Message, PeerInfo, Rpc};
use crate::{
    Graft, Identifiers, Ihave, Input, Iwant, Prune, ReceiveMessage, Span, Subscribe, Unsubscribe,
    worker::WorkerIdentifiers,
};
use alloc::{sync::Arc, vec::Vec};

/// The identifiers of libp2p.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Libp2p;

/// A peer, by the bytes of its id: a multihash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub Arc<[u8]>);

/// A message id: any bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub Arc<[u8]>);

/// An encoded message. It is forwarded byte by byte, so that its signature stays valid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawMessage(Arc<[u8]>);

impl Identifiers for Libp2p {
    type Peer = PeerId;
    type Topic = Arc<str>;
    type MessageId = MessageId;
    type Message = RawMessage;
}

/// A message id has no topic: the encoded message has it. An address is the text of a multiaddress.
impl WorkerIdentifiers for Libp2p {
    type Point = Arc<str>;
}

impl RawMessage {
    /// The message of these bytes.
    ///
    /// # Errors
    /// The first field that breaks the schema.
    pub fn new(encoded: &[u8]) -> Result<Self, Error> {
        Message::decode(encoded).map(|_| Self(encoded.into()))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its fields.
    #[must_use]
    pub fn fields(&self) -> Message<'_> {
        Message::decode(&self.0).unwrap_or_default()
    }
}

impl From<&Message<'_>> for RawMessage {
    fn from(message: &Message<'_>) -> Self {
        Self(message.encode().into())
    }
}

/// The decisions of the application on a received RPC. A closure that returns the id of a message is a policy.
pub trait Policy {
    /// The id of a message. `None` drops the message, and the rest of the RPC is still handled. Check signatures here.
    fn message_id(&mut self, message: &Message<'_>, encoded: &[u8]) -> Option<MessageId>;

    /// Whether to keep an offered peer that has an id. Check signed records here: keep a peer without a record, and
    /// drop a peer with a wrong record. The prune is handled in both cases.
    fn keeps_px(&mut self, peer: &PeerInfo<'_>) -> bool {
        let _ = peer;
        true
    }
}

impl<F: FnMut(&Message<'_>, &[u8]) -> Option<MessageId>> Policy for F {
    fn message_id(&mut self, message: &Message<'_>, encoded: &[u8]) -> Option<MessageId> {
        self(message, encoded)
    }
}

/// The message id of the specification: the author's id followed by the author's number. No signature is checked.
#[must_use]
pub fn message_id_of_author(message: &Message<'_>, _: &[u8]) -> Option<MessageId> {
    let (from, seqno) = (message.from.unwrap_or_default(), message.seqno.unwrap_or_default());
    let mut id = Vec::with_capacity(from.len() + seqno.len());
    id.extend_from_slice(from);
    id.extend_from_slice(seqno);
    Some(MessageId(id.into()))
}

impl Rpc<'_> {
    /// Calls `handle` for each input of an RPC that `sender` sends: subscriptions, messages, announcements, requests,
    /// grafts, prunes. This is the order of go-libp2p-pubsub. The order of different kinds in the bytes does not
    /// matter.
    ///
    /// An absent topic is the empty topic. A backoff that is absent or 0 is `local_backoff`, our own `prune_backoff`.
    /// Any other backoff is in seconds and at most [`max_backoff`](super::Bounds::max_backoff). Ids and offered peers
    /// over their bounds are ignored, and so are offered peers without an id. Each announcement is an input of its own
    /// and counts against `max_recv_ihave_per_heartbeat`. go-libp2p-pubsub counts RPCs instead.
    pub fn inputs(
        &self,
        sender: &PeerId,
        local_backoff: Span,
        policy: &mut impl Policy,
        mut handle: impl FnMut(Input<Libp2p>),
    ) {
        let peer = || sender.clone();
        for subscription in self.subscriptions() {
            let (peer, topic) = (peer(), topic(subscription.topic));
            handle(match subscription.subscribe {
                Some(true) => Subscribe { peer, topic }.into(),
                Some(false) | None => Unsubscribe { peer, topic }.into(),
            });
        }
        for (message, encoded) in self.publish().zip(self.raw_messages()) {
            if let Some(message_id) = policy.message_id(&message, encoded) {
                let (sender, topic, message) = (peer(), topic(message.topic), RawMessage(encoded.into()));
                handle(ReceiveMessage { sender, topic, message_id, message, batch: false }.into());
            }
        }
        for ihave in self.ihave() {
            let message_ids = self.message_ids(ihave.message_ids);
            handle(Ihave { peer: peer(), topic: topic(ihave.topic), message_ids }.into());
        }
        for iwant in self.iwant() {
            handle(Iwant { peer: peer(), message_ids: self.message_ids(iwant.message_ids) }.into());
        }
        for graft in self.graft() {
            handle(Graft { peer: peer(), topic: topic(graft.topic) }.into());
        }
        for prune in self.prune() {
            let keeps = |info: &PeerInfo<'_>| policy.keeps_px(info);
            let px = self.px(prune.peers(), keeps);
            let backoff = match prune.backoff {
                None | Some(0) => local_backoff,
                Some(seconds) => Span::from_secs(seconds).min(self.bounds.max_backoff),
            };
            handle(Prune { peer: peer(), topic: topic(prune.topic), px, backoff: backoff.into() }.into());
        }
    }

    fn message_ids(&self, ids: super::MessageIds<'_>) -> Vec<MessageId> {
        let mut taken = Vec::with_capacity(ids.len().min(self.bounds.max_message_ids));
        taken.extend(ids.iter().take(self.bounds.max_message_ids).map(|id| MessageId(id.into())));
        taken
    }

    fn px<'p>(
        &self,
        peers: impl Iterator<Item = PeerInfo<'p>>,
        mut keeps: impl FnMut(&PeerInfo<'p>) -> bool,
    ) -> Vec<PeerId> {
        let id = |info: PeerInfo<'p>| {
            let id = info.peer_id.filter(|id| !id.is_empty())?;
            keeps(&info).then(|| PeerId(id.into()))
        };
        peers.take(self.bounds.max_px).filter_map(id).collect()
    }
}

fn topic(topic: Option<&str>) -> Arc<str> {
    topic.unwrap_or_default().into()
}
