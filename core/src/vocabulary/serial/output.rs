//! Reading outputs: the fields of each of the kinds.

use super::{DeserializableIdentifiers, Tagged, strict, strict::Object, tagged, tagged::no_fields, unknown_kind};
use crate::{
    AddPeerOutput, ApplyBatchOutput, BatchedMessageOutput, Finite, GraftOutput, HeartbeatOutput, Identifiers, Ihave,
    IhaveOutput, IwantOutput, JoinOutput, LeaveOutput, Output, OutputKind, PeerSet, PruneOutput, PublishMessageOutput,
    ReceiveMessageOutput, RemovePeerOutput, RoutedMessage, Score, SelectGossipMessagesOutput, SelectPxPeersOutput,
    SetApplicationScoreOutput, SubscribeOutput, TopicsByPeer, UnsubscribeOutput,
};
use alloc::{collections::BTreeMap, vec::Vec};
use serde::{Deserialize, Deserializer};

/// Private structs with the fields of one or more kinds.
macro_rules! fields {
    ($(struct $name:ident<I> { $($(#[$meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, bound = "I: DeserializableIdentifiers")]
        struct $name<I: Identifiers> { $($(#[$meta])* $field: $type,)* }
    )*};
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LowScore {
    score: Score,
    threshold: Finite,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Excess {
    #[serde(deserialize_with = "strict")]
    count: u64,
    #[serde(deserialize_with = "strict")]
    max: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PxScore {
    score: Score,
}

fields! {
    struct Requested<I> {
        message_ids: Vec<I::MessageId>,
    }
    struct Routed<I> {
        #[serde(deserialize_with = "strict")]
        routed_message_ids: BTreeMap<I::MessageId, RoutedMessage<I>>,
    }
    struct Px<I> {
        peers: PeerSet<I>,
    }
    struct ToPublish<I> {
        to_publish: PeerSet<I>,
    }
    struct ToRoute<I> {
        to_route: PeerSet<I>,
    }
    struct Joining<I> {
        to_graft: PeerSet<I>,
    }
    struct Leaving<I> {
        to_prune: PeerSet<I>,
        no_px_peers: PeerSet<I>,
    }
    struct Heartbeat<I> {
        #[serde(deserialize_with = "strict")]
        to_graft: TopicsByPeer<I>,
        #[serde(deserialize_with = "strict")]
        to_prune: TopicsByPeer<I>,
        no_px_peers: PeerSet<I>,
    }
    struct PxPeers<I> {
        peers: Vec<I::Peer>,
    }
    struct BatchResults<I> {
        results: Vec<BatchedMessageOutput<I>>,
    }
    struct Gossip<I> {
        ihaves: Vec<Object<Ihave<I>>>,
    }
}

impl<'de, I: DeserializableIdentifiers> Tagged<'de> for Output<I> {
    const WHAT: &'static str = "an output";

    fn from_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error> {
        use OutputKind as Kind;

        let kind = Kind::from_name(kind).ok_or_else(|| unknown_kind::<Self, _>(kind))?;
        Ok(match kind {
            Kind::PeerAdded => no_fields(fields, AddPeerOutput::PeerAdded)?,
            Kind::PeerAlreadyKnown => no_fields(fields, AddPeerOutput::PeerAlreadyKnown)?,
            Kind::RemovingPeer => no_fields(fields, RemovePeerOutput::RemovingPeer)?,
            Kind::Subscribed => no_fields(fields, SubscribeOutput::Subscribed)?,
            Kind::SubscribeToUnknownPeer => no_fields(fields, SubscribeOutput::SubscribeToUnknownPeer)?,
            Kind::SubscribeIgnoredTopicLimitExceeded => {
                no_fields(fields, SubscribeOutput::SubscribeIgnoredTopicLimitExceeded)?
            }
            Kind::Unsubscribed => no_fields(fields, UnsubscribeOutput::Unsubscribed)?,
            Kind::UnsubscribeFromUnknownPeer => no_fields(fields, UnsubscribeOutput::UnsubscribeFromUnknownPeer)?,
            Kind::IhaveFromPeerWithLowScore => {
                let LowScore { score, threshold } = LowScore::deserialize(fields)?;
                IhaveOutput::IhaveFromPeerWithLowScore { score, threshold: threshold.value().into() }.into()
            }
            Kind::TooManyRecvIhaveMessages => {
                let Excess { count, max } = Excess::deserialize(fields)?;
                IhaveOutput::TooManyRecvIhaveMessages { count, max }.into()
            }
            Kind::TooManySentIwantMessages => {
                let Excess { count, max } = Excess::deserialize(fields)?;
                IhaveOutput::TooManySentIwantMessages { count, max }.into()
            }
            Kind::MessageTopicNotTracked => no_fields(fields, IhaveOutput::MessageTopicNotTracked)?,
            Kind::MessageRequestedMessageIds => {
                let Requested { message_ids } = Requested::<I>::deserialize(fields)?;
                IhaveOutput::MessageRequestedMessageIds { message_ids }.into()
            }
            Kind::InvalidMessageId => no_fields(fields, IhaveOutput::InvalidMessageId)?,
            Kind::IwantFromPeerWithLowScore => {
                let LowScore { score, threshold } = LowScore::deserialize(fields)?;
                IwantOutput::IwantFromPeerWithLowScore { score, threshold: threshold.value().into() }.into()
            }
            Kind::OnIwantMessagesToRoute => {
                let Routed { routed_message_ids } = Routed::<I>::deserialize(fields)?;
                IwantOutput::OnIwantMessagesToRoute { routed_message_ids }.into()
            }
            Kind::PeerFiltered => no_fields(fields, GraftOutput::PeerFiltered)?,
            Kind::UnsubscribedTopic => no_fields(fields, GraftOutput::UnsubscribedTopic)?,
            Kind::PeerAlreadyInMesh => no_fields(fields, GraftOutput::PeerAlreadyInMesh)?,
            Kind::GraftingDirectPeer => no_fields(fields, GraftOutput::GraftingDirectPeer)?,
            Kind::UnexpectedGraftingPeer => no_fields(fields, GraftOutput::UnexpectedGraftingPeer)?,
            Kind::GraftingPeerWithNegativeScore => no_fields(fields, GraftOutput::GraftingPeerWithNegativeScore)?,
            Kind::GraftingSuccessfully => no_fields(fields, GraftOutput::GraftingSuccessfully)?,
            Kind::PeerBackedOff => no_fields(fields, GraftOutput::PeerBackedOff)?,
            Kind::MeshFull => no_fields(fields, GraftOutput::MeshFull)?,
            Kind::PruneTopicNotTracked => no_fields(fields, PruneOutput::PruneTopicNotTracked)?,
            Kind::PeerNotInMesh => no_fields(fields, PruneOutput::PeerNotInMesh)?,
            Kind::IgnorePxScoreTooLow => {
                PxScore::deserialize(fields).map(|of| PruneOutput::<I>::IgnorePxScoreTooLow { score: of.score })?.into()
            }
            Kind::NoPx => no_fields(fields, PruneOutput::NoPx)?,
            Kind::Px => Px::<I>::deserialize(fields).map(|Px { peers }| PruneOutput::Px { peers })?.into(),
            Kind::PublishMessage => {
                let ToPublish { to_publish } = ToPublish::<I>::deserialize(fields)?;
                PublishMessageOutput::PublishMessage { to_publish }.into()
            }
            Kind::AlreadyPublished => no_fields(fields, PublishMessageOutput::AlreadyPublished)?,
            Kind::RouteMessage => {
                let ToRoute { to_route } = ToRoute::<I>::deserialize(fields)?;
                ReceiveMessageOutput::RouteMessage { to_route }.into()
            }
            Kind::AlreadyReceived => no_fields(fields, ReceiveMessageOutput::AlreadyReceived)?,
            Kind::NotSubscribed => no_fields(fields, ReceiveMessageOutput::NotSubscribed)?,
            Kind::InvalidMessage => no_fields(fields, ReceiveMessageOutput::InvalidMessage)?,
            Kind::UnknownValidity => no_fields(fields, ReceiveMessageOutput::UnknownValidity)?,
            Kind::Outdated => no_fields(fields, ReceiveMessageOutput::Outdated)?,
            Kind::ToIncludeInBatch => {
                let ToRoute { to_route } = ToRoute::<I>::deserialize(fields)?;
                ReceiveMessageOutput::ToIncludeInBatch { to_route }.into()
            }
            Kind::BatchResult => BatchResults::<I>::deserialize(fields)
                .map(|of| ApplyBatchOutput::BatchResult { results: of.results })?
                .into(),
            Kind::AlreadyJoined => no_fields(fields, JoinOutput::AlreadyJoined)?,
            Kind::JoiningTopic => {
                let Joining { to_graft } = Joining::<I>::deserialize(fields)?;
                JoinOutput::JoiningTopic { to_graft }.into()
            }
            Kind::NotJoined => no_fields(fields, LeaveOutput::NotJoined)?,
            Kind::LeavingTopic => {
                let Leaving { to_prune, no_px_peers } = Leaving::<I>::deserialize(fields)?;
                LeaveOutput::LeavingTopic { to_prune, no_px_peers }.into()
            }
            Kind::Heartbeat => {
                let Heartbeat { to_graft, to_prune, no_px_peers } = Heartbeat::<I>::deserialize(fields)?;
                HeartbeatOutput::Heartbeat { to_graft, to_prune, no_px_peers }.into()
            }
            Kind::SetApplicationScore => no_fields(fields, SetApplicationScoreOutput::SetApplicationScore)?,
            Kind::PxPeers => {
                PxPeers::<I>::deserialize(fields).map(|of| SelectPxPeersOutput::PxPeers { peers: of.peers })?.into()
            }
            Kind::GossipMessages => {
                let Gossip { ihaves } = Gossip::<I>::deserialize(fields)?;
                let ihaves = ihaves.into_iter().map(|Object(ihave)| ihave).collect();
                SelectGossipMessagesOutput::GossipMessages { ihaves }.into()
            }
        })
    }
}

impl<'de, I: DeserializableIdentifiers> Deserialize<'de> for Output<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged(deserializer)
    }
}

impl<'de, I: DeserializableIdentifiers> Tagged<'de> for BatchedMessageOutput<I> {
    const WHAT: &'static str = "the result for a message of a batch";

    fn from_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error> {
        match kind {
            "route_message" => {
                ToRoute::<I>::deserialize(fields).map(|ToRoute { to_route }| Self::RouteMessage { to_route })
            }
            "outdated" => no_fields(fields, Self::Outdated),
            "unknown_validity" => no_fields(fields, Self::UnknownValidity),
            "invalid_message" => no_fields(fields, Self::InvalidMessage),
            _ => Err(unknown_kind::<Self, _>(kind)),
        }
    }
}

impl<'de, I: DeserializableIdentifiers> Deserialize<'de> for BatchedMessageOutput<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged(deserializer)
    }
}
