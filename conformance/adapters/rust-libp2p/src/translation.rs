//! From the numbers of the format to the ids of the implementation and back, and the same for RPCs.

use std::collections::{BTreeMap, HashMap};

use libp2p_core::PeerId;
use libp2p_identity::Keypair;

use crate::format::{
    self, MessageNumber, SentIHave, SentMessage, SentMessageNumber, SentPrune, SentToPeer, Subscription,
};
use crate::wire;

/// The data of a message, which is its id, too.
pub(crate) fn message_data(number: MessageNumber) -> Vec<u8> {
    format!("m{}", number.0).into_bytes()
}

/// The number of the message with this data; -1 if there is none.
pub(crate) fn message_number(data: &[u8]) -> SentMessageNumber {
    let digits = std::str::from_utf8(data).ok().and_then(|text| text.strip_prefix('m'));
    let number =
        digits.and_then(|digits| digits.parse().ok()).and_then(|number: u64| MessageNumber::try_from(number).ok());
    // Only the decimal that `message_data` writes stands for a number: no sign, no leading zero.
    match number.filter(|number| message_data(*number) == data) {
        Some(number) => number.0.cast_signed(),
        None => -1,
    }
}

fn message_numbers<'a>(ids: impl IntoIterator<Item = &'a Vec<u8>>) -> impl Iterator<Item = SentMessageNumber> {
    ids.into_iter().map(|id| message_number(id))
}

/// The peers whose number or id was met.
#[derive(Debug, Default)]
pub(crate) struct PeerIds {
    ids: HashMap<u64, PeerId>,
    numbers: HashMap<PeerId, u64>,
}

impl PeerIds {
    pub(crate) fn key(number: u64) -> Keypair {
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&number.to_le_bytes());
        Keypair::ed25519_from_bytes(secret).expect("32 bytes are a secret key")
    }

    pub(crate) fn id(&mut self, number: u64) -> PeerId {
        *self.ids.entry(number).or_insert_with(|| {
            let id = Self::key(number).public().to_peer_id();
            self.numbers.insert(id, number);
            id
        })
    }

    /// The number of the peer; 0 if it has none.
    pub(crate) fn number(&self, id: &PeerId) -> u64 {
        self.numbers.get(id).copied().unwrap_or(0)
    }

    /// The RPC as the peer writes it.
    pub(crate) fn encode(&mut self, rpc: &format::Rpc) -> wire::Rpc {
        let control = wire::ControlMessage {
            ihave: rpc.ihave.iter().map(wire::ControlIHave::from).collect(),
            iwant: rpc.iwant.iter().map(|ids| wire_ids(ids)).collect(),
            graft: rpc.graft.iter().map(|topic| wire::ControlGraft { topic_id: Some(topic.clone()) }).collect(),
            prune: rpc.prune.iter().map(|prune| self.wire_prune(prune)).collect(),
            idontwant: rpc.idontwant.iter().map(|ids| wire_ids(ids)).collect(),
        };
        wire::Rpc {
            subscriptions: rpc.subscriptions.iter().map(wire::SubOpts::from).collect(),
            publish: rpc.messages.iter().map(wire::Message::from).collect(),
            control: Some(control).filter(|control| *control != wire::ControlMessage::default()),
        }
    }

    fn wire_prune(&mut self, prune: &format::ReceivedPrune) -> wire::ControlPrune {
        let peers =
            prune.peers.iter().map(|peer| wire::PeerInfo { peer_id: Some(self.id(peer.0).to_bytes()) }).collect();
        wire::ControlPrune { topic_id: Some(prune.topic.clone()), peers, backoff: prune.backoff }
    }

    /// All that the node has written to a peer in one step, merged.
    pub(crate) fn merge(&self, rpcs: Vec<wire::Rpc>) -> SentToPeer {
        let mut sent = SentToPeer::default();
        let mut ihave = BTreeMap::<String, Vec<SentMessageNumber>>::new();
        for rpc in rpcs {
            sent.subscriptions.extend(rpc.subscriptions.into_iter().map(Subscription::from));
            sent.messages.extend(rpc.publish.into_iter().map(SentMessage::from));
            let control = rpc.control.unwrap_or_default();
            for part in control.ihave {
                ihave.entry(part.topic_id.unwrap_or_default()).or_default().extend(message_numbers(&part.message_ids));
            }
            sent.iwant.extend(control.iwant.iter().flat_map(|part| message_numbers(&part.message_ids)));
            sent.graft.extend(control.graft.into_iter().map(|graft| graft.topic_id.unwrap_or_default()));
            sent.prune.extend(control.prune.into_iter().map(|prune| self.sent_prune(prune)));
            sent.idontwant.extend(control.idontwant.iter().flat_map(|part| message_numbers(&part.message_ids)));
        }
        for (topic, mut message_ids) in ihave {
            message_ids.sort_unstable();
            sent.ihave.push(SentIHave { topic, message_ids });
        }
        sent.subscriptions.sort_unstable();
        sent.messages.sort_unstable();
        sent.graft.sort_unstable();
        sent.prune.sort_unstable();
        sent.iwant.sort_unstable();
        sent.idontwant.sort_unstable();
        sent
    }

    fn sent_prune(&self, prune: wire::ControlPrune) -> SentPrune {
        let peer_number = |peer: &wire::PeerInfo| {
            let id = peer.peer_id.as_ref().and_then(|bytes| PeerId::from_bytes(bytes).ok());
            id.map_or(0, |id| self.number(&id))
        };
        let mut peers: Vec<_> = prune.peers.iter().map(peer_number).collect();
        peers.sort_unstable();
        SentPrune { topic: prune.topic_id.unwrap_or_default(), backoff: prune.backoff, peers }
    }
}

fn wire_ids(numbers: &[MessageNumber]) -> wire::MessageIds {
    wire::MessageIds { message_ids: numbers.iter().copied().map(message_data).collect() }
}

impl From<&format::ReceivedIHave> for wire::ControlIHave {
    fn from(ihave: &format::ReceivedIHave) -> Self {
        Self { topic_id: Some(ihave.topic.clone()), message_ids: wire_ids(&ihave.message_ids).message_ids }
    }
}

impl From<&Subscription> for wire::SubOpts {
    fn from(subscription: &Subscription) -> Self {
        Self { subscribe: Some(subscription.subscribe), topic_id: Some(subscription.topic.clone()) }
    }
}

impl From<wire::SubOpts> for Subscription {
    fn from(options: wire::SubOpts) -> Self {
        Self { topic: options.topic_id.unwrap_or_default(), subscribe: options.subscribe.unwrap_or_default() }
    }
}

impl From<&format::ReceivedMessage> for wire::Message {
    fn from(message: &format::ReceivedMessage) -> Self {
        Self { data: Some(message_data(message.message_id)), topic: message.topic.clone() }
    }
}

impl From<wire::Message> for SentMessage {
    fn from(message: wire::Message) -> Self {
        Self { message_id: message_number(message.data.as_deref().unwrap_or_default()), topic: message.topic }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_data_of_a_number_is_a_number() {
        let last = MessageNumber::try_from((1 << 53) - 1).unwrap();
        assert_eq!(message_number(&message_data(last)), (1 << 53) - 1);
        for data in ["m", "m01", "m+1", "1", "m9007199254740992", "m1 "] {
            assert_eq!(message_number(data.as_bytes()), -1, "{data}");
        }
    }
}
