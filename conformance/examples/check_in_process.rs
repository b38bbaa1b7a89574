//! Checks an automaton in this process: first as it is, then with a fault, whose counterexample is minimized.
//!
//! ```sh
//! cargo run -p gossipsub-conformance --example check_in_process
//! ```
//!
//! `cargo test` runs this example too.

use gossipsub_automaton::{GraftOutput, Output, Time};
use gossipsub_conformance::{
    automaton::{Answer, AutomatonFamily, Core, EnvironmentChange, Header, generate::Profile},
    engine::{
        Family, Implementation, ImplementationError, Sequence, Views,
        campaign::{Plan, Until, run},
        minimize::{Options, minimize},
        report::finding::FindingReport,
    },
};
use std::time::Duration;

type Input = <AutomatonFamily as Family>::Input;

/// Your own automaton takes the place of `core`: translate the header, the inputs and the outputs.
struct MyAutomaton {
    core: Core,
    /// The fault: a graft from a peer with a negative score succeeds.
    forgives: bool,
}

impl Implementation<AutomatonFamily> for MyAutomaton {
    fn start(&mut self, header: &Header, views: Views) -> Result<(), ImplementationError> {
        self.core.start(header, views)
    }

    fn change(&mut self, now: Time, change: &EnvironmentChange) -> Result<(), ImplementationError> {
        self.core.change(now, change)
    }

    fn answer(&mut self, now: Time, input: &Input) -> Result<Answer, ImplementationError> {
        let mut answer = self.core.answer(now, input)?;
        if self.forgives && answer.output == Output::Graft(GraftOutput::GraftingPeerWithNegativeScore) {
            answer.output = Output::Graft(GraftOutput::GraftingSuccessfully);
        }
        Ok(answer)
    }
}

fn main() {
    let plan =
        Plan { profiles: vec![Profile::Tiny, Profile::Default], jobs: 2, until: Until::Cases(100), ..Plan::default() };

    let correct = || MyAutomaton { core: Core::new(), forgives: false };
    let results = run(&plan, correct, &|_, _| {});
    println!("correct: {} steps, {} findings", results.steps, results.findings.len());
    assert!(results.findings.is_empty());

    let faulty = || MyAutomaton { core: Core::new(), forgives: true };
    let results = run(&plan, faulty, &|_, _| {});
    println!("faulty: {} steps, {} findings\n", results.steps, results.findings.len());
    let (case, _) = results.findings.into_values().next().expect("the campaign finds the fault");

    // The same finding in as few steps as possible.
    let sequence = Sequence { header: case.counterexample.header, steps: case.counterexample.steps };
    let options = Options { time: Duration::from_secs(10), ..Options::default() };
    let minimized = minimize(sequence, &mut faulty(), &options).expect("the automaton is deterministic");
    println!("{minimized}\n\n{}", FindingReport::new(&minimized.counterexample));
    assert!(minimized.counterexample.finding.kind().starts_with("graft (7)"));
}

#[test]
fn a_campaign_accepts_the_correct_automaton_and_finds_the_fault() {
    main();
}
