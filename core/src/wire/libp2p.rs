//! The gossipsub RPC of libp2p: Protocol Buffers, behind a length where it is in a stream.
//!
//! An [`Rpc`] is checked once, against the schema and the [`Bounds`], and borrows from its bytes from then on. What it
//! is made of are plain values, which borrow too. A fault anywhere refuses the whole RPC, as the field's libraries do;
//! where they differ, the rules are prost's: a known field of another wire type is refused, and so are text that is not
//! UTF-8 and varints over 64 bits. A singular field that comes twice keeps its last value, and messages are merged.
//!
//! Signatures are bytes here: [`Policy::message_id`] is where an application checks them.

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
