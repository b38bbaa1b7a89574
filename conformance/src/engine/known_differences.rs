//! Known differences: where an implementation differs on purpose, why, and how checking goes on after it.

use super::Finding;
use serde::Deserialize;
use std::path::Path;

/// The known differences of an implementation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifferences {
    /// Each of them.
    #[serde(default, rename = "difference")]
    pub differences: Vec<KnownDifference>,
}

/// A rule that an implementation breaks on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifference {
    /// The beginning of the rule, as a finding names it: `graft (8)`.
    pub rule: String,
    /// Why it differs.
    pub reason: String,
    /// What to do after it occurred.
    pub after: After,
}

/// How checking goes on after a known difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The sequence ends there.
    End,
    /// The model takes over what the implementation's view shows, and the sequence goes on. Scores are not taken over:
    /// a view shows their values, and not what they are made of.
    TakeOver,
}

/// A file of known differences that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct KnownDifferencesError {
    path: String,
    error: Box<dyn std::error::Error + Send + Sync>,
}

impl KnownDifferences {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// If the file cannot be read, and if a difference lacks its rule, reason or what comes after.
    pub fn read(path: &Path) -> Result<Self, KnownDifferencesError> {
        let error = |error| KnownDifferencesError { path: path.display().to_string(), error };
        let text = std::fs::read_to_string(path).map_err(|fault| error(fault.into()))?;
        let known: Self = toml::from_str(&text).map_err(|fault| error(fault.into()))?;
        match known.differences.iter().find(|difference| difference.rule.trim().is_empty()) {
            Some(_) => Err(error("expected a rule, found a difference without one".into())),
            None => Ok(known),
        }
    }

    /// The index of the difference that a finding is.
    #[must_use]
    pub fn of(&self, finding: &Finding) -> Option<usize> {
        let kind = finding.kind();
        self.differences.iter().position(|difference| kind.starts_with(&difference.rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<KnownDifferences, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("known.toml");
        std::fs::write(&path, text).expect("to write");
        KnownDifferences::read(&path)
            .map_err(|error| error.to_string().replace(&path.display().to_string(), "known.toml"))
    }

    #[test]
    fn a_difference_has_a_rule_a_reason_and_what_comes_after() {
        let known =
            read("[[difference]]\nrule = \"graft (8)\"\nreason = \"one more is welcome\"\nafter = \"take_over\"\n");
        let expected =
            KnownDifference { rule: "graft (8)".into(), reason: "one more is welcome".into(), after: After::TakeOver };
        assert_eq!(known.expect("a file").differences, [expected]);
    }

    #[test]
    fn what_is_missing_or_unknown_is_said() {
        let error = read("[[difference]]\nrule = \"graft (8)\"\nafter = \"end\"\n").expect_err("no reason");
        assert!(error.starts_with("known.toml: ") && error.contains("missing field `reason`"), "{error}");
        let error =
            read("[[difference]]\nrule = \"a\"\nreason = \"b\"\nafter = \"ignore\"\n").expect_err("no such end");
        assert!(error.contains("unknown variant `ignore`, expected `end` or `take_over`"), "{error}");
        let error = read("[[difference]]\nrule = \" \"\nreason = \"b\"\nafter = \"end\"\n").expect_err("no rule");
        assert_eq!(error, "known.toml: expected a rule, found a difference without one");
    }
}
