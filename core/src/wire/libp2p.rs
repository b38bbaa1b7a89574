//! The gossipsub RPC of libp2p: Protocol Buffers, after a length if it is in a stream.
//!
//! An [`Rpc`] is checked once, against the schema and the [`Bounds`]. The RPC and its parts borrow from the bytes. An
//! error in any field refuses the whole RPC, as in other libraries. If these libraries differ, the rules are those of
//! prost: a known field with another wire type is refused, and so are text that is not UTF-8 and varints over 64 bits.
//! If a singular field occurs twice, its last value counts, and messages are merged.
//!
//! Signatures are bytes here. The application checks them in [`Policy::message_id`].

mod bounds;
mod network;
mod protobuf;
mod rpc;
mod stream;
mod writer;

pub use bounds::Bounds;
pub use network::{Libp2p, MessageId, PeerId, Policy, RawMessage, message_id_of_author};
pub use protobuf::{Error, Rule};
pub use rpc::{
    Extensions, Graft, Idontwant, Ihave, Iwant, Message, MessageIds, Partial, PeerInfo, Prune, Rpc, Subscription,
};
pub use stream::StreamDecoder;
pub use writer::{RpcWriter, TooLong};
