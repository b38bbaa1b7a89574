//! Known differences: where an implementation differs, why, and how checking goes on after it.

use super::{Family, Finding, PropertyExtent, Referee, Step, TraceHeader, implementation::ImplementationError};
use serde::Deserialize;
use std::{
    collections::BTreeSet,
    fmt::Debug,
    path::{Path, PathBuf},
};

/// The known differences of an implementation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifferences {
    /// Each of them.
    #[serde(default, rename = "difference")]
    pub differences: Vec<KnownDifference>,
}

/// What an implementation is known to do otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Entry")]
pub struct KnownDifference {
    /// A short name of the difference, unique in the file.
    pub id: Option<String>,
    /// The names of the rules and the properties that it breaks, as findings begin: `graft (8)`, `property: ...`. At
    /// least one.
    pub rules: Vec<String>,
    /// What differs, and why.
    pub reason: String,
    /// What to do after it occurred.
    pub after: After,
    /// With [`After::Follow`]: the name of the fault that the model follows.
    pub fault: Option<String>,
    /// The sentence of the specification that it breaks.
    pub sentence: Option<String>,
    /// Where the sentence stands.
    pub link: Option<String>,
    /// The switch of a dialect that it is, if it breaks no sentence.
    pub dialect: Option<String>,
    /// Minimal traces that show it. In the file, relative to the file.
    pub traces: Vec<PathBuf>,
    /// The versions of the implementation that have it; absent: all.
    pub versions: Option<Vec<String>>,
    /// A link to the issue of the implementation.
    pub upstream: Option<String>,
    /// Whether details are withheld, because the difference can harm a network.
    pub withheld: bool,
}

/// A difference as it stands in a file: one rule or a list, one trace or a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Option<String>,
    rule: Option<String>,
    rules: Option<Vec<String>>,
    reason: String,
    after: After,
    fault: Option<String>,
    sentence: Option<String>,
    link: Option<String>,
    dialect: Option<String>,
    trace: Option<PathBuf>,
    traces: Option<Vec<PathBuf>>,
    versions: Option<Vec<String>>,
    upstream: Option<String>,
    #[serde(default)]
    withheld: bool,
}

impl TryFrom<Entry> for KnownDifference {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        Ok(Self {
            rules: one_or_list("rule", entry.rule, entry.rules)?
                .ok_or("expected a `rule` or `rules`, found neither")?,
            traces: one_or_list("trace", entry.trace, entry.traces)?.unwrap_or_default(),
            id: entry.id,
            reason: entry.reason,
            after: entry.after,
            fault: entry.fault,
            sentence: entry.sentence,
            link: entry.link,
            dialect: entry.dialect,
            versions: entry.versions,
            upstream: entry.upstream,
            withheld: entry.withheld,
        })
    }
}

/// The values of a field that is given as one value or, with the plural of its name, as a list. Absent without both.
fn one_or_list<T: PartialEq + Debug>(
    name: &str,
    one: Option<T>,
    list: Option<Vec<T>>,
) -> Result<Option<Vec<T>>, String> {
    match (one, list) {
        (Some(_), Some(_)) => Err(format!("expected `{name}` or `{name}s`, found both")),
        (None, Some(list)) if list.is_empty() => Err(format!("{name}s: expected at least one {name}, found none")),
        (None, Some(list)) => {
            let repeated =
                list.iter().enumerate().find(|(index, value)| list.iter().take(*index).any(|one| one == *value));
            repeated.map_or(Ok(()), |(_, value)| Err(format!("{name}s: {value:?} stands twice")))?;
            Ok(Some(list))
        }
        (one, None) => Ok(one.map(|one| vec![one])),
    }
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
    /// In every second case the model follows the fault, so that the sequence goes on and shows what is behind it. In
    /// the others the sequence ends there.
    Follow,
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
    /// If the file cannot be read, if a difference lacks its rule, reason or what comes after, and if it names a rule or a
    /// fault that the family does not have.
    pub fn read<F: Family>(path: &Path) -> Result<Self, KnownDifferencesError> {
        let error = |error| KnownDifferencesError { path: path.display().to_string(), error };
        let text = std::fs::read_to_string(path).map_err(|fault| error(fault.into()))?;
        let mut known: Self = toml::from_str(&text).map_err(|fault| error(fault.into()))?;
        let (mut ids, folder) = (BTreeSet::new(), path.parent().unwrap_or(Path::new("")));
        for difference in &mut known.differences {
            difference.check::<F>().map_err(|fault| error(fault.into()))?;
            if let Some(id) = &difference.id
                && !ids.insert(id.clone())
            {
                return Err(error(format!("two differences have the id `{id}`").into()));
            }
            difference.traces.iter_mut().for_each(|trace| *trace = folder.join(&*trace));
        }
        Ok(known)
    }

    /// Leaves out the differences that the version in a name does not have: the last word, if it begins with a digit.
    /// Without a version, all differences are known.
    pub fn retain_version_in(&mut self, name: &str) {
        let word = name.split_whitespace().next_back();
        if let Some(version) = word.filter(|word| word.starts_with(|first: char| first.is_ascii_digit())) {
            self.retain_version(version);
        }
    }

    /// Leaves out the differences that this version does not have.
    pub fn retain_version(&mut self, version: &str) {
        self.differences.retain(|difference| {
            difference.versions.as_ref().is_none_or(|versions| versions.iter().any(|other| other == version))
        });
    }

    /// Whether a difference is one of some versions only.
    #[must_use]
    pub fn depend_on_version(&self) -> bool {
        self.differences.iter().any(|difference| difference.versions.is_some())
    }

    /// The faults that the model can follow, in the order of the file.
    #[must_use]
    pub fn followed_faults(&self) -> Vec<String> {
        self.differences.iter().filter_map(|difference| difference.fault.clone()).collect()
    }

    /// The index of the difference that a finding is: the last step of an answered sequence.
    ///
    /// A difference whose fault the model can follow is the finding if the model allows the answers when it follows the
    /// fault. Any other difference is the finding if it breaks the same rule.
    #[must_use]
    pub fn of<F: Family>(&self, header: &F::Header, steps: &[Step<F>], finding: &Finding) -> Option<usize> {
        let kind = finding.kind();
        let with_rule = |follows: bool| {
            let mut differences = self.differences.iter();
            differences.position(|known| (known.after == After::Follow) == follows && known.is_of(&kind))
        };
        if !header.followed_faults().is_empty() {
            return with_rule(false);
        }
        if !matches!(finding, Finding::Violated(_)) || is_allowed::<F>(header, steps, &[]) {
            // No fault of the model explains a property that fails where the model allows the answer.
            return with_rule(true).or_else(|| with_rule(false));
        }
        self.explanation::<F>(header, steps, &kind).or_else(|| with_rule(false))
    }

    /// The difference whose fault explains the answers. If it takes several, one without which the others do not.
    fn explanation<F: Family>(&self, header: &F::Header, steps: &[Step<F>], kind: &str) -> Option<usize> {
        let faults = self.differences.iter().enumerate();
        let mut faults: Vec<_> =
            faults.filter_map(|(index, known)| Some((index, known, known.fault.clone()?))).collect();
        faults.sort_by_key(|(_, known, _)| !known.is_of(kind));
        let alone = faults.iter().find(|(.., fault)| is_allowed::<F>(header, steps, std::slice::from_ref(fault)));
        if let Some((index, ..)) = alone {
            return Some(*index);
        }
        if !is_allowed::<F>(header, steps, &self.followed_faults()) {
            return None;
        }
        let is_needed = |index: usize| {
            let others = faults.iter().filter(|(other, ..)| *other != index);
            !is_allowed::<F>(header, steps, &others.map(|(.., fault)| fault.clone()).collect::<Vec<_>>())
        };
        faults
            .iter()
            .map(|(index, ..)| *index)
            .find(|index| is_needed(*index))
            .or(faults.first().map(|(index, ..)| *index))
    }
}

/// Whether the model allows all answers when it follows faults. Properties are not checked.
fn is_allowed<F: Family>(header: &F::Header, steps: &[Step<F>], faults: &[String]) -> bool {
    let mut header = header.clone();
    assert!(header.follow_faults(faults), "the faults of a file are checked when it is read");
    matches!(Referee::<F>::first_finding(&header, steps, PropertyExtent::None), Ok(None))
}

impl KnownDifference {
    /// A difference of a rule, without particulars.
    #[must_use]
    pub fn new(rule: impl Into<String>, reason: impl Into<String>, after: After) -> Self {
        Self {
            id: None,
            rules: vec![rule.into()],
            reason: reason.into(),
            after,
            fault: None,
            sentence: None,
            link: None,
            dialect: None,
            traces: Vec::new(),
            versions: None,
            upstream: None,
            withheld: false,
        }
    }

    /// Its id, or its first rule.
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.as_deref().or_else(|| self.rules.first().map(String::as_str)).unwrap_or_default()
    }

    /// Whether a finding of this kind breaks one of its rules.
    #[must_use]
    pub fn is_of(&self, kind: &str) -> bool {
        self.rules.iter().any(|rule| begins_with(kind, rule))
    }

    fn check<F: Family>(&self) -> Result<(), String> {
        let name = self.name();
        let own = ImplementationError::KINDS.map(ToOwned::to_owned);
        let names: Vec<String> = F::rule_names().into_iter().chain(own).collect();
        if let Some(unknown) = self.rules.iter().find(|rule| !names.iter().any(|name| begins_with(rule, name))) {
            let of = self.id.as_ref().map_or_else(String::new, |id| format!("{id}: "));
            return Err(format!(
                "{of}unknown rule `{unknown}`; expected the name of a rule or a property of {}",
                F::NAME
            ));
        }
        match (self.after, &self.fault, F::fault_names()) {
            (After::Follow, _, faults) if faults.is_empty() => {
                return Err(format!("{name}: after = \"follow\": the model of {} follows no known faults", F::NAME));
            }
            (After::Follow, None, _) => return Err(format!("{name}: after = \"follow\": missing field `fault`")),
            (After::Follow, Some(fault), faults) if !faults.contains(&fault.as_str()) => {
                return Err(format!("{name}: unknown fault `{fault}`; expected one of: {}", faults.join(", ")));
            }
            (After::End | After::TakeOver, Some(_), _) => {
                return Err(format!("{name}: a `fault` requires after = \"follow\""));
            }
            _ => {}
        }
        if self.sentence.is_some() && self.dialect.is_some() {
            return Err(format!("{name}: expected a `sentence` or a `dialect`, found both"));
        }
        if self.link.is_some() && self.sentence.is_none() {
            return Err(format!("{name}: a `link` requires a `sentence`"));
        }
        if self.withheld && (!self.traces.is_empty() || self.sentence.is_some() || self.upstream.is_some()) {
            return Err(format!("{name}: a withheld difference has no `trace`, no `sentence` and no `upstream`"));
        }
        match self.traces.iter().find(|trace| trace.is_absolute()) {
            Some(_) => Err(format!("{name}: trace: expected a path relative to the file")),
            None => Ok(()),
        }
    }
}

/// Whether a rule begins with a name of a rule.
fn begins_with(rule: &str, name: &str) -> bool {
    rule.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{automaton::AutomatonFamily, libp2p::Libp2pFamily};

    fn read_as<F: Family>(text: &str) -> Result<KnownDifferences, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("known.toml");
        std::fs::write(&path, text).expect("to write");
        KnownDifferences::read::<F>(&path)
            .map_err(|error| error.to_string().replace(&path.display().to_string(), "known.toml"))
    }

    fn read(text: &str) -> Result<KnownDifferences, String> {
        read_as::<AutomatonFamily>(text)
    }

    /// A file with one difference and these fields in addition to the required ones.
    fn libp2p(fields: &str) -> Result<KnownDifferences, String> {
        let text = format!("[[difference]]\nrule = \"graft (3)\"\nreason = \"a fault\"\n{fields}");
        read_as::<Libp2pFamily>(&text)
    }

    #[test]
    fn a_difference_has_a_rule_a_reason_and_what_comes_after() {
        let known =
            read("[[difference]]\nrule = \"graft (8)\"\nreason = \"one more is welcome\"\nafter = \"take_over\"\n");
        let expected = KnownDifference::new("graft (8)", "one more is welcome", After::TakeOver);
        assert_eq!(known.expect("a file").differences, [expected]);
    }

    #[test]
    fn what_is_missing_or_unknown_is_said() {
        let error = read("[[difference]]\nrule = \"graft (8)\"\nafter = \"end\"\n").expect_err("no reason");
        assert!(error.starts_with("known.toml: ") && error.contains("missing field `reason`"), "{error}");
        let error =
            read("[[difference]]\nrule = \"a\"\nreason = \"b\"\nafter = \"ignore\"\n").expect_err("no such end");
        assert!(error.contains("unknown variant `ignore`, expected one of `end`, `take_over`, `follow`"), "{error}");
        let error = read("[[difference]]\nreason = \"b\"\nafter = \"end\"\n").expect_err("no rule");
        assert!(error.contains("expected a `rule` or `rules`, found neither"), "{error}");
    }

    #[test]
    fn a_difference_may_break_several_rules() {
        let text = |fields: &str| format!("[[difference]]\nid = \"a\"\nreason = \"b\"\nafter = \"end\"\n{fields}\n");
        let known = read(&text("rules = [\"graft (8)\", \"prune (1)\"]\ntraces = [\"1.jsonl\", \"2.jsonl\"]"));
        let known = known.expect("a file");
        let difference = known.differences.first().expect("a difference");
        let traces: Vec<_> = difference.traces.iter().filter_map(|trace| trace.file_name()).collect();
        assert_eq!(traces, ["1.jsonl", "2.jsonl"]);
        assert!(difference.is_of("graft (8): too early") && difference.is_of("prune (1)"));
        assert!(!difference.is_of("graft (9)") && !difference.is_of("graft (80)"));
        for (fields, expected) in [
            ("rule = \"graft (8)\"\nrules = [\"prune (1)\"]", "expected `rule` or `rules`, found both"),
            ("rules = []", "rules: expected at least one rule, found none"),
            ("rules = [\"graft (8)\", \"graft (8)\"]", "rules: \"graft (8)\" stands twice"),
            ("rules = \"graft (8)\"", "invalid type: string \"graft (8)\", expected a sequence"),
            ("rule = \"graft (8)\"\ntraces = [\"a\", \"b\", \"a\"]", "traces: \"a\" stands twice"),
            (
                "rules = [\"graft (8)\", \"graft (99)\"]",
                "a: unknown rule `graft (99)`; expected the name of a rule or a property of automaton",
            ),
        ] {
            let error = read(&text(fields)).expect_err(fields);
            assert!(error.starts_with("known.toml: ") && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn only_rules_of_the_family_are_known() {
        let text = |rule: &str| format!("[[difference]]\nrule = \"{rule}\"\nreason = \"b\"\nafter = \"end\"\n");
        for rule in [
            "graft (8)",
            "graft (8): the peer is not outbound, and the mesh has degree_high peers or more",
            "heartbeat 3b, 3e",
            "the state after heartbeat 7",
            "the implementation panicked",
        ] {
            read(&text(rule)).expect("a known rule");
        }
        for rule in [" ", "graft", "graft (8", "graft (99)", "property: x", "iwant (6)x"] {
            let error = read(&text(rule)).expect_err("an unknown rule");
            let expected = "expected the name of a rule or a property of automaton";
            assert_eq!(error, format!("known.toml: unknown rule `{rule}`; {expected}"));
        }
        for property in crate::libp2p::properties::ALL {
            read_as::<Libp2pFamily>(&text(&property.rule())).expect("the name of a property");
        }
    }

    #[test]
    fn a_fault_is_followed_if_the_family_has_it() {
        let known = libp2p("after = \"follow\"\nfault = \"R1\"\n").expect("a file");
        assert_eq!(known.followed_faults(), ["R1"]);
        let error = libp2p("after = \"follow\"\n").expect_err("no fault");
        assert_eq!(error, "known.toml: graft (3): after = \"follow\": missing field `fault`");
        let error = libp2p("after = \"follow\"\nfault = \"X1\"\n").expect_err("no such fault");
        assert!(error.starts_with("known.toml: graft (3): unknown fault `X1`; expected one of: R1, R2, "), "{error}");
        let error = libp2p("after = \"end\"\nfault = \"R1\"\n").expect_err("nothing is followed");
        assert_eq!(error, "known.toml: graft (3): a `fault` requires after = \"follow\"");
        let text = "[[difference]]\nrule = \"graft (3)\"\nreason = \"b\"\nafter = \"follow\"\nfault = \"R1\"\n";
        let error = read(text).expect_err("no faults");
        let expected = "after = \"follow\": the model of automaton follows no known faults";
        assert_eq!(error, format!("known.toml: graft (3): {expected}"));
    }

    #[test]
    fn particulars_fit_together() {
        let known = libp2p("after = \"end\"\nid = \"a\"\ntrace = \"findings/a.jsonl\"\nversions = [\"1.2\"]\n");
        let mut known = known.expect("a file");
        let trace = known.differences.first().and_then(|difference| difference.traces.first()).expect("a trace");
        assert!(trace.ends_with("findings/a.jsonl") && trace.is_absolute(), "{trace:?}");
        assert!(known.depend_on_version());
        known.retain_version_in("router 1.2");
        known.retain_version_in("router");
        assert_eq!(known.differences.len(), 1);
        known.retain_version("1.3");
        assert_eq!(known.differences, []);
        for (fields, expected) in [
            ("sentence = \"x\"\ndialect = \"y\"", "expected a `sentence` or a `dialect`, found both"),
            ("link = \"x\"", "a `link` requires a `sentence`"),
            ("withheld = true\ntrace = \"x\"", "a withheld difference has no `trace`, no `sentence` and no `upstream`"),
            ("trace = \"/x\"", "trace: expected a path relative to the file"),
        ] {
            let error = libp2p(&format!("after = \"end\"\n{fields}\n")).expect_err("it does not fit");
            assert_eq!(error, format!("known.toml: graft (3): {expected}"));
        }
        let one = "[[difference]]\nid = \"a\"\nrule = \"graft (3)\"\nreason = \"b\"\nafter = \"end\"\n";
        let error = read(&format!("{one}{one}")).expect_err("one id twice");
        assert_eq!(error, "known.toml: two differences have the id `a`");
    }
}
