//! The first line of an RPC trace.

use crate::engine::{
    Named, TraceHeader, json,
    trace::{LineError, LineErrorKind, check_version, parse, there, write},
};
use gossipsub_reference_model::libp2p::{
    Dialect, Fault, Faults,
    vocabulary::{FORMAT, Parameters, VERSION},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value};

/// A dialect by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum DialectName {
    /// The specification, and go-libp2p-pubsub if the specification is silent.
    #[default]
    Spec,
    /// go-libp2p-pubsub.
    Go,
    /// rust-libp2p.
    Rust,
    /// js-libp2p.
    Js,
}

impl Named for DialectName {
    const ALL: &'static [Self] = &[Self::Spec, Self::Go, Self::Rust, Self::Js];

    fn name(self) -> &'static str {
        self.dialect().name
    }
}

impl DialectName {
    /// The switches of the dialect.
    #[must_use]
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Spec => Dialect::SPEC,
            Self::Go => Dialect::GO,
            Self::Rust => Dialect::RUST,
            Self::Js => Dialect::JS,
        }
    }
}

/// The first line of an RPC trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Whose answers the trace holds.
    pub implementation: Option<String>,
    /// The seed of the implementation's random choices.
    pub seed: Option<u64>,
    /// The profile that the trace was generated from.
    pub profile: Option<String>,
    /// The dialect that answers are judged by. Absent: `spec`.
    pub dialect: Option<DialectName>,
    /// The known faults that the model follows when it judges the answers.
    pub follows: Faults,
    /// Any text.
    pub description: Option<String>,
    /// The parameters of the router.
    pub parameters: Parameters,
}

#[derive(Deserialize)]
struct ReadFields {
    #[serde(default, deserialize_with = "there")]
    implementation: Option<String>,
    #[serde(default, deserialize_with = "there")]
    seed: Option<u64>,
    #[serde(default, deserialize_with = "there")]
    profile: Option<String>,
    #[serde(default, deserialize_with = "there")]
    dialect: Option<String>,
    #[serde(default)]
    follows: Vec<String>,
    #[serde(default, deserialize_with = "there")]
    description: Option<String>,
    parameters: Parameters,
}

#[derive(Serialize)]
struct WrittenFields<'a> {
    format: &'static str,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    implementation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    follows: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    parameters: &'a Parameters,
}

impl TraceHeader for Header {
    const TOPICS: Option<&'static str> = Some("/scoring/topics");

    fn from_line(line: &str) -> Result<Self, LineError> {
        check_version(line, FORMAT, VERSION)?;
        let ReadFields { implementation, seed, profile, dialect, follows, description, parameters } = parse(line)?;
        let dialect = dialect.map(|name| DialectName::from_name(&name).ok_or(name)).transpose().map_err(|name| {
            LineError::of_field("dialect", LineErrorKind::Content(DialectName::unknown("dialect", &name)))
        })?;
        let follows = follows.iter().map(|name| Fault::named(name).ok_or(name)).collect::<Result<_, _>>();
        let follows = follows.map_err(|name| {
            let codes = Fault::ALL.iter().map(|fault| fault.code()).collect::<Vec<_>>().join(", ");
            let kind = LineErrorKind::Content(format!("unknown fault `{name}`; expected some of: {codes}"));
            LineError::of_field("follows", kind)
        })?;
        let header = Self { implementation, seed, profile, dialect, follows, description, parameters };
        header.check()?;
        Ok(header)
    }

    fn write_line(&self, line: &mut Vec<u8>) -> Result<(), LineError> {
        self.check()?;
        let fields = WrittenFields {
            format: FORMAT,
            version: VERSION,
            implementation: self.implementation.as_deref(),
            seed: self.seed,
            profile: self.profile.as_deref(),
            dialect: self.dialect.map(Named::name),
            follows: self.follows.iter().map(Fault::code).collect(),
            description: self.description.as_deref(),
            parameters: &self.parameters,
        };
        write(&fields, line)
    }

    fn check(&self) -> Result<(), LineError> {
        self.parameters.check().map_err(|error| {
            let kind = LineErrorKind::Content(format!("{} is required, found {}", error.rule, error.found));
            LineError::of_field(&format!("parameters.{}", error.field), kind)
        })
    }

    fn seed(&self) -> Option<u64> {
        self.seed
    }

    fn set_seed(&mut self, seed: Option<u64>) {
        self.seed = seed;
    }

    fn set_variant(&mut self, name: &str) -> bool {
        self.dialect = DialectName::from_name(name);
        self.dialect.is_some()
    }

    fn followed_faults(&self) -> Vec<String> {
        self.follows.iter().map(|fault| fault.code().to_owned()).collect()
    }

    fn follow_faults(&mut self, names: &[String]) -> bool {
        let faults: Option<Faults> = names.iter().map(|name| Fault::named(name)).collect();
        faults.map(|faults| self.follows = faults).is_some()
    }

    fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    fn set_implementation(&mut self, name: Option<String>) {
        self.implementation = name;
    }

    fn set_description(&mut self, text: Option<String>) {
        self.description = text;
    }

    fn parameters(&self) -> Value {
        json(&self.parameters)
    }

    fn set_parameters(&mut self, parameters: Value) -> bool {
        match from_value(parameters) {
            Ok(parameters) => {
                self.parameters = parameters;
                true
            }
            Err(_) => false,
        }
    }

    /// The simplest parameters, in the form of these: with scoring for the same topics, if there is scoring.
    fn default_parameters(parameters: &Value) -> Value {
        let mut defaults = json(&super::generate::simplest());
        let scoring = parameters.pointer("/scoring/topics").and_then(Value::as_object).map(|topics| {
            let mut scoring = json(&super::generate::simplest_scoring());
            if let Some(simplest) = scoring.pointer_mut("/topics") {
                let topics = topics.keys().map(|topic| (topic.clone(), json(&super::generate::simplest_topic())));
                *simplest = Value::Object(topics.collect());
            }
            scoring
        });
        if let Some(default) = defaults.pointer_mut("/scoring") {
            *default = scoring.unwrap_or(Value::Null);
        }
        defaults
    }
}
