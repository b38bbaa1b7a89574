//! Objects with a field `kind` that determines the other fields.

use alloc::{borrow::Cow, format, string::String};
use core::{fmt, marker::PhantomData};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// A value that is written as an object with a field `kind`.
pub trait Tagged<'de>: Sized {
    /// The name of the type in errors, such as "an input".
    const WHAT: &'static str;

    /// Reads a value of this kind from its other fields.
    ///
    /// # Errors
    /// If the kind is unknown ([`unknown_kind`]), or if the fields are not those of the kind.
    fn from_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Result<Self, D::Error>;
}

/// The error for a kind that a value does not have.
#[must_use]
pub fn unknown_kind<'de, T: Tagged<'de>, E: Error>(kind: &str) -> E {
    E::custom(format!("unknown kind `{kind}` of {}", T::WHAT))
}

/// Reads a value with a field `kind`. If `kind` comes first, no field is buffered.
///
/// # Errors
/// If there is no `kind`, or if [`Tagged::from_kind`] fails.
pub fn tagged<'de, T: Tagged<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(KindFirst(PhantomData))
}

struct KindFirst<T>(PhantomData<T>);

impl<'de, T: Tagged<'de>> Visitor<'de> for KindFirst<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as an object with a field `kind`", T::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut others = serde_json::Map::new();
        let mut kind = None;
        while let Some(field) = map.next_key_seed(Text)? {
            if field == "kind" {
                if kind.is_some() {
                    return Err(A::Error::duplicate_field("kind"));
                }
                let found = map.next_value_seed(Text)?;
                if others.is_empty() {
                    return T::from_kind(&found, MapAccessDeserializer::new(map));
                }
                kind = Some(found);
            } else {
                if others.contains_key(&*field) {
                    return Err(A::Error::custom(format!("duplicate field `{field}`")));
                }
                let value = map.next_value::<serde_json::Value>()?;
                others.insert(field.into_owned(), value);
            }
        }
        let kind = kind.ok_or_else(|| A::Error::missing_field("kind"))?;
        T::from_kind(&kind, serde_json::Value::Object(others)).map_err(A::Error::custom)
    }
}

/// A string, borrowed if the input allows it.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(String::from(text)))
    }
}

/// Reads the fields of a kind without fields, which must be absent.
pub(super) fn no_fields<'de, T, D: Deserializer<'de>>(fields: D, value: impl Into<T>) -> Result<T, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NoFields {}

    NoFields::deserialize(fields).map(|NoFields {}| value.into())
}
