//! Every output, check, quirk and difference has a scenario that leads to it, and no file is there for nothing.

use gossipsub_automaton::{Behaviour, OutputKind};
use gossipsub_conformance::{automaton::open, engine::Views, engine::record::Recording};
use gossipsub_snapshots::{Check, Difference, Quirk, Scenario, Showcase, folder, render, showcase_of_output};
use std::{collections::BTreeSet, path::Path};

const MOST_STEPS: usize = 12;

#[test]
fn scenarios_are_short_and_lead_to_what_they_show() {
    for check in Check::ALL {
        let Showcase { scenario, output, by } = check.showcase();
        let scenario = Scenario::read(scenario).expect("a scenario");
        assert!(scenario.steps.len() <= MOST_STEPS, "{} has {} steps", scenario.name, scenario.steps.len());
        assert!(!scenario.description.is_empty(), "{} says nothing", scenario.name);
        let rendering = render(&scenario, 0).expect("to be rendering");
        assert_eq!(rendering.last_output, Some(output), "{}:\n{}", scenario.name, rendering.text);
        assert!(rendering.last_step.contains(by), "{} does not show {by:?}:\n{}", scenario.name, rendering.text);
    }
}

#[test]
fn scenarios_are_scripts_that_can_be_recorded() {
    for name in Scenario::names().expect("the folder of scenarios") {
        let path = folder("scenarios").join(&name).with_extension("jsonl");
        let recording = Recording::new(open(path).expect("a trace"), None, Views::Every).expect("limits");
        assert!(recording.into_iter().all(|step| step.is_ok()), "{name}");
    }
}

#[test]
fn outputs_are_shown_by_scenarios_that_lead_to_them() {
    assert_eq!(OutputKind::ALL.len(), 46 + 2, "the outputs, and the results of the queries");
    for output in OutputKind::ALL {
        let check = showcase_of_output(*output);
        assert_eq!(check.showcase().output, *output);
        assert_eq!(behaviour_of(check), output.since(), "{output} is shown under the first behaviour that has it");
    }
}

#[test]
fn differences_are_shown_under_the_behaviours_before_and_after() {
    for difference in Difference::ALL {
        let since = difference.since();
        let last_before = Behaviour::ALL.iter().copied().filter(|behaviour| *behaviour < since).max();
        assert_eq!(Some(behaviour_of(difference.before())), last_before, "{}", difference.text());
        assert_eq!(behaviour_of(difference.after()), since, "{}", difference.text());
    }
}

/// The numbers of the page: D1 to D11 without those that show in no output, and B1 to B5.
#[test]
fn every_difference_and_quirk_of_a_batch_is_shown() {
    let differences: Vec<&str> = Difference::ALL.iter().flat_map(|difference| numbers(difference.text())).collect();
    assert_eq!(differences, ["D1", "D2", "D3", "D4", "D5", "D6", "D9", "D11"]);
    let quirks: Vec<&Quirk> = Quirk::ALL.iter().filter(|quirk| quirk.text().starts_with('B')).collect();
    let named: Vec<&str> = quirks.iter().flat_map(|quirk| numbers(quirk.text())).collect();
    assert_eq!(named, ["B1", "B2", "B3", "B4", "B5"]);
    for quirk in quirks {
        assert_eq!(behaviour_of(quirk.showcase()), Behaviour::Octez24, "{}", quirk.text());
    }
}

/// The numbers at the start of a text: `D2, D3: …`.
fn numbers(text: &str) -> Vec<&str> {
    text.split_once(": ").map_or_else(Vec::new, |(numbers, _)| numbers.split(", ").collect())
}

fn behaviour_of(check: Check) -> Behaviour {
    Scenario::read(check.showcase().scenario).expect("a scenario").behaviour
}

#[test]
fn checks_scenarios_and_traces_belong_together() {
    let checks: Vec<&str> = Check::ALL.iter().map(|check| check.showcase().scenario).collect();
    let named: BTreeSet<String> = checks.iter().map(ToString::to_string).collect();
    assert_eq!(named.len(), checks.len(), "each check has a scenario of its own");
    assert_eq!(files(&folder("scenarios"), "jsonl"), named, "scenarios and checks");
    assert_eq!(files(&folder("traces"), "snap"), named, "traces and checks");
}

#[test]
fn every_recorded_quirk_is_shown() {
    let vectors = folder("../conformance/vectors");
    for quirk in Quirk::ALL {
        assert!(vectors.join(quirk.recorded_as()).is_file(), "{}", quirk.recorded_as());
    }
    let shown: BTreeSet<&str> = Quirk::ALL.iter().map(|quirk| quirk.recorded_as()).collect();
    for name in files(&vectors.join("recorded/quirks"), "jsonl") {
        assert!(shown.contains(format!("recorded/quirks/{name}.jsonl").as_str()), "{name} is not shown");
    }
}

/// The names of the files in a folder, without their extension. There are no others.
fn files(folder: &Path, extension: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |path: std::path::PathBuf| {
        assert_eq!(path.extension().and_then(|found| found.to_str()), Some(extension), "{}", path.display());
        path.file_stem().expect("a name").to_string_lossy().into_owned()
    };
    entries.map(|entry| name(entry.expect("an entry").path())).collect()
}
