//! The first line of a trace: the limits, and where the trace comes from.

use crate::engine::{
    Named, TraceHeader,
    trace::{LineError, LineErrorKind, check_version, parse, there, write},
};
use gossipsub_automaton::{Behaviour, Limits, LimitsError, trace_format::strict, trace_ids::TraceIds};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, from_value, json};

pub(super) const FORMAT: &str = "gossipsub-trace";
const VERSION: u64 = 1;

/// The first line of a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Whose answers the trace holds.
    pub implementation: Option<String>,
    /// The seed of the implementation's random choices.
    pub seed: Option<u64>,
    /// The profile that the trace was generated from.
    pub profile: Option<String>,
    /// Any text.
    pub description: Option<String>,
    /// The behaviour that the answers are judged by.
    pub behaviour: Behaviour,
    /// The limits of the automaton.
    pub limits: Limits<TraceIds>,
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
    description: Option<String>,
    #[serde(default, deserialize_with = "there")]
    behaviour: Option<String>,
    #[serde(deserialize_with = "strict")]
    limits: Limits<TraceIds>,
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
    description: Option<&'a str>,
    /// Absent for the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    behaviour: Option<&'static str>,
    limits: &'a Limits<TraceIds>,
}

fn behaviour_of_name(name: &str) -> Result<Behaviour, LineError> {
    let unknown = || LineErrorKind::Content(Behaviour::unknown("behaviour", name));
    Behaviour::from_name(name).ok_or_else(|| LineError::of_field("behaviour", unknown()))
}

impl TraceHeader for Header {
    const TOPICS: Option<&'static str> = Some("/score_limits/topics/topics");

    /// Reads a header from its line. Fields that the format does not name are ignored.
    fn from_line(line: &str) -> Result<Self, LineError> {
        check_version(line, FORMAT, VERSION)?;
        let ReadFields { implementation, seed, profile, description, behaviour, limits } = parse(line)?;
        let behaviour = behaviour.map_or_else(|| Ok(Behaviour::default()), |name| behaviour_of_name(&name))?;
        let header = Self { implementation, seed, profile, description, behaviour, limits };
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
            description: self.description.as_deref(),
            behaviour: (self.behaviour != Behaviour::default()).then(|| self.behaviour.name()),
            limits: &self.limits,
        };
        write(&fields, line)
    }

    fn check(&self) -> Result<(), LineError> {
        let of_limits = |error: LimitsError| LineError::of_field("limits", LineErrorKind::from(error));
        self.limits.check_for(self.behaviour).map_err(of_limits)
    }

    fn seed(&self) -> Option<u64> {
        self.seed
    }

    fn set_seed(&mut self, seed: Option<u64>) {
        self.seed = seed;
    }

    fn set_variant(&mut self, name: &str) -> bool {
        Behaviour::from_name(name).map(|behaviour| self.behaviour = behaviour).is_some()
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
        crate::engine::json(&self.limits)
    }

    fn set_parameters(&mut self, parameters: Value) -> bool {
        match from_value(parameters) {
            Ok(limits) => {
                self.limits = limits;
                true
            }
            Err(_) => false,
        }
    }

    /// The default limits, in the form of these: if these are a family of topics, with the same topics, all alike.
    fn default_parameters(limits: &Value) -> Value {
        let mut defaults = crate::engine::json(&Limits::<TraceIds>::default());
        if let Some(family) = Self::TOPICS.and_then(|pointer| limits.pointer(pointer))
            && let Some(topics) = defaults.pointer_mut("/score_limits/topics")
        {
            let weighted = json!({"parameters": topics["parameters"], "weight": 1.0});
            let each = |topics: &Map<_, _>| topics.keys().map(|topic| (topic.clone(), weighted.clone())).collect();
            let members: Map<_, _> = family.as_object().map(each).unwrap_or_default();
            *topics = json!({"kind": "family", "default": weighted, "topics": members});
        }
        defaults
    }

    /// The same limits for all topics: those of the family's default.
    fn unify_topics(limits: &mut Value) -> bool {
        let Some(topics) = limits.pointer_mut("/score_limits/topics") else { return false };
        let Some(parameters) = topics.pointer("/default/parameters") else { return false };
        *topics = json!({"kind": "single", "parameters": parameters});
        true
    }
}
