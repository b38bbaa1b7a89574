//! What an implementation says of itself before the first step.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What an implementation supports. By default it supports everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Its name and version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<String>,
    /// The features that it supports; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supports: Option<BTreeSet<String>>,
    /// Parameters that it has with one value only.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fixed: Map<String, Value>,
    /// Parameters that it has no counterpart for: any value is accepted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ignored: BTreeSet<String>,
    /// Whether it reads steps before it has answered those before them, so that a whole sequence can be sent ahead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pipeline: bool,
}

impl Capabilities {
    /// What two implementations support both. The name is that of neither.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let supports = match (&self.supports, &other.supports) {
            (Some(ours), Some(theirs)) => Some(ours & theirs),
            (ours, theirs) => ours.as_ref().or(theirs.as_ref()).cloned(),
        };
        let fixed = self.fixed.iter().chain(&other.fixed).map(|(name, value)| (name.clone(), value.clone()));
        let (fixed, ignored) = (fixed.collect(), &self.ignored & &other.ignored);
        Self { implementation: None, supports, fixed, ignored, pipeline: self.pipeline && other.pipeline }
    }

    /// Whether every sequence can be asked.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.supports.is_none() && self.fixed.is_empty() && self.ignored.is_empty()
    }

    /// Whether a feature is supported.
    #[must_use]
    pub fn supports(&self, feature: &str) -> bool {
        self.supports.as_ref().is_none_or(|supported| supported.contains(feature))
    }
}
