//! The RPC by `prost`, with the schema that rust-libp2p has.

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
