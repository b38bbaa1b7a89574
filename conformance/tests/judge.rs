//! What a mutant of core is judged by, beside the snapshots: a fixed campaign of each behaviour, and whether its choices are
//! uniform.
//!
//! `JUDGE_CASES` sets how many sequences are tried, over all behaviours.

use gossipsub_automaton::Behaviour;
use gossipsub_conformance::{
    automaton::{
        Core,
        randomness::{ALL, LEAST_SAMPLES, examine},
    },
    engine::{
        Random,
        campaign::{Plan, Until, run},
    },
};

#[test]
fn nothing_is_found_in_core() {
    let cases: u64 = std::env::var("JUDGE_CASES").map_or(400, |cases| cases.parse().expect("a number of cases"));
    let share = cases.div_ceil(Behaviour::ALL.len() as u64);
    for behaviour in Behaviour::ALL {
        let plan =
            Plan { seed: 1, variant: *behaviour, until: Until::Cases(share), fail_fast: true, ..Plan::default() };
        let results = run(&plan, Core::new, &|_, _| {});
        let kinds: Vec<&String> = results.findings.keys().collect();
        assert!(kinds.is_empty(), "{behaviour}: {kinds:?}, in {:?}", results.findings);
        assert_eq!((results.cases, results.steps), (share, share * 200), "{behaviour}");
    }
}

#[test]
fn no_choice_of_core_is_biased() {
    for (scenario, number) in ALL.iter().zip(0..) {
        let mut core = Core::new();
        let tests =
            examine(scenario, &mut core, &mut Random::of_case(1, number), LEAST_SAMPLES).expect("all is allowed");
        for test in tests {
            assert!(!test.is_biased(), "{test:?}");
        }
    }
}
