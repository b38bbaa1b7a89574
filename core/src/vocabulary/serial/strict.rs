//! Readers that refuse each value that is not in the form in which the trace format writes it.

use crate::{
    CachedMessage, Connection, DeserializableIdentifiers, Fanout, Limits, PartialView, Score, ScoreLimits, ScoreRecord,
    SortedSet, Span, Time, TopicCounters, TopicParameters, TopicScoreLimits, WeightedTopicParameters, Window,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    vec::Vec,
};
use core::{fmt, fmt::Debug, marker::PhantomData};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};

/// The largest integer of the trace format, 2^53 - 1, which every language can represent.
pub const LARGEST_INTEGER: u64 = (1 << 53) - 1;

impl Strict for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Self::deserialize(deserializer)?;
        if value.unsigned_abs() > LARGEST_INTEGER {
            let expected = "an integer from -(2^53 - 1) to 2^53 - 1";
            return Err(D::Error::invalid_value(Unexpected::Signed(value), &expected));
        }
        Ok(value)
    }
}

/// The error for a set that is not sorted.
pub(crate) const UNSORTED: &str = "a set must be sorted ascending without repetition";

/// A value that is read as strictly as the trace format writes it.
pub trait Strict: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// If the value is not in the form in which the trace format writes it.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Reads a value as strictly as the trace format writes it.
///
/// # Errors
/// If the value is not in the form in which the trace format writes it.
pub fn strict<'de, T: Strict, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// Reads an optional field that is present. A `null` is refused, and not read as an absent field.
pub(crate) fn strict_some<'de, T: Strict, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::read(deserializer).map(Some)
}

/// An integer of at most `largest`, described by `expected`.
pub(super) fn integer<'de, D: Deserializer<'de>>(
    deserializer: D,
    largest: u64,
    expected: &'static str,
) -> Result<u64, D::Error> {
    struct Integer(u64, &'static str);

    impl Visitor<'_> for Integer {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.1)
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
            if value <= self.0 { Ok(value) } else { Err(E::invalid_value(Unexpected::Unsigned(value), &self)) }
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
            match u64::try_from(value) {
                Ok(value) => self.visit_u64(value),
                Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
            }
        }
    }

    deserializer.deserialize_u64(Integer(largest, expected))
}

impl Strict for u64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        integer(deserializer, LARGEST_INTEGER, "an integer from 0 to 2^53 - 1")
    }
}

impl<T: for<'a> Deserialize<'a> + Ord> Strict for BTreeSet<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sorted<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Ord> Visitor<'de> for Sorted<T> {
            type Value = BTreeSet<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a set: an array sorted ascending without repetition")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
                let mut set = BTreeSet::new();
                while let Some(member) = sequence.next_element()? {
                    if set.last().is_some_and(|last| *last >= member) {
                        return Err(A::Error::custom(UNSORTED));
                    }
                    set.insert(member);
                }
                Ok(set)
            }
        }

        deserializer.deserialize_seq(Sorted(PhantomData))
    }
}

impl<K: for<'a> Deserialize<'a> + Ord + Debug, V: Strict> Strict for BTreeMap<K, V> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value<V>(PhantomData<V>);

        impl<'de, V: Strict> DeserializeSeed<'de> for Value<V> {
            type Value = V;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V, D::Error> {
                V::read(deserializer)
            }
        }

        struct Keyed<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de> + Ord + Debug, V: Strict> Visitor<'de> for Keyed<K, V> {
            type Value = BTreeMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some(key) = entries.next_key()? {
                    if map.contains_key(&key) {
                        return Err(A::Error::custom(format!("the key {key:?} stands twice in one object")));
                    }
                    let value = entries.next_value_seed(Value(PhantomData))?;
                    map.insert(key, value);
                }
                Ok(map)
            }
        }

        deserializer.deserialize_map(Keyed(PhantomData))
    }
}

/// A struct that is written as an object. The derived reader alone also accepts an array of its fields.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// Reads a list of objects.
pub(crate) fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let objects: Vec<Object<T>> = Vec::deserialize(deserializer)?;
    Ok(objects.into_iter().map(|Object(value)| value).collect())
}

macro_rules! objects {
    ($($type:ident $(<$i:ident>)?,)*) => {$(
        impl $(<$i: DeserializableIdentifiers>)? Strict for $type $(<$i>)? {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Object::deserialize(deserializer).map(|Object(value)| value)
            }
        }
    )*};
}

objects! {
    CachedMessage<I>, Connection<I>, Fanout<I>, PartialView<I>,
    Limits<I>, ScoreLimits<I>, ScoreRecord<I>, TopicCounters, TopicParameters, WeightedTopicParameters,
}

/// Types whose reader is strict already.
macro_rules! already_strict {
    ($($type:ty,)*) => {$(
        impl Strict for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    )*};
}

already_strict! { bool, f64, Option<f64>, Score, Span, Time, Window, }

impl<I: DeserializableIdentifiers> Strict for TopicScoreLimits<I> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<T: for<'a> Deserialize<'a> + Ord> Strict for SortedSet<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<T: for<'a> Deserialize<'a>> Strict for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}
