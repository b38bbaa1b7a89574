//! `randomness`: no choice of core or of the reference model is called biased, and each planted bias is, where it is.

mod biased;
#[path = "../common/faulty_core.rs"]
mod faulty_core;

use biased::{Bias, Biased};
use faulty_core::FaultyCore;
use gossipsub_automaton::{Input, Output, SelectPxPeersOutput, trace_ids::TraceIds};
use gossipsub_conformance::{
    automaton::{
        Answer, AutomatonFamily, Core, Reference,
        randomness::{ALL, LEAST_SAMPLES, Scenario, Test, examine},
    },
    engine::{Implementation, Random},
};
use std::process::Command;

/// The tests of all scenarios.
fn examine_all<M: Implementation<AutomatonFamily>>(make: impl Fn() -> M, seed: u64, samples: u64) -> Vec<Test> {
    let examined = ALL.iter().zip(0..).map(|(scenario, number)| {
        examine(scenario, &mut make(), &mut Random::of_case(seed, number), samples).expect("all is allowed")
    });
    examined.flatten().collect()
}

fn core() -> Core {
    Core::new()
}

/// The largest distance of the share of p-values below p from p, times the root of their number: above 2 once in 1,500
/// times, where the p-values are uniform.
fn kolmogorov_smirnov(mut p_values: Vec<f64>) -> f64 {
    p_values.sort_by(f64::total_cmp);
    let all = f64::from(u32::try_from(p_values.len()).expect("few"));
    let distances = p_values.iter().zip(0_u32..).map(|(p, below)| {
        let below = f64::from(below);
        (p - below / all).max((below + 1.0) / all - p)
    });
    distances.fold(0.0, f64::max) * all.sqrt()
}

#[test]
fn core_is_uniform_and_so_are_the_p_values() {
    let tests: Vec<Test> = (0..2).flat_map(|seed| examine_all(core, seed, LEAST_SAMPLES)).collect();
    let biased: Vec<&Test> = tests.iter().filter(|test| test.is_biased()).collect();
    assert!(biased.is_empty(), "{biased:?}");
    let distance = kolmogorov_smirnov(tests.iter().map(|test| test.p).collect());
    assert!(distance < 2.0, "{distance}");
}

#[test]
fn the_reference_model_is_uniform() {
    let tests = examine_all(Reference::new, 0, LEAST_SAMPLES);
    let biased: Vec<&Test> = tests.iter().filter(|test| test.is_biased()).collect();
    assert!(biased.is_empty(), "{biased:?}");
}

#[test]
fn every_choice_is_counted_and_every_cell_expects_fifty() {
    for test in examine_all(core, 0, LEAST_SAMPLES) {
        let choices = match test.counted.as_str() {
            "each set" | "each list" => 2 * LEAST_SAMPLES,
            _ => LEAST_SAMPLES,
        };
        assert_eq!(test.samples, choices, "{test}");
        assert!(test.samples >= 50 * (test.degrees_of_freedom as u64 + 1) || test.counted == "each member", "{test}");
    }
}

/// At each of several seeds, a bias is found where it is, by what counts it, and nowhere else. `expected` is none where it
/// may be found or not.
fn assert_caught(bias: Bias, samples: u64, expected: impl Fn(&Scenario) -> Option<bool>, counted: &[&str]) {
    for seed in 0..3 {
        let tests = examine_all(|| Biased::new(bias), seed, samples);
        let biased: Vec<&Test> = tests.iter().filter(|test| test.is_biased()).collect();
        for scenario in &ALL {
            let found = biased.iter().any(|test| test.point == scenario.to_string());
            assert_eq!(found, expected(scenario).unwrap_or(found), "{bias:?}, seed {seed}: {scenario}");
        }
        for what in counted {
            let found = biased.iter().any(|test| test.counted.starts_with(what));
            assert!(found, "{bias:?}, seed {seed}: {what}");
        }
    }
}

const EVERYWHERE: fn(&Scenario) -> Option<bool> = |_| Some(true);

#[test]
fn always_the_lowest_ids() {
    assert_caught(Bias::Lowest, LEAST_SAMPLES, EVERYWHERE, &["each set", "each list", "each member"]);
}

#[test]
fn never_the_last_one() {
    assert_caught(Bias::NeverTheLast, LEAST_SAMPLES, EVERYWHERE, &["each set", "each list", "each member"]);
}

#[test]
fn the_same_for_every_topic() {
    // These alone make two choices in one input.
    let in_one_input =
        |scenario: &Scenario| Some(scenario.rule.starts_with("heartbeat") || scenario.rule.contains("gossip"));
    assert_caught(Bias::SameForEachTopic, LEAST_SAMPLES, in_one_input, &["pairs: two topics", "pairs: two peers"]);
}

#[test]
fn the_same_in_every_heartbeat() {
    assert_caught(Bias::SameInEachHeartbeat, LEAST_SAMPLES, EVERYWHERE, &["pairs: one after the other"]);
}

#[test]
fn the_first_a_fifth_likelier() {
    // Among many, the first is one of many.
    assert_caught(Bias::FirstLikelier, 9000, |scenario| (scenario.of == 4).then_some(true), &["each set", "each list"]);
}

#[test]
fn neighbours_chosen_together() {
    let counted = ["each set", "each list", "members of the lower half"];
    assert_caught(Bias::Neighbours, LEAST_SAMPLES, EVERYWHERE, &counted);
}

#[test]
fn the_same_for_every_seed() {
    assert_caught(Bias::DeafToSeeds, LEAST_SAMPLES, EVERYWHERE, &["each set", "each list", "each member"]);
}

fn randomness(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gossipsub-conformance"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("randomness").args(arguments);
    let output = command.output().expect("the command runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("text"))
}

#[test]
fn the_command_gives_the_same_table_every_time() {
    let least = LEAST_SAMPLES.to_string();
    let (code, table) = randomness(&["--seed", "5", "--samples", &least]);
    assert_eq!(code, Some(0), "{table}");
    assert!(
        table.ends_with("49 tests, 0 biased (p < 2.0e-9: false alarms in 1e-7 of all runs), 0 findings\n"),
        "{table}"
    );
    assert_eq!(randomness(&["--seed", "5", "--samples", &least]).1, table);
}

/// It offers one peer less than it should.
fn offers_less(_: &Input<TraceIds>, answer: &mut Answer) {
    if let Output::SelectPxPeers(SelectPxPeersOutput::PxPeers { peers }) = &mut answer.output {
        peers.pop();
    }
}

#[test]
fn what_is_not_allowed_is_a_finding() {
    for scenario in &ALL {
        let examined = examine(scenario, &mut FaultyCore::new(offers_less), &mut Random::of_case(0, 0), LEAST_SAMPLES);
        let kind = examined.err().map(|finding| finding.kind);
        assert_eq!(kind, (scenario.rule == "select_px_peers (3)").then(|| scenario.rule.to_owned()), "{scenario}");
    }
}

#[test]
fn the_command_tells_of_findings() {
    // It is ready, and says so again instead of an answer.
    let program = r#"sh -c 'while read -r line; do echo "{\"ready\":true}"; done'"#;
    let (code, report) = randomness(&["--implementation", program]);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.starts_with("finding: invalid answer"), "{report}");
    assert!(report.ends_with(", 17 findings\n"), "{report}");
}

#[test]
fn a_program_that_is_not_ready_is_refused_at_once() {
    let program = format!("{} --version", shell_words::quote(env!("CARGO_BIN_EXE_gossipsub-conformance")));
    let (code, text) = randomness(&["--implementation", &program]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("invalid answer: not JSON"), "{text}");
}

#[test]
fn too_few_samples_are_refused() {
    let (code, text) = randomness(&["--samples", "100"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("100 is not in 1800.."), "{text}");
}
