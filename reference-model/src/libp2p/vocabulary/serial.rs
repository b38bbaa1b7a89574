//! Values that are refused if they are not written as the trace format says.

use super::{Peer, Topic};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Unexpected, Visitor},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display},
    marker::PhantomData,
};

/// The largest integer of the trace format, 2^53 - 1: the largest that every language can hold.
pub const LARGEST_INTEGER: u64 = (1 << 53) - 1;

struct Integer;

impl Visitor<'_> for Integer {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer of at most 2^53 - 1")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        match i64::try_from(value) {
            Ok(signed) if value <= LARGEST_INTEGER => Ok(signed),
            _ => Err(E::invalid_value(Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        if value.unsigned_abs() <= LARGEST_INTEGER {
            Ok(value)
        } else {
            Err(E::invalid_value(Unexpected::Signed(value), &self))
        }
    }
}

/// An integer from -(2^53 - 1) to 2^53 - 1.
pub(super) fn signed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_i64(Integer)
}

/// An integer from 0 to 2^53 - 1.
pub(super) fn unsigned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = signed(deserializer)?;
    u64::try_from(value).map_err(|_| D::Error::invalid_value(Unexpected::Signed(value), &"an integer of at least 0"))
}

/// A count: an integer from 0 to 2^53 - 1.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let value = unsigned(deserializer)?;
    usize::try_from(value).map_err(|_| D::Error::custom(format_args!("{value} is too large for this machine")))
}

/// An optional field that is there: `null` is not taken for an absent field.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A value for which an empty one is refused, because the format leaves it out.
struct Ordered<T, F> {
    expected: &'static str,
    may_be_empty: bool,
    /// Why a member may not follow the one before it.
    fault: F,
    member: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: Fn(&T, &T) -> Option<String>> Visitor<'de> for Ordered<T, F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        let mut members: Vec<T> = Vec::new();
        while let Some(member) = sequence.next_element()? {
            if let Some(fault) = members.last().and_then(|last| (self.fault)(last, &member)) {
                return Err(A::Error::custom(format_args!("expected {}, found {fault}", self.expected)));
            }
            members.push(member);
        }
        if members.is_empty() && !self.may_be_empty {
            return Err(A::Error::custom("a part without content is left out, found an empty array"));
        }
        Ok(members)
    }
}

const SET: &str = "a set: a sorted array without repetition";
const MULTISET: &str = "a multiset: a sorted array";

fn after<T: Display>(member: &T, last: &T) -> String {
    format!("{member} after {last}")
}

/// A sorted array without repetition.
pub(super) fn set<'de, T, D>(deserializer: D) -> Result<BTreeSet<T>, D::Error>
where
    T: Deserialize<'de> + Ord + Display,
    D: Deserializer<'de>,
{
    let fault = |last: &T, member: &T| (last >= member).then(|| after(member, last));
    let visitor = Ordered { expected: SET, may_be_empty: true, fault, member: PhantomData };
    deserializer.deserialize_seq(visitor).map(BTreeSet::from_iter)
}

/// A sorted array, which may repeat members.
pub(super) fn multiset<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + Ord + Display,
    D: Deserializer<'de>,
{
    let fault = |last: &T, member: &T| (last > member).then(|| after(member, last));
    deserializer.deserialize_seq(Ordered { expected: MULTISET, may_be_empty: true, fault, member: PhantomData })
}

/// A multiset that is left out if it is empty.
pub(super) fn multiset_part<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + Ord + Display,
    D: Deserializer<'de>,
{
    let fault = |last: &T, member: &T| (last > member).then(|| after(member, last));
    deserializer.deserialize_seq(Ordered { expected: MULTISET, may_be_empty: false, fault, member: PhantomData })
}

/// A value with a key by which arrays of it are sorted.
pub(super) trait Keyed {
    /// Whether the key may stand twice in an array.
    const REPEATS: bool = true;
    type Key<'a>: Ord
    where
        Self: 'a;

    fn key(&self) -> Self::Key<'_>;
}

/// An array sorted by key that is left out if it is empty.
pub(super) fn sorted_part<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + Keyed + Serialize,
    D: Deserializer<'de>,
{
    sorted(deserializer, false)
}

/// An array sorted by key.
pub(super) fn sorted_array<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + Keyed + Serialize,
    D: Deserializer<'de>,
{
    sorted(deserializer, true)
}

fn sorted<'de, T, D>(deserializer: D, may_be_empty: bool) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + Keyed + Serialize,
    D: Deserializer<'de>,
{
    let json = |value: &T| serde_json::to_string(value).unwrap_or_else(|error| error.to_string());
    let fault = |last: &T, member: &T| {
        let (a, b) = (last.key(), member.key());
        (a > b || (a == b && !T::REPEATS)).then(|| format!("{} after {}", json(member), json(last)))
    };
    deserializer.deserialize_seq(Ordered { expected: MULTISET, may_be_empty, fault, member: PhantomData })
}

/// An object, in which no key stands twice.
struct Entries<K, V, F> {
    /// Reads a key.
    key: F,
    entry: PhantomData<(K, V)>,
}

impl<'de, K: Ord, V: Deserialize<'de>, F: Fn(&str) -> Result<K, String>> Visitor<'de> for Entries<K, V, F> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(name) = entries.next_key::<String>()? {
            let key = (self.key)(&name).map_err(A::Error::custom)?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {name:?} stands twice in one object")));
            }
            map.insert(key, entries.next_value()?);
        }
        Ok(map)
    }
}

/// A peer as a key: a decimal number without leading zeros.
fn peer_key(name: &str) -> Result<Peer, String> {
    match name.parse() {
        Ok(number) if number <= LARGEST_INTEGER && name == format!("{number}") => Ok(Peer(number)),
        _ => Err(format!("expected a peer as a decimal number of at most 2^53 - 1, found {name:?}")),
    }
}

/// An object from peer to value.
pub(super) fn by_peer<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Peer, V>, D::Error> {
    deserializer.deserialize_map(Entries { key: peer_key, entry: PhantomData })
}

/// An object from peer to value, if it is there.
pub(super) fn present_by_peer<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<Peer, V>>, D::Error> {
    by_peer(deserializer).map(Some)
}

/// An object from topic to value.
pub(super) fn by_topic<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Topic, V>, D::Error> {
    deserializer.deserialize_map(Entries { key: |name: &str| Ok(Topic::new(name)), entry: PhantomData })
}

/// An object from topic to a set of peers, if it is there.
pub(super) fn present_peers_by_topic<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<Topic, BTreeSet<Peer>>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Members(#[serde(deserialize_with = "set")] BTreeSet<Peer>);

    let map: BTreeMap<Topic, Members> = by_topic(deserializer)?;
    Ok(Some(map.into_iter().map(|(topic, Members(members))| (topic, members)).collect()))
}

/// A finite number, which is all that JSON can hold.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
pub(super) fn write_finite<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        serializer.serialize_f64(*value)
    } else {
        Err(serde::ser::Error::custom(format_args!("{value} cannot be written")))
    }
}
