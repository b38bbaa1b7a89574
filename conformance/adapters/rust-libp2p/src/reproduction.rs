//! What reproductions of findings are written with: a node in a real swarm, raw peers, and words for what they receive.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p_core::PeerId;
use libp2p_gossipsub::{Behaviour, ConfigBuilder, MessageAuthenticity, MessageId, ValidationMode};

use crate::node;
use crate::wire;

/// A gossipsub node in virtual time, and the time in milliseconds.
pub struct Node(node::Node, u64);

impl Node {
    /// A node with D 3, `D_low` 2, `D_high` 4, no outbound quota and no flood publishing, or what `configure` changes.
    ///
    /// # Panics
    /// If the configuration is refused.
    #[must_use]
    pub fn new(configure: impl FnOnce(&mut ConfigBuilder)) -> Self {
        let mut builder = ConfigBuilder::default();
        builder
            .validation_mode(ValidationMode::Anonymous)
            .message_id_fn(|message| MessageId::from(message.data.clone()))
            .heartbeat_initial_delay(Duration::ZERO)
            .mesh_outbound_min(0)
            .mesh_n_low(2)
            .mesh_n(3)
            .mesh_n_high(4)
            .flood_publish(false)
            .idontwant_message_size_threshold(0);
        configure(&mut builder);
        let config = builder.build().expect("a valid configuration");
        let gossipsub = Behaviour::new(MessageAuthenticity::Anonymous, config).expect("a valid configuration");
        Self(node::Node::new(gossipsub), 0)
    }

    /// The application calls gossipsub.
    pub fn call<T>(&mut self, function: impl FnOnce(&mut Behaviour) -> T) -> T {
        self.0.call(function)
    }

    /// The id of a peer.
    pub fn id(&mut self, peer: u64) -> PeerId {
        self.0.peer_ids.id(peer)
    }

    /// An inbound peer connects.
    pub fn connect(&mut self, peer: u64, protocol: &str) {
        self.0.connect(peer, false, false, protocol.to_owned(), peer);
    }

    /// An explicit peer connects.
    pub fn connect_explicit(&mut self, peer: u64) {
        self.0.connect(peer, false, true, "/meshsub/1.1.0".to_owned(), peer);
    }

    /// The connection of a peer breaks.
    pub fn disconnect(&mut self, peer: u64) {
        self.0.disconnect(peer);
    }

    /// A peer sends an RPC.
    pub fn send(&mut self, peer: u64, rpc: Rpc) {
        self.0.send(peer, &[rpc.0]);
    }

    /// Moves the clock to this time after the start, in milliseconds.
    pub fn advance_to(&mut self, milliseconds: u64) {
        // A timer that a heartbeat sets is known once the node is polled again.
        while self.1 < milliseconds {
            self.1 = milliseconds.min(self.1 + 1000);
            self.0.advance_to(self.1);
        }
    }

    /// What peers have received, and messages that the application has, since the last call:
    /// `1: SUBSCRIBE t, GRAFT t; 2: message a; delivered a`.
    pub fn answers(&mut self) -> String {
        let activity = self.0.take_activity();
        let peers: BTreeMap<_, _> = activity.rpcs.into_iter().map(|(peer, rpcs)| (peer, words(rpcs))).collect();
        let peers = peers.into_iter().filter(|(_, words)| !words.is_empty());
        let peers = peers.map(|(peer, words)| format!("{peer}: {}", words.join(", ")));
        let delivered = activity.messages.into_iter().map(|message| format!("delivered {}", text(&message.data)));
        peers.chain(delivered).collect::<Vec<_>>().join("; ")
    }
}

/// An RPC of a peer.
#[derive(Default)]
pub struct Rpc(wire::Rpc);

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) => |$rpc:ident| $push:expr;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $($argument: $type),*) -> Self {
            let $rpc = &mut self.0;
            $push;
            self
        }
    )*};
}

impl Rpc {
    parts! {
        /// SUBSCRIBE
        subscribe(topic: &str) => |rpc| rpc.subscriptions.push(wire::SubOpts { subscribe: Some(true), topic_id: Some(topic.into()) });
        /// UNSUBSCRIBE
        unsubscribe(topic: &str) => |rpc| rpc.subscriptions.push(wire::SubOpts { subscribe: Some(false), topic_id: Some(topic.into()) });
        /// A message, whose data is its id.
        message(topic: &str, id: &str) => |rpc| rpc.publish.push(wire::Message { data: Some(id.into()), topic: topic.into() });
        /// IHAVE
        ihave(topic: &str, id: &str) => |rpc| control(rpc).ihave.push(wire::ControlIHave { topic_id: Some(topic.into()), message_ids: vec![id.into()] });
        /// IWANT
        iwant(id: &str) => |rpc| control(rpc).iwant.push(wire::MessageIds { message_ids: vec![id.into()] });
        /// GRAFT
        graft(topic: &str) => |rpc| control(rpc).graft.push(wire::ControlGraft { topic_id: Some(topic.into()) });
        /// PRUNE without peers
        prune(topic: &str, backoff: u64) => |rpc| control(rpc).prune.push(wire::ControlPrune { topic_id: Some(topic.into()), peers: Vec::new(), backoff: Some(backoff) });
    }
}

fn control(rpc: &mut wire::Rpc) -> &mut wire::ControlMessage {
    rpc.control.get_or_insert_default()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn words(rpcs: Vec<wire::Rpc>) -> Vec<String> {
    let mut words = Vec::new();
    let topic = |topic: Option<String>| topic.unwrap_or_default();
    let ids = |ids: &[Vec<u8>]| ids.iter().map(|id| text(id)).collect::<Vec<_>>().join(" ");
    for rpc in rpcs {
        for part in rpc.subscriptions {
            let kind = if part.subscribe == Some(true) { "SUBSCRIBE" } else { "UNSUBSCRIBE" };
            words.push(format!("{kind} {}", topic(part.topic_id)));
        }
        words.extend(
            rpc.publish.iter().map(|part| format!("message {}", text(part.data.as_deref().unwrap_or_default()))),
        );
        let control = rpc.control.unwrap_or_default();
        words.extend(control.ihave.iter().map(|part| format!("IHAVE {}", ids(&part.message_ids))));
        words.extend(control.iwant.iter().map(|part| format!("IWANT {}", ids(&part.message_ids))));
        words.extend(control.graft.into_iter().map(|part| format!("GRAFT {}", topic(part.topic_id))));
        for part in control.prune {
            let backoff = part.backoff.map(|seconds| format!(" {seconds} s")).unwrap_or_default();
            let peers = if part.peers.is_empty() { String::new() } else { format!(" {} peers", part.peers.len()) };
            words.push(format!("PRUNE {}{backoff}{peers}", topic(part.topic_id)));
        }
        words.extend(control.idontwant.iter().map(|part| format!("IDONTWANT {}", ids(&part.message_ids))));
    }
    words.sort_unstable();
    words
}
