//! The trace format as the serialized form of the vocabulary, with its strict rules.
//!
//! Derived readers accept more than the format does: sets out of order, repeated keys, and numbers that other languages
//! cannot represent. They also buffer each object with a field `kind`.

mod output;
mod strict;
mod tagged;

pub use strict::{LARGEST_INTEGER, Strict, strict};
pub(crate) use strict::{UNSORTED, objects, strict_some};
pub use tagged::{Tagged, tagged, unknown_kind};

use crate::{
    Finite, Identifiers, Input, InputKind, PruneBackoff, RoutedMessage, Score, Span, Time, TopicParameters,
    TopicScoreLimits, WeightedTopicParameters, Window,
};
use alloc::collections::BTreeMap;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _, Unexpected},
    ser::Error as _,
};
use tagged::no_fields;

/// Identifiers that can be written.
pub trait SerializableIdentifiers:
    Identifiers<Peer: Serialize, Topic: Serialize, MessageId: Serialize, Message: Serialize>
{
}

impl<I> SerializableIdentifiers for I where
    I: Identifiers<Peer: Serialize, Topic: Serialize, MessageId: Serialize, Message: Serialize>
{
}

/// Identifiers that can be read.
pub trait DeserializableIdentifiers:
    Identifiers<Peer: DeserializeOwned, Topic: DeserializeOwned, MessageId: DeserializeOwned, Message: DeserializeOwned>
{
}

impl<I> DeserializableIdentifiers for I where
    I: Identifiers<
            Peer: DeserializeOwned,
            Topic: DeserializeOwned,
            MessageId: DeserializeOwned,
            Message: DeserializeOwned,
        >
{
}

impl Serialize for Time {
    /// # Errors
    /// For times that the format cannot represent: above the sum of two of its largest integers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.as_millis() > 2 * LARGEST_INTEGER {
            return Err(S::Error::custom("a time above 2^54 - 2 cannot be written"));
        }
        serializer.serialize_u64(self.as_millis())
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a time: an integer from 0 to 2^54 - 2";
        strict::integer(deserializer, 2 * LARGEST_INTEGER, expected).map(Self::from_millis)
    }
}

impl Serialize for Span {
    /// # Errors
    /// For spans that the format cannot represent: above its largest integer.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.as_millis() > LARGEST_INTEGER {
            return Err(S::Error::custom("a span above 2^53 - 1 cannot be written"));
        }
        serializer.serialize_u64(self.as_millis())
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a span: an integer from 0 to 2^53 - 1";
        strict::integer(deserializer, LARGEST_INTEGER, expected).map(Self::from_millis)
    }
}

impl Serialize for PruneBackoff {
    /// # Errors
    /// For backoffs that the format cannot represent: below 0, or above its largest integer.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Before(_) => Err(S::Error::custom("a backoff below 0 cannot be written")),
            Self::After(span) => span.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for PruneBackoff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Span::deserialize(deserializer).map(Self::After)
    }
}

impl Serialize for Window {
    /// # Errors
    /// For windows that the format cannot represent: further from 0 than its largest integer.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.as_millis().unsigned_abs() > LARGEST_INTEGER {
            return Err(S::Error::custom("a window further from 0 than 2^53 - 1 cannot be written"));
        }
        serializer.serialize_i64(self.as_millis())
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict(deserializer).map(Self::from_millis)
    }
}

impl Serialize for Finite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Finite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Score {
    /// A number if the score is finite, and `"inf"` or `"-inf"` if not.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value() {
            f64::INFINITY => serializer.serialize_str("inf"),
            f64::NEG_INFINITY => serializer.serialize_str("-inf"),
            value => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl serde::de::Visitor<'_> for Number {
            type Value = Score;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a number, \"inf\" or \"-inf\"")
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Score, E> {
                if value.is_finite() {
                    Ok(value.into())
                } else {
                    Err(E::invalid_value(Unexpected::Float(value), &self))
                }
            }

            #[expect(clippy::cast_precision_loss, reason = "an integer is read as the nearest float")]
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Score, E> {
                Ok((value as f64).into())
            }

            #[expect(clippy::cast_precision_loss, reason = "an integer is read as the nearest float")]
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Score, E> {
                Ok((value as f64).into())
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Score, E> {
                match text {
                    "inf" => Ok(f64::INFINITY.into()),
                    "-inf" => Ok(f64::NEG_INFINITY.into()),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(Number)
    }
}

impl<'de, I: DeserializableIdentifiers> Tagged<'de> for Input<I> {
    const WHAT: &'static str = "an input";

    fn from_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error> {
        let kind = InputKind::from_name(kind).ok_or_else(|| unknown_kind::<Self, _>(kind))?;
        Ok(match kind {
            InputKind::AddPeer => Self::AddPeer(Deserialize::deserialize(fields)?),
            InputKind::RemovePeer => Self::RemovePeer(Deserialize::deserialize(fields)?),
            InputKind::Subscribe => Self::Subscribe(Deserialize::deserialize(fields)?),
            InputKind::Unsubscribe => Self::Unsubscribe(Deserialize::deserialize(fields)?),
            InputKind::Ihave => Self::Ihave(Deserialize::deserialize(fields)?),
            InputKind::Iwant => Self::Iwant(Deserialize::deserialize(fields)?),
            InputKind::Graft => Self::Graft(Deserialize::deserialize(fields)?),
            InputKind::Prune => Self::Prune(Deserialize::deserialize(fields)?),
            InputKind::PublishMessage => Self::PublishMessage(Deserialize::deserialize(fields)?),
            InputKind::ReceiveMessage => Self::ReceiveMessage(Deserialize::deserialize(fields)?),
            InputKind::Join => Self::Join(Deserialize::deserialize(fields)?),
            InputKind::Leave => Self::Leave(Deserialize::deserialize(fields)?),
            InputKind::Heartbeat => no_fields(fields, Self::Heartbeat)?,
            InputKind::SetApplicationScore => Self::SetApplicationScore(Deserialize::deserialize(fields)?),
            InputKind::SelectPxPeers => Self::SelectPxPeers(Deserialize::deserialize(fields)?),
            InputKind::SelectGossipMessages => no_fields(fields, Self::SelectGossipMessages)?,
            InputKind::ApplyBatch => Self::ApplyBatch(Deserialize::deserialize(fields)?),
        })
    }
}

impl<'de, I: DeserializableIdentifiers> Deserialize<'de> for Input<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged(deserializer)
    }
}

impl<'de, I: DeserializableIdentifiers> Tagged<'de> for RoutedMessage<I> {
    const WHAT: &'static str = "a routed message";

    fn from_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Message<M> {
            message: M,
        }

        match kind {
            "message" => Message::deserialize(fields).map(|Message { message }| Self::Message { message }),
            "not_found" => no_fields(fields, Self::NotFound),
            "ignored" => no_fields(fields, Self::Ignored),
            "too_many_requests" => no_fields(fields, Self::TooManyRequests),
            _ => Err(unknown_kind::<Self, _>(kind)),
        }
    }
}

impl<I: DeserializableIdentifiers> Strict for RoutedMessage<I> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged(deserializer)
    }
}

impl<'de, I: DeserializableIdentifiers> Tagged<'de> for TopicScoreLimits<I> {
    const WHAT: &'static str = "the limits of topics";

    fn from_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Single {
            #[serde(deserialize_with = "strict")]
            parameters: TopicParameters,
        }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, bound = "I: DeserializableIdentifiers")]
        struct Family<I: Identifiers> {
            #[serde(deserialize_with = "strict")]
            default: WeightedTopicParameters,
            #[serde(deserialize_with = "strict")]
            topics: BTreeMap<I::Topic, WeightedTopicParameters>,
        }

        match kind {
            "single" => Single::deserialize(fields).map(|Single { parameters }| Self::Single { parameters }),
            "family" => {
                Family::<I>::deserialize(fields).map(|Family { default, topics }| Self::Family { default, topics })
            }
            _ => Err(unknown_kind::<Self, _>(kind)),
        }
    }
}

impl<'de, I: DeserializableIdentifiers> Deserialize<'de> for TopicScoreLimits<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        tagged(deserializer)
    }
}
