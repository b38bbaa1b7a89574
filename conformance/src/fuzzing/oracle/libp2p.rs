//! The RPC by `prost`, with the schema that rust-libp2p has.

use gossipsub_automaton::wire::libp2p;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Rpc {
    #[prost(message, repeated, tag = "1")]
    pub(crate) subscriptions: Vec<Subscription>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) publish: Vec<Message>,
    #[prost(message, optional, tag = "3")]
    pub(crate) control: Option<Control>,
    #[prost(message, optional, tag = "10")]
    pub(crate) partial: Option<Partial>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Subscription {
    #[prost(bool, optional, tag = "1")]
    pub(crate) subscribe: Option<bool>,
    #[prost(string, optional, tag = "2")]
    pub(crate) topic_id: Option<String>,
    #[prost(bool, optional, tag = "3")]
    pub(crate) requests_partial: Option<bool>,
    #[prost(bool, optional, tag = "4")]
    pub(crate) supports_partial: Option<bool>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Message {
    #[prost(bytes = "vec", optional, tag = "1")]
    pub(crate) from: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(crate) data: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "3")]
    pub(crate) seqno: Option<Vec<u8>>,
    /// Required in the schema: then absent would be empty. Go's is optional.
    #[prost(string, optional, tag = "4")]
    pub(crate) topic: Option<String>,
    #[prost(bytes = "vec", optional, tag = "5")]
    pub(crate) signature: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "6")]
    pub(crate) key: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Control {
    #[prost(message, repeated, tag = "1")]
    pub(crate) ihave: Vec<Ihave>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) iwant: Vec<Ids>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) graft: Vec<Graft>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) prune: Vec<Prune>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) idontwant: Vec<Ids>,
    #[prost(message, optional, tag = "6")]
    pub(crate) extensions: Option<Extensions>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Ihave {
    #[prost(string, optional, tag = "1")]
    pub(crate) topic_id: Option<String>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub(crate) message_ids: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Ids {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(crate) message_ids: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Graft {
    #[prost(string, optional, tag = "1")]
    pub(crate) topic_id: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Prune {
    #[prost(string, optional, tag = "1")]
    pub(crate) topic_id: Option<String>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) peers: Vec<PeerInfo>,
    #[prost(uint64, optional, tag = "3")]
    pub(crate) backoff: Option<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PeerInfo {
    #[prost(bytes = "vec", optional, tag = "1")]
    pub(crate) peer_id: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(crate) signed_peer_record: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Extensions {
    #[prost(bool, optional, tag = "10")]
    pub(crate) partial_messages: Option<bool>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Partial {
    #[prost(bytes = "vec", optional, tag = "1")]
    pub(crate) topic_id: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(crate) group_id: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "3")]
    pub(crate) message: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "4")]
    pub(crate) parts_metadata: Option<Vec<u8>>,
}

impl From<&libp2p::Rpc<'_>> for Rpc {
    fn from(rpc: &libp2p::Rpc<'_>) -> Self {
        Self {
            subscriptions: rpc.subscriptions().map(Subscription::from).collect(),
            publish: rpc.publish().map(Into::into).collect(),
            control: rpc.has_control().then(|| Control::from(rpc)),
            partial: rpc.partial().map(Partial::from),
        }
    }
}

impl From<libp2p::Subscription<'_>> for Subscription {
    fn from(subscription: libp2p::Subscription<'_>) -> Self {
        Self {
            subscribe: subscription.subscribe,
            topic_id: subscription.topic.map(str::to_owned),
            requests_partial: subscription.requests_partial,
            supports_partial: subscription.supports_partial,
        }
    }
}

impl From<libp2p::Message<'_>> for Message {
    fn from(message: libp2p::Message<'_>) -> Self {
        Self {
            from: message.from.map(<[u8]>::to_vec),
            data: message.data.map(<[u8]>::to_vec),
            seqno: message.seqno.map(<[u8]>::to_vec),
            topic: message.topic.map(str::to_owned),
            signature: message.signature.map(<[u8]>::to_vec),
            key: message.key.map(<[u8]>::to_vec),
        }
    }
}

impl From<&libp2p::Rpc<'_>> for Control {
    fn from(rpc: &libp2p::Rpc<'_>) -> Self {
        let extensions = |it: libp2p::Extensions| Extensions { partial_messages: it.partial_messages };
        Self {
            ihave: rpc
                .ihave()
                .map(|it| Ihave { topic_id: it.topic.map(str::to_owned), message_ids: ids(it.message_ids) })
                .collect(),
            iwant: rpc.iwant().map(|it| Ids { message_ids: ids(it.message_ids) }).collect(),
            graft: rpc.graft().map(|it| Graft { topic_id: it.topic.map(str::to_owned) }).collect(),
            prune: rpc.prune().map(Prune::from).collect(),
            idontwant: rpc.idontwant().map(|it| Ids { message_ids: ids(it.message_ids) }).collect(),
            extensions: rpc.extensions().map(extensions),
        }
    }
}

impl From<libp2p::Prune<'_>> for Prune {
    fn from(prune: libp2p::Prune<'_>) -> Self {
        let peer = |it: libp2p::PeerInfo<'_>| PeerInfo {
            peer_id: it.peer_id.map(<[u8]>::to_vec),
            signed_peer_record: it.signed_peer_record.map(<[u8]>::to_vec),
        };
        Self {
            topic_id: prune.topic.map(str::to_owned),
            peers: prune.peers().map(peer).collect(),
            backoff: prune.backoff,
        }
    }
}

impl From<libp2p::Partial<'_>> for Partial {
    fn from(partial: libp2p::Partial<'_>) -> Self {
        Self {
            topic_id: partial.topic_id.map(<[u8]>::to_vec),
            group_id: partial.group_id.map(<[u8]>::to_vec),
            message: partial.partial_message.map(<[u8]>::to_vec),
            parts_metadata: partial.parts_metadata.map(<[u8]>::to_vec),
        }
    }
}

fn ids(ids: libp2p::MessageIds<'_>) -> Vec<Vec<u8>> {
    let all: Vec<Vec<u8>> = ids.iter().map(<[u8]>::to_vec).collect();
    assert_eq!((all.len(), all.is_empty()), (ids.len(), ids.is_empty()), "as many ids as are counted");
    all
}
