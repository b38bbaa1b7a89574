//! The first line of a trace.

use super::{Parameters, serial};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeMap};

/// The name of the format.
pub const FORMAT: &str = "gossipsub-rpc-trace";
/// The version of the format.
pub const VERSION: u64 = 1;

/// The first line of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Whose answers the trace holds.
    pub implementation: Option<String>,
    /// The seed of the implementation's random choices.
    pub seed: u64,
    /// Any text.
    pub description: Option<String>,
    /// The parameters of the router.
    pub parameters: Parameters,
}

#[derive(Deserialize)]
struct Fields {
    format: String,
    #[serde(deserialize_with = "serial::unsigned")]
    version: u64,
    #[serde(default, deserialize_with = "serial::present")]
    implementation: Option<String>,
    #[serde(default, deserialize_with = "serial::unsigned")]
    seed: u64,
    #[serde(default, deserialize_with = "serial::present")]
    description: Option<String>,
    parameters: Parameters,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { format, version, implementation, seed, description, parameters } =
            Fields::deserialize(deserializer)?;
        if format != FORMAT {
            return Err(D::Error::custom(format_args!("format: expected {FORMAT:?}, found {format:?}")));
        }
        if version != VERSION {
            return Err(D::Error::custom(format_args!("version: expected {VERSION}, found {version}")));
        }
        Ok(Self { implementation, seed, description, parameters })
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("format", FORMAT)?;
        object.serialize_entry("version", &VERSION)?;
        if let Some(implementation) = &self.implementation {
            object.serialize_entry("implementation", implementation)?;
        }
        object.serialize_entry("seed", &self.seed)?;
        if let Some(description) = &self.description {
            object.serialize_entry("description", description)?;
        }
        object.serialize_entry("parameters", &self.parameters)?;
        object.end()
    }
}
