//! The messages of the Octez and Mavryk data-availability layers.
//!
//! A message comes at two layers: [plain](MessageView::decode), with a tag of one byte, as in logs; and
//! [framed](P2pMessageView::decode), as on the wire between nodes, with a length, a tag of two bytes, and other
//! messages of the network beside it. The two networks differ in a few bounds: see [`Profile`]. Below the frames,
//! nodes cut the stream into encrypted chunks of their own; what a [`StreamDecoder`] takes are the decrypted bytes.
//!
//! Commitments, proofs and scalars are bytes here. Octez refuses those that are not on their curve or in their field
//! while it decodes; to check that is the application's part, in its
//! [`validity`](crate::Application::validity).

mod fields;
mod message;
mod network;
mod p2p_message;
mod point;
mod profile;
mod reader;
mod stream;

pub use fields::{Commitment, Curve, MessageId, PeerId, PublicKeyHash, Scalar, ShardProof, Topic};
pub use message::{Message, MessageIds, MessageView, PxEntries, PxEntry};
pub use network::{Dal, Shard};
pub use p2p_message::{Framed, MAX_FRAME, P2pMessage, P2pMessageView, Points};
pub use point::Point;
pub use profile::Profile;
pub use reader::{Error, Rule};
pub use stream::StreamDecoder;
