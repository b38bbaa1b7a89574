//! The page `BEHAVIOUR.md`, the table of rules and the comments of the model agree.

use gossipsub_automaton::OutputKind;
use gossipsub_reference_model::automaton::{RULES, RuleId};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(folder().join("BEHAVIOUR.md")).expect("the page")
}

/// A sentence without its capital letter.
fn uncapitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// `graft (6)`: `#graft-6`
fn anchor(name: &str) -> String {
    name.to_lowercase().replace(['(', ')'], "").replace(' ', "-")
}

/// `(6)` of `graft (6)`, `3b` of `heartbeat 3b`
fn number(name: &str) -> &str {
    match name.find('(') {
        Some(start) => name.get(start..).expect("a number"),
        None => name.rsplit(' ').next().expect("a number"),
    }
}

/// The rules of the page in their order: anchor, name, sentence, and what follows.
fn items(page: &str) -> Vec<(String, String, String, String)> {
    let mut items = Vec::new();
    for item in page.split("\n- <a id=\"").skip(1) {
        let (anchor, rest) = item.split_once("\"></a>**").expect("an anchor and a name");
        let (name, rest) = rest.split_once("** ").expect("a name and a sentence");
        let (sentence, rest) = rest.split_once('\n').unwrap_or((rest, ""));
        let sentence = uncapitalized(sentence.strip_suffix('.').expect("a full stop"));
        let rest = rest.split("\n\n").next().unwrap_or("");
        items.push((anchor.to_owned(), name.to_owned(), sentence, rest.to_owned()));
    }
    let is_rule = |name: &str| !name.starts_with(['Q', 'B']) && !name.starts_with("Deviation");
    items.retain(|(_, name, ..)| is_rule(name));
    items
}

#[test]
fn the_page_and_the_table_have_the_same_rules_in_the_same_order() {
    let of_page: Vec<(String, String)> =
        items(&page()).into_iter().map(|(_, name, sentence, _)| (name, sentence)).collect();
    let of_table: Vec<(String, String)> =
        RULES.iter().map(|rule| (rule.name.to_owned(), rule.sentence.to_owned())).collect();
    assert_eq!(of_page, of_table);
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len(), "each name occurs once");
}

#[test]
fn each_rule_has_its_anchor_and_every_link_of_the_page_leads_somewhere() {
    let page = page();
    for (found, name, ..) in items(&page) {
        assert_eq!(found, anchor(&name));
    }
    for link in page.split("](#").skip(1) {
        let target = link.split(')').next().expect("a target");
        let is_heading = page
            .lines()
            .filter_map(|line| line.trim_start_matches('#').strip_prefix(' '))
            .any(|heading| heading.to_lowercase().replace('.', "").replace(' ', "-") == target);
        assert!(is_heading || page.contains(&format!("<a id=\"{target}\">")), "{target}");
    }
}

#[test]
fn each_output_is_at_the_rule_that_gives_it() {
    let items = items(&page());
    for kind in OutputKind::ALL {
        let rule = RuleId::of(*kind).rule();
        let at = items.iter().filter(|(.., rest)| rest.contains(&format!("Output `{kind}`")));
        let names: Vec<&str> = at.map(|(_, name, ..)| name.as_str()).collect();
        assert_eq!(names, [rule.name], "{kind}");
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources.extend(self::sources(&path));
        } else {
            sources.push(path);
        }
    }
    sources
}

/// The comments in the bodies of functions that start with the number of a rule, each on one line.
fn numbered_comments(source: &str) -> Vec<String> {
    let mut comments: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in source.lines() {
        let Some(text) = line.trim_start().strip_prefix("// ") else {
            goes_on = false;
            continue;
        };
        let is_numbered = text.starts_with('(') || text.starts_with(|first: char| first.is_ascii_digit());
        if is_numbered {
            comments.push(text.to_owned());
            goes_on = true;
        } else if goes_on && let Some(last) = comments.last_mut() {
            last.push(' ');
            last.push_str(text);
        }
    }
    comments
}

#[test]
fn each_rule_is_stated_once_in_the_model_and_every_numbered_comment_states_a_rule() {
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for rule in RULES {
        *expected.entry(format!("{} {}.", number(rule.name), rule.sentence)).or_insert(0) += 1;
    }
    let mut stated: BTreeMap<String, usize> = BTreeMap::new();
    for path in sources(&folder().join("src")) {
        for comment in numbered_comments(&fs::read_to_string(&path).expect("a source")) {
            let start = if comment.starts_with('(') {
                comment.find(") ").expect("a number in parentheses") + 2
            } else {
                comment.find(' ').expect("a number and a sentence") + 1
            };
            let (number, sentence) = comment.split_at(start);
            let end = sentence.find(". ").map_or(sentence.len(), |end| end + 1);
            let sentence = uncapitalized(sentence.get(..end).expect("a sentence"));
            *stated.entry(format!("{number}{sentence}")).or_insert(0) += 1;
        }
    }
    let differing = |ours: &BTreeMap<String, usize>, theirs: &BTreeMap<String, usize>| -> Vec<String> {
        ours.iter().filter(|(text, count)| theirs.get(*text) != Some(count)).map(|(text, _)| text.clone()).collect()
    };
    assert_eq!(differing(&expected, &stated), Vec::<String>::new(), "of the table, not stated as often in the model");
    assert_eq!(differing(&stated, &expected), Vec::<String>::new(), "stated in the model, not as often in the table");
}
