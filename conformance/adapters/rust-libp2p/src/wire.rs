//! The protobuf messages of the gossipsub wire protocol, as far as the format has a counterpart for their fields.

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Rpc {
    #[prost(message, repeated, tag = "1")]
    pub(crate) subscriptions: Vec<SubOpts>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) publish: Vec<Message>,
    #[prost(message, optional, tag = "3")]
    pub(crate) control: Option<ControlMessage>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SubOpts {
    #[prost(bool, optional, tag = "1")]
    pub(crate) subscribe: Option<bool>,
    #[prost(string, optional, tag = "2")]
    pub(crate) topic_id: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Message {
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(crate) data: Option<Vec<u8>>,
    #[prost(string, tag = "4")]
    pub(crate) topic: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ControlMessage {
    #[prost(message, repeated, tag = "1")]
    pub(crate) ihave: Vec<ControlIHave>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) iwant: Vec<MessageIds>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) graft: Vec<ControlGraft>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) prune: Vec<ControlPrune>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) idontwant: Vec<MessageIds>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ControlIHave {
    #[prost(string, optional, tag = "1")]
    pub(crate) topic_id: Option<String>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub(crate) message_ids: Vec<Vec<u8>>,
}

/// `ControlIWant` and `ControlIDontWant`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MessageIds {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(crate) message_ids: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ControlGraft {
    #[prost(string, optional, tag = "1")]
    pub(crate) topic_id: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ControlPrune {
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
}
