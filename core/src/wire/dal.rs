//! The messages of the Octez and Mavryk data-availability layers.
//!
//! A message has two forms. The [plain](MessageView::decode) form has a tag of one byte and is found in logs. The
//! [framed](P2pMessageView::decode) form is used between nodes. It has a length and a tag of two bytes, and includes
//! other messages of the network. The two networks differ in a few bounds: see [`Profile`]. Nodes cut the stream of
//! frames into encrypted chunks. A [`StreamDecoder`] takes the decrypted bytes.
//!
//! Commitments, proofs and scalars are bytes here. While it decodes, Octez refuses those that are not on their curve or
//! in their field. Here the application checks that, in its [`validity`](crate::Application::validity).

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
pub use network::{Dal, DalIdentifiers, DalWithPoints, PeerWithPoint, Shard};
pub use p2p_message::{Framed, MAX_FRAME, P2pMessage, P2pMessageView, Points};
pub use point::Point;
pub use profile::Profile;
pub use reader::{Error, Rule};
pub use stream::StreamDecoder;
