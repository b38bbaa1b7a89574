//! The matrix: implementations by rule and by property.

use super::{
    results::{self, StoredResults},
    words,
};
use gossipsub_conformance::{
    engine::{
        CheckCount, Named,
        known_differences::{KnownDifference, KnownDifferences},
        trace::open,
        verify::{Verdict, verify},
    },
    libp2p::{DialectName, Libp2pFamily, properties},
};
use gossipsub_reference_model::libp2p::{Dialect, RULES};
use std::path::{Path, PathBuf};

/// What the pages show.
pub(crate) struct Matrix {
    pub(crate) implementations: Vec<Implementation>,
    pub(crate) rules: Vec<Row>,
    pub(crate) properties: Vec<Row>,
}

/// A version of an implementation: a column.
pub(crate) struct Implementation {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) dialect: DialectName,
    pub(crate) results: StoredResults,
    pub(crate) differences: Vec<Difference>,
}

/// A known difference, as the pages show it.
pub(crate) struct Difference {
    pub(crate) known: KnownDifference,
    /// How often it occurred.
    pub(crate) times: u64,
    /// Its page, relative to the pages, if there is one.
    pub(crate) page: Option<String>,
    /// What its traces show.
    pub(crate) sequences: Vec<Sequence>,
}

/// A minimal sequence that shows a difference.
pub(crate) struct Sequence {
    /// Its trace, relative to the pages.
    pub(crate) path: String,
    /// The sequence in words.
    pub(crate) words: String,
    /// What is allowed instead.
    pub(crate) allowed: Option<String>,
}

/// A rule or a property.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) sentence: String,
    pub(crate) cells: Vec<Cell>,
}

/// What was seen of a rule or a property in one implementation.
pub(crate) struct Cell {
    pub(crate) verdict: CellVerdict,
    /// How often it was checked.
    pub(crate) count: CheckCount,
}

pub(crate) enum CellVerdict {
    Conforms,
    /// The switches that differ from the specification, or where it is silent.
    Dialect(String),
    /// Known faults: the name and the page of each.
    Fault(Vec<(String, Option<String>)>),
    /// A finding that no known difference explains.
    Open,
    Unsupported,
    NotReached,
}

impl Matrix {
    /// Reads the results and the known differences of all adapters.
    pub(crate) fn read(conformance: &Path) -> Self {
        let adapters = conformance.join("adapters");
        let entries = std::fs::read_dir(&adapters).expect("the adapters").map(|entry| entry.expect("an entry").path());
        let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        folders.sort();
        let mut implementations = Vec::new();
        for folder in folders {
            let mut files = results::files(&folder, "json");
            files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("results-")));
            files.reverse();
            implementations.extend(files.iter().map(|file| Implementation::read(conformance, &folder, file)));
        }
        let rules = RULES.iter().map(|rule| {
            let cells = implementations.iter().map(|one| one.rule_cell(rule.name, rule.sentence));
            Row { name: rule.name.to_owned(), sentence: rule.sentence.to_owned(), cells: cells.collect() }
        });
        let properties = properties::ALL.iter().map(|property| {
            let cells = implementations.iter().map(|one| one.property_cell(&property.rule()));
            let sentence = format!("{} ({})", property.quote, property.source);
            Row { name: property.name.to_owned(), sentence, cells: cells.collect() }
        });
        let (rules, properties) = (rules.collect(), properties.collect());
        Self { implementations, rules, properties }
    }
}

impl Implementation {
    fn read(conformance: &Path, folder: &Path, file: &Path) -> Self {
        let results = results::read(file);
        let (name, version) = results.name();
        let (name, version) = (name.to_owned(), version.to_owned());
        let dialect = DialectName::from_name(&results.variant).expect("a dialect");
        let path = folder.join("known-differences.toml");
        let mut known = if path.exists() {
            KnownDifferences::read::<Libp2pFamily>(&path).unwrap_or_else(|error| panic!("{error}"))
        } else {
            KnownDifferences::default()
        };
        known.retain_version(&version);
        let differences =
            known.differences.into_iter().map(|known| Difference::new(conformance, folder, known, &results)).collect();
        Self { name, version, dialect, results, differences }
    }

    /// The cell of a rule of the model.
    fn rule_cell(&self, name: &str, sentence: &str) -> Cell {
        let mut count = self.results.rules.get(name).copied().unwrap_or_default();
        if is_of_every_answer(name) {
            count = CheckCount { times: self.results.steps, cases: self.results.cases };
        }
        let dialect = self.switches_in(sentence);
        let verdict = match self.verdict(name) {
            Some(verdict) => verdict,
            None if !dialect.is_empty() && count.times > 0 => CellVerdict::Dialect(dialect),
            None if count.times > 0 => CellVerdict::Conforms,
            None if self.lacks_feature(name) => CellVerdict::Unsupported,
            None => CellVerdict::NotReached,
        };
        Cell { verdict, count }
    }

    /// The cell of a property, named by its rule.
    fn property_cell(&self, rule: &str) -> Cell {
        let count = self.results.properties;
        let allowed = if count.times > 0 { CellVerdict::Conforms } else { CellVerdict::NotReached };
        Cell { verdict: self.verdict(rule).unwrap_or(allowed), count }
    }

    /// The verdict of findings and of known differences; absent without any.
    fn verdict(&self, rule: &str) -> Option<CellVerdict> {
        let of_rule = |kind: &str| kind.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
        if self.results.findings.iter().any(|finding| of_rule(&finding.kind)) {
            return Some(CellVerdict::Open);
        }
        let (dialects, faults): (Vec<&Difference>, Vec<&Difference>) = self
            .differences
            .iter()
            .filter(|one| one.known.rules.iter().any(|rule| of_rule(rule)))
            .partition(|one| one.known.dialect.is_some());
        if !faults.is_empty() {
            let faults = faults.iter().map(|fault| (fault.known.name().to_owned(), fault.page.clone()));
            return Some(CellVerdict::Fault(faults.collect()));
        }
        let dialects: Vec<&str> = dialects.iter().filter_map(|one| one.known.dialect.as_deref()).collect();
        (!dialects.is_empty()).then(|| CellVerdict::Dialect(dialects.join(", ")))
    }

    /// The switches that a sentence names and that the dialect sets otherwise than the specification.
    fn switches_in(&self, sentence: &str) -> String {
        let ours = self.dialect.dialect().switches();
        let differing = ours.into_iter().zip(Dialect::SPEC.switches()).filter(|(ours, spec)| ours != spec);
        let named = differing.filter(|((switch, _), _)| sentence.contains(&format!("`{switch}`")));
        named.map(|((switch, value), _)| format!("{switch}: {value}")).collect::<Vec<_>>().join(", ")
    }

    /// Whether a rule needs a feature that the implementation does not support.
    fn lacks_feature(&self, rule: &str) -> bool {
        let needed = NEEDED.iter().find(|(beginning, _)| rule.starts_with(beginning));
        needed.is_some_and(|(_, feature)| !self.results.implementation.supports(feature))
    }
}

/// The rules that compare every answer or every view, and decide nothing.
fn is_of_every_answer(rule: &str) -> bool {
    ["answer (1)", "answer (2)", "answer (3)"].contains(&rule)
}

/// The features that rules need, by the beginnings of their names.
const NEEDED: &[(&str, &str)] = &[
    ("score ", "scoring"),
    ("set_application_score ", "application_score"),
    ("validated ", "validation.asked"),
    ("idontwant ", "idontwant"),
    ("message (3)", "idontwant"),
    ("forward (5)", "idontwant"),
    ("publish (2)", "flood_publish"),
    ("px (2)", "px"),
    ("leave (4)", "px"),
    ("prune (4)", "px"),
    ("forward (1)", "direct"),
    ("forward (2)", "floodsub"),
    ("publish (4)", "floodsub"),
    ("graft (3)", "direct"),
    ("graft (5)", "scoring"),
    ("graft (6)", "scoring"),
    ("mesh (1)", "scoring"),
    ("mesh (5)", "scoring"),
    ("heartbeat (4)", "direct"),
    ("direct ", "direct"),
    ("view (1)", "view.mesh"),
    ("view (2)", "view.fanout"),
    ("view (3)", "view.subscribed"),
    ("view (4)", "view.scores"),
];

impl Difference {
    fn new(conformance: &Path, folder: &Path, known: KnownDifference, results: &StoredResults) -> Self {
        let counted = results.known_differences.iter().find(|one| one.id == known.id && one.rules == known.rules);
        let times = counted.map_or(0, |one| one.times);
        let relative = |path: &Path| {
            let path = path.strip_prefix(conformance).expect("traces and pages are below this folder");
            path.display().to_string()
        };
        let page = known.id.as_ref().map(|id| folder.join("findings").join(format!("{id}.md")));
        let page = page.filter(|page| page.exists()).map(|page| relative(&page));
        let sequences = known.traces.iter().map(|trace| Sequence {
            path: relative(trace),
            words: words::sequence(&steps(trace)),
            allowed: match verify(open::<Libp2pFamily>(trace)).verdict {
                Verdict::Violated(failure) => failure.violation.differences.first().map(|first| first.allowed.clone()),
                _ => None,
            },
        });
        let sequences = sequences.collect();
        Self { known, times, page, sequences }
    }

    /// The versions that have it, in words.
    pub(crate) fn versions(&self) -> String {
        self.known.versions.as_ref().map_or_else(|| "all".to_owned(), |versions| versions.join(", "))
    }
}

fn steps(trace: &Path) -> Vec<gossipsub_conformance::libp2p::Step> {
    let reader = open::<Libp2pFamily>(trace).unwrap_or_else(|error| panic!("{error}"));
    reader.map(|step| step.unwrap_or_else(|error| panic!("{error}")).1).collect()
}

impl Cell {
    /// The kind of the verdict in one or two words.
    pub(crate) const fn word(&self) -> &'static str {
        match self.verdict {
            CellVerdict::Conforms => "conforms",
            CellVerdict::Dialect(_) => "dialect",
            CellVerdict::Fault(_) => "fault",
            CellVerdict::Open => "open finding",
            CellVerdict::Unsupported => "unsupported",
            CellVerdict::NotReached => "not reached",
        }
    }

    /// How often it was checked, in words; empty if it was not.
    pub(crate) fn checked(&self) -> String {
        let CheckCount { times, cases } = self.count;
        if times == 0 { String::new() } else { format!("{times} × in {cases} cases") }
    }
}

/// The kinds of cells and what they mean.
pub(crate) const LEGEND: &[(&str, &str)] = &[
    ("conforms", "The rule decided so often, and every answer was allowed."),
    (
        "dialect",
        "Every answer was allowed by a switch of the implementation's dialect: the specification is silent or leaves a choice.",
    ),
    ("fault", "Answers break the rule. The fault is described below."),
    ("open finding", "Answers break the rule, and no known difference explains them."),
    ("unsupported", "The implementation lacks the feature, or the adapter cannot drive it."),
    ("not reached", "No sequence reached the rule."),
];
