//! TRUST.md: its tables are those of the code, and its counts those of what it counts.

use gossipsub_automaton::Behaviour;
use gossipsub_conformance::{
    automaton::{
        World,
        coverage::Coverage,
        properties::{ALL as PROPERTIES, Property},
        randomness::{ALL as SCENARIOS, Scenario},
        worlds,
    },
    engine::Coverage as _,
};
use std::{fs, path::Path};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a page")
}

/// The page holds a table; one that is not up to date is written beside the build, to be copied.
fn assert_holds(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("trust-{name}.md"));
    fs::write(&path, table).expect("to write the table");
    assert!(read("TRUST.md").contains(table), "TRUST.md does not hold what is in {}", path.display());
}

#[test]
fn every_property_is_listed_with_its_sentence_and_exception() {
    let row = |property: &&Property| {
        let Property { name, source, quote, except, .. } = property;
        let except = except.map(|except| format!(" Except: {except}.")).unwrap_or_default();
        // A bar would end the cell.
        let quote = quote.replace('|', r"\|");
        format!("| {name} | “{quote}” ({source}){except} |\n")
    };
    assert_holds("properties", &PROPERTIES.iter().map(row).collect::<String>());
}

#[test]
fn every_choice_point_is_listed() {
    let row = |scenario: &Scenario| format!("| {scenario} | {} of {} |\n", scenario.chosen, scenario.of);
    assert_holds("choices", &SCENARIOS.iter().map(row).collect::<String>());
}

#[test]
fn every_world_is_listed() {
    // Later behaviours add worlds, and a few actions to those of the first.
    let mut listed = worlds(Behaviour::Mavryk);
    listed.extend(worlds(Behaviour::Octez24).into_iter().skip(listed.len()));
    for World { name, about, actions, .. } in listed {
        let row = format!("| `{name}` | {about} | {} |", actions.len());
        assert!(read("TRUST.md").contains(&row), "{row}");
    }
}

#[test]
fn the_counts_are_those_of_what_is_counted() {
    let faults = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("faults")).expect("the faults");
    let faults = faults.filter(|entry| {
        entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|extension| extension == "patch"))
    });
    let survivors = read("MUTANTS.md").lines().filter(|line| line.starts_with("| `")).count();
    for sentence in [
        format!("{} faults", faults.count()),
        format!("{} rows", Coverage::default().rows().len()),
        format!("{} properties", PROPERTIES.len()),
        format!("{survivors} survivors"),
    ] {
        assert!(read("TRUST.md").contains(&sentence), "{sentence}");
    }
}
