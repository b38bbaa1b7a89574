//! The model compares the score records of views, and finds wrong ones.

#[path = "common/faulty_core.rs"]
mod faulty_core;

use faulty_core::FaultyCore;
use gossipsub_automaton::{Behaviour, Input, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{Answer, AutomatonFamily, Core},
    engine::{
        Views,
        campaign::{Plan, Results, Until, run},
    },
};

fn plan(variant: Behaviour) -> Plan<AutomatonFamily> {
    Plan { seed: 1, variant, steps: 150, until: Until::Cases(24), views: Views::Every, ..Plan::default() }
}

#[test]
fn the_records_of_core_are_those_of_the_model() {
    for variant in Behaviour::ALL {
        let results: Results<AutomatonFamily> = run(&plan(*variant), Core::with_score_records, &|_, _| {});
        let found: Vec<&String> = results.findings.keys().collect();
        assert!(found.is_empty(), "{variant}: {found:#?}");
    }
}

#[test]
fn a_missing_record_is_found() {
    let without_records = |_: &Input<TraceIds>, answer: &mut Answer| {
        if let Some(view) = &mut answer.view {
            view.score_records = Some([].into());
        }
    };
    let results: Results<AutomatonFamily> =
        run(&plan(Behaviour::Mavryk), || FaultyCore::new(without_records), &|_, _| {});
    assert!(!results.findings.is_empty());
    assert!(results.findings.keys().all(|rule| rule.contains("score_records")), "{:?}", results.findings.keys());
}
