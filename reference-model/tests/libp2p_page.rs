//! The page and the model agree: each rule stands once in both, with the same sentence; so do switches and faults.

use gossipsub_reference_model::libp2p::{Dialect, Fault, RULES};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const PAGE: &str = include_str!("../LIBP2P.md");

/// The rules of the page: name and sentence.
fn rules_of_page() -> Vec<(&'static str, &'static str)> {
    let entries = PAGE.lines().filter_map(|line| line.strip_prefix("- **"));
    entries.map(|entry| entry.split_once("** ").expect("a rule has a name and a sentence")).collect()
}

#[test]
fn page_and_model_have_the_same_rules() {
    let model: Vec<_> = RULES.iter().map(|rule| (rule.name, rule.sentence)).collect();
    let page = rules_of_page();
    for (expected, found) in model.iter().zip(&page) {
        assert_eq!(expected, found);
    }
    assert_eq!(model.len(), page.len());
}

#[test]
fn rules_are_numbered_in_order() {
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for (index, rule) in RULES.iter().enumerate() {
        assert_eq!(rule.index, index, "{}", rule.name);
        let (group, number) = rule.name.split_once(" (").unwrap();
        let number: u64 = number.trim_end_matches(')').parse().unwrap();
        let before = last.insert(group, number).unwrap_or_default();
        assert_eq!(number, before + 1, "{}", rule.name);
    }
}

#[test]
fn each_rule_stands_at_one_place_of_the_model() {
    let mut paths = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/libp2p")];
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // `observed.rs` reads choices from answers, and names the rule that a wrong choice breaks.
        if name == "rules.rs" || name == "observed.rs" {
            continue;
        }
        for part in fs::read_to_string(&path).unwrap().split("rules::").skip(1) {
            let constant: String =
                part.chars().take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_').collect();
            places.entry(constant).or_default().push(name.clone());
        }
    }
    places.remove("");
    places.remove("RULES");
    let constants: BTreeSet<String> = RULES.iter().map(|rule| constant(rule.name)).collect();
    assert_eq!(constants, places.keys().cloned().collect(), "rules, and rules that the model names");
    for (constant, files) in places {
        assert_eq!(files.len(), 1, "{constant} stands in {files:?}");
    }
}

/// The constant of a rule: `GRAFT_4` of `graft (4)`.
fn constant(name: &str) -> String {
    let (group, number) = name.split_once(" (").unwrap();
    let group = match group {
        "set_application_score" => "application_score",
        group => group,
    };
    format!("{}_{}", group.to_uppercase(), number.trim_end_matches(')'))
}

/// The dialects as a table of Markdown.
fn dialect_table() -> String {
    let mut lines = vec!["| switch | spec | go | rust | js |".to_owned(), "|---|---|---|---|---|".to_owned()];
    let dialects = Dialect::ALL.map(|dialect| dialect.switches());
    let [spec, others @ ..] = &dialects;
    for (index, (name, value)) in spec.iter().enumerate() {
        // A value is left out if it is that of the specification.
        let others = others.iter().map(|switches| {
            let (other_name, other) = &switches[index];
            assert_eq!(name, other_name);
            if other == value { String::new() } else { other.clone() }
        });
        lines.push(format!("| `{name}` | {value} | {} |", others.collect::<Vec<_>>().join(" | ")));
    }
    lines.join("\n")
}

/// The faults as a list of Markdown.
fn fault_list() -> String {
    let lines = Fault::ALL.iter().map(|fault| format!("- {}: {}", fault.code(), fault.sentence()));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn page_and_model_have_the_same_switches() {
    let table = dialect_table();
    assert!(PAGE.contains(&table), "the page lacks:\n{table}");
}

#[test]
fn the_page_says_what_each_switch_means() {
    for (name, _) in Dialect::SPEC.switches() {
        assert!(PAGE.contains(&format!("\n- `{name}`: ")), "{name}");
    }
}

#[test]
fn page_and_model_have_the_same_faults() {
    let list = fault_list();
    assert!(PAGE.contains(&list), "the page lacks:\n{list}");
    let codes: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.code()).collect();
    assert_eq!(codes.len(), Fault::ALL.len());
    assert!(Fault::ALL.iter().all(|fault| Fault::named(fault.code()) == Some(*fault)));
}

#[test]
fn dialects_are_found_by_name() {
    for dialect in Dialect::ALL {
        assert_eq!(Dialect::named(dialect.name), Some(dialect));
    }
    assert_eq!(Dialect::named("nim"), None);
}
