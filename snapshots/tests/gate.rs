//! Every output, check and quirk has a scenario that leads to it, and no file is there for nothing.

use gossipsub_automaton::{Behaviour, OutputKind};
use gossipsub_conformance::{
    automaton::{AutomatonFamily, open},
    engine::{Views, record::Recording},
};
use gossipsub_snapshots::{Check, Quirk, Scenario, Showcase, folder, render, showcase_of_output};
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
    for name in Scenario::<AutomatonFamily>::names().expect("the folder of scenarios") {
        let path = folder("scenarios").join(&name).with_extension("jsonl");
        let recording = Recording::new(open(path).expect("a trace"), None, Views::Every).expect("limits");
        assert!(recording.into_iter().all(|step| step.is_ok()), "{name}");
    }
}

#[test]
fn outputs_are_shown_by_scenarios_that_lead_to_them() {
    for output in OutputKind::of(Behaviour::Mavryk) {
        assert_eq!(showcase_of_output(output).map(|check| check.showcase().output), Some(output));
    }
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
    let recorded = files(&folder("../conformance/vectors/recorded/quirks"), "jsonl");
    let shown: BTreeSet<String> = Quirk::ALL.iter().map(|quirk| quirk.recorded_as().to_owned()).collect();
    assert_eq!(recorded, shown);
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
