//! Every rule of the libp2p router and every switch of its dialects has a scenario that shows it.

use gossipsub_conformance::{
    engine::{Event, Named as _, Views, record::Recording, trace::open},
    libp2p::{DialectName, Libp2pFamily},
};
use gossipsub_reference_model::libp2p::{RULES, vocabulary::Input};
use gossipsub_snapshots::{
    Scenario,
    libp2p::{Shown, WITHOUT_SCENARIO, render, switch_of, switches},
};
use std::collections::BTreeSet;

/// More steps, without heartbeats, are no short scenario.
const MOST_STEPS: usize = 20;

fn scenarios() -> Vec<Scenario<Libp2pFamily>> {
    let names = Scenario::<Libp2pFamily>::names().expect("the folder of scenarios");
    names.iter().map(|name| Scenario::read(name).expect("a scenario")).collect()
}

fn shown(scenario: &Scenario<Libp2pFamily>) -> Shown {
    let Scenario { name, description, .. } = scenario;
    Shown::read(description).unwrap_or_else(|| panic!("{name}: expected `RULE holds: TEXT`, found `{description}`"))
}

/// Whether a text is a name with something after it or not: `graft-4` and `graft-4-extended`, but not `graft-40`.
fn is_named_after(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[test]
fn the_last_step_reports_the_rule_of_the_scenario_with_its_outcome() {
    let mut wrong = Vec::new();
    for scenario in scenarios() {
        let shown = shown(&scenario);
        let reports = render(&scenario).expect("valid parameters").reports;
        if !reports.iter().any(|report| shown.is_shown_by(report)) {
            let of_rule: Vec<String> =
                reports.iter().filter(|report| shown.is_of(report)).map(ToString::to_string).collect();
            wrong.push(format!("{}: {of_rule:?}", scenario.name));
        }
        if !is_named_after(&scenario.name, &shown.stem()) {
            wrong.push(format!("{} is not named after {}", scenario.name, shown.rule));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_scenario_or_a_reason_why_not() {
    let with: BTreeSet<String> = scenarios().iter().map(|scenario| shown(scenario).rule).collect();
    let without: BTreeSet<String> = WITHOUT_SCENARIO.iter().map(|(rule, _)| (*rule).to_owned()).collect();
    assert!(with.is_disjoint(&without));
    let all: BTreeSet<String> = RULES.iter().map(|rule| rule.name.to_owned()).collect();
    let found = &with | &without;
    let missing: Vec<&String> = all.difference(&found).collect();
    assert!(missing.is_empty(), "rules without a scenario: {missing:?}");
    assert!(found.is_subset(&all), "scenarios of rules that are no rules");
}

#[test]
fn the_referee_allows_every_answer_in_every_dialect_shown() {
    for scenario in scenarios() {
        let rendering = render(&scenario).expect("valid parameters");
        assert_eq!(rendering.violation, None, "{}", scenario.name);
    }
}

/// Two dialects whose values of the switch differ answer the last step differently.
#[test]
fn every_switch_has_a_scenario_in_which_dialects_differ() {
    let mut shown = BTreeSet::new();
    for scenario in scenarios() {
        let Some(switch) = switch_of(&scenario.description) else { continue };
        let own = scenario.header.dialect.unwrap_or_default();
        let others = render(&scenario).expect("valid parameters").others;
        let differs = |other: &DialectName| value(own, switch) != value(*other, switch);
        let expected: Vec<&str> =
            DialectName::ALL.iter().filter(|other| differs(other)).map(|other| other.name()).collect();
        let missing: Vec<&&str> =
            expected.iter().filter(|name| !others.iter().any(|other| other.name() == **name)).collect();
        assert!(missing.is_empty(), "{}: the last step is the same in {missing:?}", scenario.name);
        shown.insert(switch);
    }
    let missing: Vec<&str> = switches().filter(|switch| !shown.contains(switch)).collect();
    assert!(missing.is_empty(), "switches without a scenario: {missing:?}");
}

/// The value of a switch.
fn value(dialect: DialectName, switch: &str) -> Option<String> {
    dialect.dialect().switches().into_iter().find(|(name, _)| *name == switch).map(|(_, value)| value)
}

#[test]
fn scenarios_are_short_scripts_that_can_be_recorded() {
    for scenario in scenarios() {
        let is_heartbeat =
            |event: &Event<Libp2pFamily>| matches!(event, Event::Input(exchange) if exchange.input == Input::Heartbeat);
        let count = scenario.steps.iter().filter(|step| !is_heartbeat(&step.event)).count();
        assert!(count <= MOST_STEPS, "{} has {count} steps", scenario.name);
        let path = Scenario::<Libp2pFamily>::folder("scenarios").join(&scenario.name).with_extension("jsonl");
        let recording = Recording::new(open::<Libp2pFamily>(path).expect("a trace"), None, Views::Every);
        assert!(recording.expect("parameters").into_iter().all(|step| step.is_ok()), "{}", scenario.name);
    }
}

#[test]
fn each_scenario_has_a_trace_and_each_trace_a_scenario() {
    let traces = std::fs::read_dir(Scenario::<Libp2pFamily>::folder("traces")).expect("the folder of traces");
    let stem = |path: std::path::PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let traces: BTreeSet<String> = traces.map(|entry| stem(entry.expect("an entry").path())).collect();
    let names = Scenario::<Libp2pFamily>::names().expect("the folder of scenarios").into_iter().collect();
    assert_eq!(traces, names);
}
