//! What a scenario shows, as its description says.

use super::Report;
use gossipsub_reference_model::libp2p::Dialect;
use std::fmt;

/// What the model reports of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The condition holds.
    Holds,
    /// The condition does not hold.
    DoesNotHold,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::DoesNotHold => "does not hold",
        })
    }
}

/// The rule that a scenario shows in its last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The name of the rule: `graft (4)`.
    pub rule: String,
    /// What the model reports of it.
    pub outcome: Outcome,
    /// The sentence after it.
    pub sentence: String,
}

impl Shown {
    /// Reads a description: `graft (4) holds: the backoff has not ended.` None if it has another form.
    #[must_use]
    pub fn read(description: &str) -> Option<Self> {
        let (claim, sentence) = description.split_once(": ")?;
        [Outcome::DoesNotHold, Outcome::Holds].into_iter().find_map(|outcome| {
            let rule = claim.strip_suffix(&format!(" {outcome}"))?.to_owned();
            Some(Self { rule, outcome, sentence: sentence.to_owned() })
        })
    }

    /// The start of the name of a scenario that shows the rule: `graft-4`.
    #[must_use]
    pub fn stem(&self) -> String {
        self.rule.replace(" (", "-").replace(')', "")
    }

    /// Whether a report is about this rule.
    #[must_use]
    pub fn is_of(&self, report: &Report) -> bool {
        report.rule == self.rule
    }

    /// Whether a report has this outcome.
    #[must_use]
    pub fn is_shown_by(&self, report: &Report) -> bool {
        self.is_of(report) && report.holds == Some(self.outcome == Outcome::Holds)
    }
}

/// The names of the switches of a dialect.
pub fn switches() -> impl Iterator<Item = &'static str> {
    Dialect::SPEC.switches().into_iter().map(|(name, _)| name)
}

/// The switch that a description names: `` `prune_zero` ``.
#[must_use]
pub fn switch_of(description: &str) -> Option<&'static str> {
    switches().find(|switch| description.contains(&format!("`{switch}`")))
}
